import { createHash } from 'node:crypto';
import { LoginRejectedError, Secret, SsoError, type LoginSelector } from '@org/sso-core';
import { queryString, readBody } from '@org/sso-core/http';
import type { LoginAssurance, LoginFacet, TokenVerifier } from '@org/sso-core/provider';
import type { ScalekitApi } from '../api.js';
import { factsOf, refusal, rejectionReason } from '../errors.js';
import { ids, providerId } from '../ids.js';
import type { ScalekitSettings } from '../settings.js';

/** Seconds of clock difference tolerated in tokens. */
export const clockToleranceSeconds = 60;

export function createLogin(
  api: ScalekitApi,
  settings: ScalekitSettings,
  verifier: TokenVerifier,
): LoginFacet {
  const { environmentUrl, clientId, clientSecret, issuers, now } = settings;

  /** An audience is not promised for every kind of token [D], but must not be another's. */
  const isForOthers = ({ aud }: { readonly aud?: string | string[] }) =>
    aud !== undefined && ![aud].flat().includes(clientId);

  return {
    features: {
      selectors: ['organization', 'connection', 'domain', 'identityProvider'],
      idToken: true,
      idpInitiated: 'signed_request',
      logout: 'id_token',
      logoutReturnTo: true,
    },
    clientId,
    issuer: environmentUrl,

    authorizationUrl({
      selector,
      redirectUri,
      state,
      nonce,
      codeChallenge,
      loginHint,
      forceReauthentication,
    }) {
      const query = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        state,
        nonce,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
        ...selectorParameters(selector),
        login_hint: loginHint,
        prompt: forceReauthentication ? 'login' : undefined,
      };
      return `${environmentUrl}/oauth/authorize${queryString(query)}`;
    },

    async exchangeCode({ code, redirectUri, codeVerifier, nonce }, context) {
      const refuse = (why: string) => refusal('verification_failed', context, `ID token refused: ${why}`);
      const { loginTokenAnswer } = await import('../wire/token.js');
      const requestedAt = now();
      const tokens = await api
        .read(
          {
            context,
            method: 'POST',
            path: '/oauth/token',
            form: {
              grant_type: 'authorization_code',
              code,
              redirect_uri: redirectUri,
              client_id: clientId,
              client_secret: clientSecret,
              code_verifier: codeVerifier,
            },
            authenticate: false,
            replay: 'once',
            secrets: [code, codeVerifier, clientSecret],
          },
          loginTokenAnswer,
        )
        .catch((error: unknown) => {
          if (!SsoError.isInstance(error) || error.vendorCode !== 'invalid_grant') throw error;
          throw new LoginRejectedError({ ...factsOf(error), reason: 'code_rejected' });
        });
      if (!tokens.id_token) throw refuse('there is none');

      const claims = await verifier.verify(tokens.id_token, {
        operation: context.operation,
        issuer: issuers,
        audience: clientId,
        requiredClaims: ['sub', 'nonce'],
      });
      if (claims['nonce'] !== nonce) throw refuse('its nonce is not the one of this login');
      const authorizedParty = claims['azp'];
      const audiences = Array.isArray(claims.aud) ? claims.aud.length : 1;
      if (authorizedParty === undefined ? audiences > 1 : authorizedParty !== clientId) {
        throw refuse('it was issued to another client');
      }
      const accessTokenHash = claims['at_hash'];
      if (accessTokenHash !== undefined && accessTokenHash !== leftHalfHash(tokens.access_token)) {
        throw refuse('it belongs to another access token');
      }

      const { idTokenClaims, toProfile } = await import('../wire/id-token.js');
      const assurance: LoginAssurance[] = [
        'id_token_signature',
        'id_token_issuer',
        'id_token_audience',
        'id_token_expiry',
        'id_token_nonce',
        ...(accessTokenHash === undefined ? [] : (['access_token_hash'] as const)),
        'pkce',
        'client_authentication',
      ];
      return {
        profile: toProfile(readBody(idTokenClaims, claims, providerId, context), claims),
        tokens: {
          accessToken: new Secret(tokens.access_token),
          idToken: new Secret(tokens.id_token),
          refreshToken: tokens.refresh_token ? new Secret(tokens.refresh_token) : null,
          expiresAt:
            tokens.expires_in == null ? null : new Date(requestedAt + tokens.expires_in * 1000).toISOString(),
        },
        assurance,
      };
    },

    rejectionReason,

    async readUnsolicited(parameters, context) {
      const token = parameters.get('idp_initiated_login');
      if (!token) return null;
      const claims = await verifier.verify(token, { operation: context.operation, issuer: issuers });
      if (isForOthers(claims)) {
        throw refusal(
          'verification_failed',
          context,
          'login request refused: it is meant for another client',
        );
      }
      const text = (name: string) => {
        const value = claims[name];
        return typeof value === 'string' && value !== '' ? value : null;
      };
      const connection = text('connection_id');
      const organization = text('organization_id');
      if (connection === null && organization === null) {
        throw refusal(
          'verification_failed',
          context,
          'the login request names neither a connection nor an organization',
        );
      }
      return {
        selector:
          connection === null
            ? { organization: ids.qualify(organization!) }
            : { connection: ids.qualify(connection) },
        loginHint: text('login_hint'),
        relayState: text('relay_state'),
        oneTimeId: {
          // There is no `jti`. Only the signed part counts: the signature has more than one accepted spelling.
          id: createHash('sha256')
            .update(token.slice(0, token.lastIndexOf('.')))
            .digest('base64url'),
          expiresAt: claims.exp! + clockToleranceSeconds,
        },
      };
    },

    async verifyAccessToken(token, context) {
      const { operation } = context;
      const claims = await verifier.verify(token, { operation, issuer: issuers, requiredClaims: ['sub'] });
      if (isForOthers(claims)) {
        throw refusal('verification_failed', context, 'access token refused: it is meant for another client');
      }
      // Signed by the same keys, but it lives for days and is no credential for an API: only an ID token has these claims [D].
      if (claims['nonce'] !== undefined || claims['at_hash'] !== undefined) {
        throw refusal('verification_failed', context, 'access token refused: it is an ID token');
      }
      return { subject: claims.sub!, issuer: claims.iss!, expiresAt: claims.exp!, claims };
    },

    async logoutUrl({ idToken, returnTo, state }, context) {
      if (!idToken) {
        throw refusal('invalid_argument', context, 'Scalekit needs idToken, the ID token of the login');
      }
      const query = { id_token_hint: idToken.reveal(), post_logout_redirect_uri: returnTo, state };
      return `${environmentUrl}/oidc/logout${queryString(query)}`;
    },
  };
}

function selectorParameters({ organization, connection, domain, identityProvider }: LoginSelector) {
  if (organization !== undefined) return { organization_id: ids.strip(organization) };
  if (connection !== undefined) return { connection_id: ids.strip(connection) };
  // The SDKs disagree on the name; two of them send both [C].
  if (domain !== undefined) return { domain, domain_hint: domain };
  return { provider: identityProvider };
}

/** `at_hash` for RS256 (OpenID Connect Core 3.1.3.6). */
function leftHalfHash(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url');
}
