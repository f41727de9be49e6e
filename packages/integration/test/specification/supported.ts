import type { ControlClient, Seed } from '@org/sso-emulators';

// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** An emulator, and a way to ask its API. */
export interface SupportedWorld {
  readonly emulator: {
    readonly control: ControlClient;
    organizations(): { id: string }[];
    connections(): { id: string }[];
    directories(): { id: string }[];
  };
  readonly call: (method: string, path: string, body?: object) => Promise<Json>;
}

/** One kind of data an API shows. */
export interface Kind {
  readonly name: string;
  /** Paths of the operations on it. */
  readonly paths: RegExp;
  /** How many of it the API shows. */
  readonly count: (world: SupportedWorld) => Promise<number>;
  /** Ways more of it gets in; the seed is found out. */
  readonly ways: Readonly<Partial<Record<Way, (world: SupportedWorld) => Promise<unknown>>>>;
}

type Way = 'API' | 'SCIM' | 'portal' | 'control API' | 'login';

/** Has one of everything a seed can have, the default's connections and directories included. */
export const everything: Seed = {
  redirectUris: ['https://app.example/callback'],
  auditActions: [{ action: 'sso.delete_connection', targets: [{ type: 'sso_connection' }] }],
  organizations: [
    {
      name: 'Acme Corp',
      domains: ['acme.example'],
      connections: [
        {
          protocol: 'saml',
          identityProvider: 'okta',
          users: [{ id: '00u1ada', email: 'ada@acme.example' }],
        },
      ],
      directories: [
        {
          identityProvider: 'okta',
          users: [{ id: '00u1ada', email: 'ada@acme.example', groups: ['Engineering'] }],
        },
      ],
    },
  ],
};

/** Has organizations only, which everything else hangs on. */
export const nothing: Seed = { organizations: [{ name: 'Acme Corp' }], redirectUris: [] };

function first(objects: readonly { readonly id: string }[]): string {
  const [object] = objects;
  if (!object) throw new Error('there is none');
  return object.id;
}

/** Ways that do not depend on the vendor. */
const ways = {
  organization: ({ emulator }: SupportedWorld) => emulator.control.createOrganization({ name: 'Globex' }),
  domain: ({ emulator }: SupportedWorld) =>
    emulator.control.createOrganization({ name: 'Globex', domains: ['globex.example'] }),
  connection: ({ emulator }: SupportedWorld) =>
    emulator.control.createConnection({
      organizationId: first(emulator.organizations()),
      protocol: 'saml',
      identityProvider: 'okta',
    }),
  directory: ({ emulator }: SupportedWorld) =>
    emulator.control.createDirectory({
      organizationId: first(emulator.organizations()),
      identityProvider: 'okta',
    }),
  directoryUser: ({ emulator }: SupportedWorld) =>
    emulator.control.createDirectoryUser(first(emulator.directories()), {
      id: 'u9',
      email: 'ida@acme.example',
    }),
  directoryGroup: ({ emulator }: SupportedWorld) =>
    emulator.control.createDirectoryGroup(first(emulator.directories()), { id: 'g9', name: 'Staff' }),
  scimUser: (world: SupportedWorld) =>
    scim(world, 'Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: 'ivo@acme.example',
      externalId: 'u8',
      emails: [{ value: 'ivo@acme.example', primary: true }],
      active: true,
    }),
  scimGroup: (world: SupportedWorld) =>
    scim(world, 'Groups', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Sales' }),
};

async function scim({ emulator }: SupportedWorld, resource: string, body: object): Promise<void> {
  const { url, token } = await emulator.control.scimEndpoint(first(emulator.directories()));
  const response = await fetch(`${url}/${resource}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
    body: JSON.stringify(body),
  });
  if (response.status !== 201) throw new Error(`SCIM answered ${response.status}: ${await response.text()}`);
}

const id = (objects: { id: string }[]) => first(objects);

/** What an IT admin does behind an Admin Portal link of an organization that has nothing yet. */
function portal(intent: string, form: Readonly<Record<string, string>>) {
  return async ({ call }: SupportedWorld): Promise<void> => {
    const { id: organization } = await call('POST', '/organizations', {
      name: 'Initech',
      domain_data: [{ domain: 'initech.example', state: 'verified' }],
    });
    const { link } = await call('POST', '/portal/generate_link', { organization, intent });
    await fetch(link, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  };
}

/** The same behind a link of Scalekit, of the first organization. */
function magicLink(feature: string, path: string, form: Readonly<Record<string, string>>) {
  return async ({ call, emulator }: SupportedWorld): Promise<void> => {
    const organization = id(emulator.organizations());
    const links = `${api}/organizations/${organization}/portal_links`;
    const { link } = await call('PUT', `${links}?features=${feature}`);
    const { url } = await fetch(link.location);
    await fetch(`${url}${path}`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  };
}

/** What WorkOS shows, the most particular paths first. */
export const workosKinds: readonly Kind[] = [
  {
    name: 'redirect URIs',
    paths: /^\/user_management\/redirect_uris/,
    count: async ({ call }) => (await call('GET', '/user_management/redirect_uris?limit=100')).data.length,
    ways: {
      API: ({ call }) => call('POST', '/user_management/redirect_uris', { uri: 'https://b.example/' }),
    },
  },
  {
    name: 'memberships',
    paths: /^\/user_management\/organization_memberships/,
    count: async ({ call, emulator }) =>
      (
        await call(
          'GET',
          `/user_management/organization_memberships?organization_id=${id(emulator.organizations())}`,
        )
      ).data.length,
    ways: {
      API: async ({ call, emulator }) => {
        const user = await call('POST', '/user_management/users', { email: 'ida@acme.example' });
        await call('POST', '/user_management/organization_memberships', {
          user_id: user.id,
          organization_id: id(emulator.organizations()),
        });
      },
    },
  },
  {
    name: 'invitations',
    paths: /^\/user_management\/invitations/,
    count: async ({ call }) => (await call('GET', '/user_management/invitations')).data.length,
    ways: { API: ({ call }) => call('POST', '/user_management/invitations', { email: 'ida@acme.example' }) },
  },
  {
    name: 'users',
    paths: /^\/user_management\/users/,
    count: async ({ call }) => (await call('GET', '/user_management/users')).data.length,
    ways: { API: ({ call }) => call('POST', '/user_management/users', { email: 'ida@acme.example' }) },
  },
  {
    name: 'organization domains',
    paths: /^\/organization_domains/,
    count: async ({ call }) =>
      (await call('GET', '/organizations')).data.flatMap((one: Json) => one.domains).length,
    ways: {
      API: ({ call, emulator }) =>
        call('POST', '/organization_domains', {
          organization_id: id(emulator.organizations()),
          domain: 'acme.test',
        }),
      portal: portal('domain_verification', { add: 'initech.test' }),
      'control API': ways.domain,
    },
  },
  {
    name: 'audit-log actions',
    paths: /^\/audit_logs\/actions/,
    count: async ({ call }) => (await call('GET', '/audit_logs/actions')).data.length,
    ways: {
      API: ({ call }) =>
        call('POST', '/audit_logs/actions/sso.view_settings/schemas', {
          targets: [{ type: 'organization' }],
        }),
    },
  },
  {
    name: 'audit-log events',
    paths: /^\/audit_logs/,
    count: async ({ emulator }) => (await emulator.control.auditEvents()).length,
    ways: {
      API: async ({ call, emulator }) => {
        await call('POST', '/audit_logs/actions/sso.other/schemas', { targets: [{ type: 'organization' }] });
        const organization = id(emulator.organizations());
        await call('POST', '/audit_logs/events', {
          organization_id: organization,
          event: {
            action: 'sso.other',
            occurred_at: '2026-03-01T12:00:00Z',
            actor: { id: 'user_1', type: 'user' },
            targets: [{ id: organization, type: 'organization' }],
            context: { location: '203.0.113.9' },
          },
        });
      },
    },
  },
  {
    name: 'organizations',
    paths: /^\/organizations/,
    count: async ({ call }) => (await call('GET', '/organizations')).data.length,
    ways: {
      API: ({ call }) => call('POST', '/organizations', { name: 'Globex' }),
      'control API': ways.organization,
    },
  },
  {
    name: 'connections',
    paths: /^\/connections/,
    count: async ({ call }) => (await call('GET', '/connections')).data.length,
    ways: {
      portal: portal('sso', { identityProvider: 'okta', protocol: 'saml' }),
      'control API': ways.connection,
    },
  },
  {
    name: 'directories',
    paths: /^\/directories/,
    count: async ({ call }) => (await call('GET', '/directories')).data.length,
    ways: {
      portal: portal('dsync', { identityProvider: 'okta' }),
      'control API': ways.directory,
    },
  },
  {
    name: 'directory users',
    paths: /^\/directory_users|^\/scim\/.*\/Users/,
    count: async ({ call, emulator }) =>
      (await call('GET', `/directory_users?directory=${emulator.directories()[0]?.id}`)).data?.length ?? 0,
    ways: { SCIM: ways.scimUser, 'control API': ways.directoryUser },
  },
  {
    name: 'directory groups',
    paths: /^\/directory_groups|^\/scim\/.*\/Groups/,
    count: async ({ call, emulator }) =>
      (await call('GET', `/directory_groups?directory=${emulator.directories()[0]?.id}`)).data?.length ?? 0,
    ways: { SCIM: ways.scimGroup, 'control API': ways.directoryGroup },
  },
  {
    name: 'events',
    paths: /^\/events/,
    count: async ({ call }) => (await call('GET', '/events?events=organization.created')).data.length,
    ways: {
      API: ({ call }) => call('POST', '/organizations', { name: 'Globex' }),
      'control API': ({ emulator }) => emulator.control.emitEvent({ event: 'organization.created' }),
    },
  },
  {
    name: 'webhook endpoints',
    paths: /^\/webhook_endpoints/,
    count: async ({ call }) => (await call('GET', '/webhook_endpoints')).data.length,
    ways: {
      API: ({ call }) =>
        call('POST', '/webhook_endpoints', { endpoint_url: 'https://b.example/', events: [] }),
      'control API': ({ emulator }) => emulator.control.createWebhookEndpoint({ url: 'https://c.example/' }),
    },
  },
];

const api = '/api/v1';

async function scalekitCount({ call }: SupportedWorld, path: string, list: string): Promise<number> {
  return (await call('GET', `${api}${path}`))[list]?.length ?? 0;
}

function ofOrganization(world: SupportedWorld): string {
  return `/organizations/${id(world.emulator.organizations())}`;
}

function createUser({ call, emulator }: SupportedWorld): Promise<Json> {
  return call('POST', `${api}/organizations/${id(emulator.organizations())}/users`, {
    email: 'ida@acme.example',
  });
}

/** What Scalekit shows, the most particular paths first. */
export const scalekitKinds: readonly Kind[] = [
  {
    name: 'directory users',
    paths: /\/directories\/.*\/users|^\/directory\/.*\/Users/,
    count: (world) =>
      scalekitCount(
        world,
        `${ofOrganization(world)}/directories/${world.emulator.directories()[0]?.id}/users`,
        'users',
      ),
    ways: { SCIM: ways.scimUser, 'control API': ways.directoryUser },
  },
  {
    name: 'directory groups',
    paths: /\/directories\/.*\/groups|^\/directory\/.*\/Groups/,
    count: (world) =>
      scalekitCount(
        world,
        `${ofOrganization(world)}/directories/${world.emulator.directories()[0]?.id}/groups`,
        'groups',
      ),
    ways: { SCIM: ways.scimGroup, 'control API': ways.directoryGroup },
  },
  {
    name: 'directories',
    paths: /\/directories/,
    count: (world) => scalekitCount(world, `${ofOrganization(world)}/directories`, 'directories'),
    ways: {
      API: (world) =>
        world.call('POST', `${api}${ofOrganization(world)}/directories`, { directory_type: 'SCIM' }),
      portal: magicLink('dir_sync', '/directories', { identityProvider: 'okta' }),
      'control API': ways.directory,
    },
  },
  {
    name: 'domains',
    paths: /\/organizations\/[^/]+\/domains/,
    async count(world) {
      const counts = await Promise.all(
        world.emulator
          .organizations()
          .map((organization) =>
            scalekitCount(world, `/organizations/${organization.id}/domains`, 'domains'),
          ),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    ways: {
      API: (world) => world.call('POST', `${api}${ofOrganization(world)}/domains`, { domain: 'acme.test' }),
      'control API': ways.domain,
    },
  },
  {
    name: 'connections',
    paths: /\/connections/,
    count: (world) => scalekitCount(world, '/connections?include=all', 'connections'),
    ways: {
      API: (world) =>
        world.call('POST', `${api}${ofOrganization(world)}/connections`, { provider: 'OKTA', type: 'SAML' }),
      portal: magicLink('sso', '/connections', { identityProvider: 'okta', protocol: 'saml' }),
      'control API': ways.connection,
    },
  },
  {
    name: 'users, memberships and roles',
    paths: /\/users|\/invites|\/memberships/,
    count: (world) => scalekitCount(world, '/users', 'users'),
    ways: {
      API: createUser,
      login: async ({ emulator, call }) => {
        const { authorization_endpoint: endpoint } = await call('GET', '/.well-known/openid-configuration');
        const authorize = new URL(endpoint);
        authorize.search = String(
          new URLSearchParams({
            client_id: 'skc_58345499215790613',
            redirect_uri: 'https://app.example/callback',
            response_type: 'code',
            scope: 'openid',
            connection_id: id(emulator.connections()),
          }),
        );
        await emulator.control.signIn(authorize, { email: 'iris@acme.example' });
      },
    },
  },
  {
    name: 'events',
    paths: /\/events/,
    count: async ({ call }) => (await call('POST', `${api}/events`, {})).events.length,
    ways: {
      API: ({ call }) => call('POST', `${api}/organizations`, { display_name: 'Globex' }),
      'control API': ({ emulator }) => emulator.control.emitEvent({ type: 'organization.created' }),
    },
  },
  {
    name: 'organizations',
    paths: /\/organizations/,
    count: (world) => scalekitCount(world, '/organizations', 'organizations'),
    ways: {
      API: ({ call }) => call('POST', `${api}/organizations`, { display_name: 'Globex' }),
      'control API': ways.organization,
    },
  },
];
