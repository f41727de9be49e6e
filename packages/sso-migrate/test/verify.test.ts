import { defaultSeed, type SeedDirectory, type SeedOrganization } from '@org/sso-emulators';
import type { DirectoryUser } from '@org/sso-core';
import { createMemoryMigrationStore } from '@org/sso-core/migration';
import type { SsoProvider } from '@org/sso-core/provider';
import { createMemoryProvider, type MemoryWorld } from '@org/sso-core/testing';
import { createMigrator, type Difference, type Verification, type VerificationCheck } from '@org/sso-migrate';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { actor, directions, redirectUri, startMove, type Move } from './support/vendors.js';

const [acme] = defaultSeed.organizations as [SeedOrganization];
const [okta] = acme.directories as [SeedDirectory];

const checkOf = ({ checks }: Verification, name: VerificationCheck['check']) =>
  checks.find(({ check }) => check === name)!;

const told = ({ differences }: VerificationCheck) =>
  differences.map(({ difference, side, field, count, examples }) =>
    [difference, side, ...(field === null ? [] : [field]), count, ...examples].join(' '),
  );

/** Acme at both vendors, its directory at the target as given. */
async function startVerified(
  direction: (typeof directions)[number],
  directory: SeedDirectory = okta,
  options: Parameters<typeof startMove>[2] = {},
): Promise<Move> {
  const seed = (organization: SeedOrganization) => ({ organizations: [organization] });
  return startMove(direction, { from: seed(acme), to: seed({ ...acme, directories: [directory] }) }, options);
}

describe.each(directions)('from $from to $to', (direction) => {
  test('people are matched by their id at the identity provider, whatever their order', async () => {
    const { migrator } = await startVerified(direction, { ...okta, users: okta.users!.toReversed() });
    const verification = await migrator.verify('tenant_acme');
    expect(verification).toMatchObject({ tenantId: 'tenant_acme', outcome: 'green' });
    expect(checkOf(verification, 'directory_users')).toMatchObject({
      outcome: 'passed',
      compared: { from: 2, to: 2 },
      differences: [],
    });
  });

  test('missing, extra and differing people are told, without personal values unless asked', async () => {
    const [ada, ben] = okta.users!;
    const { migrator } = await startVerified(direction, {
      ...okta,
      users: [
        { ...ada!, email: 'ada.adams@acme.example', lastName: 'Ames' },
        { id: '00u9zoe', email: 'zoe@acme.example' },
      ],
    });
    const verification = await migrator.verify('tenant_acme');
    const people = checkOf(verification, 'directory_users');
    expect(verification.outcome).toBe('red');
    expect(told(people)).toEqual(
      expect.arrayContaining([
        `missing to 1 ${ben!.id}`,
        'extra to 1 00u9zoe',
        `differing both email 1 ${ada!.id}`,
        `differing both lastName 1 ${ada!.id}`,
      ]),
    );
    expect(JSON.stringify(verification)).not.toMatch(/@|Ames|Adams/);

    const withValues = await migrator.verify('tenant_acme', { includeValues: true });
    const lastName = checkOf(withValues, 'directory_users').differences.find(
      ({ field }) => field === 'lastName',
    );
    expect(lastName?.values).toEqual([{ from: 'Adams', to: 'Ames' }]);
  });

  test('a field that is known to differ can be left out', async () => {
    const [ada, ben] = okta.users!;
    const directory = { ...okta, users: [{ ...ada!, title: 'Chief' }, ben!] };
    const { migrator } = await startVerified(direction, directory, { ignoredFields: ['jobTitle'] });
    expect(await migrator.verify('tenant_acme')).toMatchObject({ outcome: 'green' });
  });

  test('groups are compared by name, their members by their id at the identity provider', async () => {
    const [ada, ben] = okta.users!;
    const { migrator } = await startVerified(direction, {
      ...okta,
      users: [
        { ...ada!, groups: ['Engineering', 'Sales'] },
        { ...ben!, groups: ['Management'] },
      ],
    });
    const groups = checkOf(await migrator.verify('tenant_acme'), 'directory_groups');
    expect(groups.outcome).toBe('failed');
    expect(told(groups)).toEqual([
      'extra to 1 Management',
      `missing_members to 1 Sales: ${ben!.id}`,
      `extra_members to 1 Sales: ${ada!.id}`,
    ]);
  });

  test('somebody who was deactivated may be on one side alone', async () => {
    const { from, migrator } = await startVerified(direction, { ...okta, users: [okta.users![0]!] });
    const [directory] = from.emulator.directories();
    await from.control.updateDirectoryUser(directory!.id, okta.users![1]!.id, { active: false, groups: [] });
    const people = checkOf(await migrator.verify('tenant_acme'), 'directory_users');
    expect(people).toMatchObject({
      outcome: 'passed',
      compared: { from: from.name === 'workos' ? 1 : 2, to: 1 },
    });
  });

  test.each<[string, (move: Move) => Promise<void>]>([
    ['fails', async ({ to }) => to.control.addFault({ match: { path: 'users' }, status: 500, times: 1000 })],
    [
      'is shorter than the vendor counts',
      async ({ to }) => {
        const page =
          to.name === 'workos'
            ? { data: [], list_metadata: { before: null, after: null } }
            : { users: [], next_page_token: '' };
        await to.control.addFault({
          match: { path: 'users$' },
          status: 200,
          contentType: 'application/json',
          body: JSON.stringify(page),
          times: 1000,
        });
      },
    ],
  ])('a listing that %s is an error, never missing people', async (_what, spoil) => {
    const move = await startVerified(direction, okta, { retry: { attempts: 2, delayMs: 1 } });
    await spoil(move);
    const verification = await move.migrator.verify('tenant_acme');
    expect(verification.outcome).toBe('incomplete');
    expect(checkOf(verification, 'directory_users')).toMatchObject({
      outcome: 'error',
      differences: [] as Difference[],
      error: { code: expect.stringMatching(/^(unavailable|failed_precondition)$/) },
    });
    expect(await move.migrator.gate('tenant_acme')).toMatchObject({ open: false });
  });

  test('what is not set up yet is told, and no test login is tried', async () => {
    const { migrator } = await startMove(direction, { from: defaultSeed });
    expect((await migrator.verify('tenant_acme')).checks).toMatchObject([
      { check: 'organization', outcome: 'failed' },
    ]);
    await migrator.apply(await migrator.plan(), { actor });
    const verification = await migrator.verify('tenant_acme');
    expect(verification.checks.map(({ check, outcome }) => [check, outcome])).toEqual([
      ['organization', 'passed'],
      ['domains', direction.to === 'scalekit' ? 'passed' : 'failed'],
      ['connection', 'failed'],
      ['login', 'not_possible'],
      ['directory', 'failed'],
    ]);
  });

  test('a test login that the target refuses fails, with the reason', async () => {
    const { migrator } = await startVerified(direction, okta, {
      testLogin: { redirectUri: 'https://not-registered.example/callback' },
    });
    expect(checkOf(await migrator.verify('tenant_acme'), 'login')).toMatchObject({ outcome: 'failed' });
  });

  test('without a redirect URI a test login is not possible, which says so and closes no gate', async () => {
    const { migrator } = await startMove(
      direction,
      { from: { organizations: [acme] }, to: { organizations: [acme] } },
      { testLogin: undefined },
    );
    const { open, verification } = await migrator.gate('tenant_acme');
    expect(checkOf(verification, 'login')).toMatchObject({ outcome: 'not_possible' });
    expect(open).toBe(true);
  });

  test('a test person signs in, when there is one', async () => {
    const move: { current?: Move } = {};
    move.current = await startVerified(direction, okta, {
      testLogin: {
        redirectUri,
        signIn: (url) => move.current!.to.control.signIn(url, { email: 'ada@acme.example' }),
      },
    });
    const { migrator } = move.current;
    expect(checkOf(await migrator.verify('tenant_acme'), 'login')).toMatchObject({
      outcome: 'passed',
      message: expect.stringContaining('A test person signed in'),
    });
  });

  test('a test person who is turned away fails it, with the reason', async () => {
    const move: { current?: Move } = {};
    move.current = await startVerified(direction, okta, {
      testLogin: {
        redirectUri,
        signIn: (url) => move.current!.to.control.signIn(url, { error: 'access_denied' }),
      },
    });
    const { migrator } = move.current;
    expect(checkOf(await migrator.verify('tenant_acme'), 'login')).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('access_denied'),
    });
  });
});

type MemoryPerson = Parameters<MemoryWorld['hire']>[1];

describe('people', () => {
  const hire = (world: MemoryWorld, ...people: readonly MemoryPerson[]) => {
    const { id: organizationId } = world.createOrganization({ name: 'Acme', externalId: 'acme' });
    const { id } = world.createDirectory({ organizationId, identityProvider: 'okta' });
    for (const person of people) world.hire(id, person);
  };
  const ada = { id: '00u1ada', email: 'ada@acme.example' };
  const ben = { id: '00u1ben', email: 'ben@acme.example' };

  /** Verifies between two providers in memory, whose listings are told otherwise. */
  async function verify(
    people: { readonly from: readonly MemoryPerson[]; readonly to: readonly MemoryPerson[] },
    change: (users: readonly DirectoryUser[]) => readonly DirectoryUser[],
  ): Promise<VerificationCheck> {
    const sides = { from: createMemoryProvider({ id: 'here' }), to: createMemoryProvider({ id: 'there' }) };
    hire(sides.from.world, ...people.from);
    hire(sides.to.world, ...people.to);
    const telling = ({ provider }: typeof sides.from): SsoProvider => ({
      ...provider,
      directories: {
        ...provider.directories,
        async listUsersPage(filter, page, context) {
          const { items, nextCursor } = await provider.directories.listUsersPage(filter, page, context);
          return { items: change(items), nextCursor };
        },
      },
    });
    const migrator = createMigrator({
      from: telling(sides.from),
      to: telling(sides.to),
      store: createMemoryMigrationStore(),
    });
    return checkOf(await migrator.verify('acme'), 'directory_users');
  }

  test('who is told twice while pages shift counts once', async () => {
    const people = await verify({ from: [ada, ben], to: [ben, ada] }, (users) => [
      ...users,
      ...users,
      users[0]!,
    ]);
    expect(people).toMatchObject({ outcome: 'passed', compared: { from: 2, to: 2 } });
  });

  test('who shares an id of the identity provider with somebody, or has none, is told', async () => {
    const shared = await verify({ from: [ada, ada], to: [ada] }, (users) => users);
    expect(told(shared)).toEqual(['duplicate from 1 00u1ada']);
    const anonymous = await verify({ from: [ada], to: [ada] }, (users) =>
      users.map((user) => ({ ...user, idpId: null })),
    );
    expect(anonymous.outcome).toBe('failed');
    expect(told(anonymous)).toEqual([
      expect.stringMatching(/^without_idp_id from 1 here:/),
      expect.stringMatching(/^without_idp_id to 1 there:/),
    ]);
  });

  test('any two sets of people are told apart exactly', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 0, max: 40 })),
        fc.uniqueArray(fc.integer({ min: 0, max: 40 })),
        async (left, right) => {
          const person = (number: number) => ({ id: `p${number}` });
          const people = await verify({ from: left.map(person), to: right.map(person) }, (users) => users);
          const counted = Object.fromEntries(
            people.differences.map(({ difference, count }) => [difference, count]),
          );
          const missing = left.filter((each) => !right.includes(each)).length;
          const extra = right.filter((each) => !left.includes(each)).length;
          expect(counted).toEqual({ ...(missing && { missing }), ...(extra && { extra }) });
        },
      ),
      { numRuns: 50 },
    );
  });
});
