import type { DirectoryUser } from '../model/directory.js';
import type { SsoEvent, SsoEventOf } from '../model/event.js';
import { parseQualifiedId } from '../model/ids.js';
import { accessAfter, isStateEvent, orderOf } from './describe-event.js';
import type { ClaimedEvent, EventSource, EventStore, GroupMember, SubjectState } from './event-store.js';

/** What a claimed event leads to: `undefined` when something newer made it void. */
export interface EventPlan {
  /** In order; the first may be the event itself. */
  readonly deliveries: readonly SsoEvent[];
  readonly subject: SubjectState | null;
  readonly members: readonly GroupMember[];
}

type Known = Pick<EventStore, 'subject' | 'membersOfGroup' | 'groupsOfUser'>;

/** Decides from the last-known state, without changing it. Deterministic, so that a retry delivers the same with the same keys. */
export async function planEvent(claimed: ClaimedEvent, store: Known): Promise<EventPlan | undefined> {
  const { event, subject } = claimed;
  const source = { provider: event.provider, environment: event.environment };
  if (event.type === 'directory.group.user_added' || event.type === 'directory.group.user_removed') {
    return planMembership(event, claimed, source, store);
  }
  if (!isStateEvent(event)) return { deliveries: [event], subject: null, members: [] };

  const order = orderOf(event);
  const state = mergeState(subject, event, order, claimed.scope);
  if (!state) return undefined;
  const unseen = { deliveries: [], subject: state, members: [] };
  const existed = subject !== null && !subject.deleted;
  if (event.type.endsWith('.deleted')) {
    return state.deleted && (existed || !subject) ? planDeletion(event, state, source, store) : unseen;
  }
  if (state.deleted || (existed && state.order !== order)) return unseen;
  const current = withSnapshot(event, state.snapshot);
  switch (current.type) {
    case 'directory.user.created':
    case 'directory.user.updated': {
      const { deliveries, members } = await planGroups(
        current.data.user,
        current,
        state.order!,
        source,
        store,
      );
      const named = withType(current, existed ? 'directory.user.updated' : 'directory.user.created');
      return { deliveries: [named, ...deliveries], subject: state, members };
    }
    case 'directory.group.created':
    case 'directory.group.updated': {
      const named = withType(current, existed ? 'directory.group.updated' : 'directory.group.created');
      return { deliveries: [named], subject: state, members: [] };
    }
    default:
      return { deliveries: [current], subject: state, members: [] };
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
    scope,
    directoryId: directoryOf(event) ?? known?.directoryId ?? null,
    active: !deleted && (isNews ? accessAfter(withSnapshot(event, snapshot)) === true : known!.active),
    snapshot,
  };
}

async function planDeletion(
  event: SsoEvent,
  state: SubjectState,
  source: EventSource,
  store: Known,
): Promise<EventPlan> {
  const order = orderOf(event);
  if (event.type === 'directory.user.deleted') {
    const groups = await store.groupsOfUser(source, event.data.user.id);
    return { deliveries: [event], subject: state, members: groups.map((pair) => ended(pair, order)) };
  }
  if (event.type === 'directory.group.deleted') {
    const removals = await planGroupDeletion(event, order, source, store);
    return { deliveries: [...removals.deliveries, event], subject: state, members: removals.members };
  }
  return { deliveries: [event], subject: state, members: [] };
}

/** A change told by the vendor as such: void when newer knowledge of this very pair, the user's deletion or the group's exists. */
async function planMembership(
  event: SsoEventOf<'directory.group.user_added' | 'directory.group.user_removed'>,
  { subject }: ClaimedEvent,
  source: EventSource,
  store: Known,
): Promise<EventPlan | undefined> {
  const order = orderOf(event);
  const member = event.type === 'directory.group.user_added';
  const { user, group } = event.data;
  if (member && (isGone(subject, order) || (await isGroupGone(group.id, order, source, store))))
    return undefined;
  const known = (await store.groupsOfUser(source, user.id)).find(({ groupId }) => groupId === group.id);
  if (known && order < known.order) return undefined;
  const pair: GroupMember = { groupId: group.id, userId: user.id, member, order };
  // A removal of somebody never heard of is told: the app may know them from before.
  return { deliveries: known?.member === member ? [] : [event], subject: null, members: [pair] };
}

function isGone(state: SubjectState | null, order: string): boolean {
  return state !== null && (state.deleted || (state.deletedOrder !== null && order < state.deletedOrder));
}

async function isGroupGone(
  groupId: string,
  order: string,
  source: EventSource,
  store: Known,
): Promise<boolean> {
  return isGone(await store.subject(source, `directory_group:${parseQualifiedId(groupId).vendorId}`), order);
}

/** Differences between the groups a user event carries and the last-known ones. */
async function planGroups(
  user: DirectoryUser,
  event: SsoEvent,
  order: string,
  source: EventSource,
  store: Known,
) {
  const deliveries: SsoEvent[] = [];
  const members: GroupMember[] = [];
  if (user.groups === null) return { deliveries, members };
  const known = new Map((await store.groupsOfUser(source, user.id)).map((pair) => [pair.groupId, pair]));
  const derive = (
    type: 'directory.group.user_added' | 'directory.group.user_removed',
    groupId: string,
    name: string | null,
  ) => {
    deliveries.push(derivedMembership(event, type, user, groupId, name));
    members.push({ groupId, userId: user.id, member: type === 'directory.group.user_added', order });
  };
  const current = new Set<string>();
  for (const { id, name } of user.groups) {
    current.add(id);
    const pair = known.get(id);
    if (pair && (pair.member || order < pair.order)) continue;
    if (await isGroupGone(id, order, source, store)) continue;
    derive('directory.group.user_added', id, name);
  }
  for (const pair of known.values()) {
    if (pair.member && !current.has(pair.groupId) && pair.order < order)
      derive('directory.group.user_removed', pair.groupId, null);
  }
  return { deliveries, members };
}

function ended(pair: GroupMember, order: string): GroupMember {
  return { ...pair, member: false, order: pair.order < order ? order : pair.order };
}

/** Vendors send no removals when a group goes: its last-known members are told here. */
async function planGroupDeletion(
  event: SsoEventOf<'directory.group.deleted'>,
  order: string,
  source: EventSource,
  store: Known,
) {
  const deliveries: SsoEvent[] = [];
  const members: GroupMember[] = [];
  const { group } = event.data;
  for (const pair of await store.membersOfGroup(source, group.id)) {
    if (!pair.member) continue;
    members.push(ended(pair, order));
    const { vendorId } = parseQualifiedId(pair.userId);
    const state = await store.subject(source, `directory_user:${vendorId}`);
    const user = state?.snapshot as DirectoryUser | null | undefined;
    if (user)
      deliveries.push(derivedMembership(event, 'directory.group.user_removed', user, group.id, group.name));
  }
  return { deliveries, members };
}

function derivedMembership(
  event: SsoEvent,
  type: 'directory.group.user_added' | 'directory.group.user_removed',
  user: DirectoryUser,
  groupId: string,
  name: string | null,
): SsoEvent {
  const { id, provider, environment, occurredAt, organizationId } = event;
  const group = {
    id: groupId,
    vendorId: parseQualifiedId(groupId).vendorId,
    directoryId: user.directoryId,
    name,
  };
  return {
    id: `${id}/${type}/${group.vendorId}/${user.vendorId}`,
    provider,
    environment,
    occurredAt,
    organizationId,
    subject: `directory_user:${user.vendorId}`,
    type,
    data: { group, user, source: 'derived' },
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
