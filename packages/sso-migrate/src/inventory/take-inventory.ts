import type { Organization } from '@org/sso-core';
import type { SsoProvider } from '@org/sso-core/provider';
import { fingerprintOfAll } from '../fingerprint.js';
import { mapInOrder } from '../map-in-order.js';
import type { CallSettings, Side } from '../side.js';
import { createSpool } from '../spool.js';
import type { Abilities, InventoriedOrganization, Inventory, InventoryCounts } from './inventory.js';
import { createOrganizationReader, type ReaderOptions } from './read-organization.js';

export interface TakeInventory extends ReaderOptions, CallSettings {
  /** Organizations in hand at once; how many requests that makes at once is the side's concern. */
  readonly ahead: number;
  readonly now: () => number;
  readonly onProgress?: ((organizations: number) => void) | undefined;
}

/** Reads everything once. One listing that fails fails the inventory: it is never short. */
export async function takeInventory(side: Side, options: TakeInventory): Promise<Inventory> {
  const { provider } = side;
  const { ahead, now, onProgress, signal, onWait } = options;
  const settings = { signal, ...(onWait && { onWait }) };
  const takenAt = new Date(now()).toISOString();
  const reader = createOrganizationReader(side, options);
  const organizations = createSpool<InventoriedOrganization>();
  const fingerprints: string[] = [];
  const counts = {
    organizations: 0,
    domains: 0,
    connections: 0,
    directories: 0,
    directoryUsers: 0,
    directoryGroups: 0,
  };
  const read = mapInOrder(
    allOrganizations(side, settings),
    ahead,
    (organization, stopped) => reader.read(organization, { ...settings, signal: stopped }),
    signal,
  );
  for await (const organization of read) {
    organizations.add(organization);
    fingerprints.push(organization.fingerprint);
    count(counts, organization);
    onProgress?.(counts.organizations);
  }
  return {
    version: 1,
    provider: provider.id,
    environment: provider.environment,
    takenAt,
    abilities: abilitiesOf(provider),
    counts,
    fingerprint: fingerprintOfAll(fingerprints),
    organizations,
  };
}

/** Everybody once, also when the vendor's pages shift while they are read. */
export async function* allOrganizations(
  side: Side,
  settings: CallSettings = {},
): AsyncGenerator<Organization> {
  const seen = new Set<string>();
  for await (const page of side.pages((client, options) => client.organizations.list(options), settings)) {
    for (const organization of page) {
      if (seen.has(organization.id)) continue;
      seen.add(organization.id);
      yield organization;
    }
  }
}

function count(
  counts: { -readonly [Name in keyof InventoryCounts]: number },
  { domains, connections, directories }: InventoriedOrganization,
): void {
  counts.organizations += 1;
  counts.domains += domains.length;
  counts.connections += connections.length;
  counts.directories += directories.length;
  for (const { people, userCount, groupCount } of directories) {
    counts.directoryUsers += people?.users ?? userCount ?? 0;
    counts.directoryGroups += people?.groups ?? groupCount ?? 0;
  }
}

export function abilitiesOf(provider: SsoProvider): Abilities {
  const { domains, organizationAdmin, connectionAdmin, connections, adminPortal, directories } = provider;
  return {
    list: {
      domains: domains !== undefined,
      connections: connections !== undefined,
      directories: directories !== undefined,
    },
    createOrganizations: organizationAdmin !== undefined,
    organizationSettings: organizationAdmin?.features.settings ?? false,
    createDomains: domains !== undefined,
    domainsVerifiedOnCreate: domains?.features.verifiedOnCreate ?? false,
    createConnections: connectionAdmin?.features.create ?? false,
    portalIntents: adminPortal?.features.intents ?? [],
  };
}
