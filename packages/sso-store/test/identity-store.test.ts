import { createMemoryIdentityStore } from '@org/sso-core/identity';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, onTestFinished } from 'vitest';
import { testIdentityStore } from './identity-store.contract.js';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

async function identitiesOf(store: SsoStore) {
  onTestFinished(() => store.close());
  await store.migrate();
  return store.identities;
}

describe('memory', () => {
  testIdentityStore(async () => createMemoryIdentityStore());
});

describe('SQLite', () => {
  testIdentityStore(async () => identitiesOf(createSqliteStore({ path: newDatabaseFile() })));
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testIdentityStore(async () =>
    identitiesOf(createPostgresStore({ connectionString: await postgres!.newDatabase() })),
  );
});
