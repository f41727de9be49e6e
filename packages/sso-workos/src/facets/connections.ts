import type { Connection, ConnectionRef, ListConnections } from '@org/sso-core';
import { path, type ApiClient } from '@org/sso-core/http';
import type { CallContext, ConnectionAdminFacet, ConnectionsFacet } from '@org/sso-core/provider';
import { pageQuery } from '../api.js';
import { ids } from '../ids.js';
import { refuse, requireOwner } from './refuse.js';

export function createConnectionsFacet(api: ApiClient): ConnectionsFacet {
  return {
    async listPage(filter, page, context) {
      const { organizationId, domain } = filter;
      const { connections } = await import('../wire/connection.js');
      const { body } = await api.request({
        context,
        method: 'GET',
        path: '/connections',
        query: {
          ...pageQuery(page),
          organization_id: organizationId && ids.strip(organizationId),
          domain,
        },
      });
      const { items, nextCursor } = connections.page(body, context);
      return { items: items.filter((connection) => matches(connection, filter)), nextCursor };
    },
    get: (ref, context) => getConnection(api, ref, context),
  };
}

const configurationReason =
  'WorkOS connections are configured in the Admin Portal or the dashboard; its API for writing them is not generally available';
const switchReason = 'the WorkOS API has no switch for connections';

export function createConnectionAdminFacet(api: ApiClient): ConnectionAdminFacet {
  return {
    features: { enable: false, disable: false, create: false, update: false },
    limitations: {
      enable: switchReason,
      disable: switchReason,
      create: configurationReason,
      update: configurationReason,
    },
    async delete(ref, context) {
      const { vendorId } = await getConnection(api, ref, context);
      await api.request({ context, method: 'DELETE', path: path`/connections/${vendorId}`, expect: 'none' });
    },
    enable: (_ref, context) => refuse('connectionAdmin', context, switchReason),
    disable: (_ref, context) => refuse('connectionAdmin', context, switchReason),
    create: (_input, context) => refuse('connectionAdmin', context, configurationReason),
    update: (_ref, _input, context) => refuse('connectionAdmin', context, configurationReason),
  };
}

async function getConnection(
  api: ApiClient,
  { organizationId, connectionId }: ConnectionRef,
  context: CallContext,
): Promise<Connection> {
  ids.strip(organizationId);
  const { connections } = await import('../wire/connection.js');
  const { body } = await api.request({
    context,
    method: 'GET',
    path: path`/connections/${ids.strip(connectionId)}`,
  });
  return requireOwner(connections.one(body, context), organizationId, context);
}

/** People are sent where these lists point: a filter the vendor did not apply must not widen them. */
function matches(connection: Connection, { organizationId, domain }: ListConnections): boolean {
  return (
    (organizationId === undefined || connection.organizationId === organizationId) &&
    (domain === undefined || connection.domains.includes(domain.toLowerCase()))
  );
}
