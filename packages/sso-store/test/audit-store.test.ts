import { createMemoryAuditStore } from '@org/sso-core/audit';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, onTestFinished } from 'vitest';
import { testAuditStore } from './audit-store.contract.js';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

async function auditOf(store: SsoStore) {
  onTestFinished(() => store.close());
  await store.migrate();
  return store.audit;
}

describe('memory', () => {
  testAuditStore(async () => createMemoryAuditStore());
});

describe('SQLite', () => {
  testAuditStore(async () => auditOf(createSqliteStore({ path: newDatabaseFile() })));
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testAuditStore(async () =>
    auditOf(createPostgresStore({ connectionString: await postgres!.newDatabase() })),
  );
});
