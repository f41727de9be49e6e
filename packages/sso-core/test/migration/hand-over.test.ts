import { createMemoryEventStore } from '@org/sso-core/events';
import { createMemoryMigrationStore } from '@org/sso-core/migration';
import { expect, test } from 'vitest';
import { createTwoSides, type Change, type TwoSides, type TwoSidesOptions } from './two-sides.js';
import { journalEntry } from './support.js';

const both = ['from', 'to'] as const;

/** A customer in shadow with p0, whom both vendors and the app know. */
async function start(options: Partial<TwoSidesOptions> = {}) {
  const world = await createTwoSides({
    store: createMemoryMigrationStore(),
    events: createMemoryEventStore(),
    ...options,
  });
  await tell(world, 'from', ['hire', 'p0']);
  await tell(world, 'to', ['hire', 'p0']);
  await world.enroll();
  await world.process();
  return world;
}

/** A vendor hears of changes, and its events arrive. */
async function tell(world: TwoSides, side: (typeof both)[number], ...changes: Change[]): Promise<void> {
  for (const change of changes) {
    await world.sides[side].hear(change);
    world.clock.at += 1;
  }
  await world.send(side, world.sides[side].takeEvents());
}

/** The first call of a handler about anybody waits until it is let go. */
function holdFirst({ app }: TwoSides) {
  let started!: () => void;
  let letGo!: () => void;
  const isCalled = new Promise<void>((resolve) => (started = resolve));
  const mayEnd = new Promise<void>((resolve) => (letGo = resolve));
  let running = 0;
  let most = 0;
  let calls = 0;
  app.slowDown(async () => {
    calls += 1;
    running += 1;
    most = Math.max(most, running);
    if (calls === 1) {
      started();
      await mayEnd;
    }
    return () => void (running -= 1);
  });
  return { isCalled, letGo, atOnce: () => most };
}

async function act({ store, tenantId }: TwoSides, acting: (typeof both)[number]): Promise<void> {
  const current = (await store.get(tenantId))!;
  const changed = { ...current, acting, version: current.version + 1 };
  await store.write(changed, current.version, journalEntry(tenantId, { action: 'handed_over' }));
}

const turns = () => new Promise((resolve) => setTimeout(resolve, 30));
const named = (name: string) => [`p0 ${name}`];

test('the new side waits for a handler of the old one that is still being called about the same person', async () => {
  const world = await start();
  const held = holdFirst(world);
  await tell(world, 'from', ['rename', 'p0', 'Old']);
  const processing = world.process();
  await held.isCalled;
  await act(world, 'to');
  await tell(world, 'to', ['rename', 'p0', 'New']);
  await world.inbox.process();
  await turns();
  held.letGo();
  await processing;
  await world.process();
  expect(held.atOnce()).toBe(1);
  expect(world.app.belief().people).toEqual(named('New'));
});

test('a catch-up, too, and tells what was said meanwhile', async () => {
  const world = await start();
  const held = holdFirst(world);
  await tell(world, 'to', ['rename', 'p0', 'New']);
  await world.process();
  await tell(world, 'from', ['rename', 'p0', 'Old']);
  const processing = world.process();
  await held.isCalled;
  const flipping = world.flip('to');
  await turns();
  held.letGo();
  await Promise.all([processing, flipping]);
  await world.process();
  expect(held.atOnce()).toBe(1);
  expect(world.app.belief().people).toEqual(named('New'));
});

test.each(['a catch-up', 'its next event'] as const)(
  'after a handler that had its effect and failed, %s tells again what the app seems to know',
  async (teller) => {
    const world = await start({ inbox: { retry: { maxAttempts: 1, baseDelayMs: 1, maxDelayMs: 1 } } });
    let fails = true;
    world.inbox.on('directory.user.updated', () => {
      if (fails) throw new Error('The process ended');
    });
    await tell(world, 'from', ['rename', 'p0', 'Mistaken']);
    await world.process();
    expect(world.app.belief().people).toEqual(named('Mistaken'));
    fails = false;
    if (teller === 'a catch-up') await world.flip('to');
    else {
      await tell(world, 'to', ['rename', 'p0', 'Mistaken']);
      await world.process();
      await act(world, 'to');
      await tell(world, 'to', ['rename', 'p0', 'p0']);
    }
    await world.process();
    expect(world.app.belief().people).toEqual(named('p0'));
  },
);

test('access that was taken later than the new side heard of stays taken, is reported, and given back on demand', async () => {
  const world = await start();
  await tell(world, 'from', ['deactivate', 'p0']);
  await world.process();
  await world.flip('to');
  await world.process();
  expect(world.app.belief().people).toEqual([]);
  expect(await world.handOver.compare(world.tenantId)).toMatchObject({ people: { untold: 1, withheld: 1 } });
  await world.handOver.catchUp(world.tenantId, { insist: true });
  await world.process();
  expect(world.app.belief().people).toEqual(named('p0'));
  expect(await world.handOver.compare(world.tenantId)).toMatchObject({ people: { untold: 0, withheld: 0 } });
});

test('a membership that could not be told with access that stays taken is reported', async () => {
  const world = await start();
  for (const side of both) await tell(world, side, ['createGroup', 'g0']);
  await world.process();
  await world.sides.to.hear(['join', 'g0', 'p0']);
  world.clock.at += 1;
  await tell(world, 'from', ['deactivate', 'p0']);
  await world.process();
  await act(world, 'to');
  await world.send('to', world.sides.to.takeEvents());
  await world.process();
  await tell(world, 'to', ['deactivate', 'p0'], ['reactivate', 'p0']);
  await world.process();
  expect(world.app.belief().people).toEqual(named('p0'));
  expect(await world.handOver.compare(world.tenantId)).toMatchObject({ people: { untold: 1 } });
  await world.handOver.catchUp(world.tenantId);
  await world.process();
  expect(world.app.belief().memberships).toEqual(['g0 p0']);
});

test('who came back under a new id, told by the old side, is there after the end the new side tells', async () => {
  const world = await start();
  await world.sides.from.hear(['leave', 'p0']);
  await world.sides.from.hear(['hire', 'p0']);
  const [, hired] = world.sides.from.peekEvents();
  await world.send('from', [hired!]);
  await world.process();
  await act(world, 'to');
  await world.send('from', world.sides.from.takeEvents());
  await tell(world, 'to', ['leave', 'p0']);
  await world.process();
  expect(world.app.belief().people).toEqual([]);
  await tell(world, 'to', ['hire', 'p0']);
  await world.process();
  expect(world.app.belief().people).toEqual(named('p0'));
});

test('somebody the new side told of before it acted is introduced with the first membership', async () => {
  const world = await start({ tell: { from: 'derived', to: 'native' } });
  for (const side of both) await tell(world, side, ['createGroup', 'g0']);
  await tell(world, 'to', ['hire', 'p1']);
  await world.process();
  expect(world.app.belief().people).toEqual(named('p0'));
  await act(world, 'to');
  await tell(world, 'to', ['join', 'g0', 'p1']);
  await world.process();
  expect(world.app.belief()).toMatchObject({ people: ['p0 p0', 'p1 p1'], memberships: ['g0 p1'] });
});
