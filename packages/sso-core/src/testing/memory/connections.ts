import type { Connection, ConnectionRef, CreateConnection, UpdateConnection } from '../../model/index.js';
import type { CallContext } from '../../provider/context.js';
import type { ConnectionAdminFacet, ConnectionsFacet } from '../../provider/facets/connections.js';
import { requireOrganization } from './organizations.js';
import type { MemoryState } from './state.js';

export function createConnections(state: MemoryState): ConnectionsFacet {
  const { connections, serve } = state;
  return {
    listPage: (filter, page, context) =>
      serve(context, { ...filter, ...page }, filter.organizationId ? [filter.organizationId] : [], () =>
        connections.page(
          page,
          ({ organizationId, domains }) =>
            (filter.organizationId === undefined || organizationId === filter.organizationId) &&
            (filter.domain === undefined || domains.includes(filter.domain.toLowerCase())),
        ),
      ),
    get: (ref, context) =>
      serve(context, ref, [ref.organizationId, ref.connectionId], () =>
        requireConnection(state, ref, context),
      ),
  };
}

export function createConnectionAdmin(state: MemoryState) {
  const { connections, configured, serve } = state;

  const change = (
    ref: ConnectionRef,
    context: CallContext,
    changesFor: (current: Connection) => Partial<Connection>,
  ) =>
    serve(context, ref, [ref.organizationId, ref.connectionId], () => {
      const changes = changesFor(requireConnection(state, ref, context));
      return connections.update(ref.connectionId, { ...changes, updatedAt: state.timestamp() })!;
    });

  return {
    features: { enable: true, disable: true, create: true, update: true },
    delete: (ref, context) =>
      serve(context, ref, [ref.organizationId, ref.connectionId], () => {
        connections.delete(requireConnection(state, ref, context).id);
      }),
    enable: (ref, context) =>
      change(ref, context, ({ id }) => {
        if (!configured.has(id))
          throw state.error(context, 'failed_precondition', `the configuration of ${id} is incomplete`);
        return statusFields('active');
      }),
    disable: (ref, context) => change(ref, context, () => statusFields('inactive')),
    create: (input, context) =>
      serve(context, input, [input.organizationId], () => {
        requireOrganization(state, input.organizationId, context);
        const connection = addConnection(state, {
          organizationId: input.organizationId,
          identityProvider: input.identityProvider,
          protocol: input.protocol,
          status: 'draft',
        });
        if (isComplete(input)) configured.add(connection.id);
        return connection;
      }),
    update: (ref, input, context) =>
      change(ref, context, ({ id }) => {
        if (isComplete(input)) configured.add(id);
        return { identityProvider: input.identityProvider, protocol: input.protocol };
      }),
  } as const satisfies ConnectionAdminFacet;
}

/** A new connection; without `name` it is named by its identity provider. */
export function addConnection(
  state: MemoryState,
  given: Pick<Connection, 'organizationId' | 'identityProvider' | 'protocol' | 'status'> &
    Partial<Pick<Connection, 'name' | 'domains' | 'vendorStatus'>>,
): Connection {
  const { organizationId, identityProvider, protocol, status, name = identityProvider, domains = [] } = given;
  const entity = state.entity<'connection'>('conn');
  const at = `${state.origin}/sso/${entity.vendorId}`;
  return state.connections.insert({
    ...entity,
    organizationId,
    name,
    protocol,
    identityProvider,
    ...statusFields(status),
    ...(given.vendorStatus === undefined ? {} : { vendorStatus: given.vendorStatus }),
    domains: domains.map((domain) => domain.toLowerCase()),
    serviceProvider: {
      entityId: protocol === 'saml' ? at : null,
      acsUrl: protocol === 'saml' ? `${at}/acs` : null,
      metadataUrl: protocol === 'saml' ? `${at}/metadata` : null,
      redirectUri: protocol === 'saml' ? null : `${at}/callback`,
    },
  });
}

function requireConnection(
  { connections, error }: MemoryState,
  { organizationId, connectionId }: ConnectionRef,
  context: CallContext,
): Connection {
  const found = connections.get(connectionId);
  if (found?.organizationId !== organizationId)
    throw error(context, 'not_found', `organization ${organizationId} has no connection ${connectionId}`);
  return found;
}

function statusFields(
  status: Connection['status'],
): Pick<Connection, 'status' | 'vendorStatus' | 'acceptsLogins'> {
  return { status, vendorStatus: status, acceptsLogins: status === 'active' || status === 'pending' };
}

function isComplete({ protocol, saml, oidc }: CreateConnection | UpdateConnection): boolean {
  if (protocol === 'saml') return Boolean(saml?.idpMetadataUrl ?? (saml?.idpSsoUrl && saml.idpCertificate));
  return Boolean((oidc?.issuer ?? oidc?.discoveryEndpoint) && oidc?.clientId && oidc.clientSecret);
}
