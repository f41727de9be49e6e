import { createHmac } from 'node:crypto';
import type { EmulatorClock } from '../kernel/clock.js';
import type { VendorEvents } from '../kernel/control-events.js';
import type { EmulatorRequest } from '../kernel/http.js';
import { createIdSource, type IdSource } from '../kernel/ids.js';
import { route, type Route } from '../kernel/router.js';
import { type WebhookEndpoint, WebhookQueue, type WebhookQueueOptions } from '../kernel/webhook-queue.js';
import { readBody } from './body.js';
import { entityNotFound, invalidRequestParameters, refused } from './errors.js';
import { webhookEvents } from './event-names.js';
import { type EventStream, webhookEvent } from './event-stream.js';
import { externalKey, ulid } from './ids.js';
import { listPage } from './paging.js';
import { sampleData } from './webhook-samples.js';

const minute = 60_000;

/** `t` in milliseconds, a comma and a space, and the HMAC with the secret as it is shown. [D][N] */
export function workosSignature(secret: string, timestamp: number, body: string): string {
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return `t=${timestamp}, v1=${signature}`;
}

export function createWebhookQueue(
  clock: EmulatorClock,
  ids: IdSource,
  options: WebhookQueueOptions | undefined,
): WebhookQueue {
  const deliveries = createIdSource();
  return new WebhookQueue(
    {
      now: () => clock.now(),
      newEndpointId: () => `we_${ulid(clock.now(), ids)}`,
      newDeliveryId: () => `delivery_${deliveries.next()}`,
      newSecret: () => `whsec_${externalKey(ulid(clock.now(), ids), 25)}`,
      sign: ({ secret, signedAt, body }) => ({
        'workos-signature': workosSignature(secret, signedAt.getTime(), body),
      }),
      // Six retries over three days, growing exponentially. [D]
      retryDelaysMs: [1, 5, 25, 125, 625, 3125].map((minutes) => minutes * minute),
      timeoutMs: 5000,
    },
    options,
  );
}

export function webhookRoutes(webhooks: WebhookQueue, now: () => Date): Route[] {
  function find(request: EmulatorRequest): WebhookEndpoint {
    const id = request.params['id'] ?? '';
    const endpoint = webhooks.endpoints.get(id);
    if (!endpoint) throw entityNotFound('Webhook Endpoint', id);
    return endpoint;
  }

  /** What a body says, checked before anything is changed. */
  function read(body: Record<string, unknown>, current?: WebhookEndpoint) {
    const { endpoint_url: url, events, status } = body;
    const problems: { code: string; message: string }[] = [];
    if (url === undefined ? !current : typeof url !== 'string') {
      problems.push({ code: 'endpoint_url_string_required', message: 'Endpoint URL should be a string.' });
    }
    if (events === undefined ? !current : !Array.isArray(events)) {
      problems.push({ code: 'events_array_required', message: 'Events should be an array.' });
    }
    const names: readonly unknown[] | undefined = Array.isArray(events) ? events : undefined;
    const wanted = names?.filter(
      (name): name is string => typeof name === 'string' && webhookEvents.has(name),
    );
    if (wanted?.length !== names?.length) {
      problems.push({ code: 'unknown_event_type', message: 'Invalid enum value.' });
    }
    if (status !== undefined && status !== 'enabled' && status !== 'disabled') {
      problems.push({ code: 'invalid_status', message: 'Invalid enum value.' });
    }
    if (problems.length > 0) throw invalidRequestParameters(problems);
    if (typeof url === 'string') {
      if (!isDeliverable(url)) throw refused('invalid_url', 'Request could not be processed.', 422);
      const holder = webhooks.endpoints.slice(0).find((other) => other.url === url);
      if (holder && holder.id !== current?.id) {
        throw refused('duplicate_endpoint', 'Request could not be processed.', 409);
      }
    }
    return { url: typeof url === 'string' ? url : undefined, events: wanted, status };
  }

  return [
    route('GET', '/webhook_endpoints', (request) =>
      listPage(request, webhooks.endpoints, () => true, endpointObject),
    ),
    route('POST', '/webhook_endpoints', (request) => {
      const { url = '', events = [] } = read(readBody(request));
      return { status: 201, body: endpointObject(webhooks.addEndpoint({ url, events })) };
    }),
    route('PATCH', '/webhook_endpoints/{id}', (request) => {
      const endpoint = find(request);
      const { url, events, status } = read(readBody(request), endpoint);
      if (url !== undefined) endpoint.url = url;
      if (events !== undefined) endpoint.events = events;
      if (status !== undefined) endpoint.enabled = status === 'enabled';
      endpoint.updatedAt = now();
      return { status: 200, body: endpointObject(endpoint) };
    }),
    route('DELETE', '/webhook_endpoints/{id}', (request) => {
      webhooks.deleteEndpoint(find(request).id);
      return { status: 204 };
    }),
  ];
}

/** WorkOS's side of the event control routes. */
export function eventControl(
  events: EventStream,
  webhooks: WebhookQueue,
  clock: EmulatorClock,
): VendorEvents {
  const samples = createIdSource();
  return {
    webhooks,
    types: [...webhookEvents],
    emit: (event) => events.emitRaw(event),
    find: (id) => events.find(id),
    sample(type = 'connection.activated') {
      const data = sampleData(type);
      return (
        data &&
        webhookEvent({
          object: 'event',
          id: `event_${ulid(clock.now(), samples)}`,
          event: type,
          data,
          created_at: clock.now().toISOString(),
          context: {},
        })
      );
    },
  };
}

/** The wire object. [S] */
function endpointObject({ id, url, secret, enabled, events, createdAt, updatedAt }: WebhookEndpoint): object {
  return {
    object: 'webhook_endpoint',
    id,
    endpoint_url: url,
    secret,
    status: enabled ? 'enabled' : 'disabled',
    events: events ?? [...webhookEvents],
    created_at: createdAt.toISOString(),
    updated_at: updatedAt.toISOString(),
  };
}

/** https only; loopback http is let through so that local apps can receive. */
function isDeliverable(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
  return protocol === 'https:' || (protocol === 'http:' && isLoopback);
}
