import { createSso, SsoError } from '@org/sso-core';
import { routed, shadowed, type RouteTarget, type ShadowReport } from '@org/sso-core/compose';
import {
  createMemoryMigrationStore,
  createMigrationRoutes,
  migrationStages,
  type Canary,
  type Migration,
  type MigrationStage,
  type MigrationStore,
} from '@org/sso-core/migration';
import { createMemoryProvider } from '@org/sso-core/testing';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { journalEntry, migration } from './support.js';

async function storeOf(...all: readonly Migration[]): Promise<MigrationStore> {
  const store = createMemoryMigrationStore();
  for (const each of all) await store.write(each, null, journalEntry(each.tenantId));
  return store;
}

async function routesOf(...all: readonly Migration[]) {
  return createMigrationRoutes({ store: await storeOf(...all) });
}

const ways: readonly RouteTarget[] = [
  { externalId: 'acme' },
  { organization: migration('acme').organizations.from },
  { organization: migration('acme').organizations.to! },
  { domain: 'acme.example' },
  { domain: 'ACME.example' },
];
const canary = (percent: number, ...users: readonly string[]): Canary => ({ percent, users });

test.each([
  ['observe', 'old'],
  ['shadow', 'old'],
  ['canary', 'old'],
  ['primary', 'next'],
  ['committed', 'next'],
] as const)('in stage %s everybody without a name is at the %s provider', async (stage, provider) => {
  const routes = await routesOf(
    migration('acme', { stage, canary: stage === 'canary' ? canary(100) : null }),
  );
  for (const way of ways) expect(await routes.routeFor(way)).toBe(provider);
});

test('who is in no move has no route', async () => {
  const { routeFor } = await routesOf(migration('acme', { stage: 'primary' }));
  for (const target of [
    { externalId: 'globex' },
    { externalId: 'ACME' },
    { organization: 'old:org_globex' as never },
    { domain: 'sub.acme.example' },
    { identityProvider: 'google' },
  ])
    expect(await routeFor(target)).toBeNull();
});

test('in the canary are the people who are named, however their address is written', async () => {
  const { routeFor } = await routesOf(
    migration('acme', { stage: 'canary', canary: canary(0, 'Ada@Acme.example') }),
  );
  const at = (loginHint: string) => routeFor({ domain: 'acme.example', loginHint });
  expect(await at('ada@acme.example')).toBe('next');
  expect(await at('ADA@ACME.EXAMPLE')).toBe('next');
  expect(await at('ada＠acme.example')).toBe('next');
  for (const other of ['bob@acme.example', 'ada@acme.example.evil', 'ada', '', 'ada@acme.example@evil'])
    expect(await at(other)).toBe('old');
});

test('a person keeps the side, and raising the share takes nobody back', async () => {
  const routes = await Promise.all(
    [0, 1, 10, 50, 90, 100].map((percent) =>
      routesOf(migration('acme', { stage: 'canary', canary: canary(percent) })),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.emailAddress(), async (loginHint) => {
      const sides = await Promise.all(
        routes.map(({ routeFor }) => routeFor({ externalId: 'acme', loginHint: loginHint.toUpperCase() })),
      );
      expect(sides[0]).toBe('old');
      expect(sides.at(-1)).toBe('next');
      const first = sides.indexOf('next');
      expect(sides.slice(first)).not.toContain('old');
      const [, , , again] = await Promise.all(
        routes.map(({ routeFor }) => routeFor({ domain: 'acme.example', loginHint })),
      );
      expect(again).toBe(sides[3]);
    }),
  );
});

test('a share is a share of the people, and another one at another customer', async () => {
  const half = { stage: 'canary', canary: canary(50) } as const;
  const { routeFor } = await routesOf(migration('acme', half), migration('globex', half));
  const people = Array.from({ length: 2000 }, (_, index) => `p${index}@mail.example`);
  const sides = async (externalId: string) =>
    Promise.all(people.map((loginHint) => routeFor({ externalId, loginHint })));
  const [acme, globex] = [await sides('acme'), await sides('globex')];
  const share = acme.filter((side) => side === 'next').length / people.length;
  expect(share).toBeGreaterThan(0.45);
  expect(share).toBeLessThan(0.55);
  expect(acme).not.toEqual(globex);
});

test('a domain two customers claim is nobody’s route', async () => {
  const { routeFor } = await routesOf(
    migration('acme', { stage: 'primary', domains: ['shared.example'] }),
    migration('globex', { domains: ['shared.example'] }),
  );
  await expect(routeFor({ domain: 'shared.example' })).rejects.toMatchObject({ code: 'failed_precondition' });
});

test('a store that fails is an error, not the old provider', async () => {
  const fail = async () => {
    throw new SsoError({ code: 'unavailable', message: 'The database failed' });
  };
  const routes = createMigrationRoutes({
    store: { get: fail, findByOrganization: fail, findByDomain: fail },
  });
  const [old, next] = [createMemoryProvider({ id: 'old' }), createMemoryProvider({ id: 'next' })];
  const sso = createSso({
    provider: routed({ providers: [old.provider, next.provider], routes, fallback: 'old' }),
    login: {
      secrets: ['0123456789abcdef0123456789abcdef'],
      redirectUri: { old: 'https://app.example/old', next: 'https://app.example/next' },
    },
  });
  for (const selector of [{ domain: 'acme.example' }, { organization: ways[1]!.organization! }])
    await expect(sso.login.begin(selector)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(sso.organizations.getByExternalId('acme')).rejects.toMatchObject({ code: 'unavailable' });
});

test('a stage of a later version is refused', async () => {
  const { routeFor } = await routesOf(migration('acme', { stage: 'mirrored' as MigrationStage }));
  await expect(routeFor({ externalId: 'acme' })).rejects.toMatchObject({ code: 'failed_precondition' });
});

test('capabilities follow the stage', async () => {
  const [old, next] = [createMemoryProvider({ id: 'old' }), createMemoryProvider({ id: 'next' })];
  const { directories: _, ...lesser } = next.provider;
  const store = await storeOf(migration('acme'));
  const provider = routed({
    providers: [old.provider, lesser],
    routes: createMigrationRoutes({ store }),
  });
  const can = async (target: RouteTarget) => {
    const support = await provider.supportsFor(target);
    return [support.provider, 'directories' in support.facets];
  };
  for (const way of ways) expect(await can(way)).toEqual(['old', true]);
  await store.write(migration('acme', { stage: 'primary', version: 2 }), 1, journalEntry('acme'));
  for (const way of ways) expect(await can(way)).toEqual(['next', false]);
  await expect(provider.supportsFor({ externalId: 'globex' })).rejects.toMatchObject({
    code: 'failed_precondition',
  });
});

test.each(migrationStages)('in stage %s answers are compared where it is of use', async (stage) => {
  const { counterpartOf } = await routesOf(
    migration('acme', { stage, canary: stage === 'canary' ? canary(1) : null }),
  );
  const { from, to } = migration('acme').organizations;
  expect(await counterpartOf(from)).toBe(['shadow', 'canary'].includes(stage) ? to : null);
  expect(await counterpartOf(to!)).toBe(stage === 'primary' ? from : null);
  expect(await counterpartOf('old:org_globex' as never)).toBeNull();
});

test('a shadow compares the customers in its stage and leaves the others alone', async () => {
  const [old, next] = [createMemoryProvider({ id: 'old' }), createMemoryProvider({ id: 'next' })];
  const moves = ['acme', 'globex'].map((externalId) => {
    const from = old.world.createOrganization({ name: externalId, externalId, domains: ['a.example'] });
    const to = next.world.createOrganization({ name: externalId, externalId });
    return migration(externalId, { organizations: { from: from.id, to: to.id } });
  });
  const { counterpartOf } = await routesOf({ ...moves[0]!, stage: 'shadow' }, moves[1]!);
  const reports: ShadowReport[] = [];
  const sso = createSso({
    provider: shadowed({
      primary: old.provider,
      shadow: next.provider,
      counterpartOf,
      report: (report) => void reports.push(report),
    }),
  });
  for (const { organizations } of moves)
    for await (const _ of sso.domains.list({ organizationId: organizations.from }));
  await vi.waitFor(() => expect(reports).toHaveLength(2));
  expect(reports).toMatchObject([
    { operation: 'domains.list', outcome: 'different' },
    { operation: 'domains.list', outcome: 'not_compared', reason: 'no_counterpart' },
  ]);
});
