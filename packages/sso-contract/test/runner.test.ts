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
