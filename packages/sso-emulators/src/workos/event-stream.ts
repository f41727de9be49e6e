import { Collection } from '../kernel/collection.js';
import { InvalidInputError, isRecord, text } from '../kernel/parse.js';
import type { WebhookEvent } from '../kernel/webhook-queue.js';

/** An event as it is sent and listed. [S] */
export interface WireEvent {
  readonly object: 'event';
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
  readonly created_at: string;
  readonly context: unknown;
}

interface StoredEvent {
  readonly id: string;
  readonly organizationId: string | null;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly wire: WireEvent;
}

export interface EventStreamParts {
  readonly now: () => Date;
  readonly newId: () => string;
  /** Told of every event once it is in the stream. */
  readonly publish: (event: WebhookEvent) => void;
}

/** The environment's events, oldest first. */
export class EventStream {
  readonly stored = new Collection<StoredEvent>();
  readonly #parts: EventStreamParts;
  #isSilent = false;

  constructor(parts: EventStreamParts) {
    this.#parts = parts;
  }

  /** Nobody is told of what happens now. */
  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Records what happened. `data` is copied; without an organization no organization filter finds the event. */
  emit(event: string, organizationId: string | null, data: object): WireEvent | undefined {
    if (this.#isSilent) return undefined;
    return this.#add(organizationId, {
      object: 'event',
      id: this.#parts.newId(),
      event,
      data: structuredClone(data),
      created_at: this.#parts.now().toISOString(),
      context: {},
    });
  }

  /** Adds an event of any name and shape; parts of the envelope it lacks are filled in. */
  emitRaw(given: Readonly<Record<string, unknown>>): WireEvent {
    const id = given['id'] === undefined ? this.#parts.newId() : text(given['id'], 'event.id');
    if (this.stored.get(id)) throw new InvalidInputError('event.id', `is taken (${id})`);
    const wire = {
      object: 'event',
      data: {},
      created_at: this.#parts.now().toISOString(),
      context: {},
      ...given,
      id,
      event: text(given['event'], 'event.event'),
    } as const satisfies WireEvent;
    return this.#add(organizationOf(wire.data), { ...wire, object: 'event' });
  }

  /** Does something nobody is told of. */
  silently(action: () => void): void {
    const before = this.#isSilent;
    this.#isSilent = true;
    try {
      action();
    } finally {
      this.#isSilent = before;
    }
  }

  /** An event as webhooks carry it. */
  find(id: string): WebhookEvent | undefined {
    const stored = this.stored.get(id);
    return stored && webhookEvent(stored.wire);
  }

  #add(organizationId: string | null, wire: WireEvent): WireEvent {
    this.stored.add({ id: wire.id, organizationId, createdAt: Date.parse(wire.created_at), wire });
    this.#parts.publish(webhookEvent(wire));
    return wire;
  }
}

export function webhookEvent(wire: WireEvent): WebhookEvent {
  return { id: wire.id, type: wire.event, encode: () => JSON.stringify(wire) };
}

function organizationOf(data: unknown): string | null {
  if (!isRecord(data)) return null;
  const holder = [data, data['connection'], data['sso'], data['group']].find(
    (part) => isRecord(part) && typeof part['organization_id'] === 'string',
  );
  return isRecord(holder) ? String(holder['organization_id']) : null;
}
