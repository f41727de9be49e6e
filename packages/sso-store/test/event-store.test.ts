import { createMemoryEventStore } from '@org/sso-core/events';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, onTestFinished } from 'vitest';
import { testEventStore } from './event-store.contract.js';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

async function eventsOf(store: SsoStore) {
  onTestFinished(() => store.close());
  await store.migrate();
  return store.events;
}

describe('memory', () => {
  testEventStore(async () => createMemoryEventStore());
});

describe('SQLite', () => {
  testEventStore(async () => eventsOf(createSqliteStore({ path: newDatabaseFile() })));
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testEventStore(async () =>
    eventsOf(createPostgresStore({ connectionString: await postgres!.newDatabase() })),
  );
});
