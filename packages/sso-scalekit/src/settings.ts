import type { HttpSettings } from '@org/sso-core/http';

/** What `createScalekit` needs to reach one Scalekit environment. */
export interface ScalekitOptions {
  /** The environment's URL, such as `https://acme.scalekit.dev`, or its custom domain. Also the issuer of its tokens. */
  readonly environmentUrl: string;
  /** `skc_…`, from the dashboard's API credentials. */
  readonly clientId: string;
  /** Never appears in an error, log or inspection. */
  readonly clientSecret: string;
  /**
   * Further issuers to accept in tokens. Scalekit does not say when `iss` changes after a custom domain is added [?]: list the old
   * environment URL here for the transition.
   */
  readonly additionalIssuers?: readonly string[];
  /** With it the provider has the `webhooks` facet. */
  readonly webhooks?: ScalekitWebhookSettings | undefined;
  readonly http?: HttpSettings;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** How webhooks are verified. */
export interface ScalekitWebhookSettings {
  /** `whsec_…`, one per endpoint registered in the dashboard; two while one is rotated. Never appear in an error, log or inspection. */
  readonly secrets: readonly string[];
  /** Accepted distance of the signed timestamp, in both directions. Milliseconds; default 300,000, as in the official SDKs [C]. */
  readonly toleranceMs?: number | undefined;
}

/** {@link ScalekitOptions} after the checks of `createScalekit`. */
export interface ScalekitSettings {
  readonly environmentUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Every issuer whose tokens are accepted; the first is the environment itself. */
  readonly issuers: readonly [string, ...string[]];
  readonly now: () => number;
}
