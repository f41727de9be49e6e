import type { Tables } from './schema.js';
import { createStore, loadDriver, type SsoStore } from './store.js';

export interface SqliteStoreOptions {
  /** A file, which is created when absent, or `:memory:`. Several processes of one machine may share it. */
  readonly path: string;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** A transaction that will write must say so at its start: a reader that turns writer is refused instead of waiting. */
const begin = 'begin immediate';

/** How long a process waits for another one's transaction. Milliseconds. */
const busyTimeoutMs = 10_000;

/** Storage in one file. Needs the package `libsql`, whose calls are synchronous. */
export function createSqliteStore({ path, now = Date.now }: SqliteStoreOptions): SsoStore {
  return createStore(async () => {
    const { Kysely, SqliteDialect } = await import('kysely');
    const { default: Libsql } = await loadDriver('libsql', () => import('libsql'));
    const file = new Libsql(path, { timeout: busyTimeoutMs });
    file.pragma('journal_mode = wal');
    // What was answered with "accepted" must outlive a power failure.
    file.pragma('synchronous = full');
    const dialect = new SqliteDialect({
      database: {
        prepare: (text) => file.prepare(text === 'begin' ? begin : text),
        close: () => void file.close(),
      },
    });
    const database = new Kysely<Tables>({ dialect });
    return { database, dialect: 'sqlite', close: () => database.destroy() };
  }, now);
}
