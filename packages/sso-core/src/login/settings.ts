import { invalidArgument } from '../errors.js';
import { requireBaseUrl, requireKnownSettings } from '../http/settings.js';
import type { OneTimeIds } from './one-time-ids.js';

export interface LoginSettings {
  /**
   * Seal the login flow. At least 32 characters each, from a secure random source. The first seals, all of them open: to rotate, put
   * the new one in front and drop the old one after the flow lifetime.
   */
  readonly secrets: readonly string[];
  /**
   * The provider's callback URL, registered at the vendor. Where several stand behind the client, one for each by provider id, each with
   * a path of its own: a callback counts only at the path of the provider its login began at (RFC 9700, section 4.4.2).
   */
  readonly redirectUri: string | Readonly<Record<string, string>>;
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

const names: Readonly<Record<keyof LoginSettings, true>> = {
  secrets: true,
  redirectUri: true,
  returnToOrigins: true,
  defaultReturnTo: true,
  flowLifetimeSeconds: true,
  oneTimeIds: true,
  now: true,
};

/** Throws `invalid_argument` naming the malformed setting. */
export function checkLoginSettings(settings: LoginSettings, provider: string): void {
  requireKnownSettings(settings, names, provider, 'login');
  // An unset environment variable behind a `!` arrives here as undefined.
  const secrets: readonly unknown[] = Array.isArray(settings.secrets) ? settings.secrets : [];
  if (secrets.length === 0 || secrets.some((secret) => typeof secret !== 'string' || secret.length < 32)) {
    throw invalidArgument('login.secrets needs at least one secret, each of 32 characters or more', {
      provider,
    });
  }
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

function refuse(why: string, provider?: string): never {
  throw invalidArgument(`login.redirectUri ${why}`, provider === undefined ? {} : { provider });
}

/** The redirect URI of each provider. Throws `invalid_argument` unless each has one, with a path of its own. */
export function readRedirectUris(
  redirectUri: LoginSettings['redirectUri'],
  providers: readonly string[],
): ReadonlyMap<string, string> {
  if (typeof redirectUri === 'string' && providers.length > 1)
    refuse(`must be an object with a URL for each of ${providers.join(', ')}`);
  const uris = new Map(
    typeof redirectUri === 'object' && redirectUri !== null
      ? Object.entries(redirectUri)
      : providers.map((provider) => [provider, redirectUri]),
  );
  for (const provider of uris.keys())
    if (!providers.includes(provider)) refuse(`names "${provider}", which is not among the providers`);
  for (const provider of providers) {
    const uri = uris.get(provider) ?? refuse(`has no URL for "${provider}"`, provider);
    requireBaseUrl(uri, 'login.redirectUri', provider);
  }
  const paths = new Set(Array.from(uris.values(), (uri) => new URL(uri).pathname));
  if (paths.size < uris.size) refuse('must have a path of its own for each provider');
  return uris;
}
