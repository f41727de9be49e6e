import { type EmulatorRequest, type EmulatorResponse, redirect, ResponseError } from '../kernel/http.js';
import { markup, type Markup, messagePage, page } from '../kernel/pages.js';
import { route, type Route } from '../kernel/router.js';
import { identityProviders } from '../kernel/seed.js';
import { Problems, readBody } from './body.js';
import { onlyMessage } from './errors.js';
import type { Organization, PortalLink } from './objects.js';
import type { WorkosState } from './state.js';

const intents = [
  'sso',
  'dsync',
  'audit_logs',
  'log_streams',
  'domain_verification',
  'certificate_renewal',
  'bring_your_own_key',
];

const linkLifetime = 5 * 60_000;
const portalPath = '/portal/setup';

export function portalRoutes(state: WorkosState): Route[] {
  return [
    route('POST', '/portal/generate_link', (request) => {
      const body = readBody(request);
      const problems = new Problems();
      const organizationId = problems.requiredText(body, 'organization');
      const intent = problems.text(body, 'intent') ?? 'sso';
      if (!intents.includes(intent)) problems.add('intent', `intent must be one of ${intents.join(', ')}`);
      const returnUrl = readUrl(body, 'return_url', problems);
      const successUrl = readUrl(body, 'success_url', problems);
      const contacts = body['it_contact_emails'] ?? body['admin_emails'] ?? [];
      if (!Array.isArray(contacts) || contacts.length > 20) {
        problems.add('it_contact_emails', 'it_contact_emails must be an array of up to 20 e-mail addresses');
      }
      problems.check();
      if (!state.organizations.get(organizationId)) {
        throw onlyMessage(400, `Could not find an organization with the id, ${organizationId}.`);
      }
      const token = state.newToken();
      const expiresAt = state.now().getTime() + linkLifetime;
      state.portalLinks.set(token, { organizationId, intent, returnUrl, successUrl, expiresAt });
      return { status: 201, body: { link: `${request.url.origin}${portalPath}?token=${token}` } };
    }),
  ];
}

/** The page behind a portal link: what the customer's IT admin does there, in a few buttons. */
export function portalPages(state: WorkosState, domainPolicy: boolean): Route[] {
  return [
    route('GET', portalPath, (request) => {
      const { link, organization } = open(state, request);
      return portalPage(state, link, organization);
    }),
    route('POST', portalPath, (request) => {
      const { link, organization } = open(state, request);
      const form = request.form();
      const domain = state.domain(form.get('verify') ?? '');
      if (domain?.organization_id === organization.id) {
        state.setDomainState(domain, 'verified');
        return link.intent === 'domain_verification' ? finished(request, link) : redirect(request.url);
      }
      if (form.has('newDirectory')) {
        const { identityProvider, name } = chosenIdentityProvider(form, organization);
        state.directories.create(organization.id, { name, identityProvider, state: 'validating' });
        return finished(request, link);
      }
      const isVerified = organization.domains.some((owned) => owned.state === 'verified');
      if (domainPolicy && !isVerified && !organization.allow_profiles_outside_organization) {
        return messagePage('Verify a domain first', 'SSO needs a verified domain of the organization.', 400);
      }
      const connection = state.connections.get(form.get('activate') ?? '');
      if (connection?.organizationId === organization.id) {
        state.updateConnection(connection, { status: 'active' });
      } else {
        const { identityProvider, name } = chosenIdentityProvider(form, organization);
        const protocol = form.get('protocol') === 'oidc' ? 'oidc' : 'saml';
        state.createConnection(organization.id, { name, identityProvider, protocol, status: 'validating' });
      }
      return finished(request, link);
    }),
  ];
}

function chosenIdentityProvider(form: URLSearchParams, organization: Organization) {
  const chosen = form.get('identityProvider');
  const identityProvider = identityProviders.find((known) => known === chosen) ?? 'generic';
  return { identityProvider, name: `${organization.name} ${identityProvider}` };
}

function open(
  state: WorkosState,
  request: EmulatorRequest,
): { link: PortalLink; organization: Organization } {
  const link = state.portalLinks.get(request.url.searchParams.get('token') ?? '');
  const organization = link && state.organizations.get(link.organizationId);
  if (!link || !organization || link.expiresAt <= state.now().getTime()) {
    throw new ResponseError(messagePage('This link has expired', 'Ask for a new one in the app.', 400));
  }
  return { link, organization };
}

function finished(request: EmulatorRequest, link: PortalLink): EmulatorResponse {
  return redirect(link.successUrl ?? link.returnUrl ?? request.url);
}

function portalPage(state: WorkosState, link: PortalLink, organization: Organization): EmulatorResponse {
  if (link.intent === 'dsync') return directoryPage(state, link, organization);
  const connections = state.connectionsOf(organization.id);
  const pending = organization.domains.filter((domain) => domain.state !== 'verified');
  return page(
    `Set up ${organization.name}`,
    markup`<header>
<p class="badge">Admin Portal · ${link.intent}</p>
<h1>${organization.name}</h1>
<p>You set up single sign-on for your organization here.</p>
</header>
${
  pending.length > 0
    ? section(
        'Domains',
        pending.map((domain) => button('verify', domain.id, `Verify ${domain.domain}`)),
      )
    : undefined
}
${
  connections.length > 0
    ? section(
        'Connection',
        connections.map((connection) =>
          connection.state === 'active'
            ? markup`<p>${connection.name} is active.</p>`
            : button('activate', connection.id, `Activate ${connection.name}`),
        ),
      )
    : section('New connection', [newConnection()])
}
${link.returnUrl === undefined ? undefined : markup`<section><a href="${link.returnUrl}">Back to the app</a></section>`}`,
  );
}

function directoryPage(state: WorkosState, link: PortalLink, organization: Organization): EmulatorResponse {
  const directories = state.directories.of(organization.id);
  return page(
    `Set up ${organization.name}`,
    markup`<header>
<p class="badge">Admin Portal · ${link.intent}</p>
<h1>${organization.name}</h1>
<p>You connect your directory here.</p>
</header>
${
  directories.length > 0
    ? section(
        'Directory',
        directories.map(({ name, state: word }) => markup`<p>${name} is ${word}.</p>`),
      )
    : section('New directory', [
        markup`<form method="post">
<label>Identity provider <select name="identityProvider">${options(identityProviders)}</select></label>
<button name="newDirectory" value="1">Connect</button>
</form>`,
      ])
}
${link.returnUrl === undefined ? undefined : markup`<section><a href="${link.returnUrl}">Back to the app</a></section>`}`,
  );
}

function section(title: string, content: readonly Markup[]): Markup {
  return markup`<section><h2>${title}</h2>${content}</section>`;
}

function button(name: string, value: string, label: string): Markup {
  return markup`<form method="post"><button name="${name}" value="${value}">${label}</button></form>`;
}

function newConnection(): Markup {
  return markup`<form method="post">
<label>Identity provider <select name="identityProvider">${options(identityProviders)}</select></label>
<label>Protocol <select name="protocol">${options(['saml', 'oidc'])}</select></label>
<button>Connect</button>
</form>`;
}

function options(words: readonly string[]): Markup[] {
  return words.map((word) => markup`<option>${word}</option>`);
}

/** https only; loopback http is let through so that local apps can be returned to. */
function readUrl(body: Record<string, unknown>, field: string, problems: Problems): string | undefined {
  const value = problems.text(body, field);
  if (value === undefined) return undefined;
  const { protocol, hostname } = URL.canParse(value) ? new URL(value) : { protocol: '', hostname: '' };
  const isLoopback = protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1');
  if (protocol !== 'https:' && !isLoopback) problems.add(field, `${field} must be an https URL`);
  return value;
}
