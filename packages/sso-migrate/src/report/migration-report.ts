import type { Migration, MigrationStage, StoredJournalEntry } from '@org/sso-core/migration';
import type { Finding } from '../plan/finding.js';
import type { CustomerTask } from '../plan/plan.js';
import type { Verification } from '../verify/verification.js';

/** Where every customer stands, and why. JSON-serialisable. */
export interface MigrationReport {
  /** ISO-8601 in UTC. */
  readonly at: string;
  /** Provider ids. */
  readonly from: string;
  readonly to: string;
  readonly counts: ReportCounts;
  /** Those something blocks first, then by stage, then by name. */
  readonly organizations: readonly ReportedOrganization[];
}

export interface ReportCounts {
  /** `not_enrolled`: known at the source, but not applied yet. */
  readonly stages: Readonly<Record<MigrationStage | 'not_enrolled', number>>;
  readonly blocked: number;
  readonly rolledBack: number;
}

export interface ReportedOrganization {
  /** `null` when none is known, which blocks. */
  readonly tenantId: string | null;
  readonly name: string;
  /** `null` before it is enrolled. */
  readonly migration: Migration | null;
  /** Why it cannot go on, in sentences. Empty also when there is nowhere further to go. */
  readonly blockers: readonly string[];
  readonly findings: readonly Finding[];
  /** What its IT admin has still to do. */
  readonly customerTasks: readonly CustomerTask[];
  /** The last one made; `null` when there is none. */
  readonly verification: Verification | null;
  /** Newest first. */
  readonly timeline: readonly StoredJournalEntry[];
}
