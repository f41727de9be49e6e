/** One customer's move from one provider to another: its state, the port it is kept behind, and the routes that follow it. */
export {
  isFollowed,
  migrationStages,
  type Canary,
  type Migration,
  type MigrationSide,
  type MigrationStage,
} from './migration.js';
export type { DirectoryEntry, DirectoryMembership, DirectoryStatement } from './directory-entry.js';
export { createMigrationRoutes, type MigrationRoutes } from './migration-routes.js';
export { createMigrationRelay, type MigrationRelayOptions } from './migration-relay.js';
export type { ComparedEvent } from './relay-directory-event.js';
export {
  createDirectoryHandOver,
  type DirectoryComparison,
  type DirectoryCounts,
  type DirectoryHandOver,
  type DirectoryHandOverOptions,
} from './directory-hand-over.js';
export { createMemoryMigrationStore } from './memory-migration-store.js';
export type {
  DirectoryEntryQuery,
  JournalEntry,
  MigrationStep,
  MigrationStore,
  StoredJournalEntry,
} from './migration-store.js';
