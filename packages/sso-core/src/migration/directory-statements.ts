import { orderOf } from '../events/describe-event.js';
import type { DirectoryGroup, DirectoryUser } from '../model/index.js';
import type { SsoEvent, SsoEventOf } from '../model/event.js';
import type { DirectoryEntry, DirectoryStatement } from './directory-entry.js';

export type MembershipEvent = SsoEventOf<'directory.group.user_added' | 'directory.group.user_removed'>;

/** What an event of a directory says of one person or group. */
export type DirectoryEvent =
  | SsoEventOf<'directory.user.created' | 'directory.user.updated' | 'directory.user.deleted'>
  | SsoEventOf<'directory.group.created' | 'directory.group.updated' | 'directory.group.deleted'>
  | MembershipEvent;

type Kind = DirectoryEntry['kind'];

export function isDirectoryEvent(event: SsoEvent): event is DirectoryEvent {
  return event.type.startsWith('directory.user.') || event.type.startsWith('directory.group.');
}

export function isMembership(event: DirectoryEvent): event is MembershipEvent {
  return event.type === 'directory.group.user_added' || event.type === 'directory.group.user_removed';
}

/** Of whom it is said: of a membership, the person. */
export function subjectOf({ data }: DirectoryEvent): string {
  return 'user' in data ? `directory_user:${data.user.vendorId}` : subjectOfGroup(data.group);
}

export function subjectOfGroup({ vendorId }: Pick<DirectoryGroup, 'vendorId'>): string {
  return `directory_group:${vendorId}`;
}

/** What is said after one more event. `groupId` is the entry of a membership's group. */
export function withEvent(
  known: DirectoryStatement | null,
  event: DirectoryEvent,
  groupId: string | null,
): DirectoryStatement | null {
  const subject = subjectOf(event);
  const before = known?.subject === subject && !known.deleted ? known : null;
  // It may come after the person's own end, when it comes with the group's, and tells of nobody.
  if (event.type === 'directory.group.user_removed' && !isPresent(before)) return known;
  const groups = before?.groups ?? [];
  const shared = {
    subject,
    since: before?.since ?? orderOf(event),
    order: laterOf(before?.order ?? '', orderOf(event)),
  };
  if (isMembership(event)) {
    const others = groups.filter((id) => id !== groupId);
    return {
      ...shared,
      entity: before?.entity ?? event.data.user,
      deleted: false,
      groups: event.type === 'directory.group.user_added' ? [...others, groupId!] : others,
    };
  }
  const entity = 'user' in event.data ? event.data.user : event.data.group;
  const deleted = event.type.endsWith('.deleted');
  return { ...shared, entity, deleted, groups: deleted ? [] : groups };
}

/** What the app knows after it was told, by whichever side. */
export function withTold(
  told: DirectoryStatement | null,
  event: DirectoryEvent,
  groupId: string | null,
): DirectoryStatement | null {
  return withEvent(told && { ...told, subject: subjectOf(event) }, event, groupId);
}

function laterOf(one: string, other: string): string {
  return one > other ? one : other;
}

/** Whether it exists. Of what is only mentioned nobody can tell. */
export function isPresent(
  statement: DirectoryStatement | null,
): statement is DirectoryStatement & { readonly entity: DirectoryUser | DirectoryGroup } {
  return statement !== null && !statement.deleted && statement.entity !== null;
}

/** Whether it is a person who may have access. */
export function hasAccess(statement: DirectoryStatement | null): boolean {
  return isPresent(statement) && 'status' in statement.entity && statement.entity.status === 'active';
}

/**
 * Names of what two statements disagree about; `groups` stands for memberships. Somebody deleted and somebody without access are the
 * same: one vendor's deactivation is another's deletion.
 */
export function differences(
  kind: Kind,
  one: DirectoryStatement | null,
  other: DirectoryStatement | null,
): string[] {
  if (!isPresent(one) || !isPresent(other)) {
    const isSame =
      kind === 'directory_user' ? hasAccess(one) === hasAccess(other) : isPresent(one) === isPresent(other);
    return isSame ? [] : ['status'];
  }
  const fields =
    kind === 'directory_user'
      ? differingFields(one.entity as DirectoryUser, other.entity as DirectoryUser)
      : one.entity.name === other.entity.name
        ? []
        : ['name'];
  const groups = new Set(one.groups);
  if (groups.size !== other.groups.length || other.groups.some((id) => !groups.has(id)))
    fields.push('groups');
  return fields;
}

/** Whether the app need not be told, memberships apart. It knows people by their identity provider's id, but groups by the vendor's. */
export function saysTheSame(
  kind: Kind,
  one: DirectoryStatement | null,
  other: DirectoryStatement | null,
): boolean {
  if (kind === 'directory_group' && isPresent(one) && isPresent(other) && one.entity.id !== other.entity.id)
    return false;
  return differences(kind, one, other).every((field) => field === 'groups');
}

/** Fields both vendors tell of a person. A vendor that does not know says `null`. */
const comparedFields = ['email', 'firstName', 'lastName', 'jobTitle'] as const;

function differingFields(one: DirectoryUser, other: DirectoryUser): string[] {
  const fields: string[] = comparedFields.filter((name) => {
    const [left, right] = [one[name], other[name]];
    if (left === null || right === null) return false;
    return name === 'email' ? left.toLowerCase() !== right.toLowerCase() : left !== right;
  });
  if ((one.status === 'active') !== (other.status === 'active')) fields.push('status');
  return fields;
}

/** What a side says gives access back to somebody it was taken from later than the side heard of. */
export function isStaleGrant(told: DirectoryStatement | null, said: DirectoryStatement | null): boolean {
  return told !== null && said !== null && !hasAccess(told) && hasAccess(said) && said.order <= told.order;
}

/**
 * Whether the app does not know what an event of the acting side says. What the other side told before comes again from this one: once
 * it is level with the app, everything it says is news.
 */
export function isNews(
  kind: Kind,
  told: DirectoryStatement | null,
  before: DirectoryStatement | null,
  event: DirectoryEvent,
  groupId: string | null,
): boolean {
  const isNew = before === null || before.order < orderOf(event);
  const after = withEvent(before, event, groupId);
  if (isMembership(event)) {
    const isTold = told?.groups.includes(groupId!);
    if (event.type === 'directory.group.user_added') return !isTold && !isStaleGrant(told, after);
    // The vendor may tell the end of a membership that neither the app was told of nor we knew: the app may know it from before.
    const isUnknown = event.data.source === 'native' && isNew && !before?.groups.includes(groupId!);
    return isTold || told === null || isUnknown;
  }
  if (event.type.endsWith('.deleted') && told?.deleted) return false;
  const isLevel = isNew && saysTheSame(kind, before, told);
  return isLevel || !(saysTheSame(kind, after, told) || isStaleGrant(told, after));
}

/**
 * What the app must hear first. Of somebody it was told of by memberships alone, that they are there. Of a group of the other side, which
 * it finds by name, the new id when the first this side says of it is another name.
 */
export function introductionOf(
  event: DirectoryEvent,
  told: DirectoryStatement | null,
): DirectoryEvent | null {
  const id = `${event.id}/introduction`;
  if (isMembership(event)) {
    if (isPresent(told) || event.type === 'directory.group.user_removed') return null;
    const data = { user: event.data.user, previous: null };
    return { ...event, id, type: 'directory.user.created', data };
  }
  if (!('group' in event.data) || !isPresent(told)) return null;
  const { group } = event.data;
  const { name } = told.entity;
  if (told.entity.id === group.id || name === null || name === group.name) return null;
  return {
    ...event,
    id,
    type: 'directory.group.updated',
    data: { group: { ...group, name }, previous: null },
  };
}

/** The event as the app is told it: the first it hears of somebody is `created`, and a membership names its group. */
export function asTold(
  event: DirectoryEvent,
  told: DirectoryStatement | null,
  groupName: string | null,
): DirectoryEvent {
  if (isMembership(event)) {
    const { data } = event;
    return data.group.name !== null || groupName === null
      ? event
      : { ...event, data: { ...data, group: { ...data.group, name: groupName } } };
  }
  if (event.type.endsWith('.deleted')) return event;
  const type = `${event.type.slice(0, event.type.lastIndexOf('.'))}.${isPresent(told) ? 'updated' : 'created'}`;
  return event.type === type ? event : ({ ...event, type } as DirectoryEvent);
}
