import pg from 'pg';
import { afterAll } from 'vitest';
import { startPostgresCluster } from '../../../tools/postgres.mjs';

/**
 * A real PostgreSQL for the calling test file, stopped after it: DATABASE_URL, or a cluster of its own from installed binaries.
 * `undefined` where there is neither, unless REQUIRE_POSTGRES is set.
 */
export async function startPostgres(): Promise<{ newDatabase(): Promise<string> } | undefined> {
  const server = process.env.DATABASE_URL ?? (await startCluster());
  if (server === undefined) {
    if (process.env.REQUIRE_POSTGRES) {
      throw new Error('REQUIRE_POSTGRES is set, but there is no DATABASE_URL and no PostgreSQL to start');
    }
    console.warn('No DATABASE_URL and no PostgreSQL binaries: tests on PostgreSQL are skipped.');
    return undefined;
  }
  let count = 0;
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
  if (process.env.DATABASE_URL) {
    afterAll(async () => {
      for (const name of made) await administer(`drop database if exists ${name} with (force)`);
    });
  }
  return {
    async newDatabase() {
      const name = `sso_test_${process.pid}_${Date.now()}_${(count += 1)}`;
      await administer(`create database ${name}`);
      made.push(name);
      const url = new URL(server);
      url.pathname = `/${name}`;
      return url.href;
    },
  };
}

async function startCluster(): Promise<string | undefined> {
  const cluster = await startPostgresCluster();
  if (cluster) afterAll(() => cluster.stop());
  return cluster?.url;
}
