import { createHash } from 'node:crypto';
import type { EmulatorRequest, EmulatorResponse, Handler } from '../kernel/http.js';
import { overlay } from '../kernel/keys.js';
import { route, type Route } from '../kernel/router.js';
import type { IdpUser } from '../kernel/seed.js';
import type { ScalekitEnvironment } from './environment.js';
import { apiError, oauthError } from './errors.js';
import type { Grant } from './objects.js';

const apiTokenLifetime = 86_399;
const idpInitiatedLifetime = 300;

/** Seconds, from the samples of each mode [D]. */
const lifetimes = {
  'modular-sso': { accessToken: 899, idToken: 259_200 },
  'full-stack-auth': { accessToken: 299, idToken: 1800 },
} as const;

/** Claims a custom attribute may not take: the vendor drops these silently [D], and the protocol owns the rest. */
const reservedClaims = new Set([
  'roles',
  'permissions',
  'email',
  'email_verified',
  'name',
  'given_name',
  'family_name',
  'sub',
  'oid',
  'sid',
  'iss',
  'aud',
  'azp',
  'client_id',
  'amr',
  'iat',
  'nbf',
  'exp',
  'jti',
  'nonce',
  'at_hash',
  'c_hash',
]);

/** Refuses API calls without a live client-credentials token. */
export function requireApiToken({ state }: ScalekitEnvironment, handler: Handler): Handler {
  return (request) => {
    const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw apiError('UNAUTHENTICATED', 'Token empty');
    const expires = state.apiTokens.get(token);
    if (expires === undefined) throw apiError('UNAUTHENTICATED', 'Token invalid');
    if (expires <= state.now()) throw apiError('UNAUTHENTICATED', 'Token expired');
    return handler(request);
  };
}

/** The token endpoint, the keys and the discovery document. */
export function tokenRoutes(environment: ScalekitEnvironment): Route[] {
  const { state, keys, tampers, clientId, clientSecret } = environment;

  const grants: Readonly<Record<string, (form: URLSearchParams) => Promise<object>>> = {
    client_credentials: async () => {
      const now = seconds(environment);
      const token = await keys.sign(
        {
          iss: environment.url,
          sub: clientId,
          aud: [clientId],
          client_id: clientId,
          iat: now,
          nbf: now,
          exp: now + apiTokenLifetime,
          jti: state.id('tkn'),
          scopes: [],
        },
        { typ: 'JWT' },
      );
      state.apiTokens.set(token, (now + apiTokenLifetime) * 1000);
      return { access_token: token, token_type: 'Bearer', expires_in: apiTokenLifetime, scope: 'openid' };
    },

    authorization_code: async (form) => {
      const presented = required(form, 'code');
      const redirectUri = required(form, 'redirect_uri');
      const code = state.codes.get(presented);
      state.codes.delete(presented);
      if (!code || code.expires <= state.now()) {
        throw oauthError('invalid_grant', 'The authorization code is invalid, expired or already used');
      }
      if (code.redirect_uri !== redirectUri) {
        throw oauthError('invalid_grant', 'redirect_uri differs from the authorization request');
      }
      if (
        code.code_challenge !== undefined &&
        code.code_challenge !== s256(form.get('code_verifier') ?? '')
      ) {
        throw oauthError('invalid_grant', 'code_verifier does not match the code_challenge');
      }
      return issueTokens(environment, code, presented);
    },

    refresh_token: async (form) => {
      const presented = required(form, 'refresh_token');
      const grant = state.refreshTokens.get(presented);
      state.refreshTokens.delete(presented);
      if (!grant) throw oauthError('invalid_grant', 'The refresh token is invalid or already used');
      return issueTokens(environment, grant);
    },
  };

  async function answerGrant(request: EmulatorRequest): Promise<EmulatorResponse> {
    const mediaType = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (mediaType !== 'application/x-www-form-urlencoded') {
      throw oauthError('invalid_request', 'The content type must be application/x-www-form-urlencoded');
    }
    const form = request.form();
    const grant = grants[required(form, 'grant_type')];
    if (!grant) throw oauthError('unsupported_grant_type', 'The grant type is not supported');
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
      throw oauthError('invalid_client', 'Client authentication failed', 401);
    }
    const answer = overlay({ ...(await grant(form)) }, tampers.take('token_response')?.claims);
    return { status: 200, headers: { 'cache-control': 'no-store' }, body: answer };
  }

  return [
    route('POST', '/oauth/token', answerGrant),

    route('GET', '/keys', async () => ({ status: 200, body: await keys.jwks() })),

    route('GET', '/.well-known/openid-configuration', () => ({
      status: 200,
      body: {
        issuer: environment.url,
        authorization_endpoint: `${environment.url}/oauth/authorize`,
        token_endpoint: `${environment.url}/oauth/token`,
        jwks_uri: `${environment.url}/keys`,
        end_session_endpoint: `${environment.url}/oidc/logout`,
        response_types_supported: ['code'],
        grant_types_supported: Object.keys(grants),
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['client_secret_post'],
        code_challenge_methods_supported: ['S256'],
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
      },
    })),
  ];
}

/** The token answer of a login [D]. */
async function issueTokens(environment: ScalekitEnvironment, grant: Grant, code?: string): Promise<object> {
  const { state, keys, tampers, mode } = environment;
  const { accessToken: accessLifetime, idToken: idLifetime } = lifetimes[mode];
  const now = seconds(environment);
  const subject = subjectClaims(environment, grant);
  const accessToken = await keys.sign(
    {
      ...subject,
      iat: now,
      nbf: now,
      exp: now + accessLifetime,
      jti: state.id('tkn'),
      ...fullStackClaims(environment, grant, ['oid', 'sid', 'roles', 'permissions', 'scope', 'xoid', 'xuid']),
    },
    { typ: 'JWT' },
    tampers.take('access_token'),
  );
  const idToken = await keys.sign(
    {
      ...attributeClaims(grant.user),
      ...subject,
      azp: grant.client_id,
      amr: [grant.connection_id],
      ...(grant.organization_id !== undefined && { oid: grant.organization_id }),
      sid: grant.session_id,
      iat: now,
      exp: now + idLifetime,
      at_hash: leftHalfHash(accessToken),
      ...(code !== undefined && { c_hash: leftHalfHash(code) }),
      ...(grant.nonce !== undefined && { nonce: grant.nonce }),
      ...fullStackClaims(environment, grant, ['xoid', 'xuid']),
    },
    { typ: 'JWT' },
    tampers.take('id_token'),
  );
  const refreshable = mode === 'full-stack-auth' && grant.scope.split(' ').includes('offline_access');
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: accessLifetime,
    id_token: idToken,
    ...(refreshable && { refresh_token: issueRefreshToken(environment, grant) }),
    scope: grant.scope,
  };
}

function issueRefreshToken({ state }: ScalekitEnvironment, { nonce: _nonce, ...grant }: Grant): string {
  const token = `rt_${state.token('refresh token')}`;
  state.refreshTokens.set(token, grant);
  return token;
}

function subjectClaims({ url }: ScalekitEnvironment, grant: Grant): Record<string, unknown> {
  return {
    iss: url,
    aud: [grant.client_id],
    client_id: grant.client_id,
    sub: grant.user_id ?? `${grant.connection_id};${grant.user.id}`,
  };
}

/** Those of the claims Full Stack Auth adds that have a value; none in Modular SSO. */
function fullStackClaims(
  { state }: ScalekitEnvironment,
  grant: Grant,
  names: readonly string[],
): Record<string, unknown> {
  const user = state.users.get(grant.user_id ?? '');
  if (!user) return {};
  const organizationId = grant.organization_id ?? '';
  const claims: Record<string, unknown> = {
    oid: grant.organization_id,
    sid: grant.session_id,
    roles: user.memberships.get(organizationId)?.roles.map((role) => role.name) ?? [],
    permissions: [],
    scope: grant.scope,
    xoid: state.organizations.get(organizationId)?.external_id,
    xuid: user.external_id,
  };
  return Object.fromEntries(
    names.map((name) => [name, claims[name]]).filter(([, value]) => value !== undefined),
  );
}

/** The person as the identity provider describes them; registered attributes become claims of their own [D]. */
function attributeClaims({
  email,
  firstName,
  lastName,
  groups,
  attributes = {},
}: IdpUser): Record<string, unknown> {
  const custom = Object.entries({ ...(groups && { groups }), ...attributes }).filter(
    ([name]) => !reservedClaims.has(name),
  );
  return {
    email,
    preferred_username: email,
    ...(firstName !== undefined && { given_name: firstName }),
    ...(lastName !== undefined && { family_name: lastName }),
    ...Object.fromEntries(custom),
  };
}

/** The JWT of an identity-provider-initiated login [D]: no `aud`, no `jti`. */
export function signIdpInitiatedLogin(
  environment: ScalekitEnvironment,
  login: {
    connectionId: string;
    organizationId: string | undefined;
    email: string;
    relayState: string | undefined;
  },
): Promise<string> {
  const now = seconds(environment);
  return environment.keys.sign(
    {
      iss: environment.url,
      connection_id: login.connectionId,
      ...(login.organizationId !== undefined && { organization_id: login.organizationId }),
      login_hint: login.email,
      ...(login.relayState !== undefined && { relay_state: login.relayState }),
      iat: now,
      nbf: now,
      exp: now + idpInitiatedLifetime,
    },
    { typ: 'JWT' },
    environment.tampers.take('idp_initiated_login'),
  );
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw oauthError('invalid_request', `${name} is required`);
  return value;
}

function seconds({ state }: ScalekitEnvironment): number {
  return Math.floor(state.now() / 1000);
}

function s256(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** `at_hash` and `c_hash` of OpenID Connect Core 3.3.2.11. */
function leftHalfHash(value: string): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url');
}
