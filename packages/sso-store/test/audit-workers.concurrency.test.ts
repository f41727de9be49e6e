import { organizationId } from '@org/sso-core';
import { createAuditTrail } from '@org/sso-core/audit';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

const acme = organizationId('acme:org_1');

function testWorkers(openOne: () => Promise<() => SsoStore>): void {
  test('four workers hand each entry to each sink once', async () => {
    const open = await openOne();
    const stores = Array.from({ length: 4 }, open);
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
    await stores[0]!.migrate();
    const taken: string[] = [];
    const byWorker = [0, 0, 0, 0];
    const trails = stores.map(({ audit: store }, worker) =>
      createAuditTrail({
        store,
        sinks: ['one', 'other'].map((name) => ({
          name,
          deliver: async ({ id }) => {
            // So that no worker has it all to itself.
            await new Promise((resolve) => setTimeout(resolve, 3));
            taken.push(`${name} ${id}`);
            byWorker[worker]! += 1;
          },
        })),
      }),
    );
    const ids = Array.from({ length: 100 }, (_, index) => `entry-${index}`);
    for (const [index, id] of ids.entries()) {
      await trails[index % 4]!.record({
        id,
        organizationId: acme,
        event: {
          action: 'sso.view_settings',
          occurredAt: new Date(index).toISOString(),
          version: 1,
          actor: { id: 'user_1', type: 'user' },
          targets: [{ id: acme, type: 'organization' }],
          context: { location: '203.0.113.7' },
        },
      });
    }
    const settled = await Promise.all(trails.map((trail) => trail.process()));
    expect(settled.reduce((sum, count) => sum + count)).toBe(200);
    expect(taken.toSorted()).toEqual(ids.flatMap((id) => [`one ${id}`, `other ${id}`]).toSorted());
    expect(byWorker.filter((count) => count > 0).length).toBeGreaterThan(1);
  });
}

describe('SQLite', () => {
  testWorkers(async () => {
    const path = newDatabaseFile();
    return () => createSqliteStore({ path });
  });
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testWorkers(async () => {
    const connectionString = await postgres!.newDatabase();
    return () => createPostgresStore({ connectionString });
  });
});
