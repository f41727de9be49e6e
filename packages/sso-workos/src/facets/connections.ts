import type { Connection, ConnectionId, ConnectionRef, ListConnections } from '@org/sso-core';
import { path } from '@org/sso-core/http';
import {
  loadOnce,
  type CallContext,
  type ConnectionAdminFacet,
  type ConnectionsFacet,
} from '@org/sso-core/provider';
import type { WorkosApi } from '../api.js';
import { refuse, requireOwner } from '../errors.js';
import { ids } from '../ids.js';

const connection = loadOnce(async () => (await import('../wire/connection.js')).connection);
const byId = (id: ConnectionId) => path`/connections/${ids.strip(id)}`;

export function createConnections(api: WorkosApi): ConnectionsFacet {
  return {
    async listPage(filter, page, context) {
      const { organizationId, domain } = filter;
      const { items, nextCursor } = await api.page(connection, page, {
        context,
        path: '/connections',
        query: { organization_id: organizationId && ids.strip(organizationId), domain },
      });
      return { items: items.filter((item) => matches(item, filter)), nextCursor };
    },
    async get({ organizationId, connectionId }: ConnectionRef, context: CallContext) {
      ids.strip(organizationId);
      const found = await api.one(connection, { context, method: 'GET', path: byId(connectionId) });
      return requireOwner(found, organizationId, context);
    },
  };
}

const configurationReason =
  'WorkOS connections are configured in the Admin Portal or the dashboard; its API for writing them is not generally available';
const switchReason = 'the WorkOS API has no switch for connections';

export function createConnectionAdmin(api: WorkosApi): ConnectionAdminFacet {
  const connections = createConnections(api);
  return {
    features: { enable: false, disable: false, create: false, update: false },
    limitations: {
      enable: switchReason,
      disable: switchReason,
      create: configurationReason,
      update: configurationReason,
    },
    async delete(ref, context) {
      const { id } = await connections.get(ref, context);
      await api.send({ context, method: 'DELETE', path: byId(id) });
    },
    enable: (_ref, context) => refuse('connectionAdmin', context, switchReason),
    disable: (_ref, context) => refuse('connectionAdmin', context, switchReason),
    create: (_input, context) => refuse('connectionAdmin', context, configurationReason),
    update: (_ref, _input, context) => refuse('connectionAdmin', context, configurationReason),
  };
}

/** People are sent where these lists point: a filter the vendor did not apply must not widen them. */
function matches(item: Connection, { organizationId, domain }: ListConnections): boolean {
  return (
    (organizationId === undefined || item.organizationId === organizationId) &&
    (domain === undefined || item.domains.includes(domain.toLowerCase()))
  );
}
