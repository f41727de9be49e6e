import type { SsoEvent } from '../../model/index.js';

/** A webhook request, reduced by the client to what verification needs. */
export interface WebhookDelivery {
  /** All values of a header, by lower-case name; empty when absent. */
  headers(name: string): readonly string[];
  /** The bytes exactly as received. */
  readonly body: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** A verified body. Only `verify` makes one. */
export interface VerifiedWebhook {
  readonly payload: unknown;
}

/** Receiving what the vendor pushes. Present only when at least one signing secret is configured. */
export interface WebhooksFacet {
  /**
   * Checks the signature over the received bytes with every secret and every signature given, in constant time, and the timestamp
   * within the tolerance on both sides. Synchronous, without I/O. Throws `WebhookRefusedError`.
   */
  verify(delivery: WebhookDelivery): VerifiedWebhook;
  /** The neutral event. An unknown type becomes `unrecognized`. Throws `invalid_response` for a payload without an id or a type. */
  parse(webhook: VerifiedWebhook): Promise<SsoEvent>;
}
