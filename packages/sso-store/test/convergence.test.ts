import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, onTestFinished } from 'vitest';
import { testConvergence } from '../../sso-core/test/events/convergence.js';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

async function eventsOf(store: SsoStore) {
  onTestFinished(() => store.close());
  await store.migrate();
  return store.events;
}

describe('SQLite', () => {
  testConvergence(async () => eventsOf(createSqliteStore({ path: newDatabaseFile() })), 8);
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testConvergence(
    async () => eventsOf(createPostgresStore({ connectionString: await postgres!.newDatabase() })),
    15,
  );
});
