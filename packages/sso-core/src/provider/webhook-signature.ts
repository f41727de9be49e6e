import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { invalidArgument, WebhookRefusedError, type WebhookRefusal } from '../errors.js';
import type { WebhookDelivery } from './facets/webhooks.js';

/** What both vendors' schemes have in common: HMAC-SHA256 over a prefix and the received bytes, and a signed timestamp. */
export interface WebhookSignature {
  /** Signed in front of the body. */
  readonly prefix: string;
  /** Decoded candidates from the headers. Any that matches suffices. */
  readonly signatures: readonly Uint8Array[];
  /** The timestamp as the header spells it. */
  readonly timestamp: string;
  /** Milliseconds per unit of the timestamp. */
  readonly timestampUnitMs: 1 | 1000;
}

export interface WebhookVerifierOptions {
  readonly provider: string;
  /** Raw keys, decoded as the vendor's scheme has it. */
  readonly keys: readonly Uint8Array[];
  /** Accepted distance of the timestamp, in both directions. Milliseconds. */
  readonly toleranceMs: number;
}

export interface WebhookVerifier {
  /** Throws `WebhookRefusedError`. */
  verify(signature: WebhookSignature, delivery: WebhookDelivery): void;
}

/** Throws `invalid_argument` without at least one non-empty key: an endpoint without a secret would accept everything. */
export function createWebhookVerifier({
  provider,
  keys,
  toleranceMs,
}: WebhookVerifierOptions): WebhookVerifier {
  if (keys.length === 0 || keys.some((key) => key.length === 0)) {
    throw invalidArgument('Webhooks need at least one signing secret, and none of them empty', { provider });
  }
  const secretKeys = keys.map((key) => createSecretKey(key));

  function refuse(reason: WebhookRefusal, message: string): never {
    throw new WebhookRefusedError({ reason, message, provider });
  }

  function checkTimestamp({ timestamp, timestampUnitMs }: WebhookSignature, receivedAt: number): void {
    if (!/^[1-9]\d{0,15}$/.test(timestamp))
      refuse('timestamp_malformed', 'The webhook timestamp is not a whole number');
    const age = receivedAt - Number(timestamp) * timestampUnitMs;
    if (age > toleranceMs) {
      refuse(
        'timestamp_too_old',
        'The webhook was signed too long ago: a replay, or this machine runs ahead of time',
      );
    }
    if (age < -toleranceMs) {
      refuse(
        'timestamp_in_the_future',
        'The webhook is signed in the future: this machine is probably behind time',
      );
    }
  }

  return {
    verify(signature, { body, receivedAt }) {
      checkTimestamp(signature, receivedAt);
      if (matchesAny(secretKeys, signature, body)) return;
      const reencoded = reencode(body);
      if (reencoded && matchesAny(secretKeys, signature, reencoded)) {
        refuse(
          'signature_mismatch',
          'The signature fits the same JSON in another encoding: a body parser or proxy changed the bytes; pass them as received',
        );
      }
      refuse(
        'signature_mismatch',
        'The signature does not match: the secret is of another endpoint or environment, or the body was changed',
      );
    },
  };
}

/** Compares every key with every candidate, without stopping at a match, so that timing tells nothing. */
function matchesAny(
  keys: readonly KeyObject[],
  { prefix, signatures }: WebhookSignature,
  body: Uint8Array,
): boolean {
  let matched = false;
  for (const key of keys) {
    const expected = createHmac('sha256', key).update(prefix).update(body).digest();
    for (const candidate of signatures) {
      if (candidate.length === expected.length && timingSafeEqual(candidate, expected)) matched = true;
    }
  }
  return matched;
}

function reencode(body: Uint8Array): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString('utf8'))));
  } catch {
    return undefined;
  }
}

const maxDepth = 64;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Parses verified bytes. Throws `WebhookRefusedError` (`body_malformed`), also for prototype keys and nesting beyond reason. */
export function parseWebhookBody(body: Uint8Array, provider: string): unknown {
  let payload: unknown;
  try {
    payload = JSON.parse(utf8.decode(body));
  } catch {
    throw malformed('The webhook body is not JSON', provider);
  }
  if (!isPlain(payload, maxDepth))
    throw malformed('The webhook body is nested too deeply or has prototype keys', provider);
  return payload;
}

function isPlain(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth - 1));
  for (const key in value) {
    if (key === '__proto__') return false;
    const member = (value as Record<string, unknown>)[key];
    // Asked here too, as most members are text.
    if (typeof member === 'object' && !isPlain(member, depth - 1)) return false;
  }
  return true;
}

function malformed(message: string, provider: string): WebhookRefusedError {
  return new WebhookRefusedError({ reason: 'body_malformed', message, provider });
}
