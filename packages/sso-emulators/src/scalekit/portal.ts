import type { EmulatorRequest, EmulatorResponse } from '../kernel/http.js';
import { markup, messagePage } from '../kernel/pages.js';
import {
  addForm,
  button,
  facts,
  type PortalItem,
  portalPage,
  type PortalSection,
  removal,
} from '../kernel/portal-pages.js';
import { route, type Route } from '../kernel/router.js';
import { type IdentityProvider, identityProviders } from '../kernel/seed.js';
import { isActive } from './connections.js';
import { scimPath } from './directories.js';
import type { ScalekitEnvironment } from './environment.js';
import type { Connection, Directory, Organization, PortalLink } from './objects.js';

const sessionLifetime = 6 * 60 * 60 * 1000;

const protocols = ['saml', 'oidc'] as const;

/** What a customer's IT admin sees behind a portal link: the link opens once and starts a session of six hours [D]. */
export function portalRoutes(environment: ScalekitEnvironment): Route[] {
  const { state } = environment;

  interface Session {
    readonly link: PortalLink;
    readonly organization: Organization;
    /** Where the session's page is. */
    readonly path: string;
  }

  function find({ params }: EmulatorRequest): PortalLink | undefined {
    return state.portalLinks.get(params['token'] ?? '');
  }

  /** The session of an opened link, if it is about this feature. */
  function session(request: EmulatorRequest, feature?: string): Session | undefined {
    const link = find(request);
    const organization = link && state.organizations.get(link.organization_id);
    const isOpen = link?.used === true && link.expires + sessionLifetime > state.now();
    if (!organization || !isOpen || (feature !== undefined && !link.features.includes(feature)))
      return undefined;
    return { link, organization, path: `/portal/${link.token}` };
  }

  function show({ link, organization, path }: Session): EmulatorResponse {
    const { features } = link;
    const sections = [
      features.includes('sso') && connectionSection(path, state.connectionsOf(organization.id)),
      features.includes('dir_sync') &&
        directorySection(environment, path, state.directories.of(organization.id)),
    ].filter((section) => section !== false);
    const response = portalPage({
      organization: organization.display_name,
      purpose: sections.length === 1 ? sections[0]!.title : 'SSO and directory sync',
      lead: leadOf(features),
      sections,
    });
    return framedBy(environment, response);
  }

  return [
    route('GET', '/magicLink/{token}', (request) => {
      const link = find(request);
      if (!link || !state.openPortalLink(link)) return expired();
      return { status: 302, headers: { location: `/portal/${link.token}`, 'cache-control': 'no-store' } };
    }),

    route('GET', '/portal/{token}', (request) => {
      const open = session(request);
      return open ? show(open) : expired();
    }),

    route('POST', '/portal/{token}/connections', (request) => {
      const open = session(request, 'sso');
      if (!open) return expired();
      const form = request.form();
      state.seedConnection(open.organization, {
        identityProvider: chosen(form),
        protocol: form.get('protocol') === 'oidc' ? 'oidc' : 'saml',
        enabled: false,
      });
      return seeOther(open.path);
    }),

    route('POST', '/portal/{token}/connections/{id}', (request) => {
      const open = session(request, 'sso');
      const connection = state.connections.get(request.params['id'] ?? '');
      if (!open || connection?.organization_id !== open.organization.id) return expired();
      const form = request.form();
      if (form.has('delete')) state.deleteConnection(connection);
      else if (form.has('configure')) state.configureConnection(connection);
      else if (form.has('enabled')) state.setConnectionEnabled(connection, form.get('enabled') === 'true');
      return seeOther(open.path);
    }),

    route('POST', '/portal/{token}/directories', (request) => {
      const open = session(request, 'dir_sync');
      if (!open) return expired();
      state.directories.setUp(open.organization, chosen(request.form()));
      return seeOther(open.path);
    }),

    route('POST', '/portal/{token}/directories/{id}', (request) => {
      const open = session(request, 'dir_sync');
      const directory = state.directories.all.get(request.params['id'] ?? '');
      if (!open || directory?.organization_id !== open.organization.id) return expired();
      const form = request.form();
      if (form.has('delete')) state.directories.delete(directory);
      else if (form.has('enabled')) state.directories.setEnabled(directory, form.get('enabled') === 'true');
      return seeOther(open.path);
    }),
  ];
}

function connectionSection(path: string, connections: readonly Connection[]): PortalSection {
  const items = connections.map((connection): PortalItem => {
    const { id, name, provider, type, status, enabled } = connection;
    const works = isActive(connection);
    const action = (label: string, fields: Readonly<Record<string, string>>) => ({
      label,
      of: name,
      path: `${path}/connections/${id}`,
      fields,
    });
    return {
      name,
      detail: `${provider} · ${type}`,
      status: works ? 'enabled' : status === 'COMPLETED' ? 'disabled' : 'not configured yet',
      works,
      actions: [
        status !== 'COMPLETED'
          ? button(action('Configure', { configure: 'true' }))
          : enabled
            ? button(action('Disable', { enabled: 'false' }), 'plain')
            : button(action('Enable', { enabled: 'true' })),
        removal(action('Delete', { delete: 'true' }), 'Nobody signs in through it any more.'),
      ],
    };
  });
  return {
    title: 'Single sign-on',
    items,
    none: 'No connection is set up yet.',
    add: markup`<details class="add"${items.length === 0 ? ' open' : ''}><summary>New connection</summary>${addForm(
      {
        label: 'Set up',
        path: `${path}/connections`,
        choices: { identityProvider: identityProviders, protocol: protocols },
      },
    )}</details>`,
  };
}

function directorySection(
  environment: ScalekitEnvironment,
  path: string,
  directories: readonly Directory[],
): PortalSection {
  const items = directories.map((directory): PortalItem => {
    const { id, name, directory_type: type, enabled, status, contents } = directory;
    const action = (label: string, fields: Readonly<Record<string, string>>) => ({
      label,
      of: name,
      path: `${path}/directories/${id}`,
      fields,
    });
    return {
      name,
      detail: `${type} · ${contents.users.size} people, ${contents.groups.size} groups`,
      status: enabled ? (status === 'COMPLETED' ? 'enabled' : 'waits for the first request') : 'disabled',
      works: enabled,
      content: facts('For your identity provider', [
        ['SCIM endpoint', scimPath(environment.url, directory)],
        ['Bearer token', environment.state.directories.liveSecret(directory).plain],
      ]),
      actions: [
        enabled
          ? button(action('Disable', { enabled: 'false' }), 'plain')
          : button(action('Enable', { enabled: 'true' })),
        removal(action('Delete', { delete: 'true' }), 'Its people and groups go with it.'),
      ],
    };
  });
  return {
    title: 'Directory sync',
    items,
    none: 'No directory is set up yet.',
    add: markup`<details class="add"${items.length === 0 ? ' open' : ''}><summary>New directory</summary>${addForm(
      {
        label: 'Set up',
        path: `${path}/directories`,
        choices: { identityProvider: identityProviders },
      },
    )}</details>`,
  };
}

function leadOf(features: readonly string[]): string {
  const [sso, directories] = [features.includes('sso'), features.includes('dir_sync')];
  if (sso && directories) return 'Set up how your people sign in and the directory they come from.';
  if (sso) return 'Set up how your people sign in.';
  if (directories) return 'Set up the directory your people come from.';
  return 'Neither is switched on for your organization.';
}

function chosen(form: URLSearchParams): IdentityProvider {
  return identityProviders.find((known) => known === form.get('identityProvider')) ?? 'generic';
}

function seeOther(location: string): EmulatorResponse {
  return { status: 303, headers: { location, 'cache-control': 'no-store' } };
}

/** Apps may show the portal in a frame, if their origin is that of a registered redirect URI [D]. */
function framedBy({ redirectUris }: ScalekitEnvironment, response: EmulatorResponse): EmulatorResponse {
  const origins = redirectUris?.flatMap((uri) => /^https?:\/\/[^/]+/.exec(uri) ?? []) ?? [
    'http://localhost:*',
    'http://127.0.0.1:*',
  ];
  const policy = `${response.headers?.['content-security-policy']}; frame-ancestors ${["'self'", ...origins].join(' ')}`;
  return { ...response, headers: { ...response.headers, 'content-security-policy': policy } };
}

function expired(): EmulatorResponse {
  return messagePage('This link has expired', 'Ask for a new link: each works once and for one minute.', 410);
}
