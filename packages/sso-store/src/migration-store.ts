import { SsoError } from '@org/sso-core';
import type { DirectoryEntry, DirectoryEntryQuery, Migration, MigrationStore } from '@org/sso-core/migration';
import type { Kysely, Transaction } from 'kysely';
import { chunks } from './chunks.js';
import {
  fromEntryRow,
  fromJournalRow,
  fromMigrationRow,
  fromStepRow,
  toEntryRow,
  toJournalRow,
  toMatch,
  toMigrationRow,
  toStepRow,
} from './migration-rows.js';
import type { Dialect, DirectoryEntryRow, Tables } from './schema.js';

/** Undoes a transaction that turned out to come too late. */
class Outdated extends Error {}

/** Customers' moves in SQL. The row of a move is locked before anything that depends on it. */
export function createMigrationStore(database: Kysely<Tables>, dialect: Dialect): MigrationStore {
  const isPostgres = dialect === 'postgres';

  /** `false`, and nothing written, when the work finds itself outdated. */
  async function unlessOutdated(work: (transaction: Transaction<Tables>) => Promise<void>): Promise<boolean> {
    try {
      await database.transaction().execute(work);
      return true;
    } catch (error) {
      // Of the unique columns only the subjects of entries are written without looking first.
      if (error instanceof Outdated || isDuplicate(error)) return false;
      throw error;
    }
  }

  async function* entriesWhere(
    tenantId: string,
    column: 'id' | 'matched_by' | 'from_subject' | 'to_subject',
    values: readonly string[],
    kind?: DirectoryEntry['kind'],
  ): AsyncGenerator<DirectoryEntryRow> {
    for (const some of chunks([...new Set(values)])) {
      yield* await database
        .selectFrom('sso_directory_entry')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where(column, 'in', some)
        .$if(kind !== undefined, (query) => query.where('kind', '=', kind!))
        .execute();
    }
  }

  async function findEntries(tenantId: string, query: DirectoryEntryQuery): Promise<DirectoryEntryRow[]> {
    if ('limit' in query) {
      return database
        .selectFrom('sso_directory_entry')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .where('id', '>', query.after ?? '')
        .orderBy('id')
        .limit(query.limit)
        .execute();
    }
    const found =
      'ids' in query
        ? entriesWhere(tenantId, 'id', query.ids)
        : 'side' in query
          ? entriesWhere(tenantId, `${query.side}_subject`, query.subjects)
          : entriesWhere(tenantId, 'matched_by', query.matches.map(toMatch), query.kind);
    const rows: DirectoryEntryRow[] = [];
    for await (const row of found) rows.push(row);
    return rows.toSorted(byId);
  }

  return {
    async get(tenantId) {
      const row = await database
        .selectFrom('sso_migration')
        .select('body')
        .where('tenant_id', '=', tenantId)
        .executeTakeFirst();
      return row ? fromMigrationRow(row) : null;
    },

    async findByOrganization(organization) {
      const row = await database
        .selectFrom('sso_migration_organization')
        .innerJoin('sso_migration', 'sso_migration.tenant_id', 'sso_migration_organization.tenant_id')
        .select('body')
        .where('organization', '=', organization)
        .executeTakeFirst();
      return row ? fromMigrationRow(row) : null;
    },

    async findByDomain(domain) {
      const [row, another] = await database
        .selectFrom('sso_migration_domain')
        .innerJoin('sso_migration', 'sso_migration.tenant_id', 'sso_migration_domain.tenant_id')
        .select('body')
        .where('domain', '=', domain)
        .limit(2)
        .execute();
      if (another) {
        throw new SsoError({
          code: 'failed_precondition',
          message: `Several customers in a move claim the domain "${domain}": nobody can tell whose people sign in with it`,
        });
      }
      return row ? fromMigrationRow(row) : null;
    },

    async list({ limit, after }) {
      const rows = await database
        .selectFrom('sso_migration')
        .select('body')
        .where('tenant_id', '>', after ?? '')
        .orderBy('tenant_id')
        .limit(limit)
        .execute();
      return rows.map(fromMigrationRow);
    },

    write: (migration, expectedVersion, entry) =>
      unlessOutdated(async (transaction) => {
        const row = toMigrationRow(migration);
        const written =
          expectedVersion === null
            ? await transaction
                .insertInto('sso_migration')
                .values(row)
                .onConflict((conflict) => conflict.doNothing())
                .returning('tenant_id')
                .execute()
            : await transaction
                .updateTable('sso_migration')
                .set(row)
                .where('tenant_id', '=', migration.tenantId)
                .where('version', '=', expectedVersion)
                .returning('tenant_id')
                .execute();
        if (written.length === 0) throw new Outdated();
        await claimOrganizations(transaction, migration);
        await claimDomains(transaction, migration);
        await transaction.insertInto('sso_migration_journal').values(toJournalRow(entry)).execute();
      }),

    async record(entry) {
      await database
        .transaction()
        .execute((transaction) =>
          transaction.insertInto('sso_migration_journal').values(toJournalRow(entry)).execute(),
        );
    },

    async journal({ tenantId, limit, before }) {
      const rows = await database
        .selectFrom('sso_migration_journal')
        .selectAll()
        .$if(tenantId !== undefined, (query) => query.where('tenant_id', '=', tenantId!))
        .$if(before !== undefined, (query) => query.where('sequence', '<', before!))
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
      return rows.map(fromJournalRow);
    },

    async steps(tenantId) {
      const rows = await database
        .selectFrom('sso_migration_step')
        .selectAll()
        .where('tenant_id', '=', tenantId)
        .orderBy('step')
        .execute();
      return rows.map(fromStepRow);
    },

    async recordStep(step) {
      const row = toStepRow(step);
      await database.transaction().execute((transaction) =>
        transaction
          .insertInto('sso_migration_step')
          .values(row)
          .onConflict((conflict) => conflict.columns(['tenant_id', 'step']).doUpdateSet(row))
          .execute(),
      );
    },

    entries: async (tenantId, query) => (await findEntries(tenantId, query)).map(fromEntryRow),

    writeEntries: (tenantId, moveVersion, entries) =>
      unlessOutdated(async (transaction) => {
        // Shared: whoever changes the move waits until these are written.
        const move = await transaction
          .selectFrom('sso_migration')
          .select('version')
          .where('tenant_id', '=', tenantId)
          .$if(isPostgres, (query) => query.forShare())
          .executeTakeFirst();
        if (move?.version !== moveVersion) throw new Outdated();
        // In one order, so that no two writers wait for each other.
        const rows = entries.map(toEntryRow).toSorted(byId);
        for (const added of chunks(rows.filter(({ version }) => version === 1))) {
          const inserted = await transaction
            .insertInto('sso_directory_entry')
            .values(added)
            .onConflict((conflict) => conflict.doNothing())
            .returning('id')
            .execute();
          if (inserted.length < added.length) throw new Outdated();
        }
        for (const row of rows.filter(({ version }) => version > 1)) {
          const changed = await transaction
            .updateTable('sso_directory_entry')
            .set(row)
            .where('tenant_id', '=', tenantId)
            .where('id', '=', row.id)
            .where('version', '=', row.version - 1)
            .returning('id')
            .execute();
          if (changed.length === 0) throw new Outdated();
        }
      }),

    async removeEntries(tenantId) {
      await database
        .transaction()
        .execute((transaction) =>
          transaction.deleteFrom('sso_directory_entry').where('tenant_id', '=', tenantId).execute(),
        );
    },
  };
}

async function claimOrganizations(
  transaction: Transaction<Tables>,
  { tenantId, organizations: { from, to }, formerOrganizations = [] }: Migration,
): Promise<void> {
  const claimed = [...new Set([from, to, ...formerOrganizations])]
    .filter((organization) => organization !== null)
    .toSorted();
  await transaction
    .deleteFrom('sso_migration_organization')
    .where('tenant_id', '=', tenantId)
    .where('organization', 'not in', claimed)
    .execute();
  for (const organization of claimed) {
    const holder = await transaction
      .insertInto('sso_migration_organization')
      .values({ organization, tenant_id: tenantId })
      // Writes what is there, to see whose it is.
      .onConflict((conflict) =>
        conflict
          .column('organization')
          .doUpdateSet((eb) => ({ tenant_id: eb.ref('sso_migration_organization.tenant_id') })),
      )
      .returning('tenant_id')
      .executeTakeFirstOrThrow();
    if (holder.tenant_id !== tenantId) {
      throw new SsoError({
        code: 'already_exists',
        message: `${organization} is part of another customer's move`,
      });
    }
  }
}

async function claimDomains(
  transaction: Transaction<Tables>,
  { tenantId, domains }: Migration,
): Promise<void> {
  await transaction.deleteFrom('sso_migration_domain').where('tenant_id', '=', tenantId).execute();
  for (const some of chunks([...new Set(domains)])) {
    await transaction
      .insertInto('sso_migration_domain')
      .values(some.map((domain) => ({ domain, tenant_id: tenantId })))
      .execute();
  }
}

function isDuplicate(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === '23505' || error.code === 'SQLITE_CONSTRAINT_UNIQUE')
  );
}

function byId(a: DirectoryEntryRow, b: DirectoryEntryRow): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
