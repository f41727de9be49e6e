import type { Identity, IdentityEvidence, ProposalReason } from './identity.js';
import { certainRefusalOf } from './access.js';
import type { Claim } from './claim.js';
import { isOneNumbering, isSameNamespace, placeOf, type People, type Place } from './people.js';

/** A person of the app, as its own table knows them. */
export interface ExistingUser {
  readonly userId: string;
  readonly email: string;
  /** Whether the person has proved to you that the address is theirs. An account with an unverified one is only ever proposed. */
  readonly emailVerified: boolean;
}

/** What follows from everything known. */
export type Verdict =
  | {
      readonly kind: 'link';
      readonly userId: string;
      readonly evidence: IdentityEvidence;
      readonly basis: string | null;
    }
  | { readonly kind: 'propose'; readonly candidates: ReadonlyMap<string, ProposalReason> }
  | { readonly kind: 'nobody' };

/**
 * Who a claim is about. `existing` are people of the app who have the claim's address; `own` is the identity itself, where there is one
 * already.
 */
export function weigh(
  claim: Claim,
  lineage: string,
  own: Identity | undefined,
  existing: readonly ExistingUser[],
  people: People,
): Verdict {
  const { subject, address } = claim;
  const place: Place = { ...claim, lineage };
  const others = people.view.identities
    .filter((identity) => identity.id !== own?.id && people.userOf(identity) !== null)
    .toSorted((a, b) => a.decision - b.decision);
  const bySubject = subject === null ? [] : others.filter((other) => other.subject === subject);

  const [same, ...rest] = bySubject.filter((other) => isSameNamespace(placeOf(other, people), place));
  if (same && rest.every(({ userId }) => userId === same.userId)) {
    return { kind: 'link', userId: same.userId!, evidence: 'subject', basis: same.id };
  }

  const barred = barredUsers(claim, lineage, own, people);
  // What was decided about another identity rests on its link with this one, so it is asked again.
  const rejected = rejectedUsers(new Set(own ? [own.id] : []), people);
  const contradicts = (userId: string) => isKnownOtherwise(userId, claim, place, own?.id, people);
  const mayLink = (userId: string) => !barred.has(userId) && !contradicts(userId);

  const agreeing = bySubject.filter(
    (other) =>
      (claim.kind === 'directory_user' || other.kind === 'directory_user') &&
      address !== null &&
      other.address === address,
  );
  const [first] = agreeing;
  if (first && agreeing.every(({ userId }) => userId === first.userId) && mayLink(first.userId!)) {
    return { kind: 'link', userId: first.userId!, evidence: 'external_id', basis: first.id };
  }

  const holders = address === null ? new Map<never, never>() : holdersOf(address, others, existing, people);
  const [holder] = holders.values();
  const isSole = holders.size === 1 && holder!.verified && claim.addressVerified;
  // An address may have been given to somebody new: alone it revives nobody.
  if (isSole && mayLink(holder!.userId) && certainRefusalOf(holder!.userId, people) === null) {
    return { kind: 'link', userId: holder!.userId, evidence: 'verified_email', basis: holder!.basis };
  }

  function reasonFor(userId: string): ProposalReason {
    if (contradicts(userId)) return 'other_subject';
    if (!holders.has(userId)) return 'subject_elsewhere';
    if (holders.size > 1) return 'ambiguous_email';
    return isSole ? 'no_access' : 'email';
  }
  const candidates = new Map<string, ProposalReason>();
  for (const userId of [...holders.keys(), ...bySubject.map((other) => other.userId!)]) {
    if (rejected.has(userId) || candidates.has(userId)) continue;
    candidates.set(userId, reasonFor(userId));
  }
  return candidates.size > 0 ? { kind: 'propose', candidates } : { kind: 'nobody' };
}

/** The same identity provider knows that person by another id, so this is somebody else. */
export function isKnownOtherwise(
  userId: string,
  { subject }: Pick<Identity, 'subject'>,
  place: Place,
  ownId: string | undefined,
  people: People,
): boolean {
  return people
    .identitiesOf(userId)
    .some(
      (other) =>
        other.id !== ownId &&
        isOneNumbering(placeOf(other, people), place) &&
        (subject === null || other.subject !== subject),
    );
}

/** People this subject was decided not to be, as this connection or another one of its lineage told it. */
function barredUsers(
  { kind, subject }: Claim,
  lineage: string,
  own: Identity | undefined,
  people: People,
): ReadonlySet<string> {
  const same = people.view.identities.filter(
    (identity) =>
      identity.id === own?.id ||
      (subject !== null &&
        identity.subject === subject &&
        identity.kind === kind &&
        people.lineageOf(identity) === lineage),
  );
  return rejectedUsers(new Set(same.map(({ id }) => id)), people);
}

function rejectedUsers(identityIds: ReadonlySet<string>, { view }: People): ReadonlySet<string> {
  const rejected = view.proposals.filter(
    ({ identityId, state }) => state === 'rejected' && identityIds.has(identityId),
  );
  return new Set(rejected.map(({ userId }) => userId));
}

interface Holder {
  readonly userId: string;
  readonly verified: boolean;
  readonly basis: string | null;
}

/** Everybody who has the address. */
function holdersOf(
  address: string,
  others: readonly Identity[],
  existing: readonly ExistingUser[],
  { view }: People,
): ReadonlyMap<string, Holder> {
  const holders = new Map<string, Holder>();
  const add = (holder: Holder) => {
    if (!holders.get(holder.userId)?.verified) holders.set(holder.userId, holder);
  };
  for (const { userId, emailVerified } of existing) add({ userId, verified: emailVerified, basis: null });
  for (const user of view.users) {
    if (user.address === address) add({ userId: user.id, verified: user.addressVerified, basis: null });
  }
  for (const other of others) {
    if (other.address === address)
      add({ userId: other.userId!, verified: other.addressVerified, basis: other.id });
  }
  return holders;
}
