import { SsoError } from '@org/sso-core';
import type { PostgresPool } from 'kysely';
import type { Tables } from './schema.js';
import { createStore, loadDriver, type SsoStore } from './store.js';

export interface PostgresStoreOptions {
  /** `postgres://user:password@host:5432/database`. Give this or a pool. */
  readonly connectionString?: string;
  /** A `pg` pool of your own, which `close` leaves open. */
  readonly pool?: PostgresPool;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Storage in PostgreSQL, for any number of processes. Needs the package `pg`. Throws `invalid_argument` unless exactly one database is given. */
export function createPostgresStore({
  connectionString,
  pool: givenPool,
  now = Date.now,
}: PostgresStoreOptions): SsoStore {
  if ((connectionString === undefined) === (givenPool === undefined)) {
    throw new SsoError({
      code: 'invalid_argument',
      message: 'createPostgresStore takes a connectionString or a pool, and not both',
    });
  }
  return createStore(async () => {
    const { Kysely, PostgresDialect } = await import('kysely');
    const pool = givenPool ?? (await openPool(connectionString!));
    const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
    return {
      database,
      dialect: 'postgres',
      close: async () => {
        if (!givenPool) await pool.end();
      },
    };
  }, now);
}

async function openPool(connectionString: string): Promise<PostgresPool> {
  const { default: pg } = await loadDriver('pg', () => import('pg'));
  const pool = new pg.Pool({ connectionString });
  // An idle connection that breaks is replaced; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}
