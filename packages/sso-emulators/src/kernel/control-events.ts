import { type Handler, ResponseError } from './http.js';
import { absoluteUrl, fields, list, optional, record, text } from './parse.js';
import { parseEventFault } from './webhook-faults.js';
import type { WebhookEvent, WebhookQueue } from './webhook-queue.js';

/** What a vendor supplies so that events and webhooks can be controlled. */
export interface VendorEvents {
  readonly webhooks: WebhookQueue;
  /** The types of event webhooks can carry. */
  readonly types: readonly string[];
  /** Adds an event of any shape to the stream; what the envelope lacks is filled in. Answers the wire object. */
  emit(event: Readonly<Record<string, unknown>>): object;
  /** An event of the stream, to be delivered again. */
  find(id: string): WebhookEvent | undefined;
  /** What the dashboard's test button sends: placeholder ids, not in the stream. `undefined` for a type it has not. */
  sample(type: string | undefined): WebhookEvent | undefined;
}

/** Control routes of events and webhooks, paths without the mount point. */
export function eventControl(events: VendorEvents): [string, string, Handler][] {
  const { webhooks } = events;
  return [
    [
      'POST',
      '/webhook-endpoints',
      (request) => {
        const given = fields(request.json(), 'endpoint', ['url', 'secret', 'events']);
        const secret = optional(given['secret'], 'endpoint.secret', text);
        const wanted = optional(given['events'], 'endpoint.events', (types, at) => list(types, at, text));
        const endpoint = webhooks.addEndpoint({
          url: absoluteUrl(given['url'], 'endpoint.url'),
          ...(secret === undefined ? {} : { secret }),
          ...(wanted === undefined ? {} : { events: wanted }),
        });
        return { status: 201, body: { id: endpoint.id, secret: endpoint.secret } };
      },
    ],
    [
      'DELETE',
      '/webhook-endpoints/{id}',
      (request) => {
        const id = request.params['id'] ?? '';
        if (!webhooks.deleteEndpoint(id)) throw notFound(`There is no webhook endpoint ${id}.`);
        return { status: 204 };
      },
    ],
    ['GET', '/webhook-deliveries', () => ({ status: 200, body: { deliveries: webhooks.deliveries() } })],
    ['POST', '/webhooks/flush', async () => ({ status: 200, body: await webhooks.flush() })],
    [
      'POST',
      '/webhooks/test-event',
      (request) => {
        const { type } = fields(request.json() ?? {}, 'event', ['type']);
        const wanted = optional(type, 'event.type', text);
        const event = events.sample(wanted);
        if (!event) throw notFound(`There is no sample of ${wanted}.`);
        webhooks.enqueue(event);
        return { status: 200, body: { id: event.id, type: event.type } };
      },
    ],
    ['GET', '/event-types', () => ({ status: 200, body: { types: events.types } })],
    ['POST', '/events', (request) => ({ status: 201, body: events.emit(record(request.json(), 'event')) })],
    [
      'POST',
      '/events/{id}/replay',
      (request) => {
        const id = request.params['id'] ?? '';
        const event = events.find(id);
        if (!event) throw notFound(`There is no event ${id}.`);
        webhooks.enqueue(event);
        return { status: 204 };
      },
    ],
    [
      'POST',
      '/event-faults',
      (request) => {
        webhooks.faults.add(parseEventFault(request.json()));
        return { status: 204 };
      },
    ],
    [
      'DELETE',
      '/event-faults',
      () => {
        webhooks.faults.clear();
        return { status: 204 };
      },
    ],
  ];
}

function notFound(message: string): ResponseError {
  return new ResponseError({ status: 404, body: { message } });
}
