import {
  SsoError,
  type CallOptions,
  type Connection,
  type Domain,
  type Invitation,
  type Membership,
  type Organization,
  type Profile,
  type User,
} from '@org/sso-core';
import type { ApiClient, ApiRequest, ApiResponse } from '@org/sso-core/http';
import { nativeOf } from '@org/sso-core/provider';
import { providerId } from './ids.js';
import type { ConnectionWire } from './wire/connection.js';
import type { DomainWire } from './wire/domain.js';
import type { InvitationWire } from './wire/invitation.js';
import type { MembershipWire } from './wire/membership.js';
import type { OrganizationWire } from './wire/organization.js';
import type { ProfileWire } from './wire/profile.js';
import type { UserWire } from './wire/user.js';

/** The fields this adapter reads, typed, and whatever else WorkOS sent. */
export type WorkosNativeObject<Wire> = Readonly<Wire> & Readonly<Record<string, unknown>>;

/** The object WorkOS sent for an entity; `undefined` for entities of another provider and copies made by spreading. */
export function workosNative(entity: Organization): WorkosNativeObject<OrganizationWire> | undefined;
export function workosNative(entity: Domain): WorkosNativeObject<DomainWire> | undefined;
export function workosNative(entity: Connection): WorkosNativeObject<ConnectionWire> | undefined;
export function workosNative(entity: User): WorkosNativeObject<UserWire> | undefined;
export function workosNative(entity: Membership): WorkosNativeObject<MembershipWire> | undefined;
export function workosNative(entity: Invitation): WorkosNativeObject<InvitationWire> | undefined;
export function workosNative(entity: Profile): WorkosNativeObject<ProfileWire> | undefined;
export function workosNative(entity: { readonly provider: string }): unknown {
  return entity.provider === providerId ? nativeOf(entity) : undefined;
}

export interface WorkosNativeRequest
  extends
    Pick<ApiRequest, 'method' | 'path' | 'query' | 'json' | 'headers' | 'replay' | 'expect' | 'rateLimits'>,
    Pick<CallOptions, 'signal' | 'timeoutMs'> {}

/** For what the neutral model does not cover. */
export interface WorkosNative {
  /**
   * Sends an authenticated request to the API host, with the same retries and errors as every other call. `path` starts with a slash.
   * Answers to DELETE are not read unless `expect` is `'json'`.
   */
  request(request: WorkosNativeRequest): Promise<ApiResponse>;
}

const operation = 'native.request';

export function createNative(api: ApiClient): WorkosNative {
  return {
    async request({ signal, timeoutMs, ...request }) {
      if (!request.path.startsWith('/')) {
        throw new SsoError({
          code: 'invalid_argument',
          message: `${operation}: path must start with "/"`,
          provider: providerId,
          operation,
        });
      }
      return api.request({
        ...(request.method === 'DELETE' ? { expect: 'none' } : {}),
        ...request,
        context: { operation, signal, timeoutMs },
      });
    },
  };
}
