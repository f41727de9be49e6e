import { SsoError } from '@org/sso-core';
import { sql, type Kysely } from 'kysely';
import type { Dialect, Tables } from './schema.js';
import { auditTables } from './tables/audit-tables.js';
import { eventTables } from './tables/event-tables.js';
import { identityTables } from './tables/identity-tables.js';
import { migrationTables } from './tables/migration-tables.js';
import type { Statements } from './tables/statements.js';

/** Statements that bring the schema from the version of their index to the next. Never changed once published. */
const migrations: readonly Statements[] = [eventTables, auditTables, migrationTables, identityTables];

/** Brings the schema up to date, or does nothing. Safe in several processes at once. */
export async function migrate(database: Kysely<Tables>, dialect: Dialect): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    // In SQLite every transaction is exclusive.
    if (dialect === 'postgres')
      await sql`select pg_advisory_xact_lock(hashtext('sso_schema'))`.execute(transaction);
    await sql`create table if not exists sso_schema (version integer not null)`.execute(transaction);
    const stored = await transaction.selectFrom('sso_schema').select('version').executeTakeFirst();
    if (!stored) await transaction.insertInto('sso_schema').values({ version: 0 }).execute();
    const version = stored?.version ?? 0;
    refuseNewer(version);
    // Order and paging rest on comparing text by bytes, which PostgreSQL's default collation does not.
    const text = dialect === 'postgres' ? 'text collate "C"' : 'text';
    const numbered =
      dialect === 'postgres'
        ? 'bigint generated always as identity primary key'
        : 'integer primary key autoincrement';
    for (const statements of migrations.slice(version)) {
      for (const statement of statements(text, numbered)) await sql.raw(statement).execute(transaction);
    }
    await transaction.updateTable('sso_schema').set({ version: migrations.length }).execute();
  });
}

/** What the tables are to this version of the package. */
export type SchemaState = 'absent' | 'older' | 'current';

/** Reads only. Throws `failed_precondition` for a schema of a newer version. */
export async function readSchema(database: Kysely<Tables>, dialect: Dialect): Promise<SchemaState> {
  const version = await readVersion(database, dialect);
  if (version === 0) return 'absent';
  return version < migrations.length ? 'older' : 'current';
}

/** Throws `failed_precondition` unless the schema is the one this version of the package works on. */
export async function requireCurrentSchema(database: Kysely<Tables>, dialect: Dialect): Promise<void> {
  const version = await readVersion(database, dialect);
  if (version < migrations.length) {
    throw new SsoError({
      code: 'failed_precondition',
      message: `The store has schema version ${version} and this @org/sso-store needs ${migrations.length}: call store.migrate() before using it`,
    });
  }
}

async function readVersion(database: Kysely<Tables>, dialect: Dialect): Promise<number> {
  const { rows } = await (
    dialect === 'postgres'
      ? sql`select 1 where to_regclass('sso_schema') is not null`
      : sql`select 1 from sqlite_master where name = 'sso_schema'`
  ).execute(database);
  const stored =
    rows.length > 0
      ? await database.selectFrom('sso_schema').select('version').executeTakeFirst()
      : undefined;
  const version = stored?.version ?? 0;
  refuseNewer(version);
  return version;
}

function refuseNewer(version: number): void {
  if (version > migrations.length) {
    throw new SsoError({
      code: 'failed_precondition',
      message: `The store has schema version ${version}, made by a newer @org/sso-store; this one knows ${migrations.length}: update the package`,
    });
  }
}
