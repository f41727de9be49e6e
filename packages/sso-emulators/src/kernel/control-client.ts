import type { AuditEventOnRecord, CertificateNotice } from './control.js';
import type {
  DirectoryChanges,
  SeedDirectory,
  SeedDirectoryGroup,
  SeedDirectoryUser,
} from './directory-seed.js';
import type { Fault } from './faults.js';
import type { TamperOrder } from './keys.js';
import type { IdpUser, SeedConnection, SeedOrganization } from './seed.js';
import type { TrafficEntry } from './traffic.js';
import type { EventFault } from './webhook-faults.js';
import type { WebhookDelivery } from './webhook-queue.js';

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
  /** The operations the vendor's API serves, `{placeholders}` as in the vendor's documents. */
  routes(): Promise<{ method: string; path: string }[]>;
  traffic(): Promise<TrafficEntry[]>;
  /** Answers a function that tells what was received since. */
  recordTraffic(): Promise<() => Promise<TrafficEntry[]>>;
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
  createDirectory(directory: SeedDirectory & { readonly organizationId: string }): Promise<WireObject>;
  updateDirectory(id: string, changes: DirectoryChanges): Promise<WireObject>;
  deleteDirectory(id: string): Promise<void>;
  /** Where an identity provider pushes users and groups to, and its bearer token. */
  scimEndpoint(directoryId: string): Promise<{ url: string; token: string }>;
  /** Users and groups are found by the vendor's id or the identity provider's. */
  createDirectoryUser(directoryId: string, user: SeedDirectoryUser): Promise<WireObject>;
  updateDirectoryUser(
    directoryId: string,
    userId: string,
    changes: Partial<SeedDirectoryUser>,
  ): Promise<WireObject>;
  deleteDirectoryUser(directoryId: string, userId: string): Promise<void>;
  createDirectoryGroup(directoryId: string, group: SeedDirectoryGroup): Promise<WireObject>;
  updateDirectoryGroup(
    directoryId: string,
    groupId: string,
    changes: Partial<SeedDirectoryGroup>,
  ): Promise<WireObject>;
  deleteDirectoryGroup(directoryId: string, groupId: string): Promise<void>;
  addDirectoryMember(directoryId: string, groupId: string, userId: string): Promise<void>;
  removeDirectoryMember(directoryId: string, groupId: string, userId: string): Promise<void>;
  /** WorkOS only. Answers the event. */
  sendCertificateEvent(connectionId: string, notice: CertificateNotice): Promise<WireObject>;
  /** WorkOS only: what was recorded in audit logs, oldest first, of one organization or of all. */
  auditEvents(organizationId?: string): Promise<AuditEventOnRecord[]>;
  /** Without `events` it gets every type; without `secret` one is made. */
  createWebhookEndpoint(endpoint: {
    readonly url: string;
    readonly secret?: string;
    readonly events?: readonly string[];
  }): Promise<{ id: string; secret: string }>;
  deleteWebhookEndpoint(id: string): Promise<void>;
  /** The last 10,000 deliveries with their attempts, oldest first. */
  webhookDeliveries(): Promise<WebhookDelivery[]>;
  /** Tries every waiting delivery once, now, and waits for the answers. */
  flushWebhooks(): Promise<{ attempted: number; succeeded: number; waiting: number }>;
  /** What the dashboard's test button sends: placeholder ids, not in the event stream. */
  sendTestEvent(type?: string): Promise<{ id: string; type: string }>;
  /** Adds an event of any shape, unknown types included; answers it as it is on the wire. */
  emitEvent(event: Readonly<Record<string, unknown>>): Promise<WireObject>;
  /** The types of event the vendor's webhooks can carry. */
  eventTypes(): Promise<string[]>;
  /** Delivers an event of the stream once more. */
  replayEvent(id: string): Promise<void>;
  addEventFault(fault: EventFault): Promise<void>;
  clearEventFaults(): Promise<void>;
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

  async function call<T>(method: string, route: string, body?: unknown): Promise<T> {
    const response = await fetch(`${base}${route}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route} answered ${response.status}: ${text}`);
    // A 204 is JSON null.
    return JSON.parse(text || 'null');
  }

  const traffic = (after: number) =>
    call<{ requests: TrafficEntry[]; received: number }>('GET', `/traffic?after=${after}`);

  return {
    state: () => call('GET', '/state'),
    reset: () => call('POST', '/reset'),
    setInitiateLoginUrl: (url) => call('PUT', '/initiate-login-url', { url }),
    routes: async () => (await call<{ routes: { method: string; path: string }[] }>('GET', '/routes')).routes,
    traffic: async () => (await traffic(0)).requests,
    async recordTraffic() {
      const { received } = await traffic(Number.MAX_SAFE_INTEGER);
      return async () => (await traffic(received)).requests;
    },
    clearTraffic: () => call('DELETE', '/traffic'),
    addFault: (fault) => call('POST', '/faults', fault),
    clearFaults: () => call('DELETE', '/faults'),
    advanceClock: (milliseconds) => call('POST', '/clock', { advanceMs: milliseconds }),
    rotateKeys: () => call('POST', '/keys/rotate'),
    tamper: (order) => call('POST', '/tokens/tamper', order),
    createOrganization: (organization) => call('POST', '/organizations', organization),
    createConnection: (connection) => call('POST', '/connections', connection),
    updateConnection: (id, changes) => call('PATCH', path`/connections/${id}`, changes),
    setConnectionUsers: (id, users) => call('PUT', path`/connections/${id}/users`, users),
    startFromIdentityProvider: (id, login) => call('POST', path`/connections/${id}/idp-initiated`, login),
    createDirectory: (directory) => call('POST', '/directories', directory),
    updateDirectory: (id, changes) => call('PATCH', path`/directories/${id}`, changes),
    deleteDirectory: (id) => call('DELETE', path`/directories/${id}`),
    scimEndpoint: (id) => call('GET', path`/directories/${id}/scim`),
    createDirectoryUser: (id, user) => call('POST', path`/directories/${id}/users`, user),
    updateDirectoryUser: (id, userId, changes) =>
      call('PATCH', path`/directories/${id}/users/${userId}`, changes),
    deleteDirectoryUser: (id, userId) => call('DELETE', path`/directories/${id}/users/${userId}`),
    createDirectoryGroup: (id, group) => call('POST', path`/directories/${id}/groups`, group),
    updateDirectoryGroup: (id, groupId, changes) =>
      call('PATCH', path`/directories/${id}/groups/${groupId}`, changes),
    deleteDirectoryGroup: (id, groupId) => call('DELETE', path`/directories/${id}/groups/${groupId}`),
    addDirectoryMember: (id, groupId, userId) =>
      call('PUT', path`/directories/${id}/groups/${groupId}/members/${userId}`),
    removeDirectoryMember: (id, groupId, userId) =>
      call('DELETE', path`/directories/${id}/groups/${groupId}/members/${userId}`),
    sendCertificateEvent: (id, notice) => call('POST', path`/connections/${id}/certificate-events`, notice),
    async auditEvents(organizationId) {
      const query = organizationId === undefined ? '' : path`?organizationId=${organizationId}`;
      return (await call<{ events: AuditEventOnRecord[] }>('GET', `/audit-events${query}`)).events;
    },
    createWebhookEndpoint: (endpoint) => call('POST', '/webhook-endpoints', endpoint),
    deleteWebhookEndpoint: (id) => call('DELETE', path`/webhook-endpoints/${id}`),
    webhookDeliveries: async () =>
      (await call<{ deliveries: WebhookDelivery[] }>('GET', '/webhook-deliveries')).deliveries,
    flushWebhooks: () => call('POST', '/webhooks/flush'),
    sendTestEvent: (type) => call('POST', '/webhooks/test-event', { type }),
    emitEvent: (event) => call('POST', '/events', event),
    eventTypes: async () => (await call<{ types: string[] }>('GET', '/event-types')).types,
    replayEvent: (id) => call('POST', path`/events/${id}/replay`),
    addEventFault: (fault) => call('POST', '/event-faults', fault),
    clearEventFaults: () => call('DELETE', '/event-faults'),
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

/** A path whose values are percent-encoded. */
function path(parts: TemplateStringsArray, ...values: readonly string[]): string {
  return parts.map((part, index) => part + encodeURIComponent(values[index] ?? '')).join('');
}

async function location(response: Response): Promise<string> {
  const target = response.headers.get('location');
  const text = await response.text();
  if (target === null)
    throw new Error(`${response.url} answered ${response.status} instead of a redirect: ${text}`);
  return new URL(target, response.url).href;
}
