import type { Identity, IdentitySource, LedgerUser } from './identity.js';
import type { LedgerView } from './identity-store.js';

/** The people in a view. */
export interface People {
  readonly tenantId: string;
  readonly view: LedgerView;
  /** All sources of the tenant. */
  readonly sources: readonly IdentitySource[];
  /** The one of this id that was not deleted. */
  readonly liveSource: (id: string) => IdentitySource | undefined;
  readonly lineageOf: (identity: Identity) => string;
  /** Whose it is, if its link still holds. */
  readonly userOf: (identity: Identity) => string | null;
  readonly identitiesOf: (userId: string) => readonly Identity[];
  readonly user: (id: string) => LedgerUser | undefined;
}

export function createPeople(tenantId: string, view: LedgerView): People {
  const sources = view.sources.filter((source) => source.tenantId === tenantId);
  const byId = new Map(view.identities.map((identity) => [identity.id, identity]));

  const lineageOf = ({ source, generation }: Identity): string =>
    // A source is written before its identities.
    sources.find(({ id, generation: of }) => id === source && of === generation)!.lineage;

  /** A link holds no longer than what it rests on, so taking one back takes back all that followed from it. */
  function holds(identity: Identity): boolean {
    const { basis, userId, evidence } = identity;
    if (basis === null) return true;
    const ground = byId.get(basis);
    if (!ground || ground.userId !== userId || !holds(ground)) return false;
    return evidence !== 'subject' || lineageOf(ground) === lineageOf(identity);
  }

  const userOf = (identity: Identity) =>
    identity.userId !== null && holds(identity) ? identity.userId : null;
  return {
    tenantId,
    view,
    sources,
    liveSource: (id) => sources.find((source) => source.id === id && source.deletedOrder === null),
    lineageOf,
    userOf,
    identitiesOf: (userId) => view.identities.filter((identity) => userOf(identity) === userId),
    user: (id) => view.users.find((user) => user.id === id),
  };
}
