import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, onTestFinished } from 'vitest';
import { testInbox } from '../../sso-core/test/events/inbox.js';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

async function eventsOf(store: SsoStore) {
  onTestFinished(() => store.close());
  await store.migrate();
  return store.events;
}

describe('SQLite', () => {
  testInbox(async () => eventsOf(createSqliteStore({ path: newDatabaseFile() })));
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testInbox(async () => eventsOf(createPostgresStore({ connectionString: await postgres!.newDatabase() })));
});
