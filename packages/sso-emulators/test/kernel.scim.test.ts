import { describe, expect, it } from 'vitest';
import type { WorkosEmulatorOptions } from '@org/sso-emulators';
import { answer, type Answer, call, workos, world } from './support.js';

const user = 'urn:ietf:params:scim:schemas:core:2.0:User';
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** An empty directory and an identity provider that pushes to it. */
async function directory(options: WorkosEmulatorOptions = {}) {
  const emulator = await workos({ inactiveUsers: 'kept', ...options });
  const { globex } = world(emulator);
  const { id } = await emulator.control.createDirectory({
    organizationId: globex.id,
    identityProvider: 'okta',
  });
  const { url, token } = await emulator.control.scimEndpoint(id);
  const scim = async (method: string, path: string, body?: unknown, bearer = token): Promise<Answer> =>
    answer(
      await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/scim+json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  const patch = (path: string, ...operations: readonly object[]): Promise<Answer> =>
    scim('PATCH', path, { schemas: [patchOp], Operations: operations });
  const create = async (userName: string): Promise<string> =>
    (await scim('POST', '/Users', { schemas: [user], userName, externalId: `ext-${userName}` })).body.id;
  const wireUser = async (userId: string) => (await call(emulator, 'GET', `/directory_users/${userId}`)).body;
  const members = async (groupId: string): Promise<string[]> =>
    (await call(emulator, 'GET', `/directory_users?group=${groupId}`)).body.data.map(
      (member: { id: string }) => member.id,
    );
  return { emulator, id, url, scim, patch, create, wireUser, members };
}

/** What Okta sends when a person is assigned. */
const oktaUser = {
  schemas: [user],
  userName: 'dana@globex.example',
  name: { givenName: 'Dana', familyName: 'Dorn' },
  emails: [{ primary: true, value: 'dana@globex.example', type: 'work' }],
  displayName: 'Dana Dorn',
  locale: 'en-US',
  externalId: '00u9dana',
  groups: [],
  password: 'not kept',
  active: true,
};

describe('SCIM', () => {
  it('needs the token of the directory and answers errors of its own', async () => {
    const { scim, url } = await directory();
    const refused = await scim('GET', '/Users', undefined, 'wrong');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('content-type')).toBe('application/scim+json');
    expect(refused.body).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '401',
      detail: 'The bearer token is missing or wrong.',
    });
    expect((await answer(await fetch(`${url}/Users`))).status).toBe(401);
    expect((await answer(await fetch(`${url}x/Users`))).status).toBe(404);
    expect((await scim('GET', '/Users/nobody')).status).toBe(404);
    expect((await scim('POST', '/Users', { schemas: [user] })).body).toMatchObject({
      status: '400',
      scimType: 'invalidValue',
    });
  });

  it('describes itself', async () => {
    const { scim } = await directory();
    expect((await scim('GET', '/ServiceProviderConfig')).body).toMatchObject({
      patch: { supported: true },
      filter: { supported: true },
      bulk: { supported: false },
    });
  });
});

describe('SCIM users', () => {
  it('are created as Okta sends them, and shown by the vendor', async () => {
    const { scim, url, wireUser } = await directory();
    const created = await scim('POST', '/Users', oktaUser);
    const { id } = created.body;
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`${url}/Users/${id}`);
    expect(created.body).toEqual({
      schemas: [user],
      id,
      externalId: '00u9dana',
      userName: 'dana@globex.example',
      active: true,
      name: { givenName: 'Dana', familyName: 'Dorn' },
      displayName: 'Dana Dorn',
      locale: 'en-US',
      emails: [{ primary: true, value: 'dana@globex.example', type: 'work' }],
      groups: [],
      meta: {
        resourceType: 'User',
        created: expect.any(String),
        lastModified: expect.any(String),
        location: `${url}/Users/${id}`,
      },
    });
    expect(await wireUser(id)).toMatchObject({
      idp_id: '00u9dana',
      email: 'dana@globex.example',
      first_name: 'Dana',
      last_name: 'Dorn',
      state: 'active',
    });
    expect((await scim('POST', '/Users', oktaUser)).body).toMatchObject({
      status: '409',
      scimType: 'uniqueness',
    });
  });

  it('are found by user name, external id or id, whatever the case of the name', async () => {
    const { scim } = await directory();
    const { id } = (await scim('POST', '/Users', oktaUser)).body;
    const find = async (filter: string) =>
      (await scim('GET', `/Users?${new URLSearchParams({ filter })}`)).body;
    for (const filter of ['userName eq "DANA@globex.example"', 'externalId eq "00u9dana"', `id eq "${id}"`]) {
      expect(await find(filter)).toMatchObject({ totalResults: 1, Resources: [{ id }] });
    }
    expect(await find('userName eq "nobody"')).toMatchObject({ totalResults: 0, Resources: [] });
    expect(await find('title co "x"')).toMatchObject({ status: '400', scimType: 'invalidFilter' });
    expect(await find('title eq "x"')).toMatchObject({ status: '400', scimType: 'invalidFilter' });
  });

  it('are listed by startIndex and count', async () => {
    const { scim, create } = await directory();
    for (const name of ['a', 'b', 'c']) await create(name);
    const list = async (query: string) => {
      const { totalResults, startIndex, itemsPerPage, Resources } = (await scim('GET', `/Users${query}`))
        .body;
      return [
        totalResults,
        startIndex,
        itemsPerPage,
        Resources.map((item: { userName: string }) => item.userName),
      ];
    };
    expect(await list('')).toEqual([3, 1, 3, ['a', 'b', 'c']]);
    expect(await list('?startIndex=2&count=1')).toEqual([3, 2, 1, ['b']]);
    expect(await list('?startIndex=4')).toEqual([3, 4, 0, []]);
    expect(await list('?count=0')).toEqual([3, 1, 0, []]);
  });

  it('are replaced by PUT: what is not there is gone', async () => {
    const { scim, wireUser } = await directory();
    const { id } = (await scim('POST', '/Users', { ...oktaUser, title: 'Engineer', mobile: '1' })).body;
    expect((await wireUser(id)).custom_attributes).toMatchObject({ job_title: 'Engineer', mobile: '1' });
    const replaced = await scim('PUT', `/Users/${id}`, { ...oktaUser, name: { givenName: 'Dana' } });
    expect(replaced.body).toMatchObject({ id, name: { givenName: 'Dana' } });
    expect(await wireUser(id)).toMatchObject({ first_name: 'Dana', last_name: null });
    expect((await wireUser(id)).custom_attributes).not.toHaveProperty('job_title');
    expect((await wireUser(id)).custom_attributes).not.toHaveProperty('mobile');
  });

  it.each([
    ['Okta', { op: 'replace', value: { active: false } }],
    ['Entra ID', { op: 'Replace', path: 'active', value: 'False' }],
    ['Entra ID without a path', { op: 'Replace', value: { active: 'False' } }],
    ['the RFC', { op: 'replace', path: 'active', value: false }],
  ])('are deactivated the way %s does it', async (_, operation) => {
    const { create, patch, wireUser } = await directory();
    const id = await create('dana');
    const { status, body } = await patch(`/Users/${id}`, operation);
    expect([status, body.active]).toEqual([200, false]);
    expect((await wireUser(id)).state).toBe('inactive');
  });

  it('are gone once deactivated where the vendor deletes inactive users', async () => {
    const { create, patch, scim } = await directory({ inactiveUsers: 'deleted' });
    const id = await create('dana');
    const { status, body } = await patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
    expect([status, body.active]).toEqual([200, false]);
    expect((await scim('GET', `/Users/${id}`)).status).toBe(404);
    expect(await create('dana')).not.toBe(id);
  });

  it('are patched by paths: parts, filters, extensions', async () => {
    const { scim, patch, wireUser } = await directory();
    const { id } = (await scim('POST', '/Users', oktaUser)).body;
    const { body } = await patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'name.familyName', value: 'Doyle' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'dd@globex.example' },
      { op: 'Add', path: 'addresses[type eq "work"].formatted', value: '1 High Street' },
      { op: 'Add', path: `${enterprise}:department`, value: 'R&D' },
      { op: 'Add', path: 'phoneNumbers', value: [{ type: 'work', value: '+1 555' }] },
      {
        op: 'Replace',
        value: { 'name.givenName': 'Dee', title: 'Lead', [enterprise]: { division: 'West' } },
      },
      { op: 'Add', path: `${user}:nickName`, value: 'Dee' },
      { op: 'Remove', path: 'displayName' },
    );
    expect(body).toMatchObject({
      name: { givenName: 'Dee', familyName: 'Doyle' },
      nickName: 'Dee',
      title: 'Lead',
      emails: [{ primary: true, value: 'dd@globex.example', type: 'work' }],
      phoneNumbers: [{ value: '+1 555', primary: true }],
      addresses: [{ type: 'work', formatted: '1 High Street', primary: true }],
      [enterprise]: { department: 'R&D', division: 'West' },
    });
    expect(body).not.toHaveProperty('displayName');
    expect(await wireUser(id)).toMatchObject({
      email: 'dd@globex.example',
      name: 'Dee Doyle',
      custom_attributes: {
        department_name: 'R&D',
        division_name: 'West',
        job_title: 'Lead',
        addresses: [{ type: 'work', raw_address: '1 High Street' }],
      },
    });
  });

  it('refuse paths nobody understands, and change nothing then', async () => {
    const { create, patch, wireUser } = await directory();
    const id = await create('dana');
    const change = { op: 'replace', path: 'title', value: 'Lead' };
    const refused = await patch(`/Users/${id}`, change, { op: 'replace', path: '???', value: 1 });
    expect(refused.body).toMatchObject({ status: '400', scimType: 'invalidPath' });
    expect((await patch(`/Users/${id}`, { op: 'move' })).body.scimType).toBe('invalidSyntax');
    expect((await wireUser(id)).custom_attributes).not.toHaveProperty('job_title');
  });

  it('are deleted for good', async () => {
    const { emulator, create, scim } = await directory();
    const id = await create('dana');
    expect((await scim('DELETE', `/Users/${id}`)).status).toBe(204);
    expect((await scim('GET', `/Users/${id}`)).status).toBe(404);
    expect((await call(emulator, 'GET', `/directory_users/${id}`)).status).toBe(404);
    expect((await scim('POST', '/Users', { schemas: [user], userName: 'dana' })).status).toBe(201);
  });
});

describe('SCIM groups', () => {
  it('are created with members and replaced by PUT, as Okta does', async () => {
    const { scim, create, members } = await directory();
    const [a, b] = [await create('a'), await create('b')];
    const created = await scim('POST', '/Groups', {
      displayName: 'Team',
      members: [{ value: a, display: 'a' }, { value: 'nobody' }],
    });
    const { id } = created.body;
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ displayName: 'Team', members: [{ value: a, display: 'a' }] });
    await scim('PUT', `/Groups/${id}`, { displayName: 'Crew', members: [{ value: b }] });
    expect(await members(id)).toEqual([b]);
    expect((await scim('GET', `/Users/${b}`)).body.groups).toEqual([{ value: id, display: 'Crew' }]);
    expect((await scim('POST', '/Groups', { displayName: 'Crew' })).body.scimType).toBe('uniqueness');
  });

  it('are found by name and shown without members on request', async () => {
    const { scim, create } = await directory();
    const a = await create('a');
    const group = { displayName: 'Team', externalId: 'g1', members: [{ value: a }] };
    const { id } = (await scim('POST', '/Groups', group)).body;
    const find = async (filter: string) =>
      (await scim('GET', `/Groups?${new URLSearchParams({ filter, excludedAttributes: 'members' })}`)).body;
    expect((await find('displayName eq "Team"')).Resources).toMatchObject([{ id, externalId: 'g1' }]);
    expect((await find('externalId eq "g1"')).Resources[0]).not.toHaveProperty('members');
    expect((await find('displayName eq "Nobody"')).totalResults).toBe(0);
    expect((await scim('GET', '/Groups')).body.Resources[0].members).toEqual([{ value: a, display: 'a' }]);
  });

  it('are patched the way Okta and Entra ID do it', async () => {
    const { scim, patch, create, members } = await directory();
    const [a, b, c] = [await create('a'), await create('b'), await create('c')];
    const { id } = (await scim('POST', '/Groups', { displayName: 'Team' })).body;
    const path = `/Groups/${id}`;
    await patch(path, { op: 'Add', path: 'members', value: [{ value: a }, { value: b }, { value: c }] });
    expect(await members(id)).toEqual([c, b, a]);
    await patch(path, { op: 'Remove', path: `members[value eq "${a}"]` });
    expect(await members(id)).toEqual([c, b]);
    await patch(path, { op: 'Remove', path: 'members', value: [{ value: b }] });
    expect(await members(id)).toEqual([c]);
    await patch(path, { op: 'replace', path: 'members', value: [{ value: a }] });
    expect(await members(id)).toEqual([a]);
    const renamed = await patch(path, { op: 'replace', value: { id, displayName: 'Crew' } });
    expect(renamed.body.displayName).toBe('Crew');
    await patch(path, { op: 'remove', path: 'members' });
    expect(await members(id)).toEqual([]);
    expect((await patch(path, { op: 'replace', path: 'colour', value: 'red' })).status).toBe(400);
    expect((await scim('DELETE', path)).status).toBe(204);
    expect((await scim('GET', path)).status).toBe(404);
  });
});
