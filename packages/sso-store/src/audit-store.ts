import { randomUUID } from 'node:crypto';
import { SsoError } from '@org/sso-core';
import type { AuditEntry, AuditStore, ClaimedDelivery, NewDelivery, Operation } from '@org/sso-core/audit';
import { sql, type ExpressionBuilder, type Kysely, type Transaction } from 'kysely';
import {
  fromDeliveryRow,
  fromEntryRow,
  readCursor,
  toDeliveryRow,
  toEntryRow,
  writeCursor,
} from './audit-rows.js';
import { chunks } from './chunks.js';
import type { Dialect, Tables } from './schema.js';

/** Written into the statement: SQLite uses a partial index only where the condition is in the text. */
const waiting = sql.lit('waiting');
const quarantined = sql.lit('quarantined');

/** The audit trail, its outbox and the journal in SQL. Of one target, operations are locked before their rows are. */
export function createAuditStore(database: Kysely<Tables>, dialect: Dialect): AuditStore {
  const isPostgres = dialect === 'postgres';

  /** In SQLite every transaction is exclusive. */
  async function lockTarget(
    transaction: Transaction<Tables>,
    { organizationId, action, target }: Operation,
  ): Promise<void> {
    const key = JSON.stringify(['admin_operation', organizationId, action, target]);
    if (isPostgres) await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(transaction);
  }

  async function takeNext(
    queries: Kysely<Tables>,
    { sink, now, leaseMs }: Parameters<AuditStore['claimDelivery']>[0],
  ): Promise<ClaimedDelivery | null> {
    const claim = randomUUID();
    const taken = await queries
      .with('next', (query) => {
        const first = query
          .selectFrom('sso_audit_delivery')
          .select('entry_id')
          .where('sink', '=', sink)
          .where('status', '=', waiting)
          .where('due_at', '<=', now)
          .orderBy('due_at')
          .limit(1);
        return isPostgres ? first.forUpdate().skipLocked() : first;
      })
      .updateTable('sso_audit_delivery')
      .from('next')
      .set((eb) => ({ claim, due_at: now + leaseMs, attempts: eb('attempts', '+', 1) }))
      .where('sink', '=', sink)
      .whereRef('sso_audit_delivery.entry_id', '=', 'next.entry_id')
      .returning(['sso_audit_delivery.entry_id', 'sink', 'status', 'attempts', 'last_failure'])
      .executeTakeFirst();
    if (!taken) return null;
    const entry = await queries
      .selectFrom('sso_audit_entry')
      .selectAll()
      .where('id', '=', taken.entry_id)
      .executeTakeFirstOrThrow();
    return { ...fromDeliveryRow(taken, fromEntryRow(entry)), claim };
  }

  const eachChunk = (
    entryIds: readonly string[],
    change: (transaction: Transaction<Tables>, some: string[]) => Promise<readonly unknown[]>,
  ) =>
    database.transaction().execute(async (transaction) => {
      let changed = 0;
      for (const some of chunks([...new Set(entryIds)].toSorted()))
        changed += (await change(transaction, some)).length;
      return changed;
    });

  return {
    record: (entry, deliveries) =>
      database.transaction().execute((transaction) => record(transaction, entry, deliveries)),

    async list({ organizationId, actions, actorId, from, until, limit, after }) {
      if (actions?.length === 0) return { entries: [], next: null };
      let query = database.selectFrom('sso_audit_entry').selectAll();
      if (organizationId !== null) query = query.where('organization_id', '=', organizationId);
      if (actions !== undefined) query = query.where('action', 'in', [...actions]);
      if (actorId !== undefined) query = query.where('actor_id', '=', actorId);
      if (from !== undefined) query = query.where('occurred_at', '>=', from);
      if (until !== undefined) query = query.where('occurred_at', '<', until);
      if (after !== undefined) {
        const [occurredAt, id] = readCursor(after);
        query = query.where((eb) =>
          eb(eb.refTuple('occurred_at', 'id'), '<', eb.tuple(Number(occurredAt), id)),
        );
      }
      const rows = await query
        .orderBy('occurred_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return {
        entries: rows.slice(0, limit).map(fromEntryRow),
        next: last ? writeCursor(String(last.occurred_at), last.id) : null,
      };
    },
    async prune({ organizationId, before, limit }) {
      // PostgreSQL holds everything to be less than NaN.
      if (!Number.isFinite(before))
        throw new SsoError({
          code: 'invalid_argument',
          message: 'before is no time in milliseconds since the epoch',
        });
      return database.transaction().execute(async (transaction) => {
        let old = transaction
          .selectFrom('sso_audit_entry as entry')
          .select('id')
          .where('occurred_at', '<', before)
          .where((eb) => {
            const awaited = eb
              .selectFrom('sso_audit_delivery')
              .select('sink')
              .whereRef('entry_id', '=', 'entry.id');
            return eb.not(eb.exists(awaited));
          })
          .orderBy('occurred_at')
          .limit(limit);
        let ended = transaction
          .deleteFrom('sso_admin_operation')
          .where('claim', 'is', null)
          .where('due_at', '<', before);
        if (organizationId !== null) {
          old = old.where('organization_id', '=', organizationId);
          ended = ended.where('organization_id', '=', organizationId);
        }
        await ended.execute();
        const removed = await transaction
          .deleteFrom('sso_audit_entry')
          .where('id', 'in', old)
          .returning('id')
          .execute();
        return removed.length;
      });
    },

    begin: (operation, { now, leaseMs, deliveries }) =>
      database.transaction().execute(async (transaction) => {
        await lockTarget(transaction, operation);
        const known = await transaction
          .selectFrom('sso_admin_operation')
          .select(['action', 'target', 'result'])
          .where((eb) => eb.and(keyOf(operation)))
          .executeTakeFirst();
        if (known && (known.action !== operation.action || known.target !== operation.target))
          return { status: 'key_taken' };
        if (known && known.result !== null) return { status: 'done', result: known.result };
        const running = await openRows(transaction, operation)
          .select('claim')
          .where('claim', 'is not', null)
          .where('due_at', '>', now)
          .executeTakeFirst();
        if (running) return { status: 'running' };
        const over = await openRows(transaction, operation)
          .select(['organization_id', 'idempotency_key'])
          .where('claim', 'is not', null)
          .execute();
        for (const key of over) await interrupt(transaction, key, deliveries);
        const earlier = await openRows(transaction, operation)
          .select('unfinished')
          .where('unfinished', 'is not', null)
          .executeTakeFirst();
        const claim = randomUUID();
        const claimed = { claim, due_at: now + leaseMs };
        // A key used for two targets at once is not held back by the lock: one of them comes first here.
        const inserted = await transaction
          .insertInto('sso_admin_operation')
          .values({
            ...keyOf(operation),
            action: operation.action,
            target: operation.target,
            interrupted: null,
            unfinished: null,
            result: null,
            ...claimed,
          })
          .onConflict((conflict) =>
            conflict
              .columns(['organization_id', 'idempotency_key'])
              .doUpdateSet(claimed)
              .where('sso_admin_operation.action', '=', operation.action)
              .where('sso_admin_operation.target', '=', operation.target),
          )
          .returning('claim')
          .executeTakeFirst();
        if (!inserted) return { status: 'key_taken' };
        return {
          status: 'begun',
          claim,
          unfinished: earlier ? (JSON.parse(earlier.unfinished!) as AuditEntry) : null,
        };
      }),

    request: (operation, claim, interrupted) =>
      database.transaction().execute(async (transaction) => {
        const requested = await transaction
          .updateTable('sso_admin_operation')
          .set({ interrupted: JSON.stringify(interrupted) })
          .where((eb) => eb.and({ ...keyOf(operation), claim }))
          .returning('claim')
          .execute();
        return requested.length > 0;
      }),

    finish: (operation, claim, { status, result, entry, deliveries }) =>
      database.transaction().execute(async (transaction) => {
        await lockTarget(transaction, operation);
        const ended = await transaction
          .updateTable('sso_admin_operation')
          .set({
            claim: null,
            interrupted: null,
            ...(status === 'unknown' && { unfinished: JSON.stringify(entry) }),
          })
          .where((eb) => eb.and({ ...keyOf(operation), claim }))
          .returning('unfinished')
          .executeTakeFirst();
        if (!ended) return false;
        await record(transaction, entry, deliveries);
        if (status === 'refused' && ended.unfinished === null) {
          await transaction
            .deleteFrom('sso_admin_operation')
            .where((eb) => eb.and(keyOf(operation)))
            .execute();
        }
        if (status === 'done') await closeTarget(transaction, operation, result);
        return true;
      }),

    reportInterrupted: ({ now, deliveries, limit }) =>
      database.transaction().execute(async (transaction) => {
        const over = await transaction
          .selectFrom('sso_admin_operation')
          .select(['organization_id', 'idempotency_key'])
          .where('claim', 'is not', null)
          .where('due_at', '<=', now)
          .where('interrupted', 'is not', null)
          .limit(limit)
          .$if(isPostgres, (query) => query.forUpdate().skipLocked())
          .execute();
        for (const key of over) await interrupt(transaction, key, deliveries);
        await transaction
          .deleteFrom('sso_admin_operation')
          .where('claim', 'is not', null)
          .where('due_at', '<=', now)
          .where('interrupted', 'is', null)
          .where('unfinished', 'is', null)
          .execute();
        return over.length;
      }),

    claimDelivery: (options) =>
      // In SQLite each transaction waits for the disk.
      isPostgres
        ? takeNext(database, options)
        : database.transaction().execute((transaction) => takeNext(transaction, options)),

    settleDelivery: ({ sink, entry, claim }, settlement) =>
      database.transaction().execute(async (transaction) => {
        const claimed = { sink, entry_id: entry.id, claim };
        if (settlement.status === 'delivered') {
          const delivered = await transaction
            .deleteFrom('sso_audit_delivery')
            .where((eb) => eb.and(claimed))
            .returning('sink')
            .execute();
          return delivered.length > 0;
        }
        const settled = await transaction
          .updateTable('sso_audit_delivery')
          .set({
            claim: null,
            last_failure: settlement.failure,
            ...(settlement.status === 'retry' ? { due_at: settlement.at } : { status: 'quarantined' }),
          })
          .where((eb) => eb.and(claimed))
          .returning('sink')
          .execute();
        return settled.length > 0;
      }),

    async nextDeliveryAt(sink) {
      const { due } = await database
        .selectFrom('sso_audit_delivery')
        .select((eb) => eb.fn.min('due_at').as('due'))
        .where('sink', '=', sink)
        .where('status', '=', waiting)
        .executeTakeFirstOrThrow();
      return due;
    },

    async listDeliveries({ status, limit, after }) {
      let query = database
        .selectFrom('sso_audit_delivery as delivery')
        .innerJoin('sso_audit_entry as entry', 'entry.id', 'delivery.entry_id')
        .select([
          'delivery.sink',
          'delivery.status',
          'delivery.attempts',
          'delivery.last_failure',
          'entry.id',
          'entry.organization_id',
          'entry.action',
          'entry.actor_id',
          'entry.occurred_at',
          'entry.event',
        ])
        .where('delivery.status', '=', status);
      if (after !== undefined) {
        const [sink, entryId] = readCursor(after);
        query = query.where((eb) =>
          eb(eb.refTuple('delivery.sink', 'delivery.entry_id'), '>', eb.tuple(sink, entryId)),
        );
      }
      const rows = await query
        .orderBy('delivery.sink')
        .orderBy('delivery.entry_id')
        .limit(limit + 1)
        .execute();
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return {
        deliveries: rows.slice(0, limit).map((row) => fromDeliveryRow(row, fromEntryRow(row))),
        next: last ? writeCursor(last.sink, last.id) : null,
      };
    },

    releaseDeliveries: (sink, entryIds, now) =>
      eachChunk(entryIds, (transaction, some) =>
        transaction
          .updateTable('sso_audit_delivery')
          .set({ status: 'waiting', attempts: 0, due_at: now })
          .where('sink', '=', sink)
          .where('entry_id', 'in', some)
          .where('status', '=', quarantined)
          .returning('entry_id')
          .execute(),
      ),
    discardDeliveries: (sink, entryIds) =>
      eachChunk(entryIds, (transaction, some) =>
        transaction
          .deleteFrom('sso_audit_delivery')
          .where('sink', '=', sink)
          .where('entry_id', 'in', some)
          .where('status', '=', quarantined)
          .returning('entry_id')
          .execute(),
      ),
  };
}

function keyOf({ organizationId, key }: Operation) {
  return { organization_id: organizationId as string, idempotency_key: key };
}

/** Not done, at the same target. */
function openRows(queries: Kysely<Tables>, { organizationId, action, target }: Operation) {
  return queries
    .selectFrom('sso_admin_operation')
    .where((eb) => eb.and({ organization_id: organizationId, action, target }))
    .where('result', 'is', null);
}

/** Ends what is open at a target: with a result for its keys, or by forgetting them. */
async function closeTarget(
  transaction: Transaction<Tables>,
  { organizationId, action, target }: Operation,
  result: string | null,
): Promise<void> {
  const isOpen = (eb: ExpressionBuilder<Tables, 'sso_admin_operation'>) =>
    eb.and([eb.and({ organization_id: organizationId, action, target }), eb('result', 'is', null)]);
  if (result === null) await transaction.deleteFrom('sso_admin_operation').where(isOpen).execute();
  else
    await transaction
      .updateTable('sso_admin_operation')
      .set({ result, unfinished: null })
      .where(isOpen)
      .execute();
}

async function record(
  transaction: Transaction<Tables>,
  entry: AuditEntry,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  await transaction.insertInto('sso_audit_entry').values(toEntryRow(entry)).execute();
  if (deliveries.length === 0) return;
  await transaction
    .insertInto('sso_audit_delivery')
    .values(deliveries.map((delivery) => toDeliveryRow(entry.id, delivery)))
    .execute();
}

/** Ends the claim on an operation. Where the vendor was asked already, the end of the attempt is unknown from here on, and the trail says so. */
async function interrupt(
  transaction: Transaction<Tables>,
  key: ReturnType<typeof keyOf>,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  const reported = await transaction
    .updateTable('sso_admin_operation')
    .set((eb) => ({ claim: null, interrupted: null, unfinished: eb.ref('interrupted') }))
    .where((eb) => eb.and(key))
    .where('interrupted', 'is not', null)
    .returning('unfinished')
    .executeTakeFirst();
  if (reported) {
    // A claim is good for the entry it was made for alone.
    const unclaimed = deliveries.map((delivery) => ({ ...delivery, claim: null }));
    await record(transaction, JSON.parse(reported.unfinished!) as AuditEntry, unclaimed);
    return;
  }
  await transaction
    .updateTable('sso_admin_operation')
    .set({ claim: null })
    .where((eb) => eb.and(key))
    .execute();
}
