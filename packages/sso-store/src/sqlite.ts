import type { Tables } from './schema.js';
import { createStore, loadDriver, type SsoStore } from './store.js';

export interface SqliteStoreOptions {
  /** A file, which is created when absent, or `:memory:`. Several processes of one machine may share it. */
  readonly path: string;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** How long opening waits for another process that opens the file. Milliseconds. */
const openingMs = 5000;

/** Storage in one file. Needs the package `libsql`, whose calls are synchronous. */
export function createSqliteStore({ path, now = Date.now }: SqliteStoreOptions): SsoStore {
  return createStore(async () => {
    const [{ Kysely }, { LibsqlDialect }] = await Promise.all([
      import('kysely'),
      import('./sqlite-dialect.js'),
    ]);
    const { default: Libsql } = await loadDriver('libsql', () => import('libsql'));
    const file = new Libsql(path, { timeout: openingMs });
    file.pragma('journal_mode = wal');
    // What was answered with "accepted" must outlive a power failure.
    file.pragma('synchronous = full');
    // From here on transactions wait, without blocking.
    file.pragma('busy_timeout = 0');
    const database = new Kysely<Tables>({ dialect: new LibsqlDialect(file) });
    return { database, dialect: 'sqlite', close: () => database.destroy() };
  }, now);
}
