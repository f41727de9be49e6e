import { setTimeout as delay } from 'node:timers/promises';
import { SsoError } from '@org/sso-core';

/** How long failures that may pass are waited out, beyond what an adapter does itself. */
export interface RetrySettings {
  /** In a row, before an operation fails. Default 8. Being told to slow down does not count. */
  readonly attempts?: number;
  /** First back-off in milliseconds; doubles each time, up to a minute, with jitter. Default 500. */
  readonly delayMs?: number;
  /** Milliseconds for which an operation lets itself be told to slow down. Default 15 minutes. */
  readonly patienceMs?: number;
}

export interface Wait {
  readonly error: SsoError;
  readonly delayMs: number;
  /** 1 after the first failure. */
  readonly attempt: number;
}

const maxDelayMs = 60_000;
const defaultPatienceMs = 15 * 60_000;

/** Repeats what failed in a way that may pass. The vendor's own wish to wait is obeyed. `previous`: why it is tried again. */
export async function retrying<T>(
  { attempts = 8, delayMs = 500, patienceMs = defaultPatienceMs }: RetrySettings,
  operation: (previous: SsoError | undefined) => Promise<T>,
  {
    signal,
    onWait,
  }: { readonly signal?: AbortSignal | undefined; readonly onWait?: (wait: Wait) => void } = {},
): Promise<T> {
  const startedAt = performance.now();
  let previous: SsoError | undefined;
  let failures = 0;
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted();
    try {
      return await operation(previous);
    } catch (error) {
      signal?.throwIfAborted();
      if (!SsoError.isInstance(error) || !error.retryable) throw error;
      const slowDown = error.code === 'rate_limited';
      if (!slowDown) failures += 1;
      if (failures >= attempts || (slowDown && performance.now() - startedAt > patienceMs)) throw error;
      const backOff = Math.min(delayMs * 2 ** (attempt - 1), maxDelayMs) * (0.5 + Math.random() / 2);
      const wait = Math.max(error.retryAfterMs ?? 0, backOff);
      onWait?.({ error, delayMs: wait, attempt });
      previous = error;
      await delay(wait, undefined, { signal });
    }
  }
}
