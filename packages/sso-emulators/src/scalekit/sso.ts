import { decodeJwt, type JWTPayload } from 'jose';
import { loginLocation } from '../kernel/control.js';
import { type EmulatorRequest, type EmulatorResponse, redirect } from '../kernel/http.js';
import type { LoginAnswer } from '../kernel/identity-provider.js';
import { messagePage } from '../kernel/pages.js';
import { route, type Route } from '../kernel/router.js';
import { defined } from '../kernel/parse.js';
import type { IdpUser } from '../kernel/seed.js';
import { isActive, routesDomain } from './connections.js';
import { isRegisteredRedirectUri, type ScalekitEnvironment } from './environment.js';
import { errorPage } from './errors.js';
import type { Connection, PendingAuthorization, User } from './objects.js';
import type { ScalekitState } from './state.js';
import { signIdpInitiatedLogin } from './tokens.js';

const codeLifetime = 10 * 60 * 1000;

/** Social providers of `/oauth/authorize?provider=` [D]; the connection's provider is the same word in capitals. */
const socialProviders = new Set(['google', 'microsoft', 'github', 'gitlab', 'linkedin', 'salesforce']);

/** A refusal that goes back to the application. */
class CallbackError extends Error {
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.code = code;
  }
}

/** The authorization and logout endpoints. */
export function ssoRoutes(environment: ScalekitEnvironment): Route[] {
  const { state, clientId } = environment;

  function authorize({ url: { searchParams: query } }: EmulatorRequest): EmulatorResponse {
    const redirectUri = query.get('redirect_uri') ?? '';
    const echoed = query.get('state') ?? undefined;
    if (query.get('client_id') !== clientId) return errorPage('invalid_client', 'The client is not known.');
    if (!isRegisteredRedirectUri(environment, redirectUri)) {
      return errorPage('invalid_redirect_uri', 'The redirect URI is not among the allowed callback URLs.');
    }
    try {
      requireValid(query);
      const connection = selectConnection(environment, query);
      if (!connection) {
        return messagePage(
          'Sign in with a one-time code',
          'No enterprise connection matches, so Full Stack Auth offers a one-time code by e-mail. The emulator ends here.',
          200,
        );
      }
      const id = state.token('login');
      const pending: PendingAuthorization = {
        connection_id: connection.id,
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: query.get('scope') ?? '',
        ...defined({
          state: echoed,
          nonce: query.get('nonce') ?? undefined,
          login_hint: query.get('login_hint') ?? undefined,
          code_challenge: query.get('code_challenge') ?? undefined,
          prompt: query.get('prompt') ?? undefined,
        }),
      };
      state.pendingLogins.set(id, pending);
      return redirect(loginLocation(environment.url, id));
    } catch (error) {
      if (!(error instanceof CallbackError)) throw error;
      return redirect(
        callback(redirectUri, { error: error.code, error_description: error.message, state: echoed }),
      );
    }
  }

  function logout({ url: { searchParams: query } }: EmulatorRequest): EmulatorResponse {
    const hint = query.get('id_token_hint');
    const target = query.get('post_logout_redirect_uri');
    const claims = hint === null ? undefined : readIdToken(hint);
    if (hint !== null && claims?.iss !== environment.url)
      return errorPage('invalid_request', 'id_token_hint is not an ID token of this environment.');
    if (target !== null && !isRegisteredRedirectUri(environment, target)) {
      return errorPage('invalid_redirect_uri', 'The post-logout redirect URI is not among the allowed URLs.');
    }
    if (typeof claims?.['sid'] === 'string') state.recordLogout(claims['sid']);
    if (target === null) return messagePage('Signed out', 'You are signed out.', 200);
    return redirect(callback(target, { state: query.get('state') ?? undefined }));
  }

  return [route('GET', '/oauth/authorize', authorize), route('GET', '/oidc/logout', logout)];
}

function readIdToken(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

function requireValid(query: URLSearchParams): void {
  if (query.get('response_type') !== 'code')
    throw new CallbackError('invalid_request', 'response_type must be code');
  if (!query.get('scope')?.split(' ').includes('openid')) {
    throw new CallbackError('invalid_request', 'scope must include openid');
  }
  const challenge = query.get('code_challenge');
  const method = query.get('code_challenge_method');
  if (challenge === null ? method !== null : method !== 'S256') {
    throw new CallbackError('invalid_request', 'code_challenge_method must be S256');
  }
  if (challenge !== null && !/^[\w-]{43}$/.test(challenge)) {
    throw new CallbackError('invalid_request', 'code_challenge is malformed');
  }
  const prompt = query.get('prompt');
  if (prompt === 'none') throw new CallbackError('login_required', 'The user is not signed in');
  if (prompt !== null && !['login', 'create', 'select_account'].includes(prompt)) {
    throw new CallbackError('invalid_request', 'prompt is not supported');
  }
}

/**
 * `provider` > `connection_id` > `organization_id` > `domain` > domain of `login_hint`; what is named but unusable
 * fails instead of falling through [D]. `undefined` is the home-realm miss of Full Stack Auth.
 */
function selectConnection(
  { state, mode }: ScalekitEnvironment,
  query: URLSearchParams,
): Connection | undefined {
  const provider = query.get('provider');
  if (provider) return socialConnection(state, provider);

  const connectionId = query.get('connection_id');
  if (connectionId) {
    const connection = state.connections.get(connectionId);
    if (!connection) throw new CallbackError('invalid_connection_id', 'The connection does not exist');
    if (!isActive(connection))
      throw new CallbackError('connection_not_active', 'The connection is not active');
    return connection;
  }

  const organizationId = query.get('organization_id');
  if (organizationId) {
    if (!state.organizations.get(organizationId)) {
      throw new CallbackError('invalid_organization_id', 'The organization does not exist');
    }
    return firstActive(state.connectionsOf(organizationId));
  }

  const hinted = query.get('login_hint')?.split('@').at(-1);
  const domain = query.get('domain') || query.get('domain_hint') || hinted;
  const connections = [...state.connections].filter(
    (connection) => domain && routesDomain(state, connection, domain),
  );
  if (mode === 'full-stack-auth') return connections.find(isActive);
  if (!domain) {
    throw new CallbackError(
      'invalid_connection_selector',
      'One of organization_id, connection_id, domain, provider or login_hint is required',
    );
  }
  if (!state.isOrganizationDomain(domain.toLowerCase())) {
    throw new CallbackError('domain_not_found', 'No connection is configured for the domain');
  }
  return firstActive(connections);
}

function socialConnection(state: ScalekitState, provider: string): Connection {
  if (!socialProviders.has(provider)) throw new CallbackError('invalid_request', 'provider is not supported');
  return firstActive(
    [...state.connections].filter(
      (connection) =>
        connection.organization_id === undefined && connection.provider === provider.toUpperCase(),
    ),
  );
}

function firstActive(connections: readonly Connection[]): Connection {
  const active = connections.find(isActive);
  if (active) return active;
  if (connections.some((connection) => connection.status === 'COMPLETED')) {
    throw new CallbackError('no_active_connections', 'No active connection was found');
  }
  throw new CallbackError('no_configured_connections', 'No configured connection was found');
}

/** Ends a pending login as the identity provider answered; the URL the browser is sent to. */
export function completeLogin({ state, mode }: ScalekitEnvironment, id: string, answer: LoginAnswer): string {
  const pending = state.pendingLogins.get(id);
  const connection = state.connections.get(pending?.connection_id ?? '');
  if (!pending) throw new Error(`no pending login ${id}`);
  state.pendingLogins.delete(id);
  try {
    if ('error' in answer) throw new CallbackError(answer.error, 'The identity provider refused the login');
    if (!connection || !isActive(connection))
      throw new CallbackError('connection_not_active', 'The connection is not active');
    if (!answer.user.email)
      throw new CallbackError('mandatory_attribute_missing', 'The identity provider sent no e-mail address');
    const user = mode === 'full-stack-auth' ? signInUser(state, connection, answer.user) : undefined;
    const session = user && state.recordLogin(user, connection.organization_id);
    const code = state.token('code');
    const { redirect_uri: redirectUri, client_id, scope, nonce, code_challenge } = pending;
    state.codes.set(code, {
      client_id,
      scope,
      connection_id: connection.id,
      session_id: session?.session_id ?? state.id('ses'),
      user: answer.user,
      redirect_uri: redirectUri,
      expires: state.now() + codeLifetime,
      ...defined({ organization_id: connection.organization_id, user_id: user?.id, nonce, code_challenge }),
    });
    return callback(redirectUri, { code, state: pending.state });
  } catch (error) {
    if (!(error instanceof CallbackError)) throw error;
    return callback(pending.redirect_uri, {
      error: error.code,
      error_description: error.message,
      state: pending.state,
    });
  }
}

/** Full Stack Auth keeps users: known ones by e-mail, new ones when their domain is the organization's [D]. */
function signInUser(state: ScalekitState, connection: Connection, person: IdpUser): User {
  const organization = state.organizations.get(connection.organization_id ?? '');
  const known = state.userByEmail(person.email);
  if (!known && !routesDomain(state, connection, person.email.split('@').at(-1) ?? '')) {
    throw new CallbackError('invalid_user_domain', "The user's domain is not one of the organization's");
  }
  const user =
    known ??
    state.createUser(person.email, {
      profile: {
        given_name: person.firstName ?? '',
        family_name: person.lastName ?? '',
        preferred_username: person.email,
      },
    });
  if (organization) {
    const membership =
      user.memberships.get(organization.id) ??
      state.createMembership(user, organization, { invite: false, provisioning_method: 'jit_using_sso' });
    state.activateMembership(user, membership);
  }
  return user;
}

/** The application's initiate-login URL with the signed hint. */
export async function startFromIdentityProvider(
  environment: ScalekitEnvironment,
  connection: Connection,
  user: IdpUser,
  relayState: string | undefined,
): Promise<string> {
  const refusal = !isActive(connection)
    ? { error: 'connection_not_active', error_description: 'The connection is not active' }
    : !connection.idp_initiated
      ? {
          error: 'access_denied',
          error_description: 'The connection does not allow logins from the identity provider',
        }
      : undefined;
  if (refusal) return callback(environment.initiateLoginUrl, refusal);
  const jwt = await signIdpInitiatedLogin(environment, {
    connectionId: connection.id,
    organizationId: connection.organization_id,
    email: user.email,
    relayState,
  });
  return callback(environment.initiateLoginUrl, { idp_initiated_login: jwt });
}

function callback(target: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const location = new URL(target);
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) location.searchParams.set(name, value);
  }
  return location.href;
}
