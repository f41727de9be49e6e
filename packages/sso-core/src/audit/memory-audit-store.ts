import { invalidArgument } from '../errors.js';
import type {
  AuditEntry,
  AuditQuery,
  AuditStore,
  Delivery,
  DeliveryClaim,
  NewDelivery,
  Operation,
} from './audit-store.js';

interface OutboxRow {
  readonly sink: string;
  readonly entry: AuditEntry;
  status: Delivery['status'];
  attempts: number;
  lastFailure: string | null;
  claim: string | null;
  dueAt: number;
}

interface JournalRow {
  readonly operation: Operation;
  claim: string | null;
  dueAt: number;
  /** Of the attempt under way, once it reached the vendor. */
  interrupted: AuditEntry | null;
  /** Of the last attempt whose end nobody knows. */
  unfinished: AuditEntry | null;
  result: string | null;
}

const rowKey = (sink: string, entryId: string) => JSON.stringify([sink, entryId]);
const journalKey = ({ organizationId, key }: Operation) => JSON.stringify([organizationId, key]);

/** The reference implementation of the store: for tests and single processes that may forget. */
export function createMemoryAuditStore(): AuditStore {
  const entries = new Map<string, AuditEntry>();
  const outbox = new Map<string, OutboxRow>();
  const journal = new Map<string, JournalRow>();
  let claims = 0;

  const newClaim = () => String((claims += 1));

  function record(entry: AuditEntry, deliveries: readonly NewDelivery[]): void {
    if (entries.has(entry.id)) throw new Error(`The trail has an entry ${entry.id} already`);
    entries.set(entry.id, structuredClone(entry));
    for (const { sink, claim, dueAt } of deliveries) {
      outbox.set(rowKey(sink, entry.id), {
        sink,
        entry: entries.get(entry.id)!,
        status: 'waiting',
        attempts: claim === null ? 0 : 1,
        lastFailure: null,
        claim,
        dueAt,
      });
    }
  }

  /** The attempt's end is unknown from here on, and the trail says so. */
  function reportRow(row: JournalRow, deliveries: readonly NewDelivery[]): void {
    row.claim = null;
    if (!row.interrupted) return;
    record(row.interrupted, unclaimed(deliveries));
    Object.assign(row, { unfinished: row.interrupted, interrupted: null });
  }

  /** Not done, at the same target. */
  const openRows = ({ organizationId, action, target }: Operation) =>
    [...journal.values()].filter(
      ({ operation, result }) =>
        result === null &&
        operation.organizationId === organizationId &&
        operation.action === action &&
        operation.target === target,
    );

  function claimedRow(operation: Operation, claim: string): JournalRow | undefined {
    const row = journal.get(journalKey(operation));
    return row?.claim === claim ? row : undefined;
  }

  function quarantined(sink: string, entryIds: readonly string[]): OutboxRow[] {
    return [...new Set(entryIds)]
      .map((id) => outbox.get(rowKey(sink, id)))
      .filter((row) => row?.status === 'quarantined')
      .map((row) => row!);
  }

  return {
    record: async (entry, deliveries) => record(entry, deliveries),
    async list(query) {
      const found = [...entries.values()].filter((entry) => matches(entry, query)).toSorted(newestFirst);
      const start = query.after === undefined ? 0 : found.findIndex(({ id }) => id === query.after) + 1;
      if (query.after !== undefined && start === 0)
        throw invalidArgument('The cursor is not one of this list');
      const page = found.slice(start, start + query.limit);
      return {
        entries: structuredClone(page),
        next: start + query.limit < found.length ? page.at(-1)!.id : null,
      };
    },
    async prune({ organizationId, before, limit }) {
      if (!Number.isFinite(before))
        throw invalidArgument('before is no time in milliseconds since the epoch');
      const isOf = (owner: AuditEntry['organizationId']) =>
        organizationId === null || owner === organizationId;
      const awaited = new Set([...outbox.values()].map(({ entry }) => entry.id));
      const old = [...entries.values()]
        .filter((entry) => isOf(entry.organizationId) && at(entry) < before && !awaited.has(entry.id))
        .toSorted((a, b) => at(a) - at(b))
        .slice(0, limit);
      for (const { id } of old) entries.delete(id);
      for (const [key, { operation, claim, dueAt }] of journal)
        if (claim === null && dueAt < before && isOf(operation.organizationId)) journal.delete(key);
      return old.length;
    },

    async begin(operation, { now, leaseMs, deliveries }) {
      const known = journal.get(journalKey(operation));
      if (
        known &&
        (known.operation.action !== operation.action || known.operation.target !== operation.target)
      )
        return { status: 'key_taken' };
      if (known?.result != null) return { status: 'done', result: known.result };
      const open = openRows(operation);
      if (open.some(({ claim, dueAt }) => claim !== null && dueAt > now)) return { status: 'running' };
      for (const row of open) reportRow(row, deliveries);
      const claim = newClaim();
      const unfinished = open.find((row) => row.unfinished)?.unfinished ?? null;
      const row = known ?? { operation, unfinished: null, interrupted: null, result: null };
      journal.set(journalKey(operation), { ...row, claim, dueAt: now + leaseMs });
      return { status: 'begun', claim, unfinished };
    },
    async request(operation, claim, interrupted) {
      const row = claimedRow(operation, claim);
      if (row) row.interrupted = interrupted;
      return row !== undefined;
    },
    async finish(operation, claim, { status, result, entry, deliveries }) {
      const row = claimedRow(operation, claim);
      if (!row) return false;
      record(entry, deliveries);
      Object.assign(row, { claim: null, interrupted: null });
      if (status === 'unknown') row.unfinished = entry;
      else if (status === 'refused') {
        if (!row.unfinished) journal.delete(journalKey(operation));
      } else {
        for (const open of openRows(operation)) {
          if (result === null) journal.delete(journalKey(open.operation));
          else Object.assign(open, { result, unfinished: null });
        }
      }
      return true;
    },
    async reportInterrupted({ now, deliveries, limit }) {
      const over = [...journal].filter(([, { claim, dueAt }]) => claim !== null && dueAt <= now);
      const interrupted = over.filter(([, row]) => row.interrupted).slice(0, limit);
      for (const [, row] of interrupted) reportRow(row, deliveries);
      for (const [key, row] of over) if (!row.interrupted && !row.unfinished) journal.delete(key);
      return interrupted.length;
    },

    async claimDelivery({ sink, now, leaseMs }) {
      let first: OutboxRow | undefined;
      for (const row of outbox.values()) {
        if (row.sink !== sink || row.status !== 'waiting' || row.dueAt > now) continue;
        if (!first || row.dueAt < first.dueAt) first = row;
      }
      if (!first) return null;
      const claim = newClaim();
      Object.assign(first, { claim, dueAt: now + leaseMs, attempts: first.attempts + 1 });
      return { ...toDelivery(first), claim };
    },
    async settleDelivery({ sink, entry, claim }: DeliveryClaim, settlement) {
      const row = outbox.get(rowKey(sink, entry.id));
      if (row?.claim !== claim) return false;
      row.claim = null;
      if (settlement.status === 'delivered') outbox.delete(rowKey(sink, entry.id));
      else {
        row.lastFailure = settlement.failure;
        if (settlement.status === 'retry') row.dueAt = settlement.at;
        else row.status = 'quarantined';
      }
      return true;
    },
    async nextDeliveryAt(sink) {
      const due = [...outbox.values()].filter((row) => row.sink === sink && row.status === 'waiting');
      return due.length === 0 ? null : Math.min(...due.map(({ dueAt }) => dueAt));
    },
    async listDeliveries({ status, limit, after = '' }) {
      const found = [...outbox].filter(([key, row]) => row.status === status && key > after);
      const page = found.toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit);
      return {
        deliveries: page.map(([, row]) => toDelivery(row)),
        next: page.length < found.length ? page.at(-1)![0] : null,
      };
    },
    async releaseDeliveries(sink, entryIds, now) {
      const rows = quarantined(sink, entryIds);
      for (const row of rows) Object.assign(row, { status: 'waiting', attempts: 0, dueAt: now });
      return rows.length;
    },
    async discardDeliveries(sink, entryIds) {
      const rows = quarantined(sink, entryIds);
      for (const { entry } of rows) outbox.delete(rowKey(sink, entry.id));
      return rows.length;
    },
  };
}

function toDelivery({ sink, entry, status, attempts, lastFailure }: OutboxRow): Delivery {
  return { sink, entry: structuredClone(entry), status, attempts, lastFailure };
}

/** A claim is good for the entry it was made for alone. */
function unclaimed(deliveries: readonly NewDelivery[]): NewDelivery[] {
  return deliveries.map((delivery) => ({ ...delivery, claim: null }));
}

const at = ({ event }: AuditEntry) => Date.parse(event.occurredAt);

function newestFirst(a: AuditEntry, b: AuditEntry): number {
  return at(b) - at(a) || (a.id < b.id ? 1 : -1);
}

function matches(entry: AuditEntry, { organizationId, actions, actorId, from, until }: AuditQuery): boolean {
  const { event } = entry;
  return (
    (organizationId === null || entry.organizationId === organizationId) &&
    (actions === undefined || actions.includes(event.action)) &&
    (actorId === undefined || event.actor.id === actorId) &&
    (from === undefined || at(entry) >= from) &&
    (until === undefined || at(entry) < until)
  );
}
