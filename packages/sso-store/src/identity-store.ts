import { SsoError } from '@org/sso-core';
import type { IdentityStore, LedgerChanges, LedgerQuery, LedgerView } from '@org/sso-core/identity';
import { sql, type Kysely, type Transaction } from 'kysely';
import { chunks } from './chunks.js';
import {
  fromDecisionRow,
  fromIdentityRow,
  fromProposalRow,
  fromSourceRow,
  fromUserRow,
  toDecisionRow,
  toIdentityRow,
  toProposalRow,
  toSourceRow,
  toUserRow,
} from './identity-rows.js';
import type { Dialect, IdentityProposalRow, IdentityRow, IdentitySourceRow, Tables } from './schema.js';

/** Most subjects of a dispute that are read. */
const maxDisputes = 100;
/** Written into the statement: SQLite uses a partial index only where the condition is in the text. */
const open = sql.lit('open');

/** Who people are, in SQL. Whoever changes anything of a tenant holds the tenant's lock. */
export function createIdentityStore(database: Kysely<Tables>, dialect: Dialect): IdentityStore {
  const isPostgres = dialect === 'postgres';
  return {
    read: (tenantId, query) => {
      // In SQLite every transaction sees one state.
      const transaction = isPostgres
        ? database.transaction().setIsolationLevel('repeatable read')
        : database.transaction();
      return transaction.execute((queries) => read(queries, tenantId, query));
    },

    update: (tenantId, query, decide) =>
      database.transaction().execute(async (transaction) => {
        if (isPostgres) {
          const key = JSON.stringify(['sso_identity', tenantId]);
          await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(transaction);
        }
        const { changes, result } = decide(await read(transaction, tenantId, query));
        if (changes) await write(transaction, tenantId, changes);
        return result;
      }),

    async findSource(id) {
      const row = await database
        .selectFrom('sso_identity_source')
        .selectAll()
        .where('id', '=', id)
        .where('deleted_order', 'is', null)
        .executeTakeFirst();
      return row ? fromSourceRow(row) : null;
    },

    async openProposals({ tenantId, limit, after }) {
      const rows = await database
        .selectFrom('sso_identity_proposal')
        .selectAll()
        .where('state', '=', open)
        .$if(tenantId !== undefined, (query) => query.where('tenant_id', '=', tenantId!))
        .$if(after !== undefined, (query) =>
          query.where((eb) => eb(eb.refTuple('tenant_id', 'id'), '>', eb.tuple(after!.tenantId, after!.id))),
        )
        .orderBy('tenant_id')
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(fromProposalRow);
    },

    async entries({ tenantId, userId, limit, before }) {
      const rows = await database
        .selectFrom('sso_identity_decision')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .$if(userId !== undefined, (query) =>
          query.where((eb) => eb.or([eb('user_id', '=', userId!), eb('previous_user_id', '=', userId!)])),
        )
        .$if(before !== undefined, (query) => query.where('sequence', '<', before!))
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
      return rows.map(fromDecisionRow);
    },
  };
}

async function read(queries: Kysely<Tables>, tenantId: string, query: LedgerQuery): Promise<LedgerView> {
  const { sources: sourceIds = [], key, subject, address, sequence } = query;
  const identities = new Map<string, IdentityRow>();
  const proposals = new Map<string, IdentityProposalRow>();

  async function findIdentities(wanted: Wanted<'id' | 'source_key' | 'subject' | 'address' | 'user_id'>) {
    if (isEmpty(wanted)) return;
    const rows = await queries
      .selectFrom('sso_identity')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where((eb) => eb.or(entriesOf(wanted).map(([column, values]) => eb(column, 'in', values))))
      .execute();
    for (const row of rows) identities.set(row.id, row);
  }

  async function findProposals(
    column: 'id' | 'identity_id' | 'user_id',
    values: readonly string[],
    isOpen = false,
  ) {
    if (values.length === 0) return;
    const rows = await queries
      .selectFrom('sso_identity_proposal')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where(column, 'in', values)
      .$if(isOpen, (wanted) => wanted.where('state', '=', open))
      .execute();
    for (const row of rows) proposals.set(row.id, row);
  }

  /** Identities that others rest on; those of somebody forgotten are gone. */
  async function findGrounds(): Promise<void> {
    const sought = new Set<string>();
    for (;;) {
      const grounds = present(pick(identities.values(), 'basis'));
      const missing = grounds.filter((id) => !identities.has(id) && !sought.has(id));
      if (missing.length === 0) return;
      for (const id of missing) sought.add(id);
      await findIdentities({ id: missing });
    }
  }

  const sources = await queries
    .selectFrom('sso_identity_source')
    .selectAll()
    .where((eb) => {
      const own = eb('tenant_id', '=', tenantId);
      return sourceIds.length === 0 ? own : eb.or([own, eb('id', 'in', sourceIds)]);
    })
    .execute();
  const newest = await queries
    .selectFrom('sso_identity_decision')
    .select((eb) => eb.fn.max('sequence').as('sequence'))
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  const entry =
    sequence === undefined
      ? undefined
      : await queries
          .selectFrom('sso_identity_decision')
          .selectAll()
          .where((eb) => eb.and({ tenant_id: tenantId, sequence }))
          .executeTakeFirst();

  await findProposals('id', present([entry?.proposal_id], query.proposalIds));
  const asked = [...proposals.values()];
  const named = present([entry?.identity_id], query.identityIds, pick(asked, 'identity_id'));
  await findIdentities({ id: named });
  const disputed = await findDisputed(queries, tenantId, sources, query.disputed ?? []);
  await findIdentities({
    source_key: present([key]),
    subject: present([subject], pick(identities.values(), 'subject'), disputed),
    address: present([address]),
  });

  const mentioned = present(
    [entry?.user_id, entry?.previous_user_id],
    query.userIds,
    pick(asked, 'user_id'),
    pick(identities.values(), 'user_id'),
  );
  const people: Wanted<'address' | 'id'> = { address: present([address]), id: mentioned };
  const users = isEmpty(people)
    ? []
    : await queries
        .selectFrom('sso_identity_user')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where((eb) => eb.or(entriesOf(people).map(([name, values]) => eb(name, 'in', values))))
        .execute();
  const userIds = present(mentioned, pick(users, 'id'));

  await findProposals('identity_id', [...identities.keys()]);
  await findProposals('user_id', userIds, true);
  await findIdentities({ user_id: userIds, id: present(pick(proposals.values(), 'identity_id')) });
  await findGrounds();
  return {
    sequence: newest?.sequence ?? 0,
    sources: sources.map(fromSourceRow),
    users: users.map(fromUserRow),
    identities: [...identities.values()].map(fromIdentityRow),
    proposals: [...proposals.values()].map(fromProposalRow),
    entry: entry ? fromDecisionRow(entry) : null,
  };
}

/** Values by column, any of which may apply. */
type Wanted<Column extends string> = Readonly<Partial<Record<Column, readonly string[]>>>;

function entriesOf<Column extends string>(wanted: Wanted<Column>): [Column, readonly string[]][] {
  return (Object.entries(wanted) as [Column, readonly string[]][]).filter(([, values]) => values.length > 0);
}

function isEmpty(wanted: Wanted<string>): boolean {
  return entriesOf(wanted).length === 0;
}

function pick<Name extends string>(
  rows: Iterable<Readonly<Record<Name, string | null>>>,
  name: Name,
): readonly (string | null)[] {
  return [...rows].map((row) => row[name]);
}

/** Each once. */
function present(...lists: readonly (readonly (string | null | undefined)[] | undefined)[]): string[] {
  const values = lists.flatMap((list) => list ?? []).filter((value) => typeof value === 'string');
  return [...new Set(values)];
}

/** Subjects that mean several people in the lineages these sources ever were in. */
async function findDisputed(
  queries: Kysely<Tables>,
  tenantId: string,
  sources: readonly IdentitySourceRow[],
  ids: readonly string[],
): Promise<readonly string[]> {
  const lineages = new Set(sources.filter(({ id }) => ids.includes(id)).map(({ lineage }) => lineage));
  const related = sources.filter((row) => row.tenant_id === tenantId && lineages.has(row.lineage));
  if (related.length === 0) return [];
  const rows = await queries
    .selectFrom('sso_identity')
    .select('subject')
    .where('tenant_id', '=', tenantId)
    .where((eb) => eb.or(related.map(({ id, generation }) => eb.and({ source: id, generation }))))
    .where('subject', 'is not', null)
    .groupBy(['kind', 'subject'])
    .having((eb) => eb.fn.count('user_id').distinct(), '>', 1)
    .limit(maxDisputes)
    .execute();
  return rows.map(({ subject }) => subject!);
}

async function write(
  transaction: Transaction<Tables>,
  tenantId: string,
  { sources = [], users = [], identities = [], proposals = [], forgotten = [], entries = [] }: LedgerChanges,
): Promise<void> {
  for (const row of sources.map(toSourceRow).toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const { tenant_id, ...change } = row;
    const written = await transaction
      .insertInto('sso_identity_source')
      .values(row)
      .onConflict((conflict) =>
        conflict
          .columns(['id', 'generation'])
          .doUpdateSet(change)
          .where('sso_identity_source.tenant_id', '=', tenant_id),
      )
      .returning('id')
      .execute();
    if (written.length === 0)
      throw new SsoError({ code: 'conflict', message: `${row.id} became another tenant's meanwhile` });
  }
  for (const row of users.map(toUserRow)) {
    await transaction
      .insertInto('sso_identity_user')
      .values(row)
      .onConflict((conflict) => conflict.columns(['id', 'tenant_id']).doUpdateSet(row))
      .execute();
  }
  for (const row of identities.map(toIdentityRow)) {
    await transaction
      .insertInto('sso_identity')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }
  for (const row of proposals.map(toProposalRow)) {
    await transaction
      .insertInto('sso_identity_proposal')
      .values(row)
      .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
      .execute();
  }
  for (const some of chunks(entries.map(toDecisionRow)))
    await transaction.insertInto('sso_identity_decision').values(some).execute();
  for (const userId of forgotten) await forget(transaction, tenantId, userId);
}

async function forget(transaction: Transaction<Tables>, tenantId: string, userId: string): Promise<void> {
  const gone = await transaction
    .deleteFrom('sso_identity')
    .where((eb) => eb.and({ tenant_id: tenantId, user_id: userId }))
    .returning('id')
    .execute();
  const ids = gone.map(({ id }) => id);
  await transaction
    .deleteFrom('sso_identity_proposal')
    .where('tenant_id', '=', tenantId)
    .where((eb) =>
      ids.length === 0
        ? eb('user_id', '=', userId)
        : eb.or([eb('user_id', '=', userId), eb('identity_id', 'in', ids)]),
    )
    .execute();
  await transaction
    .deleteFrom('sso_identity_user')
    .where((eb) => eb.and({ tenant_id: tenantId, id: userId }))
    .execute();
}
