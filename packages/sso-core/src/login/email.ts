import { domainToASCII } from 'node:url';
import { invalidArgument } from '../errors.js';

export interface NormalizedEmail {
  /** Local part and ASCII domain, NFKC-normalised; the domain in lower case. */
  readonly address: string;
  /** Lower-case ASCII (IDNA) domain. */
  readonly domain: string;
}

/**
 * Normalises an address before anything is decided on it: NFKC, exactly one `@`, IDNA domain. Look-alike at-signs become `@` by
 * NFKC and then count. Throws `invalid_argument`.
 */
export function normalizeEmail(value: string): NormalizedEmail {
  const parts = typeof value === 'string' ? value.normalize('NFKC').trim().split('@') : [];
  const [local = '', rawDomain = ''] = parts;
  // domainToASCII parses a URL host: it would cut a path off and decode percent signs.
  const domain = /[/\\?#:%[\]\s]/.test(rawDomain) ? '' : domainToASCII(rawDomain).toLowerCase();
  if (parts.length !== 2 || !isLocalPart(local) || !isDomain(domain)) {
    throw invalidArgument('Expected one e-mail address with exactly one "@" and a domain name');
  }
  return { address: `${local}@${domain}`, domain };
}

function isLocalPart(local: string): boolean {
  return (
    local.length > 0 && local.length <= 64 && !/[\u0000-\u0020\u007f-\u009f"(),:;<>[\\\]]|\s/u.test(local)
  );
}

function isDomain(domain: string): boolean {
  return (
    domain.length <= 253 &&
    /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/.test(domain)
  );
}
