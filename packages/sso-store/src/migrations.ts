import { SsoError } from '@org/sso-core';
import { sql, type Kysely } from 'kysely';
import type { Dialect, Tables } from './schema.js';

/** Statements that bring the schema from the version of their index to the next. Never changed once published. */
const migrations: readonly ((text: string) => readonly string[])[] = [
  // Keys begin with what is selective: before it has statistics, PostgreSQL takes any index whose first columns fit.
  (text) => [
    `create table sso_event (
      provider ${text} not null,
      environment ${text} not null,
      id ${text} not null,
      subject ${text} not null,
      order_key ${text} not null,
      scope ${text} not null,
      removal integer not null,
      status ${text} not null,
      attempts integer not null,
      last_failure ${text},
      quarantine ${text},
      released integer not null,
      removed_at double precision,
      body ${text} not null,
      primary key (id, provider, environment)
    )`,
    // Partial, so that handled events, which are nearly all, cost nothing.
    `create index sso_event_waiting on sso_event (subject, provider, environment, order_key) where status = 'waiting'`,
    `create index sso_event_set_aside on sso_event (status, provider, environment, id) where status in ('held', 'quarantined')`,
    `create index sso_event_removal on sso_event (scope, provider, environment, subject)
      where removal = 1 and status in ('waiting', 'held')`,
    `create index sso_event_removed on sso_event (scope, provider, environment, removed_at) where removed_at is not null`,

    `create table sso_event_lane (
      provider ${text} not null,
      environment ${text} not null,
      subject ${text} not null,
      head ${text} not null,
      claim ${text},
      due_at double precision not null,
      primary key (subject, provider, environment)
    )`,
    `create index sso_event_lane_head on sso_event_lane (head)`,
    `create index sso_event_lane_due on sso_event_lane (due_at)`,

    `create table sso_subject (
      provider ${text} not null,
      environment ${text} not null,
      subject ${text} not null,
      kind ${text} not null,
      order_key ${text},
      created_order ${text},
      deleted_order ${text},
      deleted integer not null,
      scope ${text} not null,
      directory_id ${text},
      active integer not null,
      snapshot ${text},
      primary key (subject, provider, environment)
    )`,
    `create index sso_subject_living on sso_subject (scope, kind, provider, environment, subject) where deleted = 0`,
    `create index sso_subject_active on sso_subject (scope, provider, environment) where active = 1`,

    `create table sso_group_member (
      provider ${text} not null,
      environment ${text} not null,
      group_id ${text} not null,
      user_id ${text} not null,
      member integer not null,
      order_key ${text} not null,
      primary key (group_id, user_id, provider, environment)
    )`,
    `create index sso_group_member_user on sso_group_member (user_id, provider, environment)`,

    `create table sso_event_checkpoint (
      provider ${text} not null,
      environment ${text} not null,
      cursor ${text} not null,
      primary key (provider, environment)
    )`,

    `create table sso_one_time_id (id ${text} primary key, expires_at double precision not null)`,
    `create index sso_one_time_id_expiry on sso_one_time_id (expires_at)`,
  ],
];

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
    for (const statements of migrations.slice(version)) {
      for (const statement of statements(text)) await sql.raw(statement).execute(transaction);
    }
    await transaction.updateTable('sso_schema').set({ version: migrations.length }).execute();
  });
}

/** Throws `failed_precondition` unless the schema is the one this version of the package works on. */
export async function requireCurrentSchema(database: Kysely<Tables>, dialect: Dialect): Promise<void> {
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
  if (version < migrations.length) {
    throw new SsoError({
      code: 'failed_precondition',
      message: `The store has schema version ${version} and this @org/sso-store needs ${migrations.length}: call store.migrate() before using it`,
    });
  }
}

function refuseNewer(version: number): void {
  if (version > migrations.length) {
    throw new SsoError({
      code: 'failed_precondition',
      message: `The store has schema version ${version}, made by a newer @org/sso-store; this one knows ${migrations.length}: update the package`,
    });
  }
}
