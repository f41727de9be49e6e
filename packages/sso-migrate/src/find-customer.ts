import { SsoError, type Organization, type OrganizationId } from '@org/sso-core';
import type { MigrationStore } from '@org/sso-core/migration';
import { allOrganizations } from './inventory/take-inventory.js';
import type { CallSettings, Side } from './side.js';

/** The organization at `side` with this external id; `null` when there is none. */
export async function findByExternalId(
  side: Side,
  externalId: string,
  settings: CallSettings,
): Promise<Organization | null> {
  return orNull(
    side.call((client, options) => client.organizations.getByExternalId(externalId, options), settings),
  );
}

/** `null` when there is none. */
export async function findById(
  side: Side,
  id: OrganizationId,
  settings: CallSettings,
): Promise<Organization | null> {
  return orNull(side.call((client, options) => client.organizations.get(id, options), settings));
}

/**
 * The customer's organization at the source: the one that was enrolled, the one with that external id, or else the one that is told to
 * have that tenant id. Throws `not_found`.
 */
export async function findSource(
  from: Side,
  tenantId: string,
  {
    store,
    tenantIdOf,
    settings,
  }: {
    readonly store: MigrationStore;
    readonly tenantIdOf: ((organization: Organization) => string | null) | undefined;
    readonly settings: CallSettings;
  },
): Promise<Organization> {
  const migration = await store.get(tenantId);
  const enrolled = migration?.from === from.provider.id ? migration.organizations.from : undefined;
  const found = enrolled
    ? await findById(from, enrolled, settings)
    : await findByExternalId(from, tenantId, settings);
  if (found && (!tenantIdOf || tenantIdOf(found) === tenantId)) return found;
  if (tenantIdOf) {
    for await (const organization of allOrganizations(from, settings))
      if (tenantIdOf(organization) === tenantId) return organization;
  }
  throw new SsoError({
    code: 'not_found',
    provider: from.provider.id,
    message: `No organization at ${from.provider.id} is the customer "${tenantId}"`,
  });
}

/** Organizations whose connections take logins of a domain: the claims a vendor can be asked for without reading everything. */
export async function ownersOfDomain(
  side: Side,
  domain: string,
  settings: CallSettings,
): Promise<OrganizationId[]> {
  if (!side.provider.connections) return [];
  const connections = await side.all(
    (client, options) => client.connections.list({ domain }, options),
    settings,
  );
  return [...new Set(connections.flatMap(({ organizationId }) => organizationId ?? []))];
}

async function orNull<T>(looked: Promise<T>): Promise<T | null> {
  try {
    return await looked;
  } catch (error) {
    if (SsoError.isInstance(error) && error.code === 'not_found') return null;
    throw error;
  }
}
