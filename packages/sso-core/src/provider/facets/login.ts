import type { LoginRejectionReason } from '../../errors.js';
import type { ConnectionId, OrganizationId, Profile } from '../../model/index.js';
import type { Secret } from '../../secret.js';
import type { CallContext } from '../context.js';
import type { SsoProvider } from '../provider.js';

/** Names who should sign in: exactly one of the four. */
export type LoginSelector =
  | { organization: OrganizationId; connection?: never; domain?: never; identityProvider?: never }
  | { connection: ConnectionId; organization?: never; domain?: never; identityProvider?: never }
  /** E-mail domain of the customer. */
  | { domain: string; organization?: never; connection?: never; identityProvider?: never }
  /** Environment-level sign-in, in the vendor's spelling, such as `GoogleOAuth` or `google`. */
  | { identityProvider: string; organization?: never; connection?: never; domain?: never };

export type LoginSelectorKind = 'organization' | 'connection' | 'domain' | 'identityProvider';

export interface AuthorizationRequest {
  /** Exactly one selector, of a kind listed in `features.selectors`. */
  readonly selector: LoginSelector;
  /** One of the redirect URIs registered at the vendor. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** S256 challenge (RFC 7636). */
  readonly codeChallenge: string;
  readonly loginHint?: string | undefined;
  /** Ask the identity provider to authenticate again. */
  readonly forceReauthentication?: boolean | undefined;
}

export interface CodeExchange {
  readonly code: string;
  readonly redirectUri: string;
  readonly codeVerifier: string;
  /** The nonce the ID token must carry, where the vendor issues one. */
  readonly nonce: string;
}

/** What was actually checked about a login. */
export type LoginAssurance =
  | 'id_token_signature'
  | 'id_token_issuer'
  | 'id_token_audience'
  | 'id_token_expiry'
  | 'id_token_nonce'
  | 'access_token_hash'
  | 'server_side_profile'
  | 'pkce'
  | 'client_authentication'
  | 'flow_binding'
  | 'selector_match';

export interface LoginTokens {
  readonly accessToken: Secret;
  readonly idToken: Secret | null;
  readonly refreshToken: Secret | null;
  /** When the access token expires. ISO-8601. */
  readonly expiresAt: string | null;
}

export interface AuthenticatedLogin {
  readonly profile: Profile;
  readonly tokens: LoginTokens;
  readonly assurance: readonly LoginAssurance[];
}

/** A login started at the identity provider. It never makes a session: it only says where to start a new one. */
export interface UnsolicitedLogin {
  /** `null` when the vendor's answer does not tell without exchanging a code nobody asked for. */
  readonly selector: LoginSelector | null;
  readonly loginHint: string | null;
  /** Chosen by the identity provider's side: a hint, never a redirect target as it stands. */
  readonly relayState: string | null;
  /** When present, a value to be accepted once, with its expiry in seconds since the epoch. */
  readonly oneTimeId: { readonly id: string; readonly expiresAt: number } | null;
}

export interface AccessTokenClaims {
  readonly subject: string;
  readonly issuer: string;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface LogoutRequest {
  /** `profile.provider` of the login; needed where several providers stand behind the client. */
  readonly provider?: string | undefined;
  /** The ID token of the login, where the vendor issues one. */
  readonly idToken?: Secret | undefined;
  /** `profile.vendorId` of the login. */
  readonly profileId?: string | undefined;
  /** Where the browser returns; must be registered at the vendor. */
  readonly returnTo?: string | undefined;
  readonly state?: string | undefined;
}

/** Which of several providers takes a login. */
export interface LoginRoute {
  readonly provider: SsoProvider;
  /** In this provider's terms. */
  readonly selector: LoginSelector;
}

/** Signing people in. Every check listed here is the adapter's duty; state, flow binding and one-time use are the client's. */
export interface LoginFacet {
  readonly features: {
    readonly selectors: readonly LoginSelectorKind[];
    readonly idToken: boolean;
    /** How a login that began at the identity provider reaches the app. */
    readonly idpInitiated: 'signed_request' | 'unsolicited_code';
    /** What `logoutUrl` needs. */
    readonly logout: 'id_token' | 'profile_id';
    /** Whether `logoutUrl` takes `returnTo` and `state`. */
    readonly logoutReturnTo: boolean;
  };
  readonly clientId: string;
  /** Compared with an `iss` parameter on the callback (RFC 9207); `null` when the vendor has none to compare. */
  readonly issuer: string | null;
  /**
   * Only where several providers stand behind this facet: chooses the one that takes a login. Asked once, before the redirect; request,
   * callback and code then belong to that provider's own facet. `null` when nobody is known to serve the selector.
   */
  readonly route?: (
    request: { readonly selector: LoginSelector; readonly loginHint?: string | undefined },
    context: CallContext,
  ) => Promise<LoginRoute | null>;
  /** Builds the URL without any request. The caller guarantees a supported selector. */
  authorizationUrl(request: AuthorizationRequest): string;
  /**
   * Sends the code exactly once. Verifies the ID token where there is one: signature, issuer, audience, authorized party, expiry,
   * nonce, access-token hash. Throws `login_rejected` (`code_rejected`) or `verification_failed`.
   */
  exchangeCode(exchange: CodeExchange, context: CallContext): Promise<AuthenticatedLogin>;
  /** Maps the vendor's callback `error` to a neutral reason; an unknown one is `provider_error`. */
  rejectionReason(vendorCode: string): LoginRejectionReason;
  /**
   * Recognises a login that began at the identity provider; `null` when the parameters are something else. Verifies a signed
   * request (signature, issuer, expiry) and throws `verification_failed`. Never exchanges a code.
   */
  readUnsolicited(parameters: URLSearchParams, context: CallContext): Promise<UnsolicitedLogin | null>;
  /** Verifies signature, issuer and expiry against the vendor's keys. Throws `verification_failed`. */
  verifyAccessToken(token: string, context: CallContext): Promise<AccessTokenClaims>;
  /**
   * Where to send the browser to end the vendor's session. Throws `invalid_argument` without what `features.logout` names, `unsupported`
   * when this login has no such URL.
   */
  logoutUrl(request: LogoutRequest, context: CallContext): Promise<string>;
}
