import { invalidArgument } from '../errors.js';
import { findUnknownName } from '../unknown-name.js';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Checks a configured base URL and returns it without a trailing slash. Throws `invalid_argument` when it is malformed, carries
 * credentials, a query or a fragment, or uses plain http anywhere but on loopback.
 */
export function requireBaseUrl(value: string, setting: string, provider: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalidArgument(`${setting} must be an absolute URL such as "https://example.com"`, { provider });
  }
  if (url.protocol === 'http:' && !loopbackHosts.has(url.hostname)) {
    throw invalidArgument(`${setting} must use https: plain http is accepted only for loopback hosts`, {
      provider,
    });
  }
  if (url.username || url.password || url.search || url.hash) {
    throw invalidArgument(`${setting} must carry no credentials, query or fragment`, { provider });
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Checks that a setting is a non-empty string without spaces at its ends. Throws `invalid_argument` naming it. */
export function requireSetting(value: string | undefined, setting: string, provider: string): string {
  if (typeof value !== 'string' || value === '' || value !== value.trim()) {
    throw invalidArgument(`${setting} is missing or malformed: expected a non-empty string`, { provider });
  }
  return value;
}

/**
 * Throws `invalid_argument` for a setting that is none, such as a misspelt one that would leave a default in place. `names` has all of
 * them; `parent` is the setting they are part of.
 */
export function requireKnownSettings<Settings extends object>(
  settings: Settings,
  names: Readonly<Record<keyof Settings, true>>,
  provider: string,
  parent?: string,
): void {
  const found = findUnknownName(settings, names, parent);
  if (found)
    throw invalidArgument(`There is no setting "${found.unknown}": they are ${found.known}`, { provider });
}
