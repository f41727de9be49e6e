import { randomUUID } from 'node:crypto';
import { SsoError } from '@org/sso-core';
import type {
  ClaimedEvent,
  EventSource,
  EventStore,
  GroupMember,
  NewEvent,
  Premises,
  Settlement,
  SubjectState,
} from '@org/sso-core/events';
import { sql, type ExpressionBuilder, type Kysely, type Transaction } from 'kysely';
import { chunks } from './chunks.js';
import {
  byKey,
  byLane,
  byMember,
  fromMemberRow,
  fromRow,
  fromSubjectRow,
  toMemberRow,
  toRow,
  toSubjectRow,
  type LaneKey,
} from './event-rows.js';
import type { Dialect, EventRow, GroupMemberRow, LaneRow, SubjectRow, Tables } from './schema.js';
import { together } from './together.js';

/** Written into the statement: SQLite uses a partial index only where the condition is in the text. */
const waiting = sql.lit('waiting');

/** The event inbox in SQL. Locks are taken in one order everywhere (events, lanes, subjects, members; each sorted), so that none deadlock. */
export function createEventStore(database: Kysely<Tables>, dialect: Dialect): EventStore {
  const isPostgres = dialect === 'postgres';

  /** The events that occurred first, at most one of a subject, and in the order of their occurrence. */
  async function takeFirst(
    transaction: Transaction<Tables>,
    { now, until, count }: { readonly now: number; readonly until: number; readonly count: number },
  ): Promise<ClaimedEvent[]> {
    const token = randomUUID();
    // Two statements: a head found may be younger than what the first one sees.
    const taken = await transaction
      .with('next', (query) => {
        const first = query
          .selectFrom('sso_event_lane')
          .select(['provider', 'environment', 'subject'])
          .where('due_at', '<=', now)
          .orderBy('head')
          .limit(count);
        return isPostgres ? first.forUpdate().skipLocked() : first;
      })
      .updateTable('sso_event_lane')
      .from('next')
      .set({ claim: token, due_at: until })
      .whereRef('sso_event_lane.provider', '=', 'next.provider')
      .whereRef('sso_event_lane.environment', '=', 'next.environment')
      .whereRef('sso_event_lane.subject', '=', 'next.subject')
      .returning([
        'sso_event_lane.provider',
        'sso_event_lane.environment',
        'sso_event_lane.subject',
        'sso_event_lane.head as order_key',
      ])
      .execute();
    if (taken.length === 0) return [];
    const rows = await transaction
      .updateTable('sso_event')
      .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
      // In each of them, or SQLite reads the whole partial index.
      .where((eb) => eb.or(taken.map((head) => eb.and([eb.and(head), eb('status', '=', waiting)]))))
      .returningAll()
      .execute();
    if (rows.length < taken.length) throw new Error('A lane has a head that does not wait');
    const states = await transaction
      .selectFrom('sso_subject')
      .selectAll()
      .where((eb) => eb.or(taken.map((head) => eb.and(laneOf(head)))))
      .execute();
    const stateByLane = new Map(states.map((row) => [keyOf(row), fromSubjectRow(row)]));
    return rows
      .toSorted((a, b) => (a.order_key < b.order_key ? -1 : 1))
      .map((row) => ({ ...fromRow(row), claim: token, subject: stateByLane.get(keyOf(row)) ?? null }));
  }

  const claim = together<ClaimOptions, ClaimedEvent | null>(async (claims) => {
    const range = {
      now: Math.min(...claims.map(({ now }) => now)),
      until: Math.max(...claims.map(({ now, leaseMs }) => now + leaseMs)),
      count: claims.length,
    };
    const taken = await database.transaction().execute((transaction) => takeFirst(transaction, range));
    return claims.map((_, index) => taken[index] ?? null);
  });

  const appendOne = together<Appending, number>((appendings) =>
    database.transaction().execute((transaction) => append(transaction, appendings)),
  );

  const settleFreely = together<Settling, boolean>((settlings) =>
    database.transaction().execute((transaction) => settleAll(transaction, settlings, isPostgres)),
  );

  const membersWhere = async (condition: Partial<GroupMemberRow>): Promise<GroupMember[]> => {
    const rows = await database
      .selectFrom('sso_group_member')
      .selectAll()
      .where((eb) => eb.and(condition))
      .execute();
    return rows.map(fromMemberRow);
  };

  return {
    append: (events, now) => appendOne({ events, now }),

    claim,

    settle(claimed, settlement, now) {
      const settling = { claimed, settlement, now };
      return restsOnOthers(settlement)
        ? database.transaction().execute(async (transaction) => {
            const [settled] = await settleAll(transaction, [settling], isPostgres);
            return settled!;
          })
        : settleFreely(settling);
    },

    async nextDueAt() {
      const { due } = await database
        .selectFrom('sso_event_lane')
        .select((eb) => eb.fn.min('due_at').as('due'))
        .executeTakeFirstOrThrow();
      return due;
    },

    async inHand({ provider, environment }, { scope, now }) {
      const lanes = await database
        .selectFrom('sso_event_lane')
        .select(['subject', 'claim'])
        .where((eb) => eb.and({ provider, environment }))
        .where('due_at', '>', now)
        .where('claim', 'is not', null)
        .where((eb) => eb.exists(waitingIn(eb).where('sso_event.scope', '=', scope)))
        .execute();
      return lanes.map(({ subject, claim: token }) => ({ subject, claim: token! }));
    },

    async list({ status, limit, after }) {
      let query = database.selectFrom('sso_event').selectAll().where('status', '=', sql.lit(status));
      if (after !== undefined) {
        const [provider, environment, id] = readCursor(after);
        query = query.where((eb) =>
          eb(eb.refTuple('provider', 'environment', 'id'), '>', eb.tuple(provider, environment, id)),
        );
      }
      const rows = await query
        .orderBy('provider')
        .orderBy('environment')
        .orderBy('id')
        .limit(limit)
        .execute();
      const last = rows.length === limit ? rows.at(-1) : undefined;
      return {
        events: rows.map(fromRow),
        next: last ? JSON.stringify([last.provider, last.environment, last.id]) : null,
      };
    },

    release: (source, ids, now) =>
      database.transaction().execute(async (transaction) => {
        const change = { status: 'waiting', released: 1, attempts: 0 };
        const released = await changeSetAside(transaction, source, ids, change);
        await enterLanes(transaction, released, now);
        return released.length;
      }),

    discard: (source, ids) =>
      database.transaction().execute(async (transaction) => {
        const discarded = await changeSetAside(transaction, source, ids, { status: 'discarded' });
        return discarded.length;
      }),

    async countRemovals({ provider, environment }, scope, { since, limit }) {
      const handled = database
        .selectFrom('sso_event')
        .select('subject')
        .distinct()
        .where((eb) => eb.and({ provider, environment, scope }))
        .where('removed_at', '>=', since)
        .limit(limit);
      const pending = database
        .selectFrom('sso_event as event')
        .leftJoin('sso_subject as known', (join) =>
          join
            .onRef('known.provider', '=', 'event.provider')
            .onRef('known.environment', '=', 'event.environment')
            .onRef('known.subject', '=', 'event.subject'),
        )
        .select('event.subject')
        .distinct()
        .where((eb) =>
          eb.and({ 'event.provider': provider, 'event.environment': environment, 'event.scope': scope }),
        )
        .where('event.removal', '>', sql.lit(0))
        .where('event.status', 'in', [waiting, sql.lit('held')])
        .where('event.released', '=', 0)
        .where((eb) =>
          eb.or([eb('event.removal', '=', 2), eb('known.active', 'is', null), eb('known.active', '=', 1)]),
        )
        .limit(limit);
      const active = database
        .selectFrom('sso_subject')
        .select('subject')
        .where((eb) => eb.and({ provider, environment, scope }))
        .where('active', '=', sql.lit(1))
        .limit(limit);
      const number = database.fn.countAll<number>().as('number');
      const counts = await database
        .selectNoFrom((eb) => [
          eb.selectFrom(handled.as('people')).select(number).as('handled'),
          eb.selectFrom(pending.as('people')).select(number).as('waiting'),
          eb.selectFrom(active.as('people')).select(number).as('active'),
        ])
        .executeTakeFirstOrThrow();
      // PostgreSQL counts in 64 bits, which its driver hands out as text.
      return {
        handled: Number(counts.handled),
        waiting: Number(counts.waiting),
        active: Number(counts.active),
      };
    },

    subject: (source, subject) => findSubject(database, source, subject),

    async listSubjects({ provider, environment }, { kind, scope, limit, after }) {
      const rows = await database
        .selectFrom('sso_subject')
        .selectAll()
        .where((eb) => eb.and({ provider, environment, kind, scope }))
        .where('deleted', '=', sql.lit(0))
        .where('subject', '>', after ?? '')
        .orderBy('subject')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ subject: row.subject, state: fromSubjectRow(row) }));
    },

    membersOfGroup: ({ provider, environment }, groupId) =>
      membersWhere({ provider, environment, group_id: groupId }),
    groupsOfUser: ({ provider, environment }, userId) =>
      membersWhere({ provider, environment, user_id: userId }),

    async checkpoint({ provider, environment }) {
      const found = await database
        .selectFrom('sso_event_checkpoint')
        .select('cursor')
        .where((eb) => eb.and({ provider, environment }))
        .executeTakeFirst();
      return found?.cursor ?? null;
    },

    advance: ({ provider, environment }, { expected, cursor, events, now }) =>
      database.transaction().execute(async (transaction) => {
        const moved =
          expected === null
            ? await transaction
                .insertInto('sso_event_checkpoint')
                .values({ provider, environment, cursor })
                .onConflict((conflict) => conflict.doNothing())
                .returning('cursor')
                .execute()
            : await transaction
                .updateTable('sso_event_checkpoint')
                .set({ cursor })
                .where((eb) => eb.and({ provider, environment, cursor: expected }))
                .returning('cursor')
                .execute();
        if (moved.length === 0) return false;
        await append(transaction, [{ events, now }]);
        return true;
      }),
  };
}

type ClaimOptions = Parameters<EventStore['claim']>[0];
type EventKey = Pick<EventRow, 'provider' | 'environment' | 'id'>;
type LanePlace = LaneKey & Pick<EventRow, 'order_key'>;

interface Appending {
  readonly events: readonly NewEvent[];
  readonly now: number;
}

interface Settling {
  readonly claimed: ClaimedEvent;
  readonly settlement: Settlement;
  readonly now: number;
}

const keyOf = ({ provider, environment, subject }: LaneKey) =>
  JSON.stringify([provider, environment, subject]);

/** Answers how many events of each were new. */
async function append(transaction: Transaction<Tables>, appendings: readonly Appending[]): Promise<number[]> {
  const added: LanePlace[] = [];
  const isNew = new Set<string>();
  const events = appendings.flatMap((appending) => appending.events);
  for (const rows of chunks(events.map(toRow).toSorted(byKey))) {
    const inserted = await transaction
      .insertInto('sso_event')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .returning(['provider', 'environment', 'id', 'subject', 'order_key', 'status'])
      .execute();
    for (const { id, status, ...place } of inserted) {
      isNew.add(JSON.stringify([place.provider, place.environment, id]));
      if (status === 'waiting') added.push(place);
    }
  }
  await enterLanes(transaction, added, Math.min(...appendings.map(({ now }) => now)));
  return appendings.map(
    (appending) =>
      appending.events.filter(({ event: { provider, environment, id } }) =>
        isNew.delete(JSON.stringify([provider, environment, id])),
      ).length,
  );
}

async function enterLanes(
  transaction: Transaction<Tables>,
  places: readonly LanePlace[],
  now: number,
): Promise<void> {
  const lanes = new Map<string, LaneRow>();
  for (const { provider, environment, subject, order_key: head } of places) {
    const key = keyOf({ provider, environment, subject });
    const known = lanes.get(key);
    if (!known || head < known.head)
      lanes.set(key, { provider, environment, subject, head, claim: null, due_at: now });
  }
  for (const rows of chunks([...lanes.values()].toSorted(byLane))) {
    await transaction
      .insertInto('sso_event_lane')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['provider', 'environment', 'subject'])
          .doUpdateSet((eb) => ({ head: eb.ref('excluded.head') }))
          .where((eb) => eb('sso_event_lane.head', '>', eb.ref('excluded.head'))),
      )
      .execute();
  }
}

/** What other subjects' events may make void, or have to wait for. */
function restsOnOthers(settlement: Settlement): boolean {
  if (settlement.status !== 'handled') return false;
  const { alive, emptied } = settlement.premises;
  return alive.length > 0 || emptied !== null;
}

/** Of several, none may rest on others. Each answers whether it was written. */
async function settleAll(
  transaction: Transaction<Tables>,
  settlings: readonly Settling[],
  isPostgres: boolean,
): Promise<boolean[]> {
  const lanes = settlings.map(({ claimed: { event, claim } }) => ({ ...laneOf(event), claim }));
  const held = await transaction
    .selectFrom('sso_event_lane')
    .select(['provider', 'environment', 'subject', 'claim'])
    .where((eb) => eb.or(lanes.map((lane) => eb.and(lane))))
    .orderBy('provider')
    .orderBy('environment')
    .orderBy('subject')
    .$if(isPostgres, (query) => query.forUpdate())
    .execute();
  const claimByLane = new Map(held.map((lane) => [keyOf(lane), lane.claim]));
  const written = settlings.filter(({ claimed }) => {
    const key = keyOf(laneOf(claimed.event));
    // Once: a claim may be settled twice.
    return claimByLane.get(key) === claimed.claim && claimByLane.delete(key);
  });
  const [first] = written;
  if (!first) return settlings.map(() => false);
  if (first.settlement.status === 'handled' && restsOnOthers(first.settlement)) {
    const { event } = first.claimed;
    if (isPostgres) await lockPremises(transaction, event, event.subject, first.settlement.premises);
    if (!(await holds(transaction, event, first.settlement))) {
      await setDue(transaction, [laneOf(event)], first.now);
      return [false];
    }
  }
  await writeOutcomes(transaction, written);
  const left = written.filter(({ settlement }) => settlement.status !== 'retry');
  for (const { claimed, settlement } of written) {
    if (settlement.status === 'retry') await setDue(transaction, [laneOf(claimed.event)], settlement.at);
  }
  await leaveLanes(
    transaction,
    left.map(({ claimed }) => laneOf(claimed.event)),
    Math.min(...left.map(({ now }) => now)),
  );
  await writeStates(transaction, written);
  return settlings.map((settling) => written.includes(settling));
}

function laneOf({ provider, environment, subject }: LaneKey): LaneKey {
  return { provider, environment, subject };
}

async function setDue(
  transaction: Transaction<Tables>,
  lanes: readonly LaneKey[],
  at: number,
): Promise<void> {
  await transaction
    .updateTable('sso_event_lane')
    .set({ claim: null, due_at: at })
    .where((eb) => eb.or(lanes.map((lane) => eb.and(lane))))
    .execute();
}

/** One statement for all that come to the same end. */
async function writeOutcomes(
  transaction: Transaction<Tables>,
  settlings: readonly Settling[],
): Promise<void> {
  const groups = new Map<string, { change: Partial<EventRow>; events: EventKey[] }>();
  for (const { claimed, settlement, now } of settlings) {
    const { provider, environment, id } = claimed.event;
    const change = {
      ...('failure' in settlement && { last_failure: settlement.failure }),
      ...(settlement.status !== 'retry' && { status: settlement.status }),
      ...(settlement.status === 'handled' && settlement.removed && { removed_at: now }),
    };
    const key = JSON.stringify(change);
    const group = groups.get(key) ?? { change, events: [] as EventKey[] };
    groups.set(key, group);
    group.events.push({ provider, environment, id });
  }
  for (const { change, events } of groups.values()) {
    await transaction
      .updateTable('sso_event')
      .set(change)
      .where((eb) => eb.or(events.map((event) => eb.and(event))))
      .execute();
  }
}

async function changeSetAside(
  transaction: Transaction<Tables>,
  { provider, environment }: EventSource,
  ids: readonly string[],
  change: Partial<EventRow>,
): Promise<LanePlace[]> {
  const changed: LanePlace[] = [];
  for (const some of chunks([...new Set(ids)].toSorted())) {
    changed.push(
      ...(await transaction
        .updateTable('sso_event')
        .set(change)
        .where((eb) => eb.and({ provider, environment }))
        .where('id', 'in', some)
        .where('status', 'in', ['held', 'quarantined'])
        .returning(['provider', 'environment', 'subject', 'order_key'])
        .execute()),
    );
  }
  return changed;
}

function waitingIn(eb: ExpressionBuilder<Tables, 'sso_event_lane'>) {
  return eb
    .selectFrom('sso_event')
    .select('order_key')
    .whereRef('sso_event.subject', '=', 'sso_event_lane.subject')
    .whereRef('sso_event.provider', '=', 'sso_event_lane.provider')
    .whereRef('sso_event.environment', '=', 'sso_event_lane.environment')
    .where('sso_event.status', '=', waiting);
}

/** The first that waits in a lane. */
function headOf(eb: ExpressionBuilder<Tables, 'sso_event_lane'>) {
  return waitingIn(eb).orderBy('order_key').limit(1);
}

async function leaveLanes(
  transaction: Transaction<Tables>,
  lanes: readonly LaneKey[],
  now: number,
): Promise<void> {
  if (lanes.length === 0) return;
  const ofLanes = (eb: ExpressionBuilder<Tables, 'sso_event_lane'>) =>
    eb.or(lanes.map((lane) => eb.and(lane)));
  const emptied = await transaction
    .deleteFrom('sso_event_lane')
    .where(ofLanes)
    .where((eb) => eb.not(eb.exists(headOf(eb))))
    .returning('subject')
    .execute();
  if (emptied.length === lanes.length) return;
  await transaction
    .updateTable('sso_event_lane')
    .set((eb) => ({ head: headOf(eb).$asScalar().$notNull(), claim: null, due_at: now }))
    .where(ofLanes)
    .execute();
}

/** A group's deletion and memberships of it are settled by different lanes: of two at once, one must see the other. */
async function lockPremises(
  transaction: Transaction<Tables>,
  { provider, environment }: EventSource,
  subject: string,
  { alive, emptied }: Premises,
): Promise<void> {
  const key = (of: string) => sql`hashtextextended(${JSON.stringify([provider, environment, of])}, 0)`;
  for (const other of alive.toSorted()) {
    await sql`select pg_advisory_xact_lock_shared(${key(other)})`.execute(transaction);
  }
  if (emptied !== null) await sql`select pg_advisory_xact_lock(${key(subject)})`.execute(transaction);
}

async function holds(
  transaction: Transaction<Tables>,
  { provider, environment }: EventSource,
  { premises: { alive, emptied } }: Extract<Settlement, { status: 'handled' }>,
): Promise<boolean> {
  for (const subjects of chunks(alive)) {
    const deleted = await transaction
      .selectFrom('sso_subject')
      .select('subject')
      .where((eb) => eb.and({ provider, environment, deleted: 1 }))
      .where('subject', 'in', subjects)
      .limit(1)
      .execute();
    if (deleted.length > 0) return false;
  }
  if (emptied === null) return true;
  const known = new Map(emptied.members.map(({ userId, order }) => [userId, order]));
  const left = await transaction
    .selectFrom('sso_group_member')
    .select(['user_id', 'order_key'])
    .where((eb) => eb.and({ provider, environment, group_id: emptied.groupId, member: 1 }))
    .execute();
  return left.every(({ user_id: userId, order_key: order }) => known.get(userId) === order);
}

async function writeStates(transaction: Transaction<Tables>, settlings: readonly Settling[]): Promise<void> {
  const states: SubjectRow[] = [];
  const members: GroupMemberRow[] = [];
  for (const { claimed, settlement } of settlings) {
    if (settlement.status !== 'handled') continue;
    const { event } = claimed;
    if (settlement.subject) states.push(toSubjectRow(event, event.subject, settlement.subject));
    members.push(...settlement.members.map((member) => toMemberRow(event, member)));
  }
  if (states.length > 0) {
    await transaction
      .insertInto('sso_subject')
      .values(states.toSorted(byLane))
      .onConflict((conflict) =>
        conflict.columns(['provider', 'environment', 'subject']).doUpdateSet((eb) => ({
          kind: eb.ref('excluded.kind'),
          order_key: eb.ref('excluded.order_key'),
          created_order: eb.ref('excluded.created_order'),
          deleted_order: eb.ref('excluded.deleted_order'),
          deleted: eb.ref('excluded.deleted'),
          scope: eb.ref('excluded.scope'),
          directory_id: eb.ref('excluded.directory_id'),
          active: eb.ref('excluded.active'),
          snapshot: eb.ref('excluded.snapshot'),
        })),
      )
      .execute();
  }
  for (const some of chunks(members.toSorted(byMember))) {
    await transaction
      .insertInto('sso_group_member')
      .values(some)
      .onConflict((conflict) =>
        conflict
          .columns(['provider', 'environment', 'group_id', 'user_id'])
          .doUpdateSet((eb) => ({
            member: eb.ref('excluded.member'),
            order_key: eb.ref('excluded.order_key'),
          }))
          .where((eb) => eb('sso_group_member.order_key', '<=', eb.ref('excluded.order_key'))),
      )
      .execute();
  }
}

function readCursor(cursor: string): readonly [provider: string, environment: string, id: string] {
  try {
    const parts = JSON.parse(cursor) as unknown;
    if (Array.isArray(parts) && parts.length === 3 && parts.every(isStorableText))
      return parts as unknown as [string, string, string];
  } catch {
    // Refused below, like a cursor of another shape.
  }
  throw new SsoError({
    code: 'invalid_argument',
    message: 'this cursor is not from an earlier page of this list',
  });
}

/** PostgreSQL has no NUL in text. */
function isStorableText(part: unknown): boolean {
  return typeof part === 'string' && !part.includes('\0');
}

async function findSubject(
  database: Kysely<Tables>,
  { provider, environment }: EventSource,
  subject: string,
): Promise<SubjectState | null> {
  const row = await database
    .selectFrom('sso_subject')
    .selectAll()
    .where((eb) => eb.and({ provider, environment, subject }))
    .executeTakeFirst();
  return row ? fromSubjectRow(row) : null;
}
