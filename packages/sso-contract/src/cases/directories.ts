import type { DirectoryRef, DirectoryUserId } from '@org/sso-core';
import { directoryGroupSchema, directorySchema, directoryUserSchema } from '@org/sso-core/schemas';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import { collect, createDirectory, pause, personNamed, strangerLike } from './support.js';

const requires = ['directories'] as const;
const needs = ['world.directories'] as const;

const idsOf = (entities: readonly { readonly id: string }[]) => entities.map(({ id }) => id);

async function hireMany(context: CaseContext, { directoryId }: DirectoryRef, count: number) {
  const people: { readonly id: DirectoryUserId; readonly idpId: string }[] = [];
  for (let number = 0; number < count; number += 1) {
    const person = personNamed(context, 'Ada');
    people.push({ id: await context.world.directories.hire(directoryId, person), idpId: person.id });
  }
  return people;
}

export const directoryCases: readonly ContractCase[] = [
  {
    id: 'DIR-01',
    title: 'get answers the directory in the neutral shape, as the list does.',
    requires,
    needs,
    async run(context) {
      const { sso, check } = context;
      const ref = await createDirectory(context);
      const directory = await sso.directories.get(ref);
      check.shape(directorySchema, directory);
      check.equal([directory.id, directory.organizationId], [ref.directoryId, ref.organizationId]);
      check.equal([directory.status, directory.type, directory.identityProvider], ['active', 'scim', 'okta']);
      check.equal(await collect(sso.directories.list({ organizationId: ref.organizationId })), [directory]);
    },
  },
  {
    id: 'DIR-02',
    title: 'A list holds the directories of its organization only, and may be empty.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world, unique } = context;
      const { organizationId, directoryId } = await createDirectory(context);
      await createDirectory(context);
      check.equal(idsOf(await collect(sso.directories.list({ organizationId }))), [directoryId]);
      const without = await world.createOrganization({ name: unique('Globex') });
      check.equal(await collect(sso.directories.list({ organizationId: without })), []);
    },
  },
  {
    id: 'DIR-03',
    title: 'A directory that is switched off at the vendor reads inactive, and is listed.',
    requires,
    needs,
    async run({ sso, check, world, unique }) {
      const organizationId = await world.createOrganization({ name: unique('acme') });
      const directoryId = await world.directories.createDirectory({
        organizationId,
        name: 'Acme',
        identityProvider: 'entra-id',
        status: 'inactive',
      });
      const directory = await sso.directories.get({ organizationId, directoryId });
      check.equal([directory.status, directory.identityProvider], ['inactive', 'entra-id']);
      check.equal(idsOf(await collect(sso.directories.list({ organizationId }))), [directoryId]);
    },
  },
  {
    id: 'DIR-04',
    title: 'Words nobody knows yet do not throw a directory away: its status reads unknown.',
    requires,
    needs,
    async run({ sso, check, world, unique }) {
      const organizationId = await world.createOrganization({ name: unique('acme') });
      const directoryId = await world.directories.createUnrecognizedDirectory(organizationId);
      const directory = await sso.directories.get({ organizationId, directoryId });
      check.shape(directorySchema, directory);
      check.equal([directory.id, directory.status], [directoryId, 'unknown']);
      check.matches(directory.vendorStatus ?? '', /hibernating/i, "the vendor's word");
      check.equal(idsOf(await collect(sso.directories.list({ organizationId }))), [directoryId]);
    },
  },
  {
    id: 'DIR-05',
    title: 'A directory of another organization is not_found, and so are its users and groups.',
    requires,
    needs,
    async run(context) {
      const { sso, check } = context;
      const [acme, globex] = [await createDirectory(context), await createDirectory(context)];
      await hireMany(context, acme, 1);
      const foreign = { organizationId: globex.organizationId, directoryId: acme.directoryId };
      await check.rejects(() => sso.directories.get(foreign), 'not_found');
      await check.rejects(() => collect(sso.directories.listUsers(foreign)), 'not_found');
      await check.rejects(() => collect(sso.directories.listGroups(foreign)), 'not_found');
    },
  },
  {
    id: 'DIR-06',
    title: 'An unknown directory is not_found, and so are its users and groups.',
    requires,
    needs,
    async run(context) {
      const { sso, check } = context;
      const { organizationId, directoryId } = await createDirectory(context);
      const unknown = { organizationId, directoryId: strangerLike(directoryId) };
      await check.rejects(() => sso.directories.get(unknown), 'not_found');
      await check.rejects(() => collect(sso.directories.listUsers(unknown)), 'not_found');
      await check.rejects(() => collect(sso.directories.listGroups(unknown)), 'not_found');
    },
  },
  {
    id: 'DIR-07',
    title: 'Malformed input is invalid_argument before any request.',
    requires,
    async run({ sso, check, owner }) {
      const organizationId = `${owner.id}:org_1` as never;
      const directoryId = `${owner.id}:directory_1` as never;
      const attempts = [
        () => collect(sso.directories.list({} as never)),
        () => sso.directories.get({ organizationId } as never),
        () => collect(sso.directories.listUsers({ directoryId } as never)),
        () => collect(sso.directories.listUsers({ organizationId, directoryId, role: 'x' } as never)),
        () => collect(sso.directories.listGroups({ organizationId, directoryId }, { pageSize: 0 })),
      ];
      for (const attempt of attempts) await check.sends(0, () => check.rejects(attempt, 'invalid_argument'));
    },
  },
  {
    id: 'DIR-08',
    title: 'An organization may have several directories: each listed, in the same order every time.',
    requires,
    needs,
    async run({ sso, check, world, createCustomer }) {
      const { organizationId } = await createCustomer();
      const created: string[] = [];
      for (const identityProvider of ['okta', 'entra-id'] as const) {
        const directory = {
          organizationId,
          name: identityProvider,
          identityProvider,
          status: 'active',
        } as const;
        created.push(await world.directories.createDirectory(directory));
      }
      const list = sso.directories.list({ organizationId });
      const listed = idsOf(await collect(list));
      check.equal(listed.toSorted(), created.toSorted());
      check.equal(idsOf(await collect(list)), listed);
    },
  },
  {
    id: 'DIR-11',
    title: 'Listing yields every person of the directory once, under their own id, whatever the page size.',
    requires,
    needs,
    async run(context) {
      const { sso, check, random } = context;
      const ref = await createDirectory(context);
      await hireMany(context, await createDirectory(context), 1);
      const hired = await hireMany(context, ref, random.integer(4, 7));
      for (const options of [{ pageSize: random.integer(1, 3) }, {}]) {
        const listed = await collect(sso.directories.listUsers(ref, options));
        check.equal(
          listed.map(({ id, idpId }) => `${id} is ${idpId}`).toSorted(),
          hired.map(({ id, idpId }) => `${id} is ${idpId}`).toSorted(),
        );
      }
    },
  },
  {
    id: 'DIR-12',
    title:
      'A page of people holds at most pageSize, and a list resumes after its cursor, without gap or repetition.',
    requires,
    needs,
    async run(context) {
      const { sso, check, random } = context;
      const ref = await createDirectory(context);
      const hired = idsOf(await hireMany(context, ref, random.integer(4, 7))).toSorted();
      const pageSize = random.integer(1, 3);
      const list = sso.directories.listUsers(ref, { pageSize });
      for await (const { items, nextCursor } of list.byPage()) {
        check.ok(items.length <= pageSize, `a page of size ${pageSize} holds ${items.length} people`);
        check.ok(nextCursor !== null, 'there is a second page');
        const rest = (await collect(list.byPage({ cursor: nextCursor! }))).flatMap((page) => page.items);
        check.equal(idsOf([...items, ...rest]).toSorted(), hired);
        break;
      }
    },
  },
  {
    id: 'DIR-13',
    title: 'A page size beyond the cap of the vendor is lowered, not refused.',
    requires,
    needs,
    async run(context) {
      const { sso, check } = context;
      const ref = await createDirectory(context);
      const hired = idsOf(await hireMany(context, ref, 1));
      const options = { pageSize: 1_000_000 };
      check.equal(idsOf(await collect(sso.directories.listUsers(ref, options))), hired);
      check.equal(await collect(sso.directories.listGroups(ref, options)), []);
    },
  },
  {
    id: 'DIR-14',
    title: 'A page that fails is an error, never the end of the list, which goes on after the same cursor.',
    requires,
    needs: [...needs, 'faults'],
    async run(context) {
      const { sso, check, faults } = context;
      const ref = await createDirectory(context);
      const hired = idsOf(await hireMany(context, ref, 4)).toSorted();
      const list = sso.directories.listUsers(ref, { pageSize: 2 });
      for await (const { items, nextCursor } of list.byPage()) {
        const goOn = () => collect(list.byPage({ cursor: nextCursor! }));
        for (const answer of [{ status: 503 }, { status: 200, body: '{}' }]) {
          await faults.next({ body: '{}', ...answer, times: 20 });
          await check.rejects(goOn, 'unavailable', 'invalid_response');
          await faults.clear();
        }
        const rest = (await goOn()).flatMap((page) => page.items);
        check.equal(idsOf([...items, ...rest]).toSorted(), hired);
        break;
      }
    },
  },
  {
    id: 'DIR-15',
    title: 'A directory with nobody in it lists nobody, and no groups.',
    requires,
    needs,
    async run(context) {
      const { sso, check } = context;
      const ref = await createDirectory(context);
      check.equal(await collect(sso.directories.listUsers(ref)), []);
      check.equal(await collect(sso.directories.listGroups(ref)), []);
    },
  },
  {
    id: 'DIR-16',
    title: 'A person is listed with all the directory tells: ids, names, job, address, custom attributes.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const address = {
        street: '1 Main Street',
        locality: 'Springfield',
        postalCode: '12345',
        country: 'US',
      };
      const person = {
        ...personNamed(context, 'Zoë'),
        lastName: "O'Neil-Łukasz",
        jobTitle: 'Engineer',
        address,
        attributes: { badge: '007' },
      };
      const id = await world.directories.hire(ref.directoryId, person);
      const [user] = await collect(sso.directories.listUsers(ref));
      check.shape(directoryUserSchema, user);
      check.equal(
        [user?.id, user?.idpId, user?.directoryId, user?.organizationId],
        [id, person.id, ref.directoryId, ref.organizationId],
      );
      check.equal(
        [user?.email, user?.firstName, user?.lastName, user?.jobTitle, user?.status],
        [person.email, person.firstName, person.lastName, person.jobTitle, 'active'],
      );
      check.equal(
        { ...user?.address, region: null, formatted: null },
        { ...address, region: null, formatted: null },
      );
      check.equal(user?.attributes['badge'], '007');
    },
  },
  {
    id: 'DIR-17',
    title: 'A person without an e-mail address is listed with null in its place.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world, unique } = context;
      const ref = await createDirectory(context);
      const id = await world.directories.hire(ref.directoryId, { id: unique('nameless') });
      const [user] = await collect(sso.directories.listUsers(ref));
      check.shape(directoryUserSchema, user);
      check.equal([user?.id, user?.email, user?.firstName], [id, null, null]);
    },
  },
  {
    id: 'DIR-18',
    title: 'A change is there in the next list.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const id = await world.directories.hire(ref.directoryId, personNamed(context, 'Ada'));
      await world.directories.changePerson(ref.directoryId, id, { lastName: 'Lovelace' });
      const [user] = await collect(sso.directories.listUsers(ref));
      check.equal([user?.id, user?.firstName, user?.lastName], [id, 'Ada', 'Lovelace']);
    },
  },
  {
    id: 'DIR-19',
    title: 'A deactivated person is not active: listed with another status, or not at all.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const [ada, ben] = [
        await world.directories.hire(ref.directoryId, personNamed(context, 'Ada')),
        await world.directories.hire(ref.directoryId, personNamed(context, 'Ben')),
      ];
      await world.directories.deactivatePerson(ref.directoryId, ada);
      const listed = await collect(sso.directories.listUsers(ref));
      check.equal(idsOf(listed.filter(({ status }) => status === 'active')), [ben]);
    },
  },
  {
    id: 'DIR-20',
    title: 'A person in a state nobody knows yet reads unknown, which is no access, and is listed.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const id = await world.directories.hireUnrecognized(ref.directoryId, personNamed(context, 'Ada'));
      const [user] = await collect(sso.directories.listUsers(ref));
      check.shape(directoryUserSchema, user);
      check.equal([user?.id, user?.status], [id, 'unknown']);
    },
  },
  {
    id: 'DIR-21',
    title: 'A deleted person is not listed.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const ada = await world.directories.hire(ref.directoryId, personNamed(context, 'Ada'));
      const ben = await world.directories.hire(ref.directoryId, personNamed(context, 'Ben'));
      await world.directories.deletePerson(ref.directoryId, ada);
      check.equal(idsOf(await collect(sso.directories.listUsers(ref))), [ben]);
    },
  },
  {
    id: 'DIR-22',
    title: 'Counts, where the vendor tells them, are those of the lists.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      await hireMany(context, ref, 2);
      await world.directories.createGroup(ref.directoryId, 'Engineering');
      const { userCount, groupCount } = await sso.directories.get(ref);
      check.equal([userCount ?? 2, groupCount ?? 1], [2, 1]);
    },
  },
  {
    id: 'DIR-31',
    title: 'Listing yields every group of the directory once, in the neutral shape, whatever the page size.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const names = ['Design', 'Engineering', 'Sales'];
      const created: string[] = [];
      for (const name of names) created.push(await world.directories.createGroup(ref.directoryId, name));
      for (const options of [{ pageSize: 2 }, {}]) {
        const groups = await collect(sso.directories.listGroups(ref, options));
        for (const group of groups) {
          check.shape(directoryGroupSchema, group);
          check.equal([group.directoryId, group.organizationId], [ref.directoryId, ref.organizationId]);
        }
        check.equal(idsOf(groups).toSorted(), created.toSorted());
        check.equal(groups.map(({ name }) => name).toSorted(), names);
      }
    },
  },
  {
    id: 'DIR-32',
    title: 'Filtered by group, a list of people holds its members only.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const { directoryId } = ref;
      const [ada, ben] = [
        await world.directories.hire(directoryId, personNamed(context, 'Ada')),
        await world.directories.hire(directoryId, personNamed(context, 'Ben')),
      ];
      const groupId = await world.directories.createGroup(directoryId, 'Engineering');
      const members = async (options?: { readonly pageSize: number }) =>
        idsOf(await collect(sso.directories.listUsers({ ...ref, groupId }, options)));
      check.equal(await members(), []);
      for (const person of [ada, ben]) await world.directories.addMember(directoryId, groupId, person);
      check.equal((await members()).toSorted(), [ada, ben].toSorted());
      await world.directories.removeMember(directoryId, groupId, ada);
      check.equal(await members({ pageSize: 1 }), [ben]);
    },
  },
  {
    id: 'DIR-33',
    title: 'A group of another directory has no members in this one.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const [acme, globex] = [await createDirectory(context), await createDirectory(context)];
      await hireMany(context, acme, 1);
      const person = await world.directories.hire(globex.directoryId, personNamed(context, 'Cara'));
      const groupId = await world.directories.createGroup(globex.directoryId, 'Sales');
      await world.directories.addMember(globex.directoryId, groupId, person);
      const listed = await collect(sso.directories.listUsers({ ...acme, groupId })).catch(
        (error: { readonly code?: string }) => error.code,
      );
      check.ok(
        listed === 'not_found' || (Array.isArray(listed) && listed.length === 0),
        'somebody is listed',
      );
    },
  },
  {
    id: 'DIR-34',
    title:
      'Where a listed person tells its groups, they are those of the directory, and none is an empty list.',
    requires,
    features: ['directories.userGroups'],
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const ada = await world.directories.hire(ref.directoryId, personNamed(context, 'Ada'));
      await world.directories.hire(ref.directoryId, personNamed(context, 'Ben'));
      const id = await world.directories.createGroup(ref.directoryId, 'Engineering');
      await world.directories.addMember(ref.directoryId, id, ada);
      const groups = Object.fromEntries(
        (await collect(sso.directories.listUsers(ref))).map((user) => [user.firstName, user.groups]),
      );
      check.equal(groups, { Ada: [{ id, name: 'Engineering' }], Ben: [] });
    },
  },
  {
    id: 'DIR-35',
    title: 'Where a listed person does not tell its groups, they read null, never as none.',
    requires,
    without: 'directories.userGroups',
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const ref = await createDirectory(context);
      const ada = await world.directories.hire(ref.directoryId, personNamed(context, 'Ada'));
      const groupId = await world.directories.createGroup(ref.directoryId, 'Engineering');
      await world.directories.addMember(ref.directoryId, groupId, ada);
      const [user] = await collect(sso.directories.listUsers(ref));
      check.equal([user?.id, user?.groups], [ada, null]);
    },
  },
  {
    id: 'DIR-36',
    title: 'Filtered by the time of the last change, lists hold what changed later, and all of it.',
    requires,
    features: ['directories.updatedAfter'],
    needs,
    async run(context) {
      const { sso, check, world, now } = context;
      const ref = await createDirectory(context);
      const ada = await world.directories.hire(ref.directoryId, personNamed(context, 'Ada'));
      await world.directories.hire(ref.directoryId, personNamed(context, 'Ben'));
      await world.directories.createGroup(ref.directoryId, 'Engineering');
      await pause(20);
      const updatedAfter = new Date(now()).toISOString();
      await pause(20);
      await world.directories.changePerson(ref.directoryId, ada, { lastName: 'Lovelace' });
      const cara = await world.directories.hire(ref.directoryId, personNamed(context, 'Cara'));
      const group = await world.directories.createGroup(ref.directoryId, 'Sales');
      const changed = await collect(sso.directories.listUsers({ ...ref, updatedAfter }, { pageSize: 1 }));
      check.equal(idsOf(changed).toSorted(), [ada, cara].toSorted());
      check.equal(idsOf(await collect(sso.directories.listGroups({ ...ref, updatedAfter }))), [group]);
    },
  },
  {
    id: 'DIR-37',
    title: 'Where lists have no filter by time, one with it is refused before any request, not ignored.',
    requires,
    without: 'directories.updatedAfter',
    async run({ sso, check, owner }) {
      const ref = {
        organizationId: `${owner.id}:org_1` as never,
        directoryId: `${owner.id}:directory_1` as never,
        updatedAfter: '2026-01-01T00:00:00Z',
      };
      await check.unsupported(() => collect(sso.directories.listUsers(ref)));
      await check.unsupported(() => collect(sso.directories.listGroups(ref)));
    },
  },
  {
    id: 'DIR-38',
    title: 'Filtered by group and by time, a list of people holds whom both let through.',
    requires,
    features: ['directories.updatedAfter'],
    needs,
    async run(context) {
      const { sso, check, world, now } = context;
      const ref = await createDirectory(context);
      const { directoryId } = ref;
      const groupId = await world.directories.createGroup(directoryId, 'Engineering');
      const hire = (name: string) => world.directories.hire(directoryId, personNamed(context, name));
      const [ada, ben] = [await hire('Ada'), await hire('Ben')];
      for (const id of [ada, ben]) await world.directories.addMember(directoryId, groupId, id);
      await pause(20);
      const updatedAfter = new Date(now()).toISOString();
      await pause(20);
      await world.directories.changePerson(directoryId, ada, { lastName: 'Lovelace' });
      await hire('Cara');
      check.equal(idsOf(await collect(sso.directories.listUsers({ ...ref, groupId, updatedAfter }))), [ada]);
    },
  },
];
