import type { Statements } from './statements.js';

/** Customers' moves, their journal and steps, and what apps were told of people and groups meanwhile. */
export const migrationTables: Statements = (text, numbered) => [
  `create table sso_migration (
    tenant_id ${text} primary key,
    version integer not null,
    body ${text} not null
  )`,
  `create table sso_migration_organization (organization ${text} primary key, tenant_id ${text} not null)`,
  `create index sso_migration_organization_tenant on sso_migration_organization (tenant_id)`,
  `create table sso_migration_domain (domain ${text} not null, tenant_id ${text} not null, primary key (domain, tenant_id))`,
  `create index sso_migration_domain_tenant on sso_migration_domain (tenant_id)`,

  `create table sso_migration_journal (
    sequence ${numbered},
    tenant_id ${text} not null,
    at ${text} not null,
    actor ${text} not null,
    action ${text} not null,
    from_stage ${text},
    to_stage ${text},
    detail ${text} not null
  )`,
  `create index sso_migration_journal_tenant on sso_migration_journal (tenant_id, sequence)`,

  `create table sso_migration_step (
    tenant_id ${text} not null,
    step ${text} not null,
    state ${text} not null,
    result ${text},
    at ${text} not null,
    primary key (tenant_id, step)
  )`,

  `create table sso_directory_entry (
    tenant_id ${text} not null,
    id ${text} not null,
    kind ${text} not null,
    matched_by ${text},
    from_subject ${text},
    to_subject ${text},
    version integer not null,
    body ${text} not null,
    primary key (tenant_id, id)
  )`,
  `create index sso_directory_entry_match on sso_directory_entry (matched_by, tenant_id)`,
  `create unique index sso_directory_entry_from on sso_directory_entry (from_subject, tenant_id)`,
  `create unique index sso_directory_entry_to on sso_directory_entry (to_subject, tenant_id)`,
];
