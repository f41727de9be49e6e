const placeholder = 'https://relative.invalid';

/** Of the normalised value, all ASCII: sealed with its flow it must fit the 4096 bytes a browser keeps of a cookie (RFC 6265bis). */
const maxLength = 2048;

/**
 * The path or URL a login may return to, or `undefined`. Accepted: a path of your own origin, or an absolute URL whose exact origin is
 * listed; up to 2048 characters with non-ASCII ones percent-encoded. Refused, among others: `//host`, `/\host`, control characters,
 * other schemes, user information.
 */
export function acceptReturnTo(
  value: string | null | undefined,
  origins: readonly string[],
): string | undefined {
  // URL parsing drops tabs and newlines and turns backslashes into slashes: refuse them before it can.
  if (!value || /[\u0000-\u0020\u007f-\u009f\\]/.test(value)) return undefined;
  const accepted = value.startsWith('/') ? acceptPath(value) : acceptUrl(value, origins);
  return accepted !== undefined && accepted.length <= maxLength ? accepted : undefined;
}

function acceptPath(value: string): string | undefined {
  const url = URL.canParse(value, placeholder) ? new URL(value, placeholder) : undefined;
  if (url?.origin !== placeholder) return undefined;
  const path = url.pathname + url.search + url.hash;
  return path.startsWith('//') ? undefined : path;
}

function acceptUrl(value: string, origins: readonly string[]): string | undefined {
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  // A blob: URL carries the origin it was made in.
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || !origins.includes(url.origin))
    return undefined;
  return url.href;
}
