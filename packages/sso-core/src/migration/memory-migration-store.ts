import { SsoError } from '../errors.js';
import type { DirectoryEntry } from './directory-entry.js';
import type { Migration } from './migration.js';
import type {
  DirectoryEntryQuery,
  JournalEntry,
  MigrationStep,
  MigrationStore,
  StoredJournalEntry,
} from './migration-store.js';

/** The reference implementation of the store: for tests and single processes that may forget. */
export function createMemoryMigrationStore(): MigrationStore {
  const migrations = new Map<string, Migration>();
  const journal: StoredJournalEntry[] = [];
  const steps = new Map<string, Map<string, MigrationStep>>();
  const entries = new Map<string, Map<string, DirectoryEntry>>();

  const all = () => [...migrations.values()].toSorted((a, b) => compare(a.tenantId, b.tenantId));

  function append(entry: JournalEntry): void {
    journal.push({ ...structuredClone(entry), sequence: journal.length + 1 });
  }

  function matching(tenantId: string, query: DirectoryEntryQuery): DirectoryEntry[] {
    const known = [...(entries.get(tenantId)?.values() ?? [])].toSorted((a, b) => compare(a.id, b.id));
    if ('limit' in query)
      return known.filter(({ id }) => query.after === null || id > query.after).slice(0, query.limit);
    return known.filter((entry) => {
      if ('ids' in query) return query.ids.includes(entry.id);
      if ('side' in query) {
        const statement = entry[query.side];
        return statement !== null && query.subjects.includes(statement.subject);
      }
      return entry.kind === query.kind && entry.match !== null && query.matches.includes(entry.match);
    });
  }

  return {
    get: async (tenantId) => structuredClone(migrations.get(tenantId) ?? null),
    findByOrganization: async (organization) =>
      structuredClone(all().find((migration) => organizationsOf(migration).includes(organization)) ?? null),
    async findByDomain(domain) {
      const found = all().filter(({ domains }) => domains.includes(domain));
      if (found.length > 1) throw claimedBySeveral(domain);
      return structuredClone(found[0] ?? null);
    },
    list: async ({ limit, after }) =>
      structuredClone(
        all()
          .filter(({ tenantId }) => after === null || tenantId > after)
          .slice(0, limit),
      ),
    async write(migration, expectedVersion, entry) {
      const known = migrations.get(migration.tenantId);
      if ((known?.version ?? null) !== expectedVersion) return false;
      const others = all().filter(({ tenantId }) => tenantId !== migration.tenantId);
      const taken = organizationsOf(migration).find((organization) =>
        others.some((other) => organizationsOf(other).includes(organization)),
      );
      if (taken !== undefined) throw organizationTaken(taken);
      migrations.set(migration.tenantId, structuredClone(migration));
      append(entry);
      return true;
    },
    record: async (entry) => append(entry),
    journal: async ({ tenantId, limit, before = Infinity }) =>
      structuredClone(
        journal
          .filter(
            (entry) => entry.sequence < before && (tenantId === undefined || entry.tenantId === tenantId),
          )
          .toReversed()
          .slice(0, limit),
      ),
    steps: async (tenantId) =>
      structuredClone([...(steps.get(tenantId)?.values() ?? [])].toSorted((a, b) => compare(a.step, b.step))),
    async recordStep(step) {
      const known = steps.get(step.tenantId) ?? new Map<string, MigrationStep>();
      steps.set(step.tenantId, known.set(step.step, structuredClone(step)));
    },
    entries: async (tenantId, query) => structuredClone(matching(tenantId, query)),
    async writeEntries(tenantId, moveVersion, changed) {
      if (migrations.get(tenantId)?.version !== moveVersion) return false;
      const known = entries.get(tenantId) ?? new Map<string, DirectoryEntry>();
      if (changed.some(({ id, version }) => (known.get(id)?.version ?? 0) !== version)) return false;
      const next = [...new Map([...known, ...changed.map((entry) => [entry.id, entry] as const)]).values()];
      const subjects = next.flatMap(({ from, to }) => [
        ...(from ? [`from ${from.subject}`] : []),
        ...(to ? [`to ${to.subject}`] : []),
      ]);
      if (new Set(subjects).size < subjects.length) return false;
      for (const entry of changed)
        known.set(entry.id, { ...structuredClone(entry), version: entry.version + 1 });
      entries.set(tenantId, known);
      return true;
    },
    removeEntries: async (tenantId) => void entries.delete(tenantId),
  };
}

function organizationsOf({ organizations: { from, to }, formerOrganizations = [] }: Migration): string[] {
  return [from, to, ...formerOrganizations].filter((organization) => organization !== null);
}

/** Text compares by bytes in every store; JavaScript's order differs from that only beyond the basic plane. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function claimedBySeveral(domain: string): SsoError {
  return new SsoError({
    code: 'failed_precondition',
    message: `Several customers in a move claim the domain "${domain}": nobody can tell whose people sign in with it`,
  });
}

function organizationTaken(organization: string): SsoError {
  return new SsoError({
    code: 'already_exists',
    message: `${organization} is part of another customer's move`,
  });
}
