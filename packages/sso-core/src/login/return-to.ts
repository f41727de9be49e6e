const placeholder = 'https://relative.invalid';

/**
 * The path or URL a login may return to, or `undefined`. Accepted: a path of your own origin, or an absolute URL whose exact origin is
 * listed. Refused, among others: `//host`, `/\host`, control characters, other schemes, user information.
 */
export function acceptReturnTo(
  value: string | null | undefined,
  origins: readonly string[],
): string | undefined {
  // URL parsing drops tabs and newlines and turns backslashes into slashes: refuse them before it can.
  if (!value || value.length > 2048 || /[\u0000-\u0020\u007f-\u009f\\]/.test(value)) return undefined;
  if (value.startsWith('/')) {
    const url = URL.canParse(value, placeholder) ? new URL(value, placeholder) : undefined;
    if (url?.origin !== placeholder) return undefined;
    const path = url.pathname + url.search + url.hash;
    return path.startsWith('//') ? undefined : path;
  }
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  // A blob: URL carries the origin it was made in.
  if (!/^https?:$/.test(url.protocol) || url.username || url.password || !origins.includes(url.origin))
    return undefined;
  return url.href;
}
