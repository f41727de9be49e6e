import type { IncomingHttpHeaders } from 'node:http';

/** One request the emulator received, control requests aside. */
export interface TrafficEntry {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `null` until answered, and for connections closed without an answer. */
  status: number | null;
  /** ISO 8601, by the emulator's clock. */
  readonly receivedAt: string;
}

export interface Traffic {
  add(entry: TrafficEntry): void;
  /** Without the first `after` ever received, forgotten ones included. */
  list(after?: number): readonly TrafficEntry[];
  /** How many were ever received. */
  count(): number;
  clear(): void;
}

const keptRequests = 10_000;

/** The last 10,000 requests, oldest first. */
export function createTraffic(): Traffic {
  let entries: TrafficEntry[] = [];
  let forgotten = 0;
  const forget = (kept: number) => {
    const before = entries.length;
    entries = kept === 0 ? [] : entries.slice(-kept);
    forgotten += before - entries.length;
  };
  return {
    add(entry) {
      entries.push(entry);
      if (entries.length >= 2 * keptRequests) forget(keptRequests);
    },
    list: (after = 0) => entries.slice(Math.max(0, after - forgotten)).slice(-keptRequests),
    count: () => forgotten + entries.length,
    clear: () => forget(0),
  };
}
