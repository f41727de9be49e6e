import { SsoError, WebhookRefusedError } from '@org/sso-core';
import { requireKnownSettings, requireSetting } from '@org/sso-core/http';
import {
  createWebhookVerifier,
  loadOnce,
  parseWebhookBody,
  type WebhookDelivery,
  type WebhookSignature,
  type WebhooksFacet,
} from '@org/sso-core/provider';
import { providerId } from '../ids.js';
import type { WorkosWebhookSettings } from '../settings.js';
import type { EventSource } from '../wire/event.js';

const context = { operation: 'webhooks.receive' };

const wire = loadOnce(() => import('../wire/event.js'));

/** Throws `invalid_argument` for settings under which everything or nothing would be accepted. */
export function createWebhooks(settings: WorkosWebhookSettings, source: EventSource): WebhooksFacet {
  requireKnownSettings(settings, { secrets: true, toleranceMs: true }, providerId, 'webhooks');
  const { secrets, toleranceMs = 300_000 } = settings;
  if (!Array.isArray(secrets)) throw malformed('webhooks.secrets must be a list');
  if (!(Number.isFinite(toleranceMs) && toleranceMs > 0)) {
    throw malformed('webhooks.toleranceMs must be a positive number of milliseconds');
  }
  const verifier = createWebhookVerifier({
    provider: providerId,
    // Taken as displayed, prefix included: this is not the scheme of Standard Webhooks. [N]
    keys: secrets.map((secret) => Buffer.from(requireSetting(secret, 'webhooks.secrets', providerId))),
    toleranceMs,
  });
  return {
    verify(delivery) {
      verifier.verify(readSignature(delivery), delivery);
      return { payload: parseWebhookBody(delivery.body, providerId) };
    },
    async parse({ payload }) {
      const { toEvent } = await wire();
      return toEvent(payload, source, context);
    },
  };
}

const sha256 = /^[0-9a-f]{64}$/;

/** `t=<milliseconds>, v1=<hex>`, in any order; `v1` may come more than once, elements of other names are ignored. [D][N] */
function readSignature(delivery: WebhookDelivery): WebhookSignature {
  const values = delivery.headers('workos-signature');
  if (values.length === 0) throw refused('signature_missing', 'The webhook has no WorkOS-Signature header');
  const times: string[] = [];
  const signatures: Uint8Array[] = [];
  for (const value of values) {
    for (const element of value.split(',')) {
      const end = element.indexOf('=');
      const name = element.slice(0, Math.max(0, end)).trim();
      const told = element.slice(end + 1).trim();
      if (name === 't') times.push(told);
      else if (name === 'v1' && sha256.test(told)) signatures.push(Buffer.from(told, 'hex'));
    }
  }
  const [timestamp] = times;
  if (timestamp === undefined || times.length > 1 || signatures.length === 0) {
    throw refused('signature_malformed', 'The WorkOS-Signature header is not "t=<milliseconds>, v1=<hex>"');
  }
  return { prefix: `${timestamp}.`, signatures, timestamp, timestampUnitMs: 1 };
}

function refused(reason: WebhookRefusedError['reason'], message: string): WebhookRefusedError {
  return new WebhookRefusedError({ reason, message, provider: providerId });
}

function malformed(message: string): SsoError {
  return new SsoError({ code: 'invalid_argument', message, provider: providerId });
}
