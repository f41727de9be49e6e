import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  connectionId,
  createSso,
  organizationId,
  type ConnectionId,
  type LoginClient,
  type LoginResult,
  type LoginSettings,
  type OrganizationId,
  type SsoError,
} from '@org/sso-core';
import { createAxiosTransport, type HttpTransport } from '@org/sso-core/http';
import type { SsoProvider } from '@org/sso-core/provider';
import { createLoginHandlers, toNodeHandler, type LoginHandlers } from '@org/sso-core/web';
import {
  defaultSeed,
  startScalekitEmulator,
  startWorkosEmulator,
  type ControlClient,
  type ScalekitEmulator,
  type TrafficEntry,
  type WorkosEmulator,
} from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { createLeaks, type Leaks } from './leaks.js';

export type VendorName = 'scalekit' | 'workos';
export const vendorNames = ['scalekit', 'workos'] as const;

/** Public origin of the app; TLS ends at a proxy in front of the server the tests talk to. */
export const origin = 'https://app.example';
export const loginSecret = 'CANARY-login-secret-0123456789-abcdef';
const clientSecret = 'CANARY-client-secret-0123456789';
const apiKey = 'sk_CANARY-api-key-0123456789';

type Client = { readonly login: LoginClient; readonly provider: SsoProvider };

/** A login on its way to the vendor. */
export interface StartedLogin {
  readonly url: string;
  readonly state: string;
  /** Name of the flow cookie. */
  readonly cookie: string;
  readonly flow: string;
}

/** One vendor's emulator, and the app's client for it. */
export interface Vendor {
  readonly emulator: ScalekitEmulator | WorkosEmulator;
  readonly control: ControlClient;
  readonly sso: Client;
  readonly organization: (name: string) => OrganizationId;
  readonly connection: (name: string) => ConnectionId;
  /** Another client with the same credentials, whose requests may go to another `url`. */
  readonly createSso: (login?: Partial<LoginSettings>, url?: string) => Client;
  /** Opens `/start` in a browser; by default for Acme. */
  readonly start: (browser: Browser, query?: Readonly<Record<string, string>>) => Promise<StartedLogin>;
  /** Signs a person in at the identity provider; answers the callback URL. */
  readonly signIn: (url: string, email?: string) => Promise<string>;
  /** `start` and `signIn`. */
  readonly login: (
    browser: Browser,
    query?: Readonly<Record<string, string>>,
    email?: string,
  ) => Promise<StartedLogin & { readonly callback: string }>;
  /** Starts Ada's login at Acme's identity provider; answers the URL the browser is sent to. */
  readonly startFromIdentityProvider: (more?: { relayState?: string; state?: string }) => Promise<string>;
  /** Requests that sent a code. */
  readonly exchanges: () => Promise<TrafficEntry[]>;
  readonly keyFetches: () => Promise<number>;
}

export interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly setCookies: readonly string[];
  /** What `onRejected` was given. */
  readonly error: SsoError | undefined;
}

export interface Browser {
  readonly cookies: Map<string, string>;
  /** Who is signed in to the app. */
  readonly session: () => string | undefined;
  /** GET, without following a redirect. Every answer must forbid caches. */
  readonly open: (url: string) => Promise<Answer>;
}

export interface App {
  readonly at: (name: VendorName) => Vendor;
  readonly browser: () => Browser;
  /** What `onLogin` was given, latest last. */
  readonly results: readonly LoginResult[];
  readonly leaks: Leaks;
  /** Moves every clock on. */
  readonly later: (milliseconds: number) => void;
}

const sessionCookie = '__Host-session';
const refusedHeader = 'x-refused';

/**
 * An app with both vendors behind one HTTP server, as new before every test; the emulators are back at their seed. After every test all
 * it gave out (errors, hook events, results, refusals, console) is searched for every secret that was on the wire.
 */
export function useApp(): App {
  const emulators = {} as { scalekit: ScalekitEmulator; workos: WorkosEmulator };
  let address = '';
  let vendors: Record<VendorName, Vendor>;
  let handlers: LoginHandlers[];
  let errors: SsoError[];
  let results: LoginResult[];
  let leaks: Leaks;

  const server = createServer(
    toNodeHandler(
      async (request) => {
        for (const { handle } of handlers) {
          const answer = await handle(request);
          if (answer) return answer;
        }
      },
      { origin },
    ),
  );

  beforeAll(async () => {
    const seed = (name: VendorName) => ({
      ...defaultSeed,
      redirectUris: [`${origin}/sso/${name}/callback`],
    });
    const initiateLoginUrl = `${origin}/sso/scalekit/idp-initiated`;
    emulators.scalekit = await startScalekitEmulator({
      clientSecret,
      seed: seed('scalekit'),
      initiateLoginUrl,
    });
    emulators.workos = await startWorkosEmulator({ apiKey, seed: seed('workos') });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(async () => {
    leaks = createLeaks([clientSecret, apiKey, loginSecret]);
    errors = [];
    results = [];
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
      vi.spyOn(console, method).mockImplementation((...printed) => leaks.output(printed));
    await Promise.all(vendorNames.map((name) => emulators[name].control.reset()));
    vendors = { scalekit: createVendor('scalekit'), workos: createVendor('workos') };
    handlers = vendorNames.map((name) =>
      createLoginHandlers({
        sso: vendors[name].sso,
        signInPath: '/sign-in',
        onLogin(result) {
          results.push(result);
          leaks.output(result);
          return new Response(null, {
            status: 303,
            headers: {
              location: result.returnTo,
              'set-cookie': `${sessionCookie}=${result.profile.vendorId}; Path=/; HttpOnly; Secure; SameSite=Lax`,
            },
          });
        },
        onRejected(error) {
          leaks.output(error);
          const number = errors.push(error) - 1;
          return new Response('Refused', { status: 403, headers: { [refusedHeader]: String(number) } });
        },
      }),
    );
    leaks.output([vendors.scalekit.sso, vendors.workos.sso, handlers]);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    leaks.check();
  });

  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all([emulators.scalekit?.close(), emulators.workos?.close()]);
  });

  /** The ordinary transport, which remembers the secrets that pass. */
  function listeningTransport(): HttpTransport {
    const transport = createAxiosTransport();
    return async (request) => {
      const form = new URLSearchParams(request.body);
      for (const name of ['code', 'code_verifier', 'client_secret']) leaks.secret(form.get(name));
      leaks.secret(request.headers['authorization']?.replace(/^Bearer /, ''));
      const response = await transport(request);
      for (const [, token] of response.body.matchAll(/"(?:access|id|refresh)_token":"([^"]+)"/g))
        leaks.secret(token);
      return response;
    };
  }

  function createVendor(name: VendorName): Vendor {
    const emulator = emulators[name];
    const { control } = emulator;
    // Looked up at every call: `later` replaces `Date`.
    const shared = {
      now: () => Date.now(),
      http: { retryDelayMs: 1, transport: listeningTransport() },
    };
    const createProvider = (url: string): SsoProvider =>
      name === 'scalekit'
        ? createScalekit({
            environmentUrl: url,
            clientId: emulators.scalekit.clientId,
            clientSecret,
            ...shared,
          })
        : createWorkos({ baseUrl: url, clientId: emulators.workos.clientId, apiKey, ...shared });
    const create = (login: Partial<LoginSettings> = {}, url = emulator.url): Client =>
      createSso({
        provider: createProvider(url),
        login: {
          secrets: [loginSecret],
          redirectUri: `${origin}/sso/${name}/callback`,
          returnToOrigins: ['https://docs.app.example'],
          now: shared.now,
          ...login,
        },
        hooks: { operationStarted: leaks.output, operationFinished: leaks.output },
      }) as unknown as Client;
    const idOf = (items: readonly { id: string; name: string }[], wanted: string) => {
      const found = items.find((item) => item.name === wanted);
      if (!found) throw new Error(`The emulator has no "${wanted}"`);
      return `${name}:${found.id}`;
    };
    const tokenPath = name === 'scalekit' ? '/oauth/token' : '/sso/token';
    const keysPath = name === 'scalekit' ? '/keys' : '/sso/jwks/';

    const vendor: Vendor = {
      emulator,
      control,
      sso: create(),
      createSso: create,
      organization: (wanted) => organizationId(idOf(emulator.organizations(), wanted)),
      connection: (wanted) => connectionId(idOf(emulator.connections(), wanted)),
      async start(browser, query = { organization: vendor.organization('Acme Corp') }) {
        const { location, error } = await browser.open(
          `/sso/${name}/start?${new URLSearchParams(query).toString()}`,
        );
        if (error) throw error;
        const state = new URL(location!).searchParams.get('state')!;
        const cookie = `__Host-sso-flow-${state.slice(0, 16)}`;
        const flow = browser.cookies.get(cookie)!;
        leaks.secret(flow);
        return { url: location!, state, cookie, flow };
      },
      async signIn(url, email = 'ada@acme.example') {
        const callback = await control.signIn(url, { email });
        leaks.secret(new URL(callback).searchParams.get('code'));
        return callback;
      },
      async login(browser, query, email) {
        const started = await vendor.start(browser, query);
        return { ...started, callback: await vendor.signIn(started.url, email) };
      },
      async startFromIdentityProvider(more = {}) {
        const connection = vendor.connection('Acme Okta').slice(name.length + 1);
        const { location } = await control.startFromIdentityProvider(connection, {
          email: 'ada@acme.example',
          ...more,
        });
        for (const secret of ['code', 'idp_initiated_login'])
          leaks.secret(new URL(location).searchParams.get(secret));
        return location;
      },
      exchanges: async () =>
        (await control.traffic()).filter(
          ({ path, body }) => path === tokenPath && body.includes('grant_type=authorization_code'),
        ),
      keyFetches: async () =>
        (await control.traffic()).filter(({ path }) => path.startsWith(keysPath)).length,
    };
    return vendor;
  }

  function createBrowser(): Browser {
    const cookies = new Map<string, string>();
    return {
      cookies,
      session: () => cookies.get(sessionCookie),
      async open(url) {
        const target = new URL(url, origin);
        expect(target.origin).toBe(origin);
        const response = await fetch(address + target.pathname + target.search, {
          redirect: 'manual',
          headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        });
        const text = await response.text();
        leaks.output([response.status, text, response.headers.get('location')]);
        expect(response.headers.get('cache-control')).toBe('no-store');
        const setCookies = response.headers.getSetCookie();
        for (const cookie of setCookies) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
          if (value) cookies.set(name, value);
          else cookies.delete(name);
        }
        const refused = response.headers.get(refusedHeader);
        return {
          status: response.status,
          location: response.headers.get('location'),
          setCookies,
          error: refused === null ? undefined : errors[Number(refused)],
        };
      },
    };
  }

  return {
    at: (name) => vendors[name],
    browser: createBrowser,
    get results() {
      return results;
    },
    get leaks() {
      return leaks;
    },
    later(milliseconds) {
      const target = Date.now() + milliseconds;
      vi.useFakeTimers({ toFake: ['Date'] });
      vi.setSystemTime(target);
    },
  };
}
