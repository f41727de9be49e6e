import type {
  DirectoryEntry,
  JournalEntry,
  Migration,
  MigrationStep,
  StoredJournalEntry,
} from '@org/sso-core/migration';
import type { Insertable, Selectable } from 'kysely';
import type { DirectoryEntryRow, JournalRow, MigrationRow, StepRow } from './schema.js';

export function toMigrationRow(migration: Migration): MigrationRow {
  return {
    tenant_id: migration.tenantId,
    version: migration.version,
    body: JSON.stringify(migration),
  };
}

export function fromMigrationRow({ body }: Pick<MigrationRow, 'body'>): Migration {
  return JSON.parse(body) as Migration;
}

export function toJournalRow(entry: JournalEntry): Insertable<JournalRow> {
  return {
    tenant_id: entry.tenantId,
    at: entry.at,
    actor: entry.actor,
    action: entry.action,
    from_stage: entry.fromStage,
    to_stage: entry.toStage,
    detail: JSON.stringify(entry.detail ?? null),
  };
}

export function fromJournalRow(row: Selectable<JournalRow>): StoredJournalEntry {
  return {
    // PostgreSQL numbers in 64 bits, which its driver hands out as text.
    sequence: Number(row.sequence),
    tenantId: row.tenant_id,
    at: row.at,
    actor: row.actor,
    action: row.action as JournalEntry['action'],
    fromStage: row.from_stage as JournalEntry['fromStage'],
    toStage: row.to_stage as JournalEntry['toStage'],
    detail: JSON.parse(row.detail) as unknown,
  };
}

export function toStepRow({ tenantId, step, state, result, at }: MigrationStep): StepRow {
  return { tenant_id: tenantId, step, state, result, at };
}

export function fromStepRow({ tenant_id: tenantId, step, state, result, at }: StepRow): MigrationStep {
  return { tenantId, step, state: state as MigrationStep['state'], result, at };
}

/** At the version after the one it was read at. */
export function toEntryRow(entry: DirectoryEntry): DirectoryEntryRow {
  const version = entry.version + 1;
  return {
    tenant_id: entry.tenantId,
    id: entry.id,
    kind: entry.kind,
    matched_by: entry.match === null ? null : toMatch(entry.match),
    from_subject: entry.from?.subject ?? null,
    to_subject: entry.to?.subject ?? null,
    version,
    body: JSON.stringify({ ...entry, version }),
  };
}

export function fromEntryRow({ body }: Pick<DirectoryEntryRow, 'body'>): DirectoryEntry {
  return JSON.parse(body) as DirectoryEntry;
}

export function toMatch(match: string): string {
  return JSON.stringify(match);
}
