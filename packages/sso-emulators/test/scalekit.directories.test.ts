import { describe, expect, it } from 'vitest';
import type { SeedDirectory } from '../src/index.js';
import { type Answer, start } from './scalekit-client.js';

const now = '2026-01-01T00:00:00Z';

const okta: SeedDirectory = {
  name: 'Acme Okta',
  identityProvider: 'okta',
  users: [
    {
      id: '00u1ada',
      email: 'ada@acme.example',
      userName: 'ada',
      firstName: 'Ada',
      lastName: 'Adams',
      department: 'R&D',
      attributes: { badge: '7' },
      groups: ['Engineering', 'Everyone'],
    },
    { id: '00u1ben', email: 'ben@acme.example', active: false, groups: ['Everyone'] },
  ],
  groups: [{ id: 'okta-everyone', name: 'Everyone' }],
};

/** One organization with one directory. */
async function world(directory: SeedDirectory = okta, clock = 'real') {
  const client = await start({
    clock,
    seed: {
      organizations: [{ name: 'Acme Corp', domains: ['acme.example'], directories: [directory] }],
    },
  });
  const [{ id, organizationId } = { id: '', organizationId: '' }] = client.emulator.directories();
  const path = `/api/v1/organizations/${organizationId}/directories`;
  return { ...client, control: client.emulator.control, id, organizationId, path, own: `${path}/${id}` };
}

function people(count: number): SeedDirectory {
  return {
    identityProvider: 'entra-id',
    users: Array.from({ length: count }, (_, index) => ({
      id: `u${index}`,
      email: `person${index}@acme.example`,
      groups: [index % 2 === 0 ? 'Even' : 'Odd'],
    })),
  };
}

function violation({ status, body }: Answer): unknown {
  const [{ field, constraint }] = body.details[0].validation_error_info.field_violations;
  return [status, body.code, field, constraint];
}

describe('a directory', () => {
  it('is listed without paging and read by id', async () => {
    const { call, emulator, id, organizationId, path, own } = await world(okta, now);
    const { directories } = (await call('GET', path)).body;
    expect(directories).toEqual([
      {
        id,
        organization_id: organizationId,
        name: 'Acme Okta',
        directory_type: 'SCIM',
        directory_provider: 'OKTA',
        enabled: true,
        status: 'COMPLETED',
        directory_endpoint: `${emulator.url}/directory/${id}/scim/v2`,
        last_synced_at: now,
        total_users: 2,
        total_groups: 2,
        groups_tracked: 'ALL',
        secrets: [
          {
            id: expect.stringMatching(/^sec_\d+$/),
            directory_id: id,
            create_time: now,
            expire_time: '2027-01-01T00:00:00Z',
            secret_suffix: expect.stringMatching(/^\w{4}$/),
          },
        ],
        stats: { total_users: 2, total_groups: 2, user_updated_at: now, group_updated_at: now },
        role_assignments: { assignments: [] },
        attribute_mappings: { attributes: [] },
      },
    ]);
    expect(id).toMatch(/^dir_\d+$/);
    expect(await call('GET', own)).toEqual({ status: 200, body: { directory: directories[0] } });
  });

  it('is found by its own organization only, and its id is validated', async () => {
    const { call, path, id } = await world();
    const { organization } = (await call('POST', '/api/v1/organizations', { display_name: 'Globex' })).body;
    expect((await call('GET', `/api/v1/organizations/${organization.id}/directories/${id}`)).status).toBe(
      404,
    );
    expect((await call('GET', `${path}/dir_1`)).status).toBe(404);
    expect(violation(await call('GET', `${path}/conn_1`))).toEqual([400, 3, 'id', 'string.prefix']);
  });

  it('is created enabled, without secrets', async () => {
    const { call, path } = await world();
    const created = await call('POST', path, { directory_type: 'SCIM', directory_provider: 'PING_IDENTITY' });
    expect(created).toMatchObject({
      status: 201,
      body: {
        directory: {
          enabled: true,
          directory_provider: 'PING_IDENTITY',
          name: 'Ping Identity',
          status: 'IN_PROGRESS',
          secrets: [],
          total_users: 0,
        },
      },
    });
    expect((await call('GET', path)).body.directories).toHaveLength(2);
    expect(violation(await call('POST', path, { directory_provider: 'OKTA' }))).toEqual([
      400,
      3,
      'directory_type',
      'required',
    ]);
    expect((await call('POST', path, { directory_type: 'SCIM', directory_provider: 'CUSTOM' })).status).toBe(
      400,
    );
  });

  it('is switched; a switch that changes nothing answers 200 with a message', async () => {
    const { call, own } = await world();
    expect(await call('PATCH', `${own}:disable`)).toEqual({ status: 200, body: { enabled: false } });
    expect(await call('PATCH', `${own}:disable`)).toEqual({
      status: 200,
      body: { enabled: false, error_message: 'The directory is already disabled' },
    });
    expect(await call('PATCH', `${own}:enable`)).toEqual({ status: 200, body: { enabled: true } });
    expect((await call('GET', own)).body.directory.enabled).toBe(true);
  });

  it('is updated by PATCH, which disables unless it says enabled', async () => {
    const { call, own } = await world();
    const renamed = await call('PATCH', own, { name: 'Renamed', enabled: true });
    expect(renamed.body.directory).toMatchObject({
      name: 'Renamed',
      enabled: true,
      directory_provider: 'OKTA',
    });
    expect((await call('PATCH', own, { name: 'Again' })).body.directory).toMatchObject({ enabled: false });
  });

  it('cannot be deleted while enabled', async () => {
    const { call, own, path } = await world();
    expect(await call('DELETE', own)).toMatchObject({ status: 400, body: { code: 9 } });
    await call('PATCH', `${own}:disable`);
    expect(await call('DELETE', own)).toEqual({ status: 200, body: {} });
    expect((await call('GET', own)).status).toBe(404);
    expect((await call('GET', path)).body).toEqual({ directories: [] });
  });

  it('goes with its organization', async () => {
    const { call, emulator, organizationId } = await world();
    await call('DELETE', `/api/v1/organizations/${organizationId}`);
    expect(emulator.directories()).toEqual([]);
  });

  it('shows a secret in plain once', async () => {
    const { call, own } = await world();
    const created = await call('POST', `${own}/secrets`);
    expect(created.status).toBe(201);
    const { plain_secret: plain, secret } = created.body;
    expect(secret.secret_suffix).toBe(plain.slice(-4));
    expect(JSON.stringify((await call('GET', own)).body)).not.toContain(plain);
    const regenerated = await call('POST', `${own}/secrets:regenerate`);
    expect(regenerated.body.plain_secret).not.toBe(plain);
    const { secrets } = (await call('GET', own)).body.directory;
    expect(secrets.map(({ status }: { status?: string }) => status)).toEqual([
      'INACTIVE',
      'INACTIVE',
      undefined,
    ]);
  });

  it('sends the odd values the control API orders', async () => {
    const { call, control, id, own } = await world();
    await control.updateDirectory(id, {
      state: 'IN_PROGRESS',
      vendorFields: { directory_provider: 'NEW_PROVIDER', last_synced_at: null },
      omitFields: ['stats'],
    });
    const { directory } = (await call('GET', own)).body;
    expect(directory).toMatchObject({
      status: 'IN_PROGRESS',
      directory_provider: 'NEW_PROVIDER',
      last_synced_at: null,
    });
    expect(directory).not.toHaveProperty('stats');
  });
});

describe('directory users', () => {
  it('carry everything but the basics in user_detail, on request', async () => {
    const { call, organizationId, own } = await world(okta, now);
    const { users } = (await call('GET', `${own}/users?include_detail=true`)).body;
    const [ben, ada] = users;
    const [everyone, engineering] = (await call('GET', `${own}/groups`)).body.groups.toReversed();
    expect(ada).toEqual({
      id: expect.stringMatching(/^diruser_\d+$/),
      email: 'ada@acme.example',
      preferred_username: 'ada',
      given_name: 'Ada',
      family_name: 'Adams',
      updated_at: now,
      emails: ['ada@acme.example'],
      groups: [
        { id: engineering.id, display_name: 'Engineering', total_users: 1, updated_at: now },
        { id: everyone.id, display_name: 'Everyone', total_users: 2, updated_at: now },
      ],
      user_detail: {
        id: ada.id,
        organization_id: organizationId,
        dp_id: '00u1ada',
        email: 'ada@acme.example',
        preferred_username: 'ada',
        active: true,
        name: 'Ada Adams',
        groups: [
          { id: engineering.id, name: 'Engineering' },
          { id: everyone.id, name: 'Everyone' },
        ],
        roles: [],
        given_name: 'Ada',
        family_name: 'Adams',
        department: 'R&D',
        custom_attributes: { badge: '7' },
        raw_attributes: {},
      },
    });
    expect(ben).toMatchObject({ given_name: '', family_name: '', user_detail: { active: false } });
    const [plain] = (await call('GET', `${own}/users`)).body.users;
    expect(plain).not.toHaveProperty('user_detail');
    expect(plain).not.toHaveProperty('active');
  });

  it('are paged by 10, at most by 30; 31 is an error', async () => {
    const { call, own } = await world(people(45));
    const first = (await call('GET', `${own}/users`)).body;
    expect(first).toMatchObject({ total_size: 45, prev_page_token: '' });
    expect(first.users).toHaveLength(10);
    expect(violation(await call('GET', `${own}/users?page_size=31`))).toEqual([
      400,
      3,
      'page_size',
      'uint32.lte',
    ]);
    const seen: string[] = [];
    let token = '';
    do {
      const { body } = await call('GET', `${own}/users?page_size=30&page_token=${encodeURIComponent(token)}`);
      seen.push(...body.users.map((user: { email: string }) => user.email));
      token = body.next_page_token;
    } while (token !== '');
    expect(new Set(seen).size).toBe(45);
    expect(seen).toHaveLength(45);
  });

  it('are filtered by group, and shift between pages when one is added', async () => {
    const { call, control, id, own } = await world(people(24));
    const { groups } = (await call('GET', `${own}/groups`)).body;
    const even = groups.find((group: { display_name: string }) => group.display_name === 'Even');
    expect(even.total_users).toBe(12);
    const list = `${own}/users?directory_group_id=${even.id}`;
    const first = (await call('GET', list)).body;
    expect(first).toMatchObject({ total_size: 12 });
    await control.createDirectoryUser(id, { id: 'u24', email: 'new@acme.example', groups: ['Even'] });
    const second = (await call('GET', `${list}&page_token=${encodeURIComponent(first.next_page_token)}`))
      .body;
    expect(second.users[0]).toMatchObject({ email: first.users.at(-1).email });
    expect((await call('GET', `${own}/users?directory_group_id=dirgroup_1`)).body.users).toEqual([]);
    expect(violation(await call('GET', `${own}/users?directory_group_id=grp`))).toEqual([
      400,
      3,
      'directory_group_id',
      'string.pattern',
    ]);
  });

  it('are found by their last change, deletions are not', async () => {
    const { call, control, id, own } = await world(people(5), now);
    await control.advanceClock(60_000);
    await control.updateDirectoryUser(id, 'u1', { title: 'Lead' });
    await control.addDirectoryMember(id, (await call('GET', `${own}/groups`)).body.groups[0].id, 'u2');
    await control.deleteDirectoryUser(id, 'u3');
    const changed = (await call('GET', `${own}/users?updated_after=${now}`)).body;
    expect(changed.users.map(({ email }: { email: string }) => email)).toEqual([
      'person2@acme.example',
      'person1@acme.example',
    ]);
    expect((await call('GET', `${own}/users?updated_after=2026-01-01T00:01:00Z`)).body.total_size).toBe(0);
    expect((await call('GET', `${own}/users?updated_after=yesterday`)).status).toBe(400);
  });

  it('get the roles their groups are assigned', async () => {
    const { call, own } = await world();
    const groups = (await call('GET', `${own}/groups`)).body.groups;
    const everyone = groups.find((group: { display_name: string }) => group.display_name === 'Everyone').id;
    const assigned = await call('PUT', `${own}/groups/-/roles:assign`, {
      assignments: [{ group_id: everyone, role_name: 'admin' }],
    });
    expect(assigned.body.role_assignments.assignments).toMatchObject([
      { group_id: everyone, role_name: 'admin' },
    ]);
    const { users } = (await call('GET', `${own}/users?include_detail=true`)).body;
    expect(users[0].user_detail.roles).toEqual([{ role_name: 'admin' }]);
  });
});

describe('directory groups', () => {
  it('have a detail without members, on request', async () => {
    const { call, id, organizationId, own } = await world();
    const { groups } = (await call('GET', `${own}/groups?include_detail=true`)).body;
    const everyone = groups.find((group: { display_name: string }) => group.display_name === 'Everyone');
    expect(everyone).toMatchObject({ total_users: 2 });
    expect(everyone.group_detail).toEqual({
      id: everyone.id,
      directory_id: id,
      organization_id: organizationId,
      display_name: 'Everyone',
      external_id: 'okta-everyone',
      raw_attributes: {},
    });
    const engineering = groups.find(
      (group: { display_name: string }) => group.display_name === 'Engineering',
    );
    expect(engineering.group_detail.external_id).toBeNull();
    expect((await call('GET', `${own}/groups?page_size=31`)).status).toBe(400);
    expect((await call('GET', `${own}/groups`)).body.groups[0]).not.toHaveProperty('group_detail');
  });
});

describe('SCIM', () => {
  async function push() {
    const client = await world({ identityProvider: 'okta' });
    const { control, id } = client;
    const endpoint = await control.scimEndpoint(id);
    async function scim(
      method: string,
      path: string,
      body?: unknown,
      token = endpoint.token,
    ): Promise<Answer> {
      const response = await fetch(`${endpoint.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
    }
    return { ...client, endpoint, scim };
  }
  const ada = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: 'ada@acme.example',
    externalId: '00u1ada',
    name: { givenName: 'Ada', familyName: 'Adams' },
    emails: [{ value: 'ada@acme.example', primary: true, type: 'work' }],
    active: true,
  };

  it('is served at the directory endpoint and shows in the API', async () => {
    const { call, endpoint, own, scim } = await push();
    expect(endpoint.url).toBe((await call('GET', own)).body.directory.directory_endpoint);
    const created = await scim('POST', '/Users', ada);
    expect(created.status).toBe(201);
    const [user] = (await call('GET', `${own}/users?include_detail=true`)).body.users;
    expect(user).toMatchObject({
      id: created.body.id,
      email: 'ada@acme.example',
      user_detail: { dp_id: '00u1ada', active: true },
    });
    const { secrets, total_users: total } = (await call('GET', own)).body.directory;
    expect(secrets[0]).toHaveProperty('last_used_time');
    expect(total).toBe(1);
  });

  it('takes any live secret of the directory, and nothing once it is disabled', async () => {
    const { call, own, scim } = await push();
    const { plain_secret: second } = (await call('POST', `${own}/secrets`)).body;
    expect((await scim('GET', '/Users')).status).toBe(200);
    expect((await scim('GET', '/Users', undefined, second)).status).toBe(200);
    expect((await scim('GET', '/Users', undefined, 'wrong')).status).toBe(401);
    const { plain_secret: third } = (await call('POST', `${own}/secrets:regenerate`)).body;
    expect((await scim('GET', '/Users', undefined, second)).status).toBe(401);
    expect((await scim('GET', '/Users', undefined, third)).status).toBe(200);
    await call('PATCH', `${own}:disable`);
    expect((await scim('GET', '/Users', undefined, third)).status).toBe(403);
  });

  it('deactivates, but never changes an e-mail address', async () => {
    const { call, own, scim } = await push();
    const { id } = (await scim('POST', '/Users', ada)).body;
    const patch = (operations: unknown[]) =>
      scim('PATCH', `/Users/${id}`, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: operations,
      });
    expect((await patch([{ op: 'replace', value: { active: false } }])).status).toBe(200);
    const changed = await scim('PUT', `/Users/${id}`, {
      ...ada,
      emails: [{ value: 'a@acme.example', primary: true }],
    });
    expect(changed).toMatchObject({ status: 400, body: { scimType: 'mutability' } });
    const [user] = (await call('GET', `${own}/users?include_detail=true`)).body.users;
    expect(user).toMatchObject({ email: 'ada@acme.example', user_detail: { active: false } });
  });
});

describe('a generated directory', () => {
  it('has as many users as the seed says, and no events', async () => {
    const { call, emulator } = await start({
      seed: { organizations: [], generate: { directoryUsers: 1000 } },
    });
    const [directory] = emulator.directories();
    const path = `/api/v1/organizations/${directory?.organizationId}/directories/${directory?.id}`;
    expect((await call('GET', `${path}/users?page_size=30`)).body.total_size).toBe(1000);
    expect((await call('POST', '/api/v1/events', {})).body.total_size).toBe(0);
  });
});
