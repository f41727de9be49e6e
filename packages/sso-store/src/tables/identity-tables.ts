// Keys begin with what is selective: before it has statistics, PostgreSQL takes any index whose first columns fit.
import type { Statements } from './statements.js';

/** Who people are: sources, people, identities, open questions, and the journal of all decisions. */
export const identityTables: Statements = (text) => [
  `create table sso_identity_source (
    id ${text} not null,
    generation integer not null,
    tenant_id ${text} not null,
    kind ${text} not null,
    lineage ${text} not null,
    deleted_order ${text},
    authoritative integer not null,
    decision integer not null,
    primary key (id, generation)
  )`,
  `create index sso_identity_source_tenant on sso_identity_source (tenant_id)`,

  `create table sso_identity_user (
    id ${text} not null,
    tenant_id ${text} not null,
    address ${text},
    address_verified integer not null,
    access ${text} not null,
    primary key (id, tenant_id)
  )`,
  `create index sso_identity_user_address on sso_identity_user (address, tenant_id) where address is not null`,

  `create table sso_identity (
    id ${text} primary key,
    tenant_id ${text} not null,
    kind ${text} not null,
    source ${text} not null,
    generation integer not null,
    source_key ${text} not null,
    subject ${text},
    directory_id ${text},
    address ${text},
    address_verified integer not null,
    user_id ${text},
    evidence ${text},
    basis ${text},
    status ${text} not null,
    created_order ${text},
    deleted_order ${text},
    changed_order ${text},
    changed_to ${text},
    decision integer not null
  )`,
  `create unique index sso_identity_source_key on sso_identity (source_key, source, generation, tenant_id)`,
  `create index sso_identity_subject on sso_identity (subject, tenant_id)`,
  `create index sso_identity_address on sso_identity (address, tenant_id)`,
  `create index sso_identity_user_id on sso_identity (user_id, tenant_id)`,

  `create table sso_identity_proposal (
    id ${text} primary key,
    tenant_id ${text} not null,
    identity_id ${text} not null,
    user_id ${text} not null,
    reason ${text} not null,
    state ${text} not null,
    decision integer not null
  )`,
  `create index sso_identity_proposal_identity on sso_identity_proposal (identity_id)`,
  `create index sso_identity_proposal_user on sso_identity_proposal (user_id, tenant_id)`,
  `create index sso_identity_proposal_open on sso_identity_proposal (tenant_id, id) where state = 'open'`,

  `create table sso_identity_decision (
    tenant_id ${text} not null,
    sequence integer not null,
    at ${text} not null,
    actor ${text} not null,
    action ${text} not null,
    user_id ${text},
    previous_user_id ${text},
    identity_id ${text},
    proposal_id ${text},
    source ${text},
    lineage ${text},
    previous_lineage ${text},
    evidence ${text},
    undoes integer,
    reason ${text},
    primary key (tenant_id, sequence)
  )`,
  `create index sso_identity_decision_user on sso_identity_decision (user_id, tenant_id, sequence)`,
  `create index sso_identity_decision_previous on sso_identity_decision (previous_user_id, tenant_id, sequence)`,
];
