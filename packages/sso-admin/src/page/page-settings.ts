import { SsoError } from '@org/sso-core';

const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The parts of the page's URL. Throws `invalid_argument`. */
export function readUrl(url: string) {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isLoopback = loopbackHosts.has(parsed?.hostname ?? '');
  const isHttps = parsed?.protocol === 'https:';
  if (
    !parsed ||
    parsed.search ||
    parsed.hash ||
    parsed.username ||
    !(isHttps || (parsed.protocol === 'http:' && isLoopback))
  )
    throw invalid('url must be where browsers find the page, such as "https://app.example.com/settings/sso"');
  const path = parsed.pathname.replace(/\/+$/, '');
  if (path === '') throw invalid('url must have a path of its own, such as "/settings/sso"');
  return { origin: parsed.origin, path, isLoopback: isLoopback && !isHttps, isHttps };
}

/** Throws `invalid_argument`. */
export function checkSecrets(secrets: readonly unknown[]): void {
  // An unset environment variable behind a `!` arrives here as undefined.
  if (
    !Array.isArray(secrets) ||
    secrets.length === 0 ||
    secrets.some((secret) => typeof secret !== 'string' || secret.length < 32)
  )
    throw invalid('secrets needs at least one secret, each of 32 characters or more');
}

export function invalid(what: string): SsoError {
  return new SsoError({ code: 'invalid_argument', message: `createSettingsPage: ${what}` });
}
