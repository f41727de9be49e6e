import type { HttpSettings } from '@org/sso-core/http';

/** Settings of `createWorkos`. All are checked at construction. */
export interface WorkosOptions {
  /** API key of the environment, `sk_…`; it doubles as the OAuth client secret. [S] */
  readonly apiKey: string;
  /** Client id of the environment, `client_…`. */
  readonly clientId: string;
  /** Host of the API and of `/sso/authorize`: a custom authentication domain or an emulator. Default `https://api.workos.com`. */
  readonly baseUrl?: string | undefined;
  /** Host of `/sso/logout`. Default `https://auth.workos.com`, or `baseUrl` when that is another host than the default. [S] */
  readonly authUrl?: string | undefined;
  /**
   * Values of `iss` accepted in access tokens. WorkOS does not document the claims of its SSO tokens, so the default accepts every issuer
   * it is known to use on the two hosts. [U]
   */
  readonly accessTokenIssuers?: readonly string[] | undefined;
  readonly http?: HttpSettings | undefined;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}
