import type { OrganizationId } from '@org/sso-core';

/** Something to know before a customer is moved. */
export interface Finding {
  readonly code: FindingCode;
  /** What blocks must be settled before the organization is applied or moves on. */
  readonly severity: 'blocks' | 'warns';
  readonly organization: {
    readonly id: OrganizationId;
    readonly tenantId: string | null;
    readonly name: string;
  };
  /** What it is about, by id or domain; a few where there are many. */
  readonly subjects: readonly string[];
  /** How many there are. */
  readonly count: number;
  /** A sentence or two: what is the case, and what to do. */
  readonly message: string;
}

/** Stable: tools may act on them. `docs/migration-findings.md` lists them with what to do. */
export type FindingCode = keyof typeof findingSeverities;

export const findingSeverities = {
  tenant_id_missing: 'blocks',
  tenant_id_duplicate: 'blocks',
  tenant_id_duplicate_at_target: 'blocks',
  organization_name_not_accepted: 'blocks',
  organization_cannot_be_created: 'blocks',
  target_organization_differs: 'blocks',
  target_organization_renamed: 'warns',
  target_organization_has_other_domains: 'warns',
  metadata_not_copied: 'warns',
  domain_claimed_at_source: 'blocks',
  domain_claimed_at_target: 'blocks',
  domain_not_verified: 'warns',
  domain_cannot_be_created: 'warns',
  domain_needs_proof: 'warns',
  nothing_to_move: 'warns',
  connection_not_active: 'warns',
  connection_state_unknown: 'warns',
  connection_protocol_unknown: 'warns',
  connections_ambiguous: 'warns',
  connection_certificate_unknown: 'warns',
  directory_not_active: 'warns',
  directory_state_unknown: 'warns',
  directory_not_examined: 'warns',
  directory_users_without_email: 'warns',
  directory_users_without_idp_id: 'warns',
  directory_idp_ids_duplicate: 'warns',
  directory_usernames_collide: 'warns',
  directory_members_unresolved: 'warns',
  directory_group_names_duplicate: 'warns',
} as const satisfies Readonly<Record<string, Finding['severity']>>;
