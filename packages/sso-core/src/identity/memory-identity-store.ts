import { SsoError } from '../errors.js';
import type { Identity, IdentityProposal, IdentitySource, LedgerEntry, LedgerUser } from './identity.js';
import type { IdentityStore, LedgerChanges, LedgerQuery, LedgerView } from './identity-store.js';

/** Most subjects of a dispute that are read. */
const maxDisputes = 100;

interface Tenant {
  readonly users: Map<string, LedgerUser>;
  readonly identities: Map<string, Identity>;
  readonly proposals: Map<string, IdentityProposal>;
  journal: readonly LedgerEntry[];
}

/** The reference implementation of the store: for tests and single processes that may forget. */
export function createMemoryIdentityStore(): IdentityStore {
  const sources = new Map<string, IdentitySource>();
  const tenants = new Map<string, Tenant>();

  function tenantOf(id: string): Tenant {
    const known = tenants.get(id);
    if (known) return known;
    const tenant = { users: new Map(), identities: new Map(), proposals: new Map(), journal: [] };
    tenants.set(id, tenant);
    return tenant;
  }

  function read(tenantId: string, query: LedgerQuery): LedgerView {
    const { address = null, key } = query;
    const { journal, ...rows } = tenantOf(tenantId);
    const [users, identities, proposals] = [rows.users, rows.identities, rows.proposals].map((table) => [
      ...table.values(),
    ]) as [LedgerUser[], Identity[], IdentityProposal[]];
    const entry = journal.find(({ sequence }) => sequence === query.sequence) ?? null;

    const asked = chosen(proposals, 'id', [...(query.proposalIds ?? []), entry?.proposalId]);
    const named = chosen(identities, 'id', [
      ...(query.identityIds ?? []),
      entry?.identityId,
      ...asked.map(({ identityId }) => identityId),
    ]);
    const found = new Set([
      ...named,
      ...chosen(identities, 'key', [key]),
      ...chosen(identities, 'subject', [query.subject, ...named.map(({ subject }) => subject)]),
      ...chosen(identities, 'address', [address]),
      ...disputed(query.disputed ?? [], identities),
    ]);

    const holders = chosen(users, 'address', [address]);
    const userIds = [
      ...(query.userIds ?? []),
      entry?.userId,
      entry?.previousUserId,
      ...asked.map(({ userId }) => userId),
      ...[...found].map(({ userId }) => userId),
      ...holders.map(({ id }) => id),
    ];
    const questions = new Set([
      ...chosen(
        proposals,
        'identityId',
        [...found].map(({ id }) => id),
      ),
      ...chosen(proposals, 'userId', userIds).filter(({ state }) => state === 'open'),
    ]);
    const waiting = [...questions].map(({ identityId }) => identityId);
    for (const identity of [...chosen(identities, 'id', waiting), ...chosen(identities, 'userId', userIds)])
      found.add(identity);
    // What is added is looked at in its turn.
    for (const { basis } of found) for (const ground of chosen(identities, 'id', [basis])) found.add(ground);
    return {
      sequence: journal.length,
      sources: [...sources.values()].filter(
        (source) => source.tenantId === tenantId || query.sources?.includes(source.id),
      ),
      users: chosen(users, 'id', userIds),
      identities: [...found],
      proposals: [...questions],
      entry,
    };
  }

  function disputed(ids: readonly string[], identities: readonly Identity[]): Identity[] {
    const named = [...sources.values()].filter(({ id }) => ids.includes(id));
    const lineages = new Set(named.map(({ lineage }) => lineage));
    const bySubject = new Map<string, Identity[]>();
    for (const identity of identities) {
      const { kind, source: id, generation, subject, userId } = identity;
      const { lineage } = sources.get(sourceKey({ id, generation }))!;
      if (subject === null || userId === null || !lineages.has(lineage)) continue;
      const key = JSON.stringify([kind, subject]);
      bySubject.set(key, [...(bySubject.get(key) ?? []), identity]);
    }
    return [...bySubject.values()]
      .filter((same) => new Set(same.map(({ userId }) => userId)).size > 1)
      .slice(0, maxDisputes)
      .flat();
  }

  /** Checks before it changes anything. */
  function write(tenantId: string, changes: LedgerChanges): void {
    const tenant = tenantOf(tenantId);
    const journal = [...tenant.journal, ...(changes.entries ?? [])];
    if (journal.some(({ sequence }, index) => sequence !== index + 1))
      throw new SsoError({ code: 'internal', message: 'The sequences of a journal have no gaps' });
    for (const source of changes.sources ?? []) {
      const held = sources.get(sourceKey(source));
      if (held && held.tenantId !== source.tenantId)
        throw new SsoError({ code: 'conflict', message: `${source.id} became another tenant's meanwhile` });
    }
    for (const source of changes.sources ?? []) sources.set(sourceKey(source), source);
    for (const user of changes.users ?? []) tenant.users.set(user.id, user);
    for (const identity of changes.identities ?? []) tenant.identities.set(identity.id, identity);
    for (const proposal of changes.proposals ?? []) tenant.proposals.set(proposal.id, proposal);
    for (const userId of changes.forgotten ?? []) forget(tenant, userId);
    tenant.journal = journal;
  }

  return {
    read: async (tenantId, query) => read(tenantId, query),
    async update(tenantId, query, decide) {
      const { changes, result } = decide(read(tenantId, query));
      if (changes) write(tenantId, changes);
      return result;
    },
    findSource: async (wanted) =>
      [...sources.values()].find(({ id, deletedOrder }) => id === wanted && deletedOrder === null) ?? null,
    openProposals: async ({ tenantId, limit, after }) =>
      [...(tenantId === undefined ? tenants.values() : [tenantOf(tenantId)])]
        .flatMap(({ proposals }) => [...proposals.values()])
        .filter((proposal) => proposal.state === 'open' && (!after || isAfter(proposal, after)))
        .toSorted((a, b) => (isAfter(a, b) ? 1 : -1))
        .slice(0, limit),
    entries: async ({ tenantId, userId, limit, before = Infinity }) =>
      tenantOf(tenantId)
        .journal.filter(({ sequence }) => sequence < before)
        .filter((entry) => userId === undefined || entry.userId === userId || entry.previousUserId === userId)
        .toReversed()
        .slice(0, limit),
  };
}

function sourceKey({ id, generation }: Pick<IdentitySource, 'id' | 'generation'>): string {
  return `${generation} ${id}`;
}

/** Rows that have one of the values. */
function chosen<Row, Name extends keyof Row>(
  rows: readonly Row[],
  name: Name,
  values: readonly (Row[Name] | null | undefined)[],
): Row[] {
  const wanted = new Set(values.filter((value) => value !== null && value !== undefined));
  return rows.filter((row) => wanted.has(row[name] as never));
}

function forget({ users, identities, proposals }: Tenant, userId: string): void {
  users.delete(userId);
  const gone = new Set(chosen([...identities.values()], 'userId', [userId]).map(({ id }) => id));
  for (const id of gone) identities.delete(id);
  for (const { id, identityId, userId: about } of proposals.values()) {
    if (about === userId || gone.has(identityId)) proposals.delete(id);
  }
}

type Place = Pick<IdentityProposal, 'tenantId' | 'id'>;

function isAfter(a: Place, b: Place): boolean {
  return a.tenantId === b.tenantId ? a.id > b.id : a.tenantId > b.tenantId;
}
