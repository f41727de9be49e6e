import type { EmulatorRequest, EmulatorResponse } from '../kernel/http.js';
import { markup, messagePage, page } from '../kernel/pages.js';
import { route, type Route } from '../kernel/router.js';
import { isActive } from './connections.js';
import type { ScalekitEnvironment } from './environment.js';
import type { Connection, PortalLink } from './objects.js';

const sessionLifetime = 6 * 60 * 60 * 1000;

/** What a customer's IT admin sees behind a portal link: the link opens once and starts a session of six hours [D]. */
export function portalRoutes({ state }: ScalekitEnvironment): Route[] {
  function find({ params }: EmulatorRequest): PortalLink | undefined {
    return state.portalLinks.get(params['token'] ?? '');
  }

  function show(link: PortalLink): EmulatorResponse {
    const organization = state.organizations.get(link.organization_id);
    const connections = state.connectionsOf(link.organization_id);
    return page(
      'Admin portal',
      markup`<header>
<p class="badge">Admin portal</p>
<h1>${organization?.display_name}</h1>
<p>${connections.length === 0 ? 'No single sign-on connection is set up yet.' : 'Turn single sign-on on or off for your organization.'}</p>
</header>
${link.features.includes('sso') ? connections.map((connection) => connectionForm(link, connection)) : markup`<p>Single sign-on is not part of this link.</p>`}`,
    );
  }

  return [
    route('GET', '/magicLink/{token}', (request) => {
      const link = find(request);
      if (!link || !state.openPortalLink(link)) return expired();
      return { status: 302, headers: { location: `/portal/${link.token}`, 'cache-control': 'no-store' } };
    }),

    route('GET', '/portal/{token}', (request) => {
      const link = find(request);
      return link && isOpen(link) ? show(link) : expired();
    }),

    route('POST', '/portal/{token}/connections/{id}', (request) => {
      const link = find(request);
      const connection = state.connections.get(request.params['id'] ?? '');
      const allowed = link && isOpen(link) && link.features.includes('sso');
      if (!allowed || connection?.organization_id !== link.organization_id) return expired();
      state.setConnectionEnabled(connection, request.form().get('enabled') === 'true');
      return { status: 303, headers: { location: `/portal/${link.token}` } };
    }),
  ];

  function isOpen({ used, expires }: PortalLink): boolean {
    return used && expires + sessionLifetime > state.now();
  }
}

function connectionForm({ token }: PortalLink, connection: Connection) {
  const { id, name, provider, type, status, enabled } = connection;
  const finished = status === 'COMPLETED';
  const button = enabled ? markup`<button class="danger">Disable</button>` : markup`<button>Enable</button>`;
  return markup`<section>
<h2>${name}</h2>
<p>${provider} · ${type} · ${isActive(connection) ? 'enabled' : finished ? 'disabled' : 'not configured yet'}</p>
${finished ? markup`<form method="post" action="/portal/${token}/connections/${id}"><input type="hidden" name="enabled" value="${String(!enabled)}">${button}</form>` : undefined}
</section>`;
}

function expired(): EmulatorResponse {
  return messagePage('This link has expired', 'Ask for a new link: each works once and for one minute.', 410);
}
