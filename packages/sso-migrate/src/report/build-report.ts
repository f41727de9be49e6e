import {
  migrationStages,
  type Migration,
  type MigrationStore,
  type StoredJournalEntry,
} from '@org/sso-core/migration';
import { listMigrations } from '../list-migrations.js';
import type { Plan, PlannedOrganization } from '../plan/plan.js';
import { blockingChecks } from '../verify/blocking-checks.js';
import type { Verification } from '../verify/verification.js';
import type { MigrationReport, ReportCounts, ReportedOrganization } from './migration-report.js';

export interface ReportOptions {
  readonly store: MigrationStore;
  /** Made now, so that what it finds is what is so. */
  readonly plan: Plan;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Journal entries shown of each customer. */
const maxEntries = 100;

/** Where every customer stands: those of the plan, and those that were enrolled and are no longer at the source. */
export async function buildReport({ store, plan, now = Date.now }: ReportOptions): Promise<MigrationReport> {
  const moves = (await listMigrations(store)).filter(
    ({ from, to }) => from === plan.from.provider && to === plan.to.provider,
  );
  const planned = new Map<string, PlannedOrganization>();
  const organizations: ReportedOrganization[] = [];
  for (const organization of plan.organizations) {
    if (organization.tenantId === null) organizations.push(reported(null, organization, []));
    else planned.set(organization.tenantId, organization);
  }
  for (const migration of moves) {
    const { tenantId } = migration;
    const journal = await store.journal({ tenantId, limit: maxEntries });
    organizations.push(reported(migration, planned.get(tenantId) ?? null, journal));
    planned.delete(tenantId);
  }
  for (const organization of planned.values()) organizations.push(reported(null, organization, []));

  return {
    at: new Date(now()).toISOString(),
    from: plan.from.provider,
    to: plan.to.provider,
    counts: countsOf(organizations),
    organizations: organizations.toSorted(
      (left, right) =>
        Number(right.blockers.length > 0) - Number(left.blockers.length > 0) ||
        stageIndex(left) - stageIndex(right) ||
        left.name.localeCompare(right.name),
    ),
  };
}

function reported(
  migration: Migration | null,
  planned: PlannedOrganization | null,
  timeline: readonly StoredJournalEntry[],
): ReportedOrganization {
  const last = timeline.find(({ action }) => action === 'verified');
  const verification = (last?.detail ?? null) as Verification | null;
  return {
    tenantId: migration?.tenantId ?? planned?.tenantId ?? null,
    name: planned?.name ?? migration?.tenantId ?? '',
    migration,
    blockers: migration?.stage === 'committed' ? [] : blockersOf(migration, planned, verification),
    findings: planned?.findings ?? [],
    customerTasks: planned?.customerTasks ?? [],
    verification,
    timeline,
  };
}

function blockersOf(
  migration: Migration | null,
  planned: PlannedOrganization | null,
  verification: Verification | null,
): string[] {
  if (!planned) return ['The source no longer has this customer.'];
  const conflicts = planned.findings
    .filter(({ severity }) => severity === 'blocks')
    .map(({ message }) => message);
  if (!migration) return conflicts;
  if (!verification) return [...conflicts, 'It was not verified yet.'];
  const next = migrationStages[migrationStages.indexOf(migration.stage) + 1];
  return [...conflicts, ...blockingChecks(verification, next)];
}

function countsOf(organizations: readonly ReportedOrganization[]): ReportCounts {
  const stages = Object.fromEntries([...migrationStages, 'not_enrolled'].map((stage) => [stage, 0])) as {
    -readonly [Stage in keyof ReportCounts['stages']]: number;
  };
  let blocked = 0;
  let rolledBack = 0;
  for (const { migration, blockers, timeline } of organizations) {
    stages[migration?.stage ?? 'not_enrolled'] += 1;
    if (blockers.length > 0) blocked += 1;
    rolledBack += timeline.filter(({ action }) => action === 'rolled_back').length;
  }
  return { stages, blocked, rolledBack };
}

function stageIndex({ migration }: ReportedOrganization): number {
  return migration ? migrationStages.indexOf(migration.stage) : -1;
}
