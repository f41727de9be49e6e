import { randomUUID } from 'node:crypto';
import { createBell, type Bell } from '../bell.js';
import { notify } from '../client/hooks.js';
import { invalidArgument, SsoError, type SsoErrorCode } from '../errors.js';
import type { RetrySettings } from '../events/event-inbox.js';
import { summarizeFailure } from '../failure-summary.js';
import type {
  AuditEntry,
  AuditPruning,
  AuditStore,
  ClaimedDelivery,
  Delivery,
  DeliverySettlement,
  NewDelivery,
} from './audit-store.js';

/** Somewhere else audit events go. What it does not take is kept and tried again. */
export interface AuditSink {
  /** Names the sink in the store: what waits for it there waits for this name. */
  readonly name: string;
  /**
   * Whether whoever records an event waits until this sink has it, and fails when it does not take it. Default `false`: the sink's
   * trouble changes no outcome.
   */
  readonly required?: boolean;
  /**
   * Takes one entry, perhaps more than once: `entry.id` tells repetitions apart. Throws when it did not. An `SsoError` with the code
   * `invalid_argument`, `not_found`, `failed_precondition` or `unsupported` says that this entry will never be taken: it is quarantined.
   */
  readonly deliver: (entry: AuditEntry, delivery: AuditDelivery) => void | Promise<void>;
}

export interface AuditDelivery {
  /** From 1. */
  readonly attempt: number;
  /** Aborts when the time for the delivery is over. */
  readonly signal: AbortSignal;
}

/** What the app's operators want to know. */
export interface SinkNotice {
  /** `quarantined`: the entry waits for a person. `sink_failed`: it is tried again. `store_failed`: the store cannot be reached. */
  readonly kind: 'quarantined' | 'sink_failed' | 'store_failed';
  readonly sink: string | null;
  readonly entryId: string | null;
  /** Name and code of the failure. */
  readonly reason: string;
}

export interface AuditTrailOptions {
  readonly store: AuditStore;
  readonly sinks?: readonly AuditSink[] | undefined;
  /** Default: 100 attempts, from one second to one hour apart. */
  readonly retry?: RetrySettings | undefined;
  /** Milliseconds a sink has for one entry. Default 30,000. */
  readonly deliveryTimeoutMs?: number | undefined;
  readonly onAttention?: ((notice: SinkNotice) => void) | undefined;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** The trail with its sinks. Delivery is at least once, and not in order where a sink failed. */
export interface AuditTrail {
  /** Records an entry for all sinks. Rejects when the store does not take it, or a required sink. */
  record(entry: AuditEntry): Promise<void>;
  /**
   * The same for a `write` that stores the entry together with something else, and answers whether it did. Where it did not, nothing is
   * delivered.
   */
  commit(
    entry: AuditEntry,
    write: (deliveries: readonly NewDelivery[]) => Promise<boolean>,
  ): Promise<boolean>;
  /** Deliveries to all sinks for an entry that somebody else may write. */
  deliveries(): readonly NewDelivery[];
  /** Delivers what is due now, and records operations that were interrupted. Answers how many deliveries were settled. */
  process(): Promise<number>;
  /** Does so in the background until `stop`. */
  start(): void;
  /** Lets deliveries under way end, then stops. */
  stop(): Promise<void>;
  /** What waits for a person. */
  listQuarantined(page?: {
    readonly limit?: number;
    readonly after?: string;
  }): ReturnType<AuditStore['listDeliveries']>;
  /** Tries quarantined deliveries again. Answers how many. */
  release(deliveries: readonly Delivery[]): Promise<number>;
  /** Gives quarantined deliveries up. Answers how many. */
  discard(deliveries: readonly Delivery[]): Promise<number>;
  /** Removes all entries that occurred before a time, except those a sink still waits for. Answers how many. See {@link AuditStore.prune}. */
  prune(pruning: AuditPruning): Promise<number>;
}

/** They say something about the entry; other failures are about the sink. */
const permanentCodes: ReadonlySet<SsoErrorCode> = new Set([
  'invalid_argument',
  'not_found',
  'failed_precondition',
  'unsupported',
]);
/** How long an idle worker waits before it looks for entries of other processes. Milliseconds. */
const idleMs = 1000;
/** How often at least a sink that failed is tried again, whatever the delays of single entries. Milliseconds. */
const maxPauseMs = 60_000;
/** How often interrupted operations are looked for. Milliseconds. */
const reportMs = 60_000;
/** Entries removed in one transaction. */
const pruneLimit = 1000;

/** Throws `invalid_argument` for two sinks of one name. */
export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  const { store, sinks = [], deliveryTimeoutMs = 30_000, now = Date.now } = options;
  const { maxAttempts = 100, baseDelayMs = 1000, maxDelayMs = 3_600_000 } = options.retry ?? {};
  const leaseMs = deliveryTimeoutMs * 1.5;
  const stopping = new AbortController();
  const bells = new Map(sinks.map((sink) => [sink, createBell()]));
  const reportBell = createBell();
  let running: Promise<unknown> | undefined;

  const names = sinks.map(({ name }) => name);
  if (new Set(names).size < names.length || names.some((name) => !/^[\w.-]{1,100}$/.test(name)))
    throw invalidArgument(
      `Every sink has a name of its own, of letters, digits, "_", "." and "-": these are ${names.join(', ')}`,
    );

  const delayOf = (failures: number) =>
    Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1)) * (0.75 + Math.random() / 2);

  function attention(
    kind: SinkNotice['kind'],
    reason: string,
    delivery?: Pick<Delivery, 'sink' | 'entry'>,
  ): void {
    const sink = delivery?.sink ?? null;
    notify(options.onAttention, { kind, sink, entryId: delivery?.entry.id ?? null, reason });
  }

  /** A sink over time is not waited for: nobody can end it, and others must not stand still. */
  async function hand(sink: AuditSink, entry: AuditEntry, attempt: number): Promise<void> {
    const controller = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const overtime = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        const message = `The sink "${sink.name}" did not take an entry within ${deliveryTimeoutMs} ms`;
        const error = new SsoError({ code: 'deadline_exceeded', message, retryable: true });
        controller.abort(error);
        reject(error);
      }, deliveryTimeoutMs);
    });
    try {
      await Promise.race([
        (async () => sink.deliver(structuredClone(entry), { attempt, signal: controller.signal }))(),
        overtime,
      ]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function attemptDelivery(
    sink: AuditSink,
    claimed: Pick<ClaimedDelivery, 'sink' | 'entry' | 'attempts'>,
  ): Promise<DeliverySettlement> {
    const { entry, attempts } = claimed;
    const quarantine = (failure: string): DeliverySettlement => {
      attention('quarantined', failure, claimed);
      return { status: 'quarantined', failure };
    };
    if (attempts > maxAttempts) return quarantine('The process ended during each attempt');
    try {
      await hand(sink, entry, attempts);
      return { status: 'delivered' };
    } catch (error) {
      const failure = summarizeFailure(error);
      const isPermanent = SsoError.isInstance(error) && permanentCodes.has(error.code);
      if (isPermanent || attempts >= maxAttempts) return quarantine(failure);
      attention('sink_failed', failure, claimed);
      return { status: 'retry', failure, at: now() + delayOf(attempts) };
    }
  }

  /** Delivers until nothing is due or the sink fails, as it would for the next entry too. */
  async function drain(sink: AuditSink): Promise<{ readonly settled: number; readonly failed: boolean }> {
    let settled = 0;
    while (!stopping.signal.aborted) {
      const claimed = await store.claimDelivery({ sink: sink.name, now: now(), leaseMs });
      if (!claimed) break;
      const settlement = await attemptDelivery(sink, claimed);
      if (await store.settleDelivery(claimed, settlement)) settled += 1;
      if (settlement.status === 'retry') return { settled, failed: true };
    }
    return { settled, failed: false };
  }

  const deliveries = (): NewDelivery[] => names.map((sink) => ({ sink, dueAt: now(), claim: null }));

  async function reportInterrupted(): Promise<void> {
    const limit = 100;
    while ((await store.reportInterrupted({ now: now(), deliveries: deliveries(), limit })) === limit);
  }

  async function workUntilStopped(sink: AuditSink, bell: Bell): Promise<void> {
    let failures = 0;
    let pausedUntil = 0;
    while (!stopping.signal.aborted) {
      const heard = bell.rings;
      if (now() >= pausedUntil) {
        try {
          const { failed } = await drain(sink);
          failures = failed ? failures + 1 : 0;
        } catch (error) {
          attention('store_failed', summarizeFailure(error));
          failures += 1;
        }
        pausedUntil = failures === 0 ? 0 : now() + Math.min(maxPauseMs, delayOf(failures));
      }
      const due = failures === 0 ? await store.nextDeliveryAt(sink.name).catch(() => null) : pausedUntil;
      const wait = due === null ? idleMs : Math.min(idleMs, Math.max(0, due - now()));
      await bell.wait(wait, heard);
    }
  }

  async function reportUntilStopped(): Promise<void> {
    while (!stopping.signal.aborted) {
      const heard = reportBell.rings;
      await reportInterrupted().catch((error: unknown) => attention('store_failed', summarizeFailure(error)));
      await reportBell.wait(reportMs, heard);
    }
  }

  async function commit(
    entry: AuditEntry,
    write: (deliveries: readonly NewDelivery[]) => Promise<boolean>,
  ): Promise<boolean> {
    const claim = randomUUID();
    const isWritten = await write(
      sinks.map(({ name, required }) =>
        required ? { sink: name, dueAt: now() + leaseMs, claim } : { sink: name, dueAt: now(), claim: null },
      ),
    );
    if (!isWritten) return false;
    for (const bell of bells.values()) bell.ring();
    for (const sink of sinks) {
      if (!sink.required) continue;
      const claimed = { sink: sink.name, entry, attempts: 1, claim };
      const settlement = await attemptDelivery(sink, claimed);
      await store.settleDelivery(claimed, settlement);
      if (settlement.status === 'delivered') continue;
      throw new SsoError({
        code: 'unavailable',
        message: `${entry.event.action} is recorded, but the required audit sink "${sink.name}" did not take it (${settlement.failure})`,
      });
    }
    return true;
  }

  return {
    async record(entry) {
      await commit(entry, async (due) => {
        await store.record(entry, due);
        return true;
      });
    },
    commit,
    deliveries,
    async process() {
      await reportInterrupted();
      const results = await Promise.allSettled(sinks.map(drain));
      // A store that failed keeps the claim until its lease ends: nothing is lost, and the failure is the caller's to see.
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      return results.reduce(
        (sum, result) => sum + (result.status === 'fulfilled' ? result.value.settled : 0),
        0,
      );
    },
    start() {
      running ??= Promise.all([
        reportUntilStopped(),
        ...[...bells].map(([sink, bell]) => workUntilStopped(sink, bell)),
      ]);
    },
    async stop() {
      stopping.abort(new Error('The trail was stopped'));
      for (const bell of [reportBell, ...bells.values()]) bell.ring();
      await running;
    },
    listQuarantined: ({ limit = 100, after } = {}) =>
      store.listDeliveries({ status: 'quarantined', limit, after }),
    async release(given) {
      const released = await bySink(given, (sink, ids) => store.releaseDeliveries(sink, ids, now()));
      for (const bell of bells.values()) bell.ring();
      return released;
    },
    discard: (given) => bySink(given, (sink, ids) => store.discardDeliveries(sink, ids)),
    async prune(pruning) {
      for (let removed = 0; ;) {
        const some = await store.prune({ ...pruning, limit: pruneLimit });
        removed += some;
        if (some < pruneLimit) return removed;
      }
    },
  };
}

async function bySink(
  given: readonly Delivery[],
  change: (sink: string, entryIds: string[]) => Promise<number>,
): Promise<number> {
  let changed = 0;
  for (const sink of new Set(given.map((delivery) => delivery.sink))) {
    const ids = given.filter((delivery) => delivery.sink === sink).map(({ entry }) => entry.id);
    changed += await change(sink, ids);
  }
  return changed;
}
