import { SsoError } from '@org/sso-core';
import {
  createAxiosTransport,
  requireBaseUrl,
  requireKnownSettings,
  requireSetting,
} from '@org/sso-core/http';
import {
  createTokenVerifier,
  defineProvider,
  type ProviderFacets,
  type SsoProvider,
} from '@org/sso-core/provider';
import { createScalekitApi } from './api.js';
import { createAdminPortal } from './facets/admin-portal.js';
import { createConnectionAdmin, createConnections } from './facets/connections.js';
import { createDirectories, createDirectoryAdmin } from './facets/directories.js';
import { createDomains } from './facets/domains.js';
import { createEvents } from './facets/events.js';
import { clockToleranceSeconds, createLogin } from './facets/login.js';
import { createOrganizationAdmin, createOrganizations } from './facets/organizations.js';
import { createUsers } from './facets/users.js';
import { createWebhooks } from './facets/webhooks.js';
import { providerId } from './ids.js';
import { createNative, type ScalekitNative } from './native.js';
import type { ScalekitOptions, ScalekitSettings, ScalekitWebhookSettings } from './settings.js';

const settingNames: Readonly<Record<keyof ScalekitOptions, true>> = {
  environmentUrl: true,
  clientId: true,
  clientSecret: true,
  additionalIssuers: true,
  webhooks: true,
  http: true,
  now: true,
};

type Webhooks = Pick<ProviderFacets, 'webhooks'>;

/**
 * Scalekit as a provider: every facet but `auditLogs`, which it has no API for, and `webhooks`, which needs a secret; and `native` for what
 * the model has no operation for.
 */
export interface ScalekitProvider extends Required<Omit<SsoProvider, 'auditLogs' | 'webhooks'>> {
  readonly id: typeof providerId;
  readonly native: ScalekitNative;
}

/**
 * A provider for one Scalekit environment, to hand to `createSso`. With `webhooks` it has the facet of that name. Makes no request and
 * loads nothing until the first operation. Throws `invalid_argument` naming the malformed option.
 */
export function createScalekit(
  options: ScalekitOptions & { readonly webhooks: ScalekitWebhookSettings },
): ScalekitProvider & Webhooks;
export function createScalekit(
  options: ScalekitOptions & { readonly webhooks?: undefined },
): ScalekitProvider;
export function createScalekit(options: ScalekitOptions): ScalekitProvider & Partial<Webhooks>;
export function createScalekit(options: ScalekitOptions): ScalekitProvider & Partial<Webhooks> {
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
  const environment = new URL(settings.environmentUrl).host;
  const eventSource = { environment, now: settings.now };
  return defineProvider<ScalekitProvider & Partial<Webhooks>>({
    specificationVersion: 'v1',
    id: providerId,
    environment,
    login: createLogin(api, settings, verifier),
    organizations: createOrganizations(api),
    organizationAdmin: createOrganizationAdmin(api),
    domains: createDomains(api),
    connections: createConnections(api),
    connectionAdmin: createConnectionAdmin(api),
    users: createUsers(api),
    adminPortal: createAdminPortal(api),
    directories: createDirectories(api),
    directoryAdmin: createDirectoryAdmin(api),
    events: createEvents(api, eventSource),
    ...(options.webhooks && { webhooks: createWebhooks(options.webhooks, eventSource) }),
    native: createNative(api),
  });
}

function checkOptions(options: ScalekitOptions): ScalekitSettings {
  requireKnownSettings(options, settingNames, providerId);
  const environmentUrl = requireBaseUrl(options.environmentUrl, 'environmentUrl', providerId);
  const further = (options.additionalIssuers ?? []).map((issuer) =>
    requireBaseUrl(issuer, 'additionalIssuers', providerId),
  );
  const clientId = requireSetting(options.clientId, 'clientId', providerId);
  const clientSecret = requireSetting(options.clientSecret, 'clientSecret', providerId);
  // A client id is public: it is part of every authorization URL.
  if (clientSecret.startsWith('skc_')) {
    throw new SsoError({
      code: 'invalid_argument',
      message: 'clientSecret holds a client id, "skc_…"; clientId and clientSecret may be swapped',
      provider: providerId,
    });
  }
  return {
    environmentUrl,
    clientId,
    clientSecret,
    issuers: [environmentUrl, ...further],
    now: options.now ?? Date.now,
  };
}
