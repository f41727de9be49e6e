import type {
  ClaimedEvent,
  EventSource,
  EventStore,
  GroupMember,
  NewEvent,
  StoredEvent,
  StoredEventStatus,
  SubjectState,
} from './event-store.js';

interface Row extends StoredEvent {
  status: StoredEventStatus;
  attempts: number;
  lastFailure: string | null;
  released: boolean;
  availableAt: number;
  settledAt: number;
  claim: string | null;
  leaseUntil: number;
}

const key = ({ provider, environment }: EventSource, ...rest: readonly string[]) =>
  JSON.stringify([provider, environment, ...rest]);

function subjectOf(id: string): string {
  return (JSON.parse(id) as string[])[2] ?? '';
}

/** The reference implementation of the store: for tests and single processes that may forget. */
export function createMemoryEventStore(): EventStore {
  const rows = new Map<string, Row>();
  const subjects = new Map<string, SubjectState>();
  const members = new Map<string, GroupMember>();
  const checkpoints = new Map<string, string>();
  let claims = 0;

  const inSource =
    ({ provider, environment }: EventSource) =>
    ({ event }: Row) =>
      event.provider === provider && event.environment === environment;

  function append(events: readonly NewEvent[], now: number): number {
    let added = 0;
    for (const entry of events) {
      const id = key(entry.event, entry.event.id);
      if (rows.has(id)) continue;
      rows.set(id, {
        ...entry,
        status: entry.quarantine === null ? 'waiting' : 'quarantined',
        lastFailure: entry.quarantine,
        attempts: 0,
        released: false,
        availableAt: now,
        settledAt: 0,
        claim: null,
        leaseUntil: 0,
      });
      added += 1;
    }
    return added;
  }

  function setWaiting(row: Row, change: Partial<Row>): void {
    Object.assign(row, { status: 'waiting', claim: null, ...change });
  }

  return {
    append: async (events, now) => append(events, now),
    async claim({ limit, now, leaseMs }) {
      const waiting = [...rows.values()].filter((row) => row.status === 'waiting');
      const blocked = new Set(
        waiting
          .filter((row) => (row.claim !== null && row.leaseUntil > now) || row.availableAt > now)
          .map((row) => key(row.event, row.event.subject)),
      );
      const claimed: ClaimedEvent[] = [];
      for (const row of waiting.toSorted((a, b) => (a.order < b.order ? -1 : 1))) {
        if (claimed.length >= limit) break;
        const subject = key(row.event, row.event.subject);
        if (blocked.has(subject)) continue;
        blocked.add(subject);
        row.claim = String((claims += 1));
        row.leaseUntil = now + leaseMs;
        claimed.push({ ...row, claim: row.claim, subject: subjects.get(subject) ?? null });
      }
      return claimed;
    },
    async settle({ event, claim }, settlement, now) {
      const row = rows.get(key(event, event.id));
      if (!row || row.claim !== claim || row.leaseUntil <= now) return false;
      row.claim = null;
      switch (settlement.status) {
        case 'retry':
          setWaiting(row, {
            attempts: row.attempts + 1,
            lastFailure: settlement.failure,
            availableAt: settlement.at,
          });
          break;
        case 'quarantined':
          Object.assign(row, {
            status: 'quarantined',
            attempts: row.attempts + 1,
            lastFailure: settlement.failure,
          });
          break;
        case 'superseded':
        case 'held':
          Object.assign(row, { status: settlement.status, settledAt: now });
          break;
        case 'handled':
          Object.assign(row, { status: 'handled', settledAt: now });
          if (settlement.subject) subjects.set(key(event, event.subject), settlement.subject);
          for (const member of settlement.members) {
            const id = key(event, member.groupId, member.userId);
            const known = members.get(id);
            if (!known || known.order < member.order) members.set(id, member);
          }
          break;
      }
      return true;
    },
    async nextDueAt() {
      const due = [...rows.values()]
        .filter((row) => row.status === 'waiting')
        .map((row) => (row.claim === null ? row.availableAt : row.leaseUntil));
      return due.length === 0 ? null : Math.min(...due);
    },
    async list({ status, limit, after }) {
      const found = [...rows.entries()]
        .filter(([, row]) => row.status === status)
        .toSorted(([a], [b]) => (a < b ? -1 : 1));
      const page = found.filter(([id]) => after === undefined || id > after).slice(0, limit);
      return { events: page.map(([, row]) => row), next: page.length === limit ? page.at(-1)![0] : null };
    },
    async release(source, ids, now) {
      const found = [...rows.values()].filter(
        (row) =>
          inSource(source)(row) &&
          ids.includes(row.event.id) &&
          (row.status === 'held' || row.status === 'quarantined'),
      );
      for (const row of found) setWaiting(row, { released: true, attempts: 0, availableAt: now });
      return found.length;
    },
    async discard(source, ids) {
      const found = [...rows.values()].filter(
        (row) =>
          inSource(source)(row) &&
          ids.includes(row.event.id) &&
          (row.status === 'held' || row.status === 'quarantined'),
      );
      for (const row of found) row.status = 'discarded';
      return found.length;
    },
    async countRemovals(source, scope, since) {
      const removals = [...rows.values()].filter(
        (row) => inSource(source)(row) && row.removal && row.scope === scope,
      );
      const prefix = key(source).slice(0, -1);
      return {
        handled: removals.filter((row) => row.status === 'handled' && row.settledAt >= since).length,
        waiting: removals.filter((row) => row.status === 'waiting' || row.status === 'held').length,
        active: [...subjects].filter(
          ([id, state]) =>
            id.startsWith(prefix) &&
            subjectOf(id).startsWith('directory_user:') &&
            state.scope === scope &&
            state.active,
        ).length,
      };
    },
    subject: async (source, subject) => subjects.get(key(source, subject)) ?? null,
    async subjectsOfDirectory(source, directoryId, { limit, after }) {
      const prefix = key(source).slice(0, -1);
      return [...subjects]
        .filter(([id, state]) => id.startsWith(prefix) && state.directoryId === directoryId && !state.deleted)
        .map(([id, state]) => ({ subject: subjectOf(id), state }))
        .filter(({ subject }) => after === null || subject > after)
        .toSorted((a, b) => (a.subject < b.subject ? -1 : 1))
        .slice(0, limit);
    },
    membersOfGroup: async (source, groupId) =>
      [...members]
        .filter(([id, pair]) => id.startsWith(key(source).slice(0, -1)) && pair.groupId === groupId)
        .map(([, pair]) => pair),
    groupsOfUser: async (source, userId) =>
      [...members]
        .filter(([id, pair]) => id.startsWith(key(source).slice(0, -1)) && pair.userId === userId)
        .map(([, pair]) => pair),
    checkpoint: async (source) => checkpoints.get(key(source)) ?? null,
    async advance(source, { expected, cursor, events, now }) {
      if ((checkpoints.get(key(source)) ?? null) !== expected) return false;
      append(events, now);
      checkpoints.set(key(source), cursor);
      return true;
    },
  };
}
