import type { DirectoryRef } from '@org/sso-core';
import { directoryGroupSchema, directorySchema, directoryUserSchema } from '@org/sso-core/schemas';
import { scalekitNative } from '@org/sso-scalekit';
import { describe, expect, it } from 'vitest';
import { allowPreview, collect, failureOf, first, qualified, useScalekit } from './support.js';

const scalekit = useScalekit();
const control = () => scalekit.emulator.control;
const acme = (): DirectoryRef => ({
  organizationId: scalekit.organization('Acme Corp'),
  directoryId: qualified(scalekit.directory('Acme Okta Directory')),
});
const bare = (id: string) => id.slice('scalekit:'.length);
const pathOf = ({ organizationId, directoryId }: DirectoryRef) =>
  `/api/v1/organizations/${bare(organizationId)}/directories/${bare(directoryId)}`;
const context = { operation: 'directories.list' };

describe('directories', () => {
  it('are one page, in the vendor’s order', async () => {
    const { organizationId, directoryId } = acme();
    const page = await scalekit
      .provider()
      .directories.listPage({ organizationId }, { cursor: null, pageSize: 1 }, context);
    expect(page.nextCursor).toBeNull();
    expect(page.items.map((directory) => directorySchema.parse(directory))).toEqual(page.items);
    expect(page.items).toMatchObject([
      {
        id: directoryId,
        organizationId,
        identityProvider: 'okta',
        type: 'scim',
        status: 'active',
        userCount: 2,
        groupCount: 2,
        scimEndpoint: expect.stringMatching(/\/scim\/v2$/),
      },
    ]);
    expect(await scalekit.requests()).toEqual([
      `GET /api/v1/organizations/${bare(organizationId)}/directories`,
    ]);
  });

  it('one is read as it is listed, with the vendor’s object', async () => {
    const { directories } = scalekit.sso();
    const { organizationId } = acme();
    const directory = await directories.get(acme());
    expect(await collect(directories.list({ organizationId }))).toEqual([directory]);
    expect(scalekitNative(directory)).toMatchObject({ groups_tracked: 'ALL', stats: { total_users: 2 } });
  });

  it.each<[wire: { enabled?: boolean; status?: string }, status: string]>([
    [{ enabled: true, status: 'COMPLETED' }, 'active'],
    [{ enabled: true, status: 'IN_PROGRESS' }, 'pending'],
    [{ enabled: true, status: 'DRAFT' }, 'pending'],
    [{ enabled: true, status: 'MELTED' }, 'unknown'],
    [{ enabled: true }, 'unknown'],
    [{ enabled: false, status: 'COMPLETED' }, 'inactive'],
    [{ enabled: false, status: 'IN_PROGRESS' }, 'inactive'],
    [{ status: 'COMPLETED' }, 'inactive'],
    [{}, 'inactive'],
  ])('%j is %s', async (wire, status) => {
    await scalekit.answer('/directories/', { directory: { id: 'dir_1', organization_id: 'org_1', ...wire } });
    expect(await scalekit.sso().directories.get(acme())).toMatchObject({
      status,
      vendorStatus: wire.status ?? null,
    });
  });

  it.each([
    ['MICROSOFT_AD', 'entra-id'],
    ['PING_IDENTITY', 'ping-identity'],
    ['JUMPCLOUD', 'jumpcloud'],
    ['DIRECTORY_PROVIDER_UNSPECIFIED', 'generic'],
    ['RIPPLING', 'rippling'],
    [null, 'generic'],
  ])('provider %s is %s', async (directory_provider, identityProvider) => {
    const directory = {
      id: 'dir_1',
      organization_id: 'org_1',
      name: '',
      directory_provider,
      total_users: null,
    };
    await scalekit.answer('/directories/', { directory });
    expect(await scalekit.sso().directories.get(acme())).toMatchObject({
      identityProvider,
      type: 'unknown',
      userCount: null,
      lastSyncedAt: null,
    });
  });

  it('of another organization are not found', async () => {
    const foreign = { ...acme(), organizationId: scalekit.organization('Globex') };
    const { directories, directoryAdmin } = scalekit.sso();
    for (const attempt of [
      () => directories.get(foreign),
      () => collect(directories.listUsers(foreign)),
      () => collect(directories.listGroups(foreign)),
      () => directoryAdmin.disable(foreign),
      () => directoryAdmin.delete(foreign, allowPreview),
    ]) {
      expect(await failureOf(attempt())).toMatchObject({ code: 'not_found' });
    }
  });
});

describe('users', () => {
  it('come with their detail', async () => {
    const directory = acme();
    await control().createDirectoryUser(bare(directory.directoryId), {
      id: '00u1cleo',
      userName: 'cleo',
      email: 'cleo@acme.example',
      firstName: 'Cleo',
      lastName: 'Clark',
      displayName: 'Cleo Clark',
      title: 'Analyst',
      phoneNumber: '1-555-0100',
      department: 'R&D',
      address: {
        formatted: '1 Main Street',
        streetAddress: '1 Main',
        locality: 'Kansas City',
        region: 'Missouri',
        postalCode: '64112',
        country: 'US',
      },
      groups: ['Engineering', 'Sales'],
      attributes: { costCenter: '7', department: 'Research', badge: { number: 12 } },
    });
    const user = await first(scalekit.sso().directories.listUsers(directory));
    expect(directoryUserSchema.parse(user)).toEqual(user);
    expect(user).toEqual({
      id: expect.stringMatching(/^scalekit:diruser_/),
      provider: 'scalekit',
      vendorId: bare(user.id),
      ...directory,
      idpId: '00u1cleo',
      email: 'cleo@acme.example',
      username: 'cleo',
      firstName: 'Cleo',
      lastName: 'Clark',
      name: 'Cleo Clark',
      status: 'active',
      vendorStatus: null,
      jobTitle: 'Analyst',
      phoneNumber: '1-555-0100',
      address: {
        formatted: '1 Main Street',
        street: '1 Main',
        locality: 'Kansas City',
        region: 'Missouri',
        postalCode: '64112',
        country: 'US',
      },
      roles: [],
      groups: [
        { id: expect.stringMatching(/^scalekit:dirgroup_/), name: 'Engineering' },
        { id: expect.stringMatching(/^scalekit:dirgroup_/), name: 'Sales' },
      ],
      attributes: { costCenter: '7', department: 'Research', badge: { number: 12 } },
      createdAt: null,
      updatedAt: expect.stringMatching(/Z$/),
    });
    expect(scalekitNative(user)).toMatchObject({ user_detail: { dp_id: '00u1cleo', department: 'R&D' } });
    expect(JSON.stringify(user)).not.toContain('user_detail');
  });

  it('have the roles of their groups, and no access once deactivated', async () => {
    const directory = acme();
    const { directories } = scalekit.sso();
    const [group] = await collect(directories.listGroups(directory));
    await scalekit.provider().native.request({
      method: 'PUT',
      path: `${pathOf(directory)}/groups/-/roles:assign`,
      json: { assignments: [{ group_id: group!.vendorId, role_name: 'admin' }] },
    });
    const [member] = await collect(directories.listUsers({ ...directory, groupId: group!.id }));
    expect(member).toMatchObject({ roles: ['admin'], status: 'active' });
    await control().updateDirectoryUser(bare(directory.directoryId), member!.vendorId, { active: false });
    const [deactivated] = await collect(directories.listUsers({ ...directory, groupId: group!.id }));
    expect(deactivated).toMatchObject({ id: member!.id, status: 'inactive' });
  });

  it.each([
    ['active is left out', { user_detail: { id: 'diruser_1' } }],
    ['active is null', { user_detail: { id: 'diruser_1', active: null } }],
    ['active is a word', { user_detail: { id: 'diruser_1', active: 'true' } }],
    ['the detail is left out', {}],
    ['the detail is null', { user_detail: null }],
    ['the detail is a word', { user_detail: 'none' }],
  ])('have no access when %s', async (_, detail) => {
    const wire = {
      id: 'diruser_1',
      email: 'ada@acme.example',
      given_name: 'Ada',
      preferred_username: null,
      updated_at: '2024-10-01T00:00:00.123456789Z',
      groups: [{ id: 'dirgroup_1', display_name: 'Admins', total_users: 3 }],
      ...detail,
    };
    await scalekit.answer('/users', { users: [wire], next_page_token: '' });
    const user = await first(scalekit.sso().directories.listUsers(acme()));
    expect(directoryUserSchema.parse(user)).toMatchObject({
      status: 'unknown',
      email: 'ada@acme.example',
      firstName: 'Ada',
      username: null,
      idpId: null,
      groups: [{ id: 'scalekit:dirgroup_1', name: 'Admins' }],
      attributes: {},
      updatedAt: '2024-10-01T00:00:00.123Z',
    });
  });

  it('without a list of groups do not tell theirs', async () => {
    await scalekit.answer('/users', { users: [{ id: 'diruser_1' }] });
    await expect(first(scalekit.sso().directories.listUsers(acme()))).resolves.toMatchObject({
      groups: null,
    });
  });

  it.each([
    [undefined, 30],
    [7, 7],
    [1000, 30],
  ])('a page size of %s is asked for as %i', async (pageSize, asked) => {
    await collect(scalekit.sso().directories.listUsers(acme(), pageSize === undefined ? {} : { pageSize }));
    expect(await scalekit.requests()).toEqual([
      `GET ${pathOf(acme())}/users?page_size=${asked}&include_detail=true`,
    ]);
  });

  it('are followed page by page, to the last', async () => {
    const directory = acme();
    for (let number = 0; number < 65; number += 1) {
      await control().createDirectoryUser(bare(directory.directoryId), { id: `idp-${number}` });
    }
    await scalekit.forget();
    const users = await collect(scalekit.sso().directories.listUsers(directory));
    expect(new Set(users.map(({ id }) => id)).size).toBe(67);
    expect(await scalekit.requests()).toHaveLength(3);
  });

  it('are filtered by group and by time', async () => {
    const directory = acme();
    const { directories } = scalekit.sso();
    const groups = await collect(directories.listGroups(directory));
    const sales = groups.find(({ name }) => name === 'Sales')!;
    await scalekit.forget();
    const members = await collect(directories.listUsers({ ...directory, groupId: sales.id }));
    expect(members.map(({ email }) => email)).toEqual(['ben@acme.example']);
    const { now } = await control().advanceClock(60_000);
    await control().advanceClock(1000);
    await control().updateDirectoryUser(bare(directory.directoryId), '00u1ada', { title: 'Lead' });
    const changed = await collect(directories.listUsers({ ...directory, updatedAfter: now }));
    expect(changed).toMatchObject([{ email: 'ada@acme.example', jobTitle: 'Lead' }]);
    const [byGroup, byTime] = await scalekit.requests();
    expect(byGroup).toContain(`&directory_group_id=${sales.vendorId}`);
    expect(byTime).toContain(`&updated_after=${encodeURIComponent(now)}`);
  });

  it.each([
    {},
    { users: {} },
    { users: [{ email: 'ada@acme.example' }] },
    { users: [{ id: 'diruser_1', email: 5 }] },
  ])('%j is an invalid response, not an empty directory', async (body) => {
    await scalekit.answer('/users', body);
    expect(await failureOf(collect(scalekit.sso().directories.listUsers(acme())))).toMatchObject({
      code: 'invalid_response',
    });
  });
});

describe('groups', () => {
  it('come with the identity provider’s id', async () => {
    const directory = acme();
    const { id } = await control().createDirectoryGroup(bare(directory.directoryId), {
      id: '00g1',
      name: 'Legal',
    });
    const groups = await collect(scalekit.sso().directories.listGroups(directory));
    expect(groups.map((group) => directoryGroupSchema.parse(group))).toEqual(groups);
    expect(groups).toHaveLength(3);
    expect(groups).toContainEqual({
      id: `scalekit:${id}`,
      provider: 'scalekit',
      vendorId: id,
      ...directory,
      idpId: '00g1',
      name: 'Legal',
      createdAt: null,
      updatedAt: expect.stringMatching(/Z$/),
    });
    expect(scalekitNative(groups[0]!)).toMatchObject({
      group_detail: { directory_id: bare(directory.directoryId) },
    });
    expect(await scalekit.requests()).toEqual([
      `GET ${pathOf(directory)}/groups?page_size=30&include_detail=true`,
    ]);
  });

  it('are filtered by time', async () => {
    const directory = acme();
    const { now } = await control().advanceClock(60_000);
    await control().advanceClock(1000);
    await control().createDirectoryGroup(bare(directory.directoryId), { name: 'Legal' });
    const changed = await collect(scalekit.sso().directories.listGroups({ ...directory, updatedAfter: now }));
    expect(changed.map(({ name, idpId }) => [name, idpId])).toEqual([['Legal', null]]);
  });
});

describe('changing', () => {
  it('disables and enables, and answers the state after it', async () => {
    const { directoryAdmin } = scalekit.sso();
    await expect(directoryAdmin.disable(acme())).resolves.toMatchObject({ status: 'inactive' });
    await expect(directoryAdmin.enable(acme())).resolves.toMatchObject({ status: 'active' });
    const path = pathOf(acme());
    expect(await scalekit.requests()).toEqual([
      `PATCH ${path}:disable`,
      `GET ${path}`,
      `PATCH ${path}:enable`,
      `GET ${path}`,
    ]);
  });

  it.each([
    ['an error_message', { enabled: false, error_message: 'no users were synced' }, 'no users were synced'],
    ['the flag unchanged', { enabled: false }, 'did not enable the directory'],
  ])('200 with %s is failed_precondition', async (_, body, message) => {
    await scalekit.answer(':enable', body);
    const error = await failureOf(scalekit.sso().directoryAdmin.enable(acme()));
    expect(error).toMatchObject({ code: 'failed_precondition', operation: 'directoryAdmin.enable' });
    expect(error.message).toContain(message);
  });

  it('deletes after an opt-in what is disabled', async () => {
    const { directories, directoryAdmin } = scalekit.sso();
    expect(await failureOf(directoryAdmin.delete(acme()))).toMatchObject({ code: 'failed_precondition' });
    expect(await scalekit.requests()).toEqual([]);
    expect(await failureOf(directoryAdmin.delete(acme(), allowPreview))).toMatchObject({
      code: 'failed_precondition',
      status: 400,
    });
    await directoryAdmin.disable(acme());
    const ref = acme();
    await directoryAdmin.delete(ref, allowPreview);
    expect(await failureOf(directories.get(ref))).toMatchObject({ code: 'not_found' });
  });
});
