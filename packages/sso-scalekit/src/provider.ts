import { createAxiosTransport, requireBaseUrl, requireSetting } from '@org/sso-core/http';
import { createTokenVerifier, defineProvider, type SsoProvider } from '@org/sso-core/provider';
import { createScalekitApi } from './api.js';
import { createAdminPortal } from './facets/admin-portal.js';
import { createConnectionAdmin, createConnections } from './facets/connections.js';
import { createDomains } from './facets/domains.js';
import { clockToleranceSeconds, createLogin } from './facets/login.js';
import { createOrganizationAdmin, createOrganizations } from './facets/organizations.js';
import { createUsers } from './facets/users.js';
import { providerId } from './ids.js';
import { createNative, type ScalekitNative } from './native.js';
import type { ScalekitOptions, ScalekitSettings } from './settings.js';

/** Scalekit as a provider: every facet, and `native` for what the model has no operation for. */
type LaterFacet = 'directories' | 'directoryAdmin' | 'events' | 'webhooks';

export interface ScalekitProvider extends Required<Omit<SsoProvider, LaterFacet>> {
  readonly id: typeof providerId;
  readonly native: ScalekitNative;
}

/**
 * A provider for one Scalekit environment, to hand to `createSso`. Makes no request and loads nothing until the first operation.
 * Throws `invalid_argument` naming the malformed option.
 */
export function createScalekit(options: ScalekitOptions): ScalekitProvider {
  const settings = checkOptions(options);
  const transport = options.http?.transport ?? createAxiosTransport();
  const api = createScalekitApi(settings, { ...options.http, transport });
  const verifier = createTokenVerifier({
    provider: providerId,
    jwksUrl: `${settings.environmentUrl}/keys`,
    clockToleranceSeconds,
    now: settings.now,
    transport,
  });
  return defineProvider<ScalekitProvider>({
    specificationVersion: 'v1',
    id: providerId,
    environment: new URL(settings.environmentUrl).host,
    login: createLogin(api, settings, verifier),
    organizations: createOrganizations(api),
    organizationAdmin: createOrganizationAdmin(api),
    domains: createDomains(api),
    connections: createConnections(api),
    connectionAdmin: createConnectionAdmin(api),
    users: createUsers(api),
    adminPortal: createAdminPortal(api),
    native: createNative(api),
  });
}

function checkOptions(options: ScalekitOptions): ScalekitSettings {
  const environmentUrl = requireBaseUrl(options.environmentUrl, 'environmentUrl', providerId);
  const further = (options.additionalIssuers ?? []).map((issuer) =>
    requireBaseUrl(issuer, 'additionalIssuers', providerId),
  );
  return {
    environmentUrl,
    clientId: requireSetting(options.clientId, 'clientId', providerId),
    clientSecret: requireSetting(options.clientSecret, 'clientSecret', providerId),
    issuers: [environmentUrl, ...further],
    now: options.now ?? Date.now,
  };
}
