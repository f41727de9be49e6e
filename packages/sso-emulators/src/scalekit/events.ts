import { Collection } from '../kernel/collection.js';
import { eventCatalogue, type EventType, sampleOrganizationId } from './event-catalogue.js';

/** An event as it is sent and listed [S]. */
export interface WireEvent {
  readonly id: string;
  readonly type: string;
  readonly occurred_at: string;
  readonly organization_id?: string;
  readonly data?: unknown;
  readonly [name: string]: unknown;
}

type Fields = Readonly<Record<string, unknown>> & { readonly type: string };

interface EventLogParts {
  readonly environmentId: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly id: () => string;
  /** Told of every event once it is in the log. */
  readonly publish: (event: WireEvent) => void;
}

/** Events of one environment, in the order they happened. */
export class EventLog {
  readonly stored = new Collection<WireEvent>();
  readonly #parts: EventLogParts;
  #silenced = false;
  #last = { milliseconds: 0, nanoseconds: 0 };

  constructor(parts: EventLogParts) {
    this.#parts = parts;
  }

  /** `false` while what happens is told to nobody. */
  get isRecording(): boolean {
    return !this.#silenced;
  }

  /** Role, permission and connected-account events have no organization. */
  emit(type: EventType, data: object, organizationId?: string): void {
    if (this.isRecording) this.#publish(this.#envelope({ ...described(type), data }, organizationId));
  }

  /** An event of any shape; what the envelope lacks is filled in. */
  add(event: Fields): WireEvent {
    return this.#publish(this.#envelope(event));
  }

  /** An example of a type, for the endpoints only: it did not happen. */
  sample(type: EventType): WireEvent {
    const organizationId = /^(?:organization|user)\./.test(type) ? sampleOrganizationId : undefined;
    return this.#envelope({ ...described(type), data: eventCatalogue[type].sample }, organizationId);
  }

  #envelope(event: Fields, organizationId?: string): WireEvent {
    return {
      spec_version: '1',
      id: this.#parts.id(),
      occurred_at: this.#instant(),
      environment_id: this.#parts.environmentId,
      ...(organizationId !== undefined && { organization_id: organizationId }),
      ...event,
    };
  }

  #publish(event: WireEvent): WireEvent {
    this.stored.add(event);
    this.#parts.publish(event);
    return event;
  }

  /** Does something whose events nobody is told of. */
  silently(action: () => void): void {
    const before = this.#silenced;
    this.#silenced = true;
    try {
      action();
    } finally {
      this.#silenced = before;
    }
  }

  clear(): void {
    this.stored.clear();
    this.#last = { milliseconds: 0, nanoseconds: 0 };
  }

  /** Later than the event before, also within a millisecond, as Go writes nanoseconds: without trailing zeros. */
  #instant(): string {
    const nanoseconds = (this.#last.nanoseconds + 125) % 1_000_000;
    const milliseconds = this.#last.milliseconds + (nanoseconds === 0 ? 1 : 0);
    const now = this.#parts.now();
    this.#last = now > milliseconds ? { milliseconds: now, nanoseconds: 0 } : { milliseconds, nanoseconds };
    const fraction = String(this.#last.nanoseconds).padStart(6, '0');
    return trimmed(new Date(this.#last.milliseconds).toISOString().replace('Z', `${fraction}Z`));
  }
}

function described(type: EventType): Fields {
  const { object, displayName } = eventCatalogue[type];
  return { type, object, ...(displayName !== undefined && { display_name: displayName }) };
}

/** A timestamp as Go writes it: without trailing zeros of the fraction. */
export function trimmed(timestamp: string): string {
  return timestamp.replace(/\.(\d*?)0*Z$/, (_, digits: string) => (digits ? `.${digits}Z` : 'Z'));
}
