import type { Identity, IdentityProposal, IdentitySource, LedgerEntry, LedgerUser } from './identity.js';
import { SsoError } from '../errors.js';
import type { IdentityStore, LedgerChanges, LedgerQuery, LedgerView } from './identity-store.js';

const sourceKey = ({ id, generation }: Pick<IdentitySource, 'id' | 'generation'>) => `${generation} ${id}`;
const userKey = ({ tenantId, id }: Pick<LedgerUser, 'tenantId' | 'id'>) => JSON.stringify([tenantId, id]);
/** Most subjects of a dispute that are read. */
const maxDisputes = 100;

/** The reference implementation of the store: for tests and single processes that may forget. */
export function createMemoryIdentityStore(): IdentityStore {
  const sources = new Map<string, IdentitySource>();
  const users = new Map<string, LedgerUser>();
  const identities = new Map<string, Identity>();
  const proposals = new Map<string, IdentityProposal>();
  const journals = new Map<string, LedgerEntry[]>();
  const journalOf = (tenantId: string): readonly LedgerEntry[] => journals.get(tenantId) ?? [];

  function disputed(ids: readonly string[], own: readonly Identity[]): Identity[] {
    const lineages = new Set(
      [...sources.values()].filter(({ id }) => ids.includes(id)).map(({ lineage }) => lineage),
    );
    const bySubject = new Map<string, Identity[]>();
    for (const identity of own) {
      const { kind, source, generation, subject, userId } = identity;
      const { lineage } = sources.get(sourceKey({ id: source, generation }))!;
      if (subject === null || userId === null || !lineages.has(lineage)) continue;
      const key = JSON.stringify([kind, subject]);
      bySubject.set(key, [...(bySubject.get(key) ?? []), identity]);
    }
    return [...bySubject.values()]
      .filter((same) => new Set(same.map(({ userId }) => userId)).size > 1)
      .slice(0, maxDisputes)
      .flat();
  }

  function read(tenantId: string, query: LedgerQuery): LedgerView {
    const ofTenant = <T extends { readonly tenantId: string }>(rows: Iterable<T>) =>
      [...rows].filter((row) => row.tenantId === tenantId);
    const own = ofTenant(identities.values());
    const ownUsers = ofTenant(users.values());
    const ownProposals = ofTenant(proposals.values());
    const {
      sources: sourceIds = [],
      address = null,
      subject = null,
      key,
      proposalIds = [],
      disputed: disputes = [],
    } = query;
    const journal = journalOf(tenantId);
    const entry = journal.find(({ sequence }) => sequence === query.sequence) ?? null;
    const asked = ownProposals.filter(({ id }) => proposalIds.includes(id) || id === entry?.proposalId);

    const ids = new Set([
      ...(query.identityIds ?? []),
      ...(entry?.identityId ? [entry.identityId] : []),
      ...asked.map(({ identityId }) => identityId),
    ]);
    const named = own.filter(({ id }) => ids.has(id));
    const subjects = new Set([subject, ...named.map((identity) => identity.subject)]);
    const found = new Set([
      ...named,
      ...own.filter(
        (identity) =>
          identity.key === key ||
          (identity.subject !== null && subjects.has(identity.subject)) ||
          (address !== null && identity.address === address),
      ),
      ...disputed(disputes, own),
    ]);

    const userIds = new Set([
      ...(query.userIds ?? []),
      ...[entry?.userId, entry?.previousUserId].filter((id) => typeof id === 'string'),
      ...asked.map(({ userId }) => userId),
      ...[...found].flatMap(({ userId }) => userId ?? []),
      ...ownUsers.filter((user) => address !== null && user.address === address).map(({ id }) => id),
    ]);
    const foundProposals = ownProposals.filter(
      (proposal) =>
        [...found].some(({ id }) => id === proposal.identityId) ||
        (proposal.state === 'open' && userIds.has(proposal.userId)),
    );
    const waiting = new Set(foundProposals.map(({ identityId }) => identityId));
    for (const identity of own) {
      if (waiting.has(identity.id) || (identity.userId !== null && userIds.has(identity.userId)))
        found.add(identity);
    }
    for (const { basis } of found) {
      const ground = basis === null ? undefined : identities.get(basis);
      if (ground) found.add(ground);
    }
    return {
      sequence: journal.length,
      sources: [...sources.values()].filter(
        (source) => source.tenantId === tenantId || sourceIds.includes(source.id),
      ),
      users: ownUsers.filter(({ id }) => userIds.has(id)),
      identities: [...found],
      proposals: foundProposals,
      entry,
    };
  }

  /** Checks before it changes anything. */
  function write(tenantId: string, changes: LedgerChanges): void {
    const journal = [...journalOf(tenantId), ...(changes.entries ?? [])];
    if (journal.some(({ sequence }, index) => sequence !== index + 1))
      throw new SsoError({ code: 'internal', message: 'The sequences of a journal have no gaps' });
    for (const source of changes.sources ?? []) {
      const held = sources.get(sourceKey(source));
      if (held && held.tenantId !== source.tenantId)
        throw new SsoError({ code: 'conflict', message: `${source.id} became another tenant's meanwhile` });
    }
    for (const source of changes.sources ?? []) sources.set(sourceKey(source), source);
    for (const user of changes.users ?? []) users.set(userKey(user), user);
    for (const identity of changes.identities ?? []) identities.set(identity.id, identity);
    for (const proposal of changes.proposals ?? []) proposals.set(proposal.id, proposal);
    journals.set(tenantId, journal);
  }

  function forget(tenantId: string, userId: string): void {
    users.delete(userKey({ tenantId, id: userId }));
    const gone = new Set<string>();
    for (const { id, ...identity } of identities.values()) {
      if (identity.tenantId === tenantId && identity.userId === userId) gone.add(id);
    }
    for (const id of gone) identities.delete(id);
    for (const { id, ...proposal } of proposals.values()) {
      if (gone.has(proposal.identityId) || (proposal.tenantId === tenantId && proposal.userId === userId))
        proposals.delete(id);
    }
  }

  return {
    read: async (tenantId, query) => read(tenantId, query),
    async update(tenantId, query, decide) {
      const { changes, result } = decide(read(tenantId, query));
      if (changes) {
        write(tenantId, changes);
        for (const userId of changes.forgotten ?? []) forget(tenantId, userId);
      }
      return result;
    },
    findSource: async (wanted) =>
      [...sources.values()].find(({ id, deletedOrder }) => id === wanted && deletedOrder === null) ?? null,
    async openProposals({ tenantId, limit, after }) {
      return [...proposals.values()]
        .filter(
          (proposal) => proposal.state === 'open' && (tenantId ?? proposal.tenantId) === proposal.tenantId,
        )
        .filter((proposal) => !after || isAfter(proposal, after))
        .toSorted((a, b) => (isAfter(a, b) ? 1 : -1))
        .slice(0, limit);
    },
    entries: async ({ tenantId, userId, limit, before = Infinity }) =>
      journalOf(tenantId)
        .filter(({ sequence }) => sequence < before)
        .filter((entry) => userId === undefined || entry.userId === userId || entry.previousUserId === userId)
        .toReversed()
        .slice(0, limit),
  };
}

function isAfter(a: Place, b: Place): boolean {
  return a.tenantId === b.tenantId ? a.id > b.id : a.tenantId > b.tenantId;
}

type Place = Pick<IdentityProposal, 'tenantId' | 'id'>;
