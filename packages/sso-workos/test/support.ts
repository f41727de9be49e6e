import { createHmac } from 'node:crypto';
import { createSso, SsoError, type CallOptions, type SsoClient, type SsoEvent } from '@org/sso-core';
import type { CallContext } from '@org/sso-core/provider';
import {
  startWorkosEmulator,
  type Fault,
  type TrafficEntry,
  type WorkosEmulator,
  type WorkosEmulatorOptions,
} from '@org/sso-emulators';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  createWorkos,
  type WorkosEventSettings,
  type WorkosOptions,
  type WorkosProvider,
  type WorkosSettings,
} from '../src/index.js';

export const redirectUri = 'http://localhost:3000/sso/workos/callback';
export const webhookSecret = 'whsec_0FWAiVGkEfGBqqsJH4aNAGBJ4';
const loginSecret = 'a-login-secret-of-at-least-32-characters';

export interface Workos {
  readonly emulator: WorkosEmulator;
  settings(): WorkosSettings;
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
    settings: () => ({
      apiKey: emulator.apiKey,
      clientId: emulator.clientId,
      baseUrl: emulator.url,
      http: { retryDelayMs: 1 },
    }),
    provider: (overrides) => createWorkos({ ...workos.settings(), ...overrides }),
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

/** A request as WorkOS sends it. */
export function signed(body: string, { secret = webhookSecret, at = Date.now() } = {}) {
  const signature = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { headers: { 'WorkOS-Signature': `t=${at}, v1=${signature}` }, body };
}

/** The neutral event of a signed webhook. */
export async function received(
  wire: unknown,
  inactiveUsers: WorkosEventSettings['inactiveUsers'] = 'deleted',
): Promise<SsoEvent> {
  const provider = createWorkos({
    apiKey: 'sk_test_1',
    clientId: 'client_1',
    events: { inactiveUsers },
    webhooks: { secrets: [webhookSecret] },
  });
  return createSso({ provider }).webhooks.receive(signed(JSON.stringify(wire)));
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
