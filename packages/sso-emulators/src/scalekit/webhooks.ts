import { createIdSource, digest } from '../kernel/ids.js';
import { type WebhookEvent, WebhookQueue, type WebhookQueueOptions } from '../kernel/webhook-queue.js';
import type { WireEvent } from './events.js';
import type { ScalekitState } from './state.js';
import { signWebhook, sortedJson } from './webhook-signature.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** The most credible of four published schedules [D][?]. */
const retryDelaysMs = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];

/** Deliveries by the Standard Webhooks scheme [C][D]. */
export function createWebhooks(state: ScalekitState, options: WebhookQueueOptions | undefined): WebhookQueue {
  // Counted apart: who listens must not change the ids of what happens.
  const ids = createIdSource();
  const random = (purpose: string, bytes: number): Buffer =>
    digest(`${purpose} ${ids.next()}`).subarray(0, bytes);
  return new WebhookQueue(
    {
      now: () => new Date(state.now()),
      newEndpointId: () => `ep_${random('endpoint', 14).toString('hex')}`,
      newDeliveryId: () => `msg_${random('message', 14).toString('hex')}`,
      newSecret: () => `whsec_${random('secret', 24).toString('base64')}`,
      sign({ messageId, body, secret, signedAt }) {
        const timestamp = Math.floor(signedAt.getTime() / second);
        return {
          'webhook-id': messageId,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signWebhook(secret, { id: messageId, timestamp, body }),
        };
      },
      retryDelaysMs,
      timeoutMs: 10 * second,
    },
    options,
  );
}

/** An event as endpoints get it: sorted, compact JSON. */
export function webhookEvent(event: WireEvent): WebhookEvent {
  return { id: event.id, type: event.type, encode: () => sortedJson(event) };
}
