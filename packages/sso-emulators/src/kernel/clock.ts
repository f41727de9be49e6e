/** Time as one emulator sees it. */
export interface EmulatorClock {
  now(): Date;
  /** Moves the clock forward (or back, with a negative number) by milliseconds. */
  advance(milliseconds: number): void;
  /** Forgets every advance. */
  reset(): void;
}

/**
 * Real time plus whatever was advanced, or a clock frozen at an ISO 8601 instant that only `advance` moves.
 *
 * @throws RangeError when `start` is neither `'real'` nor an ISO 8601 instant.
 */
export function createClock(start: string = 'real'): EmulatorClock {
  const frozenAt = start === 'real' ? undefined : Date.parse(start);
  if (Number.isNaN(frozenAt)) {
    throw new RangeError(`clock must be "real" or an ISO 8601 instant (got ${JSON.stringify(start)})`);
  }
  let offset = 0;
  return {
    now: () => new Date((frozenAt ?? Date.now()) + offset),
    advance(milliseconds) {
      offset += milliseconds;
    },
    reset() {
      offset = 0;
    },
  };
}
