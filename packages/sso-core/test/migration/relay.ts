import { isDeepStrictEqual } from 'node:util';
import { SsoError } from '@org/sso-core';
import type { EventStore } from '@org/sso-core/events';
import type { MigrationSide, MigrationStore } from '@org/sso-core/migration';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTwoSides, IdentityProvider, someChange, type Change, type TwoSides } from './two-sides.js';

/** A port whose calls fail before or after they had their effect. */
function faulty<Port extends object>(port: Port, fail: () => void): Port {
  return new Proxy(port, {
    get(target, name) {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]) => {
        fail();
        const result = await method.apply(target, args);
        fail();
        return result;
      };
    },
  });
}

type Stores = () => Promise<{ readonly store: MigrationStore; readonly events: EventStore }>;

const both = ['from', 'to'] as const;
const other = (side: MigrationSide): MigrationSide => (side === 'from' ? 'to' : 'from');

/** What holds whatever the two vendors and the operator do, on every store. */
export function testRelay(createStores: Stores, numRuns: number): void {
  type Step =
    | { readonly kind: 'change'; readonly change: Change }
    /** A vendor hears of the next changes. */
    | { readonly kind: 'hear'; readonly side: MigrationSide; readonly count: number }
    /** Some of its events arrive. */
    | { readonly kind: 'send'; readonly side: MigrationSide; readonly places: readonly number[] }
    | { readonly kind: 'process' }
    | { readonly kind: 'flip'; readonly side: MigrationSide }
    | { readonly kind: 'wait'; readonly ms: number };

  const side = fc.constantFrom<MigrationSide>(...both);
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ kind: fc.constant('change' as const), change: someChange }) },
      {
        weight: 5,
        arbitrary: fc.record({
          kind: fc.constant('hear' as const),
          side,
          count: fc.integer({ min: 1, max: 9 }),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant('send' as const),
          side,
          places: fc.array(fc.nat(20), { minLength: 1, maxLength: 6 }),
        }),
      },
      { weight: 3, arbitrary: fc.constant({ kind: 'process' as const }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('flip' as const), side }) },
      {
        weight: 3,
        arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1, 1000, 60_000) }),
      },
    ),
    { minLength: 5, maxLength: 60 },
  );

  /** The identity provider, and how far each vendor has heard. */
  function createTelling(world: TwoSides) {
    const idp = new IdentityProvider();
    const changes: Change[] = [];
    const heard = { from: 0, to: 0 };
    return {
      idp,
      change(change: Change) {
        if (idp.apply(change)) changes.push(change);
      },
      async hear(at: MigrationSide, count = Infinity) {
        for (let left = count; left > 0 && heard[at] < changes.length; left -= 1) {
          await world.sides[at].hear(changes[heard[at]]!);
          heard[at] += 1;
          world.clock.at += 1;
        }
      },
      isLevel: () => heard.from === heard.to,
    };
  }

  /**
   * Everybody hears of everything. What the app does not know then is reported: access that was taken by one side and given by the other
   * at once, on which the operator has the last word. Answers what is wrong.
   */
  async function settle(world: TwoSides, telling: ReturnType<typeof createTelling>): Promise<string[]> {
    const wrong: string[] = [];
    const isRight = () => isDeepStrictEqual(world.app.belief(), telling.idp.truth());
    const compare = async () => {
      const { people, groups, fields } = await world.handOver.compare(world.tenantId);
      return { untold: people.untold + groups.untold, differing: Object.keys(fields) };
    };
    for (const at of both) {
      await telling.hear(at);
      await world.send(at, world.sides[at].takeEvents());
    }
    await world.process();
    if (!isRight() && (await compare()).untold === 0)
      wrong.push('the app believes what is not so, unreported');
    await world.handOver.catchUp(world.tenantId, { insist: true });
    await world.process();
    if (!isRight()) wrong.push('the app believes what is not so');
    const { untold, differing } = await compare();
    if (untold > 0) wrong.push(`${untold} were not told`);
    return [...wrong, ...differing.map((field) => `${field} differs`)];
  }

  test('whenever the acting side changes, the app ends with what the identity provider has', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const world = await createTwoSides(await createStores());
        await world.enroll();
        const telling = createTelling(world);
        for (const step of all) {
          if (step.kind === 'change') telling.change(step.change);
          else if (step.kind === 'hear') await telling.hear(step.side, step.count);
          else if (step.kind === 'send')
            await world.send(step.side, world.sides[step.side].takeEvents(step.places));
          else if (step.kind === 'process') await world.process();
          else if (step.kind === 'flip') await world.flip(step.side);
          else world.clock.at += step.ms;
        }
        expect(await settle(world, telling)).toEqual([]);
      }),
      {
        numRuns,
        ...(process.env.SEED
          ? { seed: Number(process.env.SEED), path: process.env.FCPATH!, endOnFailure: true }
          : {}),
      },
    );
  });

  test('failures anywhere, of handlers and of the store, change nothing of that', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.infiniteStream(fc.nat(99)), async (all, random) => {
        const stores = await createStores();
        const dial = { fails: false };
        const fail = () => {
          if (dial.fails && random.next().value < 8)
            throw new SsoError({ code: 'unavailable', message: 'x' });
        };
        const world = await createTwoSides({
          store: faulty(stores.store, fail),
          events: faulty(stores.events, fail),
          inbox: { handlerTimeoutMs: 1000 },
        });
        world.inbox.on('*', fail);
        await world.enroll();
        const telling = createTelling(world);
        dial.fails = true;
        for (const step of all) {
          // Whoever fails tries again.
          const insist = async (work: () => Promise<unknown>) => {
            for (;;) {
              try {
                return await work();
              } catch (error) {
                if (!SsoError.isInstance(error)) throw error;
                world.clock.at += 10;
              }
            }
          };
          if (step.kind === 'change') telling.change(step.change);
          else if (step.kind === 'hear') await telling.hear(step.side, step.count);
          else if (step.kind === 'send') {
            const arriving = world.sides[step.side].takeEvents(step.places);
            await insist(() => world.send(step.side, arriving));
          } else if (step.kind === 'process') await insist(() => world.process());
          else if (step.kind === 'flip') await insist(() => world.flip(step.side));
          else world.clock.at += step.ms;
        }
        dial.fails = false;
        expect(await settle(world, telling)).toEqual([]);
      }),
      { numRuns },
    );
  });

  test('what both vendors tell is handled once, whichever tells it first and whenever the acting side changes', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.infiniteStream(fc.nat(1000)), async (all, random) => {
        // Where memberships are derived, each comes with an update of the person that tells nothing.
        const world = await createTwoSides({
          ...(await createStores()),
          tell: { from: 'native', to: 'native' },
        });
        await world.enroll();
        const telling = createTelling(world);
        let acting: MigrationSide = 'from';
        for (const step of all) {
          if (step.kind === 'change') {
            telling.change(step.change);
            const first = both[random.next().value % 2]!;
            for (const at of [first, other(first)]) {
              await telling.hear(at);
              world.clock.at += random.next().value;
              if (random.next().value % 2 > 0) await world.send(at, world.sides[at].takeEvents());
              if (random.next().value % 2 > 0) await world.process();
            }
          } else if (step.kind === 'flip') {
            // The new side has caught up: its events have arrived and are recorded.
            await world.send(other(acting), world.sides[other(acting)].takeEvents());
            await world.process();
            acting = other(acting);
            await world.flip(acting);
          }
        }
        for (const at of both) await world.send(at, world.sides[at].takeEvents());
        await world.process();
        expect(world.app.belief()).toEqual(telling.idp.truth());
        const repeated = world.app.history.filter(
          // The new side's ids of groups are told once.
          (told) => told.endsWith('(nothing new)') && !told.includes('group.updated'),
        );
        expect(repeated).toEqual([]);
      }),
      {
        numRuns,
        ...(process.env.SEED
          ? { seed: Number(process.env.SEED), path: process.env.FCPATH!, endOnFailure: true }
          : {}),
      },
    );
  });
}
