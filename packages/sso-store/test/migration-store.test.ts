import { createMemoryMigrationStore } from '@org/sso-core/migration';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, onTestFinished } from 'vitest';
import { testMigrationStore } from './migration-store.contract.js';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

async function migrationsOf(store: SsoStore) {
  onTestFinished(() => store.close());
  await store.migrate();
  return store.migrations;
}

describe('memory', () => {
  testMigrationStore(async () => createMemoryMigrationStore());
});

describe('SQLite', () => {
  testMigrationStore(async () => migrationsOf(createSqliteStore({ path: newDatabaseFile() })));
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testMigrationStore(async () =>
    migrationsOf(createPostgresStore({ connectionString: await postgres!.newDatabase() })),
  );
});
