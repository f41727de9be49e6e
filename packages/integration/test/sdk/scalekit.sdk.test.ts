import { ScalekitServerException } from '@scalekit-sdk/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { methodOf, methodsOf } from './reflection.js';
import { scalekitCalls } from './scalekit-calls.js';
import { scalekitLocal, scalekitNotServed } from './scalekit-ledger.js';
import { createScalekitWorld, type ScalekitWorld } from './scalekit-world.js';

let world: ScalekitWorld;
/** Methods that make an RPC, by whether the emulator serves it. */
const served: string[] = [];
const notServed: string[] = [];

beforeAll(async () => {
  world = await createScalekitWorld();
  for (const name of methodsOf(world.scalekit)) {
    const rpc = /this\.client\.(\w+)/.exec(sourceOf(name))?.[1];
    if (rpc !== undefined) ((await isServed(name, rpc)) ? served : notServed).push(name);
  }
});
afterAll(() => world.close());

/** The text of a method: with the compiler's output, it names the RPC it makes. */
function sourceOf(name: string): string {
  let value: unknown = world.scalekit;
  for (const property of name.split('.')) value = Reflect.get(value as object, property);
  return String(value);
}

/** Whether the call is answered with anything but UNIMPLEMENTED. */
async function isServed(name: string, rpc: string): Promise<boolean> {
  const { scalekit } = world;
  const call = methodOf(scalekit, `${name.split('.')[0]}.client.${rpc}`);
  try {
    await methodOf(scalekit, 'coreClient.connectExec')(call, {});
    return true;
  } catch (error) {
    if (!(error instanceof ScalekitServerException)) throw error;
    return error.httpStatus !== 501;
  }
}

function names(ledger: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.values(ledger).flat().toSorted();
}

describe('the ledger', () => {
  it('calls every method whose RPC the emulator serves', () => {
    expect(served.length).toBeGreaterThan(40);
    expect(Object.keys(scalekitCalls)).toEqual(expect.arrayContaining(served));
  });

  it('says of every other method with an RPC why it is not served', () => {
    expect(notServed).toEqual(names(scalekitNotServed));
  });

  it('has an entry for every method and no entry of no method', () => {
    const entries = [...Object.keys(scalekitCalls), ...names(scalekitNotServed), ...names(scalekitLocal)];
    expect(entries.toSorted()).toEqual(methodsOf(world.scalekit));
  });
});

describe('methods', () => {
  beforeEach(() => world.emulator.control.reset());

  it.each(Object.entries(scalekitCalls))('%s', async (name, call) => {
    await call(world);
    if (!served.includes(name)) return;
    const answered = (await world.emulator.control.traffic()).filter(
      ({ path, status }) => path.startsWith('/api/v1/') && status !== null && status < 300,
    );
    expect(answered).not.toEqual([]);
  });
});
