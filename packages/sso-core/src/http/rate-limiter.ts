/** Keeps the starts of requests within a vendor's published limit: at most `limit` per `perMs`, counted per `key`. */
export interface RateLimit {
  readonly key: string;
  readonly limit: number;
  readonly perMs: number;
}

/**
 * Spaces requests by their start, not by sleeping between them: a slow answer costs no extra wait. The first `limit` requests
 * go out at once.
 */
export function createRateLimiter(
  now: () => number = Date.now,
): (limit: RateLimit, signal: AbortSignal) => Promise<void> {
  const startsByKey = new Map<string, number[]>();
  return async ({ key, limit, perMs }, signal) => {
    let starts = startsByKey.get(key);
    if (!starts) startsByKey.set(key, (starts = []));
    const earliest = starts.length < limit ? 0 : starts[starts.length - limit]! + perMs;
    const start = Math.max(now(), earliest);
    starts.push(start);
    if (starts.length > limit) starts.shift();
    await sleep(start - now(), signal);
  };
}

/** Resolves after `ms`; rejects with the signal's reason when that comes first. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms <= 0) return;
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
