import { SsoError } from '../errors.js';

/** What a browser brought back to the redirect URI. */
export interface CallbackParameters {
  readonly pathname: string;
  readonly all: URLSearchParams;
  readonly code: string | null;
  readonly state: string | null;
  readonly error: string | null;
  readonly errorDescription: string | null;
  readonly issuer: string | null;
}

const singleParameters = ['code', 'state', 'error', 'iss'] as const;

/** Anything that carries the callback's URL: a Web `Request`, a `URL`, an absolute URL, or a path with query. */
export type CallbackSource = Request | URL | string;

/** Reads a callback. Answers `undefined` when a parameter is repeated or the URL is malformed: such a callback is never ours. */
export function readCallback(source: CallbackSource): CallbackParameters | undefined {
  const href = typeof source === 'string' ? source : source instanceof URL ? source.href : source?.url;
  if (typeof href !== 'string') {
    throw new SsoError({
      code: 'invalid_argument',
      message: 'Expected the callback as a Request, a URL or a string',
    });
  }
  if (!URL.canParse(href, 'http://localhost')) return undefined;
  const { pathname, searchParams: all } = new URL(href, 'http://localhost');
  if (singleParameters.some((name) => all.getAll(name).length > 1)) return undefined;
  return {
    pathname,
    all,
    code: all.get('code') || null,
    state: all.get('state') || null,
    error: all.get('error') || null,
    errorDescription: all.get('error_description') || null,
    issuer: all.get('iss') || null,
  };
}
