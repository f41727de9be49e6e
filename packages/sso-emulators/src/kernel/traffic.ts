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
  list(): readonly TrafficEntry[];
  clear(): void;
}

const keptRequests = 10_000;

/** The last 10,000 requests, oldest first. */
export function createTraffic(): Traffic {
  let entries: TrafficEntry[] = [];
  return {
    add(entry) {
      entries.push(entry);
      if (entries.length >= 2 * keptRequests) entries = entries.slice(-keptRequests);
    },
    list: () => entries.slice(-keptRequests),
    clear() {
      entries = [];
    },
  };
}
