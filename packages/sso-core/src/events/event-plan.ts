import type { DirectoryUser } from '../model/directory.js';
import type { SsoEvent, SsoEventOf } from '../model/event.js';
import { isStateEvent, orderOf } from './describe-event.js';
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
  if (subject && order < subject.order) return undefined;
  const isDeletion = event.type.endsWith('.deleted');
  const isCreation = event.type.endsWith('.created');
  if (subject?.deleted && !isCreation) return undefined;

  const state: SubjectState = {
    order,
    deleted: isDeletion,
    scope: claimed.scope,
    directoryId: directoryOf(event),
    active:
      !isDeletion &&
      (!('user' in event.data) || !('status' in event.data.user) || event.data.user.status === 'active'),
    snapshot: isDeletion ? null : snapshotOf(event),
  };
  const firstHeard = !subject || subject.deleted;
  switch (event.type) {
    case 'directory.user.created':
    case 'directory.user.updated': {
      const { deliveries, members } = await planGroups(event.data.user, event, order, source, store);
      return {
        deliveries: [
          named(event, firstHeard ? 'directory.user.created' : 'directory.user.updated'),
          ...deliveries,
        ],
        subject: state,
        members,
      };
    }
    case 'directory.user.deleted': {
      const groups = await store.groupsOfUser(source, event.data.user.id);
      return {
        deliveries: [event],
        subject: state,
        members: groups.map((group) => ({ ...group, member: false, order })),
      };
    }
    case 'directory.group.created':
    case 'directory.group.updated':
      return {
        deliveries: [named(event, firstHeard ? 'directory.group.created' : 'directory.group.updated')],
        subject: state,
        members: [],
      };
    case 'directory.group.deleted': {
      const removals = await planGroupDeletion(event, order, source, store);
      return { deliveries: [...removals.deliveries, event], subject: state, members: removals.members };
    }
    default:
      return { deliveries: [event], subject: state, members: [] };
  }
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
  if (subject?.deleted && order < subject.order) return undefined;
  const groupState = await store.subject(source, `directory_group:${group.vendorId}`);
  if (groupState?.deleted && order < groupState.order) return undefined;
  const known = (await store.groupsOfUser(source, user.id)).find(({ groupId }) => groupId === group.id);
  if (known && order < known.order) return undefined;
  const pair: GroupMember = { groupId: group.id, userId: user.id, member, order };
  const deliveries = (known?.member ?? false) === member ? [] : [event];
  return { deliveries, subject: null, members: [pair] };
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
    if (!pair?.member && !(pair && order < pair.order)) derive('directory.group.user_added', id, name);
  }
  for (const pair of known.values()) {
    if (pair.member && !current.has(pair.groupId) && pair.order < order)
      derive('directory.group.user_removed', pair.groupId, null);
  }
  return { deliveries, members };
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
    if (!pair.member || order < pair.order) continue;
    members.push({ ...pair, member: false, order });
    const vendorId = pair.userId.slice(pair.userId.indexOf(':') + 1);
    const user = (await store.subject(source, `directory_user:${vendorId}`))?.snapshot as
      | DirectoryUser
      | null
      | undefined;
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
    vendorId: groupId.slice(groupId.indexOf(':') + 1),
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
function named<T extends SsoEvent>(event: T, type: T['type']): T {
  return event.type === type ? event : { ...event, type };
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
