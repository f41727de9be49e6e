import { SsoError } from '@org/sso-core';
import { requireBaseUrl, requireSetting } from '@org/sso-core/http';
import {
  defineProvider,
  type FacetName,
  type ProviderFacets,
  type SsoProvider,
} from '@org/sso-core/provider';
import { createWorkosApi } from './api.js';
import { createAdminPortalFacet } from './facets/admin-portal.js';
import { createConnectionAdminFacet, createConnectionsFacet } from './facets/connections.js';
import { createDomainsFacet } from './facets/domains.js';
import { createLoginFacet } from './facets/login.js';
import { createOrganizationAdminFacet, createOrganizationsFacet } from './facets/organizations.js';
import { createUsersFacet } from './facets/users.js';
import { providerId } from './ids.js';
import { createNative, type WorkosNative } from './native.js';
import type { WorkosOptions } from './settings.js';

const defaultBaseUrl = 'https://api.workos.com';

/** WorkOS with every facet. `environment` is the client id. */
export interface WorkosProvider extends Omit<SsoProvider, FacetName>, ProviderFacets {
  readonly id: 'workos';
  readonly native: WorkosNative;
}

/**
 * WorkOS behind the neutral interface. Makes no request and loads nothing until the first operation. Throws
 * `invalid_argument` for settings that cannot work.
 */
export function createWorkos(options: WorkosOptions): WorkosProvider {
  const { apiKey, clientId, http, now = Date.now } = options;
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
  const workos = createWorkosApi({ apiKey, http }, baseUrl, authUrl);
  const { api } = workos;
  const accessTokenIssuers = options.accessTokenIssuers ?? knownIssuers(baseUrl, authUrl, clientId);
  return defineProvider({
    specificationVersion: 'v1',
    id: providerId,
    environment: clientId,
    login: createLoginFacet(workos, { clientId, apiKey, baseUrl, accessTokenIssuers, now }),
    organizations: createOrganizationsFacet(api),
    organizationAdmin: createOrganizationAdminFacet(api),
    domains: createDomainsFacet(api),
    connections: createConnectionsFacet(api),
    connectionAdmin: createConnectionAdminFacet(api),
    users: createUsersFacet(api),
    adminPortal: createAdminPortalFacet(api, now),
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
