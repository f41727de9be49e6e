import type { EmulatorRequest } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import { withVendorFields } from '../kernel/seed.js';
import { notFound, onlyMessage } from './errors.js';
import { externalKey } from './ids.js';
import type { Connection } from './objects.js';
import { listPage } from './paging.js';
import type { WorkosState } from './state.js';

/** The wire object; `domains` are the organization's. [S] */
export function connectionObject(state: WorkosState, connection: Connection): object {
  const organization =
    connection.organizationId === null ? undefined : state.organizations.get(connection.organizationId);
  const usable = connection.state === 'active' || connection.state === 'validating';
  return withVendorFields(
    {
      object: 'connection',
      id: connection.id,
      ...(connection.organizationId === null ? {} : { organization_id: connection.organizationId }),
      connection_type: connection.connectionType,
      name: connection.name,
      state: connection.state,
      status: usable ? 'linked' : 'unlinked',
      domains: (organization?.domains ?? []).map(({ id, domain }) => ({
        object: 'connection_domain',
        id,
        domain,
      })),
      created_at: connection.createdAt,
      updated_at: connection.updatedAt,
    },
    connection,
  );
}

/** A connection as events carry it. [S] */
export function connectionData(state: WorkosState, connection: Connection): object {
  return { external_key: externalKey(connection.id), ...connectionObject(state, connection) };
}

export function connectionRoutes(state: WorkosState): Route[] {
  function find(request: EmulatorRequest): Connection {
    const connection = state.connections.get(request.params['id'] ?? '');
    if (!connection) throw notFound();
    return connection;
  }

  return [
    route('GET', '/connections', (request) => {
      const query = request.url.searchParams;
      // The filter spells GitHub its own way. [S]
      const type = query.get('connection_type')?.replace('GithubOAuth', 'GitHubOAuth');
      const organizationId = query.get('organization_id');
      const domain = query.get('domain')?.toLowerCase();
      const search = query.get('search')?.toLowerCase();
      const hasDomain = (connection: Connection): boolean =>
        state.domainsNamed(domain ?? '').some((owned) => owned.organization_id === connection.organizationId);
      return listPage(
        request,
        state.connections,
        (connection) =>
          (!type || connection.connectionType === type) &&
          (!organizationId || connection.organizationId === organizationId) &&
          (!domain || hasDomain(connection)) &&
          (!search || connection.name.toLowerCase().includes(search)),
        (connection) => connectionObject(state, connection),
      );
    }),
    route('GET', '/connections/{id}', (request) => ({
      status: 200,
      body: connectionObject(state, find(request)),
    })),
    route('DELETE', '/connections/{id}', (request) => {
      state.deleteConnection(find(request));
      return { status: 204 };
    }),
    // The write API is behind a feature flag this environment does not have. [S+]
    ...(['POST /connections', 'PATCH /connections/{id}'] as const).map((operation) => {
      const [method = '', path = ''] = operation.split(' ');
      return route(method, path, () => {
        throw onlyMessage(
          404,
          'This endpoint is part of the Connections API migration capabilities, which are not enabled for your environment.',
        );
      });
    }),
  ];
}
