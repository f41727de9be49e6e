import type {
  EventSource,
  GroupMember,
  NewEvent,
  StoredEvent,
  StoredEventStatus,
  SubjectState,
} from '@org/sso-core/events';
import type { EventRow, GroupMemberRow, LaneRow, SubjectRow } from './schema.js';

/** A subject with waiting events. */
export type LaneKey = Pick<LaneRow, 'provider' | 'environment' | 'subject'>;

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
export const byKey = (a: EventRow, b: EventRow) =>
  compare(a.provider, b.provider) || compare(a.environment, b.environment) || compare(a.id, b.id);
export const byLane = (a: LaneKey, b: LaneKey) =>
  compare(a.provider, b.provider) || compare(a.environment, b.environment) || compare(a.subject, b.subject);
export const byMember = (a: GroupMemberRow, b: GroupMemberRow) =>
  compare(a.group_id, b.group_id) || compare(a.user_id, b.user_id);

export function toRow({ event, order, removal, scope, quarantine }: NewEvent): EventRow {
  return {
    provider: event.provider,
    environment: event.environment,
    id: event.id,
    subject: event.subject,
    order_key: order,
    scope,
    removal: removal === 'relayed' ? 2 : Number(removal),
    status: quarantine === null ? 'waiting' : 'quarantined',
    attempts: 0,
    last_failure: quarantine,
    quarantine,
    released: 0,
    removed_at: null,
    body: JSON.stringify(event),
  };
}

export function fromRow(row: EventRow): StoredEvent {
  return {
    event: JSON.parse(row.body) as StoredEvent['event'],
    order: row.order_key,
    removal: row.removal === 2 ? 'relayed' : row.removal === 1,
    scope: row.scope,
    quarantine: row.quarantine,
    status: row.status as StoredEventStatus,
    attempts: row.attempts,
    lastFailure: row.last_failure,
    released: row.released === 1,
  };
}

export function toSubjectRow(
  { provider, environment }: EventSource,
  subject: string,
  state: SubjectState,
): SubjectRow {
  return {
    provider,
    environment,
    subject,
    kind: subject.slice(0, subject.indexOf(':')),
    order_key: state.order,
    created_order: state.createdOrder,
    deleted_order: state.deletedOrder,
    deleted: Number(state.deleted),
    scope: state.scope,
    directory_id: state.directoryId,
    active: Number(state.active),
    snapshot: state.snapshot === null ? null : JSON.stringify(state.snapshot),
  };
}

export function fromSubjectRow(row: SubjectRow): SubjectState {
  return {
    order: row.order_key,
    createdOrder: row.created_order,
    deletedOrder: row.deleted_order,
    deleted: row.deleted === 1,
    scope: row.scope,
    directoryId: row.directory_id,
    active: row.active === 1,
    snapshot: row.snapshot === null ? null : (JSON.parse(row.snapshot) as unknown),
  };
}

export function toMemberRow({ provider, environment }: EventSource, member: GroupMember): GroupMemberRow {
  return {
    provider,
    environment,
    group_id: member.groupId,
    user_id: member.userId,
    member: Number(member.member),
    order_key: member.order,
  };
}

export function fromMemberRow(row: GroupMemberRow): GroupMember {
  return {
    groupId: row.group_id,
    userId: row.user_id,
    member: row.member === 1,
    order: row.order_key,
  };
}
