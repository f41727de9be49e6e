import type { OrganizationId } from '@org/sso-core';
import type { Abilities, InventoriedOrganization, Inventory } from '../inventory/inventory.js';

/** What else there is on both sides, as far as one organization's part of a plan depends on it. */
export interface Surroundings {
  readonly from: { readonly provider: string };
  readonly to: { readonly provider: string; readonly abilities: Abilities };
  /** Organizations at the target with this external id. */
  targetsOf(tenantId: string): readonly InventoriedOrganization[];
  /** Organizations at the source with this tenant id. */
  sourcesOf(tenantId: string): readonly OrganizationId[];
  /** Who has verified this domain at the source. */
  sourceOwnersOf(domain: string): readonly OrganizationId[];
  /** Who has this domain at the target, verified or not: a vendor may refuse it to anybody else. */
  targetOwnersOf(domain: string): readonly OrganizationId[];
}

/** Looks everything up in two inventories. Keeps ids and domains only. */
export function createSurroundings(from: Inventory, to: Inventory): Surroundings {
  const targets = new Map<string, number[]>();
  const sources = new Map<string, OrganizationId[]>();
  const sourceOwners = new Map<string, OrganizationId[]>();
  const targetOwners = new Map<string, OrganizationId[]>();
  for (const { id, tenantId, domains } of from.organizations) {
    if (tenantId !== null) append(sources, tenantId, id);
    for (const { domain, status } of domains) if (status === 'verified') append(sourceOwners, domain, id);
  }
  let index = 0;
  for (const { id, externalId, domains } of to.organizations) {
    if (externalId !== null) append(targets, externalId, index);
    for (const { domain } of domains) append(targetOwners, domain, id);
    index += 1;
  }
  return {
    from: { provider: from.provider },
    to: { provider: to.provider, abilities: to.abilities },
    targetsOf: (tenantId) => (targets.get(tenantId) ?? []).map((at) => to.organizations.at(at)!),
    sourcesOf: (tenantId) => sources.get(tenantId) ?? [],
    sourceOwnersOf: (domain) => sourceOwners.get(domain) ?? [],
    targetOwnersOf: (domain) => targetOwners.get(domain) ?? [],
  };
}

function append<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
