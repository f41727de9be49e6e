import { setMaxListeners } from 'node:events';

/**
 * Works on several items at once and yields what comes of them in their order. The first failure is thrown, and `signal` tells the work
 * still under way. `ahead`: how many items may be begun before the first of them is done.
 */
export async function* mapInOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  ahead: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
  outer?: AbortSignal,
): AsyncGenerator<R, void, undefined> {
  const stopped = new AbortController();
  const signal = outer ? AbortSignal.any([outer, stopped.signal]) : stopped.signal;
  // Every request under way listens to it.
  setMaxListeners(0, signal);
  const begun: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item, signal);
      // Thrown where it is awaited below.
      result.catch(() => undefined);
      begun.push(result);
      if (begun.length >= ahead) yield await begun.shift()!;
    }
    while (begun.length > 0) yield await begun.shift()!;
  } finally {
    stopped.abort();
  }
}
