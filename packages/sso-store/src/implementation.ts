/** What is loaded with the database, at the first call. */
export { createAuditStore } from './audit-store.js';
export { createEventStore } from './event-store.js';
export { createIdentityStore } from './identity-store.js';
export { createMigrationStore } from './migration-store.js';
export { migrate, readSchema, requireCurrentSchema } from './migrations.js';
export { createOneTimeIds } from './one-time-ids.js';
