import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Seed } from '@org/sso-emulators';
import { toLines } from '@org/sso-migrate';
import { createSqliteStore } from '@org/sso-store';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runApply } from './processes/run-apply.js';
import { directions, startMove, type Vendor } from './support/vendors.js';

const seedOf = (customers: number): Seed => ({
  organizations: Array.from({ length: customers }, (_, index) => ({
    name: `Customer ${index}`,
    externalId: `tenant_${index}`,
    domains: [`customer-${index}.example`],
    connections: [{ protocol: 'saml', identityProvider: 'okta' }] as const,
    directories: [{ identityProvider: 'okta' }] as const,
  })),
});

/** Both vendors, a plan in a file and a store in another. */
async function prepare(direction: (typeof directions)[number], customers: number) {
  const folder = mkdtempSync(join(tmpdir(), 'sso-migrate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { from, to, migrator } = await startMove(direction, { from: seedOf(customers) });
  const plan = await migrator.plan({ allowPreview: true });
  const planPath = join(folder, 'plan.jsonl');
  writeFileSync(planPath, [...toLines(plan)].join('\n'));
  const storePath = join(folder, 'store.db');
  const store = createSqliteStore({ path: storePath });
  onTestFinished(() => store.close());
  await store.migrate();
  const side = ({ name, url, clientId, secret }: Vendor) => ({ name, url, clientId, secret });
  const environment = {
    STORE_PATH: storePath,
    PLAN_PATH: planPath,
    SIDES: JSON.stringify({ from: side(from), to: side(to) }),
  };
  return { from, to, store: store.migrations, environment };
}

/** By what the emulator itself holds. */
function expectOnce({ emulator }: Vendor, tenants: number): void {
  const organizations = emulator.organizations().filter(({ externalId }) => externalId !== null);
  expect(new Set(organizations.map(({ externalId }) => externalId)).size).toBe(organizations.length);
  expect(organizations).toHaveLength(tenants);
  for (const { externalId, domains } of organizations) {
    expect(domains).toEqual([`customer-${externalId!.slice('tenant_'.length)}.example`]);
  }
  if (emulator.vendor === 'workos') return;
  const owners = emulator.connections().map(({ organizationId }) => organizationId);
  expect(owners).toHaveLength(organizations.length);
  expect(new Set(owners)).toEqual(new Set(organizations.map(({ id }) => id)));
}

describe.each(directions)('apply from $from to $to', (direction) => {
  test(
    'is killed at every moment that matters, one customer each, and goes on from there',
    { timeout: 180_000 },
    async () => {
      const customers = 30;
      const { from, to, store, environment } = await prepare(direction, customers);
      let killed = 0;
      for (; killed < customers; killed += 1) {
        const tenantId = `tenant_${killed}`;
        const finished = await runApply({
          ...environment,
          TENANT_IDS: tenantId,
          KILL_AT: String(killed + 1),
        });
        if (finished) break;
      }
      // Each step begins, has its effect, is done and is in the journal: organization, settings, domain, connection; then it is enrolled.
      expect(killed).toBe(direction.to === 'scalekit' ? 4 * 4 + 1 : 2 * 4 + 1);
      const tenantIds = Array.from({ length: killed + 1 }, (_, index) => `tenant_${index}`);
      expect(await runApply({ ...environment, TENANT_IDS: tenantIds.join(',') })).toBe(true);

      expectOnce(to, tenantIds.length);
      expect(await from.writes()).toEqual([]);
      for (const tenantId of tenantIds) {
        expect(await store.get(tenantId)).toMatchObject({ tenantId, stage: 'observe', version: 1 });
        expect((await store.steps(tenantId)).every(({ state }) => state === 'done')).toBe(true);
      }
    },
  );

  test('is killed again and again while it works for many', { timeout: 120_000 }, async () => {
    const customers = 40;
    const { to, store, environment } = await prepare(direction, customers);
    const [delays] = fc.sample(
      fc.array(fc.integer({ min: 50, max: 900 }), { minLength: 4, maxLength: 4 }),
      1,
    );
    console.info(`killed after ${delays!.join(', ')} ms`);
    let finished = false;
    for (const delay of delays!) finished = (await runApply(environment, delay)) || finished;
    if (!finished) finished = await runApply(environment);
    expect(finished).toBe(true);
    expectOnce(to, customers);
    expect(await store.list({ limit: 100, after: null })).toHaveLength(customers);
  });
});
