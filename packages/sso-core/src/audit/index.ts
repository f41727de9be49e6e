/** The trail of who did what to single sign-on, and the port it is kept behind. */
export {
  createAuditTrail,
  type AuditDelivery,
  type AuditSink,
  type AuditTrail,
  type AuditTrailOptions,
  type SinkNotice,
} from './audit-trail.js';
export { createMemoryAuditStore } from './memory-audit-store.js';
export type {
  AuditEntry,
  AuditPage,
  AuditPruning,
  AuditQuery,
  AuditStore,
  BegunOperation,
  ClaimedDelivery,
  Delivery,
  DeliveryClaim,
  DeliverySettlement,
  DeliveryStatus,
  NewDelivery,
  Operation,
  OperationEnd,
} from './audit-store.js';
