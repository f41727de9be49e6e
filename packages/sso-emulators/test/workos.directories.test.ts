import { describe, expect, it } from 'vitest';
import type { Seed, SeedDirectory, WorkosEmulator, WorkosEmulatorOptions } from '@org/sso-emulators';
import { visit } from './portal-browser.js';
import { call, workos, world } from './support.js';

const clock = '2026-03-01T12:00:00.000Z';
const now = '2026-03-01T12:00:00.000Z';

const people: SeedDirectory = {
  name: 'Globex Entra',
  identityProvider: 'entra-id',
  users: [
    {
      id: 'aad-1',
      email: 'cara@globex.example',
      firstName: 'Cara',
      lastName: 'Cole',
      title: 'Lead',
      department: 'R&D',
      attributes: { badge: 7 },
      groups: ['Engineering'],
    },
    { id: 'aad-2', userName: 'robot' },
    { id: 'aad-3', email: 'dan@globex.example', active: false, groups: ['Engineering', 'Sales'] },
  ],
};

/** An emulator whose Globex has a directory of three people and two groups. */
async function start(options: WorkosEmulatorOptions = {}) {
  const emulator = await workos({ clock, ...options });
  const { acme, globex } = world(emulator);
  const directory = await emulator.control.createDirectory({ ...people, organizationId: globex.id });
  const get = async (path: string) => (await call(emulator, 'GET', path)).body;
  const users = async () => (await get(`/directory_users?directory=${directory.id}&order=asc`)).data;
  const groups = async () => (await get(`/directory_groups?directory=${directory.id}&order=asc`)).data;
  return {
    emulator,
    control: emulator.control,
    acme,
    globex,
    id: directory.id,
    directory,
    get,
    users,
    groups,
  };
}

/** The dsync events after an event, or all of them. */
async function dsync(emulator: WorkosEmulator, after = '') {
  const events = ['activated', 'deleted', 'user.created', 'user.updated', 'user.deleted', 'group.created'];
  const more = ['group.updated', 'group.deleted', 'group.user_added', 'group.user_removed'];
  const names = [...events, ...more].map((name) => `dsync.${name}`).join(',');
  const { body } = await call(emulator, 'GET', `/events?events=${names}&limit=100&after=${after}`);
  return body.data;
}

describe('directories', () => {
  it('are wire objects of the document', async () => {
    const { id, globex, get } = await start();
    expect(await get(`/directories/${id}`)).toEqual({
      object: 'directory',
      id: expect.stringMatching(/^directory_[0-9A-HJKMNP-TV-Z]{26}$/),
      organization_id: globex.id,
      external_key: expect.stringMatching(/^\w{16}$/),
      type: 'azure scim v2.0',
      state: 'linked',
      name: 'Globex Entra',
      domain: 'globex.example',
      metadata: { users: { active: 2, inactive: 1 }, groups: 2 },
      created_at: now,
      updated_at: now,
    });
  });

  it('come with the default seed and are filtered by organization, name and domain', async () => {
    const { emulator, acme, globex, id, get } = await start();
    const names = async (query: string) =>
      (await get(`/directories?order=asc&${query}`)).data.map((found: { name: string }) => found.name);
    expect(await names('')).toEqual(['Acme Okta Directory', 'Globex Entra']);
    expect(await names(`organization_id=${acme.id}`)).toEqual(['Acme Okta Directory']);
    expect(await names('search=entra')).toEqual(['Globex Entra']);
    expect(await names('domain=globex.example')).toEqual(['Globex Entra']);
    expect(emulator.directories()).toMatchObject([
      { organizationId: acme.id, name: 'Acme Okta Directory', status: 'linked' },
      { id, organizationId: globex.id, name: 'Globex Entra', status: 'linked' },
    ]);
  });

  it('are deleted with 202 and take everything along, told by one event', async () => {
    const { emulator, id, get, users } = await start();
    const [user] = await users();
    const before = (await dsync(emulator)).at(-1).id;
    const { status, text, headers } = await call(emulator, 'DELETE', `/directories/${id}`);
    expect([status, text, headers.get('content-type')]).toEqual([
      202,
      'Accepted',
      'text/plain; charset=utf-8',
    ]);
    const missing = { message: `Directory not found: '${id}'.`, code: 'entity_not_found', entity_id: id };
    expect(await get(`/directories/${id}`)).toEqual(missing);
    expect(await get(`/directory_users?directory=${id}`)).toEqual(missing);
    expect(await get(`/directory_users/${user.id}`)).toEqual({ message: 'Not Found' });
    const events = await dsync(emulator, before);
    expect(events).toMatchObject([{ event: 'dsync.deleted', data: { id, state: 'active' } }]);
    expect(events[0].data).not.toHaveProperty('external_key');
    expect(events[0].data).not.toHaveProperty('domains');
  });

  it('have two words for their state: linked here, active in events', async () => {
    const { emulator, control, id, get } = await start();
    const before = (await dsync(emulator)).at(-1).id;
    expect(await control.updateDirectory(id, { state: 'unlinked' })).toMatchObject({ state: 'unlinked' });
    await control.updateDirectory(id, { state: 'invalid_credentials' });
    expect(await dsync(emulator, before)).toEqual([]);
    await control.updateDirectory(id, { state: 'linked', name: 'Renamed' });
    expect((await get(`/directories/${id}`)).name).toBe('Renamed');
    expect(await dsync(emulator, before)).toMatchObject([
      { event: 'dsync.activated', data: { state: 'active', domains: [{ domain: 'globex.example' }] } },
    ]);
    await expect(control.updateDirectory(id, { state: 'ON' })).rejects.toThrow(
      'directory.state must be one of',
    );
    await expect(control.updateDirectory(id, { enabled: true })).rejects.toThrow('does not exist at WorkOS');
    await expect(control.updateDirectory('directory_0', {})).rejects.toThrow('There is no directory');
  });

  it('are set up in the portal, and linked when the identity provider first calls', async () => {
    const emulator = await workos({ clock });
    const { globex } = world(emulator);
    const get = async (path: string) => (await call(emulator, 'GET', path)).body;
    const link = { organization: globex.id, intent: 'dsync' };
    const portal = (await call(emulator, 'POST', '/portal/generate_link', link)).body.link;
    await (await visit(portal)).press('Connect', { identityProvider: 'okta' });
    const [directory] = (await get(`/directories?organization_id=${globex.id}`)).data;
    expect(directory).toMatchObject({ state: 'validating', type: 'okta scim v2.0' });
    const before = (await dsync(emulator)).at(-1)?.id;
    const { url, token } = await emulator.control.scimEndpoint(directory.id);
    expect(url).toBe(`${emulator.url}/scim/v2.0/${directory.external_key}`);
    await fetch(`${url}/Users`, { headers: { authorization: `Bearer ${token}` } });
    expect((await get(`/directories/${directory.id}`)).state).toBe('linked');
    expect(await dsync(emulator, before)).toMatchObject([{ event: 'dsync.activated' }]);
  });
});

describe('directory users', () => {
  it('are wire objects with empty deprecated fields and predefined attributes', async () => {
    const { id, globex, users, get } = await start();
    const [cara, robot] = await users();
    expect(cara).toEqual({
      object: 'directory_user',
      id: expect.stringMatching(/^directory_user_[0-9A-HJKMNP-TV-Z]{26}$/),
      directory_id: id,
      organization_id: globex.id,
      idp_id: 'aad-1',
      email: 'cara@globex.example',
      first_name: 'Cara',
      last_name: 'Cole',
      name: 'Cara Cole',
      emails: [],
      job_title: null,
      username: null,
      state: 'active',
      custom_attributes: {
        department_name: 'R&D',
        emails: [{ primary: true, type: 'work', value: 'cara@globex.example' }],
        job_title: 'Lead',
        username: 'cara@globex.example',
        badge: 7,
      },
      raw_attributes: {},
      role: { slug: 'member' },
      roles: [{ slug: 'member' }],
      groups: [],
      created_at: now,
      updated_at: now,
    });
    expect(await get(`/directory_users/${cara.id}`)).toEqual(cara);
    expect(robot).toMatchObject({ email: null, first_name: null, name: null, idp_id: 'aad-2' });
  });

  it('have their groups for old teams', async () => {
    const { users, groups } = await start({ groupsInDirectoryUsers: true });
    const [engineering] = await groups();
    expect((await users())[0].groups).toEqual([engineering]);
  });

  it('are listed by directory or group, one of which is required', async () => {
    const { emulator, id, groups, get } = await start();
    const [, sales] = await groups();
    const refused = await call(emulator, 'GET', '/directory_users');
    const code = 'Please provide either "directory" or "group" parameters.';
    expect([refused.status, refused.body]).toEqual([
      422,
      {
        message: 'Validation failed',
        errors: [
          { field: 'directory', code },
          { field: 'group', code },
        ],
      },
    ]);
    const ids = async (query: string) =>
      (await get(`/directory_users?${query}`)).data.map((user: { idp_id: string }) => user.idp_id);
    expect(await ids(`directory=${id}`)).toEqual(['aad-3', 'aad-2', 'aad-1']);
    expect(await ids(`group=${sales.id}`)).toEqual(['aad-3']);
    expect(await ids(`directory=${id}&idp_id=aad-2`)).toEqual(['aad-2']);
    expect(await ids(`directory=${id}&email=CARA@globex.example`)).toEqual(['aad-1']);
    expect((await call(emulator, 'GET', `/directory_users?group=${sales.id}&email=x`)).status).toBe(422);
    expect((await call(emulator, 'GET', '/directory_users?directory=directory_0')).status).toBe(404);
    expect((await call(emulator, 'GET', '/directory_users?group=directory_group_0')).body).toEqual({
      message: 'Not Found',
    });
    const page = await get(`/directory_users?directory=${id}&limit=2`);
    expect(page.list_metadata).toEqual({ before: null, after: page.data[1].id });
  });

  it('are rate limited per directory on demand, with a bare JSON string', async () => {
    const { emulator, control, id } = await start({ rateLimits: true });
    const list = (directory: string) => call(emulator, 'GET', `/directory_users?directory=${directory}`);
    for (let turn = 0; turn < 4; turn += 1) expect((await list(id)).status).toBe(200);
    const refused = await list(id);
    expect([refused.status, refused.body, refused.headers.get('retry-after')]).toEqual([
      429,
      'Ratelimited',
      '1',
    ]);
    expect((await list(emulator.directories()[0]?.id ?? '')).status).toBe(200);
    await control.advanceClock(1000);
    expect((await list(id)).status).toBe(200);
  });
});

describe('directory groups', () => {
  it('are listed by directory or user, one of which is required', async () => {
    const { emulator, id, globex, users, groups, get } = await start();
    expect(await groups()).toEqual([
      {
        object: 'directory_group',
        id: expect.stringMatching(/^directory_group_[0-9A-HJKMNP-TV-Z]{26}$/),
        idp_id: expect.any(String),
        directory_id: id,
        organization_id: globex.id,
        name: 'Engineering',
        raw_attributes: {},
        created_at: now,
        updated_at: now,
      },
      expect.objectContaining({ name: 'Sales' }),
    ]);
    const [engineering] = await groups();
    const [, robot, dan] = await users();
    expect(await get(`/directory_groups/${engineering.id}`)).toEqual(engineering);
    expect((await get(`/directory_groups?user=${dan.id}`)).data).toHaveLength(2);
    expect((await get(`/directory_groups?user=${robot.id}`)).data).toEqual([]);
    expect((await call(emulator, 'GET', '/directory_groups')).body.errors).toMatchObject([
      { field: 'directory' },
      { field: 'user' },
    ]);
    expect((await call(emulator, 'GET', '/directory_groups/directory_group_0')).status).toBe(404);
  });
});

describe('events of directories', () => {
  it('tell of a first sync: the directory, users, groups, memberships', async () => {
    const { emulator, directory, users, groups } = await start();
    const events = await dsync(emulator);
    expect(events.map((event: { event: string }) => event.event)).toEqual([
      'dsync.activated',
      ...Array.from({ length: 3 }, () => 'dsync.user.created'),
      ...Array.from({ length: 2 }, () => 'dsync.group.created'),
      ...Array.from({ length: 3 }, () => 'dsync.group.user_added'),
    ]);
    expect(events[0].data).toEqual({
      object: 'directory',
      id: directory.id,
      organization_id: directory['organization_id'],
      external_key: directory['external_key'],
      type: 'azure scim v2.0',
      state: 'active',
      name: 'Globex Entra',
      domains: [{ object: 'organization_domain', id: expect.any(String), domain: 'globex.example' }],
      created_at: now,
      updated_at: now,
    });
    const [{ groups: _groups, ...cara }] = await users();
    const [engineering] = await groups();
    expect(events[1].data).toEqual(cara);
    expect(events.at(-3).data).toEqual({ directory_id: directory.id, user: cara, group: engineering });
  });

  it('carry what a user was before, one level deep, null for what is new', async () => {
    const { emulator, control, id } = await start();
    const before = (await dsync(emulator)).at(-1).id;
    await control.updateDirectoryUser(id, 'aad-1', {
      department: 'Sales',
      division: 'West',
      lastName: 'Cox',
    });
    await control.updateDirectoryUser(id, 'aad-1', { department: 'Sales' });
    await control.updateDirectoryUser(id, 'aad-1', { phoneNumber: 'WorkOS does not show it' });
    const events = await dsync(emulator, before);
    expect(events).toHaveLength(1);
    expect(events[0].data).toMatchObject({
      last_name: 'Cox',
      custom_attributes: { department_name: 'Sales', division_name: 'West' },
    });
    expect(events[0].data.previous_attributes).toEqual({
      last_name: 'Cole',
      name: 'Cara Cole',
      custom_attributes: { department_name: 'R&D', division_name: null },
    });
  });

  it('delete users who become inactive; who comes back is somebody new', async () => {
    const { emulator, control, id, users } = await start();
    const [cara] = await users();
    const before = (await dsync(emulator)).at(-1).id;
    await control.updateDirectoryUser(id, 'aad-1', { active: false });
    expect((await call(emulator, 'GET', `/directory_users/${cara.id}`)).status).toBe(404);
    const again = await control.createDirectoryUser(id, { id: 'aad-1', email: 'cara@globex.example' });
    expect(again.id).not.toBe(cara.id);
    expect(await dsync(emulator, before)).toMatchObject([
      { event: 'dsync.user.deleted', data: { id: cara.id, state: 'active' } },
      { event: 'dsync.user.created', data: { id: again.id, idp_id: 'aad-1' } },
    ]);
  });

  it('keep them where old environments do', async () => {
    const { emulator, control, id, users } = await start({ inactiveUsers: 'kept' });
    const [cara] = await users();
    const before = (await dsync(emulator)).at(-1).id;
    await control.updateDirectoryUser(id, 'aad-1', { active: false });
    await control.updateDirectoryUser(id, cara.id, { active: true });
    expect(await dsync(emulator, before)).toMatchObject([
      { data: { id: cara.id, state: 'inactive', previous_attributes: { state: 'active' } } },
      { data: { id: cara.id, state: 'active', previous_attributes: { state: 'inactive' } } },
    ]);
  });

  it('tell of memberships without moving the user, and of groups without their members', async () => {
    const { emulator, control, id, users, groups } = await start();
    const [cara] = await users();
    const before = (await dsync(emulator)).at(-1).id;
    await control.advanceClock(60_000);
    const team = await control.createDirectoryGroup(id, { id: 'g-1', name: 'Team', members: ['aad-1'] });
    await control.addDirectoryMember(id, 'g-1', cara.id);
    await control.addDirectoryMember(id, 'g-1', 'aad-2');
    await control.removeDirectoryMember(id, team.id, 'aad-2');
    await control.updateDirectoryGroup(id, team.id, { name: 'Crew' });
    await control.deleteDirectoryGroup(id, team.id);
    await control.deleteDirectoryUser(id, 'aad-3');
    const events = await dsync(emulator, before);
    expect(
      events.map(({ event, data }: { event: string; data: { user?: { idp_id: string } } }) =>
        [event, data.user?.idp_id].filter(Boolean).join(' '),
      ),
    ).toEqual([
      'dsync.group.created',
      'dsync.group.user_added aad-1',
      'dsync.group.user_added aad-2',
      'dsync.group.user_removed aad-2',
      'dsync.group.updated',
      'dsync.group.deleted',
      'dsync.user.deleted',
    ]);
    expect(events[4].data.previous_attributes).toEqual({ name: 'Team' });
    expect((await users())[0].updated_at).toBe(now);
    expect((await groups()).map((group: { name: string }) => group.name)).toEqual(['Engineering', 'Sales']);
  });

  it('come from SCIM as from the control API', async () => {
    const { emulator, control, id } = await start();
    const { url, token } = await control.scimEndpoint(id);
    const before = (await dsync(emulator)).at(-1).id;
    await fetch(`${url}/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ userName: 'eve', externalId: 'aad-9', active: true }),
    });
    expect(await dsync(emulator, before)).toMatchObject([
      { event: 'dsync.user.created', data: { idp_id: 'aad-9', email: null } },
    ]);
  });
});

describe('directories of the control API', () => {
  it('spoil wire objects on demand', async () => {
    const { emulator, control, id, get } = await start();
    await control.updateDirectory(id, { vendorFields: { type: 'quantum scim v9', domain: null } });
    expect(await get(`/directories/${id}`)).toMatchObject({ type: 'quantum scim v9', domain: null });
    await control.updateDirectoryUser(id, 'aad-1', {
      vendorFields: { state: 'suspended' },
      omitFields: ['groups', 'roles'],
    });
    const [, , cara] = (await get(`/directory_users?directory=${id}`)).data;
    expect(cara.state).toBe('suspended');
    expect(Object.keys(cara)).not.toContain('groups');
    expect((await dsync(emulator)).at(-1).data).toMatchObject({
      state: 'suspended',
      previous_attributes: { state: 'active' },
    });
  });

  it('refuse what does not exist or is taken, in one line', async () => {
    const { control, id, globex } = await start();
    const refused: readonly [string, () => Promise<unknown>][] = [
      [
        'names no organization',
        () => control.createDirectory({ organizationId: 'org_0', identityProvider: 'okta' }),
      ],
      ['There is no user', () => control.deleteDirectoryUser(id, 'aad-0')],
      ['There is no group', () => control.deleteDirectoryGroup(id, 'g-0')],
      ['is taken (Robot)', () => control.createDirectoryUser(id, { id: 'x', userName: 'Robot' })],
      ['names no user', () => control.createDirectoryGroup(id, { name: 'X', members: ['aad-0'] })],
      [
        'directory.users[0].id must be a non-empty string',
        () =>
          control.createDirectory({
            organizationId: globex.id,
            identityProvider: 'okta',
            users: [{ id: '' }],
          }),
      ],
    ];
    for (const [problem, attempt] of refused) await expect(attempt()).rejects.toThrow(problem);
  });
});

describe('a seeded directory', () => {
  it('has no events, and the same ids with the same clock', async () => {
    const seed: Seed = { organizations: [{ name: 'Acme', directories: [people] }] };
    const states = await Promise.all([1, 2].map(async () => (await workos({ clock, seed })).control.state()));
    expect(states[0]).toEqual(states[1]);
    expect(states[0]).toMatchObject({ events: [], directories: [{ users: [{ idpId: 'aad-1' }, {}, {}] }] });
  });

  it('of 100,000 people is read page by page, members of a group as well', async () => {
    const emulator = await workos({ seed: { organizations: [], generate: { directoryUsers: 100_000 } } });
    const id = emulator.directories()[0]?.id ?? '';
    const { body: directory } = await call(emulator, 'GET', `/directories/${id}`);
    expect(directory.metadata).toEqual({ users: { active: 100_000, inactive: 0 }, groups: 20 });
    const seen = new Set<string>();
    for (let after = '', turn = 0; turn < 5; turn += 1) {
      const { body } = await call(
        emulator,
        'GET',
        `/directory_users?directory=${id}&limit=100&after=${after}`,
      );
      for (const user of body.data) seen.add(user.id);
      after = body.list_metadata.after;
    }
    expect(seen.size).toBe(500);
    const { body: groups } = await call(emulator, 'GET', `/directory_groups?directory=${id}&limit=100`);
    const { body: members } = await call(
      emulator,
      'GET',
      `/directory_users?group=${groups.data[0].id}&limit=100`,
    );
    expect(members.data).toHaveLength(100);
    expect(members.list_metadata.after).toBe(members.data[99].id);
  });
});
