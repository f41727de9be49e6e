import { randomUUID } from 'node:crypto';
import { SsoError } from '../errors.js';
import { certainRefusalOf, refusalOf } from './access.js';
import { toDomain, type Claim } from './claim.js';
import { Draft } from './draft.js';
import { isKnownOtherwise, weigh, type ExistingUser } from './evidence.js';
import type {
  Identity,
  IdentityEvidence,
  IdentityProposal,
  IdentitySource,
  ProposalReason,
} from './identity.js';
import type { LedgerChanges, LedgerView } from './identity-store.js';
import type { IdentityOutcome, IdentityRefusal } from './outcome.js';
import { createPeople, isSameNamespace, placeOf, type People } from './people.js';

/** What the ledger does not know itself. */
export interface Facts {
  /** Domains the tenant has verified, for this source. */
  readonly domains: readonly string[];
  /** People of the app who have the claim's address. */
  readonly existing: readonly ExistingUser[];
  /** For somebody nobody knows. */
  readonly newUserId: string;
}

export interface Decision {
  readonly outcome: IdentityOutcome;
  readonly changes: LedgerChanges | null;
}

/** Decides who a claim is about. Without facts: `null` unless what is known suffices. */
export function resolve(
  tenantId: string,
  claim: Claim,
  view: LedgerView,
  facts: Facts | null,
  at: string,
): Decision | null {
  const draft = new Draft(createPeople(tenantId, view), { actor: claim.source, at });
  draft.refuseForeignSource(claim.source);
  const live = draft.people.liveSource(claim.source);
  const own =
    live &&
    view.identities.find(
      ({ source, generation, key }) =>
        source === live.id && generation === live.generation && key === claim.key,
    );
  const userId = own ? draft.people.userOf(own) : null;
  const saysNothing = claim.kind === 'directory_user' && claim.word === null;
  if (own && userId !== null) {
    const isProvedAlready = claim.address === null || (own.address === claim.address && own.addressVerified);
    if (!isProvedAlready && !saysNothing && !facts) return null;
    const known = hear(own, isProvedAlready ? claim : { ...claim, addressVerified: isProved(claim, facts) });
    if (!isSame(known, own)) draft.putIdentity(known);
    recordWord(draft, own, known, userId);
    return conclude(draft, known, userId, 'known');
  }
  if (saysNothing) return refuse('person_unknown', tenantId);
  return facts && introduce(draft, { ...claim, addressVerified: isProved(claim, facts) }, own, facts);
}

/** Somebody the source has not told of before, or whose place is not decided. */
function introduce(draft: Draft, claim: Claim, own: Identity | undefined, facts: Facts): Decision {
  const kind = claim.kind === 'login' ? 'connection' : 'directory';
  const source = draft.ensureSource(claim.source, kind);
  const identity = hear(own ?? newIdentity(claim, source), claim);
  const verdict = weigh(claim, source.lineage, own, facts.existing, draft.people);
  if (verdict.kind === 'propose') return propose(draft, identity, own, verdict.candidates);
  const evidence = verdict.kind === 'link' ? verdict.evidence : 'first_seen';
  const userId = verdict.kind === 'link' ? verdict.userId : facts.newUserId;
  link(draft, identity, userId, evidence, verdict.kind === 'link' ? verdict.basis : null);
  recordWord(draft, own, identity, userId);
  return conclude(draft, identity, userId, verdict.kind === 'link' ? 'linked' : 'created');
}

/** Makes an identity a person's, and with it those that wait and are clearly the same person's. About those that may be, it asks. */
export function link(
  draft: Draft,
  identity: Identity,
  userId: string,
  evidence: IdentityEvidence,
  basis: string | null,
): void {
  setPerson(draft, identity, userId, evidence, basis);
  for (
    let found = waitingWith(draft, identity, userId);
    found;
    found = waitingWith(draft, identity, userId)
  ) {
    setPerson(draft, found.identity, userId, found.evidence, identity.id);
    recordWord(draft, undefined, found.identity, userId);
  }
  // A login asks again by itself; of a directory nothing more may be heard.
  for (const waiting of draft.people.view.identities) {
    if (waiting.kind === 'login' || draft.people.userOf(waiting) !== null) continue;
    const reason = weakReason(draft.people, waiting, identity, userId);
    if (reason !== null && !wasAsked(draft, waiting.id, userId)) ask(draft, waiting, userId, reason);
  }
}

function weakReason(
  people: People,
  waiting: Identity,
  { subject, address }: Identity,
  userId: string,
): ProposalReason | null {
  const hasAddress = waiting.address !== null && waiting.address === address;
  if (!hasAddress && (waiting.subject === null || waiting.subject !== subject)) return null;
  if (isKnownOtherwise(userId, waiting, placeOf(waiting, people), waiting.id, people)) return 'other_subject';
  return hasAddress ? 'email' : 'subject_elsewhere';
}

function wasAsked({ people }: Draft, identityId: string, userId: string): boolean {
  return people.view.proposals.some(
    (proposal) =>
      proposal.identityId === identityId &&
      proposal.userId === userId &&
      (proposal.state === 'open' || proposal.state === 'rejected'),
  );
}

function ask(draft: Draft, identity: Identity, userId: string, reason: ProposalReason): void {
  const { tenantId, id: identityId, source } = identity;
  draft.ensureUser(userId);
  const id = randomUUID();
  const about = { userId, identityId, proposalId: id, source, evidence: reason };
  const decision = draft.record('identity_proposed', about);
  draft.putProposal({ id, tenantId, identityId, userId, reason, state: 'open', decision });
}

export function setPerson(
  draft: Draft,
  identity: Identity,
  userId: string,
  evidence: IdentityEvidence,
  basis: string | null,
  decided: { readonly undoes?: number | null; readonly previousUserId?: string | null } = {},
): void {
  const { id: identityId, tenantId, source } = identity;
  if (evidence === 'first_seen') {
    if (draft.people.user(userId)) {
      const message = `identity.newUserId: "${userId}" is somebody already, and would become two people`;
      throw new SsoError({ code: 'conflict', message, operation: 'identity.newUserId' });
    }
    draft.putUser({ tenantId, id: userId, address: null, addressVerified: false, access: 'by_directory' });
  } else draft.ensureUser(userId);
  const previousUserId = draft.people.userOf(identity);
  const about = { userId, previousUserId, identityId, source, evidence, ...decided };
  const decision = draft.record(evidence === 'first_seen' ? 'user_created' : 'identity_linked', about);
  draft.putIdentity({ ...identity, userId, evidence, basis, decision });
  draft.withdrawProposals(identityId, decision);
}

/** One that is still waiting, has the same subject, and agrees in lineage or address. */
function waitingWith(
  { people }: Draft,
  identity: Identity,
  userId: string,
): { readonly identity: Identity; readonly evidence: IdentityEvidence } | undefined {
  const { view, userOf } = people;
  for (const waiting of view.identities) {
    if (waiting.subject === null || waiting.subject !== identity.subject || userOf(waiting) !== null)
      continue;
    const place = placeOf(waiting, people);
    if (isBarred(view.proposals, waiting.id, userId)) continue;
    if (isKnownOtherwise(userId, waiting, place, waiting.id, people)) continue;
    if (isSameNamespace(place, placeOf(identity, people))) return { identity: waiting, evidence: 'subject' };
    const isDirectory = waiting.kind === 'directory_user' || identity.kind === 'directory_user';
    if (isDirectory && waiting.address !== null && waiting.address === identity.address)
      return { identity: waiting, evidence: 'external_id' };
  }
  return undefined;
}

function isBarred(proposals: readonly IdentityProposal[], identityId: string, userId: string): boolean {
  return proposals.some(
    (proposal) =>
      proposal.identityId === identityId && proposal.userId === userId && proposal.state === 'rejected',
  );
}

/** Keeps one open question per candidate. */
function propose(
  draft: Draft,
  identity: Identity,
  own: Identity | undefined,
  candidates: ReadonlyMap<string, ProposalReason>,
): Decision {
  const { tenantId, id: identityId } = identity;
  const waiting = { ...identity, userId: null, evidence: null, basis: null };
  if (!own || !isSame(waiting, own)) draft.putIdentity(waiting);
  const open = draft.people.view.proposals.filter(
    (proposal) => proposal.identityId === identityId && proposal.state === 'open',
  );
  for (const proposal of open) {
    if (candidates.get(proposal.userId) !== proposal.reason)
      draft.putProposal({ ...proposal, state: 'withdrawn' });
  }
  for (const [userId, reason] of candidates) {
    if (open.some((proposal) => proposal.userId === userId && proposal.reason === reason)) continue;
    ask(draft, identity, userId, reason);
  }
  const questions = draft.people.view.proposals.filter(
    (proposal) => proposal.identityId === identityId && proposal.state === 'open',
  );
  // Whoever has the address has lost access: there is nothing to wait for.
  const isHopeless = questions.every(
    ({ userId, reason }) =>
      reason !== 'other_subject' &&
      reason !== 'subject_elsewhere' &&
      certainRefusalOf(userId, draft.people) !== null,
  );
  return {
    outcome: isHopeless
      ? { status: 'refused', reason: 'deprovisioned', tenantId, userId: null }
      : { status: 'needs_confirmation', tenantId, identityId, proposals: questions },
    changes: draft.changes,
  };
}

function conclude(
  draft: Draft,
  identity: Identity,
  userId: string,
  status: 'known' | 'linked' | 'created',
): Decision {
  const { tenantId } = identity;
  const reason = refusalOf(userId, draft.people);
  const evidence = draft.people.view.identities.find(({ id }) => id === identity.id)!.evidence!;
  return {
    outcome: reason
      ? { status: 'refused', reason, tenantId, userId }
      : { status, tenantId, userId, identityId: identity.id, evidence },
    changes: draft.changes,
  };
}

/** What access the directory gave or took. Taking it ends what an operator restored before. */
function recordWord(draft: Draft, before: Identity | undefined, after: Identity, userId: string): void {
  const had = before && draft.people.userOf(before) === userId ? before.status === 'active' : true;
  const has = after.status === 'active';
  if (had === has) return;
  draft.record(has ? 'access_given' : 'access_taken', {
    userId,
    identityId: after.id,
    source: after.source,
  });
  const user = draft.people.user(userId)!;
  if (!has && user.access === 'restored') draft.putUser({ ...user, access: 'by_directory' });
}

function newIdentity(claim: Claim, { tenantId, generation }: IdentitySource): Identity {
  const { kind, source, key, subject, directoryId, address, addressVerified } = claim;
  return {
    id: randomUUID(),
    tenantId,
    kind,
    source,
    generation,
    key,
    subject,
    directoryId,
    address,
    addressVerified,
    userId: null,
    evidence: null,
    basis: null,
    status: 'active',
    createdOrder: null,
    deletedOrder: null,
    changedOrder: null,
    changedTo: null,
    decision: 0,
  };
}

/**
 * An identity after one more claim of it. Words may come in any order: the newest change counts, and a deletion outranks all changes but
 * a newer creation, whatever their times.
 */
function hear(identity: Identity, { subject, directoryId, address, addressVerified, word }: Claim): Identity {
  if (identity.kind === 'login') return { ...identity, address, addressVerified };
  if (!word) return identity;
  const later = (known: string | null) => (known === null || known < word.order ? word.order : known);
  const isDeletion = word.status === 'deleted';
  const isNewest = !isDeletion && (identity.changedOrder === null || identity.changedOrder < word.order);
  const heard = {
    ...identity,
    directoryId: directoryId ?? identity.directoryId,
    ...(isNewest && { subject, address, addressVerified, changedTo: word.status }),
    changedOrder: isDeletion ? identity.changedOrder : later(identity.changedOrder),
    createdOrder: word.creates ? later(identity.createdOrder) : identity.createdOrder,
    deletedOrder: isDeletion ? later(identity.deletedOrder) : identity.deletedOrder,
  };
  const { createdOrder, deletedOrder, changedTo } = heard;
  const isDeleted = deletedOrder !== null && (createdOrder === null || createdOrder < deletedOrder);
  return { ...heard, status: isDeleted ? 'deleted' : (changedTo ?? 'deleted') };
}

function isProved({ address, addressVerified }: Claim, facts: Facts | null): boolean {
  if (!facts || address === null || !addressVerified) return false;
  const domain = address.slice(address.indexOf('@') + 1);
  return facts.domains.some((verified) => toDomain(verified) === domain);
}

function isSame(a: Identity, b: Identity): boolean {
  return (Object.keys(a) as (keyof Identity)[]).every((name) => a[name] === b[name]);
}

export function refuse(reason: IdentityRefusal, tenantId: string | null): Decision {
  return { outcome: { status: 'refused', reason, tenantId, userId: null }, changes: null };
}
