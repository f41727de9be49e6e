import type { Generated } from 'kysely';

export type Dialect = 'sqlite' | 'postgres';

/** The tables every store has. Booleans are 0 or 1 and JSON is text in both databases; times are milliseconds since the epoch. */
export interface Tables {
  sso_schema: { version: number };
  sso_event: EventRow;
  sso_event_lane: LaneRow;
  sso_subject: SubjectRow;
  sso_group_member: GroupMemberRow;
  sso_event_checkpoint: { provider: string; environment: string; cursor: string };
  sso_one_time_id: { id: string; expires_at: number };
  sso_audit_entry: AuditEntryRow;
  sso_audit_delivery: AuditDeliveryRow;
  sso_admin_operation: AdminOperationRow;
  sso_migration: MigrationRow;
  sso_migration_organization: { organization: string; tenant_id: string };
  sso_migration_domain: { domain: string; tenant_id: string };
  sso_migration_journal: JournalRow;
  sso_migration_step: StepRow;
  sso_directory_entry: DirectoryEntryRow;
  sso_identity_source: IdentitySourceRow;
  sso_identity_user: IdentityUserRow;
  sso_identity: IdentityRow;
  sso_identity_proposal: IdentityProposalRow;
  sso_identity_decision: IdentityDecisionRow;
}

export interface EventRow {
  provider: string;
  environment: string;
  id: string;
  subject: string;
  order_key: string;
  scope: string;
  removal: number;
  status: string;
  attempts: number;
  last_failure: string | null;
  quarantine: string | null;
  released: number;
  /** When it took somebody's access away. */
  removed_at: number | null;
  /** The whole event. */
  body: string;
}

/** The waiting events of one subject. A row exists while there are any, and locking it orders all who change them. */
export interface LaneRow {
  provider: string;
  environment: string;
  subject: string;
  /** `order_key` of the first of them. */
  head: string;
  claim: string | null;
  due_at: number;
}

export interface SubjectRow {
  provider: string;
  environment: string;
  subject: string;
  /** The part of `subject` before its colon. */
  kind: string;
  order_key: string | null;
  created_order: string | null;
  deleted_order: string | null;
  deleted: number;
  scope: string;
  directory_id: string | null;
  active: number;
  snapshot: string | null;
}

export interface GroupMemberRow {
  provider: string;
  environment: string;
  group_id: string;
  user_id: string;
  member: number;
  order_key: string;
}

export interface AuditEntryRow {
  id: string;
  organization_id: string;
  action: string;
  actor_id: string;
  occurred_at: number;
  /** The whole event. */
  event: string;
}

/** What a sink has not taken yet. */
export interface AuditDeliveryRow {
  sink: string;
  entry_id: string;
  status: string;
  attempts: number;
  last_failure: string | null;
  claim: string | null;
  due_at: number;
}

export interface AdminOperationRow {
  organization_id: string;
  idempotency_key: string;
  action: string;
  target: string;
  claim: string | null;
  due_at: number;
  /** Entry of the attempt under way, once it reached the vendor. */
  interrupted: string | null;
  /** Entry of the last attempt whose end nobody knows. */
  unfinished: string | null;
  /** Present when it is done. */
  result: string | null;
}

export interface MigrationRow {
  tenant_id: string;
  version: number;
  /** The whole move. */
  body: string;
}

export interface JournalRow {
  sequence: Generated<number | string>;
  tenant_id: string;
  at: string;
  actor: string;
  action: string;
  from_stage: string | null;
  to_stage: string | null;
  detail: string;
}

export interface StepRow {
  tenant_id: string;
  step: string;
  state: string;
  result: string | null;
  at: string;
}

export interface DirectoryEntryRow {
  tenant_id: string;
  id: string;
  kind: string;
  /** JSON, as identity providers choose it: it may hold what a database's text cannot. */
  matched_by: string | null;
  from_subject: string | null;
  to_subject: string | null;
  version: number;
  /** The whole entry. */
  body: string;
}

export interface IdentitySourceRow {
  id: string;
  generation: number;
  tenant_id: string;
  kind: string;
  lineage: string;
  deleted_order: string | null;
  authoritative: number;
  decision: number;
}

export interface IdentityUserRow {
  id: string;
  tenant_id: string;
  address: string | null;
  address_verified: number;
  access: string;
}

export interface IdentityRow {
  id: string;
  tenant_id: string;
  kind: string;
  source: string;
  generation: number;
  /** What the source names it by. */
  source_key: string;
  subject: string | null;
  directory_id: string | null;
  address: string | null;
  address_verified: number;
  user_id: string | null;
  evidence: string | null;
  basis: string | null;
  status: string;
  created_order: string | null;
  deleted_order: string | null;
  changed_order: string | null;
  changed_to: string | null;
  decision: number;
}

export interface IdentityProposalRow {
  id: string;
  tenant_id: string;
  identity_id: string;
  user_id: string;
  reason: string;
  state: string;
  decision: number;
}

export interface IdentityDecisionRow {
  tenant_id: string;
  sequence: number;
  at: string;
  actor: string;
  action: string;
  user_id: string | null;
  previous_user_id: string | null;
  identity_id: string | null;
  proposal_id: string | null;
  source: string | null;
  lineage: string | null;
  previous_lineage: string | null;
  evidence: string | null;
  undoes: number | null;
  reason: string | null;
}
