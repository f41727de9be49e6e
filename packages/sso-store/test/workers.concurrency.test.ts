import { createEventInbox } from '@org/sso-core/events';
import { createMemoryProvider } from '@org/sso-core/testing';
import { createPostgresStore } from '@org/sso-store';
import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { startPostgres } from './postgres.js';
import { runWorker } from './processes/run-worker.js';

const postgres = await startPostgres();
const count = 10_000;

describe.skipIf(!postgres)('PostgreSQL', () => {
  test('two worker processes handle ten thousand events once each', { timeout: 300_000 }, async () => {
    const url = await postgres!.newDatabase();
    const store = createPostgresStore({ connectionString: url });
    await Promise.all([store.migrate(), store.migrate()]);
    const { provider, world } = createMemoryProvider();
    const { id: organizationId } = world.createOrganization({ name: 'Acme' });
    const { id: directoryId } = world.createDirectory({ organizationId, identityProvider: 'okta' });
    for (let index = 1; index < count; index += 1) world.hire(directoryId, { id: `p${index}` });
    const inbox = createEventInbox({
      store: store.events,
      providers: [provider],
      pullSince: '2020-01-01T00:00:00Z',
    });
    expect(await inbox.pull(provider.id)).toBe(count);
    await store.close();

    const client = new pg.Client({ connectionString: url });
    await client.connect();
    // No event is handled twice: the key would refuse it.
    await client.query('create table handled (id text primary key, worker text not null)');
    await Promise.all(['first', 'second'].map((WORKER) => runWorker({ DATABASE_URL: url, WORKER })));
    const { rows } = await client.query<{ worker: string; count: number }>(
      'select worker, count(*)::int as count from handled group by worker order by worker',
    );
    expect(rows.map(({ worker }) => worker)).toEqual(['first', 'second']);
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(count);
    const states = await client.query(
      'select status, max(attempts)::int as attempts from sso_event group by status',
    );
    expect(states.rows).toEqual([{ status: 'handled', attempts: 1 }]);
    await client.end();
  });
});
