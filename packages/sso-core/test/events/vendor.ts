import type {
  DirectoryGroupId,
  DirectoryUser,
  DirectoryUserId,
  SsoEvent,
  SsoEventOf,
  SsoEventType,
} from '@org/sso-core';
import type { EventInbox } from '@org/sso-core/events';
import { createMemoryProvider, type MemoryOptions } from '@org/sso-core/testing';
import fc from 'fast-check';

/** A vendor with one customer's directory, and a clock to move. */
export function createVendor(options: MemoryOptions = {}) {
  const clock = { at: Date.parse('2026-01-01T00:00:00Z') };
  const now = () => clock.at;
  const { provider, world } = createMemoryProvider({ now, ...options });
  const { id: organizationId } = world.createOrganization({ name: 'Acme' });
  const { id: directoryId } = world.createDirectory({ organizationId, identityProvider: 'okta' });
  return { provider, world, organizationId, directoryId, clock, now };
}

export type Vendor = ReturnType<typeof createVendor>;

/** One change at the customer's identity provider; numbers choose among the people and groups there are. */
export type Change = readonly [kind: (typeof changes)[number], first: number, second: number, waitMs: number];

const changes = [
  'hire',
  'hire',
  'rename',
  'deactivate',
  'reactivate',
  'leave',
  'createGroup',
  'renameGroup',
  'deleteGroup',
  'join',
  'join',
  'join',
  'quit',
] as const;

/** Many happen within the same millisecond. */
export const someChanges: fc.Arbitrary<Change[]> = fc.array(
  fc.tuple(fc.constantFrom(...changes), fc.nat(20), fc.nat(20), fc.constantFrom(0, 0, 1, 1000)),
  { minLength: 1, maxLength: 40 },
);

/** Makes the changes, and answers the events of each. */
export async function change(vendor: Vendor, all: readonly Change[]): Promise<SsoEvent[][]> {
  const { world, directoryId, clock } = vendor;
  const people: DirectoryUserId[] = [];
  const groups: DirectoryGroupId[] = [];
  const steps: SsoEvent[][] = [];
  let told = (await world.events()).length;
  for (const [kind, first, second, waitMs] of all) {
    clock.at += waitMs;
    const person = people[first % people.length];
    const group = groups[second % groups.length];
    if (kind === 'hire') {
      const name = `p${people.length + steps.length}`;
      people.push(world.hire(directoryId, { id: name, email: `${name}@acme.example`, firstName: name }).id);
    } else if (kind === 'createGroup') {
      groups.push(world.createGroup(directoryId, `g${groups.length + steps.length}`).id);
    } else if (kind === 'renameGroup' && group) world.renameGroup(group, `g${second}-${steps.length}`);
    else if (kind === 'deleteGroup' && group) {
      world.deleteGroup(group);
      groups.splice(groups.indexOf(group), 1);
    } else if (!person) continue;
    else if (kind === 'rename') world.changePerson(person, { lastName: `n${second}-${steps.length}` });
    else if (kind === 'deactivate') world.changePerson(person, { status: 'inactive' });
    else if (kind === 'reactivate') world.changePerson(person, { status: 'active' });
    else if (kind === 'leave') {
      world.deletePerson(person);
      people.splice(people.indexOf(person), 1);
    } else if (!group) continue;
    else if (kind === 'join') world.addMember(group, person);
    else if (kind === 'quit') world.removeMember(group, person);
    const events = await world.events();
    steps.push(events.slice(told));
    told = events.length;
  }
  return steps;
}

function isMembership(event: SsoEvent) {
  return event.type === 'directory.group.user_added' || event.type === 'directory.group.user_removed';
}

/** As a vendor tells that has events of membership, does not repeat groups with users, and is silent about the members of a deleted group. */
export function asNative(steps: readonly SsoEvent[][]): SsoEvent[] {
  return steps.flatMap((events) => {
    const groupGoes = events.some(({ type }) => type === 'directory.group.deleted');
    return events
      .filter((event) => !(groupGoes && isMembership(event)))
      .map((event) =>
        'user' in event.data && 'groups' in event.data.user
          ? ({ ...event, data: { ...event.data, user: { ...event.data.user, groups: null } } } as SsoEvent)
          : event,
      );
  });
}

/** As a vendor tells that has no events of membership: the user changes, and the event carries the groups. */
export function asDerived(steps: readonly SsoEvent[][]): SsoEvent[] {
  return steps.flat().map((event) =>
    isMembership(event)
      ? ({
          ...event,
          type: 'directory.user.updated',
          data: { user: event.data.user, previous: null },
        } as SsoEvent)
      : event,
  );
}

/** An app that keeps what the handlers tell it, as the handler rules in docs/events.md say. */
export function createApp(inbox: EventInbox) {
  const people = new Map<string, DirectoryUser>();
  const groups = new Map<string, string>();
  const memberships = new Set<string>();
  const histories = new Map<string, string[]>();
  const keep = ({ subject, type }: SsoEvent, user: DirectoryUser) => {
    histories.set(subject, [...(histories.get(subject) ?? []), type.slice('directory.user.'.length)]);
    people.set(user.id, user);
  };
  const forget = (matches: (group: string, user: string) => boolean) => {
    for (const pair of memberships) {
      const [group, user] = pair.split(' ');
      if (matches(group!, user!)) memberships.delete(pair);
    }
  };
  const seen = new Set<string>();
  function on<Type extends SsoEventType>(type: Type, handle: (event: SsoEventOf<Type>) => void) {
    inbox.on(type, (event, { idempotencyKey }) => {
      if (!seen.has(idempotencyKey)) handle(event);
      seen.add(idempotencyKey);
    });
  }
  on('directory.user.created', (event) => keep(event, event.data.user));
  on('directory.user.updated', (event) => keep(event, event.data.user));
  on('directory.user.deleted', (event) => {
    const { id } = event.data.user;
    keep(event, event.data.user);
    people.delete(id);
    forget((_, user) => user === id);
  });
  for (const type of ['directory.group.created', 'directory.group.updated'] as const)
    on(type, ({ data }) => groups.set(data.group.id, data.group.name));
  on('directory.group.deleted', ({ data }) => {
    groups.delete(data.group.id);
    forget((group) => group === data.group.id);
  });
  on('directory.group.user_added', ({ data }) => memberships.add(`${data.group.id} ${data.user.id}`));
  on('directory.group.user_removed', ({ data }) => memberships.delete(`${data.group.id} ${data.user.id}`));
  return {
    people,
    memberships,
    /** By person, what the app was told, in order. */
    histories,
    /** What it now believes, to compare with {@link truth}. */
    belief: () => ({
      people: [...people.values()].map(({ id, status, name }) => `${id} ${status} ${name}`).toSorted(),
      groups: [...groups].map(([id, name]) => `${id} ${name}`).toSorted(),
      memberships: [...memberships].toSorted(),
    }),
  };
}

/** What the vendor has. */
export async function truth({ provider, organizationId, directoryId }: Vendor) {
  const ref = { organizationId, directoryId };
  const all = { cursor: null, pageSize: 1000 };
  const users = await provider.directories.listUsersPage(ref, all, { operation: 'test' });
  const groups = await provider.directories.listGroupsPage(ref, all, { operation: 'test' });
  return {
    people: users.items.map(({ id, status, name }) => `${id} ${status} ${name}`).toSorted(),
    groups: groups.items.map(({ id, name }) => `${id} ${name}`).toSorted(),
    memberships: users.items.flatMap((user) => user.groups!.map(({ id }) => `${id} ${user.id}`)).toSorted(),
  };
}
