import { SsoError } from '@org/sso-core';
import { createAxiosTransport, path, requireBaseUrl, requireSetting } from '@org/sso-core/http';
import { createTokenVerifier, defineProvider, type SsoProvider } from '@org/sso-core/provider';
import { createWorkosApi } from './api.js';
import { createAdminPortal } from './facets/admin-portal.js';
import { createConnectionAdmin, createConnections } from './facets/connections.js';
import { createDomains } from './facets/domains.js';
import { createLogin } from './facets/login.js';
import { createOrganizationAdmin, createOrganizations } from './facets/organizations.js';
import { createUsers } from './facets/users.js';
import { providerId } from './ids.js';
import { createNative, type WorkosNative } from './native.js';
import type { WorkosOptions } from './settings.js';

const defaultBaseUrl = 'https://api.workos.com';

/** WorkOS with every facet. `environment` is the client id. */
type LaterFacet = 'directories' | 'directoryAdmin' | 'events' | 'webhooks';

export interface WorkosProvider extends Required<Omit<SsoProvider, LaterFacet>> {
  readonly id: typeof providerId;
  readonly native: WorkosNative;
}

/**
 * WorkOS behind the neutral interface. Makes no request and loads nothing until the first operation. Throws
 * `invalid_argument` for settings that cannot work.
 */
export function createWorkos(options: WorkosOptions): WorkosProvider {
  const { apiKey, clientId, now = Date.now } = options;
  requireSetting(apiKey, 'apiKey', providerId);
  requireSetting(clientId, 'clientId', providerId);
  // A client id is public: it is part of every authorization URL.
  if (clientId.startsWith('sk_')) {
    throw new SsoError({
      code: 'invalid_argument',
      message: 'clientId holds an API key: expected "client_…"; apiKey and clientId may be swapped',
      provider: providerId,
    });
  }
  const baseUrl = requireBaseUrl(options.baseUrl ?? defaultBaseUrl, 'baseUrl', providerId);
  const authUrl = requireBaseUrl(
    options.authUrl ?? (baseUrl === defaultBaseUrl ? 'https://auth.workos.com' : baseUrl),
    'authUrl',
    providerId,
  );
  const http = { ...options.http, transport: options.http?.transport ?? createAxiosTransport() };
  const api = createWorkosApi(apiKey, baseUrl, http);
  const verifier = createTokenVerifier({
    provider: providerId,
    jwksUrl: baseUrl + path`/sso/jwks/${clientId}`,
    now,
    transport: http.transport,
  });
  return defineProvider<WorkosProvider>({
    specificationVersion: 'v1',
    id: providerId,
    environment: clientId,
    login: createLogin({
      api,
      auth: createWorkosApi(apiKey, authUrl, http),
      verifier,
      clientId,
      apiKey,
      baseUrl,
      accessTokenIssuers: options.accessTokenIssuers ?? knownIssuers(baseUrl, authUrl, clientId),
      now,
    }),
    organizations: createOrganizations(api),
    organizationAdmin: createOrganizationAdmin(api),
    domains: createDomains(api),
    connections: createConnections(api),
    connectionAdmin: createConnectionAdmin(api),
    users: createUsers(api),
    adminPortal: createAdminPortal(api, now),
    native: createNative(api),
  });
}

/** Issuers seen in documents about WorkOS tokens. [D][U] */
function knownIssuers(baseUrl: string, authUrl: string, clientId: string): string[] {
  return [...new Set([baseUrl, authUrl])].flatMap((host) => [
    host,
    `${host}/`,
    `${host}/sso/${clientId}`,
    `${host}/user_management/${clientId}`,
  ]);
}
