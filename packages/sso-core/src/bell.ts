/** What idle loops listen to. A ring between looking for work and waiting is not lost. */
export interface Bell {
  /** How often it has rung: read it before looking for work. */
  readonly rings: number;
  ring(): void;
  /** Resolves after `ms`, at the next ring, or at once when it has rung more often than `heard`. */
  wait(ms: number, heard: number): Promise<void>;
}

export function createBell(): Bell {
  const waiting = new Set<() => void>();
  let rings = 0;
  return {
    get rings() {
      return rings;
    },
    ring() {
      rings += 1;
      for (const wake of waiting) wake();
    },
    wait: (ms, heard) =>
      new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, heard === rings ? ms : 0);
        waiting.add(wake);
      }),
  };
}
