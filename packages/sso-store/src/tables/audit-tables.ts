import type { Statements } from './statements.js';

/** The audit trail, its outbox, and the journal of administrators' operations. */
export const auditTables: Statements = (text) => [
  `create table sso_audit_entry (
    id ${text} primary key,
    organization_id ${text} not null,
    action ${text} not null,
    actor_id ${text} not null,
    occurred_at double precision not null,
    event ${text} not null
  )`,
  `create index sso_audit_entry_organization on sso_audit_entry (organization_id, occurred_at, id)`,
  `create index sso_audit_entry_actor on sso_audit_entry (actor_id, occurred_at, id)`,
  `create index sso_audit_entry_action on sso_audit_entry (action, occurred_at, id)`,
  `create index sso_audit_entry_time on sso_audit_entry (occurred_at, id)`,

  `create table sso_audit_delivery (
    sink ${text} not null,
    entry_id ${text} not null,
    status ${text} not null,
    attempts integer not null,
    last_failure ${text},
    claim ${text},
    due_at double precision not null,
    primary key (sink, entry_id)
  )`,
  `create index sso_audit_delivery_due on sso_audit_delivery (sink, due_at) where status = 'waiting'`,

  `create table sso_admin_operation (
    organization_id ${text} not null,
    idempotency_key ${text} not null,
    action ${text} not null,
    target ${text} not null,
    claim ${text},
    due_at double precision not null,
    interrupted ${text},
    unfinished ${text},
    result ${text},
    primary key (organization_id, idempotency_key)
  )`,
  `create index sso_admin_operation_open on sso_admin_operation (target, action, organization_id) where result is null`,
  `create index sso_admin_operation_claimed on sso_admin_operation (due_at) where claim is not null`,
];
