import { randomUUID } from 'node:crypto';
import type { SsoEvent } from '@org/sso-core';
import { createEventInbox, reconcileDirectory, type EventStore } from '@org/sso-core/events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asDerived,
  asNative,
  change,
  createApp,
  createVendor,
  someChanges,
  truth,
  type Vendor,
} from './vendor.js';

const streams = { native: asNative, derived: asDerived };

/** Whatever way the events take, the app ends with what the vendor has. */
export function testConvergence(createStore: () => Promise<EventStore>, numRuns: number): void {
  /** Each run has an environment of its own. */
  function setUp(store: EventStore) {
    const vendor = createVendor({ environment: randomUUID() });
    const { provider, now } = vendor;
    const inbox = createEventInbox({ store, providers: [provider], guard: 'off', now });
    return { vendor, inbox, app: createApp(inbox) };
  }

  /** Pulls the events through the inbox's door, as the vendor would send them. */
  async function send(store: EventStore, vendor: Vendor, events: readonly SsoEvent[]) {
    const puller = createEventInbox({
      store,
      now: vendor.now,
      providers: [
        {
          ...vendor.provider,
          events: {
            ...vendor.provider.events,
            pullPage: async () => ({ events, cursor: `${Math.random()}`, more: false }),
          },
        },
      ],
    });
    await puller.pull(vendor.provider.id);
  }

  describe.each(Object.entries(streams))('%s membership', (_, tell) => {
    test('in any order and any number of times, the events lead to the same', async () => {
      const store = await createStore();
      await fc.assert(
        fc.asyncProperty(someChanges, fc.infiniteStream(fc.nat(1000)), async (all, random) => {
          const { vendor, inbox, app } = setUp(store);
          const events = tell(await change(vendor, all));
          const arrivals = [...events, ...events.filter(() => random.next().value % 3 === 0)]
            .map((event) => ({ event, at: random.next().value }))
            .toSorted((a, b) => a.at - b.at)
            .map(({ event }) => event);
          while (arrivals.length > 0) {
            await send(store, vendor, arrivals.splice(0, 1 + (random.next().value % 5)));
            await inbox.process();
          }
          expect(app.belief()).toEqual(await truth(vendor));
          for (const history of app.histories.values())
            expect(history.join(' ')).toMatch(/^(created( updated)*( deleted)?|deleted)$/);
        }),
        { numRuns },
      );
    });

    test('what was lost is found by reconciling, and changes nothing when it comes after all', async () => {
      const store = await createStore();
      await fc.assert(
        fc.asyncProperty(someChanges, fc.infiniteStream(fc.nat(1000)), async (all, random) => {
          const { vendor, inbox, app } = setUp(store);
          const { provider, world, organizationId, directoryId, now, clock } = vendor;
          const reconcile = () => reconcileDirectory({ provider, store, organizationId, directoryId, now });
          // Somebody must be left: a directory that lists nobody is not believed.
          world.hire(directoryId, { id: 'last', firstName: 'last' });
          world.createGroup(directoryId, 'last');
          const lost: SsoEvent[] = [];
          const events = tell(await change(vendor, all));
          const arrived = events.filter((event) => random.next().value % 3 > 0 || !lost.push(event));
          await send(store, vendor, arrived);
          await inbox.process();

          clock.at += 1;
          await reconcile();
          await inbox.process();
          expect(app.belief()).toEqual(await truth(vendor));

          clock.at += 1;
          await send(store, vendor, lost);
          await inbox.process();
          expect(app.belief()).toEqual(await truth(vendor));
          expect(await reconcile()).toMatchObject({ appended: 0 });
          for (const history of app.histories.values())
            expect(history.join(' ')).toMatch(/^(created( updated)*( deleted)?|deleted)$/);
        }),
        { numRuns },
      );
    });
  });
}
