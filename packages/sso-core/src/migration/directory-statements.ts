import { occurredAtOf, orderOf } from '../events/describe-event.js';
import { parseQualifiedId } from '../model/ids.js';
import type { DirectoryGroup, DirectoryUser } from '../model/index.js';
import type { SsoEvent, SsoEventOf } from '../model/event.js';
import type { DirectoryEntry, DirectoryMembership, DirectoryStatement } from './directory-entry.js';

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

/** What a side says after one more event. `entry` is the one of a membership's group, if it has one. */
export function withSaid(
  known: DirectoryStatement | null,
  event: DirectoryEvent,
  entry: string | null,
): DirectoryStatement | null {
  const subject = subjectOf(event);
  const before = known?.subject === subject && !known.deleted ? known : null;
  return after(before, known, event, (groups) =>
    isMembership(event)
      ? changed(groups, event, entry, ({ group }) => group === event.data.group.id)
      : groups,
  );
}

/**
 * What the app knows after it was told, by whichever side: of a group it heard of from the other one, it loses that membership too.
 * `wholly`: the side knows of no other group in its place.
 */
export function withTold(
  told: DirectoryStatement | null,
  event: DirectoryEvent,
  { entry, wholly = false }: { readonly entry: string | null; readonly wholly?: boolean },
): DirectoryStatement | null {
  const before = told && !told.deleted ? told : null;
  return after(before, told, event, (groups) =>
    isMembership(event)
      ? changed(
          groups,
          event,
          entry,
          (known) =>
            known.group === event.data.group.id ||
            (known.entry === entry && (wholly || parseQualifiedId(known.group).provider !== event.provider)),
        )
      : groups,
  );
}

function after(
  before: DirectoryStatement | null,
  known: DirectoryStatement | null,
  event: DirectoryEvent,
  groupsAfter: (groups: readonly DirectoryMembership[]) => readonly DirectoryMembership[],
): DirectoryStatement | null {
  // It may come after the person's own end, when it comes with the group's, and tells of nobody.
  if (event.type === 'directory.group.user_removed' && !isPresent(before)) return known;
  const deleted = event.type.endsWith('.deleted');
  const entity = 'user' in event.data ? event.data.user : event.data.group;
  return {
    subject: subjectOf(event),
    entity: isMembership(event) ? (before?.entity ?? entity) : entity,
    deleted,
    groups: deleted ? [] : groupsAfter(before?.groups ?? []),
    since: before?.since ?? orderOf(event),
    order: laterOf(before?.order ?? '', orderOf(event)),
  };
}

function changed(
  groups: readonly DirectoryMembership[],
  { type, data }: MembershipEvent,
  entry: string | null,
  isEnded: (known: DirectoryMembership) => boolean,
): readonly DirectoryMembership[] {
  if (type === 'directory.group.user_removed') return groups.filter((known) => !isEnded(known));
  const others = groups.filter(({ group }) => group !== data.group.id);
  return entry === null ? others : [...others, { group: data.group.id, entry }];
}

/** Whether a person is in a group. */
export function isIn(statement: DirectoryStatement | null, entry: string | null): boolean {
  return statement !== null && statement.groups.some((known) => known.entry === entry);
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
  const [ofOne, ofOther] = [one, other].map(({ groups }) => new Set(groups.map(({ entry }) => entry)));
  if (ofOne!.size !== ofOther!.size || [...ofOther!].some((entry) => !ofOne!.has(entry)))
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
  entry: string | null,
): boolean {
  const isNew = before === null || before.order < orderOf(event);
  const said = withSaid(before, event, entry);
  if (isMembership(event)) {
    if (event.type === 'directory.group.user_added') return !isIn(told, entry) && !isStaleGrant(told, said);
    const ended = entry ?? told?.groups.find(({ group }) => group === event.data.group.id)?.entry ?? null;
    // The vendor may tell the end of a membership that neither the app was told of nor we knew: the app may know it from before.
    const isUnknown = event.data.source === 'native' && isNew && !isIn(before, ended);
    const isEnded = isIn(told, ended) && !isIn(withTold(told, event, { entry }), ended);
    return isEnded || told === null || (isUnknown && !isIn(told, ended));
  }
  if (event.type.endsWith('.deleted') && told?.deleted) return false;
  const isLevel = isNew && saysTheSame(kind, before, told);
  return isLevel || !(saysTheSame(kind, said, told) || isStaleGrant(told, said));
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

/**
 * The event as the app is told it: the first it hears of somebody is `created`, and a membership's group is named as the app knows it.
 * `before`: what its side said.
 */
export function asTold(
  event: DirectoryEvent,
  told: DirectoryStatement | null,
  {
    before,
    groupEntry,
  }: { readonly before: DirectoryStatement | null; readonly groupEntry: DirectoryEntry | null },
): DirectoryEvent {
  if (isMembership(event)) {
    const { data } = event;
    const name = groupEntry === null ? data.group.name : nameTold(groupEntry, data.group.name);
    return name === data.group.name ? event : { ...event, data: { ...data, group: { ...data.group, name } } };
  }
  if (event.type.endsWith('.deleted')) return outranking(event, told, before);
  const type = `${event.type.slice(0, event.type.lastIndexOf('.'))}.${isPresent(told) ? 'updated' : 'created'}`;
  return outranking(event.type === type ? event : ({ ...event, type } as DirectoryEvent), told, before);
}

/**
 * What takes access may have occurred before what the other side told last, and arrive after it. For everybody who compares it is told as
 * the newer word.
 */
function outranking(
  event: DirectoryEvent,
  told: DirectoryStatement | null,
  before: DirectoryStatement | null,
): DirectoryEvent {
  const takesAccess =
    'user' in event.data && (event.type.endsWith('.deleted') || event.data.user.status !== 'active');
  if (!takesAccess || told === null || !hasAccess(told) || told.order < orderOf(event)) return event;
  const isOfOtherSide = timeIn(told.order) > timeIn(before?.order ?? '');
  if (!isOfOtherSide) return event;
  const occurredAt = new Date(Date.parse(occurredAtOf(told.order)) + 1).toISOString();
  return { ...event, occurredAt };
}

function timeIn(order: string): string {
  return order.slice(0, Math.max(0, order.indexOf('|')));
}

/** The name an app finds a group by whose id it does not know, also after the group's end. */
export function nameTold({ told, match }: DirectoryEntry, name: string | null): string | null {
  return told?.entity?.name ?? name ?? match;
}
