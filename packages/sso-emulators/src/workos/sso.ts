import { createHash, timingSafeEqual } from 'node:crypto';
import { controlPath, loginLocation } from '../kernel/control.js';
import { type EmulatorRequest, type EmulatorResponse, redirect } from '../kernel/http.js';
import type { LoginAnswer } from '../kernel/identity-provider.js';
import { overlay, type SigningKeys, type TamperOrders } from '../kernel/keys.js';
import { messagePage } from '../kernel/pages.js';
import { route, type Route } from '../kernel/router.js';
import type { IdpUser } from '../kernel/seed.js';
import { Problems, readBody } from './body.js';
import { notFound, oauthError, profileUnauthorized } from './errors.js';
import type { Connection, Login } from './objects.js';
import type { WorkosState } from './state.js';

/** Codes that arrive at the redirect URI, with the descriptions the emulator gives them. [D] */
export const callbackErrors = {
  access_denied: 'The user denied access at the identity provider.',
  ambiguous_connection_selector:
    'Multiple connections are associated with this selector. Pass a connection instead.',
  connection_domain_invalid: 'No connection is associated with this domain.',
  connection_invalid: 'No connection is associated with this id.',
  connection_strategy_invalid: 'The provider has multiple strategies associated per environment.',
  connection_unlinked: 'The connection associated with this request is unlinked.',
  domain_connection_selector_not_allowed:
    'The domain selector is no longer supported. Pass an organization instead.',
  idp_initiated_sso_disabled: 'IdP-initiated SSO is disabled for this connection.',
  invalid_connection_selector: 'Exactly one of connection, organization or provider must be given.',
  organization_invalid: 'No connection associated with organization',
  oauth_failed: 'The OAuth exchange with the identity provider failed.',
  profile_not_allowed_outside_organization:
    "The profile's e-mail domain does not belong to the organization.",
  server_error: 'The response of the identity provider could not be validated.',
  signin_consent_denied: 'User cancelled the authentication request',
} as const;

type CallbackError = keyof typeof callbackErrors;

const providers = new Set([
  'AppleOAuth',
  'BitbucketOAuth',
  'GitHubOAuth',
  'GitLabOAuth',
  'GoogleOAuth',
  'IntuitOAuth',
  'LinkedInOAuth',
  'MicrosoftOAuth',
  'SalesforceOAuth',
  'SlackOAuth',
  'VercelMarketplaceOAuth',
  'VercelOAuth',
  'XeroOAuth',
]);

const tokenLifetimeSeconds = 600;

/** What the SSO endpoints need beside the state. */
export interface SsoParts {
  readonly clientId: string;
  readonly apiKey: string;
  /** Refuse e-mail domains the organization has not verified. */
  readonly domainPolicy: boolean;
  readonly keys: SigningKeys;
  readonly tampers: TamperOrders;
}

/** The endpoints that take no API key. */
export function publicSsoRoutes(state: WorkosState, parts: SsoParts): Route[] {
  const { clientId, keys } = parts;
  return [
    route('GET', '/sso/authorize', (request) => authorize(state, parts, request)),
    route('POST', '/sso/token', (request) => exchange(state, parts, request)),
    route('GET', '/sso/profile', (request) => {
      const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const issued = state.accessTokens.get(token);
      if (!issued || issued.expiresAt <= state.now().getTime()) throw profileUnauthorized();
      return { status: 200, body: issued.profile };
    }),
    route('GET', '/sso/jwks/{clientId}', async (request) => {
      if (request.params['clientId'] !== clientId) throw notFound();
      return { status: 200, body: await keys.jwks({ certificates: true }) };
    }),
    route('GET', '/sso/logout', (request) => {
      if (!state.logoutTokens.delete(request.url.searchParams.get('token') ?? '')) throw notFound();
      return redirect(`${request.url.origin}${controlPath}/idp/signed-out`);
    }),
  ];
}

/** The endpoints that take the API key. */
export function ssoRoutes(state: WorkosState): Route[] {
  return [
    route('POST', '/sso/logout/authorize', (request) => {
      const body = readBody(request);
      const problems = new Problems();
      const profileId = problems.requiredText(body, 'profile_id');
      problems.check();
      const profile = state.profiles.get(profileId);
      if (!profile) throw notFound();
      if (profile.connection_type !== 'GenericOIDC') {
        throw oauthError(
          'connection_invalid',
          'Single Logout is only supported for GenericOIDC connections.',
        );
      }
      const token = state.newToken();
      state.logoutTokens.add(token);
      return {
        status: 200,
        body: { logout_url: `${request.url.origin}/sso/logout?token=${token}`, logout_token: token },
      };
    }),
  ];
}

function authorize(state: WorkosState, { clientId }: SsoParts, request: EmulatorRequest): EmulatorResponse {
  const query = request.url.searchParams;
  if (query.get('client_id') !== clientId) {
    return hostedError(
      'client-id-invalid',
      'There is no environment with this client ID.',
      query.get('client_id'),
    );
  }
  const redirectUri = query.get('redirect_uri') ?? '';
  if (!isRegistered(state, redirectUri)) {
    return hostedError(
      'redirect-uri-invalid',
      'This redirect URI is not configured for the environment.',
      redirectUri,
    );
  }
  const login = { redirectUri, state: query.get('state') };
  if (query.get('response_type') !== 'code') {
    return redirect(errorUrl(login, 'unsupported_response_type', 'The response_type must be code.'));
  }
  const challenge = query.get('code_challenge');
  if (challenge !== null && query.get('code_challenge_method') !== 'S256') {
    return redirect(errorUrl(login, 'invalid_request', 'The code_challenge_method must be S256.'));
  }
  const connection = selectConnection(state, query);
  if (typeof connection === 'string') return redirect(errorUrl(login, connection));
  const { id } = state.addLogin({
    ...login,
    connectionId: connection.id,
    codeChallenge: challenge,
    loginHint: query.get('login_hint'),
    domainHint: query.get('domain_hint'),
    prompt: query.get('prompt'),
    nonce: query.get('nonce'),
    providerScopes: query.getAll('provider_scopes').flatMap((scopes) => scopes.split(',')),
    providerQueryParams: bracketParameters(query, 'provider_query_params'),
  });
  return redirect(loginLocation(request.url.origin, id));
}

/** The usable connection an authorization request selects, or why there is none. */
function selectConnection(state: WorkosState, query: URLSearchParams): Connection | CallbackError {
  if (query.has('domain')) return 'domain_connection_selector_not_allowed';
  const selectors = ['connection', 'organization', 'provider'].filter((name) => query.get(name));
  const [selector] = selectors;
  if (selector === undefined || selectors.length > 1) return 'invalid_connection_selector';
  const value = query.get(selector) ?? '';
  if (selector === 'provider') {
    return providers.has(value) ? state.environmentConnection(value) : 'invalid_connection_selector';
  }
  if (selector === 'connection') {
    const connection = state.connections.get(value);
    return connection ? usable(connection) : 'connection_invalid';
  }
  const [connection, ...others] = state.connectionsOf(value);
  if (!connection) return 'organization_invalid';
  return others.length > 0 ? 'ambiguous_connection_selector' : usable(connection);
}

function usable(connection: Connection): Connection | CallbackError {
  return connection.state === 'active' || connection.state === 'validating'
    ? connection
    : 'connection_unlinked';
}

/** The callback URL of a login the identity provider answered. */
export function completeLogin(
  state: WorkosState,
  { domainPolicy }: SsoParts,
  login: Pick<Login, 'redirectUri' | 'state' | 'codeChallenge' | 'connectionId'>,
  answer: LoginAnswer,
): string {
  const connection = state.connections.get(login.connectionId);
  if (!connection) return errorUrl(login, 'connection_invalid');
  const fail = (code: string, email: string | null): string => {
    state.failLogin(connection, email, { code, message: describe(code) });
    return errorUrl(login, code);
  };
  if ('error' in answer) return fail(answer.error, null);
  if (domainPolicy && !isInsideOrganization(state, connection, answer.user)) {
    return fail('profile_not_allowed_outside_organization', answer.user.email);
  }
  const { id: code } = state.issueCode(connection, answer.user, login.codeChallenge);
  return callbackUrl(login, { code });
}

function isInsideOrganization(
  state: WorkosState,
  { organizationId }: Connection,
  { email }: IdpUser,
): boolean {
  const organization = organizationId === null ? undefined : state.organizations.get(organizationId);
  if (!organization || organization.allow_profiles_outside_organization) return true;
  const emailDomain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  return organization.domains.some(
    (domain) =>
      domain.domain === emailDomain && (domain.state === 'verified' || domain.state === 'legacy_verified'),
  );
}

/**
 * The callback URL of a login that starts at the identity provider: the default redirect URI, or a registered one
 * named in RelayState as `redirect_uri=…`, with no state of the app. [D]
 */
export function startFromIdentityProvider(
  state: WorkosState,
  parts: SsoParts,
  connection: Connection,
  user: IdpUser,
  relayState: string | undefined,
  appState: string | undefined,
): string {
  const wanted = new URLSearchParams(relayState).get('redirect_uri') ?? '';
  const usual = state.redirectUris.slice(0).find((uri) => uri.default)?.uri ?? '';
  const login = {
    connectionId: connection.id,
    redirectUri: isRegistered(state, wanted) ? wanted : usual,
    state: appState ?? null,
    codeChallenge: null,
  };
  if (!connection.allowIdpInitiated) {
    return callbackUrl(login, {
      error: 'idp_initiated_sso_disabled',
      error_description: callbackErrors.idp_initiated_sso_disabled,
      connection_id: connection.id,
      ...(connection.organizationId === null ? {} : { organization_id: connection.organizationId }),
    });
  }
  const selected = usable(connection);
  if (typeof selected === 'string') return errorUrl(login, selected);
  return completeLogin(state, parts, login, { user });
}

async function exchange(
  state: WorkosState,
  { clientId, apiKey, keys, tampers }: SsoParts,
  request: EmulatorRequest,
): Promise<EmulatorResponse> {
  const given = tokenParameters(request);
  if (given['grant_type'] !== 'authorization_code') {
    throw oauthError('unsupported_grant_type', 'The grant type is not supported.');
  }
  const { client_secret: secret, code_verifier: verifier, code: codeId = '' } = given;
  const isPublic = !secret && Boolean(verifier);
  if (given['client_id'] !== clientId || (!isPublic && secret !== apiKey)) {
    throw oauthError('invalid_client', 'Invalid client ID or secret.');
  }
  const problems = new Problems();
  problems.requiredText(given, 'code');
  problems.check();

  const code = state.codes.get(codeId);
  if (!code || code.used || Date.parse(code.expiresAt) <= state.now().getTime()) {
    throw oauthError('invalid_grant', `The code '${codeId}' has expired or is invalid.`);
  }
  if (isPublic && code.codeChallenge === null) {
    throw oauthError('unauthorized_client', 'The client is not authorized to use this grant type.');
  }
  if (!verifies(verifier, code.codeChallenge)) {
    throw oauthError('invalid_grant', 'The code verifier does not match the code challenge.');
  }
  code.used = true;

  const { profile } = code;
  const issuedAt = Math.floor(state.now().getTime() / 1000);
  const token = await keys.sign(
    {
      iss: request.url.origin,
      sub: profile.id,
      aud: clientId,
      ...(profile.organization_id === null ? {} : { org_id: profile.organization_id }),
      jti: state.newId(),
      iat: issuedAt,
      exp: issuedAt + tokenLifetimeSeconds,
    },
    {},
    tampers.take('access_token'),
  );
  state.accessTokens.set(token, { profile, expiresAt: (issuedAt + tokenLifetimeSeconds) * 1000 });
  const answer = { token_type: 'Bearer', access_token: token, expires_in: tokenLifetimeSeconds, profile };
  return { status: 200, body: overlay(answer, tampers.take('token_response')?.claims) };
}

/** Parameters of the token endpoint in any of the encodings clients use: query, form, JSON. */
function tokenParameters(request: EmulatorRequest): Record<string, string> {
  const query = Object.fromEntries(request.url.searchParams);
  if (request.body.length === 0) return query;
  if (!request.headers['content-type']?.includes('json'))
    return { ...query, ...Object.fromEntries(request.form()) };
  const entries = Object.entries(readBody(request)).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  return { ...query, ...Object.fromEntries(entries) };
}

/** PKCE: a verifier exactly where a challenge was, and matching it. */
function verifies(verifier: string | undefined, challenge: string | null): boolean {
  if (!verifier || challenge === null) return !verifier && challenge === null;
  const computed = createHash('sha256').update(verifier).digest('base64url');
  return (
    computed.length === challenge.length && timingSafeEqual(Buffer.from(computed), Buffer.from(challenge))
  );
}

function errorUrl(
  login: Pick<Login, 'redirectUri' | 'state'>,
  error: string,
  description: string = describe(error),
): string {
  return callbackUrl(login, { error, error_description: description });
}

function describe(error: string): string {
  return Object.entries(callbackErrors).find(([code]) => code === error)?.[1] ?? 'The login failed.';
}

function callbackUrl(
  { redirectUri, state }: Pick<Login, 'redirectUri' | 'state'>,
  parameters: Readonly<Record<string, string>>,
): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
  if (state !== null) url.searchParams.append('state', state);
  return url.href;
}

function hostedError(code: string, message: string, value: string | null): EmulatorResponse {
  return messagePage(
    'Something is wrong with this sign-in link',
    `${message} (${code})`,
    400,
    value || undefined,
  );
}

/**
 * Whether a redirect URI matches a registered one: exactly, by `*` in the left-most host label, or by a loopback
 * port wildcard. [D "Redirect URIs"]
 */
function isRegistered(state: WorkosState, redirectUri: string): boolean {
  if (!URL.canParse(redirectUri)) return false;
  if (state.anyLoopback) {
    const { protocol, hostname } = new URL(redirectUri);
    if (protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1')) return true;
  }
  return state.redirectUris.slice(0).some(({ uri }) => {
    if (!uri.includes('*')) return uri === redirectUri;
    const pattern = uri
      .split('*')
      .map((part) => part.replaceAll(/[.?+^$()|[\]\\{}]/g, String.raw`\$&`))
      .join(/:\*/.test(uri) ? String.raw`\d{1,5}` : String.raw`[\w-]+`);
    return new RegExp(`^${pattern}$`).test(redirectUri);
  });
}

/** `name[key]=value` pairs. */
function bracketParameters(query: URLSearchParams, name: string): Record<string, string> {
  const entries = [...query].flatMap(([key, value]) =>
    key.startsWith(`${name}[`) && key.endsWith(']') ? [[key.slice(name.length + 1, -1), value] as const] : [],
  );
  return Object.fromEntries(entries);
}
