import { defaultSeed, type Seed } from '@org/sso-emulators';
import { describe, expect, test } from 'vitest';
import { actor, directions, startMove, type Vendor } from './support/vendors.js';

const customers = 20;

const seed: Seed = {
  organizations: Array.from({ length: customers }, (_, index) => ({
    name: `Customer ${index}`,
    externalId: `tenant_${index}`,
    domains: [`customer-${index}.example`, `branch-${index}.example`],
    connections: [{ protocol: 'saml', identityProvider: 'okta' }] as const,
  })),
};

function expectEverythingOnce({ emulator }: Vendor): void {
  const organizations = emulator.organizations();
  expect(organizations).toHaveLength(customers);
  expect(new Set(organizations.map(({ externalId }) => externalId))).toEqual(
    new Set(seed.organizations.map(({ externalId }) => externalId)),
  );
  expect(organizations.flatMap(({ domains }) => domains).toSorted()).toEqual(
    seed.organizations.flatMap(({ domains }) => domains!).toSorted(),
  );
  const connections = emulator.connections();
  if (emulator.vendor === 'scalekit') expect(connections).toHaveLength(customers);
}

describe.each(directions)('from $from to $to', (direction) => {
  test('a storm of refusals ends in the same as calm', async () => {
    const { from, to, migrator } = await startMove(direction, { from: seed });
    for (const { control } of [from, to]) {
      await control.addFault({
        status: 429,
        headers: { 'retry-after': '0' },
        share: 0.5,
        shareSeed: 3,
        times: 10_000,
      });
    }
    const plan = await migrator.plan({ allowPreview: true });
    expect(plan.counts).toMatchObject({ ready: customers });
    expect(await migrator.apply(plan, { actor })).toMatchObject({ applied: customers, failed: 0 });
    expectEverythingOnce(to);
  });

  test.each([false, true])(
    'one answer in twenty is a 5xx, lost after the vendor did its work: %s',
    async (afterHandler) => {
      const { from, to, migrator, store } = await startMove(direction, { from: seed });
      for (const { control } of [from, to])
        await control.addFault({ status: 503, share: 0.05, shareSeed: 11, times: 10_000, afterHandler });
      const plan = await migrator.plan({ allowPreview: true });
      expect(plan.counts).toMatchObject({ ready: customers });
      expect(await migrator.apply(plan, { actor })).toMatchObject({ applied: customers, failed: 0 });
      expectEverythingOnce(to);
      expect(await store.list({ limit: 100, after: null })).toHaveLength(customers);
    },
  );

  test('every write is answered with a 5xx that did its work once: nothing is made twice', async () => {
    const { to, migrator } = await startMove(direction, { from: seed });
    const plan = await migrator.plan({ allowPreview: true });
    await to.control.addFault({
      match: { method: 'POST', path: '^(?!/oauth)' },
      status: 502,
      afterHandler: true,
      share: 0.5,
      shareSeed: 5,
      times: 10_000,
    });
    expect(await migrator.apply(plan, { actor })).toMatchObject({ applied: customers, failed: 0 });
    expectEverythingOnce(to);
  });

  test('a failure that stays is told for its customer, and applying again goes on', async () => {
    const { to, migrator } = await startMove(
      direction,
      { from: defaultSeed },
      { retry: { attempts: 2, delayMs: 1 } },
    );
    const plan = await migrator.plan();
    await to.control.addFault({
      match: { method: 'POST', path: 'domains' },
      status: 503,
      times: 1000,
    });
    const result = await migrator.apply(plan, { actor, tenantIds: ['tenant_acme'] });
    expect(result).toMatchObject({
      applied: 0,
      failed: 1,
      failures: [
        {
          tenantId: 'tenant_acme',
          outcome: 'failed',
          error: { code: 'unavailable', retryable: true, step: 'domain:acme.example' },
        },
      ],
    });
    await to.control.clearFaults();
    expect(await migrator.apply(plan, { actor })).toMatchObject({ applied: 2, failed: 0 });
    expect(to.organization('Acme Corp').domains).toEqual(['acme.example']);
  });

  test('credentials that are refused end it at once', async () => {
    const { to, migrator } = await startMove(direction, { from: defaultSeed });
    const plan = await migrator.plan();
    await to.control.addFault({ match: { method: 'POST', path: 'organizations$' }, status: 401, times: 100 });
    await expect(migrator.apply(plan, { actor })).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(to.emulator.organizations()).toEqual([]);
  });

  test('an inventory is whole or none', async () => {
    const { from, migrator } = await startMove(
      direction,
      { from: defaultSeed },
      { retry: { attempts: 2, delayMs: 1 } },
    );
    await from.control.addFault({ match: { path: 'director' }, status: 500, times: 1000 });
    await expect(migrator.inventory('from')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
