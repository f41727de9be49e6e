/** Remembers ids that may be used once. Share one between all processes that complete logins. */
export interface OneTimeIds {
  /** `true` the first time, `false` ever after; may forget the id after `expiresAt` (seconds since the epoch). Must be atomic. */
  consume(id: string, expiresAt: number): Promise<boolean>;
}

/** For one process and for tests: ids are forgotten when the process ends. */
export function createMemoryOneTimeIds(now: () => number = Date.now): OneTimeIds {
  const used = new Map<string, number>();
  let sweepAt = 0;
  return {
    async consume(id, expiresAt) {
      const seconds = now() / 1000;
      if (seconds >= sweepAt) {
        for (const [old, expiry] of used) if (expiry < seconds) used.delete(old);
        sweepAt = seconds + 60;
      }
      if (used.has(id)) return false;
      used.set(id, expiresAt);
      return true;
    },
  };
}
