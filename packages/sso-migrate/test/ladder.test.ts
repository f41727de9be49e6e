import fc from 'fast-check';
import { SsoError } from '@org/sso-core';
import { createMemoryMigrationStore, type MigrationStore } from '@org/sso-core/migration';
import { createPostgresStore, createSqliteStore } from '@org/sso-store';
import { createLadder, GateClosedError, statusOf } from '@org/sso-migrate';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { startPostgres } from '../../sso-store/test/postgres.js';
import {
  agreement,
  command,
  enrol,
  expectConsistent,
  gateOf,
  operatorOf,
  perform,
  routesOf,
  tenantId,
} from './support/ladder-model.js';

vi.setConfig({ testTimeout: 120_000 });

const actor = 'grace';
const refusals = ['failed_precondition', 'invalid_argument', 'conflict', 'not_found'];

/** A store whose next calls fail one after another, as when the process or the database goes. */
function failingAt(
  store: MigrationStore,
  failures: readonly number[],
): { store: MigrationStore; calls(): number } {
  let calls = 0;
  const names = Object.keys(store) as (keyof MigrationStore)[];
  const methods = names.map((name) => [
    name,
    async (...args: never[]) => {
      const number = calls++;
      const run = () => (store[name] as (...given: never[]) => Promise<unknown>)(...args);
      // Of a lost answer nobody knows whether it was done.
      if (failures.includes(number)) {
        if (number % 2 === 0) await run();
        throw new SsoError({ code: 'unavailable', message: 'The store is gone' });
      }
      return run();
    },
  ]);
  return { store: Object.fromEntries(methods) as MigrationStore, calls: () => calls };
}

function testLadder(name: string, open: () => Promise<MigrationStore>, numRuns: number): void {
  describe(`on ${name}`, () => {
    test('whatever two operators do at once, and whenever it fails', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              commands: fc.array(command, { minLength: 1, maxLength: 2 }),
              gates: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
              failures: fc.oneof(
                { weight: 2, arbitrary: fc.constant<number[]>([]) },
                { weight: 1, arbitrary: fc.array(fc.nat({ max: 12 }), { maxLength: 2 }) },
              ),
            }),
            { minLength: 1, maxLength: 14 },
          ),
          async (moments) => {
            const store = await open();
            await enrol(store);
            let before = await expectConsistent(store);
            for (const { commands, gates, failures } of moments) {
              let asked = 0;
              const failing = failingAt(store, failures);
              const ladder = operatorOf(failing.store, { gate: () => gates[asked++ % gates.length]! });
              const outcomes = await Promise.allSettled(
                commands.map((given, index) => perform(ladder, given, `operator ${index}`)),
              );
              for (const outcome of outcomes) {
                if (outcome.status === 'fulfilled') continue;
                expect(SsoError.isInstance(outcome.reason)).toBe(true);
                expect([...refusals, 'unavailable']).toContain((outcome.reason as SsoError).code);
              }
              const after = await expectConsistent(store);
              if (before.stage === 'committed') expect(after.stage).toBe('committed');
              // Whoever shuts a gate stops everybody there.
              if (gates.every((isOpen) => !isOpen) && commands.every((given) => given.do === 'advance'))
                expect(after.stage).toBe(before.stage);
              before = after;
            }
            // What a failure left open is finished by naming the stage it is at.
            const settled = await operatorOf(store).advance(tenantId, { actor, to: before.stage });
            const isThere = settled.stage === 'primary' || settled.stage === 'committed';
            expect(settled.acting).toBe(isThere ? 'to' : 'from');
          },
        ),
        { numRuns, verbose: true },
      );
    });

    test('a roll-back to observe that ended half-way goes on from shadow', async () => {
      const store = await open();
      await enrol(store);
      await operatorOf(store).advance(tenantId, { actor, to: 'primary' });
      // Its second write: the stage is shadow, and the new side still acts.
      const failing = failingAt(store, [3]);
      await failing.store.get(tenantId);
      await operatorOf(failing.store)
        .rollback(tenantId, { actor, to: 'observe' })
        .catch(() => undefined);
      expect(await store.get(tenantId)).toMatchObject({ stage: 'shadow', acting: 'to' });
      await operatorOf(store).rollback(tenantId, { actor });
      expect(await expectConsistent(store)).toMatchObject({ stage: 'observe', acting: 'from' });
    });

    test('until the app can hear what it missed, status says so', async () => {
      const store = await open();
      await enrol(store);
      const status = async () => statusOf(store, (await store.get(tenantId))!);
      const gone = async () => {
        throw new SsoError({ code: 'unavailable', message: 'The inbox is gone' });
      };
      await operatorOf(store).advance(tenantId, { actor, to: 'canary' });
      expect(await status()).toMatchObject({ handOverPending: false });
      await expect(
        operatorOf(store, { handOver: gone }).advance(tenantId, { actor, to: 'canary' }),
      ).rejects.toMatchObject({ code: 'unavailable' });
      expect(await status()).toMatchObject({ handOverPending: false });
      let calls = 0;
      const failing = operatorOf(store, { handOver: () => ((calls += 1) > 2 ? gone() : Promise.resolve()) });
      await expect(failing.advance(tenantId, { actor, to: 'primary' })).rejects.toMatchObject({
        code: 'unavailable',
      });
      expect(await status()).toMatchObject({
        migration: { stage: 'primary', acting: 'to' },
        handOverPending: true,
      });
      await operatorOf(store).advance(tenantId, { actor, to: 'primary' });
      expect(await status()).toMatchObject({ handOverPending: false });
    });

    test('rolling back restores every route as it was', async () => {
      const store = await open();
      await enrol(store);
      const ladder = operatorOf(store);
      const routes = [await routesOf(store)];
      await ladder.advance(tenantId, { actor });
      routes.push(await routesOf(store));
      await ladder.advance(tenantId, { actor, canary: { percent: 30, users: ['person3@acme.example'] } });
      await ladder.setCanary(tenantId, { actor, canary: { percent: 60, users: ['PERSON4@acme.example'] } });
      routes.push(await routesOf(store));
      await ladder.advance(tenantId, { actor });
      for (const expected of routes.toReversed()) {
        await ladder.rollback(tenantId, { actor });
        expect(await routesOf(store)).toEqual(expected);
        expect((await store.get(tenantId))!.acting).toBe('from');
      }
      await expect(ladder.rollback(tenantId, { actor })).rejects.toMatchObject({
        code: 'failed_precondition',
      });
    });
  });
}

testLadder('memory', async () => createMemoryMigrationStore(), 200);
testLadder(
  'SQLite',
  async () => {
    const store = createSqliteStore({ path: ':memory:' });
    await store.migrate();
    return store.migrations;
  },
  30,
);
const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testLadder(
    'one database for each run',
    async () => {
      const store = createPostgresStore({ connectionString: await postgres!.newDatabase() });
      onTestFinished(() => store.close());
      await store.migrate();
      return store.migrations;
    },
    10,
  );
});

describe('refusals', () => {
  async function start(open = true) {
    const store = createMemoryMigrationStore();
    await enrol(store);
    return { store, ladder: operatorOf(store, { gate: () => open }) };
  }

  test('a shut gate stops a customer, says why, and is in the journal', async () => {
    const { store, ladder } = await start(false);
    const refused = await ladder.advance(tenantId, { actor, to: 'primary' }).catch((error: unknown) => error);
    expect(GateClosedError.isInstance(refused)).toBe(true);
    expect(refused).toMatchObject({ stage: 'observe', to: 'shadow', reasons: ['It is not ready.'] });
    const [entry] = await store.journal({ tenantId, limit: 1 });
    expect(entry).toMatchObject({ action: 'refused', actor, detail: { reasons: ['It is not ready.'] } });
  });

  test('a gate of the way back opens nothing, however green: it looks at the side the customer leaves', async () => {
    const { store } = await start();
    const ladder = createLadder({
      store,
      gate: async () => {
        const gate = gateOf(true);
        const { from, to } = gate.verification;
        return { ...gate, verification: { ...gate.verification, from: to, to: from } };
      },
    });
    await expect(ladder.advance(tenantId, { actor })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: 'tenant_acme is being moved from workos to scalekit, not from scalekit to workos',
    });
    expect(await expectConsistent(store)).toMatchObject({ stage: 'observe', version: 1 });
    expect(await store.journal({ tenantId, limit: 10 })).toHaveLength(1);
  });

  test('a gate that is shut without a reason is shut', async () => {
    const store = createMemoryMigrationStore();
    await enrol(store);
    const shut = { ...gateOf(false), reasons: [] };
    const ladder = createLadder({ store, gate: async () => shut });
    await expect(ladder.advance(tenantId, { actor })).rejects.toMatchObject({ name: 'GateClosedError' });
    expect(await store.get(tenantId)).toMatchObject({ stage: 'observe' });
  });

  test('who is kept out is named before a commit, and does not keep a customer from observe', async () => {
    const store = createMemoryMigrationStore();
    await enrol(store);
    const { people, groups } = agreement;
    let found = agreement;
    const ladder = operatorOf(store, { compare: () => found });
    await ladder.advance(tenantId, { actor, to: 'primary' });
    found = {
      ...agreement,
      people: { ...people, untold: 3, withheld: 2 },
      groups: { ...groups, untold: 1 },
    };
    await expect(ladder.advance(tenantId, { actor })).rejects.toMatchObject({
      stage: 'primary',
      reasons: [
        expect.stringContaining('What scalekit said of 1 person and 1 group has not reached your app yet'),
        expect.stringContaining('scalekit still has 2 people whose access workos ended'),
      ],
    });
    await expect(ladder.rollback(tenantId, { actor, to: 'observe' })).rejects.toMatchObject({
      stage: 'shadow',
      reasons: [expect.stringContaining('What workos said of 1 person and 1 group')],
    });
    expect(await expectConsistent(store)).toMatchObject({ stage: 'shadow', acting: 'from' });
    found = { ...agreement, people: { ...people, untold: 2, withheld: 2 } };
    expect(await ladder.rollback(tenantId, { actor })).toMatchObject({ stage: 'observe' });
  });

  test('of two operators at once one wins, and the other is told who', async () => {
    const { ladder } = await start();
    const [one, other] = await Promise.allSettled([
      ladder.advance(tenantId, { actor: 'grace' }),
      ladder.advance(tenantId, { actor: 'linus' }),
    ]);
    expect([one.status, other.status].toSorted()).toEqual(['fulfilled', 'rejected']);
    const { reason } = [one, other].find(({ status }) => status === 'rejected') as PromiseRejectedResult;
    expect(reason).toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/advanced by (grace|linus)/),
    });
  });

  test.each([
    ['nobody does it', (ladder) => ladder.advance(tenantId, { actor: ' ' }), 'invalid_argument', /actor/],
    ['an unknown customer', (ladder) => ladder.advance('nobody', { actor }), 'not_found', /apply a plan/],
    [
      'an unknown stage',
      (ladder) => ladder.advance(tenantId, { actor, to: 'done' as never }),
      'invalid_argument',
      /observe, shadow/,
    ],
    [
      'a canary where there is none',
      (ladder) => ladder.setCanary(tenantId, { actor, canary: { percent: 5, users: [] } }),
      'failed_precondition',
      /at observe/,
    ],
    [
      'a share of 101 %',
      (ladder) => ladder.advance(tenantId, { actor, to: 'canary', canary: { percent: 101, users: [] } }),
      'invalid_argument',
      /0 to 100/,
    ],
    [
      'somebody without an address',
      (ladder) => ladder.advance(tenantId, { actor, to: 'canary', canary: { percent: 0, users: ['ada'] } }),
      'invalid_argument',
      /"ada"/,
    ],
    [
      'rolling forward',
      (ladder) => ladder.rollback(tenantId, { actor, to: 'primary' }),
      'invalid_argument',
      /further on/,
    ],
    [
      'rolling back from the beginning',
      (ladder) => ladder.rollback(tenantId, { actor }),
      'failed_precondition',
      /nothing to roll back/,
    ],
  ] as const satisfies readonly (readonly [
    string,
    (ladder: ReturnType<typeof operatorOf>) => Promise<unknown>,
    string,
    RegExp,
  ])[])('%s', async (_, attempt, code, message) => {
    const { store, ladder } = await start();
    await expect(attempt(ladder)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect((await store.get(tenantId))!.version).toBe(1);
  });

  test('what is committed stays committed', async () => {
    const { ladder, store } = await start();
    await ladder.advance(tenantId, { actor, to: 'committed' });
    await expect(ladder.rollback(tenantId, { actor })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('a move from scalekit to workos'),
    });
    await expect(ladder.advance(tenantId, { actor, to: 'primary' })).rejects.toMatchObject({
      message: expect.stringContaining('a move from scalekit to workos'),
    });
    expect(await store.get(tenantId)).toMatchObject({ stage: 'committed', acting: 'to' });
  });
});
