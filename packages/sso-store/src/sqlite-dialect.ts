import { setTimeout as sleep } from 'node:timers/promises';
import type Libsql from 'libsql';
import { SqliteDialect, SqliteDriver, type Driver, type SqliteDialectConfig } from 'kysely';
import { cacheStatements } from './statement-cache.js';

/** How long a transaction waits for another one's end. Milliseconds. */
const patienceMs = 10_000;

/** Kysely's SQLite dialect on `libsql`, for several connections to one file, in one process or in several. */
export class LibsqlDialect extends SqliteDialect {
  readonly #file: Libsql.Database;
  readonly #config: SqliteDialectConfig;

  constructor(file: Libsql.Database) {
    const config = {
      database: { prepare: cacheStatements(file), close: () => void file.close() },
    };
    super(config);
    this.#file = file;
    this.#config = config;
  }

  override createDriver(): Driver {
    return new LibsqlDriver(this.#config, this.#file);
  }
}

/** Transactions are not begun and ended by prepared statements: `libsql` leaves one that failed unfinished, and nothing commits after it. */
class LibsqlDriver extends SqliteDriver {
  readonly #file: Libsql.Database;

  constructor(config: SqliteDialectConfig, file: Libsql.Database) {
    super(config);
    this.#file = file;
  }

  /**
   * A transaction that will write says so at its start: a reader that turns writer would be refused. It waits without blocking the
   * event loop, as the transaction it waits for may be this very process's.
   */
  override async beginTransaction(): Promise<void> {
    for (const deadline = performance.now() + patienceMs; ;) {
      try {
        this.#file.exec('begin immediate');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
        await sleep(2 + Math.random() * 10);
      }
    }
  }

  override async commitTransaction(): Promise<void> {
    this.#file.exec('commit');
  }

  override async rollbackTransaction(): Promise<void> {
    this.#file.exec('rollback');
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';
}
