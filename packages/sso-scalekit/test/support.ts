import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createSso,
  SsoError,
  type ConnectionId,
  type IdKind,
  type OrganizationId,
  type QualifiedId,
  type SsoClient,
} from '@org/sso-core';
import {
  startScalekitEmulator,
  type Fault,
  type ScalekitEmulator,
  type ScalekitEmulatorOptions,
  type TrafficEntry,
} from '@org/sso-emulators';
import { createScalekit, type ScalekitOptions, type ScalekitProvider } from '@org/sso-scalekit';
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';

export const redirectUri = 'http://localhost:3000/sso/scalekit/callback';
const loginSecret = 'a-login-secret-of-at-least-32-characters';
export const allowPreview = { providerOptions: { scalekit: { allowPreview: true } } };

export interface Scalekit {
  readonly emulator: ScalekitEmulator;
  provider(options?: Partial<ScalekitOptions>): ScalekitProvider;
  sso(options?: Partial<ScalekitOptions>): SsoClient<ScalekitProvider>;
  /** The next matching answer is this JSON instead of the emulator's. */
  answer(path: string, body: unknown, more?: Fault): Promise<void>;
  /** Every request since the test began or the last `forget`, token requests aside. */
  traffic(): Promise<TrafficEntry[]>;
  /** `METHOD /path?query` of {@link traffic}. */
  requests(): Promise<string[]>;
  /** JSON bodies of {@link traffic}. */
  sent(): Promise<unknown[]>;
  tokenRequests(): Promise<TrafficEntry[]>;
  forget(): Promise<void>;
  /** Qualified id of a seeded or created organization. */
  organization(name: string): OrganizationId;
  connection(name: string): ConnectionId;
  /** Vendor id. */
  directory(name: string): string;
}

export function qualified<Kind extends IdKind>(vendorId: string): QualifiedId<Kind> {
  return `scalekit:${vendorId}` as QualifiedId<Kind>;
}

/** One emulator for a test file, back at its seed before every test. Retries wait a millisecond. */
export function useScalekit(options: ScalekitEmulatorOptions = {}): Scalekit {
  let emulator: ScalekitEmulator;
  beforeAll(async () => {
    emulator = await startScalekitEmulator(options);
  });
  beforeEach(() => emulator.control.reset());
  afterAll(() => emulator.close());

  const isTokenRequest = ({ path }: TrafficEntry) => path === '/oauth/token';
  const scalekit: Scalekit = {
    get emulator() {
      return emulator;
    },
    provider: (overrides) =>
      createScalekit({
        environmentUrl: emulator.url,
        clientId: emulator.clientId,
        clientSecret: emulator.clientSecret,
        http: { retryDelayMs: 1 },
        ...overrides,
      }),
    sso: (overrides) =>
      createSso({ provider: scalekit.provider(overrides), login: { secrets: [loginSecret], redirectUri } }),
    answer: (path, body, more) =>
      emulator.control.addFault({
        match: { path },
        status: 200,
        contentType: 'application/json',
        body: JSON.stringify(body),
        ...more,
      }),
    traffic: async () => (await emulator.control.traffic()).filter((entry) => !isTokenRequest(entry)),
    requests: async () =>
      (await scalekit.traffic()).map(({ method, path, query }) => `${method} ${path}${query && `?${query}`}`),
    sent: async () =>
      (await scalekit.traffic()).filter(({ body }) => body).map(({ body }) => JSON.parse(body) as unknown),
    tokenRequests: async () => (await emulator.control.traffic()).filter(isTokenRequest),
    forget: () => emulator.control.clearTraffic(),
    organization: (name) => qualified(named(emulator.organizations(), name)),
    connection: (name) => qualified(named(emulator.connections(), name)),
    directory: (name) => named(emulator.directories(), name),
  };
  return scalekit;
}

function named(items: readonly { id: string; name: string }[], name: string): string {
  const found = items.find((item) => item.name === name);
  if (!found) throw new Error(`The emulator has no "${name}"`);
  return found.id;
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

export async function first<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item;
  throw new Error('Expected an item');
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** A loopback server for what the emulator cannot answer: closed when the test ends. */
export async function startVendor(
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<string> {
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export const webhookSecret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const webhookKey = Buffer.from(webhookSecret.slice('whsec_'.length), 'base64');

/** A delivery as Scalekit signs it, now. */
export function signed(body: string, now = Date.now()) {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', webhookKey).update(`msg_1.${timestamp}.${body}`).digest('base64');
  const headers: Record<string, string | string[]> = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return { headers, body };
}

/** JSON of `test/fixtures`. */
export function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'));
}
