import { randomUUID } from 'node:crypto';
import type {
  DirectoryGroup,
  DirectoryGroupId,
  DirectoryUser,
  DirectoryUserId,
  SsoEvent,
  SsoEventOf,
  SsoEventType,
} from '@org/sso-core';
import {
  createEventInbox,
  type EventInbox,
  type EventInboxOptions,
  type EventStore,
} from '@org/sso-core/events';
import {
  createDirectoryHandOver,
  createMigrationRelay,
  type ComparedEvent,
  type MigrationSide,
  type MigrationStore,
} from '@org/sso-core/migration';
import { createMemoryProvider } from '@org/sso-core/testing';
import fc from 'fast-check';
import { asDerived, asNative } from '../events/vendor.js';
import { journalEntry, migration } from './support.js';

/** One change at the customer's identity provider. */
export type Change =
  | readonly [kind: 'hire' | 'deactivate' | 'reactivate' | 'leave', person: string]
  | readonly [kind: 'rename', person: string, name: string]
  | readonly [kind: 'createGroup' | 'deleteGroup', group: string]
  | readonly [kind: 'renameGroup', group: string, name: string]
  | readonly [kind: 'join' | 'quit', group: string, person: string];

const person = fc.constantFrom('p0', 'p1', 'p2', 'p3');
const group = fc.constantFrom('g0', 'g1');

export const someChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constant('hire' as const), person) },
  {
    weight: 3,
    arbitrary: fc.tuple(
      fc.constantFrom('deactivate' as const, 'reactivate' as const, 'leave' as const),
      person,
    ),
  },
  { weight: 2, arbitrary: fc.tuple(fc.constant('rename' as const), person, fc.uuid()) },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.constantFrom('createGroup' as const, 'deleteGroup' as const), group),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constant('renameGroup' as const), group, fc.uuid()) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom('join' as const, 'quit' as const), group, person) },
);

/** What the identity provider has; a change that changes nothing is left out. */
export class IdentityProvider {
  readonly people = new Map<string, { name: string; status: 'active' | 'inactive' }>();
  readonly groups = new Map<string, string>();
  readonly memberships = new Set<string>();

  apply(change: Change): boolean {
    const [kind, subject, detail] = change;
    const known = this.people.get(subject);
    switch (kind) {
      case 'hire':
        if (known) return false;
        this.people.set(subject, { name: subject, status: 'active' });
        return true;
      case 'deactivate':
      case 'reactivate': {
        const status = kind === 'deactivate' ? 'inactive' : 'active';
        if (!known || known.status === status) return false;
        known.status = status;
        return true;
      }
      case 'rename':
        if (!known) return false;
        known.name = detail;
        return true;
      case 'leave':
        this.#forget((pair) => pair.endsWith(` ${subject}`));
        return this.people.delete(subject);
      case 'createGroup':
        if (this.groups.has(subject)) return false;
        this.groups.set(subject, subject);
        return true;
      case 'renameGroup':
        if (!this.groups.has(subject)) return false;
        this.groups.set(subject, detail);
        return true;
      case 'deleteGroup':
        this.#forget((pair) => pair.startsWith(`${subject} `));
        return this.groups.delete(subject);
      case 'join':
        if (!this.groups.has(subject) || !this.people.has(detail)) return false;
        return this.memberships.size < this.memberships.add(`${subject} ${detail}`).size;
      case 'quit':
        return this.memberships.delete(`${subject} ${detail}`);
    }
  }

  /** What an app that follows it must believe; people without access count as gone. */
  truth() {
    const hasAccess = (id: string) => this.people.get(id)?.status === 'active';
    const pairs = [...this.memberships].map((pair) => pair.split(' ') as [string, string]);
    return {
      people: [...this.people]
        .filter(([id]) => hasAccess(id))
        .map(([id, { name }]) => `${id} ${name}`)
        .toSorted(),
      groups: [...this.groups.values()].toSorted(),
      memberships: pairs
        .filter(([, id]) => hasAccess(id))
        .map(([key, id]) => `${this.groups.get(key)} ${id}`)
        .toSorted(),
    };
  }

  #forget(matches: (pair: string) => boolean): void {
    for (const pair of this.memberships) if (matches(pair)) this.memberships.delete(pair);
  }
}

/** One vendor with the customer's directory. It hears of changes when it is told to, and its events arrive when they are sent. */
function createSide(
  provider: string,
  environment: string,
  now: () => number,
  tell: (steps: readonly SsoEvent[][]) => SsoEvent[],
) {
  const vendor = createMemoryProvider({ id: provider, environment, now });
  const { world } = vendor;
  const { id: organizationId } = world.createOrganization({ name: 'Acme', externalId: 'acme' });
  const { id: directoryId } = world.createDirectory({ organizationId, identityProvider: 'okta' });
  const people = new Map<string, DirectoryUserId>();
  const groups = new Map<string, DirectoryGroupId>();
  let seen = 0;
  let outbox: SsoEvent[] = [];

  return {
    provider: vendor.provider,
    world,
    organizationId,
    directoryId,
    source: { provider, environment },
    /** Hears of a change, and has events to send. */
    async hear([kind, subject, detail]: Change): Promise<void> {
      const id = people.get(subject)!;
      const groupId = groups.get(subject)!;
      switch (kind) {
        case 'hire': {
          const { id: made } = world.hire(directoryId, {
            id: subject,
            email: `${subject}@acme.example`,
            lastName: subject,
          });
          people.set(subject, made);
          break;
        }
        case 'deactivate':
          world.changePerson(id, { status: 'inactive' });
          break;
        case 'reactivate':
          world.changePerson(id, { status: 'active' });
          break;
        case 'rename':
          world.changePerson(id, { lastName: detail });
          break;
        case 'leave':
          world.deletePerson(id);
          people.delete(subject);
          break;
        case 'createGroup':
          groups.set(subject, world.createGroup(directoryId, subject).id);
          break;
        case 'renameGroup':
          world.renameGroup(groupId, detail);
          break;
        case 'deleteGroup':
          world.deleteGroup(groupId);
          groups.delete(subject);
          break;
        case 'join':
          world.addMember(groupId, people.get(detail)!);
          break;
        case 'quit':
          world.removeMember(groupId, people.get(detail)!);
          break;
      }
      const all = await world.events();
      outbox.push(...tell([all.slice(seen)]));
      seen = all.length;
    },
    /**
     * Takes events out of what is to be sent: all, or those at these places. Groups are known by name, so the end of one does not come long
     * after the beginning of another one of its name.
     */
    takeEvents(places?: readonly number[]): SsoEvent[] {
      const wanted = places?.map((place) => place % Math.max(1, outbox.length));
      const isWanted = (index: number) => wanted?.includes(index) ?? true;
      const isOfGroups = ({ type }: SsoEvent) =>
        type === 'directory.group.created' || type === 'directory.group.deleted';
      const lastOfGroups = outbox.findLastIndex((event, index) => isWanted(index) && isOfGroups(event));
      const taken = outbox.filter(
        (event, index) => isWanted(index) || (isOfGroups(event) && index < lastOfGroups),
      );
      outbox = outbox.filter((event) => !taken.includes(event));
      return taken;
    },
    /** What is sent stays in the outbox: it will be sent again. */
    peekEvents: (): readonly SsoEvent[] => outbox,
  };
}

/** How a vendor tells of memberships. */
export const tellings = { native: asNative, derived: asDerived };

export interface TwoSidesOptions {
  /** Default: the old vendor tells memberships, of the new one's they are derived. */
  readonly tell?: Readonly<Record<MigrationSide, keyof typeof tellings>>;
  readonly store: MigrationStore;
  readonly events: EventStore;
  readonly inbox?: Partial<EventInboxOptions>;
}

/** A customer in a move, with an app that follows its directory through both vendors. */
export async function createTwoSides({
  store,
  events,
  inbox: inboxOptions,
  tell = { from: 'native', to: 'derived' },
}: TwoSidesOptions) {
  const clock = { at: Date.parse('2026-01-01T00:00:00Z') };
  const now = () => clock.at;
  const environment = randomUUID();
  const tenantId = `acme-${environment}`;
  const sides = {
    from: createSide(`old-${environment}`, environment, now, tellings[tell.from]),
    to: createSide(`next-${environment}`, environment, now, tellings[tell.to]),
  };
  const compared: ComparedEvent[] = [];
  const relay = createMigrationRelay({ store, now, onCompared: (each) => void compared.push(each) });
  const handOver = createDirectoryHandOver({
    store,
    events,
    now,
    sources: [sides.from.source, sides.to.source],
  });
  const createInbox = () =>
    createEventInbox({
      store: events,
      providers: [],
      guard: 'off',
      now,
      relay,
      retry: { maxAttempts: 1000, baseDelayMs: 1, maxDelayMs: 1 },
      ...inboxOptions,
    });
  const inbox = createInbox();
  const app = createApp(inbox);
  const move = migration(tenantId, {
    from: sides.from.source.provider,
    to: sides.to.source.provider,
    organizations: { from: sides.from.organizationId, to: sides.to.organizationId },
    domains: [],
  });

  return {
    store,
    events,
    clock,
    now,
    tenantId,
    sides,
    relay,
    handOver,
    inbox,
    createInbox,
    app,
    compared,
    move,
    async enroll() {
      await store.write({ ...move, stage: 'shadow' }, null, journalEntry(tenantId));
      await handOver.takeStock(tenantId);
    },
    /** Events arrive as the vendor's stream would bring them. */
    async send(side: MigrationSide, arriving: readonly SsoEvent[]): Promise<void> {
      const { provider } = sides[side];
      const events2 = {
        ...provider.events,
        pullPage: async () => ({ events: arriving, cursor: randomUUID(), more: false }),
      };
      await createEventInbox({ store: events, now, providers: [{ ...provider, events: events2 }] }).pull(
        provider.id,
      );
    },
    async process(): Promise<void> {
      // What failed is due again a little later.
      for (let round = 0; round < 2000; round += 1) {
        await inbox.process();
        const due = await events.nextDueAt();
        if (due === null) return;
        clock.at = Math.max(clock.at + 1, Math.ceil(due));
      }
      throw new Error('The inbox does not come to an end');
    },
    /** As an operator does it, without anybody in between. */
    async flip(acting: MigrationSide): Promise<void> {
      const current = (await store.get(tenantId))!;
      await store.write(
        { ...current, acting, version: current.version + 1 },
        current.version,
        journalEntry(tenantId, { action: 'handed_over' }),
      );
      await handOver.catchUp(tenantId);
    },
  };
}

export type TwoSides = Awaited<ReturnType<typeof createTwoSides>>;

/** An app that keeps people by their id at the identity provider, and groups as docs/events.md says for a move. */
function createApp(inbox: EventInbox) {
  const people = new Map<string, { name: string; status: string }>();
  const names = new Map<string, string>();
  const groups = new Set<string>();
  const memberships = new Set<string>();
  const history: string[] = [];
  const seen = new Set<string>();
  let slow: ((person: string) => Promise<() => void>) | undefined;

  const forget = (matches: (group: string, user: string) => boolean) => {
    for (const pair of memberships) {
      const [name, user] = pair.split(' ');
      if (matches(name!, user!)) memberships.delete(pair);
    }
  };
  function on<Type extends SsoEventType>(type: Type, handle: (event: SsoEventOf<Type>) => void) {
    inbox.on(type, async (event, { idempotencyKey }) => {
      if (seen.has(idempotencyKey)) return;
      // A membership that ends with its group is told in the group's turn.
      const isOfPerson = type.startsWith('directory.user.');
      const done = isOfPerson
        ? await slow?.((event.data as unknown as { user: DirectoryUser }).user.idpId!)
        : undefined;
      const before = everything();
      handle(event);
      seen.add(idempotencyKey);
      // The end of a membership may be told after its group's, which says the same in another way.
      const isOfGoneGroup = type === 'directory.group.user_removed' && !groupOf(event.data);
      const isNothing = before === everything() && !isOfGoneGroup;
      history.push(`${event.provider.split('-')[0]} ${type}${isNothing ? ' (nothing new)' : ''}`);
      done?.();
    });
  }
  const groupOf = (data: object) => groups.has(names.get((data as { group: DirectoryGroup }).group.id) ?? '');
  const everything = () => JSON.stringify([[...people], [...groups], [...memberships].toSorted()]);
  function keep({ idpId, lastName, status }: DirectoryUser) {
    people.set(idpId!, { name: lastName!, status });
  }
  on('directory.user.created', ({ data }) => keep(data.user));
  on('directory.user.updated', ({ data }) => keep(data.user));
  on('directory.user.deleted', ({ data: { user } }) => {
    people.delete(user.idpId!);
    forget((_, id) => id === user.idpId);
  });
  for (const type of ['directory.group.created', 'directory.group.updated'] as const) {
    on(type, ({ data: { group: told } }) => {
      const before = names.get(told.id);
      if (before !== undefined && before !== told.name) {
        groups.delete(before);
        for (const pair of memberships) {
          const [name, user] = pair.split(' ');
          if (name !== before) continue;
          memberships.delete(pair);
          memberships.add(`${told.name} ${user}`);
        }
        for (const [id, name] of names) if (name === before) names.set(id, told.name);
      }
      groups.add(told.name);
      names.set(told.id, told.name);
    });
  }
  on('directory.group.deleted', ({ data: { group: told } }) => {
    const name = names.get(told.id) ?? told.name;
    groups.delete(name);
    forget((of) => of === name);
    for (const [id, known] of names) if (known === name) names.delete(id);
  });
  on('directory.group.user_added', ({ data: { group: of, user } }) => {
    // A membership may come before its group.
    if (!names.has(of.id)) names.set(of.id, of.name!);
    memberships.add(`${names.get(of.id)} ${user.idpId}`);
  });
  on('directory.group.user_removed', ({ data: { group: of, user } }) =>
    memberships.delete(`${names.get(of.id) ?? of.name} ${user.idpId}`),
  );

  /** Compare with {@link IdentityProvider.truth}. */
  function belief() {
    const hasAccess = (id: string) => people.get(id)?.status === 'active';
    return {
      people: [...people]
        .filter(([id]) => hasAccess(id))
        .map(([id, { name }]) => `${id} ${name}`)
        .toSorted(),
      groups: [...groups].toSorted(),
      memberships: [...memberships].filter((pair) => hasAccess(pair.split(' ')[1]!)).toSorted(),
    };
  }
  return {
    belief,
    /** Called before a change of somebody is made; what it answers, after. */
    slowDown(between: (person: string) => Promise<() => void>) {
      slow = between;
    },
    /** What the app was told, in order, without repetitions of one attempt. */
    history,
  };
}
