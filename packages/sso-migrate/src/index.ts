/** Moves customers from one provider to another, one at a time and reversibly. */
export type { Records, Sample } from './records.js';
export {
  createMigrator,
  type Gate,
  type InventorySettings,
  type Migrator,
  type MigratorOptions,
  type PlanSettings,
  type VerifySettings,
} from './migrator.js';
export type { RetrySettings } from './retrying.js';
export type {
  Abilities,
  ExaminedPeople,
  InventoriedConnection,
  InventoriedDirectory,
  InventoriedDomain,
  InventoriedOrganization,
  Inventory,
  InventoryCounts,
} from './inventory/inventory.js';
export { inventoryFromLines, planFromLines, toLines } from './document-lines.js';
export { findingSeverities, type Finding, type FindingCode } from './plan/finding.js';
export { describeOrganization, describePlan } from './plan/describe-plan.js';
export { makePlan } from './plan/make-plan.js';
export type {
  ChangedValue,
  ChangedValueName,
  CustomerTask,
  Plan,
  PlanCounts,
  PlannedAction,
  PlannedOrganization,
  PlannedSide,
  PlanOptions,
} from './plan/plan.js';
export type { ApplySettings } from './apply/apply-plan.js';
export type { AppliedOrganization, AppliedStep, ApplyProgress, ApplyResult } from './apply/progress.js';
export type { TestLogin } from './verify/test-login.js';
export type { Difference, Verification, VerificationCheck } from './verify/verification.js';
export { defineConfig, type MigrateConfig } from './config.js';
export { buildReport, type ReportOptions } from './report/build-report.js';
export { renderReport } from './report/render-report.js';
export type { MigrationReport, ReportCounts, ReportedOrganization } from './report/migration-report.js';
export { describeVerification } from './verify/describe-verification.js';
export {
  createLadder,
  type HandOver,
  type Ladder,
  type LadderOptions,
  type Transition,
} from './ladder/ladder.js';
export { GateClosedError } from './ladder/gate-closed-error.js';
export { statusOf, type MigrationStatus } from './ladder/status.js';
export { listMigrations } from './list-migrations.js';
