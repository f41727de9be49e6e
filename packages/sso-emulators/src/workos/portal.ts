import { type EmulatorRequest, type EmulatorResponse, redirect, ResponseError } from '../kernel/http.js';
import { messagePage } from '../kernel/pages.js';
import { route, type Route } from '../kernel/router.js';
import { Problems, readBody } from './body.js';
import { onlyMessage } from './errors.js';
import type { PortalLink } from './objects.js';
import { isPortalIntent, portalIntents, showPortal, submitPortal } from './portal-intents.js';
import type { WorkosState } from './state.js';

const linkLifetime = 5 * 60_000;
/** How long a page may stay open is not documented. [?] */
const sessionLifetime = 60 * 60_000;
const linkPath = '/portal/setup';
const sessionPath = '/portal/session';

export function portalRoutes(state: WorkosState): Route[] {
  return [
    route('POST', '/portal/generate_link', (request) => {
      const body = readBody(request);
      const problems = new Problems();
      const organizationId = problems.requiredText(body, 'organization');
      const intent = problems.text(body, 'intent') ?? 'sso';
      if (!isPortalIntent(intent))
        problems.add('intent', `intent must be one of ${portalIntents.join(', ')}`);
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
      state.portalLinks.set(token, {
        organizationId,
        intent: isPortalIntent(intent) ? intent : 'sso',
        returnUrl,
        successUrl,
        expiresAt,
      });
      return { status: 201, body: { link: `${request.url.origin}${linkPath}?token=${token}` } };
    }),
  ];
}

/**
 * The page behind a portal link, what the customer's IT admin does there in a few buttons. A link opens for five minutes, and what it
 * opens is limited to its organization and intent. [D]
 */
export function portalPages(state: WorkosState, domainPolicy: boolean): Route[] {
  function open(request: EmulatorRequest): string {
    const link = state.portalLinks.get(request.url.searchParams.get('token') ?? '');
    if (!link || link.expiresAt <= state.now().getTime()) throw expired();
    const session = state.newToken();
    state.portalSessions.set(session, { ...link, expiresAt: state.now().getTime() + sessionLifetime });
    return session;
  }

  function find(session: string): PortalLink {
    const link = state.portalSessions.get(session);
    const exists = link && state.organizations.get(link.organizationId);
    if (!link || !exists || link.expiresAt <= state.now().getTime()) throw expired();
    return link;
  }

  function submit(request: EmulatorRequest, session: string): EmulatorResponse {
    const { origin } = request.url;
    const link = find(session);
    const finished = submitPortal({ state, domainPolicy, origin, link }, request.form());
    const next = finished ? link.successUrl : undefined;
    return { ...redirect(next ?? `${origin}${sessionPath}/${session}`), status: 303 };
  }

  return [
    route('GET', linkPath, (request) => redirect(`${sessionPath}/${open(request)}`)),
    // A form sent to the link itself opens it on the way.
    route('POST', linkPath, (request) => submit(request, open(request))),
    route('GET', `${sessionPath}/{session}`, (request) =>
      showPortal({
        state,
        domainPolicy,
        origin: request.url.origin,
        link: find(request.params['session'] ?? ''),
      }),
    ),
    route('POST', `${sessionPath}/{session}`, (request) => submit(request, request.params['session'] ?? '')),
  ];
}

function expired(): ResponseError {
  return new ResponseError(messagePage('This link has expired', 'Ask for a new one in the app.', 400));
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
