/** What should go wrong with matching requests. Without `match` every vendor request matches. */
export interface Fault {
  /** `path` is the source of a regular expression tested against the path name. */
  readonly match?: { readonly method?: string; readonly path?: string };
  /** How many requests it applies to; 1 when absent. */
  readonly times?: number;
  /** Answer with this status instead of asking the handler. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly delayMs?: number;
  /** Send this many bytes of the body, then destroy the socket. */
  readonly truncateBodyAt?: number;
  /** Destroy the socket instead of answering. */
  readonly closeConnection?: boolean;
  readonly dripBytesPerSecond?: number;
  /** Let the handler do its work first, then spoil the answer. */
  readonly afterHandler?: boolean;
}

export interface FaultDial {
  add(fault: Fault): void;
  /** The first live fault for this request, used up by one. */
  take(method: string, path: string): Fault | undefined;
  list(): readonly Fault[];
  clear(): void;
}

/** Faults in the order they were set. */
export function createFaultDial(): FaultDial {
  let live: { fault: Fault; remaining: number; path: RegExp | undefined }[] = [];
  return {
    add(fault) {
      const path = fault.match?.path;
      live.push({
        fault,
        remaining: fault.times ?? 1,
        path: path === undefined ? undefined : new RegExp(path),
      });
    },
    take(method, path) {
      const found = live.find(
        (entry) =>
          (entry.fault.match?.method ?? method).toUpperCase() === method && (entry.path?.test(path) ?? true),
      );
      if (!found) return undefined;
      found.remaining -= 1;
      if (found.remaining <= 0) live = live.filter((entry) => entry !== found);
      return found.fault;
    },
    list: () => live.map(({ fault, remaining }) => ({ ...fault, times: remaining })),
    clear() {
      live = [];
    },
  };
}
