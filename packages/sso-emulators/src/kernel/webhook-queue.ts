import { Collection } from './collection.js';
import {
  createEventFaultDial,
  type EventFaultDial,
  type EventFaultKind,
  reencoded,
  shuffled,
} from './webhook-faults.js';

/** Where webhooks go. */
export interface WebhookEndpoint {
  readonly id: string;
  url: string;
  readonly secret: string;
  /** Event types it wants; all of them when absent. */
  events: readonly string[] | undefined;
  enabled: boolean;
  readonly createdAt: Date;
  updatedAt: Date;
}

/** An event as webhooks carry it. */
export interface WebhookEvent {
  readonly id: string;
  readonly type: string;
  /** The JSON of the request, made when the first endpoint wants it. */
  readonly encode: () => string;
}

/** What a vendor signs: the exact body of one attempt. */
export interface WebhookAttempt {
  /** The message's id, the same for every attempt. */
  readonly messageId: string;
  readonly body: string;
  readonly secret: string;
  readonly signedAt: Date;
}

/** One answered, or unanswered, request. */
export interface DeliveryAttempt {
  /** ISO 8601, by the emulator's clock. */
  readonly at: string;
  /** `null` when there was no answer; `error` says why. */
  readonly status: number | null;
  readonly error?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly faults: readonly EventFaultKind[];
}

/** An event on its way to one endpoint. */
export interface WebhookDelivery {
  /** Also the message id vendors may sign. */
  readonly id: string;
  readonly endpointId: string;
  readonly url: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly body: string;
  readonly faults: readonly EventFaultKind[];
  state: 'waiting' | 'succeeded' | 'failed' | 'dropped';
  readonly attempts: DeliveryAttempt[];
}

export interface WebhookQueueOptions {
  /** `false`: only `flush` sends. */
  readonly automatic?: boolean;
  /** Multiplies the vendor's waits between attempts; 1 when absent. */
  readonly retryScale?: number;
  /** How long an endpoint may take to answer, in milliseconds; the vendor's when absent. */
  readonly timeoutMs?: number;
}

export interface WebhookVendor {
  readonly now: () => Date;
  readonly newEndpointId: () => string;
  readonly newDeliveryId: () => string;
  readonly newSecret: () => string;
  /** The headers of one attempt, `content-type` aside. */
  readonly sign: (attempt: WebhookAttempt) => Readonly<Record<string, string>>;
  /** Waits before the second, third … attempt, in milliseconds; after the last one the delivery has failed. */
  readonly retryDelaysMs: readonly number[];
  readonly timeoutMs: number;
}

interface Waiting {
  readonly delivery: WebhookDelivery;
  readonly endpoint: WebhookEndpoint;
  /** Real time, milliseconds since the epoch. */
  dueAt: number;
  /** When nothing else is asked of the queue, this sends it. */
  timer: NodeJS.Timeout | undefined;
  /** Being sent, or next in its endpoint's line. */
  inFlight: boolean;
}

const oversize = 8 * 1024 * 1024;
const keptDeliveries = 10_000;

/**
 * Delivers events to endpoints: each endpoint gets them one at a time in order of creation; what is not answered with
 * a 2xx is tried again later, signed anew, while newer events go ahead.
 */
export class WebhookQueue {
  readonly endpoints = new Collection<WebhookEndpoint>();
  readonly faults: EventFaultDial = createEventFaultDial();
  readonly #vendor: WebhookVendor;
  readonly #automatic: boolean;
  readonly #retryDelaysMs: readonly number[];
  readonly #timeoutMs: number;
  #deliveries: WebhookDelivery[] = [];
  readonly #waiting = new Set<Waiting>();
  /** Deliveries a `reorder` fault holds back. */
  #held: Waiting[] = [];
  #shuffleSeed = 1;
  /** The end of each endpoint's line. */
  readonly #lines = new Map<string, Promise<void>>();
  #stop = new AbortController();

  constructor(
    vendor: WebhookVendor,
    { automatic = true, retryScale = 1, timeoutMs }: WebhookQueueOptions = {},
  ) {
    this.#vendor = vendor;
    this.#automatic = automatic;
    this.#retryDelaysMs = vendor.retryDelaysMs.map((delay) => delay * retryScale);
    this.#timeoutMs = timeoutMs ?? vendor.timeoutMs;
  }

  addEndpoint(given: {
    readonly url: string;
    readonly secret?: string;
    readonly events?: readonly string[];
  }): WebhookEndpoint {
    const now = this.#vendor.now();
    return this.endpoints.add({
      id: this.#vendor.newEndpointId(),
      url: given.url,
      secret: given.secret ?? this.#vendor.newSecret(),
      events: given.events,
      enabled: true,
      createdAt: now,
      updatedAt: now,
    });
  }

  /** Nothing more is sent to it. */
  deleteEndpoint(id: string): boolean {
    for (const waiting of this.#waiting) {
      if (waiting.endpoint.id === id) this.#settle(waiting, 'failed');
    }
    return this.endpoints.delete(id);
  }

  /** Puts an event in the line of every enabled endpoint that wants its type. */
  enqueue(event: WebhookEvent): void {
    let body: string | undefined;
    for (const endpoint of this.endpoints) {
      if (!endpoint.enabled || (endpoint.events && !endpoint.events.includes(event.type))) continue;
      body ??= event.encode();
      this.#deliver(endpoint, event, body);
      if (this.faults.take('duplicate')) this.#deliver(endpoint, event, body, ['duplicate']);
    }
  }

  /** The last 10,000, oldest first. */
  deliveries(): readonly WebhookDelivery[] {
    return this.#deliveries.slice(-keptDeliveries);
  }

  /** Tries everything that waits once, now, in the order it is due, and answers when all of it was answered. */
  async flush(): Promise<{ attempted: number; succeeded: number; waiting: number }> {
    this.#release();
    const due = [...this.#waiting].toSorted((a, b) => a.dueAt - b.dueAt);
    for (const waiting of due) this.#line(waiting);
    await Promise.all(this.#lines.values());
    return {
      attempted: due.length,
      succeeded: due.filter(({ delivery }) => delivery.state === 'succeeded').length,
      waiting: this.#waiting.size,
    };
  }

  /** Forgets endpoints, deliveries and faults. */
  clear(): void {
    this.close();
    this.#stop = new AbortController();
    this.endpoints.clear();
    this.faults.clear();
    this.#deliveries = [];
  }

  /** Sends nothing more; requests under way are broken off. */
  close(): void {
    for (const { timer } of this.#waiting) clearTimeout(timer);
    this.#waiting.clear();
    this.#held = [];
    this.#lines.clear();
    this.#stop.abort();
  }

  #deliver(
    endpoint: WebhookEndpoint,
    event: WebhookEvent,
    body: string,
    also: readonly EventFaultKind[] = [],
  ): void {
    const drop = this.faults.take('drop');
    const delay = drop ? undefined : this.faults.take('delay');
    const reorder = drop ? undefined : this.faults.take('reorder');
    const delivery: WebhookDelivery = {
      id: this.#vendor.newDeliveryId(),
      endpointId: endpoint.id,
      url: endpoint.url,
      eventId: event.id,
      eventType: event.type,
      body,
      faults: [
        ...also,
        ...(drop ? ['drop' as const] : []),
        ...(delay ? ['delay' as const] : []),
        ...(reorder ? ['reorder' as const] : []),
      ],
      state: drop ? 'dropped' : 'waiting',
      attempts: [],
    };
    this.#deliveries.push(delivery);
    if (this.#deliveries.length >= 2 * keptDeliveries)
      this.#deliveries = this.#deliveries.slice(-keptDeliveries);
    if (drop) return;
    const waiting: Waiting = { delivery, endpoint, dueAt: Date.now(), timer: undefined, inFlight: false };
    this.#waiting.add(waiting);
    if (reorder) {
      this.#held.push(waiting);
      this.#shuffleSeed = reorder.fault.seed ?? 1;
      if (reorder.remaining <= 0) this.#release();
    } else {
      this.#schedule(waiting, delay ? (delay.fault.delayMs ?? 1000) : 0);
    }
  }

  /** Sends what a `reorder` fault held back. */
  #release(): void {
    const released = shuffled(this.#held, this.#shuffleSeed);
    this.#held = [];
    released.forEach((waiting, index) => {
      // Also a flush takes them in this order.
      waiting.dueAt = Date.now() + index / 1000;
      this.#schedule(waiting, 0, waiting.dueAt);
    });
  }

  #schedule(waiting: Waiting, delay: number, dueAt = Date.now() + delay): void {
    waiting.dueAt = dueAt;
    if (!this.#automatic) return;
    if (delay === 0) {
      this.#line(waiting);
      return;
    }
    waiting.timer = setTimeout(() => this.#line(waiting), delay);
    waiting.timer.unref();
  }

  /** To the end of its endpoint's line. */
  #line(waiting: Waiting): void {
    if (waiting.inFlight) return;
    clearTimeout(waiting.timer);
    waiting.inFlight = true;
    const { id } = waiting.endpoint;
    const before = this.#lines.get(id) ?? Promise.resolve();
    const line = before.then(() => this.#attempt(waiting));
    this.#lines.set(id, line);
    void line.finally(() => {
      if (this.#lines.get(id) === line) this.#lines.delete(id);
    });
  }

  async #attempt(waiting: Waiting): Promise<void> {
    if (!this.#waiting.has(waiting)) return;
    const { delivery, endpoint } = waiting;
    const stop = this.#stop.signal;
    const prepared = this.#prepare(delivery, endpoint);
    const { status, error } = await post(endpoint.url, prepared.headers, prepared.body, [
      AbortSignal.timeout(this.#timeoutMs),
      stop,
    ]);
    delivery.attempts.push({
      at: prepared.at,
      status,
      ...(error === undefined ? {} : { error }),
      headers: prepared.headers,
      faults: prepared.faults,
    });
    if (!this.#waiting.has(waiting)) return;
    waiting.inFlight = false;
    const retryIn = this.#retryDelaysMs[delivery.attempts.length - 1];
    if (status !== null && status >= 200 && status < 300) this.#settle(waiting, 'succeeded');
    else if (retryIn === undefined) this.#settle(waiting, 'failed');
    else this.#schedule(waiting, Math.max(1, retryIn));
  }

  #settle(waiting: Waiting, state: 'succeeded' | 'failed'): void {
    clearTimeout(waiting.timer);
    waiting.delivery.state = state;
    this.#waiting.delete(waiting);
  }

  /** Body and headers of the next attempt: signed now, spoilt as the dial says. */
  #prepare(delivery: WebhookDelivery, endpoint: WebhookEndpoint) {
    const now = this.#vendor.now();
    const skew = this.faults.take('skew');
    const badSignature = this.faults.take('bad_signature');
    const reencode = this.faults.take('reencode');
    const isOversize = this.faults.take('oversize') !== undefined;
    const signedBody = isOversize ? delivery.body + ' '.repeat(oversize) : delivery.body;
    const signature = this.#vendor.sign({
      messageId: delivery.id,
      body: signedBody,
      secret: badSignature ? this.#vendor.newSecret() : endpoint.secret,
      signedAt: new Date(now.getTime() + (skew ? (skew.fault.skewMs ?? -600_000) : 0)),
    });
    return {
      at: now.toISOString(),
      body: reencode ? reencoded(delivery.body) : signedBody,
      headers: {
        'content-type': 'application/json',
        ...signature,
      },
      faults: [skew, badSignature, reencode]
        .flatMap((taken) => taken?.fault.kind ?? [])
        .concat(isOversize ? ['oversize'] : []),
    };
  }
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signals: readonly AbortSignal[],
): Promise<{ status: number | null; error?: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body,
      signal: AbortSignal.any([...signals]),
    });
    await response.arrayBuffer();
    return { status: response.status };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { status: null, error: cause instanceof Error ? cause.message : String(cause) };
  }
}
