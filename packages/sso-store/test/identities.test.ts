import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { createIdentityLedger } from '@org/sso-core/identity';
import Libsql from 'libsql';
import { describe, expect, onTestFinished, test } from 'vitest';
import { directoryEvent, login } from '../../sso-core/test/identity/support.js';
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

test('no name, token or attribute is in the database', async () => {
  const path = newDatabaseFile();
  const ledger = createIdentityLedger({
    store: await identitiesOf(createSqliteStore({ path })),
    tenantOf: () => 'acme',
    verifiedDomainsOf: () => [],
  });
  const ada = { idpId: '00u1', email: 'ada@acme.example' };
  const secret = { tokens: { accessToken: 'CANARY-token' }, returnTo: '/CANARY' };
  await ledger.resolveUser({ ...login({ connection: 'workos:conn_1', ...ada }), ...secret });
  await ledger.resolveDirectoryUser(directoryEvent('directory.user.created', { id: 'workos:u1', ...ada }));
  const file = new Libsql(path);
  const tables = file
    .prepare("select name from sqlite_master where type = 'table' and name like 'sso_identity%'")
    .all([]) as { name: string }[];
  const rows = tables.map(({ name }) => file.prepare(`select * from ${name}`).all([]));
  file.close();
  expect(tables).toHaveLength(5);
  expect(JSON.stringify(rows)).toContain('ada@acme.example');
  expect(JSON.stringify(rows)).not.toContain('CANARY');
});
