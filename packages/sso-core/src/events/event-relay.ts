import type { SsoEvent } from '../model/event.js';
import type { ClaimedEvent, EventStore } from './event-store.js';

/** An event whose turn it is, and what it means: itself, as far as it is news of its vendor, and what is derived from it. */
export interface RelayedEvent {
  readonly claimed: ClaimedEvent;
  readonly deliveries: readonly SsoEvent[];
  /** What was known before the event. */
  readonly known: Pick<EventStore, 'subject' | 'groupsOfUser'>;
  /** Until when the event is this worker's, in milliseconds since the epoch. */
  readonly until: number;
}

/** What the handlers are told. */
export interface RelayDecision {
  /** In order. */
  readonly deliveries: readonly SsoEvent[];
  /** Whether that takes somebody's access away, if the vendor's own events do not tell. */
  readonly removesAccess?: boolean;
  /** Called once: the handlers took it, one of them failed, or they were not called. */
  end(outcome: 'told' | 'failed' | 'kept_back'): Promise<void>;
}

/**
 * Stands between an event and the handlers. What it leaves out is settled all the same. When it throws, the attempt has failed, and the
 * event is tried again.
 */
export type EventRelay = (event: RelayedEvent) => Promise<RelayDecision>;
