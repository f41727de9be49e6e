import { defaultSeed } from '@org/sso-emulators';
import { describe, expect, test } from 'vitest';
import { createMemoryMigrationStore } from '@org/sso-core/migration';
import { createMemoryProvider } from '@org/sso-core/testing';
import { createMigrator, describePlan } from '@org/sso-migrate';
import { actor, directions, impatient, startMove, type Vendor } from './support/vendors.js';

const [acme] = defaultSeed.organizations;

/** What the customer's IT admin does at the target. */
async function setUp(to: Vendor): Promise<void> {
  const { id } = to.organization('Acme Corp');
  await to.connect(id, acme!.connections![0]!);
  await to.connectDirectory(id, acme!.directories![0]!);
}

describe.each(directions)('from $from to $to', (direction) => {
  test('customers are planned, applied, set up by their IT admin and verified; nothing changes at the source', async () => {
    const { from, to, store, migrator } = await startMove(direction, { from: defaultSeed });
    const plan = await migrator.plan();
    expect(plan.counts).toMatchObject({ organizations: 2, ready: 2, blocked: 0 });

    const result = await migrator.apply(plan, { actor });
    expect(result).toMatchObject({ applied: 2, failed: 0, failures: [] });
    expect(to.organization('Acme Corp')).toMatchObject({
      externalId: 'tenant_acme',
      domains: ['acme.example'],
    });
    expect(await store.get('tenant_acme')).toMatchObject({
      stage: 'observe',
      acting: 'from',
      organizations: {
        from: `${from.name}:${from.organization('Acme Corp').id}`,
        to: `${to.name}:${to.organization('Acme Corp').id}`,
      },
      domains: ['acme.example'],
      version: 1,
    });
    expect(await migrator.gate('tenant_acme')).toMatchObject({ open: false });

    await setUp(to);
    const left = await migrator.planFor('tenant_acme');
    if (to.name === 'workos') {
      expect(left.customerTasks).toMatchObject([{ task: 'verify_domain', domains: ['acme.example'] }]);
      await proveDomains(migrator, to);
    }
    expect(await migrator.planFor('tenant_acme')).toMatchObject({
      state: 'ready',
      actions: [],
      customerTasks: [],
      message: null,
    });
    const gate = await migrator.gate('tenant_acme');
    expect(gate).toMatchObject({ open: true, reasons: [], verification: { outcome: 'green' } });
    expect(gate.verification.checks.map(({ check, outcome }) => [check, outcome])).toEqual([
      ['organization', 'passed'],
      ['domains', 'passed'],
      ['connection', 'passed'],
      ['login', 'passed'],
      ['directory', 'passed'],
      ['directory_users', 'passed'],
      ['directory_groups', 'passed'],
    ]);
    expect(await from.writes()).toEqual([]);
  });

  test('applying twice changes nothing', async () => {
    const { to, migrator, store } = await startMove(direction, { from: defaultSeed });
    const plan = await migrator.plan();
    await migrator.apply(plan, { actor });
    await to.control.clearTraffic();
    expect(await migrator.apply(plan, { actor })).toMatchObject({ applied: 0, unchanged: 2, failed: 0 });
    expect(await to.writes()).toEqual([]);
    const again = await migrator.plan();
    expect(await migrator.apply(again, { actor })).toMatchObject({ applied: 0, unchanged: 2, failed: 0 });
    expect(await to.writes()).toEqual([]);
    expect(await store.get('tenant_acme')).toMatchObject({ version: 1 });
  });

  test('a dry run tells every step and writes nothing', async () => {
    const { to, store, migrator } = await startMove(direction, { from: defaultSeed });
    const steps: string[] = [];
    const result = await migrator.apply(await migrator.plan(), {
      actor,
      dryRun: true,
      onProgress: (progress) => {
        if (progress.type === 'step') steps.push(`${progress.tenantId} ${progress.step} ${progress.outcome}`);
      },
    });
    expect(result).toMatchObject({ dryRun: true, planned: 2, applied: 0 });
    expect(steps).toContain('tenant_acme domain:acme.example planned');
    expect(await to.writes()).toEqual([]);
    expect(await store.list({ limit: 10, after: null })).toEqual([]);
    expect(await store.steps('tenant_acme')).toEqual([]);
  });

  test('the plan says what the customer has to do, and holds no link', async () => {
    const { migrator } = await startMove(direction, { from: defaultSeed });
    const plan = await migrator.plan();
    const text = [...describePlan(plan)].join('\n');
    const acmePlan = [...plan.organizations].find(({ tenantId }) => tenantId === 'tenant_acme')!;
    expect(
      acmePlan.customerTasks.map(({ task, identityProvider, protocol }) => [
        task,
        identityProvider,
        protocol,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['configure_connection', 'okta', 'saml'],
        ['connect_directory', 'okta', 'scim'],
      ]),
    );
    expect(acmePlan.message).toContain('Single sign-on set-up for Acme Corp');
    expect(text).toContain('Acme Corp (tenant_acme): ready');
    expect(JSON.stringify(plan) + text).not.toMatch(/magicLink|setup\?token/);
  });
});

test('from memory to memory', async () => {
  const from = createMemoryProvider({ id: 'here' });
  const to = createMemoryProvider({ id: 'there' });
  const { id } = from.world.createOrganization({
    name: 'Acme',
    externalId: 'acme',
    domains: ['acme.example'],
  });
  from.world.createConnection({ organizationId: id, identityProvider: 'okta', protocol: 'saml' });
  const migrator = createMigrator({
    from: from.provider,
    to: to.provider,
    store: createMemoryMigrationStore(),
    retry: impatient,
  });
  const before = from.world.organizations();
  const plan = await migrator.plan();
  expect(await migrator.apply(plan, { actor })).toMatchObject({ applied: 1, failed: 0 });
  expect(to.world.organizations()).toMatchObject([{ name: 'Acme', externalId: 'acme' }]);
  expect(to.world.domains()).toMatchObject([{ domain: 'acme.example' }]);
  expect(from.world.organizations()).toEqual(before);
});

async function proveDomains(
  migrator: {
    createPortalLink: (tenantId: string, intent: 'domain_verification') => Promise<{ url: string }>;
  },
  to: Vendor,
): Promise<void> {
  const { url } = await migrator.createPortalLink('tenant_acme', 'domain_verification');
  const state = (await to.control.state()) as {
    organizations: { domains: { id: string; state: string }[] }[];
  };
  for (const { domains } of state.organizations) {
    for (const { id, state: proven } of domains) {
      if (proven === 'verified') continue;
      await fetch(url, { method: 'POST', body: new URLSearchParams({ verify: id }), redirect: 'manual' });
    }
  }
}
