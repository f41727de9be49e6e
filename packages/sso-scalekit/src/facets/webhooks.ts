import { SsoError, WebhookRefusedError } from '@org/sso-core';
import { requireKnownSettings } from '@org/sso-core/http';
import {
  createWebhookVerifier,
  loadOnce,
  parseWebhookBody,
  type WebhookDelivery,
  type WebhooksFacet,
} from '@org/sso-core/provider';
import { providerId } from '../ids.js';
import type { ScalekitWebhookSettings } from '../settings.js';
import type { EventSource } from '../wire/event.js';

const defaultToleranceMs = 300_000;
const context = { operation: 'webhooks.receive' };

const wire = loadOnce(() => import('../wire/event.js'));

/**
 * Standard Webhooks [C][D]: HMAC-SHA256 over `<id>.<timestamp>.<body>`, several signatures during a rotation. Throws
 * `invalid_argument` for options that would accept everything or nothing.
 */
export function createWebhooks(options: ScalekitWebhookSettings, source: EventSource): WebhooksFacet {
  requireKnownSettings(options, { secrets: true, toleranceMs: true }, providerId, 'webhooks');
  const { secrets, toleranceMs = defaultToleranceMs } = options;
  if (!Number.isFinite(toleranceMs) || toleranceMs <= 0) {
    throw invalid('webhooks.toleranceMs must be a positive number of milliseconds');
  }
  if (!Array.isArray(secrets)) throw invalid('webhooks.secrets must be a list of signing secrets');
  const verifier = createWebhookVerifier({ provider: providerId, keys: secrets.map(keyOf), toleranceMs });

  return {
    verify(delivery) {
      const id = header(delivery, 'webhook-id');
      const timestamp = header(delivery, 'webhook-timestamp');
      const signatures = readSignatures(header(delivery, 'webhook-signature'));
      verifier.verify(
        { prefix: `${id}.${timestamp}.`, signatures, timestamp, timestampUnitMs: 1000 },
        delivery,
      );
      return { payload: parseWebhookBody(delivery.body, providerId) };
    },
    async parse({ payload }) {
      const { toEvent } = await wire();
      return toEvent(payload, source, context);
    },
  };
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** The key is all that follows the first `_`; the official SDK for Node also reads the URL alphabet [C]. */
function keyOf(secret: unknown): Uint8Array {
  const text = typeof secret === 'string' ? secret : '';
  const encoded = text
    .slice(text.indexOf('_') + 1)
    .replaceAll('-', '+')
    .replaceAll('_', '/');
  if (!text.includes('_') || encoded === '' || !base64.test(encoded)) {
    throw invalid('webhooks.secrets must each be a prefix, "_" and base64, such as "whsec_…"');
  }
  return Buffer.from(encoded, 'base64');
}

function header(delivery: WebhookDelivery, name: string): string {
  const [value, ...further] = delivery.headers(name);
  if (!value) throw refused('signature_missing', `The webhook has no ${name} header`);
  // Node and `Headers` join what came twice.
  if (further.length > 0 || value.includes(', '))
    throw refused('signature_malformed', `The webhook has more than one ${name} header`);
  return value;
}

const sha256 = /^v1,[A-Za-z0-9+/]{43}=$/;

/** Other versions, and entries that are none, are passed over: one of them must not hide a good one. */
function readSignatures(value: string): Uint8Array[] {
  const signatures: Uint8Array[] = [];
  for (const entry of value.split(' ')) {
    if (sha256.test(entry)) signatures.push(Buffer.from(entry.slice('v1,'.length), 'base64'));
  }
  if (signatures.length === 0) {
    throw refused('signature_malformed', 'The webhook-signature header has no "v1,<base64>" signature');
  }
  return signatures;
}

function refused(reason: WebhookRefusedError['reason'], message: string): WebhookRefusedError {
  return new WebhookRefusedError({ reason, message, provider: providerId });
}

function invalid(message: string): SsoError {
  return new SsoError({ code: 'invalid_argument', message, provider: providerId });
}
