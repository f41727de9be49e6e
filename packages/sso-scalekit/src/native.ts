import type {
  CallOptions,
  Connection,
  Directory,
  DirectoryGroup,
  DirectoryUser,
  Domain,
  Invitation,
  Membership,
  Organization,
  PortalLink,
  Profile,
  User,
} from '@org/sso-core';
import type { ApiClient, ApiRequest, ApiResponse } from '@org/sso-core/http';
import { nativeOf, type CallContext } from '@org/sso-core/provider';
import { refusal } from './errors.js';
import { providerId } from './ids.js';
import type { ScalekitConnection } from './wire/connection.js';
import type { ScalekitDirectory, ScalekitDirectoryGroup, ScalekitDirectoryUser } from './wire/directory.js';
import type { ScalekitDomain } from './wire/domain.js';
import type { ScalekitIdTokenClaims } from './wire/id-token.js';
import type { ScalekitOrganization } from './wire/organization.js';
import type { ScalekitPortalLink } from './wire/portal-link.js';
import type { ScalekitInvitation, ScalekitMembership, ScalekitUser } from './wire/user.js';

/** A request the neutral model has no operation for. */
export interface ScalekitNativeRequest
  extends
    Pick<ApiRequest, 'method' | 'path' | 'query' | 'json' | 'headers' | 'replay' | 'expect' | 'rateLimits'>,
    Pick<CallOptions, 'signal' | 'timeoutMs'> {}

/** For what the neutral model does not cover. */
export interface ScalekitNative {
  /**
   * Sends an authenticated request to the environment, with the same retries and errors as every other call. `path` starts with a slash.
   */
  request(request: ScalekitNativeRequest): Promise<ApiResponse>;
}

export function createNative(api: ApiClient): ScalekitNative {
  return {
    async request({ signal, timeoutMs, ...request }) {
      const context: CallContext = { operation: 'native.request', signal, timeoutMs };
      if (!request.path.startsWith('/')) {
        throw refusal('invalid_argument', context, 'path must begin with "/"');
      }
      return api.request({ ...request, context });
    },
  };
}

/**
 * The object Scalekit sent for an entity, untouched; of a profile, the claims of its ID token. `undefined` for entities of another
 * provider or origin.
 */
export function scalekitNative(entity: Organization): ScalekitOrganization | undefined;
export function scalekitNative(entity: Domain): ScalekitDomain | undefined;
export function scalekitNative(entity: Connection): ScalekitConnection | undefined;
export function scalekitNative(entity: Directory): ScalekitDirectory | undefined;
export function scalekitNative(entity: DirectoryUser): ScalekitDirectoryUser | undefined;
export function scalekitNative(entity: DirectoryGroup): ScalekitDirectoryGroup | undefined;
export function scalekitNative(entity: User): ScalekitUser | undefined;
export function scalekitNative(entity: Membership): ScalekitMembership | undefined;
export function scalekitNative(entity: Invitation): ScalekitInvitation | undefined;
export function scalekitNative(entity: PortalLink): ScalekitPortalLink | undefined;
export function scalekitNative(entity: Profile): ScalekitIdTokenClaims | undefined;
export function scalekitNative(entity: { readonly provider: string }): unknown {
  return entity.provider === providerId ? nativeOf(entity) : undefined;
}
