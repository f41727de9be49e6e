import { LoginRejectedError, Secret, SsoError, UnsupportedOperationError } from '@org/sso-core';
import { queryString, readBody } from '@org/sso-core/http';
import { loadOnce, type LoginFacet, type LoginSelector, type TokenVerifier } from '@org/sso-core/provider';
import type { WorkosApi } from '../api.js';
import { refusal, refuse, rejectionReason } from '../errors.js';
import { ids, providerId } from '../ids.js';

export interface LoginParts {
  readonly api: WorkosApi;
  /** The host of single logout. */
  readonly auth: WorkosApi;
  readonly verifier: TokenVerifier;
  readonly clientId: string;
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly accessTokenIssuers: readonly string[];
  readonly now: () => number;
}

const logout = loadOnce(async () => (await import('../wire/logout.js')).logoutSchema);

export function createLogin(parts: LoginParts): LoginFacet {
  const { api, auth, verifier, clientId, apiKey, baseUrl, accessTokenIssuers, now } = parts;
  return {
    features: {
      selectors: ['organization', 'connection', 'identityProvider'],
      idToken: false,
      idpInitiated: 'unsolicited_code',
      logout: 'profile_id',
      logoutReturnTo: false,
    },
    clientId,
    issuer: null,
    authorizationUrl: ({ selector, redirectUri, state, codeChallenge, loginHint, forceReauthentication }) =>
      `${baseUrl}/sso/authorize${queryString({
        client_id: clientId,
        redirect_uri: redirectUri,
        response_type: 'code',
        ...selectorQuery(selector),
        state,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
        login_hint: loginHint,
        prompt: forceReauthentication ? 'login' : undefined,
      })}`,
    async exchangeCode({ code, codeVerifier }, context) {
      const { tokenSchema, toProfile } = await import('../wire/profile.js');
      const receivedAt = now();
      const { body } = await api
        .request({
          context,
          method: 'POST',
          path: '/sso/token',
          form: {
            client_id: clientId,
            client_secret: apiKey,
            grant_type: 'authorization_code',
            code,
            code_verifier: codeVerifier,
          },
          authenticate: false,
          replay: 'once',
          secrets: [code, codeVerifier, apiKey],
        })
        .catch((error: unknown) => {
          throw toCodeRejection(error);
        });
      const token = readBody(tokenSchema, body, providerId, context);
      return {
        profile: toProfile(token.profile, (body as { profile: unknown }).profile),
        tokens: {
          accessToken: new Secret(token.access_token),
          idToken: null,
          refreshToken: null,
          expiresAt: token.expires_in ? new Date(receivedAt + token.expires_in * 1000).toISOString() : null,
        },
        assurance: ['server_side_profile', 'client_authentication', 'pkce'],
      };
    },
    rejectionReason,
    async readUnsolicited(parameters) {
      const nothingMore = { loginHint: null, relayState: null, oneTimeId: null };
      if (parameters.get('error') === 'idp_initiated_sso_disabled') {
        return { selector: disabledSelector(parameters), ...nothingMore };
      }
      // The code stays unused: nobody here asked for it.
      return parameters.get('code') && !parameters.get('state') ? { selector: null, ...nothingMore } : null;
    },
    async verifyAccessToken(token, context) {
      const claims = await verifier.verify(token, {
        operation: context.operation,
        issuer: accessTokenIssuers,
        requiredClaims: ['sub'],
      });
      // The key set belongs to the client id; an audience is not promised, but must not be another's.
      if (claims.aud !== undefined && ![claims.aud].flat().includes(clientId)) {
        throw refusal(
          'verification_failed',
          context,
          `token of ${providerId} refused: claim "aud" is not as expected`,
        );
      }
      return { subject: claims.sub!, issuer: claims.iss!, expiresAt: claims.exp!, claims };
    },
    async logoutUrl({ profileId, returnTo, state }, context) {
      if (profileId === undefined) {
        throw refusal('invalid_argument', context, 'needs profileId, the profile.vendorId of the login');
      }
      if (returnTo !== undefined || state !== undefined) {
        return refuse('login', context, 'WorkOS takes no return address: it is set in the dashboard');
      }
      const { logout_url: url } = await auth.read(logout, {
        context,
        method: 'POST',
        path: '/sso/logout/authorize',
        json: { profile_id: profileId },
        replay: 'idempotent',
      });
      return url;
    },
  };
}

function selectorQuery(selector: LoginSelector): Readonly<Record<string, string>> {
  if (selector.organization !== undefined) return { organization: ids.strip(selector.organization) };
  if (selector.connection !== undefined) return { connection: ids.strip(selector.connection) };
  if (selector.identityProvider !== undefined) return { provider: selector.identityProvider };
  throw new UnsupportedOperationError({
    facet: 'login',
    operation: 'login.authorizationUrl with selector "domain"',
    provider: providerId,
    reason: 'WorkOS refuses it (domain_connection_selector_not_allowed)',
  });
}

function disabledSelector(parameters: URLSearchParams): LoginSelector | null {
  const connection = parameters.get('connection_id');
  if (connection) return { connection: ids.qualify(connection) };
  const organization = parameters.get('organization_id');
  return organization ? { organization: ids.qualify(organization) } : null;
}

function toCodeRejection(error: unknown): unknown {
  if (!SsoError.isInstance(error) || error.vendorCode !== 'invalid_grant') return error;
  const { message, provider, operation, status, requestId, vendorCode } = error;
  return new LoginRejectedError({
    reason: 'code_rejected',
    message,
    provider,
    operation,
    status,
    requestId,
    vendorCode,
  });
}
