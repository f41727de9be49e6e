import { directoryGroupId, directoryId, organizationId, type DirectoryRef } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { workosNative } from '../src/index.js';
import { collect, failureOf, firstOf, useWorkos } from './support.js';

const workos = useWorkos();
const acme = () => organizationId(`workos:${workos.organization('Acme Corp')}`);
const globex = () => organizationId(`workos:${workos.organization('Globex')}`);
const directories = () => workos.sso().directories;

const people = [
  { id: 'ada', email: 'ada@acme.example', firstName: 'Ada', lastName: 'Lovelace' },
  { id: 'bob', email: 'bob@acme.example', active: false },
];
const groups = [
  { id: 'eng', name: 'Engineering', members: ['ada'] },
  { id: 'all', name: 'Everyone', members: ['ada', 'bob'] },
];

/** A directory of Acme Corp; forgets how it was made. */
async function create(more: object = {}): Promise<DirectoryRef> {
  const { id } = await workos.emulator.control.createDirectory({
    organizationId: workos.organization('Acme Corp'),
    name: 'People',
    identityProvider: 'okta',
    ...more,
  });
  await workos.emulator.control.clearTraffic();
  return { organizationId: acme(), directoryId: directoryId(`workos:${id}`) };
}

const list = (data: unknown[], after: string | null = null) => ({
  object: 'list',
  data,
  list_metadata: { after },
});

describe('directories', () => {
  it('are those of the organization, with their counts', async () => {
    const ref = await create({ users: people, groups });
    await create({ organizationId: workos.organization('Globex'), name: 'Others' });
    const found = await collect(directories().list({ organizationId: acme() }));
    expect(found.map(({ name }) => name)).toEqual(['People', 'Acme Okta Directory']);
    expect(found[0]).toEqual({
      id: ref.directoryId,
      provider: 'workos',
      vendorId: ref.directoryId.slice('workos:'.length),
      organizationId: acme(),
      name: 'People',
      type: 'scim',
      identityProvider: 'okta',
      status: 'active',
      vendorStatus: 'linked',
      userCount: 2,
      groupCount: 2,
      scimEndpoint: null,
      lastSyncedAt: null,
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    expect(await directories().get(ref)).toEqual(found[0]);
    expect(workosNative(found[0]!)).toMatchObject({ state: 'linked', external_key: expect.any(String) });
  });

  it('of others do not appear when the filter was not applied', async () => {
    await workos.answer('^/directories$', list([{ id: 'directory_1', organization_id: 'org_other' }]));
    expect(await collect(directories().list({ organizationId: acme() }))).toEqual([]);
  });

  it.each([
    ['okta scim v2.0', 'scim', 'okta'],
    ['azure scim v2.0', 'scim', 'entra-id'],
    ['jump cloud scim v2.0', 'scim', 'jumpcloud'],
    ['pingfederate scim v2.0', 'scim', 'ping-identity'],
    ['onelogin scim v2.0', 'scim', 'onelogin'],
    ['cyberark scim v2.0', 'scim', 'cyberark'],
    ['sailpoint scim v2.0', 'scim', 'sailpoint'],
    ['generic scim v2.0', 'scim', 'generic'],
    ['rippling scim v2.0', 'scim', 'rippling'],
    ['gsuite directory', 'poll', 'google'],
    ['bamboohr', 'hris', 'bamboohr'],
    ['breathe hr', 'hris', 'breathe hr'],
    ['workday', 'hris', 'workday'],
    ['sftp workday', 'sftp', 'workday'],
    ['s3', 's3', 'generic'],
    ['Carrier Pigeon', 'carrier pigeon', 'carrier pigeon'],
    [null, 'unknown', 'unknown'],
  ])('of type %s are %s of %s', async (type, expected, identityProvider) => {
    const wire = { id: 'directory_1', organization_id: workos.organization('Acme Corp'), type };
    await workos.answer('^/directories/', wire);
    const ref = { organizationId: acme(), directoryId: directoryId('workos:directory_1') };
    expect(await directories().get(ref)).toMatchObject({ type: expected, identityProvider });
  });

  it.each([
    ['linked', 'active'],
    ['validating', 'pending'],
    ['invalid_credentials', 'failing'],
    ['unlinked', 'inactive'],
    ['deleting', 'deleting'],
    ['resting', 'unknown'],
    [undefined, 'unknown'],
  ])('in state %s are %s', async (state, status) => {
    const wire = { id: 'directory_1', organization_id: workos.organization('Acme Corp'), state };
    await workos.answer('^/directories/', wire);
    const ref = { organizationId: acme(), directoryId: directoryId('workos:directory_1') };
    expect(await directories().get(ref)).toMatchObject({
      status,
      vendorStatus: state ?? null,
      name: '',
      userCount: null,
      groupCount: null,
    });
  });
});

describe('another organization', () => {
  it.each(['get', 'listUsers', 'listGroups', 'delete'] as const)(
    'does not get through %s',
    async (method) => {
      const { directoryId: foreign } = await create({ users: people });
      const ref = { organizationId: globex(), directoryId: foreign };
      const sso = workos.sso();
      const operations = {
        get: () => sso.directories.get(ref),
        listUsers: () => collect(sso.directories.listUsers(ref)),
        listGroups: () => collect(sso.directories.listGroups(ref)),
        delete: () => sso.directoryAdmin.delete(ref),
      };
      expect(await failureOf(Promise.resolve(operations[method]()))).toMatchObject({ code: 'not_found' });
      expect(await workos.requests()).toEqual([`GET /directories/${foreign.slice('workos:'.length)}`]);
    },
  );

  it('does not get through a group of another directory', async () => {
    const ref = await create({ users: people });
    const other = await create({ name: 'Others', users: people, groups });
    const [group] = await collect(directories().listGroups(other));
    expect(await collect(directories().listUsers({ ...ref, groupId: group!.id }))).toEqual([]);
  });

  it('of another provider is told before any request', async () => {
    const ref = { organizationId: acme(), directoryId: directoryId('scalekit:dir_1') };
    expect(await failureOf(collect(directories().listUsers(ref)))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(await workos.requests()).toEqual([]);
  });
});

describe('users', () => {
  it('come with their details', async () => {
    const ref = await create({
      users: [
        {
          ...people[0],
          userName: 'ada.l',
          title: 'Countess',
          department: 'Analysis',
          address: { streetAddress: '12 St James’s Square', locality: 'London', country: 'UK' },
          attributes: { cost: { centre: 7 }, tags: ['x'] },
        },
      ],
    });
    const user = await firstOf(directories().listUsers(ref));
    expect(user).toEqual({
      id: expect.stringMatching(/^workos:directory_user_/),
      provider: 'workos',
      vendorId: expect.stringMatching(/^directory_user_/),
      ...ref,
      idpId: 'ada',
      email: 'ada@acme.example',
      username: 'ada.l',
      firstName: 'Ada',
      lastName: 'Lovelace',
      name: 'Ada Lovelace',
      status: 'active',
      vendorStatus: 'active',
      jobTitle: 'Countess',
      phoneNumber: null,
      address: {
        formatted: null,
        street: '12 St James’s Square',
        locality: 'London',
        region: null,
        postalCode: null,
        country: 'UK',
      },
      roles: ['member'],
      groups: null,
      attributes: expect.objectContaining({
        department_name: 'Analysis',
        cost: { centre: 7 },
        tags: ['x'],
      }),
      createdAt: expect.stringMatching(/Z$/),
      updatedAt: expect.stringMatching(/Z$/),
    });
    expect(workosNative(user)).toMatchObject({ raw_attributes: {} });
  });

  it('have the documented attributes, of before and after 2026-04-15', async () => {
    const ref = await create();
    const wire = { directory_id: ref.directoryId.slice('workos:'.length), state: 'active' };
    const work = { type: 'work', street_address: '101 123rd Ave', postal_code: '12345', primary: true };
    const users = [
      { ...wire, id: 'u1', job_title: 'Engineer', username: 'jane' },
      {
        ...wire,
        id: 'u2',
        job_title: null,
        custom_attributes: {
          job_title: 'Engineer',
          username: 'jane',
          addresses: [
            { type: 'home', region: 'NY' },
            { ...work, raw_address: '101 123rd Ave, 12345' },
          ],
        },
      },
      {
        ...wire,
        id: 'u3',
        custom_attributes: { job_title: 7, username: null, addresses: [null, { region: 'NY' }] },
      },
      { ...wire, id: 'u4', custom_attributes: { addresses: 'here' } },
      { ...wire, id: 'u5', custom_attributes: [] },
    ];
    await workos.answer('^/directory_users$', list(users));
    const found = await collect(directories().listUsers(ref));
    expect(found.map(({ jobTitle, username, address }) => [jobTitle, username, address])).toEqual([
      ['Engineer', 'jane', null],
      [
        'Engineer',
        'jane',
        {
          formatted: '101 123rd Ave, 12345',
          street: '101 123rd Ave',
          locality: null,
          region: null,
          postalCode: '12345',
          country: null,
        },
      ],
      [null, null, expect.objectContaining({ region: 'NY' })],
      [null, null, null],
      [null, null, null],
    ]);
    expect(found.map(({ attributes }) => Object.keys(attributes).length)).toEqual([0, 3, 3, 1, 0]);
  });

  it.each([
    ['active', 'active'],
    ['suspended', 'suspended'],
    ['inactive', 'inactive'],
    ['dormant', 'unknown'],
    [null, 'unknown'],
    [undefined, 'unknown'],
  ])('in state %s are %s', async (state, status) => {
    const ref = await create();
    const wire = { id: 'u1', directory_id: ref.directoryId.slice('workos:'.length), state, email: null };
    await workos.answer('^/directory_users$', list([wire]));
    expect(await collect(directories().listUsers(ref))).toMatchObject([
      { status, vendorStatus: state ?? null, email: null, organizationId: null },
    ]);
  });

  it('are asked for in pages of 100, each directory looked up once', async () => {
    const ref = await create({
      users: Array.from({ length: 150 }, (_, index) => ({ id: `idp-${index}` })),
    });
    expect(await collect(directories().listUsers(ref))).toHaveLength(150);
    const id = ref.directoryId.slice('workos:'.length);
    expect(await workos.requests()).toEqual([
      `GET /directories/${id}`,
      `GET /directory_users?limit=100&order=desc&directory=${id}`,
      expect.stringMatching(`^GET /directory_users\\?limit=100&order=desc&after=.+&directory=${id}$`),
    ]);
  });

  it('can be those of a group', async () => {
    const ref = await create({ users: people, groups });
    const found = await collect(directories().listGroups(ref));
    const members = async (name: string) => {
      const { id } = found.find((group) => group.name === name)!;
      return collect(directories().listUsers({ ...ref, groupId: id }));
    };
    expect((await members('Engineering')).map(({ idpId }) => idpId)).toEqual(['ada']);
    expect((await members('Everyone')).map(({ idpId }) => idpId)).toContain('ada');
    const unknown = { ...ref, groupId: directoryGroupId('workos:directory_group_unknown') };
    expect(await failureOf(collect(directories().listUsers(unknown)))).toMatchObject({ code: 'not_found' });
  });

  it('of another directory are left out when the filter was not applied', async () => {
    const ref = await create();
    await workos.answer('^/directory_users$', list([{ id: 'u1', directory_id: 'directory_other' }]));
    expect(await collect(directories().listUsers(ref))).toEqual([]);
  });

  it('cannot be asked for by the time of a change', async () => {
    const ref = await create();
    const since = { ...ref, updatedAfter: '2026-01-01T00:00:00Z' };
    const failure = await failureOf(collect(directories().listUsers(since)));
    expect(failure).toMatchObject({ code: 'unsupported' });
    expect(failure.message).toContain('no such filter');
    expect(await workos.requests()).toEqual([]);
  });
});

describe('with WorkOS’s limit', () => {
  const limited = useWorkos({ rateLimits: true });

  it('a long list waits instead of being refused', async () => {
    const { id } = await limited.emulator.control.createDirectory({
      organizationId: limited.organization('Acme Corp'),
      identityProvider: 'okta',
      users: Array.from({ length: 6 }, (_, index) => ({ id: `idp-${index}` })),
    });
    const ref = {
      organizationId: organizationId(`workos:${limited.organization('Acme Corp')}`),
      directoryId: directoryId(`workos:${id}`),
    };
    const users = await collect(limited.sso().directories.listUsers(ref, { pageSize: 1 }));
    expect(users).toHaveLength(6);
    const statuses = (await limited.traffic()).map(({ path, status }) => `${path} ${status}`);
    expect(statuses.filter((line) => line === '/directory_users 200')).toHaveLength(6);
    expect(statuses.filter((line) => line.endsWith(' 429'))).toEqual([]);
  });

  it('a refusal is a bare JSON string and is waited out', async () => {
    const ref = await create();
    await workos.emulator.control.addFault({
      match: { path: '^/directory_users$' },
      status: 429,
      headers: { 'retry-after': '0' },
      contentType: 'application/json; charset=utf-8',
      body: '"Ratelimited"',
    });
    expect(await collect(directories().listUsers(ref))).toEqual([]);
    await workos.emulator.control.addFault({
      match: { path: '^/directory_users$' },
      status: 429,
      contentType: 'application/json; charset=utf-8',
      body: '"Ratelimited"',
      times: 5,
    });
    const failure = await failureOf(collect(directories().listUsers(ref)));
    expect(failure).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(failure.message).toContain('Ratelimited');
  });
});

describe('in teams created before 2026-05-01', () => {
  const old = useWorkos({ groupsInDirectoryUsers: true });

  it('users tell their groups', async () => {
    const { id } = await old.emulator.control.createDirectory({
      organizationId: old.organization('Acme Corp'),
      identityProvider: 'okta',
      users: [people[0]!],
      groups: [groups[0]!],
    });
    const ref = {
      organizationId: organizationId(`workos:${old.organization('Acme Corp')}`),
      directoryId: directoryId(`workos:${id}`),
    };
    expect(await collect(old.sso().directories.listUsers(ref))).toMatchObject([
      { groups: [{ id: expect.stringMatching(/^workos:directory_group_/), name: 'Engineering' }] },
    ]);
  });
});

it('groups are listed', async () => {
  const ref = await create({ users: people, groups });
  const found = await collect(directories().listGroups(ref));
  expect(found).toHaveLength(2);
  expect(found.find(({ idpId }) => idpId === 'eng')).toEqual({
    id: expect.stringMatching(/^workos:directory_group_/),
    provider: 'workos',
    vendorId: expect.stringMatching(/^directory_group_/),
    ...ref,
    idpId: 'eng',
    name: 'Engineering',
    createdAt: expect.stringMatching(/Z$/),
    updatedAt: expect.stringMatching(/Z$/),
  });
  expect(workosNative(found[0]!)).toMatchObject({ object: 'directory_group' });
});

describe('administration', () => {
  it('deletes', async () => {
    const ref = await create();
    await workos.sso().directoryAdmin.delete(ref);
    expect((await workos.traffic()).at(-1)).toMatchObject({ method: 'DELETE', status: 202 });
    expect(await failureOf(directories().get(ref))).toMatchObject({
      code: 'not_found',
      vendorCode: 'entity_not_found',
    });
  });

  it.each(['enable', 'disable'] as const)('cannot %s', async (method) => {
    const failure = await failureOf(workos.sso().directoryAdmin[method](await create()));
    expect(failure).toMatchObject({ code: 'unsupported' });
    expect(failure.message).toContain('no switch');
    expect(await workos.requests()).toEqual([]);
  });
});
