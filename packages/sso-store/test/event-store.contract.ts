import type { SsoEvent } from '@org/sso-core';
import type {
  ClaimedEvent,
  EventStore,
  GroupMember,
  NewEvent,
  Settlement,
  SubjectState,
} from '@org/sso-core/events';
import { beforeEach, expect, test } from 'vitest';

const source = { provider: 'acme', environment: 'test' };
const handled: Extract<Settlement, { status: 'handled' }> = {
  status: 'handled',
  subject: null,
  members: [],
  premises: { alive: [], emptied: null },
  removed: false,
};
const leaseMs = 1000;

function newEvent(
  id: string,
  options: Partial<NewEvent> & { at?: number; subject?: string; environment?: string } = {},
): NewEvent {
  const { at = 1, subject = `directory_user:${id}`, environment = source.environment, ...rest } = options;
  const event = {
    id,
    provider: source.provider,
    environment,
    type: 'unrecognized',
    occurredAt: `2026-01-01T00:00:${String(at).padStart(2, '0')}Z`,
    organizationId: 'acme:org_1',
    subject,
    data: { vendorType: 'test', payload: { id } },
  } as unknown as SsoEvent;
  return {
    event,
    order: `${event.occurredAt}|${id}`,
    removal: false,
    scope: 'acme:org_1',
    quarantine: null,
    ...rest,
  };
}

function state(change: Partial<SubjectState> = {}): SubjectState {
  return {
    order: '1',
    createdOrder: '1',
    deletedOrder: null,
    deleted: false,
    scope: 'acme:org_1',
    directoryId: 'acme:dir_1',
    active: true,
    snapshot: { name: 'Ada' },
    ...change,
  };
}

/** What every implementation of the port does. */
export function testEventStore(create: () => Promise<EventStore>): void {
  let store: EventStore;
  beforeEach(async () => {
    store = await create();
  });

  const claim = (now = 10) => store.claim({ now, leaseMs });
  async function claimAll(now = 10): Promise<ClaimedEvent[]> {
    const claimed: ClaimedEvent[] = [];
    for (let next = await claim(now); next; next = await claim(now)) claimed.push(next);
    return claimed;
  }
  const ids = (events: readonly NewEvent[]) => events.map(({ event }) => event.id);
  async function settleNext(settlement: Settlement, now = 10): Promise<ClaimedEvent> {
    const claimed = await claim(now);
    expect(await store.settle(claimed!, settlement, now)).toBe(true);
    return claimed!;
  }

  test('an event is stored once per source and id', async () => {
    expect(await store.append([newEvent('a'), newEvent('a'), newEvent('b')], 0)).toBe(2);
    expect(await store.append([newEvent('b'), newEvent('c')], 0)).toBe(1);
    expect(await store.append([newEvent('a', { environment: 'other' })], 0)).toBe(1);
    expect(await store.append([], 0)).toBe(0);
    expect(await claimAll()).toHaveLength(4);
  });

  test('of events stored at once each counts for one caller', async () => {
    const counts = await Promise.all([
      store.append([newEvent('a'), newEvent('b')], 0),
      store.append([newEvent('b'), newEvent('c')], 0),
      store.append([newEvent('c')], 0),
      store.append([], 0),
    ]);
    expect(counts.reduce((sum, count) => sum + count)).toBe(3);
    expect(ids(await claimAll()).toSorted()).toEqual(['a', 'b', 'c']);
  });

  test('events claimed at once are the first of different subjects', async () => {
    await store.append(
      [
        newEvent('a1', { at: 1, subject: 'a' }),
        newEvent('a2', { at: 2, subject: 'a' }),
        newEvent('b', { at: 3 }),
        newEvent('c', { at: 4 }),
      ],
      0,
    );
    const claimed = await Promise.all([claim(), claim(), claim(), claim()]);
    expect(claimed.map((found) => found?.event.id ?? null)).toEqual(['a1', 'b', 'c', null]);
    expect(claimed.map((found) => found?.attempts)).toEqual([1, 1, 1, undefined]);
  });

  test('events settled at once come to ends of their own, and each claim settles once', async () => {
    await store.append(
      [newEvent('a'), newEvent('a2', { at: 2, subject: 'directory_user:a' }), newEvent('b'), newEvent('c')],
      0,
    );
    await store.append([newEvent('d'), newEvent('e')], 0);
    const [a, b, c, d, e] = await Promise.all([claim(), claim(), claim(), claim(), claim()]);
    const settled = await Promise.all([
      store.settle(a!, { ...handled, subject: state({ snapshot: 'a' }) }, 10),
      store.settle(b!, { status: 'retry', failure: 'Error', at: 20 }, 10),
      store.settle(c!, { status: 'quarantined', failure: 'Error' }, 10),
      store.settle(d!, { ...handled, subject: state({ snapshot: 'd' }) }, 10),
      store.settle(e!, { status: 'held' }, 10),
      store.settle(d!, { ...handled, subject: state({ snapshot: 'late' }) }, 10),
    ]);
    expect(settled).toEqual([true, true, true, true, true, false]);
    expect(ids(await claimAll())).toEqual(['a2']);
    expect(ids(await claimAll(20))).toEqual(['b']);
    expect(ids((await store.list({ status: 'quarantined', limit: 9 })).events)).toEqual(['c']);
    expect(ids((await store.list({ status: 'held', limit: 9 })).events)).toEqual(['e']);
    for (const id of ['a', 'd'])
      expect(await store.subject(source, `directory_user:${id}`)).toMatchObject({ snapshot: id });
  });

  test('an event comes back as it was stored', async () => {
    const payload = JSON.parse(
      '{"__proto__":{"x":1},"text":"\\u0000 \\ud83d\\ude00 \'\\"","n":1.5,"nil":null}',
    ) as unknown;
    const entry = newEvent('a', { removal: true, scope: 'acme:org_9' });
    await store.append(
      [{ ...entry, event: { ...entry.event, data: { vendorType: 'x', payload } } as SsoEvent }],
      0,
    );
    expect(await claim()).toEqual({
      ...entry,
      event: { ...entry.event, data: { vendorType: 'x', payload } },
      status: 'waiting',
      attempts: 1,
      lastFailure: null,
      released: false,
      claim: expect.any(String),
      subject: null,
    });
  });

  test('the first that occurred is claimed first, one of a subject at a time', async () => {
    const subject = 'directory_user:u';
    await store.append(
      [
        newEvent('late', { at: 3, subject }),
        newEvent('other', { at: 2 }),
        newEvent('early', { at: 1, subject }),
      ],
      0,
    );
    const claimed = await claimAll();
    expect(ids(claimed)).toEqual(['early', 'other']);
    expect(await store.settle(claimed[0]!, handled, 10)).toBe(true);
    expect(ids(await claimAll())).toEqual(['late']);
  });

  test('a subject is per environment', async () => {
    const subject = 'directory_user:u';
    await store.append([newEvent('a', { subject }), newEvent('b', { subject, environment: 'other' })], 0);
    await settleNext({ ...handled, subject: state() });
    expect(await store.subject(source, subject)).toEqual(state());
    expect(await store.subject({ ...source, environment: 'other' }, subject)).toBeNull();
    expect((await claim())?.subject).toBeNull();
  });

  test('a straggler that arrives while its subject is claimed comes next', async () => {
    const subject = 'directory_user:u';
    await store.append([newEvent('second', { at: 2, subject }), newEvent('third', { at: 3, subject })], 0);
    const second = await claim();
    await store.append([newEvent('first', { at: 1, subject })], 0);
    expect(await claim()).toBeNull();
    await store.settle(second!, handled, 10);
    expect((await settleNext(handled)).event.id).toBe('first');
    expect((await settleNext(handled)).event.id).toBe('third');
    expect(await store.nextDueAt()).toBeNull();
  });

  test('a retry waits for its time and holds its subject back', async () => {
    const subject = 'directory_user:u';
    await store.append(
      [newEvent('a', { at: 1, subject }), newEvent('b', { at: 2, subject }), newEvent('c', { at: 3 })],
      0,
    );
    await settleNext({ status: 'retry', failure: 'Error', at: 50.5 });
    expect((await settleNext(handled)).event.id).toBe('c');
    expect(await claim(50)).toBeNull();
    expect(await store.nextDueAt()).toBe(50.5);
    expect(await claim(51)).toMatchObject({ event: { id: 'a' }, attempts: 2, lastFailure: 'Error' });
  });

  test('an empty store has nothing to do', async () => {
    expect(await claim()).toBeNull();
    expect(await store.nextDueAt()).toBeNull();
  });

  test('a claim that ran out is taken over, and its worker can no longer settle', async () => {
    await store.append([newEvent('a')], 0);
    const lost = await claim(10);
    expect(await store.nextDueAt()).toBe(10 + leaseMs);
    expect(await claim(9 + leaseMs)).toBeNull();
    const taken = await claim(10 + leaseMs);
    expect(taken).toMatchObject({ event: { id: 'a' }, attempts: 2 });
    expect(await store.settle(lost!, { ...handled, subject: state() }, 20 + leaseMs)).toBe(false);
    expect(await store.subject(source, lost!.event.subject)).toBeNull();
    expect(await store.settle(taken!, handled, 20 + leaseMs)).toBe(true);
    expect(await store.settle(taken!, handled, 20 + leaseMs)).toBe(false);
  });

  test('what is in hand is told by scope, until it is settled or its lease runs out', async () => {
    await store.append([newEvent('a'), newEvent('b'), newEvent('c', { scope: 'acme:org_2' })], 0);
    const inHand = (now = 20) => store.inHand(source, { scope: 'acme:org_1', now });
    expect(await inHand()).toEqual([]);
    const claimed = await claimAll();
    const told = (events: readonly ClaimedEvent[]) =>
      events.map(({ event: { subject }, claim: token }) => ({ subject, claim: token }));
    expect(await inHand()).toEqual(expect.arrayContaining(told(claimed.slice(0, 2))));
    expect(await inHand()).toHaveLength(2);
    expect(await store.inHand(source, { scope: 'acme:org_2', now: 20 })).toEqual(told(claimed.slice(2)));
    expect(await store.inHand({ ...source, environment: 'other' }, { scope: 'acme:org_1', now: 20 })).toEqual(
      [],
    );
    await store.settle(claimed[0]!, handled, 20);
    await store.settle(claimed[1]!, { status: 'retry', failure: 'Error', at: 500 }, 20);
    expect(await inHand()).toEqual([]);
    const again = await claim(500);
    expect(await inHand(500)).toEqual(told([again!]));
    expect(again!.claim).not.toBe(claimed[1]!.claim);
    expect(await inHand(500 + leaseMs)).toEqual([]);
  });

  test('a claim that ran out still settles while nobody else has the event', async () => {
    await store.append([newEvent('a')], 0);
    const claimed = await claim(10);
    expect(await store.settle(claimed!, handled, 10_000)).toBe(true);
  });

  test('a state is written with its event, and is there at the next claim', async () => {
    const subject = 'directory_user:u';
    await store.append([newEvent('a', { at: 1, subject }), newEvent('b', { at: 2, subject })], 0);
    await settleNext({ ...handled, subject: state() });
    const gone = state({
      deleted: true,
      deletedOrder: '2',
      active: false,
      snapshot: null,
      directoryId: null,
    });
    expect((await settleNext({ ...handled, subject: gone })).subject).toEqual(state());
    expect(await store.subject(source, subject)).toEqual(gone);
  });

  test('of a membership the newest knowledge stays', async () => {
    const pair = { groupId: 'acme:g', userId: 'acme:u', member: true, order: '5' };
    const settleMembers = async (id: string, members: (typeof handled)['members']) => {
      await store.append([newEvent(id)], 0);
      await settleNext({ ...handled, members });
    };
    await settleMembers('a', [pair, { ...pair, groupId: 'acme:h' }]);
    await settleMembers('b', [{ ...pair, member: false, order: '4' }]);
    expect(await store.membersOfGroup(source, 'acme:g')).toEqual([pair]);
    await settleMembers('c', [{ ...pair, member: false, order: '5' }]);
    expect(await store.membersOfGroup(source, 'acme:g')).toEqual([{ ...pair, member: false }]);
    expect(await store.groupsOfUser(source, 'acme:u')).toHaveLength(2);
    expect(await store.groupsOfUser({ ...source, environment: 'other' }, 'acme:u')).toEqual([]);
  });

  test('who left a group and joined it anew while its end was told is not ended unseen', async () => {
    const group = 'directory_group:g';
    const pair = { groupId: 'acme:g', userId: 'acme:u', member: true, order: '3' };
    await store.append([newEvent('first')], 0);
    await settleNext({ ...handled, members: [pair] });
    await store.append([newEvent('end', { at: 2, subject: group }), newEvent('anew', { at: 3 })], 0);
    const ending = await claim();
    const end = { ...handled, members: [{ ...pair, member: false, order: '9' }] };
    const asOf = (seen: GroupMember) => ({
      ...end,
      premises: { alive: [], emptied: { groupId: 'acme:g', members: [seen] } },
    });
    const joined = { ...pair, order: '5' };
    await settleNext({ ...handled, members: [joined] });
    expect(await store.settle(ending!, asOf(pair), 10)).toBe(false);
    expect(await store.membersOfGroup(source, 'acme:g')).toEqual([joined]);
    const again = await claim();
    expect(await store.settle(again!, asOf(joined), 10)).toBe(true);
    expect(await store.membersOfGroup(source, 'acme:g')).toMatchObject([{ member: false }]);
  });

  test('of a membership and the end of its group, whoever settles second finds its premise gone', async () => {
    const group = 'directory_group:g';
    const join = { ...handled, premises: { alive: [group], emptied: null } };
    const pair = { groupId: 'acme:g', userId: 'acme:u', member: true, order: '5' };
    const end = {
      ...handled,
      subject: state({ deleted: true }),
      premises: { alive: [], emptied: { groupId: 'acme:g', members: [] as GroupMember[] } },
    };
    await store.append([newEvent('join'), newEvent('end', { at: 2, subject: group })], 0);
    const joining = await claim();
    const ending = await claim();
    const bothAtOnce = await Promise.all([
      store.settle(joining!, { ...join, members: [pair] }, 10),
      store.settle(ending!, end, 10),
    ]);
    expect(bothAtOnce.filter(Boolean)).toHaveLength(1);

    const again = await claim();
    expect(again).toMatchObject({ attempts: 2 });
    if (again?.event.id === 'join') {
      expect(await store.membersOfGroup(source, 'acme:g')).toEqual([]);
      expect(await store.settle(again, handled, 10)).toBe(true);
    } else {
      expect(await store.subject(source, group)).toBeNull();
      const ended = [{ ...pair, member: false }];
      const premises = { alive: [], emptied: { groupId: 'acme:g', members: [pair] } };
      expect(await store.settle(again!, { ...end, premises, members: ended }, 10)).toBe(true);
      expect(await store.membersOfGroup(source, 'acme:g')).toEqual(ended);
    }
  });

  test('quarantined and held events are listed in pages, released and discarded', async () => {
    await store.append(
      ['a', 'b', 'c', 'd', 'e'].map((id) => newEvent(id, { quarantine: 'unreadable' })),
      0,
    );
    expect(await claim()).toBeNull();
    await store.append([newEvent('f'), newEvent('g')], 0);
    await settleNext({ status: 'held' });
    await settleNext({ status: 'quarantined', failure: 'TypeError' });
    const first = await store.list({ status: 'quarantined', limit: 4 });
    expect(ids(first.events)).toEqual(['a', 'b', 'c', 'd']);
    expect(first.events[0]).toMatchObject({
      status: 'quarantined',
      lastFailure: 'unreadable',
      attempts: 0,
    });
    const second = await store.list({ status: 'quarantined', limit: 4, after: first.next! });
    expect(ids(second.events)).toEqual(['e', 'g']);
    expect(second.events[1]).toMatchObject({ lastFailure: 'TypeError', attempts: 1 });
    expect(second.next).toBeNull();
    expect(ids((await store.list({ status: 'held', limit: 4 })).events)).toEqual(['f']);

    expect(await store.release(source, ['a', 'a', 'f', 'unknown'], 10)).toBe(2);
    expect(await store.release(source, ['a'], 10)).toBe(0);
    expect(await store.release({ ...source, environment: 'other' }, ['b'], 10)).toBe(0);
    expect(await store.discard(source, ['b', 'a'])).toBe(1);
    expect(ids((await store.list({ status: 'discarded', limit: 4 })).events)).toEqual(['b']);
    const claimed = await claimAll();
    expect(ids(claimed)).toEqual(['a', 'f']);
    expect(claimed[1]).toMatchObject({ released: true, attempts: 1 });
  });

  test.each(['', '{}', '["a"]', '["acme","test",7]', '["acme","test","\\u0000"]', 'nonsense'])(
    'the cursor %j is refused',
    async (after) => {
      await store.append([newEvent('a', { quarantine: 'unreadable' })], 0);
      await expect(store.list({ status: 'quarantined', limit: 1, after })).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    },
  );

  test('a superseded event is done', async () => {
    await store.append([newEvent('a')], 0);
    await settleNext({ status: 'superseded' });
    expect(await claim(1e9)).toBeNull();
    expect(await store.append([newEvent('a')], 0)).toBe(0);
  });

  test('removals are counted by person, within scope and time, up to the limit', async () => {
    const removal = (id: string, person: string, rest: Partial<NewEvent> = {}) =>
      newEvent(id, { removal: true, subject: `directory_user:${person}`, ...rest });
    for (const person of ['p1', 'p2', 'p3', 'p4']) {
      await store.append([newEvent(`new-${person}`, { subject: `directory_user:${person}` })], 0);
      await settleNext({ ...handled, subject: state({ active: person !== 'p4' }) });
    }
    await store.append([removal('gone-1', 'p1')], 0);
    await settleNext({ ...handled, removed: true, subject: state({ active: false, deleted: true }) }, 100);
    await store.append(
      [
        removal('w1', 'p2'),
        removal('w2', 'p2'),
        removal('w3', 'p4'),
        removal('w4', 'stranger'),
        removal('w5', 'p3', { scope: 'acme:org_2' }),
      ],
      0,
    );
    const count = (range: { since: number; limit: number }, scope = 'acme:org_1') =>
      store.countRemovals(source, scope, range);
    // p2 twice is one person, p4 had no access, and of a stranger nobody knows.
    expect(await count({ since: 100, limit: 10 })).toEqual({ handled: 1, waiting: 2, active: 2 });
    expect(await count({ since: 101, limit: 10 })).toMatchObject({ handled: 0 });
    expect(await count({ since: 0, limit: 1 })).toEqual({ handled: 1, waiting: 1, active: 1 });
    expect(await count({ since: 0, limit: 10 }, 'acme:org_2')).toMatchObject({ handled: 0, waiting: 1 });
    expect((await settleNext({ status: 'held' })).event.id).toBe('w1');
    expect((await settleNext({ status: 'held' })).event.id).toBe('w2');
    expect(await count({ since: 0, limit: 10 })).toMatchObject({ waiting: 2 });
    await store.release(source, ['w1', 'w2'], 10);
    expect(await count({ since: 0, limit: 10 })).toMatchObject({ waiting: 1 });
    // Whom this source gives no access, the app may have from another one.
    await store.append([removal('w6', 'p4', { removal: 'relayed' })], 0);
    expect(await count({ since: 0, limit: 10 })).toMatchObject({ waiting: 2 });
    await settleNext({ ...handled, removed: true }, 200);
  });

  test('living subjects of a kind are listed in pages', async () => {
    const subjects = [
      'directory_user:b',
      'directory_user:a',
      'directory_user:c',
      'directory_group:g',
      'directory_user:dead',
    ];
    for (const subject of subjects) {
      await store.append([newEvent(subject, { subject })], 0);
      await settleNext({ ...handled, subject: state({ deleted: subject.endsWith('dead') }) });
    }
    const page = (after: string | null, scope = 'acme:org_1') =>
      store.listSubjects(source, { kind: 'directory_user', scope, limit: 2, after });
    expect(await page(null)).toEqual([
      { subject: 'directory_user:a', state: state() },
      { subject: 'directory_user:b', state: state() },
    ]);
    expect((await page('directory_user:b')).map(({ subject }) => subject)).toEqual(['directory_user:c']);
    expect(await page(null, 'acme:org_2')).toEqual([]);
  });

  test('a checkpoint moves with its events, and only from where it stood', async () => {
    expect(await store.checkpoint(source)).toBeNull();
    const move = (expected: string | null, cursor: string, ...events: NewEvent[]) =>
      store.advance(source, { expected, cursor, events, now: 0 });
    expect(await move(null, 'one', newEvent('a'))).toBe(true);
    expect(await move(null, 'other', newEvent('b'))).toBe(false);
    expect(await move('zero', 'other', newEvent('b'))).toBe(false);
    expect(await move('one', 'two', newEvent('a'), newEvent('c'))).toBe(true);
    expect(await store.checkpoint(source)).toBe('two');
    expect(await store.checkpoint({ ...source, environment: 'other' })).toBeNull();
    expect(ids(await claimAll())).toEqual(['a', 'c']);
  });

  test('of two who move a checkpoint at once one succeeds', async () => {
    for (const expected of [null, '0']) {
      const moves = Array.from({ length: 5 }, (_, index) =>
        store.advance(source, {
          expected,
          cursor: expected === null ? '0' : '1',
          events: [newEvent(`${expected}-${index}`)],
          now: 0,
        }),
      );
      expect((await Promise.all(moves)).filter(Boolean)).toHaveLength(1);
    }
    expect(await claimAll()).toHaveLength(2);
  });

  test('many workers claim each event once', async () => {
    const entries = Array.from({ length: 60 }, (_, index) =>
      newEvent(`e${index}`, { at: index % 50, subject: `directory_user:${index % 15}` }),
    );
    await Promise.all([
      store.append(entries, 0),
      store.append(entries.toReversed(), 0),
      store.append(entries, 0),
    ]);
    const seen: string[] = [];
    const busy = new Set<string>();
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let idle = 0; idle < 20;) {
          const claimed = await claim();
          if (!claimed) {
            idle += 1;
            continue;
          }
          expect(busy).not.toContain(claimed.event.subject);
          busy.add(claimed.event.subject);
          seen.push(claimed.event.id);
          await Promise.resolve();
          busy.delete(claimed.event.subject);
          expect(await store.settle(claimed, handled, 10)).toBe(true);
        }
      }),
    );
    expect(seen.toSorted()).toEqual(ids(entries).toSorted());
  });
}
