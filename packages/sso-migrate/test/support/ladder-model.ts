import fc from 'fast-check';
import {
  createMigrationRoutes,
  migrationStages,
  type Canary,
  type DirectoryComparison,
  type Migration,
  type MigrationStage,
  type MigrationStore,
} from '@org/sso-core/migration';
import { organizationId } from '@org/sso-core';
import { createLadder, type Gate, type Ladder } from '@org/sso-migrate';
import { expect } from 'vitest';

export const tenantId = 'tenant_acme';
const organizations = {
  from: organizationId('workos:org_1'),
  to: organizationId('scalekit:org_2'),
} as const;
const domain = 'acme.example';
const people = Array.from({ length: 40 }, (_, index) => `person${index}@${domain}`);

/** As `apply` leaves a customer. */
export async function enrol(store: MigrationStore): Promise<void> {
  const at = new Date(0).toISOString();
  const migration: Migration = {
    tenantId,
    from: 'workos',
    to: 'scalekit',
    stage: 'observe',
    canary: null,
    acting: 'from',
    organizations,
    domains: [domain],
    version: 1,
    updatedAt: at,
  };
  await store.write(migration, null, {
    tenantId,
    at,
    actor: 'setup',
    action: 'enrolled',
    fromStage: null,
    toStage: 'observe',
    detail: null,
  });
}

export const gateOf = (open: boolean): Gate => ({
  open,
  reasons: open ? [] : ['It is not ready.'],
  verification: {
    tenantId,
    at: new Date(0).toISOString(),
    from: { provider: 'workos', organizationId: organizations.from },
    to: { provider: 'scalekit', organizationId: organizations.to },
    outcome: open ? 'green' : 'red',
    checks: [],
    connections: [],
  },
});

const counts = {
  told: 1,
  same: 1,
  different: 0,
  behind: 0,
  losing: 0,
  missing: 0,
  extra: 0,
  untold: 0,
  withheld: 0,
  unmatched: 0,
};
/** Both sides told the same of everybody. */
export const agreement: DirectoryComparison = { acting: 'from', people: counts, groups: counts, fields: {} };

/** An operator's ladder, whose gate can be shut and whose hand-over may fail. */
export function operatorOf(
  store: MigrationStore,
  {
    gate = () => true,
    handOver = async () => {},
    compare = () => agreement,
  }: {
    gate?: () => boolean;
    handOver?: () => Promise<void>;
    compare?: () => DirectoryComparison;
  } = {},
): Ladder {
  return createLadder({
    store,
    gate: async () => gateOf(gate()),
    handOver: {
      takeStock: handOver,
      catchUp: handOver,
      forget: handOver,
      compare: async () => compare(),
    },
  });
}

export type Command =
  | { readonly do: 'advance'; readonly to: MigrationStage | undefined; readonly canary: Canary | undefined }
  | { readonly do: 'rollback'; readonly to: MigrationStage | undefined }
  | { readonly do: 'setCanary'; readonly canary: Canary };

const canary: fc.Arbitrary<Canary> = fc.record({
  percent: fc.constantFrom(0, 1, 20, 50, 100),
  users: fc.subarray(people, { maxLength: 3 }),
});
const stage = fc.option(fc.constantFrom(...migrationStages), { nil: undefined });

export const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      to: stage,
      canary: fc.option(canary, { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rollback' as const), to: stage }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('setCanary' as const), canary }) },
);

export function perform(ladder: Ladder, given: Command, actor: string): Promise<Migration> {
  switch (given.do) {
    case 'advance':
      return ladder.advance(tenantId, {
        actor,
        ...(given.to && { to: given.to }),
        ...(given.canary && { canary: given.canary }),
      });
    case 'rollback':
      return ladder.rollback(tenantId, { actor, ...(given.to && { to: given.to }) });
    case 'setCanary':
      return ladder.setCanary(tenantId, { actor, canary: given.canary });
  }
}

/** Where each of the customer's people signs in. */
export async function routesOf(store: MigrationStore): Promise<readonly string[]> {
  const routes = createMigrationRoutes({ store });
  const answers = [];
  for (const loginHint of [undefined, ...people]) {
    const asked = await Promise.all([
      routes.routeFor({ externalId: tenantId, loginHint }),
      routes.routeFor({ organization: organizations.from, loginHint }),
      routes.routeFor({ organization: organizations.to, loginHint }),
      routes.routeFor({ domain, loginHint }),
    ]);
    // One customer, one answer, however it is asked for.
    expect(new Set(asked).size).toBe(1);
    expect(['workos', 'scalekit']).toContain(asked[0]);
    answers.push(asked[0]!);
  }
  return answers;
}

/** What must hold at every moment: the journal tells the whole story, and the store agrees with it. */
export async function expectConsistent(store: MigrationStore): Promise<Migration> {
  const migration = (await store.get(tenantId))!;
  const journal = (await store.journal({ tenantId, limit: 10_000 })).toReversed();
  const changes = journal.filter(({ action }) => action !== 'refused' && action !== 'verified');
  expect(migration.version).toBe(changes.length);
  let at: MigrationStage | null = null;
  for (const { action, fromStage, toStage } of changes) {
    expect(fromStage).toBe(at);
    const [before, after] = [fromStage, toStage].map((each) =>
      each ? migrationStages.indexOf(each) : -1,
    ) as [number, number];
    if (action === 'advanced') expect(after).toBe(before + 1);
    else if (action === 'rolled_back') expect(after).toBeLessThan(before);
    else if (action !== 'enrolled') expect(after).toBe(before);
    expect(at).not.toBe(action === 'handed_over' ? undefined : 'committed');
    at = toStage;
  }
  expect(migration.stage).toBe(at);
  expect(migration.canary === null).toBe(migration.stage !== 'canary');
  const everybody = await routesOf(store);
  if (migration.stage === 'observe' || migration.stage === 'shadow')
    expect(new Set(everybody)).toEqual(new Set(['workos']));
  if (migration.stage === 'primary' || migration.stage === 'committed')
    expect(new Set(everybody)).toEqual(new Set(['scalekit']));
  return migration;
}
