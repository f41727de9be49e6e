/** Moves customers from one provider to another, one at a time and reversibly. */
export type { Records, Sample } from './records.js';
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
export type { Finding, FindingCode } from './plan/finding.js';
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
export type { AppliedOrganization, AppliedStep, ApplyProgress, ApplyResult } from './apply/progress.js';
export type { Difference, Verification, VerificationCheck } from './verify/verification.js';
export type { Migrator, MigratorOptions, Gate } from './migrator.js';
