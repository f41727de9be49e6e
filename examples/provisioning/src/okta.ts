/** A customer's Okta: it pushes people and groups over SCIM 2.0 in the requests Okta sends. */
export interface Okta {
  /** Assigns the app to a person, as for a new hire and for somebody who comes back. Answers the SCIM id. */
  assign(person: Person): Promise<string>;
  update(id: string, person: Person): Promise<void>;
  /** Okta deletes nobody: it switches them off. */
  deactivate(id: string): Promise<void>;
  /** Deletes for good, as other identity providers do. */
  remove(id: string): Promise<void>;
  /** Makes the group, or links the one of this name. Answers the SCIM id. */
  pushGroup(name: string): Promise<string>;
  addMember(groupId: string, id: string): Promise<void>;
  removeMember(groupId: string, id: string): Promise<void>;
}

export interface Person {
  /** Okta's own id. */
  readonly id: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

interface Resource {
  readonly id: string;
}

const core = 'urn:ietf:params:scim:schemas:core:2.0';
const patchOp = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export function createOkta({ url, token }: { readonly url: string; readonly token: string }): Okta {
  async function send<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`SCIM ${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text || 'null');
  }
  const find = async (path: string, filter: string) =>
    (await send<{ Resources: Resource[] }>('GET', `${path}?filter=${encodeURIComponent(filter)}`))
      .Resources[0];
  const patch = (path: string, operation: object) =>
    send<void>('PATCH', path, { schemas: [patchOp], Operations: [operation] });

  return {
    async assign(person) {
      const known = await find('/Users', `userName eq "${person.email}"`);
      const { id } = known
        ? await send<Resource>('PUT', `/Users/${known.id}`, toResource(person))
        : await send<Resource>('POST', '/Users', toResource(person));
      return id;
    },
    update: (id, person) => send('PUT', `/Users/${id}`, toResource(person)),
    deactivate: (id) => patch(`/Users/${id}`, { op: 'replace', value: { active: false } }),
    remove: (id) => send('DELETE', `/Users/${id}`),
    async pushGroup(displayName) {
      const known = await find('/Groups', `displayName eq "${displayName}"`);
      const group = { schemas: [`${core}:Group`], displayName };
      return (known ?? (await send<Resource>('POST', '/Groups', group))).id;
    },
    addMember: (groupId, id) =>
      patch(`/Groups/${groupId}`, { op: 'add', path: 'members', value: [{ value: id }] }),
    removeMember: (groupId, id) =>
      patch(`/Groups/${groupId}`, { op: 'remove', path: `members[value eq "${id}"]` }),
  };
}

function toResource({ id, email, firstName, lastName }: Person): object {
  return {
    schemas: [`${core}:User`],
    userName: email,
    externalId: id,
    name: { givenName: firstName, familyName: lastName },
    displayName: `${firstName} ${lastName}`,
    emails: [{ primary: true, value: email, type: 'work' }],
    active: true,
  };
}
