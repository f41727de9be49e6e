import { SsoError, type CertificateNotice, type OrganizationId, type PortalIntent } from '@org/sso-core';
import { auditActions, type AuditAction } from '../actions.js';
import type { ActionRequest, AdminActor } from '../actor.js';
import { PermissionDeniedError } from '../authorization.js';
import { requestContext, type ClientAddress } from '../request-context.js';
import type { SsoAdmin, SsoSettings } from '../sso-admin.js';
import { isPageChange, pageChanges, type PageChangeName } from './changes.js';
import { confirmationPage, messagePage } from './confirmation.js';
import { createFormTokens, type FormOwner, type FormToken } from './form-tokens.js';
import { failureText, statusOf } from './failures.js';
import { isFromThisPage, readForm } from './form-request.js';
import { denialTexts } from './labels.js';
import { createLayout, renderPage, safetyHeaders, type Page } from './layout.js';
import { formsOf, overviewPage, tokenKey } from './overview.js';
import { checkSecrets, invalid, readUrl } from './page-settings.js';
import { themeCss, type SettingsTheme } from './theme.js';

/** Whoever opened the page, from your session. */
export interface SettingsVisitor {
  readonly actor: AdminActor;
  /** Whether the session is alive now. */
  readonly sessionActive: boolean;
  /** Your session's id: forms are good for it alone. It is not shown. */
  readonly sessionId: string;
  /** Shown to the visitor. */
  readonly organizationName?: string | undefined;
}

export interface SettingsPageOptions {
  readonly admin: SsoAdmin;
  /** Where browsers find the page, such as `https://app.example.com/settings/sso`. It serves this path and those below. */
  readonly url: string;
  /** Sign the page's forms: at least 32 characters each. The first signs, all of them count. May be those of the login. */
  readonly secrets: readonly string[];
  /** `null` for somebody who is not signed in. */
  readonly actorOf: (request: Request) => SettingsVisitor | null | Promise<SettingsVisitor | null>;
  /** Answers somebody who is not signed in, usually with a redirect. Default: a page that says so. */
  readonly onSignedOut?: (request: Request) => Response | Promise<Response>;
  /** Where the visitor's IP address is found behind proxies. */
  readonly clientAddress?: ClientAddress;
  /** What you know of certificates of the organization's connections, from `connection.certificate_renewal_required` events. */
  readonly certificates?: (
    organizationId: OrganizationId,
  ) => readonly CertificateNotice[] | Promise<readonly CertificateNotice[]>;
  /** A way back into your app. */
  readonly backLink?: { readonly url: string; readonly text: string };
  readonly theme?: SettingsTheme;
  /**
   * Where the vendor's portal opens. Default: in the same tab when the link carries the way back (over https), otherwise in a new one.
   * Never in a frame: the portal signs people in, and vendors and browsers keep that out of frames of other sites.
   */
  readonly portalTarget?: 'same_tab' | 'new_tab';
  /** Origins the portal may be at, for the content security policy. Default: any https origin, and http ones on a loopback page. */
  readonly portalOrigins?: readonly string[];
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Answers `undefined` for paths that are not its own. */
export type SettingsPage = (request: Request) => Promise<Response | undefined>;

/** How long a form may stay open before it is sent. */
const formLifetimeSeconds = 3600;
const eventsPerPage = 10;
const changesOnly = (Object.keys(auditActions) as AuditAction[]).filter(
  (action) => action !== 'sso.view_settings',
);

/** A settings page for customers' admins: plain HTML that works without JavaScript. Throws `invalid_argument` for settings it cannot work with. */
export function createSettingsPage(options: SettingsPageOptions): SettingsPage {
  const { admin, actorOf, clientAddress, now = Date.now } = options;
  const { origin, path, isLoopback, isHttps } = readUrl(options.url);
  checkSecrets(options.secrets);
  const tokens = createFormTokens({ secrets: options.secrets, lifetimeSeconds: formLifetimeSeconds, now });
  const portalOrigins = options.portalOrigins ?? [
    'https:',
    ...(isLoopback ? ['http://localhost:*', 'http://127.0.0.1:*'] : []),
  ];
  const layout = createLayout({
    themeCss: themeCss(options.theme ?? {}),
    formTargets: ["'self'", ...portalOrigins],
    backLink: options.backLink ?? null,
  });
  const show = (page: Page) => renderPage(layout, page);
  const tell = (status: number, title: string, text: string, back = true) =>
    show({ title, status, main: messagePage(title, text, back ? path : null) });

  function portalInNewTab(organizationId: OrganizationId): boolean {
    if (options.portalTarget) return options.portalTarget === 'new_tab';
    return !carriesReturnUrl(organizationId);
  }
  /** Vendors take return URLs over https alone. */
  const carriesReturnUrl = (organizationId: OrganizationId) =>
    isHttps && admin.supportFor(organizationId).portalReturnUrl;

  async function showOverview(request: Request, visit: Visit): Promise<Response> {
    const { by, owner, visitor } = visit;
    const { organizationId } = by.actor;
    const query = new URL(request.url).searchParams;
    const settings = await admin.viewSettings({ organizationId }, by);
    const before = query.get('before');
    const [events, certificates, notice, formTokens] = await Promise.all([
      settings.allowed.has('sso.view_audit_events')
        ? admin.listEvents(
            {
              organizationId,
              actions: changesOnly,
              limit: eventsPerPage,
              ...(before !== null && { after: before }),
            },
            by,
          )
        : null,
      options.certificates?.(organizationId) ?? [],
      readNotice(query, owner),
      signForms(settings, owner),
    ]);
    const main = overviewPage({
      path,
      organizationName: visitor.organizationName ?? null,
      settings,
      sessionActive: by.sessionActive,
      notice,
      certificates,
      events,
      portalInNewTab: portalInNewTab(organizationId),
      tokens: formTokens,
    });
    // Screen readers say the title first, and a status that was there from the start not at all.
    return show({ title: notice === null ? 'Single sign-on' : `${notice} Single sign-on`, main });
  }

  async function signForms(settings: SsoSettings, owner: FormOwner): Promise<ReadonlyMap<string, string>> {
    const signed = formsOf(settings).map(
      async ({ purpose, target }) =>
        [tokenKey(purpose, target), await tokens.sign(purpose, owner, target)] as const,
    );
    return new Map(await Promise.all(signed));
  }

  /** A notice is signed, so that no link can make the page say what did not happen. */
  async function readNotice(query: URLSearchParams, owner: FormOwner): Promise<string | null> {
    const [done, token] = [query.get('done') ?? '', query.get('notice') ?? ''];
    if (!isPageChange(done) || !(await tokens.verify(`notice ${done}`, owner, token))) return null;
    return pageChanges[done].done;
  }

  async function showConfirmation(request: Request, name: PageChangeName, visit: Visit): Promise<Response> {
    const { action, kind, label } = pageChanges[name];
    const { organizationId } = visit.by.actor;
    const id = new URL(request.url).searchParams.get('id') ?? '';
    const settings = await admin.viewSettings({ organizationId }, visit.by);
    if (!settings.allowed.has(action)) return refusal(action, visit.by);
    const entities = kind === 'connection' ? settings.connections : (settings.directories ?? []);
    const found = entities.find((entity) => entity.id === id);
    if (!found) return tell(404, 'Not found', failureText('not_found'));
    const token = await tokens.sign(name, visit.owner, id);
    const main = confirmationPage({ path, change: name, name: found.name || id, id, token });
    return show({ title: `${label} the ${kind}?`, main });
  }

  function refusal(action: AuditAction, { actor, sessionActive }: ActionRequest): Response {
    if (!admin.supportFor(actor.organizationId).actions.has(action))
      return tell(400, 'Not possible', failureText('unsupported'));
    return tell(403, 'Not allowed', denialTexts[sessionActive ? 'policy' : 'session_expired']);
  }

  /** The token of a form this visitor was shown; an answer where it is not. */
  async function readToken(
    request: Request,
    purpose: string,
    { owner }: Visit,
  ): Promise<FormToken | Response> {
    const form = await readForm(request);
    if (!form) return tell(400, 'Not understood', 'Go back and use the form of the page.');
    const token = isFromThisPage(request, origin)
      ? await tokens.verify(purpose, owner, form.get('token') ?? '')
      : undefined;
    return (
      token ??
      tell(
        403,
        'This form is no longer valid',
        'It was open for too long, or you signed in anew since. Nothing was changed: go back and try once more.',
      )
    );
  }

  async function openPortal(request: Request, visit: Visit): Promise<Response> {
    const token = await readToken(request, 'portal', visit);
    if (token instanceof Response) return token;
    const { organizationId } = visit.by.actor;
    const link = await admin.createManagementPortalUrl(
      {
        organizationId,
        intent: token.target as PortalIntent,
        ...(carriesReturnUrl(organizationId) && { returnUrl: origin + path }),
      },
      visit.by,
    );
    return redirect(link.url);
  }

  async function change(request: Request, name: PageChangeName, visit: Visit): Promise<Response> {
    const token = await readToken(request, name, visit);
    if (token instanceof Response) return token;
    const { organizationId } = visit.by.actor;
    await pageChanges[name].run(admin, { organizationId, id: token.target, key: token.id }, visit.by);
    const notice = await tokens.sign(`notice ${name}`, visit.owner, '');
    return redirect(`${path}?done=${name}&notice=${notice}`);
  }

  function showFailure(error: unknown): Response {
    if (!SsoError.isInstance(error)) throw error;
    if (error instanceof PermissionDeniedError)
      return tell(403, 'Not allowed', denialTexts[error.reason], error.reason !== 'other_organization');
    const status = statusOf(error.code);
    return tell(status, status === 404 ? 'Not found' : 'That did not work', failureText(error.code));
  }

  async function signedOut(request: Request): Promise<Response> {
    if (!options.onSignedOut) return tell(401, 'Signed out', 'Sign in to see the settings.', false);
    return withSafetyHeaders(await options.onSignedOut(request));
  }

  return async (request) => {
    const name = partBelow(path, new URL(request.url).pathname);
    const route = name === undefined ? undefined : routeOf(name);
    if (!route) return undefined;
    const handler = route[request.method === 'HEAD' ? 'GET' : request.method];
    if (!handler) {
      const answer = tell(405, 'Not understood', 'Go back and use the buttons of the page.');
      answer.headers.set('allow', Object.keys(route).join(', '));
      return answer;
    }
    const visitor = await actorOf(request);
    if (!visitor) return signedOut(request);
    // A mistake of the app is the app's to see.
    const visit = await visitOf(visitor, request);
    try {
      return await handler(request, visit);
    } catch (error) {
      return showFailure(error);
    }
  };

  function routeOf(name: string): Route | undefined {
    if (name === '') return { GET: showOverview };
    if (name === 'portal') return { POST: openPortal };
    if (!isPageChange(name)) return undefined;
    return {
      ...(pageChanges[name].confirmation && {
        GET: (request, visit) => showConfirmation(request, name, visit),
      }),
      POST: (request, visit) => change(request, name, visit),
    };
  }

  async function visitOf(visitor: SettingsVisitor, request: Request): Promise<Visit> {
    const { actor, sessionActive, sessionId } = visitor;
    if (typeof sessionId !== 'string' || sessionId === '')
      throw invalid('actorOf must answer the id of the session, which forms are bound to');
    const { parseRequest } = await import('../schemas.js');
    const context = requestContext(request, { clientAddress });
    return {
      visitor,
      by: parseRequest({ actor, sessionActive, context }, 'createSettingsPage'),
      owner: { sessionId, actorId: actor.id, organizationId: actor.organizationId },
    };
  }
}

interface Visit {
  readonly visitor: SettingsVisitor;
  readonly by: ActionRequest;
  readonly owner: FormOwner;
}

type Route = Readonly<Record<string, (request: Request, visit: Visit) => Promise<Response>>>;

/** The part of a path below the page's own; `undefined` for paths elsewhere. */
function partBelow(path: string, pathname: string): string | undefined {
  if (pathname === path || pathname === `${path}/`) return '';
  return pathname.startsWith(`${path}/`) ? pathname.slice(path.length + 1) : undefined;
}

function redirect(location: string): Response {
  return new Response(null, { status: 303, headers: { location, ...safetyHeaders } });
}

/** A copy: `Response.redirect` makes immutable headers. */
function withSafetyHeaders(response: Response): Response {
  const copy = new Response(response.body, response);
  for (const [name, value] of Object.entries(safetyHeaders)) copy.headers.set(name, value);
  return copy;
}
