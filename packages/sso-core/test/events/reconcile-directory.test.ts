import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SsoError, type DirectoryUser, type SsoEvent } from '@org/sso-core';
import { createEventInbox, createMemoryEventStore, reconcileDirectory } from '@org/sso-core/events';
import type { SsoProvider } from '@org/sso-core/provider';
import { describe, expect, test } from 'vitest';
import { createApp, createVendor, truth, type Vendor } from './vendor.js';

function setUp(alter: (provider: Vendor['provider']) => SsoProvider = (provider) => provider) {
  const vendor = createVendor();
  const { world, directoryId, organizationId, clock, now } = vendor;
  const provider = alter(vendor.provider);
  const store = createMemoryEventStore();
  const inbox = createEventInbox({ store, providers: [provider], now });
  const app = createApp(inbox);
  const events: SsoEvent[] = [];
  inbox.on('*', (event) => void events.push(event));
  return {
    ...vendor,
    store,
    inbox,
    app,
    events,
    hire: (id: string) => world.hire(directoryId, { id, firstName: id }),
    async reconcile(options: { signal?: AbortSignal; at?: number } = {}) {
      clock.at += 1000;
      return reconcileDirectory({ provider, store, organizationId, directoryId, now, ...options });
    },
    async settled() {
      await inbox.process();
      return app.belief();
    },
  };
}

type Directories = Vendor['provider']['directories'];

/** The provider with some of its directory operations changed. */
const withDirectories =
  (change: (directories: Directories) => Partial<Directories>) => (provider: Vendor['provider']) => ({
    ...provider,
    directories: { ...provider.directories, ...change(provider.directories) },
  });

/** Like WorkOS: a listed user does not tell groups. */
const withoutUserGroups = withDirectories((directories) => ({
  features: { ...directories.features, userGroups: false as true },
  listUsersPage: async (...args) => {
    const { items, nextCursor } = await directories.listUsersPage(...args);
    return { items: items.map((user) => ({ ...user, groups: null })), nextCursor };
  },
}));

describe.each([
  ['groups told with the user', undefined],
  ['groups told by their members', withoutUserGroups],
])('%s', (_, alter) => {
  test('everything is found, and found once', async () => {
    const { world, hire, reconcile, settled, directoryId, ...vendor } = setUp(alter);
    const [ada, ben] = [hire('ada'), hire('ben'), hire('cyd')];
    const group = world.createGroup(directoryId, 'Engineering');
    world.addMember(group.id, ada.id);
    expect(await reconcile()).toMatchObject({ users: 3, groups: 1 });
    expect(await settled()).toEqual(await truth({ ...vendor, world, directoryId }));
    expect(await reconcile()).toEqual({ users: 3, groups: 1, appended: 0 });

    world.deletePerson(ben.id);
    world.changePerson(ada.id, { lastName: 'Lovelace' });
    world.removeMember(group.id, ada.id);
    world.renameGroup(group.id, 'R & D');
    world.createGroup(directoryId, 'Sales');
    await reconcile();
    expect(await settled()).toEqual(await truth({ ...vendor, world, directoryId }));
    expect(await reconcile()).toMatchObject({ appended: 0 });

    world.deleteGroup(group.id);
    await reconcile();
    expect(await settled()).toEqual(await truth({ ...vendor, world, directoryId }));
  });
});

test('nobody is missing because pages by number moved while others left', async () => {
  let onFirstPage: () => void = () => undefined;
  /** One a page, by number. */
  const paged = <T>(items: readonly T[], cursor: string | null) => {
    const start = Number(cursor ?? 0);
    if (cursor === null) onFirstPage();
    return {
      items: items.slice(start, start + 1),
      nextCursor: start + 1 < items.length ? String(start + 1) : null,
    };
  };
  const all = { cursor: null };
  const { world, hire, reconcile, settled, directoryId } = setUp(
    withDirectories(({ listUsersPage, listGroupsPage }) => ({
      listUsersPage: async (filter, { cursor }, context) =>
        paged((await listUsersPage(filter, all, context)).items, cursor),
      listGroupsPage: async (filter, { cursor }, context) =>
        paged((await listGroupsPage(filter, all, context)).items, cursor),
    })),
  );
  const people = [hire('ada'), hire('ben'), hire('cyd')];
  const groups = ['R', 'S', 'T'].map((name) => world.createGroup(directoryId, name));
  await reconcile();
  const before = await settled();
  const leaving = [() => world.deletePerson(people[0]!.id), () => world.deleteGroup(groups[0]!.id)];
  onFirstPage = () => leaving.shift()?.();
  await reconcile();
  expect(leaving).toEqual([]);
  // Those who left were seen before: the next run misses them.
  expect(await settled()).toEqual(before);
  await reconcile();
  expect(await settled()).toMatchObject({
    people: [expect.stringContaining('ben'), expect.stringContaining('cyd')],
    groups: [expect.stringContaining('S'), expect.stringContaining('T')],
  });
});

test('a departure says that the listing does not tell deletion from deactivation', async () => {
  const { world, hire, reconcile, settled, events } = setUp();
  const ada = hire('ada');
  hire('ben');
  await reconcile();
  await settled();
  world.deletePerson(ada.id);
  await reconcile();
  await settled();
  const departure = events.at(-1)!;
  expect(departure).toMatchObject({
    type: 'directory.user.deleted',
    data: { user: { name: 'ada' }, meaning: 'deleted_or_deactivated' },
  });
  expect(departure.id).toBe(`reconcile:${departure.occurredAt}:${departure.subject}`);
});

test('the guard holds what a reconciliation would remove', async () => {
  const { world, hire, reconcile, settled, inbox, app } = setUp();
  const people = Array.from({ length: 30 }, (_, index) => hire(`p${index}`));
  await reconcile();
  await settled();
  for (const { id } of people.slice(1)) world.deletePerson(id);
  await reconcile();
  await settled();
  expect(app.people.size).toBe(30);
  const { events } = await inbox.list('held');
  expect(events).toHaveLength(29);
  await inbox.release(events);
  await settled();
  expect(app.people.size).toBe(1);
});

test('what the stream told since the listing began is newer', async () => {
  const { world, hire, reconcile, settled, inbox, clock, store, app } = setUp();
  const ada = hire('ada');
  hire('ben');
  await inbox.pull('memory', { restartSince: '2026-01-01T00:00:00Z' });
  await settled();
  const startedAt = clock.at + 500;
  clock.at = startedAt + 200;
  world.changePerson(ada.id, { lastName: 'Lovelace' });
  hire('cyd');
  await inbox.pull('memory');
  await settled();
  // The listing is of before: no Lovelace, no Cyd.
  const old = createVendor();
  old.world.hire(old.directoryId, { id: 'ada', firstName: 'ada' });
  old.world.hire(old.directoryId, { id: 'ben', firstName: 'ben' });
  const { organizationId, directoryId, provider } = old;
  const result = reconcileDirectory({ provider, store, organizationId, directoryId, now: () => startedAt });
  expect(await result).toMatchObject({ appended: 0 });
  expect(app.people.size).toBe(3);
  expect(await reconcile()).toMatchObject({ appended: 0 });
});

test('somebody known from events that name no directory is missed only where there is one directory', async () => {
  const anonymous = (event: SsoEvent) =>
    'user' in event.data && 'directoryId' in event.data.user
      ? ({ ...event, data: { ...event.data, user: { ...event.data.user, directoryId: null } } } as SsoEvent)
      : event;
  const { world, hire, reconcile, settled, app, inbox, organizationId } = setUp((provider) => ({
    ...provider,
    events: {
      ...provider.events,
      pullPage: async (...args) => {
        const page = await provider.events.pullPage(...args);
        return { ...page, events: page.events.map(anonymous) };
      },
    },
  }));
  const pull = () => inbox.pull('memory', { restartSince: '2026-01-01T00:00:00Z' });
  const ada = hire('ada');
  const ben = hire('ben');
  hire('cyd');
  await pull();
  await settled();
  world.deletePerson(ada.id);
  await reconcile();
  await settled();
  expect([...app.people.values()].map(({ name }) => name)).toEqual(['ben', 'cyd']);

  const other = world.createDirectory({ organizationId, identityProvider: 'google' });
  world.hire(other.id, { id: 'dan', firstName: 'dan' });
  await pull();
  await settled();
  expect(await reconcile()).toMatchObject({ appended: 0 });
  world.deletePerson(ben.id);
  // Ben is known to be of this directory since it was reconciled; Dan could be of either.
  await reconcile();
  await settled();
  expect([...app.people.values()].map(({ name }) => name)).toEqual(['cyd', 'dan']);
});

describe('a listing that cannot be trusted stores nothing', () => {
  const failing = new SsoError({ code: 'unavailable', message: 'down', retryable: true });

  test.each<[string, string, (directories: Directories) => Partial<Directories>]>([
    [
      'an error on a later page',
      'the vendor did not answer',
      (directories) => ({
        listUsersPage: async (filter, page, context) => {
          if (page.cursor !== null) throw failing;
          return directories.listUsersPage(filter, { ...page, pageSize: 1 }, context);
        },
      }),
    ],
    [
      'a directory that was deleted',
      'the vendor has no such directory',
      () => ({ get: () => Promise.reject(new SsoError({ code: 'not_found', message: 'gone' })) }),
    ],
    [
      'an error while groups are listed',
      'the vendor did not answer: down',
      () => ({ listGroupsPage: () => Promise.reject(failing) }),
    ],
    [
      'a cursor that does not move',
      'the same cursor twice',
      () => ({ listUsersPage: async () => ({ items: [], nextCursor: 'again' }) }),
    ],
    [
      'a directory that is not active',
      'it is inactive',
      (directories) => ({
        get: async (...args) => ({ ...(await directories.get(...args)), status: 'inactive' }),
      }),
    ],
    [
      'fewer users than the vendor counts',
      '1 users were listed, but the vendor counts 2',
      (directories) => ({
        listUsersPage: async (...args) => {
          const { items } = await directories.listUsersPage(...args);
          return { items: items.slice(1), nextCursor: null };
        },
      }),
    ],
    [
      'nobody, where the vendor does not count',
      'no user was listed, but some are known',
      (directories) => ({
        get: async (...args) => ({ ...(await directories.get(...args)), userCount: null }),
        listUsersPage: async () => ({ items: [], nextCursor: null }),
      }),
    ],
    [
      'no groups, where the vendor does not count',
      'no group was listed, but some are known',
      (directories) => ({
        get: async (...args) => ({ ...(await directories.get(...args)), groupCount: null }),
        listGroupsPage: async () => ({ items: [], nextCursor: null }),
      }),
    ],
  ])('%s', async (_, message, change) => {
    const { world, hire, reconcile, settled, provider, store, organizationId, directoryId, ...vendor } =
      setUp();
    hire('ada');
    hire('ben');
    world.createGroup(directoryId, 'Engineering');
    await reconcile();
    const before = await settled();
    world.hire(directoryId, { id: 'new', firstName: 'new' });
    world.deletePerson([...(await listed())][0]!.id);
    vendor.clock.at += 1000;
    const broken = withDirectories(change)(provider);
    const { now } = vendor;
    const result = reconcileDirectory({ provider: broken, store, organizationId, directoryId, now });
    await expect(result).rejects.toMatchObject({
      code: 'failed_precondition',
      operation: 'directories.reconcile',
      retryable: message.includes('did not answer'),
      message: expect.stringContaining(message),
    });
    expect(await settled()).toEqual(before);
    expect(await store.nextDueAt()).toBeNull();

    async function listed(): Promise<readonly DirectoryUser[]> {
      const page = { cursor: null };
      return (
        await provider.directories.listUsersPage({ organizationId, directoryId }, page, { operation: 'test' })
      ).items;
    }
  });

  test('a provider without directories is refused, an abort passes through', async () => {
    const { provider, store, organizationId, directoryId, reconcile } = setUp();
    const { directories: _, ...bare } = provider;
    await expect(
      reconcileDirectory({ provider: bare, store, organizationId, directoryId }),
    ).rejects.toMatchObject({ code: 'unsupported' });
    const reason = new Error('enough');
    await expect(reconcile({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

test('memory stays flat over a hundred thousand people', async () => {
  const count = 100_000;
  const pageSize = 1000;
  const person = (index: number): DirectoryUser => ({
    id: `memory:u${index}` as DirectoryUser['id'],
    provider: 'memory',
    vendorId: `u${index}`,
    directoryId,
    organizationId,
    idpId: `00u${index}`,
    email: `person-${index}@acme.example`,
    username: `person-${index}@acme.example`,
    firstName: 'Ada',
    lastName: `Lovelace ${index}`,
    name: `Ada Lovelace ${index}`,
    status: 'active',
    vendorStatus: 'active',
    jobTitle: 'Engineer',
    phoneNumber: null,
    address: null,
    roles: [],
    groups: [],
    attributes: { department: 'Research and development', costCenter: String(index % 97) },
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
  });
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  let peak = 0;
  const measure = () => {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    peak = Math.max(peak, heapUsed + arrayBuffers);
  };
  const { provider, organizationId, directoryId, now } = setUp();
  const altered = withDirectories((directories) => ({
    get: async (...args) => {
      measure();
      return { ...(await directories.get(...args)), userCount: count };
    },
    listUsersPage: async (_, { cursor }) => {
      const start = Number(cursor ?? 0);
      if (start % 20_000 === 0) measure();
      const items = Array.from({ length: pageSize }, (__, index) => person(start + index));
      return { items, nextCursor: start + pageSize < count ? String(start + pageSize) : null };
    },
  }))(provider);
  const store = {
    ...createMemoryEventStore(),
    append: async (events: readonly unknown[]) => events.length,
  };
  measure();
  const before = peak;
  const result = await reconcileDirectory({ provider: altered, store, organizationId, directoryId, now });
  expect(result).toEqual({ users: count, groups: 0, appended: count });
  // Collected as objects they would take some 150 MB.
  expect((peak - before) / 2 ** 20).toBeLessThan(30);
});
