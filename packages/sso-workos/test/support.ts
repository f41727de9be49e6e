import { createSso, SsoError, type CallOptions, type SsoClient } from '@org/sso-core';
import type { CallContext } from '@org/sso-core/provider';
import {
  startWorkosEmulator,
  type Fault,
  type TrafficEntry,
  type WorkosEmulator,
  type WorkosEmulatorOptions,
} from '@org/sso-emulators';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createWorkos, type WorkosOptions, type WorkosProvider } from '../src/index.js';

export const redirectUri = 'http://localhost:3000/sso/workos/callback';
const loginSecret = 'a-login-secret-of-at-least-32-characters';

export interface Workos {
  readonly emulator: WorkosEmulator;
  provider(options?: Partial<WorkosOptions>): WorkosProvider;
  sso(options?: Partial<WorkosOptions>): SsoClient<WorkosProvider>;
  /** The next matching answer is this JSON instead of the emulator's. */
  answer(path: string, body: unknown, more?: Fault): Promise<void>;
  /** `METHOD /path?query` of every request since the test began. */
  requests(): Promise<string[]>;
  traffic(): Promise<TrafficEntry[]>;
  organization(name: string): string;
  connection(name: string): string;
}

/** One emulator for a test file, back at its seed before every test. Retries wait a millisecond. */
export function useWorkos(options: WorkosEmulatorOptions = {}): Workos {
  let emulator: WorkosEmulator;
  beforeAll(async () => {
    emulator = await startWorkosEmulator(options);
  });
  beforeEach(() => emulator.control.reset());
  afterAll(() => emulator.close());

  const workos: Workos = {
    get emulator() {
      return emulator;
    },
    provider: (overrides) =>
      createWorkos({
        apiKey: emulator.apiKey,
        clientId: emulator.clientId,
        baseUrl: emulator.url,
        http: { retryDelayMs: 1 },
        ...overrides,
      }),
    sso: (overrides) =>
      createSso({ provider: workos.provider(overrides), login: { secrets: [loginSecret], redirectUri } }),
    answer: (path, body, more) =>
      emulator.control.addFault({
        match: { path },
        status: 200,
        contentType: 'application/json; charset=utf-8',
        body: JSON.stringify(body),
        ...more,
      }),
    requests: async () =>
      (await workos.traffic()).map(({ method, path, query }) => `${method} ${path}${query && `?${query}`}`),
    traffic: () => emulator.control.traffic(),
    organization: (name) => named(emulator.organizations(), name),
    connection: (name) => named(emulator.connections(), name),
  };
  return workos;
}

function named(items: readonly { id: string; name: string }[], name: string): string {
  const found = items.find((item) => item.name === name);
  if (!found) throw new Error(`The emulator has no "${name}"`);
  return found.id;
}

export function contextOf(operation: string, options: CallOptions = {}): CallContext {
  return { operation, ...options };
}

/** The `SsoError` a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<SsoError> {
  const outcome = await promise.then(
    () => new Error('Expected a rejection'),
    (error: unknown) => error,
  );
  if (!SsoError.isInstance(outcome)) throw outcome;
  return outcome;
}

/** Every item of a list. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** The first item of a list; throws when there is none. */
export async function firstOf<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item;
  throw new Error('Expected an item');
}
