import { createClock } from '../kernel/clock.js';
import type { ControlClient } from '../kernel/control-client.js';
import { createFaultDial } from '../kernel/faults.js';
import { createIdSource } from '../kernel/ids.js';
import { createSigningKeys, createTamperOrders } from '../kernel/keys.js';
import { createRouter } from '../kernel/router.js';
import { defaultSeed, parseSeed, type Seed } from '../kernel/seed.js';
import { startServer } from '../kernel/server.js';
import { createTraffic } from '../kernel/traffic.js';
import type { WebhookQueueOptions } from '../kernel/webhook-queue.js';
import { auditLogDownloads, auditLogRoutes, eventsPath } from './audit-logs.js';
import { connectionRoutes } from './connections.js';
import { workosControl } from './control.js';
import { directoryRoutes, directoryScimRoutes } from './directories.js';
import { domainRoutes } from './domains.js';
import { notFound } from './errors.js';
import { EventStream } from './event-stream.js';
import { eventRoutes } from './events.js';
import { ulid } from './ids.js';
import { invitationRoutes } from './invitations.js';
import { membershipRoutes } from './memberships.js';
import { createIdempotency, createRequestIds, withApiKey } from './middleware.js';
import { organizationRoutes } from './organizations.js';
import { portalPages, portalRoutes } from './portal.js';
import { redirectUriRoutes } from './redirect-uris.js';
import { publicSsoRoutes, ssoRoutes } from './sso.js';
import { WorkosState } from './state.js';
import { userRoutes } from './users.js';
import { createWebhookQueue, eventControl, webhookRoutes } from './webhooks.js';

export interface WorkosEmulatorOptions {
  /** 0, the default, picks a free port. */
  readonly port?: number;
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** Acme Corp and Globex when absent. */
  readonly seed?: Seed;
  /** `'real'`, the default, or an ISO 8601 instant at which time stands still until it is advanced. */
  readonly clock?: string;
  readonly apiKey?: string;
  readonly clientId?: string;
  /** Refuse logins from e-mail domains the organization has not verified, as WorkOS does; `true` when absent. */
  readonly domainPolicy?: boolean;
  /**
   * What becomes of directory users who become inactive: `'deleted'`, the default, as in environments made after
   * 2023-10-19, or `'kept'`.
   */
  readonly inactiveUsers?: 'deleted' | 'kept';
  /** Fill `groups` of directory users in the API, as for teams created before 2026-05-01; `false` when absent. */
  readonly groupsInDirectoryUsers?: boolean;
  /** Answer 429 to more than four `GET /directory_users` a second and directory; `false` when absent. */
  readonly rateLimits?: boolean;
  readonly webhooks?: WebhookQueueOptions;
}

export interface WorkosEmulator {
  readonly vendor: 'workos';
  /** Base URL of the API: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly controlUrl: string;
  readonly clientId: string;
  /** Also the client secret of `/sso/token`. */
  readonly apiKey: string;
  readonly control: ControlClient;
  organizations(): { id: string; name: string; externalId: string | null; domains: string[] }[];
  connections(): { id: string; organizationId: string | null; name: string; status: string }[];
  directories(): { id: string; organizationId: string | null; name: string; status: string }[];
  close(): Promise<void>;
}

/**
 * Starts a local WorkOS. Rejects with the listen error when the port is taken (`EADDRINUSE`), and with an
 * `InvalidInputError` that names the place when the seed is wrong.
 */
export async function startWorkosEmulator(options: WorkosEmulatorOptions = {}): Promise<WorkosEmulator> {
  const {
    apiKey = 'sk_test_emulator',
    clientId = 'client_01EMULATOR0000000000000000',
    domainPolicy = true,
  } = options;
  const clock = createClock(options.clock);
  const ids = createIdSource();
  const webhooks = createWebhookQueue(clock, ids, options.webhooks);
  const events = new EventStream({
    now: () => clock.now(),
    newId: () => `event_${ulid(clock.now(), ids)}`,
    publish: (event) => webhooks.enqueue(event),
  });
  const state = new WorkosState({
    clock,
    ids,
    seed: parseSeed(options.seed ?? defaultSeed),
    events,
    inactiveUsers: options.inactiveUsers ?? 'deleted',
  });
  const keys = createSigningKeys((number) => `sso_oidc_key_pair_${String(number).padStart(26, '0')}`);
  const tampers = createTamperOrders();
  const parts = { clientId, apiKey, domainPolicy, keys, tampers };
  const idempotency = createIdempotency(state, [eventsPath]);

  const keyed = [
    ...organizationRoutes(state),
    ...domainRoutes(state),
    ...connectionRoutes(state),
    ...ssoRoutes(state),
    ...portalRoutes(state),
    ...userRoutes(state),
    ...membershipRoutes(state),
    ...invitationRoutes(state),
    ...redirectUriRoutes(state),
    ...directoryRoutes(state, {
      groupsInUsers: options.groupsInDirectoryUsers ?? false,
      rateLimits: options.rateLimits ?? false,
    }),
    ...auditLogRoutes(state),
    ...eventRoutes(events, () => clock.now()),
    ...webhookRoutes(webhooks, () => clock.now()),
  ];
  const open = [
    ...publicSsoRoutes(state, parts),
    ...portalPages(state, domainPolicy),
    ...auditLogDownloads(state),
    ...directoryScimRoutes(state),
  ];
  const withKey = createRouter(keyed, () => {
    throw notFound();
  });
  const withoutKey = createRouter(open, withApiKey(apiKey, idempotency.wrap(withKey)));

  const server = await startServer({
    host: options.host,
    port: options.port,
    clock,
    faults: createFaultDial(),
    traffic: createTraffic(),
    keys,
    tampers,
    vendor: workosControl(state, parts, eventControl(events, webhooks, clock), () => {
      idempotency.clear();
      webhooks.clear();
      state.reset();
    }),
    routes: [...keyed, ...open],
    handle: withoutKey,
    responseHeaders: createRequestIds(),
  });

  return {
    vendor: 'workos',
    ...server,
    clientId,
    apiKey,
    organizations: () =>
      state.organizations.slice(0).map(({ id, name, external_id: externalId, domains }) => ({
        id,
        name,
        externalId,
        domains: domains.map(({ domain }) => domain),
      })),
    connections: () =>
      state.connections
        .slice(0)
        .map(({ id, organizationId, name, state: status }) => ({ id, organizationId, name, status })),
    directories: () =>
      state.directories.all
        .slice(0)
        .map(({ id, organizationId, name, state: status }) => ({ id, organizationId, name, status })),
    close() {
      webhooks.close();
      return server.close();
    },
  };
}
