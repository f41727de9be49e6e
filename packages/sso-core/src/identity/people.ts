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

/** Where an id of a person means something. */
export interface Place {
  readonly kind: Identity['kind'];
  readonly lineage: string;
  readonly directoryId: string | null;
}

export function placeOf(identity: Identity, { lineageOf }: People): Place {
  return { ...identity, lineage: lineageOf(identity) };
}

/** Whether equal ids of people mean one person. Of two directories behind one organization only if they are known to be the same. */
export function isSameNamespace(a: Place, b: Place): boolean {
  return (
    isSameLineage(a, b) && (a.kind === 'login' || (a.directoryId !== null && a.directoryId === b.directoryId))
  );
}

/** Whether different ids of people mean different people. Of two directories behind one organization unless they are known to differ. */
export function isOneNumbering(a: Place, b: Place): boolean {
  return (
    isSameLineage(a, b) &&
    (a.directoryId === null || b.directoryId === null || a.directoryId === b.directoryId)
  );
}

function isSameLineage(a: Place, b: Place): boolean {
  return a.kind === b.kind && a.lineage === b.lineage;
}
