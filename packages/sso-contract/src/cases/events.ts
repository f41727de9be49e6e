import type { DirectoryUserId, OrganizationId, SsoEvent, SsoEventOf, SsoEventType } from '@org/sso-core';
import { eventDataSchemas, eventEnvelopeSchema } from '@org/sso-core/schemas';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import { createDirectory, pause, personNamed } from './support.js';

const requires = ['events'] as const;
const needs = ['world.directories'] as const;
const day = 24 * 60 * 60_000;

interface From {
  readonly cursor: string | null;
  readonly since?: string;
  readonly organizationId?: OrganizationId;
  readonly pageSize?: number;
}

/** A cursor of now: what happened before does not come. */
async function cursorOfNow({ sso }: CaseContext): Promise<string> {
  await pause(10);
  const { cursor } = await sso.events.pull({ cursor: null });
  return cursor;
}

/** Polls on until these events are there, as an app does, and answers each event once, in the order in which they came. */
async function pullUntil(
  { sso, check }: CaseContext,
  from: From,
  isComplete: (events: SsoEvent[]) => boolean,
) {
  const seen = new Map<string, SsoEvent>();
  let request = from;
  for (let poll = 0; poll < 50; poll += 1) {
    const { events, cursor, more } = await sso.events.pull(request);
    check.ok(typeof cursor === 'string' && cursor !== '', 'a page without a cursor');
    for (const event of events) if (!seen.has(event.id)) seen.set(event.id, event);
    const { since: _, ...rest } = request;
    request = { ...rest, cursor };
    if (more) continue;
    if (isComplete([...seen.values()])) break;
    await pause(20);
  }
  return { events: [...seen.values()], cursor: request.cursor };
}

function ofType<Type extends SsoEventType>(events: readonly SsoEvent[], type: Type): SsoEventOf<Type>[] {
  return events.filter((event) => event.type === type) as SsoEventOf<Type>[];
}

const hiredIds = (events: readonly SsoEvent[]) =>
  ofType(events, 'directory.user.created').map(({ data }) => data.user.id);

const aboutPerson = (events: readonly SsoEvent[], id: string) =>
  events.filter((event) => 'user' in event.data && event.data.user.id === id);

async function hireInTurn(context: CaseContext, names: readonly string[]) {
  const { directoryId, organizationId } = await createDirectory(context);
  const cursor = await cursorOfNow(context);
  const ids: DirectoryUserId[] = [];
  for (const name of names)
    ids.push(await context.world.directories.hire(directoryId, personNamed(context, name)));
  return { cursor, ids, directoryId, organizationId };
}

export const eventCases: readonly ContractCase[] = [
  {
    id: 'EVENT-01',
    title: 'What happens in a directory comes as events in the neutral shape, with organization and subject.',
    requires,
    needs,
    async run(context) {
      const { check, provider } = context;
      const { cursor, ids, organizationId } = await hireInTurn(context, ['Ada']);
      const { events } = await pullUntil(context, { cursor }, (all) => hiredIds(all).length === 1);
      const [event] = ofType(events, 'directory.user.created');
      const { type, data, ...envelope } = event!;
      check.shape(eventEnvelopeSchema, envelope);
      check.shape(eventDataSchemas[type], data);
      check.equal(
        [data.user.id, data.user.firstName, data.user.status, envelope.organizationId],
        [ids[0], 'Ada', 'active', organizationId],
      );
      check.equal([envelope.provider, envelope.environment], [provider.id, provider.environment]);
      check.equal(envelope.subject, `directory_user:${data.user.vendorId}`);
    },
  },
  {
    id: 'EVENT-02',
    title: 'Without a cursor and a start the stream begins now, and its first cursor keeps that place.',
    requires,
    needs,
    async run(context) {
      const { check, world } = context;
      const { cursor, ids, directoryId } = await hireInTurn(context, ['Ada']);
      const later = await cursorOfNow(context);
      const ben = await world.directories.hire(directoryId, personNamed(context, 'Ben'));
      const isThere = (all: readonly SsoEvent[]) => hiredIds(all).includes(ben);
      check.equal(hiredIds((await pullUntil(context, { cursor: later }, isThere)).events), [ben]);
      check.equal(hiredIds((await pullUntil(context, { cursor }, isThere)).events), [...ids, ben]);
    },
  },
  {
    id: 'EVENT-03',
    title: 'Events come oldest first, within a page and from page to page.',
    requires,
    needs,
    async run(context) {
      const { check } = context;
      const { cursor, ids } = await hireInTurn(context, ['Ada', 'Ben', 'Cara', 'Dan', 'Eve']);
      for (const pageSize of [2, 100]) {
        const from = { cursor, pageSize };
        const { events } = await pullUntil(context, from, (all) => hiredIds(all).length >= ids.length);
        check.equal(hiredIds(events), ids);
      }
    },
  },
  {
    id: 'EVENT-04',
    title: 'Nothing is lost over many polls, whatever happens between them.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world, random } = context;
      const { directoryId } = await createDirectory(context);
      let cursor = await cursorOfNow(context);
      const hire = (name: string) => world.directories.hire(directoryId, personNamed(context, name));
      // More than the first page holds, whatever the seed.
      const hired = [await hire('Ada'), await hire('Cara')];
      const seen: SsoEvent[] = [];
      for (let poll = 0; poll < 4; poll += 1) {
        for (let left = random.integer(0, 3); left > 0; left -= 1) hired.push(await hire('Ben'));
        const page = await sso.events.pull({ cursor, pageSize: poll === 0 ? 1 : random.integer(1, 3) });
        seen.push(...page.events);
        ({ cursor } = page);
      }
      const isComplete = (all: readonly SsoEvent[]) =>
        hired.every((id) => hiredIds([...seen, ...all]).includes(id));
      const { events } = await pullUntil(context, { cursor }, isComplete);
      check.equal([...new Set(hiredIds([...seen, ...events]))].toSorted(), hired.toSorted());
    },
  },
  {
    id: 'EVENT-05',
    title: 'The same cursor read again answers the same events.',
    requires,
    needs,
    async run(context) {
      const { sso, check } = context;
      const { cursor, ids } = await hireInTurn(context, ['Ada', 'Ben']);
      await pullUntil(context, { cursor }, (all) => hiredIds(all).length === ids.length);
      const first = await sso.events.pull({ cursor });
      const second = await sso.events.pull({ cursor });
      check.ok(first.events.length > 0, 'no events');
      check.equal(second.events, first.events);
    },
  },
  {
    id: 'EVENT-06',
    title: 'A poll that brings nothing answers a cursor too, and what comes later comes after it.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const { directoryId, organizationId } = await createDirectory(context);
      let cursor = await cursorOfNow(context);
      for (let poll = 0; poll < 3; poll += 1) {
        const page = await sso.events.pull({ cursor });
        check.equal([page.events, page.more, typeof page.cursor], [[], false, 'string']);
        ({ cursor } = page);
      }
      const ada = await world.directories.hire(directoryId, personNamed(context, 'Ada'));
      const { events } = await pullUntil(context, { cursor }, (all) => hiredIds(all).includes(ada));
      check.equal(
        ofType(events, 'directory.user.created').map((event) => [event.data.user.id, event.organizationId]),
        [[ada, organizationId]],
      );
    },
  },
  {
    id: 'EVENT-07',
    title: 'A stream can start in the past.',
    requires,
    needs,
    async run(context) {
      const { check, now } = context;
      await pause(10);
      const since = new Date(now()).toISOString();
      const { ids } = await hireInTurn(context, ['Ada', 'Ben']);
      const isComplete = (all: readonly SsoEvent[]) => hiredIds(all).length >= ids.length;
      const { events } = await pullUntil(context, { cursor: null, since }, isComplete);
      check.equal(hiredIds(events), ids);
    },
  },
  {
    id: 'EVENT-08',
    title: 'Where the vendor says how long it keeps events, a start before that is failed_precondition.',
    requires,
    features: ['events.retentionDays'],
    async run({ sso, check, provider, now }) {
      const { retentionDays } = provider.events.features;
      const since = new Date(now() - (retentionDays! + 1) * day).toISOString();
      await check.rejects(() => sso.events.pull({ cursor: null, since }), 'failed_precondition');
    },
  },
  {
    id: 'EVENT-09',
    title:
      'Filtered by organization, the stream has its events only, and all of them; an id of another provider is invalid_argument.',
    requires,
    features: ['events.organizationFilter'],
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const [acme, globex] = [await createDirectory(context), await createDirectory(context)];
      const cursor = await cursorOfNow(context);
      const hired: DirectoryUserId[] = [];
      for (const name of ['Ada', 'Ben', 'Cara']) {
        hired.push(await world.directories.hire(acme.directoryId, personNamed(context, name)));
        await world.directories.hire(globex.directoryId, personNamed(context, name));
      }
      const { organizationId } = acme;
      const from = { cursor, organizationId, pageSize: 2 };
      const { events } = await pullUntil(context, from, (all) => hiredIds(all).length >= hired.length);
      check.equal(hiredIds(events), hired);
      check.equal([...new Set(events.map((event) => event.organizationId))], [organizationId]);
      for (const foreign of ['elsewhere:org_1', 'org_1', ''] as never[]) {
        const pull = () => sso.events.pull({ cursor, organizationId: foreign });
        await check.sends(0, () => check.rejects(pull, 'invalid_argument'));
      }
    },
  },
  {
    id: 'EVENT-10',
    title:
      'Where the stream has no filter by organization, a pull with one is refused before any request, not ignored.',
    requires,
    without: 'events.organizationFilter',
    async run({ sso, check, provider }) {
      const organizationId = `${provider.id}:org_1` as OrganizationId;
      await check.unsupported(() => sso.events.pull({ cursor: null, organizationId }));
    },
  },
  {
    id: 'EVENT-11',
    title: 'An event that cannot be read comes as unrecognized with all its data, and holds nothing up.',
    requires,
    needs: [...needs, 'world.recordUnreadableEvent'],
    async run(context) {
      const { check, world } = context;
      const { cursor, ids, directoryId, organizationId } = await hireInTurn(context, ['Ada']);
      const id = await world.recordUnreadableEvent(organizationId, 'data');
      const ben = await world.directories.hire(directoryId, personNamed(context, 'Ben'));
      const { events } = await pullUntil(context, { cursor }, (all) => hiredIds(all).includes(ben));
      check.equal(hiredIds(events), [...ids, ben]);
      const [unrecognized] = ofType(events, 'unrecognized');
      check.equal(unrecognized?.id, id);
      const { type, data, ...envelope } = unrecognized!;
      check.shape(eventEnvelopeSchema, envelope);
      check.shape(eventDataSchemas[type], data);
      check.ok(JSON.stringify(data.payload).includes('blue'), 'the payload is as it was sent');
    },
  },
  {
    id: 'EVENT-12',
    title: 'A poll that fails is an error, and the same cursor then has everything.',
    requires,
    needs: [...needs, 'faults'],
    async run(context) {
      const { sso, check, faults } = context;
      const { cursor, ids } = await hireInTurn(context, ['Ada', 'Ben']);
      for (const answer of [{ status: 503 }, { status: 200 }]) {
        await faults.next({ ...answer, body: '{}', times: 20 });
        await check.rejects(() => sso.events.pull({ cursor }), 'unavailable', 'invalid_response');
        await faults.clear();
      }
      const { events } = await pullUntil(context, { cursor }, (all) => hiredIds(all).length === ids.length);
      check.equal(hiredIds(events), ids);
    },
  },
  {
    id: 'EVENT-13',
    title: 'Malformed input is invalid_argument before any request.',
    requires,
    async run({ sso, check }) {
      const malformed = [
        {},
        { cursor: '' },
        { cursor: null, since: 'yesterday' },
        { cursor: null, pageSize: 0 },
        { cursor: null, type: 'directory.user.created' },
      ];
      for (const request of malformed)
        await check.sends(0, () =>
          check.rejects(() => sso.events.pull(request as never), 'invalid_argument'),
        );
    },
  },
  {
    id: 'EVENT-14',
    title: 'A cursor of another stream is refused; the stream does not start anew.',
    requires,
    async run({ sso, check }) {
      await check.rejects(
        () => sso.events.pull({ cursor: 'not a cursor of this stream' }),
        'invalid_argument',
        'failed_precondition',
      );
    },
  },
  {
    id: 'EVENT-15',
    title:
      'Where the vendor says how long it keeps events, an older cursor is failed_precondition, as events may be lost.',
    requires,
    features: ['events.retentionDays'],
    needs: [...needs, 'clock'],
    async run(context) {
      const { sso, check, provider, clock } = context;
      const { cursor } = await hireInTurn(context, ['Ada']);
      const { cursor: later } = await pullUntil(context, { cursor }, (all) => hiredIds(all).length === 1);
      await clock.advance((provider.events.features.retentionDays! + 1) * day);
      for (const old of [cursor, later])
        await check.rejects(() => sso.events.pull({ cursor: old }), 'failed_precondition');
    },
  },
  {
    id: 'EVENT-16',
    title: 'Where the vendor does not say how long it keeps events, a stream can start a year ago.',
    requires,
    without: 'events.retentionDays',
    async run({ sso, check, now }) {
      const since = new Date(now() - 365 * day).toISOString();
      const { cursor } = await sso.events.pull({ cursor: null, since });
      check.ok(cursor !== '', 'a page without a cursor');
    },
  },
  {
    id: 'EVENT-21',
    title: 'A change of a person comes as an update with the state after it, under the same subject.',
    requires,
    needs,
    async run(context) {
      const { check, world } = context;
      const { cursor, ids, directoryId } = await hireInTurn(context, ['Ada']);
      const id = ids[0]!;
      await world.directories.changePerson(directoryId, id, { lastName: 'Lovelace' });
      const isComplete = (all: readonly SsoEvent[]) => ofType(all, 'directory.user.updated').length > 0;
      const { events } = await pullUntil(context, { cursor }, isComplete);
      check.equal(
        aboutPerson(events, id).map(({ type }) => type),
        ['directory.user.created', 'directory.user.updated'],
      );
      const [updated] = ofType(events, 'directory.user.updated');
      const { user } = updated!.data;
      check.shape(eventDataSchemas['directory.user.updated'], updated!.data);
      check.equal([user.firstName, user.lastName, user.status], ['Ada', 'Lovelace', 'active']);
      check.equal(new Set(aboutPerson(events, id).map(({ subject }) => subject)).size, 1);
    },
  },
  {
    id: 'EVENT-22',
    title:
      'A deactivation takes access away: an update to another status than active, or a deletion that says so.',
    requires,
    needs,
    async run(context) {
      const { check, world } = context;
      const { cursor, ids, directoryId } = await hireInTurn(context, ['Ada']);
      const id = ids[0]!;
      await world.directories.deactivatePerson(directoryId, id);
      const isComplete = (all: readonly SsoEvent[]) => aboutPerson(all, id).length > 1;
      const { events } = await pullUntil(context, { cursor }, isComplete);
      const last = aboutPerson(events, id).at(-1)!;
      if (last.type === 'directory.user.deleted')
        check.equal(last.data.meaning, 'deleted_or_deactivated', 'a deactivation reads as a deletion');
      else check.equal([last.type, statusIn(last)], ['directory.user.updated', 'inactive']);
    },
  },
  {
    id: 'EVENT-23',
    title: 'A deletion comes with the person it is about.',
    requires,
    needs,
    async run(context) {
      const { check, world } = context;
      const { cursor, ids, directoryId } = await hireInTurn(context, ['Ada', 'Ben']);
      await world.directories.deletePerson(directoryId, ids[0]!);
      const isComplete = (all: readonly SsoEvent[]) => ofType(all, 'directory.user.deleted').length > 0;
      const { events } = await pullUntil(context, { cursor }, isComplete);
      const deleted = ofType(events, 'directory.user.deleted');
      for (const { data } of deleted) check.shape(eventDataSchemas['directory.user.deleted'], data);
      check.equal(
        deleted.map(({ data }) => data.user.id),
        [ids[0]],
      );
    },
  },
  {
    id: 'EVENT-24',
    title: 'A new group comes as an event with its name.',
    requires,
    needs,
    async run(context) {
      const { check, world } = context;
      const { directoryId } = await createDirectory(context);
      const cursor = await cursorOfNow(context);
      const id = await world.directories.createGroup(directoryId, 'Engineering');
      const isComplete = (all: readonly SsoEvent[]) => ofType(all, 'directory.group.created').length > 0;
      const { events } = await pullUntil(context, { cursor }, isComplete);
      const [created] = ofType(events, 'directory.group.created');
      check.shape(eventDataSchemas['directory.group.created'], created!.data);
      check.equal([created!.data.group.id, created!.data.group.name], [id, 'Engineering']);
    },
  },
  {
    id: 'EVENT-25',
    title: 'Where memberships are native, joining and leaving a group come as events of their own.',
    requires,
    features: ['events.groupMembership=native'],
    needs,
    async run(context) {
      const { check, world } = context;
      const { cursor, ids, directoryId } = await hireInTurn(context, ['Ada']);
      const id = ids[0]!;
      const groupId = await world.directories.createGroup(directoryId, 'Engineering');
      await world.directories.addMember(directoryId, groupId, id);
      await world.directories.removeMember(directoryId, groupId, id);
      const { events } = await pullUntil(
        context,
        { cursor },
        (all) => ofType(all, 'directory.group.user_removed').length > 0,
      );
      const memberships = events.filter(
        (event) =>
          event.type === 'directory.group.user_added' || event.type === 'directory.group.user_removed',
      );
      for (const { type, data } of memberships) check.shape(eventDataSchemas[type], data);
      check.equal(
        memberships.map(({ type, data }) => [type, data.group.id, data.user.id, data.source]),
        [
          ['directory.group.user_added', groupId, id, 'native'],
          ['directory.group.user_removed', groupId, id, 'native'],
        ],
      );
    },
  },
  {
    id: 'EVENT-26',
    title:
      'Where memberships are derived, an update of the person tells all groups, and no membership event comes.',
    requires,
    features: ['events.groupMembership=derived'],
    needs,
    async run(context) {
      const { check, world } = context;
      const { cursor, ids, directoryId } = await hireInTurn(context, ['Ada']);
      const id = ids[0]!;
      const groupId = await world.directories.createGroup(directoryId, 'Engineering');
      await world.directories.addMember(directoryId, groupId, id);
      await world.directories.removeMember(directoryId, groupId, id);
      const isComplete = (all: readonly SsoEvent[]) => ofType(all, 'directory.user.updated').length > 1;
      const { events } = await pullUntil(context, { cursor }, isComplete);
      check.equal(
        ofType(events, 'directory.user.updated').map(({ data }) =>
          data.user.groups?.map((group) => group.id),
        ),
        [[groupId], []],
      );
      check.equal(
        events.filter(({ type }) => type.startsWith('directory.group.user_')),
        [],
      );
    },
  },
];

function statusIn(event: SsoEvent): string | undefined {
  return event.type === 'directory.user.updated' ? event.data.user.status : undefined;
}
