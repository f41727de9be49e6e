// Keys begin with what is selective: before it has statistics, PostgreSQL takes any index whose first columns fit.
import type { Statements } from './statements.js';

/** The event inbox and one-time ids. */
export const eventTables: Statements = (text) => [
  `create table sso_event (
    provider ${text} not null,
    environment ${text} not null,
    id ${text} not null,
    subject ${text} not null,
    order_key ${text} not null,
    scope ${text} not null,
    removal integer not null,
    status ${text} not null,
    attempts integer not null,
    last_failure ${text},
    quarantine ${text},
    released integer not null,
    removed_at double precision,
    body ${text} not null,
    primary key (id, provider, environment)
  )`,
  // Partial, so that handled events, which are nearly all, cost nothing.
  `create index sso_event_waiting on sso_event (subject, provider, environment, order_key) where status = 'waiting'`,
  `create index sso_event_set_aside on sso_event (status, provider, environment, id) where status in ('held', 'quarantined')`,
  `create index sso_event_removal on sso_event (scope, provider, environment, subject)
    where removal > 0 and status in ('waiting', 'held')`,
  `create index sso_event_removed on sso_event (scope, provider, environment, removed_at) where removed_at is not null`,

  `create table sso_event_lane (
    provider ${text} not null,
    environment ${text} not null,
    subject ${text} not null,
    head ${text} not null,
    claim ${text},
    due_at double precision not null,
    primary key (subject, provider, environment)
  )`,
  `create index sso_event_lane_head on sso_event_lane (head)`,
  `create index sso_event_lane_due on sso_event_lane (due_at)`,

  `create table sso_subject (
    provider ${text} not null,
    environment ${text} not null,
    subject ${text} not null,
    kind ${text} not null,
    order_key ${text},
    created_order ${text},
    deleted_order ${text},
    deleted integer not null,
    scope ${text} not null,
    directory_id ${text},
    active integer not null,
    snapshot ${text},
    primary key (subject, provider, environment)
  )`,
  `create index sso_subject_living on sso_subject (scope, kind, provider, environment, subject) where deleted = 0`,
  `create index sso_subject_active on sso_subject (scope, provider, environment) where active = 1`,

  `create table sso_group_member (
    provider ${text} not null,
    environment ${text} not null,
    group_id ${text} not null,
    user_id ${text} not null,
    member integer not null,
    order_key ${text} not null,
    primary key (group_id, user_id, provider, environment)
  )`,
  `create index sso_group_member_user on sso_group_member (user_id, provider, environment)`,

  `create table sso_event_checkpoint (
    provider ${text} not null,
    environment ${text} not null,
    cursor ${text} not null,
    primary key (provider, environment)
  )`,

  `create table sso_one_time_id (id ${text} primary key, expires_at double precision not null)`,
  `create index sso_one_time_id_expiry on sso_one_time_id (expires_at)`,
];
