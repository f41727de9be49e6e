import { invalidArgument } from '../errors.js';
import type {
  ClaimedEvent,
  EventSource,
  EventStore,
  GroupMember,
  NewEvent,
  Settlement,
  StoredEvent,
  StoredEventStatus,
  SubjectState,
} from './event-store.js';

interface Row extends StoredEvent {
  status: StoredEventStatus;
  attempts: number;
  lastFailure: string | null;
  released: boolean;
}

/** The waiting events of one subject, one of which may be claimed. */
interface Lane {
  readonly waiting: Set<Row>;
  claim: string | null;
  dueAt: number;
}

const key = ({ provider, environment }: EventSource, ...rest: readonly string[]) =>
  JSON.stringify([provider, environment, ...rest]);

/** The reference implementation of the store: for tests and single processes that may forget. */
export function createMemoryEventStore(): EventStore {
  const rows = new Map<string, Row>();
  const lanes = new Map<string, Lane>();
  /** When a handled event took somebody's access away. */
  const removedAt = new Map<Row, number>();
  const subjects = new Map<string, { source: string; subject: string; state: SubjectState }>();
  const members = new Map<string, { source: string; pair: GroupMember }>();
  const checkpoints = new Map<string, string>();
  let claims = 0;

  const laneOf = ({ event }: Row) => key(event, event.subject);

  function setWaiting(row: Row, now: number): void {
    row.status = 'waiting';
    const lane = lanes.get(laneOf(row));
    if (lane) lane.waiting.add(row);
    else lanes.set(laneOf(row), { waiting: new Set([row]), claim: null, dueAt: now });
  }

  function append(events: readonly NewEvent[], now: number): number {
    let added = 0;
    for (const entry of events) {
      const id = key(entry.event, entry.event.id);
      if (rows.has(id)) continue;
      const row: Row = {
        ...entry,
        status: 'quarantined',
        lastFailure: entry.quarantine,
        attempts: 0,
        released: false,
      };
      rows.set(id, row);
      if (entry.quarantine === null) setWaiting(row, now);
      added += 1;
    }
    return added;
  }

  /** Held and quarantined events among `ids`. */
  function setAside(source: EventSource, ids: readonly string[]): Row[] {
    const found = [...new Set(ids)].map((id) => rows.get(key(source, id)));
    return found
      .filter((row) => row !== undefined)
      .filter(({ status }) => /^(held|quarantined)$/.test(status));
  }

  function membersWhere(source: EventSource, matches: (pair: GroupMember) => boolean): GroupMember[] {
    const found = [...members.values()].filter((known) => known.source === key(source));
    return found.map(({ pair }) => pair).filter(matches);
  }

  function holds(
    source: EventSource,
    { premises: { alive, emptied } }: Extract<Settlement, { status: 'handled' }>,
  ): boolean {
    if (alive.some((subject) => subjects.get(key(source, subject))?.state.deleted)) return false;
    if (emptied === null) return true;
    const known = new Map(emptied.members.map(({ userId, order }) => [userId, order]));
    return membersWhere(source, ({ groupId, member }) => groupId === emptied.groupId && member).every(
      ({ userId, order }) => known.get(userId) === order,
    );
  }

  return {
    append: async (events, now) => append(events, now),
    async claim({ now, leaseMs }) {
      let head: Row | undefined;
      for (const { waiting, dueAt } of lanes.values()) {
        if (dueAt > now) continue;
        const first = firstOf(waiting);
        if (!head || first.order < head.order) head = first;
      }
      if (!head) return null;
      const claim = String((claims += 1));
      Object.assign(lanes.get(laneOf(head))!, { claim, dueAt: now + leaseMs });
      head.attempts += 1;
      return { ...head, claim, subject: subjects.get(laneOf(head))?.state ?? null } satisfies ClaimedEvent;
    },
    async settle({ event, claim }, settlement, now) {
      const row = rows.get(key(event, event.id));
      const lane = row && lanes.get(laneOf(row));
      if (!row || lane?.claim !== claim) return false;
      lane.claim = null;
      if (settlement.status === 'handled' && !holds(event, settlement)) {
        lane.dueAt = now;
        return false;
      }
      lane.dueAt = settlement.status === 'retry' ? settlement.at : now;
      if ('failure' in settlement) row.lastFailure = settlement.failure;
      if (settlement.status === 'retry') return true;
      row.status = settlement.status;
      lane.waiting.delete(row);
      if (lane.waiting.size === 0) lanes.delete(laneOf(row));
      if (settlement.status === 'handled') {
        const source = key(event);
        const { subject } = event;
        if (settlement.removed) removedAt.set(row, now);
        if (settlement.subject)
          subjects.set(key(event, subject), { source, subject, state: settlement.subject });
        for (const pair of settlement.members) {
          const id = key(event, pair.groupId, pair.userId);
          if ((members.get(id)?.pair.order ?? '') <= pair.order) members.set(id, { source, pair });
        }
      }
      return true;
    },
    async nextDueAt() {
      let next: number | null = null;
      for (const { dueAt } of lanes.values()) next = Math.min(next ?? dueAt, dueAt);
      return next;
    },
    inHand: async (source, { scope, now }) =>
      [...lanes.values()].flatMap(({ waiting, claim, dueAt }) => {
        const { event } = firstOf(waiting);
        const isInHand = claim !== null && dueAt > now && key(event) === key(source);
        return isInHand && [...waiting].some((row) => row.scope === scope)
          ? [{ subject: event.subject, claim }]
          : [];
      }),
    async list({ status, limit, after }) {
      if (after !== undefined && !rows.has(after))
        throw invalidArgument('this cursor is not from an earlier page of this list');
      const found = [...rows].filter(
        ([id, row]) => row.status === status && (after === undefined || id > after),
      );
      const page = found.toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit);
      return {
        events: page.map(([, row]) => ({ ...row })),
        next: page.length === limit ? page.at(-1)![0] : null,
      };
    },
    async release(source, ids, now) {
      const found = setAside(source, ids);
      for (const row of found) {
        Object.assign(row, { released: true, attempts: 0 });
        setWaiting(row, now);
      }
      return found.length;
    },
    async discard(source, ids) {
      const found = setAside(source, ids);
      for (const row of found) row.status = 'discarded';
      return found.length;
    },
    async countRemovals(source, scope, { since, limit }) {
      const removals = [...rows.values()].filter(
        (row) => key(row.event) === key(source) && row.removal && row.scope === scope,
      );
      const people = (found: Row[]) => Math.min(limit, new Set(found.map(({ event }) => event.subject)).size);
      const hasAccess = (row: Row) =>
        row.removal === 'relayed' || (subjects.get(laneOf(row))?.state.active ?? true);
      const active = [...subjects.values()].filter(
        (known) => known.source === key(source) && known.state.scope === scope && known.state.active,
      );
      return {
        handled: people(removals.filter((row) => (removedAt.get(row) ?? -Infinity) >= since)),
        waiting: people(
          removals.filter(
            (row) => (row.status === 'waiting' || row.status === 'held') && !row.released && hasAccess(row),
          ),
        ),
        active: Math.min(limit, active.length),
      };
    },
    subject: async (source, subject) => subjects.get(key(source, subject))?.state ?? null,
    async listSubjects(source, { kind, scope, limit, after }) {
      return [...subjects.values()]
        .filter(
          (known) =>
            known.source === key(source) &&
            known.subject.startsWith(`${kind}:`) &&
            known.state.scope === scope &&
            !known.state.deleted &&
            (after === null || known.subject > after),
        )
        .toSorted((a, b) => (a.subject < b.subject ? -1 : 1))
        .slice(0, limit)
        .map(({ subject, state }) => ({ subject, state }));
    },
    membersOfGroup: async (source, groupId) => membersWhere(source, (pair) => pair.groupId === groupId),
    groupsOfUser: async (source, userId) => membersWhere(source, (pair) => pair.userId === userId),
    checkpoint: async (source) => checkpoints.get(key(source)) ?? null,
    async advance(source, { expected, cursor, events, now }) {
      if ((checkpoints.get(key(source)) ?? null) !== expected) return false;
      append(events, now);
      checkpoints.set(key(source), cursor);
      return true;
    },
  };
}

function firstOf(waiting: ReadonlySet<Row>): Row {
  let first: Row | undefined;
  for (const row of waiting) if (!first || row.order < first.order) first = row;
  return first!;
}
