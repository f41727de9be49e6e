import { randomUUID } from 'node:crypto';
import { SsoError, type SsoErrorCode } from '../errors.js';
import type { ConnectionId, OrganizationId } from '../model/ids.js';
import type { Draft } from './draft.js';
import { isSameNamespace, placeOf } from './people.js';
import type {
  Identity,
  IdentityProposal,
  IdentitySource,
  LedgerEntry,
  LedgerUser,
  ProposalReason,
} from './identity.js';
import { link, setPerson } from './resolve.js';

// What people decide. Each puts its changes into a draft, or throws and leaves nothing.

export function linkConnection(draft: Draft, id: ConnectionId, to: ConnectionId): void {
  for (const given of [id, to]) draft.refuseForeignSource(given);
  const target = linkTarget(draft, id, to);
  const source = draft.ensureSource(id, 'connection');
  if (source.lineage === target.lineage) return;
  const isLinked = draft.people.sources.some((other) => other !== source && other.lineage === source.lineage);
  if (isLinked)
    fail(
      'failed_precondition',
      `${id} shares a lineage with other connections already: undo that link first`,
    );
  refuseDisagreement(draft, source.lineage, target.lineage);
  const decision = draft.record('source_linked', {
    source: id,
    lineage: target.lineage,
    previousLineage: source.lineage,
  });
  draft.putSource({ ...source, lineage: target.lineage, decision });
}

/** The living one, else the one deleted last, else a new one: a customer's old connection may be unknown when the new one is linked to it. */
function linkTarget(draft: Draft, id: ConnectionId, to: ConnectionId): IdentitySource {
  const live = draft.people.liveSource(to);
  if (live && id !== to) return live;
  const [retired] = draft.people.sources
    .filter((source) => source.id === to && source.deletedOrder !== null)
    .toSorted((a, b) => b.generation - a.generation);
  if (retired) return retired;
  if (id === to) fail('invalid_argument', `${id} cannot be linked to itself: it was never deleted`);
  return draft.ensureSource(to, 'connection');
}

/** Nobody may become two people by a link, nor two people one. */
function refuseDisagreement({ people }: Draft, lineage: string, other: string): void {
  const { view, lineageOf, userOf } = people;
  const there = view.identities.filter((identity) => lineageOf(identity) === other);
  for (const here of view.identities.filter((identity) => lineageOf(identity) === lineage)) {
    const userId = userOf(here);
    const opposed = there.find(
      (identity) =>
        identity.subject === here.subject && userOf(identity) !== null && userOf(identity) !== userId,
    );
    if (userId === null || here.subject === null || !opposed) continue;
    fail(
      'conflict',
      `The two disagree about people: identity ${here.id} is user "${userId}" and identity ${opposed.id}, of the same subject, is user "${userOf(opposed)}". Relink one of them first`,
    );
  }
}

export function retireSource(draft: Draft, id: string, order: string): void {
  const { sources, liveSource } = draft.people;
  const source = liveSource(id);
  // Told again of a deletion that was heard before it came back.
  const isOld = sources.some(
    (known) => known.id === id && known.deletedOrder !== null && known.deletedOrder >= order,
  );
  if (!source || isOld) return;
  const decision = draft.record('source_retired', { source: id, lineage: source.lineage });
  draft.putSource({ ...source, deletedOrder: order, authoritative: false, decision });
}

export function setAuthority(draft: Draft, organizationIds: readonly OrganizationId[]): void {
  const wanted = organizationIds.map((id) => draft.ensureSource(id, 'directory'));
  const isWanted = (source: IdentitySource) =>
    wanted.some(({ id, generation }) => source.id === id && source.generation === generation);
  const changed = draft.people.sources.filter((source) => source.authoritative !== isWanted(source));
  if (changed.length === 0) return;
  if (wanted.length === 0) draft.record('authority_set');
  for (const { id } of wanted) draft.record('authority_set', { source: id });
  for (const source of changed) draft.putSource({ ...source, authoritative: !source.authoritative });
}

export function addUser(
  draft: Draft,
  { id, address, addressVerified }: Omit<LedgerUser, 'tenantId' | 'access'>,
): void {
  const { tenantId, user } = draft.people;
  const known = user(id);
  if (known && known.address === address && known.addressVerified === addressVerified) return;
  draft.record('user_added', { userId: id });
  draft.putUser({ tenantId, id, address, addressVerified, access: known?.access ?? 'by_directory' });
}

export function addIdentity(draft: Draft, userId: string, connectionId: ConnectionId, subject: string): void {
  requireUser(draft, userId);
  const source = draft.ensureSource(connectionId, 'connection');
  const { view, lineageOf, userOf } = draft.people;
  const same = view.identities.filter(
    (identity) =>
      identity.kind === 'login' && identity.subject === subject && lineageOf(identity) === source.lineage,
  );
  const other = same.map(userOf).find((owner) => owner !== null && owner !== userId);
  if (other !== undefined)
    fail('conflict', `That subject of ${connectionId} is user "${other}" already: relink it to change that`);
  const own = same.find(
    (identity) => identity.source === connectionId && identity.generation === source.generation,
  );
  if (own && userOf(own) === userId) return;
  const identity: Identity = own ?? {
    id: randomUUID(),
    tenantId: source.tenantId,
    kind: 'login',
    source: connectionId,
    generation: source.generation,
    key: subject,
    subject,
    directoryId: null,
    address: null,
    addressVerified: false,
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
  link(draft, identity, userId, 'imported', null);
}

export function confirmProposal(draft: Draft, proposalId: string): Identity {
  const { proposal, identity } = requireOpen(draft, proposalId);
  draft.putProposal({ ...proposal, state: 'confirmed', decision: draft.people.view.sequence + 1 });
  link(draft, identity, proposal.userId, 'confirmed', null);
  return draft.people.view.identities.find(({ id }) => id === identity.id)!;
}

export function rejectProposal(draft: Draft, proposalId: string): void {
  const { proposal, identity } = requireOpen(draft, proposalId);
  const { userId } = proposal;
  const about = {
    userId,
    identityId: identity.id,
    proposalId,
    source: identity.source,
    evidence: proposal.reason,
  };
  const decision = draft.record('proposal_rejected', about);
  draft.putProposal({ ...proposal, state: 'rejected', decision });
}

function requireOpen(
  { people }: Draft,
  proposalId: string,
): { readonly proposal: IdentityProposal; readonly identity: Identity } {
  const proposal = people.view.proposals.find(({ id }) => id === proposalId);
  const identity = people.view.identities.find(({ id }) => id === proposal?.identityId);
  if (!proposal || !identity) fail('not_found', `No proposal "${proposalId}" in this tenant`);
  if (proposal.state !== 'open' || people.userOf(identity) !== null)
    fail(
      'failed_precondition',
      `The proposal is ${proposal.state === 'open' ? 'settled' : proposal.state} already`,
    );
  return { proposal, identity };
}

/** Everything of one subject moves together: it is one person. */
export function relinkIdentity(
  draft: Draft,
  identityId: string,
  userId: string,
  undoes: number | null = null,
): void {
  const { view, userOf } = draft.people;
  const identity = view.identities.find(({ id }) => id === identityId);
  if (!identity) fail('not_found', `No identity "${identityId}" in this tenant`);
  requireUser(draft, userId);
  const moved = sameSubject(draft, identity);
  if (moved.every((other) => userOf(other) === userId))
    fail('failed_precondition', `Identity "${identityId}" is user "${userId}" already`);
  // Read before the first one moves: the others may rest on it.
  const previousUserId = moved.map(userOf).find((owner) => owner !== null) ?? null;
  for (const other of moved) {
    for (const proposal of view.proposals) {
      if (proposal.identityId === other.id && proposal.userId === userId && proposal.state === 'rejected')
        draft.putProposal({ ...proposal, state: 'withdrawn' });
    }
    setPerson(draft, other, userId, 'relinked', null, { undoes, previousUserId });
  }
}

/** Those that can only be the same person's, and the identity itself. */
function sameSubject({ people }: Draft, identity: Identity): readonly Identity[] {
  const place = placeOf(identity, people);
  return people.view.identities.filter(
    (other) =>
      other.id === identity.id ||
      (other.subject !== null &&
        other.subject === identity.subject &&
        isSameNamespace(placeOf(other, people), place)),
  );
}

export function setAccess(draft: Draft, userId: string, access: LedgerUser['access']): void {
  const user = requireUser(draft, userId);
  if (user.access === access) return;
  const actions = {
    blocked: 'user_blocked',
    restored: 'user_restored',
    by_directory: 'user_released',
  } as const;
  draft.record(actions[access], { userId });
  draft.putUser({ ...user, access });
}

export function forgetUser(draft: Draft, userId: string): void {
  requireUser(draft, userId);
  draft.record('user_forgotten', { userId });
  draft.forget(userId);
}

/** Takes back a decision that still stands. */
export function undo(draft: Draft, sequence: number): void {
  const { entry } = draft.people.view;
  if (!entry) fail('not_found', `No decision ${sequence} in this tenant`);
  if (entry.undoes !== null)
    fail('failed_precondition', `Decision ${sequence} is itself an undoing: decide anew`);
  if (entry.action === 'source_linked') undoSourceLink(draft, entry);
  else if (entry.action === 'identity_linked') undoIdentityLink(draft, entry);
  else if (entry.action === 'proposal_rejected') undoRejection(draft, entry);
  else {
    fail(
      'failed_precondition',
      `Decision ${sequence} (${entry.action}) cannot be undone; links of sources and of identities and rejections can`,
    );
  }
}

function undoSourceLink(draft: Draft, { sequence, source: id, previousLineage }: LedgerEntry): void {
  const source = draft.people.sources.find((known) => known.id === id && known.decision === sequence);
  if (!source) outdated(sequence);
  const decision = draft.record('source_linked', {
    source: id,
    lineage: previousLineage,
    previousLineage: source.lineage,
    undoes: sequence,
  });
  draft.putSource({ ...source, lineage: previousLineage!, decision });
}

function undoIdentityLink(draft: Draft, entry: LedgerEntry): void {
  const { view } = draft.people;
  const { sequence, previousUserId, evidence } = entry;
  const identity = view.identities.find(({ id }) => id === entry.identityId);
  if (identity?.decision !== sequence) outdated(sequence);
  const { id: identityId, userId, basis } = identity;
  if (evidence === 'subject') {
    fail(
      'failed_precondition',
      `Identity "${identityId}" has the subject of identity "${basis}": undo that one's link, or the link of the sources, or relink it`,
    );
  }
  if (previousUserId !== null) {
    relinkIdentity(draft, identityId, previousUserId, sequence);
    return;
  }
  const together = evidence === 'relinked' ? sameSubject(draft, identity) : [identity];
  for (const other of together) {
    if (other.userId === userId) unlink(draft, other, userId!, sequence);
  }
}

function unlink(draft: Draft, identity: Identity, userId: string, undoes: number): void {
  const { id: identityId, tenantId, source, evidence } = identity;
  const about = { previousUserId: userId, identityId, source, undoes };
  const decision = draft.record('identity_unlinked', about);
  draft.putIdentity({ ...identity, userId: null, evidence: null, basis: null, decision });
  // Otherwise the same evidence would link it again.
  const known = draft.people.view.proposals.find(
    (proposal) => proposal.identityId === identityId && proposal.userId === userId,
  );
  const reason: ProposalReason =
    known?.reason ?? (evidence === 'external_id' ? 'subject_elsewhere' : 'email');
  const id = known?.id ?? randomUUID();
  draft.putProposal({ id, tenantId, identityId, userId, reason, state: 'rejected', decision });
}

function undoRejection(draft: Draft, { sequence, proposalId, identityId, userId }: LedgerEntry): void {
  const { view, userOf } = draft.people;
  const proposal = view.proposals.find(({ id }) => id === proposalId);
  const identity = view.identities.find(({ id }) => id === identityId);
  if (proposal?.decision !== sequence || !identity) outdated(sequence);
  if (userOf(identity) !== null)
    fail(
      'failed_precondition',
      `Identity "${identityId}" is user "${userOf(identity)}" meanwhile: relink it`,
    );
  const decision = draft.record('proposal_reopened', { userId, identityId, proposalId, undoes: sequence });
  draft.putProposal({ ...proposal, state: 'open', decision });
}

function requireUser(draft: Draft, userId: string): LedgerUser {
  return (
    draft.people.user(userId) ??
    fail('not_found', `The ledger knows no user "${userId}" in this tenant: add them first`)
  );
}

function outdated(sequence: number): never {
  return fail(
    'failed_precondition',
    `Decision ${sequence} no longer stands: what it decided was decided anew`,
  );
}

export function fail(code: SsoErrorCode, message: string): never {
  throw new SsoError({ code, message });
}
