import type { FacetName, ProviderFacets, SsoProvider } from '../provider/provider.js';
import { defineProvider } from '../provider/define-provider.js';
import { createAdminPortal } from './memory/admin-portal.js';
import { createAuditLogs } from './memory/audit-logs.js';
import { createConnectionAdmin, createConnections } from './memory/connections.js';
import { createDirectories, createDirectoryAdmin } from './memory/directories.js';
import { createDomains } from './memory/domains.js';
import { createEvents } from './memory/events.js';
import { createLogin } from './memory/login.js';
import { createOrganizationAdmin, createOrganizations } from './memory/organizations.js';
import { createMemoryState, type MemoryOptions } from './memory/state.js';
import { createUsers } from './memory/users.js';
import { createWebhooks } from './memory/webhooks.js';
import { createWorld, type MemoryWorld } from './memory/world.js';

/** Has every facet. */
export interface MemoryProvider extends Omit<SsoProvider, FacetName>, ProviderFacets {}

/**
 * A provider that keeps everything in memory, for an app's unit tests and as the reference of the contract suite. Its `world` is the
 * vendor's side: seed it, sign people in, look at what arrived. Ids are deterministic; codes are single use and bound to their PKCE
 * challenge and redirect URI; changes in directories are in its event stream and can be delivered as signed webhooks.
 */
export function createMemoryProvider(options: MemoryOptions = {}): {
  readonly provider: MemoryProvider;
  readonly world: MemoryWorld;
} {
  const state = createMemoryState(options);
  const login = createLogin(state);
  const provider = defineProvider({
    specificationVersion: 'v1',
    id: state.id,
    environment: state.environment,
    login: login.facet,
    organizations: createOrganizations(state),
    organizationAdmin: createOrganizationAdmin(state),
    domains: createDomains(state),
    connections: createConnections(state),
    connectionAdmin: createConnectionAdmin(state),
    users: createUsers(state),
    adminPortal: createAdminPortal(state),
    directories: createDirectories(state),
    directoryAdmin: createDirectoryAdmin(state),
    events: createEvents(state),
    webhooks: createWebhooks(state),
    auditLogs: createAuditLogs(state),
  });
  return { provider, world: createWorld(state, login.authorization) };
}
