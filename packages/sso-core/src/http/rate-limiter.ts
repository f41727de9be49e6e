/** Keeps the starts of requests within a vendor's published limit: at most `limit` per `perMs`, counted per `key`. */
export interface RateLimit {
  readonly key: string;
  readonly limit: number;
  readonly perMs: number;
}

/**
 * Spaces requests by their start, not by sleeping between them: a slow answer costs no extra wait, and the first `limit` requests go out
 * at once. Reserves a place and answers how many milliseconds from `now` it begins.
 */
export function createRateLimiter(): (limit: RateLimit, now: number) => number {
  const startsByKey = new Map<string, number[]>();
  return ({ key, limit, perMs }, now) => {
    let starts = startsByKey.get(key);
    if (!starts) startsByKey.set(key, (starts = []));
    const start = starts.length < limit ? now : Math.max(now, starts[starts.length - limit]! + perMs);
    starts.push(start);
    if (starts.length > limit) starts.shift();
    return start - now;
  };
}

/** Resolves after `ms`; rejects with the signal's reason when that comes first. */
export async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  if (ms <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
