import type {
  AuditSchema,
  CallOptions,
  Connection,
  Directory,
  DirectoryGroup,
  DirectoryUser,
  Domain,
  Invitation,
  Membership,
  Organization,
  Profile,
  User,
} from '@org/sso-core';
import type { ApiClient, ApiRequest, ApiResponse } from '@org/sso-core/http';
import { nativeOf, type CallContext } from '@org/sso-core/provider';
import { refusal } from './errors.js';
import { providerId } from './ids.js';
import type { WorkosAuditSchema } from './wire/audit-schema.js';
import type { WorkosConnection } from './wire/connection.js';
import type { WorkosDirectoryGroup } from './wire/directory-group.js';
import type { WorkosDirectoryUser } from './wire/directory-user.js';
import type { WorkosDirectory } from './wire/directory.js';
import type { WorkosDomain } from './wire/domain.js';
import type { WorkosInvitation } from './wire/invitation.js';
import type { WorkosMembership } from './wire/membership.js';
import type { WorkosOrganization } from './wire/organization.js';
import type { WorkosProfile } from './wire/profile.js';
import type { WorkosUser } from './wire/user.js';

/** The object WorkOS sent for an entity; `undefined` for entities of another provider and copies made by spreading. */
export function workosNative(entity: Organization): WorkosOrganization | undefined;
export function workosNative(entity: Domain): WorkosDomain | undefined;
export function workosNative(entity: Connection): WorkosConnection | undefined;
export function workosNative(entity: User): WorkosUser | undefined;
export function workosNative(entity: Membership): WorkosMembership | undefined;
export function workosNative(entity: Invitation): WorkosInvitation | undefined;
export function workosNative(entity: Profile): WorkosProfile | undefined;
export function workosNative(entity: Directory): WorkosDirectory | undefined;
export function workosNative(entity: DirectoryUser): WorkosDirectoryUser | undefined;
export function workosNative(entity: DirectoryGroup): WorkosDirectoryGroup | undefined;
export function workosNative(entity: AuditSchema): WorkosAuditSchema | undefined;
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

export function createNative(api: ApiClient): WorkosNative {
  return {
    async request({ signal, timeoutMs, ...request }) {
      const context: CallContext = { operation: 'native.request', signal, timeoutMs };
      if (!request.path.startsWith('/')) {
        throw refusal('invalid_argument', context, 'path must begin with "/"');
      }
      return api.request({
        ...(request.method === 'DELETE' ? { expect: 'none' } : {}),
        ...request,
        context,
      });
    },
  };
}
