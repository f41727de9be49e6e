import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import pg from 'pg';
import { startPostgresCluster } from '../../../../tools/postgres.mjs';

/** How every process reaches the same store. */
export type Database =
  | { readonly dialect: 'sqlite'; readonly path: string }
  | { readonly dialect: 'postgres'; readonly connectionString: string };

export function openStore(database: Database): SsoStore {
  return database.dialect === 'sqlite' ? createSqliteStore(database) : createPostgresStore(database);
}

/** Hands out empty databases, and takes them away at the end. */
export interface Databases {
  readonly label: string;
  create(): Promise<Database>;
  stop(): Promise<void>;
}

export function sqliteDatabases(): Databases {
  const folder = mkdtempSync(join(tmpdir(), 'sso-bench-'));
  let count = 0;
  return {
    label: 'SQLite',
    create: async () => ({ dialect: 'sqlite', path: join(folder, `${(count += 1)}.db`) }),
    stop: async () => rmSync(folder, { recursive: true }),
  };
}

/** DATABASE_URL, or a durable cluster from installed binaries; `undefined` where there is neither. */
export async function postgresDatabases(): Promise<Databases | undefined> {
  const given = process.env['DATABASE_URL'];
  const cluster = given ? undefined : await startPostgresCluster({ durable: true });
  const server = given ?? cluster?.url;
  if (server === undefined) return undefined;
  const made: string[] = [];
  async function administer(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }
  return {
    label: 'PostgreSQL',
    async create() {
      const name = `sso_bench_${process.pid}_${made.length}`;
      await administer(`create database ${name}`);
      made.push(name);
      const url = new URL(server);
      url.pathname = `/${name}`;
      return { dialect: 'postgres', connectionString: url.href };
    },
    async stop() {
      for (const name of made) await administer(`drop database ${name} with (force)`);
      await cluster?.stop();
    },
  };
}
