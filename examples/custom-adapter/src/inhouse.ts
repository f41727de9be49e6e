import {
  LoginRejectedError,
  Secret,
  SsoError,
  type Connection,
  type LoginRejectionReason,
  type Organization,
} from '@org/sso-core';
import {
  createApiClient,
  createAxiosTransport,
  path,
  queryString,
  readBody,
  requireBaseUrl,
  requireKnownSettings,
  requireSetting,
  type ApiRequest,
  type BodySchema,
  type HttpSettings,
  type VendorError,
} from '@org/sso-core/http';
import {
  createProviderIds,
  createTokenVerifier,
  defineProvider,
  withNative,
  type CallContext,
  type ConnectionsFacet,
  type LoginFacet,
  type OrganizationsFacet,
  type PageRequest,
} from '@org/sso-core/provider';
import { z } from 'zod';

const provider = 'inhouse';
const ids = createProviderIds(provider);
/** A larger `limit` is an error. */
const maxPageSize = 50;

export interface InhouseOptions {
  readonly baseUrl: string;
  readonly clientId: string;
  /** Never appears in an error, log or inspection. */
  readonly apiKey: string;
  readonly http?: HttpSettings;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

const settingNames = { baseUrl: true, clientId: true, apiKey: true, http: true, now: true } as const;

/** The in-house identity service as a provider. Makes no request until the first operation. */
export function createInhouse(options: InhouseOptions) {
  requireKnownSettings(options, settingNames, provider);
  const baseUrl = requireBaseUrl(options.baseUrl, 'baseUrl', provider);
  const clientId = requireSetting(options.clientId, 'clientId', provider);
  const apiKey = requireSetting(options.apiKey, 'apiKey', provider);
  const transport = options.http?.transport ?? createAxiosTransport();
  const now = options.now ?? Date.now;
  const client = createApiClient({
    provider,
    baseUrl,
    http: { ...options.http, transport },
    authenticate: () => ({ authorization: `Bearer ${apiKey}` }),
    readError,
  });
  const verifier = createTokenVerifier({ provider, jwksUrl: `${baseUrl}/keys`, now, transport });

  async function read<T>(schema: BodySchema<T>, request: ApiRequest): Promise<T> {
    const { body } = await client.request(request);
    return readBody(schema, body, provider, request.context);
  }

  async function readPage<T>(
    item: z.ZodType<T>,
    { cursor, pageSize = maxPageSize }: PageRequest,
    request: Pick<ApiRequest, 'context' | 'path' | 'query'>,
  ) {
    const { items, next } = await read(z.object({ items: z.array(item), next: z.string().nullable() }), {
      ...request,
      method: 'GET',
      query: { ...request.query, after: cursor, limit: Math.min(pageSize, maxPageSize) },
    });
    return { items, nextCursor: next };
  }

  const organizations: OrganizationsFacet = {
    listPage: async (page, context) => readPage(organization, page, { context, path: '/organizations' }),
    get: async (id, context) =>
      read(organization, { context, method: 'GET', path: path`/organizations/${ids.strip(id)}` }),
    async getByExternalId(externalId, context) {
      const query = { tenant: externalId };
      const firstPage = { cursor: null, pageSize: 1 };
      const { items } = await readPage(organization, firstPage, { context, path: '/organizations', query });
      if (!items[0]) throw refusal('not_found', context, 'no organization has this external id');
      return items[0];
    },
  };

  const connections: ConnectionsFacet = {
    listPage: async ({ organizationId, domain }, page, context) =>
      readPage(connection, page, {
        context,
        path: '/connections',
        query: { organization: organizationId && ids.strip(organizationId), domain: domain?.toLowerCase() },
      }),
    async get({ organizationId, connectionId }, context) {
      ids.strip(organizationId);
      const found = await read(connection, {
        context,
        method: 'GET',
        path: path`/connections/${ids.strip(connectionId)}`,
      });
      // The service does not ask whose connection it is.
      if (found.organizationId === organizationId) return found;
      throw refusal('not_found', context, 'the organization has no such connection');
    },
  };

  const login = {
    features: {
      selectors: ['organization', 'connection'],
      idToken: false,
      idpInitiated: 'unsolicited_code',
      logout: 'profile_id',
      logoutReturnTo: true,
    },
    clientId,
    issuer: null,
    authorizationUrl: ({ selector, redirectUri, state, codeChallenge, loginHint, forceReauthentication }) =>
      `${baseUrl}/authorize${queryString({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        state,
        code_challenge: codeChallenge,
        code_challenge_method: 'S256',
        organization: selector.organization && ids.strip(selector.organization),
        connection: selector.connection && ids.strip(selector.connection),
        login_hint: loginHint,
        prompt: forceReauthentication ? 'login' : undefined,
      })}`,
    async exchangeCode({ code, codeVerifier, redirectUri }, context) {
      const receivedAt = now();
      const token = await read(tokenAnswer, {
        context,
        method: 'POST',
        path: '/token',
        form: { code, code_verifier: codeVerifier, redirect_uri: redirectUri },
        replay: 'once',
        secrets: [code, codeVerifier],
      }).catch((error: unknown) => {
        throw toCodeRejection(error);
      });
      return {
        profile: token.profile,
        tokens: {
          accessToken: new Secret(token.access_token),
          idToken: null,
          refreshToken: null,
          expiresAt: new Date(receivedAt + token.expires_in * 1000).toISOString(),
        },
        assurance: ['server_side_profile', 'client_authentication', 'pkce'],
      };
    },
    rejectionReason: (code) => rejectionReasons.get(code) ?? 'provider_error',
    // The service starts no logins by itself: such a code was made for somebody else.
    readUnsolicited: async (parameters) =>
      parameters.has('code') && !parameters.has('state')
        ? { selector: null, loginHint: null, relayState: null, oneTimeId: null }
        : null,
    async verifyAccessToken(token, { operation }) {
      const claims = await verifier.verify(token, {
        operation,
        issuer: baseUrl,
        audience: clientId,
        requiredClaims: ['sub'],
      });
      return { subject: claims.sub!, issuer: claims.iss!, expiresAt: claims.exp!, claims };
    },
    async logoutUrl({ profileId, returnTo, state }, context) {
      if (profileId === undefined)
        throw refusal('invalid_argument', context, 'needs profileId, the profile.vendorId of the login');
      return `${baseUrl}/logout${queryString({ profile: profileId, return_to: returnTo, state })}`;
    },
  } as const satisfies LoginFacet;

  return defineProvider({
    specificationVersion: 'v1',
    id: provider,
    environment: new URL(baseUrl).host,
    login,
    organizations,
    connections,
  });
}

const organization = z
  .looseObject({ id: z.string().min(1), name: z.string(), tenant: z.string().nullish(), created: z.string() })
  .transform((wire): Organization =>
    withNative(
      {
        id: ids.qualify<'organization'>(wire.id),
        provider,
        vendorId: wire.id,
        name: wire.name,
        externalId: wire.tenant ?? null,
        metadata: {},
        settings: null,
        createdAt: wire.created,
        updatedAt: null,
      },
      wire,
    ),
  );

const statuses: ReadonlyMap<string, Connection['status']> = new Map([
  ['on', 'active'],
  ['off', 'inactive'],
  ['setup', 'draft'],
]);

const connection = z
  .looseObject({
    id: z.string().min(1),
    organization: z.string().min(1),
    label: z.string(),
    kind: z.string(),
    idp: z.string(),
    state: z.string(),
    domains: z.array(z.string()),
    created: z.string(),
  })
  .transform((wire): Connection => {
    const status = statuses.get(wire.state) ?? 'unknown';
    return withNative(
      {
        id: ids.qualify<'connection'>(wire.id),
        provider,
        vendorId: wire.id,
        organizationId: ids.qualify<'organization'>(wire.organization),
        name: wire.label,
        protocol: wire.kind === 'saml' || wire.kind === 'oidc' ? wire.kind : 'unknown',
        identityProvider: wire.idp.toLowerCase(),
        status,
        vendorStatus: wire.state,
        acceptsLogins: status === 'active',
        domains: wire.domains,
        serviceProvider: null,
        createdAt: wire.created,
        updatedAt: null,
      },
      wire,
    );
  });

const tokenAnswer = z.object({
  access_token: z.string().min(1),
  expires_in: z.number(),
  profile: z
    .object({
      id: z.string().min(1),
      idp_id: z.string().nullish(),
      organization: z.string().min(1),
      connection: z.string().min(1),
      email: z.string().nullish(),
      firstName: z.string().nullish(),
      lastName: z.string().nullish(),
      groups: z.array(z.string()).nullish(),
    })
    .transform((wire) => ({
      provider,
      vendorId: wire.id,
      idpId: wire.idp_id ?? null,
      organizationId: ids.qualify<'organization'>(wire.organization),
      connectionId: ids.qualify<'connection'>(wire.connection),
      email: wire.email ?? null,
      emailVerified: 'unknown' as const,
      firstName: wire.firstName ?? null,
      lastName: wire.lastName ?? null,
      name: [wire.firstName, wire.lastName].filter(Boolean).join(' ') || null,
      groups: wire.groups ?? null,
      roles: [],
      attributes: {},
    })),
});

/** Values of `error` on the callback. */
const rejectionReasons: ReadonlyMap<string, LoginRejectionReason> = new Map([
  ['access_denied', 'access_denied'],
  ['connection_off', 'connection_inactive'],
  ['no_connection', 'connection_not_found'],
  ['no_organization', 'organization_not_found'],
]);

const errorBody = z.object({ error: z.string(), message: z.string().optional() });

/** What the status does not tell is in `error`. */
function readError(_status: number, body: unknown): VendorError {
  const { error: vendorCode, message } = errorBody.safeParse(body).data ?? {};
  return { vendorCode, message };
}

function toCodeRejection(error: unknown): unknown {
  if (!SsoError.isInstance(error) || error.vendorCode !== 'invalid_grant') return error;
  const { message, operation, status, vendorCode } = error;
  return new LoginRejectedError({
    reason: 'code_rejected',
    message,
    provider,
    operation,
    status,
    vendorCode,
  });
}

function refusal(code: 'not_found' | 'invalid_argument', { operation }: CallContext, why: string): SsoError {
  return new SsoError({ code, message: `${operation}: ${why}`, provider, operation });
}
