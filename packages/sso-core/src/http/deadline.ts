import { SsoError } from '../errors.js';
import type { CallContext } from '../provider/context.js';

/** The reason a signal carries when {@link withDeadline} ended the work. */
class DeadlineReached extends Error {
  override readonly name = 'DeadlineReached';
}

export function isDeadlineReached(reason: unknown): boolean {
  return reason instanceof DeadlineReached;
}

/**
 * Runs work under a signal that aborts after `ms` or with `signal`, whichever is first. Written by hand because
 * `AbortSignal.any` keeps a reference per call on long-lived signals in the oldest supported Node.
 */
export async function withDeadline<T>(
  ms: number | undefined,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const timer = ms === undefined ? undefined : setTimeout(() => controller.abort(new DeadlineReached()), ms);
  const onAbort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/**
 * Like {@link withDeadline}, for a whole call: running out of time becomes `deadline_exceeded`. A call without a deadline works under
 * its own signal.
 */
export async function withCallDeadline<T>(
  { operation, timeoutMs, signal }: Pick<CallContext, 'operation' | 'timeoutMs' | 'signal'>,
  provider: string,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) {
    signal?.throwIfAborted();
    return work(signal);
  }
  try {
    return await withDeadline(timeoutMs, signal, work);
  } catch (error) {
    signal?.throwIfAborted();
    if (!isDeadlineReached(error)) throw error;
    throw new SsoError({
      code: 'deadline_exceeded',
      message: `${operation} at ${provider} took longer than ${timeoutMs} ms`,
      provider,
      operation,
      retryable: true,
    });
  }
}

/** Waits for work shared with other calls: rejects with the signal's reason when that comes first, and lets the work go on. */
export async function waitFor<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort!);
  }
}
