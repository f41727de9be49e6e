import { createHash } from 'node:crypto';
import type { SsoEvent, UserId } from '@org/sso-core';
import {
  createEventInbox,
  type AttentionNotice,
  type EventInboxOptions,
  type EventStore,
} from '@org/sso-core/events';
import { expect, test } from 'vitest';
import { createVendor } from './vendor.js';

/** What the inbox promises on every store. */
export function testInbox(createStore: () => Promise<EventStore>): void {
  async function setUp(options: Partial<EventInboxOptions> = {}) {
    const store = await createStore();
    const vendor = createVendor();
    const notices: AttentionNotice[] = [];
    const inbox = createEventInbox({
      store,
      providers: [vendor.provider],
      now: vendor.now,
      pullSince: '2025-01-01T00:00:00Z',
      onAttention: (notice) => notices.push(notice),
      ...options,
    });
    return { store, vendor, inbox, notices, ...vendor };
  }

  function hire(vendor: Pick<ReturnType<typeof createVendor>, 'world' | 'directoryId'>, count: number) {
    return Array.from({ length: count }, (_, index) =>
      vendor.world.hire(vendor.directoryId, { id: `p${index}`, firstName: `p${index}` }),
    );
  }

  const told = (events: readonly SsoEvent[]) => events.map(({ type }) => type);

  test('events reach the handlers of their type, then those of all', async () => {
    const { inbox, vendor } = await setUp();
    const calls: string[] = [];
    const unused = () => void calls.push('unused');
    inbox.on('*', async ({ type }) => void calls.push(`* ${type}`));
    inbox.on('directory.user.created', async (event, { idempotencyKey, attempt }) => {
      await Promise.resolve();
      calls.push(`${event.data.user.name} ${idempotencyKey} ${attempt}`);
    });
    inbox.on('directory.user.created', unused);
    inbox.off('directory.user.created', unused);
    hire(vendor, 1);
    expect(await inbox.pull('memory')).toBe(2);
    expect(await inbox.process()).toBe(2);
    expect(await inbox.process()).toBe(0);
    expect(calls).toEqual(['* directory.activated', 'p0 memory:test:event_2 1', '* directory.user.created']);
  });

  test('a failing handler is called again with back-off and the same key, then the event is quarantined', async () => {
    const { inbox, vendor, clock, notices } = await setUp({
      retry: { maxAttempts: 3, baseDelayMs: 1000, maxDelayMs: 1500 },
    });
    const attempts: (readonly [attempt: number, key: string, at: number])[] = [];
    let fails = true;
    inbox.on('directory.user.created', (_, { attempt, idempotencyKey }) => {
      attempts.push([attempt, idempotencyKey, clock.at]);
      if (fails) throw new TypeError('canary-secret-of-the-handler');
    });
    hire(vendor, 1);
    await inbox.pull('memory');
    const start = clock.at;
    for (let waited = 0; waited < 10_000; waited += 100) {
      await inbox.process();
      clock.at += 100;
    }
    const key = 'memory:test:event_2';
    expect(attempts.map(([attempt, used]) => [attempt, used])).toEqual([
      [1, key],
      [2, key],
      [3, key],
    ]);
    const [first, second, third] = attempts.map(([, , at]) => at - start);
    expect(first).toBe(0);
    expect(second).toBeGreaterThanOrEqual(750);
    expect(second).toBeLessThanOrEqual(1350);
    expect(third! - second!).toBeGreaterThanOrEqual(1125);
    expect(third! - second!).toBeLessThanOrEqual(1975);

    const { events } = await inbox.list('quarantined');
    expect(events).toMatchObject([{ event: { id: 'event_2' }, attempts: 3, lastFailure: 'TypeError' }]);
    expect(notices).toMatchObject([{ kind: 'quarantined', eventId: 'event_2', reason: 'TypeError' }]);
    expect(JSON.stringify([events, notices])).not.toContain('canary');

    fails = false;
    expect(await inbox.release(events)).toBe(1);
    expect(await inbox.process()).toBe(1);
    expect(attempts.at(-1)?.slice(0, 2)).toEqual([1, key]);
    expect((await inbox.list('quarantined')).events).toEqual([]);
  });

  test('a failing event holds its own subject back and no other', async () => {
    const { inbox, vendor, world, clock } = await setUp();
    const calls: string[] = [];
    let fails = true;
    inbox.on('*', ({ type, subject }) => {
      calls.push(`${subject} ${type}`);
      if (fails && subject === 'directory_user:directory_user_1') throw new Error('not yet');
    });
    const [first] = hire(vendor, 2);
    world.changePerson(first!.id, { lastName: 'Lovelace' });
    await inbox.pull('memory');
    await inbox.process();
    expect(calls).toHaveLength(3);
    expect(calls).not.toContain('directory_user:directory_user_1 directory.user.updated');
    fails = false;
    clock.at += 60_000;
    await inbox.process();
    expect(calls.slice(3)).toEqual([
      'directory_user:directory_user_1 directory.user.created',
      'directory_user:directory_user_1 directory.user.updated',
    ]);
  });

  test('what was given up stays given up', async () => {
    const { inbox, vendor } = await setUp({ retry: { maxAttempts: 1 } });
    inbox.on('directory.user.created', () => {
      throw new Error('never');
    });
    hire(vendor, 2);
    await inbox.pull('memory');
    await inbox.process();
    const page = await inbox.list('quarantined', { limit: 1 });
    expect(await inbox.discard(page.events)).toBe(1);
    expect(await inbox.release(page.events)).toBe(0);
    const rest = await inbox.list('quarantined', { limit: 1 });
    expect(rest.events).not.toEqual(page.events);
    expect((await inbox.list('quarantined', { after: rest.next! })).events).toEqual([]);
  });

  test.each([
    ['status', ['lost', {}]],
    ['limit', ['held', { limit: 0 }]],
    ['limit', ['held', { limit: Number.NaN }]],
    ['cursor', ['held', { after: 'nonsense' }]],
  ])('a list with another %s is refused', async (name, [status, page]) => {
    const { inbox } = await setUp();
    await expect(inbox.list(status as 'held', page as object)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining(name),
    });
  });

  test('a batch that would remove too many people waits for a person, and is released as a whole', async () => {
    const { inbox, vendor, world, notices } = await setUp();
    const events: SsoEvent[] = [];
    inbox.on('*', (event) => void events.push(event));
    const people = hire(vendor, 40);
    await inbox.pull('memory');
    await inbox.process();
    events.length = 0;
    for (const { id } of people.slice(0, 20)) world.deletePerson(id);
    for (const { id } of people.slice(20, 30)) world.changePerson(id, { status: 'inactive' });
    world.changePerson(people[39]!.id, { lastName: 'Lovelace' });
    await inbox.pull('memory');
    await inbox.process();
    expect(told(events)).toEqual(['directory.user.updated']);
    const { events: held } = await inbox.list('held');
    expect(held).toHaveLength(30);
    expect(notices.filter(({ kind }) => kind === 'held')).toHaveLength(30);

    // Later events of the same people are not mistaken for harmless: a deletion outranks them.
    world.deletePerson(people[20]!.id);
    await inbox.pull('memory');
    await inbox.process();
    expect(await inbox.release((await inbox.list('held')).events)).toBe(31);
    await inbox.process();
    expect(told(events).filter((type) => type === 'directory.user.deleted')).toHaveLength(21);
    expect((await inbox.list('held')).events).toEqual([]);

    // What a person let through does not use up what may pass unasked.
    world.deletePerson(people[38]!.id);
    await inbox.pull('memory');
    await inbox.process();
    expect(told(events).at(-1)).toBe('directory.user.deleted');
  });

  test('removals that trickle in are counted within the window, and people once', async () => {
    const { inbox, vendor, world, clock } = await setUp({
      guard: { maxRemovals: 3, maxShare: 1, windowMs: 1000 },
    });
    let removals = 0;
    inbox.on('directory.user.deleted', () => void (removals += 1));
    const people = hire(vendor, 10);
    const remove = async (index: number) => {
      world.deletePerson(people[index]!.id);
      await inbox.pull('memory');
      await inbox.process();
    };
    // Deactivated, told again, deleted: one person.
    world.changePerson(people[0]!.id, { status: 'inactive' });
    world.changePerson(people[0]!.id, { jobTitle: 'none' });
    await remove(0);
    await remove(1);
    await remove(2);
    expect(removals).toBe(3);
    await remove(3);
    expect(removals).toBe(3);
    expect((await inbox.list('held')).events).toHaveLength(1);
    clock.at += 1001;
    await remove(4);
    expect(removals).toBe(4);
    await inbox.discard((await inbox.list('held')).events);
  });

  test('a large share of a small organization is held, a single leaver is not', async () => {
    const { inbox, vendor, world } = await setUp();
    const people = hire(vendor, 20);
    await inbox.pull('memory');
    await inbox.process();
    world.deletePerson(people[0]!.id);
    await inbox.pull('memory');
    await inbox.process();
    expect((await inbox.list('held')).events).toHaveLength(0);
    for (const { id } of people.slice(1, 6)) world.deletePerson(id);
    await inbox.pull('memory');
    await inbox.process();
    expect((await inbox.list('held')).events).toHaveLength(5);
  });

  test.each([
    ['NUL', 'e\u0000vent'],
    ['half a character', 'event\ud800'],
    ['a long text', 'e'.repeat(5000)],
    ['a little more than fits', 'é'.repeat(501)],
  ])('an event whose id has %s is quarantined, and stands in nobody’s way', async (_, id) => {
    const { inbox, vendor, world, provider, notices } = await setUp();
    const events: SsoEvent[] = [];
    inbox.on('*', (event) => void events.push(event));
    const { headers, body } = world.signWebhook(JSON.stringify({ id, type: 'vendor.new', data: { x: 1 } }));
    const receive = inbox.webhook('memory');
    expect((await receive({ headers, body })).status).toBe(202);
    expect((await receive({ headers, body })).status).toBe(202);
    hire(vendor, 1);
    await inbox.pull('memory');
    await inbox.process();
    expect(told(events)).toEqual(['directory.activated', 'directory.user.created']);
    const { events: quarantined } = await inbox.list('quarantined');
    expect(quarantined).toMatchObject([
      { event: { data: { payload: { id, data: { payload: { x: 1 } } } } } },
    ]);
    expect(notices).toMatchObject([{ kind: 'quarantined', provider: provider.id }]);

    await inbox.release(quarantined);
    await inbox.process();
    expect(told(events).at(-1)).toBe('unrecognized');
  });

  test('an event with ids of the largest size that fits is handled', async () => {
    const { inbox, world } = await setUp();
    const events: SsoEvent[] = [];
    inbox.on('unrecognized', (event) => void events.push(event));
    const receive = inbox.webhook('memory');
    // Hashes, so that no database makes it shorter.
    const hashes = Array.from({ length: 8 }, (_, index) =>
      createHash('sha512').update(`${index}`).digest('hex'),
    );
    const id = hashes.join('').slice(0, 990);
    const { headers, body } = world.signWebhook(JSON.stringify({ id, type: 'vendor.new', data: {} }));
    expect((await receive({ headers, body })).status).toBe(202);
    await inbox.process();
    expect(events).toMatchObject([{ id }]);
  });

  test('members whose status the vendor does not tell have access until they are removed', async () => {
    const { store, provider, now, vendor } = await setUp();
    const { organizationId } = vendor;
    const membership = (kind: 'created' | 'updated' | 'deleted', person: number) =>
      ({
        id: `${kind}-${person}`,
        provider: 'memory',
        environment: provider.environment,
        type: `membership.${kind}`,
        occurredAt: new Date(now() + ['created', 'updated', 'deleted'].indexOf(kind)).toISOString(),
        organizationId,
        subject: `membership:${person}`,
        data: {
          membership: {
            vendorId: null,
            organizationId,
            userId: `memory:${person}` as UserId,
            status: kind === 'deleted' ? 'inactive' : 'unknown',
            roles: null,
          },
        },
      }) as SsoEvent;
    const people = Array.from({ length: 30 }, (_, index) => index);
    let events: readonly SsoEvent[] = [];
    const pullPage = async () => ({ events, cursor: events[0]!.id, more: false });
    const vendorsEvents = { ...provider.events, pullPage };
    const inbox = createEventInbox({ store, providers: [{ ...provider, events: vendorsEvents }], now });
    const tell = async (next: readonly SsoEvent[]) => {
      events = next;
      await inbox.pull('memory');
      await inbox.process();
      return (await inbox.list('held')).events.length;
    };
    // Whoever was a member before the inbox was there is heard of by a change.
    expect(await tell(people.map((person) => membership(person % 2 ? 'created' : 'updated', person)))).toBe(
      0,
    );
    expect(await tell(people.map((person) => membership('deleted', person)))).toBe(30);
  });

  test('two who pull at once keep every event once', async () => {
    const { store, vendor, world, provider, now } = await setUp();
    const options = { store, providers: [provider], now, pullSince: '2025-01-01T00:00:00Z' };
    const [first, second] = [createEventInbox(options), createEventInbox(options)];
    hire(vendor, 250);
    const pulled = await Promise.all([first.pull('memory'), second.pull('memory')]);
    expect(pulled[0]! + pulled[1]!).toBe(251);
    let handled = 0;
    first.on('*', () => void (handled += 1));
    second.on('*', () => void (handled += 1));
    await Promise.all([first.process(), second.process()]);
    expect(handled).toBe(251);
    hire({ world, directoryId: vendor.directoryId }, 1);
    expect(await second.pull('memory')).toBe(1);
  });

  test('pulling goes on where it stopped, and from a new start when the vendor forgot', async () => {
    const { inbox, vendor, world, clock } = await setUp();
    hire(vendor, 3);
    expect(await inbox.pull('memory')).toBe(4);
    expect(await inbox.pull('memory')).toBe(0);
    world.failNext(new Error('gone'));
    await expect(inbox.pull('memory')).rejects.toThrow('gone');
    clock.at += 1000;
    hire(vendor, 1);
    expect(await inbox.pull('memory', { restartSince: '2026-01-01T00:00:01Z' })).toBe(1);
    expect(await inbox.pull('memory')).toBe(0);
    expect(await inbox.process()).toBe(5);
  });

  test('a webhook is stored before it is answered, and once', async () => {
    const { inbox, vendor, world } = await setUp();
    const receive = inbox.webhook('memory');
    let created = 0;
    inbox.on('directory.user.created', () => void (created += 1));
    hire(vendor, 5);
    expect(await world.deliverWebhooks(receive)).toBe(0);
    const body = JSON.stringify((await world.events())[1]);
    expect((await receive(world.signWebhook(body))).status).toBe(202);
    await inbox.pull('memory');
    expect(await inbox.process()).toBe(6);
    expect(created).toBe(5);
  });
}
