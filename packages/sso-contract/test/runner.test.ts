import { organizationScopeSchema } from '@org/sso-core/schemas';
import { expect, test } from 'vitest';
import {
  createMemoryHarness,
  planContract,
  runCase,
  withoutFacets,
  type ContractCase,
} from '../src/index.js';

function caseOf(changes: Partial<ContractCase>): ContractCase {
  return {
    id: 'TEST-01',
    title: 'A case.',
    requires: [],
    run: async ({ check }) => check.ok(true, 'true'),
    ...changes,
  };
}

test('a case that asserts nothing fails', async () => {
  const silent = caseOf({ run: () => Promise.resolve() });
  await expect(runCase(silent, createMemoryHarness())).rejects.toThrow('TEST-01 asserted nothing');
});

test('a wrong shape is told member by member', async () => {
  const wrong = caseOf({
    run: async ({ check }) => check.shape(organizationScopeSchema, { organizationId: 1, domains: [] }),
  });
  await expect(runCase(wrong, createMemoryHarness())).rejects.toThrow(
    /^not of the neutral shape: organizationId: .*number; Unrecognized key: "domains"\n/,
  );
});

test('a case runs where its facets and features are, and its negative twin where they are not', () => {
  const cases = [
    caseOf({ id: 'TEST-01', requires: ['users'] }),
    caseOf({ id: 'TEST-02', without: 'users' }),
    caseOf({ id: 'TEST-03', requires: ['organizationAdmin'], features: ['organizationAdmin.settings'] }),
    caseOf({ id: 'TEST-04', requires: ['organizationAdmin'], without: 'organizationAdmin.settings' }),
    caseOf({ id: 'TEST-05', requires: ['adminPortal'], features: ['adminPortal.intents=audit_logs'] }),
    caseOf({ id: 'TEST-06', requires: ['adminPortal'], without: 'adminPortal.intents=audit_logs' }),
  ];
  const idsOf = (harness: ReturnType<typeof createMemoryHarness>) =>
    planContract({ ...harness, notRun: {} }, cases).run.map(({ id }) => id);
  expect(idsOf(createMemoryHarness())).toEqual(['TEST-01', 'TEST-03', 'TEST-06']);
  const bare = createMemoryHarness({
    change: ({ organizationAdmin, ...provider }) => ({
      ...withoutFacets(provider, 'users'),
      organizationAdmin: { ...organizationAdmin, features: { settings: false } },
    }),
  });
  expect(idsOf(bare)).toEqual(['TEST-02', 'TEST-04', 'TEST-06']);
});

test('a gap without a reason, a stale entry and an unknown entry are faults of the harness', () => {
  const cases = [
    caseOf({ id: 'TEST-01', needs: ['faults'] }),
    caseOf({ id: 'TEST-02' }),
    caseOf({ id: 'TEST-03', needs: ['withSecret'] }),
  ];
  const notRun = { 'TEST-02': 'I would rather not', 'TEST-03': 'no credentials', 'TEST-99': 'what is this' };
  const plan = planContract({ ...createMemoryHarness(), notRun }, cases);
  expect(plan.run.map(({ id }) => id)).toEqual(['TEST-02']);
  expect(plan.notRun.map(({ case: { id }, reason }) => [id, reason])).toEqual([
    ['TEST-01', 'no reason given'],
    ['TEST-03', 'no credentials'],
  ]);
  expect(plan.faults).toEqual([
    'TEST-01 cannot run (no faults) and is not in notRun',
    'TEST-02 is in notRun, but it could run or does not exist',
    'TEST-99 is in notRun, but it could run or does not exist',
  ]);
});

test('the inputs of a case come from the seed and its id, whatever else runs', async () => {
  const harness = createMemoryHarness();
  const inputsOf = async (id: string, seed?: number) => {
    const inputs: unknown[] = [];
    const probe = caseOf({
      id,
      needs: ['world.createConnection'],
      async run({ check, random, unique, createTenant }) {
        const tenant = await createTenant();
        inputs.push(
          unique('word'),
          tenant.domain,
          tenant.user,
          random.integer(0, 1e9),
          random.pick(['a', 'b']),
        );
        check.ok(true, 'true');
      },
    });
    await runCase(probe, harness, seed === undefined ? {} : { seed });
    return inputs;
  };
  const first = await inputsOf('TEST-01', 17);
  expect(await inputsOf('TEST-01', 17)).toEqual(first);
  for (const other of [
    await inputsOf('TEST-01', 18),
    await inputsOf('TEST-02', 17),
    await inputsOf('TEST-01'),
  ])
    expect(other).not.toEqual(first);
});

test('choices keep to their bounds and reach both ends', async () => {
  const drawn = new Set<number>();
  const probe = caseOf({
    async run({ check, random }) {
      for (let index = 0; index < 200; index += 1) drawn.add(random.integer(3, 6));
      check.ok(true, 'true');
    },
  });
  await runCase(probe, createMemoryHarness(), { seed: 1 });
  expect(drawn).toEqual(new Set([3, 4, 5, 6]));
});

test('a case has the abilities it says it needs, and no others', async () => {
  class World {
    #organizations = 0;
    createOrganization = () => `memory:org_${(this.#organizations += 1)}`;
    signIn() {
      return String(this.#organizations);
    }
    acceptInvitation() {}
  }
  const harness = { ...createMemoryHarness(), world: new World() as never };
  let seen: unknown[] = [];
  const run: ContractCase['run'] = async (context) => {
    const { world, clock, faults, check } = context;
    await world.createOrganization({ name: 'Acme' });
    seen = [world.signIn?.('', { email: '' }), world.acceptInvitation, clock === undefined, faults];
    check.ok(true, 'true');
  };
  await runCase(caseOf({ needs: ['world.signIn', 'clock'], run }), harness);
  expect(seen).toEqual(['1', undefined, false, undefined]);
  await runCase(caseOf({ run }), harness);
  expect(seen).toEqual([undefined, undefined, true, undefined]);
});

test('an error that shows a credential of the harness fails the case', async () => {
  const harness = createMemoryHarness({
    change: (provider) => ({
      ...provider,
      organizations: {
        ...provider.organizations,
        getByExternalId: () => Promise.reject(new Error('the key is canary-1234')),
      },
    }),
  });
  const leaky = caseOf({
    requires: ['organizations'],
    async run({ sso, check }) {
      const error = await check.rejects(() => sso.organizations.getByExternalId('x'), 'internal');
      check.conceals(error, 'canary-1234');
      check.conceals({ key: 'canary-1234' }, 'canary-1234');
    },
  });
  await expect(runCase(leaky, harness)).rejects.toThrow('a secret shows');
});
