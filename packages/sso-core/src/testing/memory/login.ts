import { createHash } from 'node:crypto';
import { LoginRejectedError, type LoginRejectionReason } from '../../errors.js';
import { Secret } from '../../secret.js';
import type { Connection, Profile } from '../../model/index.js';
import type { CallContext } from '../../provider/context.js';
import type { AccessTokenClaims, LoginFacet, LoginSelector } from '../../provider/facets/login.js';
import type { MemoryIdentity, MemoryState } from './state.js';

const codeLifetimeMs = 10 * 60_000;
const tokenLifetimeMs = 60 * 60_000;

const callbackErrors = [
  'access_denied',
  'connection_inactive',
  'connection_not_found',
  'organization_not_found',
  'ambiguous_selector',
  'identity_provider_error',
  'login_required',
] as const satisfies readonly LoginRejectionReason[];

/** What the identity provider says about a login: who signed in, by e-mail or id, or a callback error code. */
export type MemorySignIn =
  | { readonly email: string }
  | { readonly user: string }
  | { readonly error: string };

/** The other side of the login facet: the authorization endpoint and the identity providers behind it. */
export interface MemoryAuthorization {
  /** Answers the callback URL the browser would be sent to. Throws when nobody could have got that far. */
  readonly signIn: (authorizationUrl: string, answer: MemorySignIn) => string;
  /** Answers the URL the browser is sent to when a login starts at the identity provider. */
  readonly startFromIdentityProvider: (
    connection: Connection,
    email: string,
    relayState: string | undefined,
  ) => string;
}

interface IssuedCode {
  readonly connection: Connection;
  readonly identity: MemoryIdentity;
  readonly redirectUri: string;
  readonly codeChallenge: string;
  readonly expiresAt: number;
}

interface StartedAtIdentityProvider {
  readonly connection: Connection;
  readonly email: string;
  readonly relayState: string | undefined;
  readonly expiresAt: number;
}

export function createLogin(state: MemoryState) {
  const { connections, identities, ids, origin, serve } = state;
  const clientId = `client_${state.id}`;
  const codes = new Map<string, IssuedCode>();
  const started = new Map<string, StartedAtIdentityProvider>();
  const accessTokens = new Map<string, AccessTokenClaims>();
  const profileIds = new Map<string, string>();

  const facet = {
    features: {
      selectors: ['organization', 'connection', 'identityProvider'],
      idToken: false,
      idpInitiated: 'signed_request',
      logout: 'profile_id',
      logoutReturnTo: true,
    },
    clientId,
    issuer: origin,
    authorizationUrl(request) {
      const { selector, loginHint, forceReauthentication } = request;
      const url = new URL(`${origin}/authorize`);
      const parameters = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: request.redirectUri,
        state: request.state,
        nonce: request.nonce,
        code_challenge: request.codeChallenge,
        code_challenge_method: 'S256',
        organization: selector.organization && ids.strip(selector.organization),
        connection: selector.connection && ids.strip(selector.connection),
        identity_provider: selector.identityProvider,
        login_hint: loginHint,
        prompt: forceReauthentication ? 'login' : undefined,
      };
      for (const [name, value] of Object.entries(parameters))
        if (value !== undefined) url.searchParams.set(name, value);
      return url.href;
    },
    exchangeCode: (exchange, context) =>
      serve(context, { code: exchange.code, redirectUri: exchange.redirectUri }, [], () => {
        const issued = codes.get(exchange.code);
        codes.delete(exchange.code);
        if (
          !issued ||
          issued.expiresAt <= state.now() ||
          issued.redirectUri !== exchange.redirectUri ||
          issued.codeChallenge !== s256(exchange.codeVerifier)
        ) {
          throw new LoginRejectedError({
            reason: 'code_rejected',
            message: `${context.operation}: the code is unknown, used, expired, or belongs to another login`,
            provider: state.id,
            operation: context.operation,
          });
        }
        const profile = describe(issued);
        const accessToken = state.nextId('access_token');
        const expiresAt = state.now() + tokenLifetimeMs;
        accessTokens.set(accessToken, {
          subject: profile.vendorId,
          issuer: origin,
          expiresAt: Math.floor(expiresAt / 1000),
          claims: { sub: profile.vendorId, iss: origin, email: profile.email },
        });
        return {
          profile,
          tokens: {
            accessToken: new Secret(accessToken),
            idToken: null,
            refreshToken: null,
            expiresAt: new Date(expiresAt).toISOString(),
          },
          assurance: ['server_side_profile', 'pkce'],
        };
      }),
    rejectionReason: (code) => callbackErrors.find((known) => known === code) ?? 'provider_error',
    async readUnsolicited(parameters, context) {
      const token = parameters.get('idp_initiated_login');
      if (token === null) return null;
      const request = started.get(token);
      if (!request || request.expiresAt <= state.now())
        throw refuseToken(context, 'the request is forged or has expired');
      return {
        selector: { connection: request.connection.id },
        loginHint: request.email,
        relayState: request.relayState ?? null,
        oneTimeId: { id: token, expiresAt: Math.ceil(request.expiresAt / 1000) },
      };
    },
    async verifyAccessToken(token, context) {
      const claims = accessTokens.get(token);
      if (!claims || claims.expiresAt * 1000 <= state.now())
        throw refuseToken(context, 'it is forged or has expired');
      return claims;
    },
    async logoutUrl({ profileId, returnTo, state: given }, context) {
      if (profileId === undefined) {
        throw state.error(
          context,
          'invalid_argument',
          'it needs profileId, the profile.vendorId of the login',
        );
      }
      const url = new URL(`${origin}/logout`);
      url.searchParams.set('profile', profileId);
      if (returnTo !== undefined) url.searchParams.set('return_to', returnTo);
      if (given !== undefined) url.searchParams.set('state', given);
      return url.href;
    },
  } as const satisfies LoginFacet;

  function refuseToken(context: CallContext, why: string) {
    return state.error(context, 'verification_failed', `token refused: ${why}`);
  }

  function describe({ connection, identity }: IssuedCode): Profile {
    const person = `${connection.id}/${identity.id}`;
    let vendorId = profileIds.get(person);
    if (vendorId === undefined) profileIds.set(person, (vendorId = state.nextId('prof')));
    const { firstName = null, lastName = null } = identity;
    return {
      provider: state.id,
      vendorId,
      idpId: identity.id,
      organizationId: connection.organizationId,
      connectionId: connection.id,
      email: identity.email,
      emailVerified: 'unknown',
      firstName,
      lastName,
      name: [firstName, lastName].filter(Boolean).join(' ') || null,
      groups: identity.groups ? [...identity.groups] : null,
      roles: [],
      attributes: { ...identity.attributes },
    };
  }

  /** The connection an authorization request leads to, or the callback error it earns. */
  function route(selector: LoginSelector): Connection | (typeof callbackErrors)[number] {
    const { organization, connection, identityProvider } = selector;
    if (organization !== undefined && !state.organizations.get(organization)) return 'organization_not_found';
    const candidates = connections.list((each) => {
      if (connection !== undefined) return each.id === connection;
      if (organization !== undefined) return each.organizationId === organization;
      return each.organizationId === null && each.identityProvider === identityProvider;
    });
    const usable = candidates.filter(({ acceptsLogins }) => acceptsLogins);
    if (usable.length > 1) return 'ambiguous_selector';
    return usable[0] ?? (candidates.length > 0 ? 'connection_inactive' : 'connection_not_found');
  }

  function identify({ id }: Connection, answer: Exclude<MemorySignIn, { error: string }>): MemoryIdentity {
    const known = identities
      .get(id)
      ?.find((each) => ('user' in answer ? each.id === answer.user : each.email === answer.email));
    if (known) return known;
    if ('user' in answer) throw new Error(`The identity provider of ${id} has no user "${answer.user}"`);
    return { id: `idp|${answer.email}`, email: answer.email };
  }

  const authorization: MemoryAuthorization = {
    signIn(authorizationUrl, answer) {
      const { searchParams } = new URL(authorizationUrl);
      const read = (name: string): string => {
        const value = searchParams.get(name);
        if (value === null) throw new Error(`The authorization URL carries no "${name}"`);
        return value;
      };
      if (!authorizationUrl.startsWith(`${origin}/authorize?`) || read('client_id') !== clientId)
        throw new Error('The authorization URL was not made by this provider');
      if (read('code_challenge_method') !== 'S256') throw new Error('PKCE must use S256');
      const redirectUri = read('redirect_uri');
      const callback = new URL(redirectUri);
      callback.searchParams.set('state', read('state'));
      const routed = 'error' in answer ? answer.error : route(readSelector(state, searchParams));
      if (typeof routed === 'string') {
        callback.searchParams.set('error', routed);
        return callback.href;
      }
      const code = state.nextId('code');
      codes.set(code, {
        connection: routed,
        identity: identify(routed, answer as Exclude<MemorySignIn, { error: string }>),
        redirectUri,
        codeChallenge: read('code_challenge'),
        expiresAt: state.now() + codeLifetimeMs,
      });
      callback.searchParams.set('code', code);
      return callback.href;
    },
    startFromIdentityProvider(connection, email, relayState) {
      const url = new URL(state.initiateLoginUrl);
      const token = state.nextId('idp_initiated');
      started.set(token, { connection, email, relayState, expiresAt: state.now() + codeLifetimeMs });
      url.searchParams.set('idp_initiated_login', token);
      return url.href;
    },
  };

  return { facet, authorization };
}

function readSelector({ ids }: MemoryState, parameters: URLSearchParams): LoginSelector {
  const [organization, connection] = [parameters.get('organization'), parameters.get('connection')];
  if (organization !== null) return { organization: ids.qualify<'organization'>(organization) };
  if (connection !== null) return { connection: ids.qualify<'connection'>(connection) };
  return { identityProvider: parameters.get('identity_provider') ?? '' };
}

function s256(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
