import type {
  Connection,
  Domain,
  Invitation,
  Membership,
  Organization,
  PortalLink,
  Profile,
  User,
} from '@org/sso-core';
import type { ApiRequest, Replay } from '@org/sso-core/http';
import { nativeOf, type CallContext } from '@org/sso-core/provider';
import type { ScalekitApi } from './api.js';
import { refusal } from './errors.js';
import { providerId } from './ids.js';
import type { ScalekitConnection } from './wire/connection.js';
import type { ScalekitDomain } from './wire/domain.js';
import type { ScalekitIdTokenClaims } from './wire/id-token.js';
import type { ScalekitOrganization } from './wire/organization.js';
import type { ScalekitPortalLink } from './wire/portal-link.js';
import type { ScalekitInvitation, ScalekitMembership, ScalekitUser } from './wire/user.js';

/** A request the neutral model has no operation for. */
export interface ScalekitNativeRequest extends Pick<ApiRequest, 'method' | 'query' | 'json'> {
  /** Begins with `/`, such as `/api/v1/roles`. Values inside must be percent-encoded. */
  readonly path: string;
  /** Whether it may be sent again when its fate is unknown. Default by method: GET `safe`, POST `once`, others `idempotent`. */
  readonly replay?: Replay;
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call, retries included. */
  readonly timeoutMs?: number;
}

/** Scalekit's API without the neutral model: same authentication, retries and errors. */
export interface ScalekitNative {
  /** The answer's JSON as it is. Throws `SsoError`. */
  request(request: ScalekitNativeRequest): Promise<unknown>;
}

export function createNative(api: ScalekitApi): ScalekitNative {
  return {
    async request({ signal, timeoutMs, ...request }) {
      const context: CallContext = { operation: 'native.request', signal, timeoutMs };
      if (!request.path.startsWith('/')) {
        throw refusal('invalid_argument', context, 'path must begin with "/"');
      }
      return api.readRaw({ ...request, context });
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
export function scalekitNative(entity: User): ScalekitUser | undefined;
export function scalekitNative(entity: Membership): ScalekitMembership | undefined;
export function scalekitNative(entity: Invitation): ScalekitInvitation | undefined;
export function scalekitNative(entity: PortalLink): ScalekitPortalLink | undefined;
export function scalekitNative(entity: Profile): ScalekitIdTokenClaims | undefined;
export function scalekitNative(entity: { readonly provider: string }): unknown {
  return entity.provider === providerId ? nativeOf(entity) : undefined;
}
