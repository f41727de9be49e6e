import { createHmac } from 'node:crypto';
import { WebhookRefusedError, type WebhookRefusal } from '../../errors.js';
import type { WebhookDelivery, WebhooksFacet } from '../../provider/facets/webhooks.js';
import {
  createWebhookVerifier,
  parseWebhookBody,
  type WebhookSignature,
} from '../../provider/webhook-signature.js';
import { readEvent } from './events.js';
import type { MemoryState } from './state.js';

const toleranceMs = 300_000;
const timestampHeader = 'memory-timestamp';
const signatureHeader = 'memory-signature';

/** A webhook request as it arrives. */
export interface MemoryWebhook {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** HMAC-SHA256 over `<timestamp in milliseconds>.<body>` in hexadecimal; several signatures are separated by commas. */
export function createWebhooks(state: MemoryState): WebhooksFacet {
  const verifier = createWebhookVerifier({
    provider: state.id,
    keys: state.webhookSecrets.map((secret) => Buffer.from(secret)),
    toleranceMs,
  });

  function refuse(reason: WebhookRefusal, message: string): never {
    throw new WebhookRefusedError({ reason, message, provider: state.id });
  }

  function header(delivery: WebhookDelivery, name: string): string {
    const [value, ...further] = delivery.headers(name);
    if (!value) refuse('signature_missing', `The webhook has no ${name} header`);
    // Node and `Headers` join what came twice.
    if (further.length > 0 || value.includes(', '))
      refuse('signature_malformed', `The webhook has more than one ${name} header`);
    return value;
  }

  function readSignature(delivery: WebhookDelivery): WebhookSignature {
    const timestamp = header(delivery, timestampHeader);
    const signatures = header(delivery, signatureHeader)
      .split(',')
      .filter((signature) => /^[0-9a-f]{64}$/.test(signature));
    if (signatures.length === 0)
      refuse('signature_malformed', `The ${signatureHeader} header has no hexadecimal SHA-256`);
    return {
      prefix: `${timestamp}.`,
      signatures: signatures.map((signature) => Buffer.from(signature, 'hex')),
      timestamp,
      timestampUnitMs: 1,
    };
  }

  return {
    verify(delivery) {
      verifier.verify(readSignature(delivery), delivery);
      return { payload: parseWebhookBody(delivery.body, state.id) };
    },
    parse: ({ payload }) => readEvent(state, payload, { operation: 'webhooks.receive' }),
  };
}

export function signWebhook(body: string, secret: string, timestamp: string): MemoryWebhook {
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { headers: { [timestampHeader]: timestamp, [signatureHeader]: signature }, body };
}
