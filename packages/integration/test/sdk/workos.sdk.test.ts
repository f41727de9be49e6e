import { WorkOS } from '@workos-inc/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anything, methodOf, methodsOf } from './reflection.js';
import { workosCalls } from './workos-calls.js';
import { workosLocal, workosNotServed } from './workos-ledger.js';
import { createWorkosWorld, type WorkosWorld } from './workos-world.js';

interface Operation {
  readonly method: string;
  readonly path: string;
}

let world: WorkosWorld;
/** What the emulator serves. */
let routes: { method: string; pattern: RegExp }[];
/** What each method of the SDK asks for; absent from it when it sends nothing. */
const asked = new Map<string, Operation>();

beforeAll(async () => {
  world = await createWorkosWorld();
  routes = (await world.emulator.control.routes()).map(({ method, path }) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
  }));
  await Promise.all(
    methodsOf(world.workos)
      // It starts a client that polls for ever.
      .filter((name) => name !== 'featureFlags.createRuntimeClient')
      .map(async (name) => {
        const operation = await operationOf(name);
        if (operation) asked.set(name, operation);
      }),
  );
});
afterAll(() => world.close());

/** What a method asks for when its arguments could be anything. */
function operationOf(name: string): Promise<Operation | undefined> {
  return new Promise((resolve) => {
    const client = new WorkOS('sk_test_probe', {
      clientId: 'client_probe',
      fetchFn: (input, init) => {
        resolve({ method: init?.method ?? 'GET', path: new URL(input as string).pathname });
        return Promise.reject(new Error('not sent'));
      },
    });
    const call = async () => methodOf(client, name)(anything(), anything(), anything());
    call().then(
      () => resolve(undefined),
      () => resolve(undefined),
    );
  });
}

function routeOf({ method, path }: Operation) {
  return routes.find((route) => route.method === method && route.pattern.test(path));
}

function names(ledger: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.values(ledger).flat().toSorted();
}

describe('the ledger', () => {
  it('calls every method whose operation the emulator serves', () => {
    const served = [...asked].filter(([, operation]) => routeOf(operation)).map(([name]) => name);
    expect(served.length).toBeGreaterThan(40);
    expect(Object.keys(workosCalls)).toEqual(expect.arrayContaining(served));
  });

  it('says of every other method that asks for something why it is not served', () => {
    const notServed = [...asked].filter(([, operation]) => !routeOf(operation)).map(([name]) => name);
    expect(notServed.toSorted()).toEqual(names(workosNotServed));
  });

  it('has an entry for every method and no entry of no method', () => {
    const entries = [...Object.keys(workosCalls), ...names(workosNotServed), ...names(workosLocal)];
    expect(entries.toSorted()).toEqual(methodsOf(world.workos));
  });
});

describe('methods', () => {
  beforeEach(() => world.emulator.control.reset());

  it.each(Object.entries(workosCalls))('%s', async (name, call) => {
    await call(world);
    const operation = asked.get(name);
    if (!operation) return;
    const route = routeOf(operation);
    const answered = (await world.emulator.control.traffic()).filter(
      ({ method, path, status }) =>
        method === route?.method && route.pattern.test(path) && status !== null && status < 300,
    );
    expect(answered).not.toEqual([]);
  });
});
