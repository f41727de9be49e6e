import type { Connection, Directory, Domain, Organization, PortalIntent } from '@org/sso-core';
import type { Records, Sample } from '../records.js';

/** What one provider holds, as far as a migration is concerned. JSON-serialisable. */
export interface Inventory {
  readonly version: 1;
  /** Provider id, such as `workos`. */
  readonly provider: string;
  readonly environment: string;
  /** When reading began. ISO-8601 in UTC. */
  readonly takenAt: string;
  readonly abilities: Abilities;
  readonly counts: InventoryCounts;
  /** In the vendor's order. */
  readonly organizations: Records<InventoriedOrganization>;
  /** The same when nothing a plan rests on differs, whatever the order. */
  readonly fingerprint: string;
}

export interface InventoryCounts {
  readonly organizations: number;
  readonly domains: number;
  readonly connections: number;
  readonly directories: number;
  /** People and groups in directories, as far as they were examined or the vendor counts them. */
  readonly directoryUsers: number;
  readonly directoryGroups: number;
}

/** What can be done at a provider through its API, so that a plan can be made from inventories alone. */
export interface Abilities {
  /** What can be listed; what cannot is empty in the inventory. */
  readonly list: { readonly domains: boolean; readonly connections: boolean; readonly directories: boolean };
  readonly createOrganizations: boolean;
  /** Whether single sign-on and directory synchronisation are switched per organization. */
  readonly organizationSettings: boolean;
  readonly createDomains: boolean;
  /** Whether a domain that is created counts as verified at once. */
  readonly domainsVerifiedOnCreate: boolean;
  /** `preview`: the vendor does not promise it. */
  readonly createConnections: boolean | 'preview';
  /** What its portal can be opened for. */
  readonly portalIntents: readonly PortalIntent[];
}

export interface InventoriedOrganization extends Pick<
  Organization,
  'id' | 'name' | 'externalId' | 'metadata' | 'settings'
> {
  /** Your own tenant id: the external id, unless told otherwise. `null` when there is none. */
  readonly tenantId: string | null;
  readonly domains: readonly InventoriedDomain[];
  readonly connections: readonly InventoriedConnection[];
  readonly directories: readonly InventoriedDirectory[];
  /** Changes when something a plan rests on does: not with people, times and counts. */
  readonly fingerprint: string;
}

export interface InventoriedDomain extends Pick<Domain, 'id' | 'domain' | 'status'> {}

export interface InventoriedConnection extends Pick<
  Connection,
  | 'id'
  | 'name'
  | 'identityProvider'
  | 'protocol'
  | 'status'
  | 'vendorStatus'
  | 'acceptsLogins'
  | 'domains'
  | 'serviceProvider'
> {}

export interface InventoriedDirectory extends Pick<
  Directory,
  | 'id'
  | 'name'
  | 'type'
  | 'identityProvider'
  | 'status'
  | 'vendorStatus'
  | 'userCount'
  | 'groupCount'
  | 'scimEndpoint'
> {
  /** `null` when its people were not examined. */
  readonly people: ExaminedPeople | null;
}

/** What stands in the way of moving a directory's people. Examples are ids: the identity provider's where it is known. */
export interface ExaminedPeople {
  readonly users: number;
  readonly groups: number;
  readonly withoutEmail: Sample;
  /** They cannot be recognised at another provider. */
  readonly withoutIdpId: Sample;
  /** Several people of one identity provider's id. */
  readonly duplicateIdpIds: Sample;
  /** People whose user name is another one's, but for upper and lower case. */
  readonly collidingUsernames: Sample;
  /** Memberships of people or in groups the directory does not list. */
  readonly unresolvedMembers: Sample;
  /** Groups of one name. */
  readonly duplicateGroupNames: Sample;
}
