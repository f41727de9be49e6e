import type { Connection, Directory, Organization } from '@org/sso-core';
import { fingerprintOf } from '../fingerprint.js';
import type { CallSettings, Side } from '../side.js';
import { examinePeople } from './examine-people.js';
import type {
  InventoriedConnection,
  InventoriedDirectory,
  InventoriedDomain,
  InventoriedOrganization,
} from './inventory.js';

export interface OrganizationReader {
  /** An organization with what belongs to it. */
  read(organization: Organization, settings?: CallSettings): Promise<InventoriedOrganization>;
  readDomains(organization: Pick<Organization, 'id'>, settings?: CallSettings): Promise<InventoriedDomain[]>;
}

export interface ReaderOptions {
  readonly tenantIdOf: (organization: Organization) => string | null;
  readonly examinePeople: boolean;
}

export function createOrganizationReader(
  side: Side,
  { tenantIdOf, examinePeople: examining }: ReaderOptions,
): OrganizationReader {
  const { provider } = side;
  let tellsServiceProvider = true;

  /** Some vendors tell what is entered at the identity provider with a single connection only, others never. */
  async function withServiceProvider(connection: Connection, settings: CallSettings): Promise<Connection> {
    const { id: connectionId, organizationId, protocol, serviceProvider } = connection;
    const mayBeTold = protocol === 'saml' || protocol === 'oidc';
    if (serviceProvider !== null || organizationId === null || !mayBeTold || !tellsServiceProvider)
      return connection;
    const single = await side.call(
      (client, options) => client.connections.get({ organizationId, connectionId }, options),
      settings,
    );
    tellsServiceProvider &&= single.serviceProvider !== null;
    return { ...connection, serviceProvider: single.serviceProvider };
  }

  async function readConnections(
    { id: organizationId }: Organization,
    settings: CallSettings,
  ): Promise<InventoriedConnection[]> {
    if (!provider.connections) return [];
    const connections = await side.all(
      (client, options) => client.connections.list({ organizationId }, options),
      settings,
    );
    const told = [];
    for (const connection of connections) {
      const {
        id,
        name,
        identityProvider,
        protocol,
        status,
        vendorStatus,
        acceptsLogins,
        domains,
        serviceProvider,
      } = await withServiceProvider(connection, settings);
      told.push({
        id,
        name,
        identityProvider,
        protocol,
        status,
        vendorStatus,
        acceptsLogins,
        domains,
        serviceProvider,
      });
    }
    return told;
  }

  async function readDirectories(
    { id: organizationId }: Organization,
    settings: CallSettings,
  ): Promise<InventoriedDirectory[]> {
    if (!provider.directories) return [];
    const directories = await side.all(
      (client, options) => client.directories.list({ organizationId }, options),
      settings,
    );
    return Promise.all(directories.map((directory) => readDirectory(directory, settings)));
  }

  async function readDirectory(directory: Directory, settings: CallSettings): Promise<InventoriedDirectory> {
    const { id, organizationId, name, type, identityProvider, status, vendorStatus } = directory;
    const { userCount, groupCount, scimEndpoint } = directory;
    const people =
      examining && status === 'active'
        ? await examinePeople(side, { organizationId, directoryId: id }, settings)
        : null;
    return {
      id,
      name,
      type,
      identityProvider,
      status,
      vendorStatus,
      userCount,
      groupCount,
      scimEndpoint,
      people,
    };
  }

  const readDomains: OrganizationReader['readDomains'] = async ({ id: organizationId }, settings = {}) => {
    if (!provider.domains) return [];
    const domains = await side.all(
      (client, options) => client.domains.list({ organizationId }, options),
      settings,
    );
    return domains.map(({ id, domain, status }) => ({ id, domain: domain.toLowerCase(), status }));
  };

  return {
    readDomains,
    async read(organization, callSettings = {}) {
      const { id, name, externalId, metadata, settings } = organization;
      const [domains, connections, directories] = await Promise.all([
        readDomains(organization, callSettings),
        readConnections(organization, callSettings),
        readDirectories(organization, callSettings),
      ]);
      const known = {
        id,
        name,
        externalId,
        metadata,
        settings,
        tenantId: tenantIdOf(organization),
        domains,
        connections,
        directories,
      };
      return { ...known, fingerprint: fingerprintOf(premises(known)) };
    },
  };
}

const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).toSorted();

/** What a plan rests on. Order, times, counts and words that come and go are no part of it. */
function premises({
  id,
  name,
  externalId,
  tenantId,
  domains,
  connections,
  directories,
}: Omit<InventoriedOrganization, 'fingerprint'>): unknown {
  return [
    id,
    name,
    externalId,
    tenantId,
    sorted(domains.map(({ domain, status }) => [domain, status])),
    sorted(connections.map((each) => [each.id, each.identityProvider, each.protocol, each.acceptsLogins])),
    sorted(directories.map((each) => [each.id, each.identityProvider, each.type])),
  ];
}
