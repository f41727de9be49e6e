import type { DirectoryUser } from '../model/directory.js';
import type { SsoEvent, SsoEventOf } from '../model/event.js';
import { parseQualifiedId } from '../model/ids.js';
import { accessAfter, isStateEvent, orderOf } from './describe-event.js';
import type {
  ClaimedEvent,
  EventSource,
  EventStore,
  GroupMember,
  Settlement,
  SubjectState,
} from './event-store.js';

/** What a claimed event leads to: `undefined` when something newer made it void. */
export interface EventPlan extends Omit<Extract<Settlement, { status: 'handled' }>, 'status' | 'removed'> {
  /** In order; the first may be the event itself. */
  readonly deliveries: readonly SsoEvent[];
}

type Known = Pick<EventStore, 'subject' | 'membersOfGroup' | 'groupsOfUser'>;

const nothing: EventPlan = {
  deliveries: [],
  subject: null,
  members: [],
  premises: { alive: [], emptied: null },
};

/** Decides from the last-known state, without changing it. */
export async function planEvent(claimed: ClaimedEvent, store: Known): Promise<EventPlan | undefined> {
  const { event, subject } = claimed;
  if (event.type === 'directory.group.user_added' || event.type === 'directory.group.user_removed') {
    return planMembership(event, claimed, store);
  }
  if (!isStateEvent(event)) return { ...nothing, deliveries: [event] };

  const order = orderOf(event);
  const state = mergeState(subject, event, order, claimed.scope);
  if (!state) return undefined;
  const unseen = { ...nothing, subject: state };
  const existed = subject !== null && !subject.deleted;
  if (event.type.endsWith('.deleted')) {
    return state.deleted && (existed || !subject)
      ? { ...(await planDeletion(event, order, store)), subject: state }
      : unseen;
  }
  if (state.deleted || (existed && state.order !== order)) return unseen;
  const current = withSnapshot(event, state.snapshot);
  switch (current.type) {
    case 'directory.user.created':
    case 'directory.user.updated': {
      const groups = await planGroups(current, state.order!, claimed, store);
      const named = withType(current, existed ? 'directory.user.updated' : 'directory.user.created');
      return { ...groups, deliveries: [named, ...groups.deliveries], subject: state };
    }
    case 'directory.group.created':
    case 'directory.group.updated':
      return {
        ...unseen,
        deliveries: [withType(current, existed ? 'directory.group.updated' : 'directory.group.created')],
      };
    default:
      return { ...unseen, deliveries: [current] };
  }
}

/**
 * What is known after one more event. The result does not depend on the order of arrival: it rests on the newest deletion, creation and
 * change alone. A deletion outranks every change, so that a straggler brings nobody back; only a newer creation outranks a deletion.
 * `undefined` when nothing changes.
 */
function mergeState(
  known: SubjectState | null,
  event: SsoEvent,
  order: string,
  scope: string,
): SubjectState | undefined {
  const isDeletion = event.type.endsWith('.deleted');
  const isNewer = (than: string | null | undefined) => !than || than < order;
  const deletedOrder = isDeletion && isNewer(known?.deletedOrder) ? order : (known?.deletedOrder ?? null);
  const createdOrder =
    event.type.endsWith('.created') && isNewer(known?.createdOrder) ? order : (known?.createdOrder ?? null);
  const isNewest = !isDeletion && isNewer(known?.order);
  if (known && !isNewest && deletedOrder === known.deletedOrder && createdOrder === known.createdOrder) {
    return undefined;
  }
  const stateOrder = isNewest ? order : (known?.order ?? null);
  const deleted = deletedOrder !== null && (createdOrder === null || createdOrder < deletedOrder);
  const isStale = deletedOrder !== null && (stateOrder === null || stateOrder < deletedOrder);
  const snapshot = isStale ? null : isNewest ? snapshotOf(event) : (known?.snapshot ?? null);
  const isNews = isNewest || known?.deleted;
  return {
    order: stateOrder,
    createdOrder,
    deletedOrder,
    deleted,
    // Some events do not tell the organization.
    scope: event.organizationId === null ? (known?.scope ?? scope) : scope,
    directoryId: directoryOf(event) ?? known?.directoryId ?? null,
    active: !deleted && (isNews ? accessAfter(withSnapshot(event, snapshot)) === true : known!.active),
    snapshot,
  };
}

async function planDeletion(event: SsoEvent, order: string, store: Known): Promise<EventPlan> {
  if (event.type === 'directory.group.deleted') return planGroupDeletion(event, order, store);
  if (event.type !== 'directory.user.deleted') return { ...nothing, deliveries: [event] };
  const groups = await store.groupsOfUser(event, event.data.user.id);
  return { ...nothing, deliveries: [event], members: groups.map((pair) => ended(pair, order)) };
}

/** Vendors send no removals when a group goes: its last-known members are told here. */
async function planGroupDeletion(
  event: SsoEventOf<'directory.group.deleted'>,
  order: string,
  store: Known,
): Promise<EventPlan> {
  const { group } = event.data;
  const members = (await store.membersOfGroup(event, group.id)).filter(({ member }) => member);
  const deliveries: SsoEvent[] = [];
  for (const { userId, order: since } of members) {
    const state = await store.subject(event, `directory_user:${parseQualifiedId(userId).vendorId}`);
    const user = state?.snapshot as DirectoryUser | null | undefined;
    if (!user) continue;
    const end = derivedMembership(event, 'directory.group.user_removed', user, group);
    // Who joined while the end was told is told anew.
    deliveries.push({ ...end, id: `${end.id}/${since}` });
  }
  return {
    ...nothing,
    deliveries: [...deliveries, event],
    members: members.map((pair) => ended(pair, order)),
    premises: { alive: [], emptied: { groupId: group.id, members } },
  };
}

function ended(pair: GroupMember, order: string): GroupMember {
  return { ...pair, member: false, order: pair.order < order ? order : pair.order };
}

/** A change told by the vendor as such: void when newer knowledge of this very pair, the user's deletion or the group's exists. */
async function planMembership(
  event: SsoEventOf<'directory.group.user_added' | 'directory.group.user_removed'>,
  { subject, scope, attempts }: ClaimedEvent,
  store: Known,
): Promise<EventPlan | undefined> {
  const order = orderOf(event);
  const member = event.type === 'directory.group.user_added';
  const { user, group } = event.data;
  if (member && isGone(subject, order)) return undefined;
  const introduction = member && !subject ? introduce(event, order, scope) : nothing;
  if (member && (await isGroupGone(event, group.id, order, store))) {
    const deliveries = [...introduction.deliveries, ...takeBack(event, user, [group], attempts)];
    return deliveries.length > 0 ? { ...introduction, deliveries } : undefined;
  }
  const known = (await store.groupsOfUser(event, user.id)).find(({ groupId }) => groupId === group.id);
  if (known && order < known.order) return undefined;
  // A removal of somebody never heard of is told: the app may know them from before.
  const deliveries = known?.member === member ? [] : [event];
  return {
    ...introduction,
    deliveries: [...introduction.deliveries, ...deliveries],
    members: [{ groupId: group.id, userId: user.id, member, order }],
    premises: { alive: member ? [subjectOfGroup(group.id)] : [], emptied: null },
  };
}

/** Somebody first heard of as a member. Told as a creation, but remembered as a change: only the vendor's word revives the deleted. */
function introduce(
  event: SsoEventOf<'directory.group.user_added' | 'directory.group.user_removed'>,
  order: string,
  scope: string,
): EventPlan {
  const change = {
    ...event,
    id: `${event.id}/directory.user.created`,
    type: 'directory.user.updated',
    data: { user: event.data.user, previous: null },
  } as SsoEventOf<'directory.user.updated'>;
  return {
    ...nothing,
    deliveries: [withType<SsoEvent>(change, 'directory.user.created')],
    subject: mergeState(null, change, order, scope)!,
  };
}

/** An earlier attempt may have told of memberships before the end of their groups was known. */
function takeBack(
  event: SsoEvent,
  user: DirectoryUser,
  groups: readonly GroupRef[],
  attempts: number,
): SsoEvent[] {
  if (attempts <= 1) return [];
  return groups.map((group) => derivedMembership(event, 'directory.group.user_removed', user, group));
}

/** Differences between the groups a user event carries and the last-known ones. */
async function planGroups(
  event: SsoEventOf<'directory.user.created' | 'directory.user.updated'>,
  order: string,
  { attempts }: ClaimedEvent,
  store: Known,
): Promise<EventPlan> {
  const { user } = event.data;
  if (user.groups === null) return nothing;
  const known = new Map((await store.groupsOfUser(event, user.id)).map((pair) => [pair.groupId, pair]));
  const added: GroupRef[] = [];
  const gone: GroupRef[] = [];
  for (const group of user.groups) {
    const pair = known.get(group.id);
    if (pair?.member) continue;
    if (await isGroupGone(event, group.id, order, store)) gone.push(group);
    else if (!pair || pair.order < order) added.push(group);
  }
  const current = new Set<string>(user.groups.map(({ id }) => id));
  const removed = [...known.values()]
    .filter(({ groupId, member, order: since }) => member && !current.has(groupId) && since < order)
    .map(({ groupId }): GroupRef => ({ id: groupId, name: null }));
  return {
    subject: null,
    deliveries: [
      ...added.map((group) => derivedMembership(event, 'directory.group.user_added', user, group)),
      ...removed.map((group) => derivedMembership(event, 'directory.group.user_removed', user, group)),
      ...takeBack(event, user, gone, attempts),
    ],
    members: [
      ...added.map(({ id }) => ({ groupId: id, userId: user.id, member: true, order })),
      ...removed.map(({ id }) => ({ groupId: id, userId: user.id, member: false, order })),
    ],
    premises: { alive: added.map(({ id }) => subjectOfGroup(id)), emptied: null },
  };
}

interface GroupRef {
  readonly id: string;
  readonly name: string | null;
}

function isGone(state: SubjectState | null, order: string): boolean {
  return state !== null && (state.deleted || (state.deletedOrder !== null && order < state.deletedOrder));
}

async function isGroupGone(
  source: EventSource,
  groupId: string,
  order: string,
  store: Known,
): Promise<boolean> {
  return isGone(await store.subject(source, subjectOfGroup(groupId)), order);
}

function subjectOfGroup(groupId: string): string {
  return `directory_group:${parseQualifiedId(groupId).vendorId}`;
}

function derivedMembership(
  { id, provider, environment, occurredAt, organizationId }: SsoEvent,
  type: 'directory.group.user_added' | 'directory.group.user_removed',
  user: DirectoryUser,
  group: GroupRef,
): SsoEvent {
  const { vendorId } = parseQualifiedId(group.id);
  return {
    id: `${id}/${type}/${vendorId}/${user.vendorId}`,
    provider,
    environment,
    occurredAt,
    organizationId,
    subject: `directory_user:${user.vendorId}`,
    type,
    data: {
      group: { id: group.id, vendorId, directoryId: user.directoryId, name: group.name },
      user,
      source: 'derived',
    },
  } as SsoEvent;
}

/** The first that is heard of someone is a creation, whatever the vendor calls it. */
function withType<T extends SsoEvent>(event: T, type: T['type']): T {
  return event.type === type ? event : { ...event, type };
}

/** A creation that arrives after a newer change tells of that. */
function withSnapshot(event: SsoEvent, snapshot: unknown): SsoEvent {
  const [name] = Object.keys(event.data);
  return snapshotOf(event) === snapshot
    ? event
    : ({ ...event, data: { ...event.data, [name!]: snapshot } } as SsoEvent);
}

function snapshotOf(event: SsoEvent): unknown {
  return Object.values(event.data)[0];
}

function directoryOf(event: SsoEvent): string | null {
  if (event.type.startsWith('directory.user.') || event.type.startsWith('directory.group.')) {
    const entity = snapshotOf(event) as { directoryId?: string | null };
    return entity.directoryId ?? null;
  }
  return null;
}
