import { digest } from './ids.js';

/** What should go wrong with matching requests. Without `match` every vendor request matches. */
export interface Fault {
  /** `path` is the source of a regular expression tested against the path name. */
  readonly match?: { readonly method?: string; readonly path?: string };
  /** How many requests it applies to; 1 when absent. */
  readonly times?: number;
  /** Strikes this share of the matching requests only, above 0 and at most 1. */
  readonly share?: number;
  /** Which ones: the same number strikes the same, counted from the first that matches. 1 when absent. */
  readonly shareSeed?: number;
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
  let live: { fault: Fault; remaining: number; matched: number; path: RegExp | undefined }[] = [];
  return {
    add(fault) {
      const path = fault.match?.path;
      live.push({
        fault,
        remaining: fault.times ?? 1,
        matched: 0,
        path: path === undefined ? undefined : new RegExp(path),
      });
    },
    take(method, path) {
      const found = live.find((entry) => {
        const { match, share = 1, shareSeed = 1 } = entry.fault;
        const matches =
          (match?.method ?? method).toUpperCase() === method && (entry.path?.test(path) ?? true);
        if (!matches) return false;
        entry.matched += 1;
        return share === 1 || digest(`${shareSeed}:${entry.matched}`).readUInt32BE() / 2 ** 32 < share;
      });
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
