import { UnsupportedOperationError } from '../errors.js';
import { createLoginClient, type LoginClient } from '../login/login-client.js';
import type { LoginSettings } from '../login/settings.js';
import { facetNames, type FacetName, type SsoProvider } from '../provider/provider.js';
import { createFacetCaller } from './call.js';
import {
  createAdminPortalClient,
  createAuditLogsClient,
  createConnectionAdminClient,
  createConnectionsClient,
  createDomainsClient,
  createOrganizationAdminClient,
  createOrganizationsClient,
  createDirectoriesClient,
  createDirectoryAdminClient,
  createEventsClient,
  createWebhooksClient,
  createUsersClient,
  type AdminPortalClient,
  type AuditLogsClient,
  type ConnectionAdminClient,
  type ConnectionsClient,
  type DomainsClient,
  type OrganizationAdminClient,
  type OrganizationsClient,
  type DirectoriesClient,
  type DirectoryAdminClient,
  type EventsClient,
  type WebhooksClient,
  type UsersClient,
} from './facets.js';
import type { SsoHooks } from './hooks.js';

/** What an app calls, by facet name. */
export interface ClientFacets {
  readonly login: LoginClient;
  readonly organizations: OrganizationsClient;
  readonly organizationAdmin: OrganizationAdminClient;
  readonly domains: DomainsClient;
  readonly connections: ConnectionsClient;
  readonly connectionAdmin: ConnectionAdminClient;
  readonly users: UsersClient;
  readonly adminPortal: AdminPortalClient;
  readonly directories: DirectoriesClient;
  readonly directoryAdmin: DirectoryAdminClient;
  readonly events: EventsClient;
  readonly webhooks: WebhooksClient;
  readonly auditLogs: AuditLogsClient;
}

/** Stands where a provider lacks a facet, so that the compiler's complaint names it. At run time its methods refuse. */
export interface UnsupportedFacet<Facet extends FacetName> {
  readonly unsupported: `This provider has no "${Facet}" facet; check with hasFacet or requireFacet`;
}

/** The client of one provider. Facets the provider is known to have are callable; others are {@link UnsupportedFacet}. */
export type SsoClient<P extends SsoProvider = SsoProvider> = {
  readonly [Facet in FacetName]: P extends { readonly [F in Facet]: object }
    ? ClientFacets[Facet]
    : UnsupportedFacet<Facet>;
} & {
  /** The provider beneath: its facets, features, and `native` escape hatch. */
  readonly provider: P;
};

export interface SsoOptions<P extends SsoProvider> {
  readonly provider: P;
  /** Needed for `login.begin` and `login.complete`. */
  readonly login?: LoginSettings;
  readonly hooks?: SsoHooks;
  /** What the time of a webhook is compared with. Milliseconds since the epoch; default `Date.now`. */
  readonly now?: () => number;
}

/**
 * The client an app uses: `createSso({ provider: createWorkos({ … }) })`. Makes no request and loads nothing until the first
 * operation. Throws `invalid_argument` for malformed login settings.
 */
export function createSso<P extends SsoProvider>(options: SsoOptions<P>): SsoClient<P> {
  const { provider, hooks = {} } = options;
  const caller = <F extends FacetName>(facet: F) => createFacetCaller(provider, facet, hooks);
  const readersOf = (of: SsoProvider) => ({
    connections: createConnectionsClient(createFacetCaller(of, 'connections', hooks)),
    domains: createDomainsClient(createFacetCaller(of, 'domains', hooks)),
  });
  const facets: ClientFacets = {
    login: createLoginClient(caller('login'), readersOf, options.login),
    organizations: createOrganizationsClient(caller('organizations')),
    organizationAdmin: createOrganizationAdminClient(caller('organizationAdmin')),
    ...readersOf(provider),
    connectionAdmin: createConnectionAdminClient(caller('connectionAdmin')),
    users: createUsersClient(caller('users')),
    adminPortal: createAdminPortalClient(caller('adminPortal')),
    directories: createDirectoriesClient(caller('directories')),
    directoryAdmin: createDirectoryAdminClient(caller('directoryAdmin')),
    events: createEventsClient(caller('events')),
    webhooks: createWebhooksClient(caller('webhooks'), options.now),
    auditLogs: createAuditLogsClient(caller('auditLogs')),
  };
  return Object.freeze({ ...facets, provider }) as unknown as SsoClient<P>;
}

/** Whether the provider behind this client has the facet; narrows the client's type. */
export function hasFacet<C extends { readonly provider: SsoProvider }, F extends FacetName>(
  client: C,
  facet: F,
): client is C & Pick<ClientFacets, F> {
  return client.provider[facet] !== undefined;
}

/** The facet of a provider known only at run time. Throws `UnsupportedOperationError` when it is absent. */
export function requireFacet<F extends FacetName>(
  client: { readonly provider: SsoProvider },
  facet: F,
): ClientFacets[F] {
  assertSupports(client, facet);
  return (client as unknown as ClientFacets)[facet];
}

/** Refuses early, naming the first missing facet: call it at start-up. */
export function assertSupports<C extends { readonly provider: SsoProvider }, F extends FacetName>(
  client: C,
  ...facets: readonly F[]
): asserts client is C & Pick<ClientFacets, F> {
  const missing = facets.find((facet) => client.provider[facet] === undefined);
  if (missing !== undefined) {
    throw new UnsupportedOperationError({
      facet: missing,
      operation: missing,
      provider: client.provider.id,
      reason: `it has the facets ${facetNames.filter((name) => client.provider[name]).join(', ')}`,
    });
  }
}
