import { SsoError } from '@org/sso-core';
import {
  createAxiosTransport,
  path,
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
import { createWorkosApi, type WorkosApi } from './api.js';
import { createAdminPortal } from './facets/admin-portal.js';
import { createAuditLogs } from './facets/audit-logs.js';
import { createConnectionAdmin, createConnections } from './facets/connections.js';
import { createDirectories, createDirectoryAdmin } from './facets/directories.js';
import { createDomains } from './facets/domains.js';
import { createEvents } from './facets/events.js';
import { createLogin } from './facets/login.js';
import { createOrganizationAdmin, createOrganizations } from './facets/organizations.js';
import { createUsers } from './facets/users.js';
import { createWebhooks } from './facets/webhooks.js';
import { providerId } from './ids.js';
import { createNative, type WorkosNative } from './native.js';
import type {
  WorkosEventSettings,
  WorkosOptions,
  WorkosSettings,
  WorkosWebhookSettings,
} from './settings.js';

const defaultBaseUrl = 'https://api.workos.com';

const settingNames: Readonly<Record<keyof WorkosOptions, true>> = {
  apiKey: true,
  clientId: true,
  baseUrl: true,
  authUrl: true,
  accessTokenIssuers: true,
  events: true,
  webhooks: true,
  http: true,
  now: true,
};

type OptionalFacet = 'events' | 'webhooks';

/** WorkOS with every facet that needs no setting of its own. `environment` is the client id. */
export interface WorkosProvider extends Required<Omit<SsoProvider, OptionalFacet>> {
  readonly id: typeof providerId;
  readonly native: WorkosNative;
}

/**
 * WorkOS behind the neutral interface. With `events` it has the facet of that name, with `webhooks` that one too. Makes no request and
 * loads nothing until the first operation. Throws `invalid_argument` for settings that cannot work.
 */
export function createWorkos(
  options: WorkosSettings & {
    readonly events: WorkosEventSettings;
    readonly webhooks: WorkosWebhookSettings;
  },
): WorkosProvider & Pick<ProviderFacets, 'events' | 'webhooks'>;
export function createWorkos(
  options: WorkosSettings & { readonly events: WorkosEventSettings; readonly webhooks?: undefined },
): WorkosProvider & Pick<ProviderFacets, 'events'>;
export function createWorkos(
  options: WorkosOptions,
): WorkosProvider & Partial<Pick<ProviderFacets, OptionalFacet>>;
export function createWorkos(
  options: WorkosOptions,
): WorkosProvider & Partial<Pick<ProviderFacets, OptionalFacet>> {
  const { apiKey, clientId, now = Date.now } = options;
  requireKnownSettings(options, settingNames, providerId);
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
  const directories = createDirectories(api);
  return defineProvider<WorkosProvider & Partial<Pick<ProviderFacets, OptionalFacet>>>({
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
    auditLogs: createAuditLogs(api),
    directories,
    directoryAdmin: createDirectoryAdmin(api, directories),
    ...createEventFacets(api, options, now),
    native: createNative(api),
  });
}

function createEventFacets(
  api: WorkosApi,
  { clientId, events, webhooks }: WorkosOptions,
  now: () => number,
): Partial<Pick<ProviderFacets, OptionalFacet>> {
  if (events === undefined && webhooks === undefined) return {};
  if (events?.inactiveUsers !== 'deleted' && events?.inactiveUsers !== 'kept') {
    throw new SsoError({
      code: 'invalid_argument',
      message:
        "events.inactiveUsers is missing: say whether this environment has inactive directory users 'deleted' or 'kept'",
      provider: providerId,
    });
  }
  requireKnownSettings(events, { inactiveUsers: true }, providerId, 'events');
  const source = { environment: clientId, inactiveUsers: events.inactiveUsers, now };
  return {
    events: createEvents(api, source),
    ...(webhooks && { webhooks: createWebhooks(webhooks, source) }),
  };
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
