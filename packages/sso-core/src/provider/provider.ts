import type { AdminPortalFacet } from './facets/admin-portal.js';
import type { AuditLogsFacet } from './facets/audit-logs.js';
import type { ConnectionAdminFacet, ConnectionsFacet } from './facets/connections.js';
import type { DirectoriesFacet, DirectoryAdminFacet } from './facets/directories.js';
import type { DomainsFacet } from './facets/domains.js';
import type { EventsFacet } from './facets/events.js';
import type { LoginFacet } from './facets/login.js';
import type { OrganizationAdminFacet, OrganizationsFacet } from './facets/organizations.js';
import type { UsersFacet } from './facets/users.js';
import type { WebhooksFacet } from './facets/webhooks.js';

/** Every facet a provider can have, by name. */
export interface ProviderFacets {
  readonly login: LoginFacet;
  readonly organizations: OrganizationsFacet;
  readonly organizationAdmin: OrganizationAdminFacet;
  readonly domains: DomainsFacet;
  readonly connections: ConnectionsFacet;
  readonly connectionAdmin: ConnectionAdminFacet;
  readonly users: UsersFacet;
  readonly adminPortal: AdminPortalFacet;
  readonly directories: DirectoriesFacet;
  readonly directoryAdmin: DirectoryAdminFacet;
  readonly events: EventsFacet;
  readonly webhooks: WebhooksFacet;
  readonly auditLogs: AuditLogsFacet;
}

export type FacetName = keyof ProviderFacets;

export const facetNames = [
  'login',
  'organizations',
  'organizationAdmin',
  'domains',
  'connections',
  'connectionAdmin',
  'users',
  'adminPortal',
  'directories',
  'directoryAdmin',
  'events',
  'webhooks',
  'auditLogs',
] as const satisfies readonly FacetName[];

/**
 * What an adapter implements. Having a facet is the capability: a facet is all-or-nothing, none is mandatory, and finer
 * differences are literal `features` inside it.
 */
export interface SsoProvider extends Partial<ProviderFacets> {
  readonly specificationVersion: 'v1';
  /** Lower-case word that prefixes every id, such as `workos`. */
  readonly id: string;
  /** Distinguishes two environments of one vendor, such as its client id or host. Never a secret. */
  readonly environment: string;
}
