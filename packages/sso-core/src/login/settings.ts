import { invalidArgument } from '../errors.js';
import { requireBaseUrl } from '../http/base-url.js';
import type { OneTimeIds } from './one-time-ids.js';

export interface LoginSettings {
  /**
   * Seal the login flow. At least 32 characters each, from a secure random source. The first seals, all of them open: to rotate, put
   * the new one in front and drop the old one after the flow lifetime.
   */
  readonly secrets: readonly string[];
  /** This provider's callback URL, registered at the vendor. Use one path per provider. */
  readonly redirectUri: string;
  /** Origins besides your own that `returnTo` may lead to, such as `https://app.example.com`. Default none. */
  readonly returnToOrigins?: readonly string[];
  /** Where a login without an acceptable `returnTo` ends. Default `/`. */
  readonly defaultReturnTo?: string;
  /** Seconds between `begin` and `complete`. Default 600. */
  readonly flowLifetimeSeconds?: number;
  /** Default: in memory, for one process. */
  readonly oneTimeIds?: OneTimeIds;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Throws `invalid_argument` naming the malformed setting. */
export function checkLoginSettings(settings: LoginSettings, provider: string): void {
  if (settings.secrets.length === 0 || settings.secrets.some((secret) => secret.length < 32)) {
    throw invalidArgument('login.secrets needs at least one secret, each of 32 characters or more', {
      provider,
    });
  }
  requireBaseUrl(settings.redirectUri, 'login.redirectUri', provider);
  for (const origin of settings.returnToOrigins ?? []) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw invalidArgument(
        'login.returnToOrigins must list bare origins such as "https://app.example.com"',
        { provider },
      );
    }
  }
  const lifetime = settings.flowLifetimeSeconds;
  if (lifetime !== undefined && !(Number.isInteger(lifetime) && lifetime > 0)) {
    throw invalidArgument('login.flowLifetimeSeconds must be a positive whole number', { provider });
  }
}
