import type { HttpSettings } from '@org/sso-core/http';

/** How directory events of this environment are to be read. Gives the provider its `events` facet. */
export interface WorkosEventSettings {
  /**
   * What WorkOS does with directory users who become inactive. Environments created after 2023-10-19 have them `'deleted'`: a deactivation
   * then arrives as a deletion, and the same person comes back under another id. Older environments, and those whose owner asked WorkOS's
   * support for it, have them `'kept'`. [D]
   */
  readonly inactiveUsers: 'deleted' | 'kept';
}

/** Gives the provider its `webhooks` facet. */
export interface WorkosWebhookSettings {
  /** Secrets of the endpoint as WorkOS shows them, `whsec_…`; more than one while one replaces another. */
  readonly secrets: readonly string[];
  /** Accepted distance of the signed time, in both directions. Milliseconds. Default 300,000. */
  readonly toleranceMs?: number | undefined;
}

/** Settings of `createWorkos`. All are checked at construction; `webhooks` need `events`. */
export type WorkosOptions = WorkosSettings &
  (
    | { readonly events?: undefined; readonly webhooks?: undefined }
    | { readonly events: WorkosEventSettings; readonly webhooks?: WorkosWebhookSettings | undefined }
  );

export interface WorkosSettings {
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
