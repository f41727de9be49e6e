import type { OrganizationId } from '@org/sso-core';
import type { JournalEntry, Migration } from '@org/sso-core/migration';

/** A customer on the way from `old` to `next`. */
export function migration(tenantId: string, change: Partial<Migration> = {}): Migration {
  return {
    tenantId,
    from: 'old',
    to: 'next',
    stage: 'observe',
    canary: null,
    acting: 'from',
    organizations: {
      from: `old:org_${tenantId}` as OrganizationId,
      to: `next:org_${tenantId}` as OrganizationId,
    },
    domains: [`${tenantId}.example`],
    version: 1,
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...change,
  };
}

export function journalEntry(tenantId: string, change: Partial<JournalEntry> = {}): JournalEntry {
  return {
    tenantId,
    at: '2026-01-01T00:00:00.000Z',
    actor: 'olga',
    action: 'enrolled',
    fromStage: null,
    toStage: 'observe',
    detail: null,
    ...change,
  };
}
