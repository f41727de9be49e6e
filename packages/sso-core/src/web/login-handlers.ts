import { invalidArgument, LoginRejectedError, SsoError } from '../errors.js';
import type { BeginLogin, LoginClient, LoginResult } from '../login/login-client.js';
import type { LoginSelector, LogoutRequest } from '../provider/facets/login.js';
import type { SsoProvider } from '../provider/provider.js';
import { createFlowCookies } from './flow-cookie.js';

export interface LoginHandlersOptions {
  /** A client made with login settings. Its redirect URIs must end in `/callback`; the other paths are their siblings. */
  readonly sso: { readonly login: LoginClient; readonly provider: SsoProvider };
  /** Makes your session and answers, usually with a redirect to `result.returnTo`. */
  readonly onLogin: (result: LoginResult, request: Request) => Response | Promise<Response>;
  /** Ends your session: what the vendor needs for its own logout (`null` to skip that), and your `Set-Cookie` headers. */
  readonly onLogout?: (request: Request) => LogoutReply | Promise<LogoutReply>;
  /** Default: a short plain-text answer with the reason. */
  readonly onRejected?: (error: SsoError, request: Request) => Response | Promise<Response>;
  /** Your sign-in page: where a person goes who must say who they are. Default `/`. */
  readonly signInPath?: string;
}

export interface LogoutReply {
  readonly logout: LogoutRequest | null;
  /** A `Headers` can hold several `Set-Cookie`. */
  readonly headers?: Headers | Readonly<Record<string, string>>;
}

/**
 * Request handlers of one provider, free to be passed around. `handle` dispatches by path and answers `undefined` for paths that are
 * not its own.
 */
export interface LoginHandlers {
  /** `GET …/start` with `email`, `organization`, `connection`, `domain` or `identityProvider`, and optionally `returnTo`. */
  readonly start: (request: Request) => Promise<Response>;
  /** `GET …/callback`. Also recognises logins that began at the identity provider and starts them anew. */
  readonly callback: (request: Request) => Promise<Response>;
  /** `GET …/idp-initiated`: register it where the vendor asks for an "initiate login" URL. */
  readonly idpInitiated: (request: Request) => Promise<Response>;
  /** `POST …/logout`. */
  readonly logout: (request: Request) => Promise<Response>;
  readonly handle: (request: Request) => Promise<Response | undefined>;
}

const selectorNames = ['organization', 'connection', 'domain', 'identityProvider'] as const;

/** Throws `invalid_argument` when the client has no login settings or a redirect URI does not end in `/callback`. */
export function createLoginHandlers(options: LoginHandlersOptions): LoginHandlers {
  const { sso, onLogin, onLogout, onRejected = answerRejection, signInPath = '/' } = options;
  const { login } = sso;
  const [redirectUri] = login.redirectUris;
  const paths = login.redirectUris.map((uri) => new URL(uri).pathname);
  if (redirectUri === undefined || !paths.every((path) => path.endsWith('/callback'))) {
    throw invalidArgument(
      'createLoginHandlers needs createSso({ login: { redirectUri } }) with a redirect URI whose path ends in "/callback"',
      {
        provider: sso.provider.id,
      },
    );
  }
  const cookies = createFlowCookies(redirectUri);

  async function begin(request: BeginLogin): Promise<Response> {
    const { url, flow, state, expiresAt } = await login.begin(request);
    return redirect(url, { 'set-cookie': cookies.set(state, flow, expiresAt) });
  }

  function toSignIn(reason: string): Response {
    return redirect(`${signInPath}${signInPath.includes('?') ? '&' : '?'}sso=${reason}`);
  }

  /** A login that began at the identity provider is started anew; `undefined` when this is not one. */
  async function restart(request: Request): Promise<Response | undefined> {
    const unsolicited = await login.readIdpInitiated(request);
    if (!unsolicited) return undefined;
    const { selector, loginHint, returnTo } = unsolicited;
    if (!selector) return toSignIn('identify');
    return begin({ ...selector, returnTo, ...(loginHint === null ? {} : { loginHint }) });
  }

  const refusing = (handler: (request: Request) => Promise<Response>) => async (request: Request) => {
    try {
      return noStore(await handler(request));
    } catch (error) {
      if (!SsoError.isInstance(error)) throw error;
      return noStore(await onRejected(error, request));
    }
  };

  const start = refusing(async (request) => {
    const query = new URL(request.url).searchParams;
    const returnTo = query.get('returnTo') ?? undefined;
    const shared = returnTo === undefined ? {} : { returnTo };
    const email = query.get('email');
    if (email !== null) {
      const { selector, loginHint } = await login.lookup(email);
      return selector ? begin({ ...selector, ...shared, loginHint }) : toSignIn('unavailable');
    }
    const selector = Object.fromEntries(
      selectorNames.flatMap((name) => (query.has(name) ? [[name, query.get(name)]] : [])),
    );
    return begin({ ...(selector as unknown as LoginSelector), ...shared });
  });

  async function callback(request: Request): Promise<Response> {
    const state = new URL(request.url).searchParams.get('state');
    const flow = cookies.read(request.headers.get('cookie'), state);
    const finish = refusing(
      async () =>
        (await restart(request)) ?? onLogin(await login.complete({ callback: request, flow }), request),
    );
    const response = await finish(request);
    if (flow !== undefined) response.headers.append('set-cookie', cookies.clear(state!));
    return response;
  }

  const idpInitiated = refusing(async (request) => (await restart(request)) ?? toSignIn('identify'));

  const logout = refusing(async (request) => {
    if (request.method !== 'POST')
      return new Response('Log out with POST', { status: 405, headers: { allow: 'POST' } });
    const { logout: atVendor, headers = {} } = (await onLogout?.(request)) ?? { logout: null };
    const target = atVendor ? await login.logoutUrl(atVendor).catch(unlessUnsupported) : undefined;
    return redirect(target ?? signInPath, headers);
  });

  const routes: Record<string, (request: Request) => Promise<Response>> = Object.assign(
    {},
    ...paths.map((path) => {
      const basePath = path.slice(0, -'/callback'.length);
      return {
        [`${basePath}/start`]: start,
        [`${basePath}/callback`]: callback,
        [`${basePath}/idp-initiated`]: idpInitiated,
        [`${basePath}/logout`]: logout,
      };
    }),
  );
  return {
    start,
    callback,
    idpInitiated,
    logout,
    handle: async (request) => routes[new URL(request.url).pathname]?.(request),
  };
}

/** Your session is over either way; not every login can be ended at the vendor. */
function unlessUnsupported(error: unknown): undefined {
  if (!SsoError.isInstance(error)) throw error;
}

function redirect(location: string, init: Headers | Readonly<Record<string, string>> = {}): Response {
  const headers = new Headers(init);
  headers.set('location', location);
  return new Response(null, { status: 303, headers });
}

/** 4xx for what the visitor brought; 5xx, which monitoring watches, for the vendor's trouble and the app's own. */
function statusOf({ code }: SsoError): number {
  switch (code) {
    case 'unavailable':
    case 'deadline_exceeded':
    case 'rate_limited':
      return 503;
    case 'login_rejected':
      return 403;
    case 'invalid_argument':
    case 'not_found':
    case 'failed_precondition':
    case 'verification_failed':
    case 'unsupported':
      return 400;
    default:
      return 500;
  }
}

function answerRejection(error: SsoError): Response {
  const reason = LoginRejectedError.isInstance(error) ? error.reason : error.code;
  return new Response(`Sign-in failed: ${reason.replaceAll('_', ' ')}.\n`, {
    status: statusOf(error),
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
}

/** A copy: `Response.redirect` makes immutable headers. */
function noStore(response: Response): Response {
  const copy = new Response(response.body, response);
  copy.headers.set('cache-control', 'no-store');
  return copy;
}
