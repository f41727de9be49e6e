/** The trail of who did what to single sign-on, and the port it is kept behind. */
export { createMemoryAuditStore } from './memory-audit-store.js';
export type {
  AuditEntry,
  AuditPage,
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
