import type { Fault } from './faults.js';
import type { TamperOrder } from './keys.js';
import type { IdpUser, SeedConnection, SeedOrganization } from './seed.js';
import type { TrafficEntry } from './traffic.js';

/** An object as the vendor sends it. */
export type WireObject = { readonly id: string } & Readonly<Record<string, unknown>>;

/** How the identity provider answers: an existing user by e-mail or id (or a new e-mail), or a callback error code. */
export type SignInAs =
  | { readonly email: string; readonly firstName?: string; readonly lastName?: string }
  | { readonly user: string }
  | { readonly error: string };

/** Drives an emulator over its control API. Every method throws an Error with the emulator's message when refused. */
export interface ControlClient {
  state(): Promise<Record<string, unknown>>;
  /** Back to the seed: objects, ids, clock, faults, tamper orders and traffic. Signing keys stay. */
  reset(): Promise<void>;
  /** Scalekit only: where logins that start at the identity provider arrive, until the next reset. */
  setInitiateLoginUrl(url: string): Promise<void>;
  traffic(): Promise<TrafficEntry[]>;
  clearTraffic(): Promise<void>;
  addFault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  advanceClock(milliseconds: number): Promise<{ now: string }>;
  rotateKeys(): Promise<{ kid: string }>;
  tamper(order: TamperOrder): Promise<void>;
  createOrganization(organization: SeedOrganization): Promise<WireObject>;
  createConnection(connection: SeedConnection & { readonly organizationId: string }): Promise<WireObject>;
  updateConnection(id: string, changes: Partial<SeedConnection>): Promise<WireObject>;
  setConnectionUsers(id: string, users: readonly IdpUser[]): Promise<WireObject>;
  /** Starts a login at the identity provider; answers the URL the vendor redirects the browser to. */
  startFromIdentityProvider(
    connectionId: string,
    login: {
      readonly email?: string;
      readonly user?: string;
      readonly firstName?: string;
      readonly lastName?: string;
      readonly relayState?: string;
      /** A `state` the callback carries although the app sent none. */
      readonly state?: string;
    },
  ): Promise<{ location: string }>;
  /**
   * Does what a browser and a person do: follows the authorization URL to the identity provider's page, submits it,
   * and answers the callback URL without following it. An authorization request the vendor refuses at the callback
   * answers that URL at once.
   */
  signIn(authorizationUrl: string | URL, as: SignInAs): Promise<string>;
}

/** A client of the control API at `controlUrl` (the `control` field of the CLI's JSON line); works from any process. */
export function createControlClient(controlUrl: string | URL): ControlClient {
  const base = String(controlUrl).replace(/\/$/, '');

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${base}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    // A 204 is JSON null.
    return JSON.parse(text || 'null');
  }

  return {
    state: () => call('GET', '/state'),
    reset: () => call('POST', '/reset'),
    setInitiateLoginUrl: (url) => call('PUT', '/initiate-login-url', { url }),
    traffic: async () => (await call<{ requests: TrafficEntry[] }>('GET', '/traffic')).requests,
    clearTraffic: () => call('DELETE', '/traffic'),
    addFault: (fault) => call('POST', '/faults', fault),
    clearFaults: () => call('DELETE', '/faults'),
    advanceClock: (milliseconds) => call('POST', '/clock', { advanceMs: milliseconds }),
    rotateKeys: () => call('POST', '/keys/rotate'),
    tamper: (order) => call('POST', '/tokens/tamper', order),
    createOrganization: (organization) => call('POST', '/organizations', organization),
    createConnection: (connection) => call('POST', '/connections', connection),
    updateConnection: (id, changes) => call('PATCH', connectionPath(id), changes),
    setConnectionUsers: (id, users) => call('PUT', `${connectionPath(id)}/users`, users),
    startFromIdentityProvider: (id, login) => call('POST', `${connectionPath(id)}/idp-initiated`, login),
    async signIn(authorizationUrl, as) {
      const loginPage = `${base}/idp/login`;
      const first = await location(await fetch(authorizationUrl, { redirect: 'manual' }));
      if (!first.startsWith(`${loginPage}?`)) return first;
      return location(
        await fetch(first, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ ...as }) }),
      );
    },
  };
}

function connectionPath(id: string): string {
  return `/connections/${encodeURIComponent(id)}`;
}

async function location(response: Response): Promise<string> {
  const target = response.headers.get('location');
  const text = await response.text();
  if (target === null)
    throw new Error(`${response.url} answered ${response.status} instead of a redirect: ${text}`);
  return new URL(target, response.url).href;
}
