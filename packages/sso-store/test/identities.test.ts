import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, onTestFinished } from 'vitest';
import { testPeople } from '../../sso-core/test/identity/people.js';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

async function identitiesOf(store: SsoStore) {
  onTestFinished(() => store.close());
  await store.migrate();
  return store.identities;
}

describe('SQLite', () => {
  testPeople(async () => identitiesOf(createSqliteStore({ path: newDatabaseFile() })), 4);
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testPeople(
    async () => identitiesOf(createPostgresStore({ connectionString: await postgres!.newDatabase() })),
    4,
  );
});
