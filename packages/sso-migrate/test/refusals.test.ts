import { createSso, organizationId, type ClientFacets, type OrganizationId } from '@org/sso-core';
import { createMemoryMigrationStore, type MigrationStore } from '@org/sso-core/migration';
import { defaultSeed, type SeedOrganization } from '@org/sso-emulators';
import { createMigrator, inventoryFromLines, planFromLines, toLines, type Plan } from '@org/sso-migrate';
import { describe, expect, test } from 'vitest';
import { actor, directions, impatient, startMove, type Move, type Vendor } from './support/vendors.js';

const [acme, globex] = defaultSeed.organizations as [SeedOrganization, SeedOrganization];

const clientOf = ({ provider }: Vendor) => createSso({ provider }) as unknown as ClientFacets;
const acmeAt = (vendor: Vendor): OrganizationId =>
  organizationId(`${vendor.name}:${vendor.organization('Acme Corp').id}`);

/** Nothing was written anywhere: at neither vendor, nor in the store. */
async function expectNothingWritten({ from, to, store }: Move): Promise<void> {
  expect([await from.writes(), await to.writes()]).toEqual([[], []]);
  expect(await store.list({ limit: 10, after: null })).toEqual([]);
  expect(await store.journal({ limit: 10 })).toEqual([]);
  expect(await store.steps('tenant_acme')).toEqual([]);
}

describe.each(directions)('from $from to $to', (direction) => {
  test.each<[what: string, change: (move: Move) => unknown, message: RegExp]>([
    [
      'a domain that was added',
      ({ from }) => clientOf(from).domains.create({ organizationId: acmeAt(from), domain: 'late.example' }),
      /changed at/,
    ],
    [
      'a connection that was added',
      ({ from }) =>
        from.connect(from.organization('Acme Corp').id, { protocol: 'oidc', identityProvider: 'google' }),
      /changed at/,
    ],
    [
      'an organization that went away',
      ({ from }) => clientOf(from).organizationAdmin.delete(acmeAt(from)),
      /changed at/,
    ],
    [
      'an organization that somebody created at the target',
      ({ to }) => to.control.createOrganization({ name: 'Acme Corp', externalId: 'tenant_acme' }),
      /was created at .* by somebody else/,
    ],
    [
      'a domain that another organization has at the target',
      ({ to }) => to.control.createOrganization({ name: 'Squatter', domains: ['acme.example'] }),
      /wants acme\.example, which .* has at/,
    ],
  ])('a plan is refused after %s', async (_what, change, message) => {
    const move = await startMove(direction, { from: defaultSeed });
    const plan = await move.migrator.plan();
    await change(move);
    for (const { control } of [move.from, move.to]) await control.clearTraffic();
    await expect(move.migrator.apply(plan, { actor })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(message),
    });
    await expectNothingWritten(move);
  });

  test('a plan is refused when the organization it links changed at the target', async () => {
    const move = await startMove(direction, {
      from: defaultSeed,
      to: { organizations: [{ name: 'Acme Corp', externalId: 'tenant_acme' }] },
    });
    const plan = await move.migrator.plan();
    await move.to.connect(move.to.organization('Acme Corp').id, {
      protocol: 'saml',
      identityProvider: 'okta',
    });
    await expect(move.migrator.apply(plan, { actor })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining(`changed at ${move.to.name}`),
    });
    await expectNothingWritten(move);
  });

  test('people who come and go make no plan stale', async () => {
    const { from, migrator } = await startMove(direction, { from: defaultSeed });
    const plan = await migrator.plan();
    const [directory] = from.emulator.directories();
    await from.control.createDirectoryUser(directory!.id, { id: '00u1eve', email: 'eve@acme.example' });
    expect(await migrator.apply(plan, { actor })).toMatchObject({ applied: 2, failed: 0 });
  });

  test('data of somebody else under the same domain blocks, and nothing is written', async () => {
    const move = await startMove(direction, {
      from: defaultSeed,
      to: { organizations: [{ name: 'Squatter', externalId: 'other', domains: ['acme.example'] }] },
    });
    const plan = await move.migrator.plan();
    expect(plan.counts).toMatchObject({ ready: 1, blocked: 1 });
    await expect(move.migrator.apply(plan, { actor })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('Acme Corp (tenant_acme): domain_claimed_at_target'),
    });
    await expectNothingWritten(move);
    expect(await move.migrator.apply(plan, { actor, skipBlocked: true })).toMatchObject({
      applied: 1,
      blocked: 1,
    });
    expect(
      move.to.emulator
        .organizations()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(['Globex', 'Squatter']);
  });

  test('an unknown customer is refused', async () => {
    const move = await startMove(direction, { from: defaultSeed });
    const plan = await move.migrator.plan();
    const unknown = { code: 'not_found', message: expect.stringContaining('"nobody"') };
    await expect(move.migrator.apply(plan, { actor, tenantIds: ['nobody'] })).rejects.toMatchObject(unknown);
    await expect(move.migrator.verify('nobody')).rejects.toMatchObject(unknown);
    await expect(move.migrator.planFor('nobody')).rejects.toMatchObject(unknown);
    await expect(move.migrator.gate('nobody')).rejects.toMatchObject(unknown);
    await expect(move.migrator.createPortalLink('nobody', 'sso')).rejects.toMatchObject(unknown);
    await expectNothingWritten(move);
  });

  test('a plan the other way is refused', async () => {
    const { from, to, store, migrator } = await startMove(direction, { from: defaultSeed });
    const plan = await migrator.plan();
    const back = createMigrator({ from: to.provider, to: from.provider, store, retry: impatient });
    const refused = { code: 'invalid_argument', message: expect.stringContaining(from.name) };
    await expect(back.apply(plan, { actor })).rejects.toMatchObject(refused);
    const inventory = await migrator.inventory('from');
    await expect(back.plan({ from: inventory })).rejects.toMatchObject(refused);
  });

  test('a customer who is on another move is refused', async () => {
    const { to, store, migrator } = await startMove(direction, { from: defaultSeed });
    const plan = await migrator.plan();
    const at = new Date().toISOString();
    await store.write(
      {
        tenantId: 'tenant_acme',
        from: 'elsewhere',
        to: direction.to,
        stage: 'shadow',
        canary: null,
        acting: 'from',
        organizations: { from: organizationId('elsewhere:1'), to: null },
        domains: [],
        version: 1,
        updatedAt: at,
      },
      null,
      {
        tenantId: 'tenant_acme',
        at,
        actor,
        action: 'enrolled',
        fromStage: null,
        toStage: 'shadow',
        detail: null,
      },
    );
    await expect(migrator.apply(plan, { actor })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('from elsewhere'),
    });
    expect(await to.writes()).toEqual([]);
  });

  test('a domain that is lost between check and creation is not created', async () => {
    const kept = createMemoryMigrationStore();
    let lose = async (): Promise<void> => undefined;
    const store: MigrationStore = {
      ...kept,
      async recordStep(step) {
        // The check is over, and the first step begins.
        if (step.state === 'begun' && step.step.endsWith('/organization')) await lose();
        await kept.recordStep(step);
      },
    };
    const { from, to, migrator } = await startMove(direction, { from: { organizations: [acme] } }, { store });
    const plan = await migrator.plan();
    lose = async () => {
      const { domains } = clientOf(from);
      const whose = { organizationId: acmeAt(from) };
      for await (const { id: domainId } of domains.list(whose)) await domains.delete({ ...whose, domainId });
    };
    expect(await migrator.apply(plan, { actor })).toMatchObject({
      failed: 1,
      failures: [
        { error: { code: 'failed_precondition', message: expect.stringContaining('not verified') } },
      ],
    });
    expect(to.organization('Acme Corp').domains).toEqual([]);
  });
});

describe('a plan', () => {
  const plan = async () => {
    const { migrator } = await startMove(directions[0], { from: { organizations: [acme, globex] } });
    return { migrator, plan: await migrator.plan() };
  };

  test('is the same after a file', async () => {
    const { migrator, plan: made } = await plan();
    const read = await planFromLines(toLines(made));
    expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(made)));
    expect(await migrator.apply(read, { actor })).toMatchObject({ applied: 2 });
    expect(await migrator.apply(JSON.parse(JSON.stringify(made)) as Plan, { actor })).toMatchObject({
      unchanged: 2,
    });
  });

  test('and an inventory are refused when they are cut short, edited or something else', async () => {
    const { migrator, plan: made } = await plan();
    const lines = [...toLines(made)];
    for (const broken of [
      [],
      ['[]'],
      ['{"version":1'],
      ['{"version":2}'],
      lines.slice(0, -1),
      lines.map((line) => line.replaceAll('acme.example', 'evil.example')),
      [...toLines(await migrator.inventory('from'))],
    ]) {
      await expect(planFromLines(broken)).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    const edited = JSON.parse(JSON.stringify(made).replaceAll('acme.example', 'evil.example')) as Plan;
    await expect(migrator.apply(edited, { actor })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('not as it was made'),
    });
    await expect(inventoryFromLines(lines)).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(migrator.apply(made, { actor: ' ' })).rejects.toMatchObject({ code: 'invalid_argument' });
  });
});

test('inventories come from files too', async () => {
  const { migrator } = await startMove(directions[0], { from: defaultSeed });
  const taken = await migrator.inventory('from');
  const read = await inventoryFromLines(toLines(taken));
  expect(read.counts).toMatchObject({
    organizations: 2,
    domains: 2,
    connections: 2,
    directories: 1,
    directoryUsers: 2,
    directoryGroups: 2,
  });
  expect((await migrator.plan({ from: read })).from.inventory.fingerprint).toBe(taken.fingerprint);
});

test('a migrator between one provider and itself, or that does nothing at once, is refused', async () => {
  const { from, to } = await startMove(directions[0], { from: defaultSeed });
  const store = createMemoryMigrationStore();
  expect(() => createMigrator({ from: from.provider, to: from.provider, store })).toThrow(/both "workos"/);
  expect(() => createMigrator({ from: from.provider, to: to.provider, store, concurrency: 0 })).toThrow(
    'concurrency must be a positive integer',
  );
});
