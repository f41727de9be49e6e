import { createClock } from '../kernel/clock.js';
import type { ControlClient } from '../kernel/control-client.js';
import { createFaultDial } from '../kernel/faults.js';
import { createIdSource } from '../kernel/ids.js';
import { createSigningKeys, createTamperOrders } from '../kernel/keys.js';
import { createRouter, type Route } from '../kernel/router.js';
import { InvalidInputError } from '../kernel/parse.js';
import { defaultSeed, parseSeed, type Seed } from '../kernel/seed.js';
import { startServer } from '../kernel/server.js';
import { createTraffic } from '../kernel/traffic.js';
import type { WebhookQueueOptions } from '../kernel/webhook-queue.js';
import { connectionRoutes } from './connections.js';
import { createScalekitControl } from './control.js';
import { directoryRoutes } from './directories.js';
import { domainRoutes } from './domains.js';
import { type AuthenticationMode, authenticationModes, type ScalekitEnvironment } from './environment.js';
import { eventRoutes } from './event-routes.js';
import { organizationRoutes } from './organizations.js';
import { portalRoutes } from './portal.js';
import { directoryScimRoutes } from './scim.js';
import { ssoRoutes } from './sso.js';
import { ScalekitState } from './state.js';
import { requireApiToken, tokenRoutes } from './tokens.js';
import { userRoutes } from './users.js';
import { createWebhooks, webhookEvent } from './webhooks.js';

export interface ScalekitEmulatorOptions {
  /** 127.0.0.1 when absent. */
  readonly host?: string;
  /** 0, the default, picks a free port. */
  readonly port?: number;
  readonly seed?: Seed;
  /** `'real'`, or an ISO 8601 instant at which the clock stands still. */
  readonly clock?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** An environment setting of the vendor: it changes `sub`, token lifetimes and who keeps users. Modular SSO when absent. */
  readonly mode?: AuthenticationMode;
  /** Where `?idp_initiated_login=<jwt>` is sent; beats the seed's. */
  readonly initiateLoginUrl?: string;
  /**
   * Serve gRPC on the same origin too, as the official SDKs speak it; `false` when absent. Needs the package
   * `@scalekit-sdk/node`.
   */
  readonly grpc?: boolean;
  /** When webhooks are sent, and sent again. */
  readonly webhooks?: WebhookQueueOptions;
}

/** A running Scalekit environment. */
export interface ScalekitEmulator {
  readonly vendor: 'scalekit';
  /** The environment URL, and the issuer of its tokens. */
  readonly url: string;
  readonly controlUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly control: ControlClient;
  organizations(): { id: string; name: string; externalId: string | null; domains: string[] }[];
  connections(): { id: string; organizationId: string | null; name: string; status: string }[];
  directories(): { id: string; organizationId: string; name: string; status: string }[];
  /** Stops listening and closes open sockets. */
  close(): Promise<void>;
}

/**
 * Starts a Scalekit environment on loopback: REST API, OAuth endpoints, portal pages, identity-provider pages and the
 * control API at `/_emulator`. Rejects with `InvalidInputError` for a bad seed, with the listen error for a taken port,
 * and when `grpc` is wanted without the package it needs.
 */
export async function startScalekitEmulator(
  options: ScalekitEmulatorOptions = {},
): Promise<ScalekitEmulator> {
  const {
    clientId = 'skc_58345499215790613',
    clientSecret = 'test_emulator_client_secret',
    mode = 'modular-sso',
  } = options;
  if (!authenticationModes.includes(mode)) {
    throw new InvalidInputError(
      'mode',
      `must be one of ${authenticationModes.join(', ')} (got ${JSON.stringify(mode)})`,
    );
  }
  const seed = parseSeed(options.seed ?? defaultSeed);
  const clock = createClock(options.clock);
  const keys = createSigningKeys((number) => `snk_5834549921579070${number}`);
  const tampers = createTamperOrders();
  const state = new ScalekitState({
    clock,
    ids: createIdSource(),
    publish: (event) => webhooks.enqueue(webhookEvent(event)),
  });
  const webhooks = createWebhooks(state, options.webhooks);
  const environment: ScalekitEnvironment = {
    url: '',
    clientId,
    clientSecret,
    mode,
    initiateLoginUrl:
      options.initiateLoginUrl ?? seed.initiateLoginUrl ?? 'http://127.0.0.1:3000/login/initiate',
    state,
    webhooks,
    keys,
    tampers,
    ...(seed.redirectUris && { redirectUris: seed.redirectUris }),
  };
  const operations = routes(environment);
  const grpc = options.grpc ? await import('./grpc/front.js') : undefined;
  const server = await startServer({
    host: options.host,
    port: options.port,
    clock,
    keys,
    tampers,
    faults: createFaultDial(),
    traffic: createTraffic(),
    vendor: createScalekitControl(environment, seed),
    routes: operations,
    ...(grpc && { http2: grpc.createGrpcFront(operations) }),
    handle: createRouter(operations, () => ({
      status: 404,
      body: { code: 5, message: 'Not Found', details: [] },
    })),
  });
  environment.url = server.url;
  state.load(seed, server.url);

  return {
    vendor: 'scalekit',
    url: server.url,
    controlUrl: server.controlUrl,
    clientId,
    clientSecret,
    control: server.control,
    organizations: () =>
      [...state.organizations].map(({ id, display_name: name, external_id: externalId = null }) => ({
        id,
        name,
        externalId,
        domains: state.domainsOf(id).map(({ domain }) => domain),
      })),
    connections: () =>
      [...state.connections].map(({ id, organization_id: organizationId = null, name, status }) => ({
        id,
        organizationId,
        name,
        status,
      })),
    directories: () =>
      [...state.directories.all].map(({ id, organization_id: organizationId, name, status }) => ({
        id,
        organizationId,
        name,
        status,
      })),
    close() {
      webhooks.close();
      return server.close();
    },
  };
}

function routes(environment: ScalekitEnvironment): Route[] {
  const api = [
    ...organizationRoutes(environment),
    ...domainRoutes(environment),
    ...connectionRoutes(environment),
    ...directoryRoutes(environment),
    ...userRoutes(environment),
    ...eventRoutes(environment),
  ];
  return [
    ...api.map((operation) => ({ ...operation, handler: requireApiToken(environment, operation.handler) })),
    ...tokenRoutes(environment),
    ...ssoRoutes(environment),
    ...portalRoutes(environment),
    ...directoryScimRoutes(environment),
  ];
}
