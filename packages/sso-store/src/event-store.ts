import { randomUUID } from 'node:crypto';
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
import { sql, type Kysely, type Transaction } from 'kysely';
import { chunks } from './chunks.js';
import {
  byKey,
  byMember,
  fromMemberRow,
  fromRow,
  fromSubjectRow,
  toMemberRow,
  toRow,
  toSubjectRow,
} from './event-rows.js';
import type { Dialect, EventRow, GroupMemberRow, LaneRow, Tables } from './schema.js';

/** Written into the statement: SQLite uses a partial index only where the condition is in the text. */
const waiting = sql.lit('waiting');

/** The event inbox in SQL. Locks are taken in one order everywhere (events, lanes, subjects, members; each sorted), so that none deadlock. */
export function createEventStore(database: Kysely<Tables>, dialect: Dialect): EventStore {
  const isPostgres = dialect === 'postgres';

  async function takeNext(
    queries: Kysely<Tables>,
    { now, leaseMs }: { readonly now: number; readonly leaseMs: number },
  ): Promise<ClaimedEvent | null> {
    const token = randomUUID();
    // Two statements: the head found may be younger than what the first one sees. A process that ends between them leaves a lease.
    const taken = await queries
      .with('next', (query) => {
        const first = query
          .selectFrom('sso_event_lane')
          .select(['provider', 'environment', 'subject'])
          .where('due_at', '<=', now)
          .orderBy('head')
          .limit(1);
        return isPostgres ? first.forUpdate().skipLocked() : first;
      })
      .updateTable('sso_event_lane')
      .from('next')
      .set({ claim: token, due_at: now + leaseMs })
      .whereRef('sso_event_lane.provider', '=', 'next.provider')
      .whereRef('sso_event_lane.environment', '=', 'next.environment')
      .whereRef('sso_event_lane.subject', '=', 'next.subject')
      .returning([
        'sso_event_lane.provider',
        'sso_event_lane.environment',
        'sso_event_lane.subject',
        'sso_event_lane.head',
      ])
      .executeTakeFirst();
    if (!taken) return null;
    const { head, ...key } = taken;
    const row = await queries
      .updateTable('sso_event')
      .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
      .where((eb) => eb.and({ ...key, order_key: head }))
      .where('status', '=', waiting)
      .returningAll()
      .executeTakeFirstOrThrow();
    return { ...fromRow(row), claim: token, subject: await findSubject(queries, key, key.subject) };
  }

  const membersWhere = async (condition: Partial<GroupMemberRow>): Promise<GroupMember[]> => {
    const rows = await database
      .selectFrom('sso_group_member')
      .selectAll()
      .where((eb) => eb.and(condition))
      .execute();
    return rows.map(fromMemberRow);
  };

  return {
    append: (events, now) =>
      database.transaction().execute((transaction) => append(transaction, events, now)),

    claim: (options) =>
      // In SQLite each transaction waits for the disk.
      isPostgres
        ? takeNext(database, options)
        : database.transaction().execute((transaction) => takeNext(transaction, options)),

    settle: ({ event, claim }, settlement, now) =>
      database.transaction().execute(async (transaction) => {
        const { provider, environment, id, subject } = event;
        const lane = { provider, environment, subject };
        const held = await transaction
          .selectFrom('sso_event_lane')
          .select('head')
          .where((eb) => eb.and({ ...lane, claim }))
          .$if(isPostgres, (query) => query.forUpdate())
          .executeTakeFirst();
        if (!held) return false;
        const setDue = (at: number) =>
          transaction
            .updateTable('sso_event_lane')
            .set({ claim: null, due_at: at })
            .where((eb) => eb.and(lane))
            .execute();
        if (settlement.status === 'handled') {
          if (isPostgres) await lockPremises(transaction, event, subject, settlement.premises);
          if (!(await holds(transaction, event, settlement))) {
            await setDue(now);
            return false;
          }
        }
        await transaction
          .updateTable('sso_event')
          .set({
            ...('failure' in settlement && { last_failure: settlement.failure }),
            ...(settlement.status !== 'retry' && { status: settlement.status }),
            ...(settlement.status === 'handled' && settlement.removed && { removed_at: now }),
          })
          .where((eb) => eb.and({ provider, environment, id }))
          .execute();
        if (settlement.status === 'retry') {
          await setDue(settlement.at);
          return true;
        }
        await leaveLane(transaction, lane, now);
        if (settlement.status === 'handled') await writeState(transaction, event, subject, settlement);
        return true;
      }),

    async nextDueAt() {
      const { due } = await database
        .selectFrom('sso_event_lane')
        .select((eb) => eb.fn.min('due_at').as('due'))
        .executeTakeFirstOrThrow();
      return due;
    },

    async list({ status, limit, after }) {
      let query = database.selectFrom('sso_event').selectAll().where('status', '=', sql.lit(status));
      if (after !== undefined) {
        const [provider, environment, id] = JSON.parse(after) as [string, string, string];
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
        await append(transaction, events, now);
        return true;
      }),
  };
}

type LanePlace = Pick<EventRow, 'provider' | 'environment' | 'subject' | 'order_key'>;

async function append(
  transaction: Transaction<Tables>,
  events: readonly NewEvent[],
  now: number,
): Promise<number> {
  const added: LanePlace[] = [];
  let count = 0;
  for (const rows of chunks(events.map(toRow).toSorted(byKey))) {
    const inserted = await transaction
      .insertInto('sso_event')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .returning(['provider', 'environment', 'subject', 'order_key', 'status'])
      .execute();
    count += inserted.length;
    added.push(...inserted.filter(({ status }) => status === 'waiting'));
  }
  await enterLanes(transaction, added, now);
  return count;
}

async function enterLanes(
  transaction: Transaction<Tables>,
  places: readonly LanePlace[],
  now: number,
): Promise<void> {
  const lanes = new Map<string, LaneRow>();
  for (const { provider, environment, subject, order_key: head } of places) {
    const key = JSON.stringify([provider, environment, subject]);
    const known = lanes.get(key);
    if (!known || head < known.head)
      lanes.set(key, { provider, environment, subject, head, claim: null, due_at: now });
  }
  const sorted = [...lanes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, lane]) => lane);
  for (const rows of chunks(sorted)) {
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

async function leaveLane(
  transaction: Transaction<Tables>,
  lane: Pick<LaneRow, 'provider' | 'environment' | 'subject'>,
  now: number,
): Promise<void> {
  const next = transaction
    .selectFrom('sso_event')
    .select('order_key')
    .where((eb) => eb.and(lane))
    .where('status', '=', waiting)
    .orderBy('order_key')
    .limit(1);
  const emptied = await transaction
    .deleteFrom('sso_event_lane')
    .where((eb) => eb.and(lane))
    .where((eb) => eb.not(eb.exists(next)))
    .returning('subject')
    .execute();
  if (emptied.length > 0) return;
  await transaction
    .updateTable('sso_event_lane')
    .set({ head: next.$asScalar().$notNull(), claim: null, due_at: now })
    .where((eb) => eb.and(lane))
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

async function writeState(
  transaction: Transaction<Tables>,
  source: EventSource,
  subject: string,
  { subject: state, members }: Extract<Settlement, { status: 'handled' }>,
): Promise<void> {
  if (state) {
    const row = toSubjectRow(source, subject, state);
    await transaction
      .insertInto('sso_subject')
      .values(row)
      .onConflict((conflict) => conflict.columns(['provider', 'environment', 'subject']).doUpdateSet(row))
      .execute();
  }
  const rows = members.map((member) => toMemberRow(source, member));
  for (const some of chunks(rows.toSorted(byMember))) {
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
