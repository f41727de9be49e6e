import type { ConnectionId, DirectoryId, OrganizationId, PortalIntent } from '@org/sso-core';
import type { Records } from '../records.js';
import type { Finding } from './finding.js';

/** What moving customers from one provider to another takes. JSON-serialisable; holds no secret and no portal link. */
export interface Plan {
  readonly version: 1;
  readonly madeAt: string;
  readonly from: PlannedSide;
  readonly to: PlannedSide;
  readonly options: PlanOptions;
  readonly counts: PlanCounts;
  readonly organizations: Records<PlannedOrganization>;
  /** Of everything above. */
  readonly fingerprint: string;
}

export interface PlannedSide {
  readonly provider: string;
  readonly environment: string;
  readonly inventory: { readonly takenAt: string; readonly fingerprint: string };
}

export interface PlanOptions {
  /** Creates connections at a target where doing so is a preview. Default `false`: the customer's IT admin creates them. */
  readonly allowPreview?: boolean;
  /** Copies organizations' metadata to those that are created. Default `false`, since vendors accept different keys and lengths. */
  readonly copyMetadata?: boolean;
}

export interface PlanCounts {
  readonly organizations: number;
  readonly ready: number;
  readonly blocked: number;
  /** Effects at the target. */
  readonly actions: number;
  /** Things only customers can do. */
  readonly customerTasks: number;
  readonly findings: { readonly blocks: number; readonly warns: number };
}

/** One customer's part of a plan. */
export interface PlannedOrganization {
  /** `null` when it is not known, which blocks. */
  readonly tenantId: string | null;
  readonly name: string;
  /** `blocked` when a finding blocks. Such an organization is not applied. */
  readonly state: 'ready' | 'blocked';
  readonly source: { readonly id: OrganizationId; readonly fingerprint: string };
  /** The organization that has the tenant id at the target; `null` when it is to be created. */
  readonly target: { readonly id: OrganizationId; readonly fingerprint: string } | null;
  /** E-mail domains whose people will sign in at the target, in lower case. */
  readonly domains: readonly string[];
  /** In order. Empty when everything is there. */
  readonly actions: readonly PlannedAction[];
  /** What only the customer's IT admin can do. */
  readonly customerTasks: readonly CustomerTask[];
  /** Ready to send to the customer's IT admin; `null` when there is nothing to do. */
  readonly message: string | null;
  readonly findings: readonly Finding[];
}

/** An effect at the target. */
export type PlannedAction =
  | {
      readonly action: 'create_organization';
      readonly name: string;
      readonly metadata: Readonly<Record<string, string>>;
    }
  /** Switches on what the customer uses. */
  | {
      readonly action: 'enable_settings';
      readonly settings: { readonly sso?: true; readonly directorySync?: true };
    }
  | {
      readonly action: 'create_domain';
      readonly domain: string;
      /** Otherwise the customer must prove it by DNS. */
      readonly verifiedAtOnce: boolean;
    }
  /** Creates an empty connection, so that its addresses are known. The customer's IT admin fills it. */
  | {
      readonly action: 'create_connection';
      /** The source's. */
      readonly sourceConnection: ConnectionId;
      readonly identityProvider: string;
      readonly protocol: 'saml' | 'oidc';
    };

/** Something only the customer's IT admin can do. */
export interface CustomerTask {
  readonly task: 'configure_connection' | 'connect_directory' | 'verify_domain';
  /** What it is about at the source; `null` for a domain. */
  readonly source: ConnectionId | DirectoryId | null;
  /** Such as `okta`; `null` for a domain. */
  readonly identityProvider: string | null;
  /** Of a connection `saml`, `oidc`, …; of a directory its type, such as `scim`; `null` for a domain. */
  readonly protocol: string | null;
  /** The domains to be proven; empty for other tasks. */
  readonly domains: readonly string[];
  /** What to open the target's portal for; `null` when it has no such portal. A link is made on demand and never kept. */
  readonly portalIntent: PortalIntent | null;
  /** In the order in which they are asked for. */
  readonly values: readonly ChangedValue[];
}

/** A value the customer's IT admin replaces. */
export interface ChangedValue {
  readonly name: ChangedValueName;
  /** As it is entered now; `null` where the vendor does not tell. */
  readonly old: string | null;
  /** `null` where it is not known yet or is a secret: the portal shows it. */
  readonly new: string | null;
}

export type ChangedValueName =
  | 'acs_url'
  | 'sp_entity_id'
  | 'redirect_uri'
  | 'client_secret'
  | 'scim_endpoint'
  | 'scim_token'
  | 'dns_record';
