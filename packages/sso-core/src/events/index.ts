/** The durable, effectively-once event stream, and the port its stores implement. */
export {
  createEventInbox,
  type AttentionNotice,
  type EventDelivery,
  type EventHandler,
  type EventInbox,
  type EventInboxOptions,
  type RemovalGuard,
  type RetrySettings,
} from './event-inbox.js';
export type { EventRelay, RelayDecision, RelayedEvent } from './event-relay.js';
export { createMemoryEventStore } from './memory-event-store.js';
export { reconcileDirectory, type ReconcileDirectory, type Reconciliation } from './reconcile-directory.js';
export type {
  ClaimedEvent,
  EventQuery,
  EventSource,
  EventStore,
  GroupMember,
  NewEvent,
  Premises,
  Settlement,
  StoredEvent,
  StoredEventStatus,
  SubjectQuery,
  SubjectState,
} from './event-store.js';
export type { HeadersLike, WebhookRequest } from './webhook-delivery.js';
