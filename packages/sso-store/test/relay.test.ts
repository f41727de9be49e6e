import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, onTestFinished, vi } from 'vitest';
import { testRelay } from '../../sso-core/test/migration/relay.js';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

vi.setConfig({ testTimeout: 120_000 });

async function portsOf(store: SsoStore) {
  onTestFinished(() => store.close());
  await store.migrate();
  return { store: store.migrations, events: store.events };
}

describe('SQLite', () => {
  testRelay(async () => portsOf(createSqliteStore({ path: newDatabaseFile() })), 8);
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testRelay(async () => portsOf(createPostgresStore({ connectionString: await postgres!.newDatabase() })), 4);
});
