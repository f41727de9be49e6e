import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryEventStore } from '@org/sso-core/events';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, onTestFinished, test } from 'vitest';
import { describeEventStore } from './event-store.contract.js';
import { startPostgres, withoutPostgres } from './postgres.js';

async function eventsOf(store: SsoStore) {
  onTestFinished(() => store.close());
  await store.migrate();
  return store.events;
}

describeEventStore('memory', async () => createMemoryEventStore());

describeEventStore('SQLite', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sso-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return eventsOf(createSqliteStore({ path: join(folder, 'store.db') }));
});

const postgres = await startPostgres();
if (postgres) {
  describeEventStore('PostgreSQL', async () =>
    eventsOf(createPostgresStore({ connectionString: await postgres.newDatabase() })),
  );
} else {
  describe.skip(withoutPostgres, () => test('the store contract', () => undefined));
}
