import type { ConnectionId, DirectoryId, OrganizationId } from '../model/ids.js';

/**
 * Why somebody was taken for a person. The first three are found by the ledger, strongest first: `subject` is the identity provider's id of
 * the person, told before by the same lineage; `external_id` is the same id together with the same address, told by a directory and a
 * login of the tenant, or by two directories; `verified_email` is an address on a domain the tenant has verified, which one person has
 * and nobody else. `first_seen`: nobody was known who it could be. The rest was decided outside.
 */
export type IdentityEvidence =
  | 'subject'
  | 'external_id'
  | 'verified_email'
  | 'first_seen'
  | 'confirmed'
  | 'relinked'
  | 'imported';

/**
 * Why somebody may be a person, and yet is not taken for them. `email`: the address is theirs, but the domain or their account is not
 * verified. `ambiguous_email`: several people have it. `other_subject`: the same identity provider knows that person by another id, as when
 * an address was given to somebody new. `no_access`: the address is proved, but that person has lost access. `subject_elsewhere`: another
 * lineage knows that person by the same id, and no address agrees.
 */
export type ProposalReason =
  | 'email'
  | 'ambiguous_email'
  | 'other_subject'
  | 'no_access'
  | 'subject_elsewhere';

/** A person of your app, as far as the ledger knows them. */
export interface LedgerUser {
  readonly tenantId: string;
  /** Your app's id of the person. */
  readonly id: string;
  /** The address an import gave, normalised and in lower case; addresses identity providers tell are in {@link Identity}. */
  readonly address: string | null;
  readonly addressVerified: boolean;
  /** `by_directory`: the customer's directories decide. The others are decisions of an operator; a directory that takes access away ends `restored`. */
  readonly access: 'by_directory' | 'blocked' | 'restored';
}

/**
 * Where identities come from: a connection, or the directories of one organization at one provider. Several make one lineage once somebody
 * with the authority says that their ids of people are the same identity provider's.
 */
export interface IdentitySource {
  readonly tenantId: string;
  /** A directory is named by its organization: some events do not tell which of several directories. */
  readonly id: ConnectionId | OrganizationId;
  readonly kind: 'connection' | 'directory';
  /** From 1. A connection that was deleted and comes back, even with the same id, is another one. */
  readonly generation: number;
  readonly lineage: string;
  /** When it was deleted, as text that sorts by time; `null` while it lives. A deleted one speaks for nobody. */
  readonly deletedOrder: string | null;
  /** Of a directory: its word about access outranks those of others without authority. */
  readonly authoritative: boolean;
  /** `sequence` of the decision that put it into its lineage. */
  readonly decision: number;
}

/** Somebody, as one source knows them. */
export interface Identity {
  /** Opaque, and all that the journal tells of it. */
  readonly id: string;
  readonly tenantId: string;
  readonly kind: 'login' | 'directory_user';
  readonly source: ConnectionId | OrganizationId;
  readonly generation: number;
  /** What the source names them by: the subject of a login, the qualified id of a directory user. */
  readonly key: string;
  /** The identity provider's id of the person; `null` where a directory does not tell it. */
  readonly subject: string | null;
  readonly directoryId: DirectoryId | null;
  /** As last told: normalised, its ASCII letters in lower case. Only compared. */
  readonly address: string | null;
  /** The source may speak for its domain, and did not say that the address is unverified. */
  readonly addressVerified: boolean;
  /** `null` while it waits for somebody to confirm who it is. */
  readonly userId: string | null;
  readonly evidence: IdentityEvidence | null;
  /** The identity this link rests on: it holds no longer than that one is the same person's. */
  readonly basis: string | null;
  /** Whether the directory lets them in; `active` for logins. */
  readonly status: 'active' | 'inactive' | 'deleted';
  /** Of a directory user, when these were told newest, as text that sorts by time: a creation, a deletion, and a change, with what it said. */
  readonly createdOrder: string | null;
  readonly deletedOrder: string | null;
  readonly changedOrder: string | null;
  readonly changedTo: 'active' | 'inactive' | null;
  /** `sequence` of the decision whose it is; 0 before any. */
  readonly decision: number;
}

/** A question for somebody who can tell: is this identity that person? */
export interface IdentityProposal {
  readonly id: string;
  readonly tenantId: string;
  readonly identityId: string;
  /** Who it may be. */
  readonly userId: string;
  readonly reason: ProposalReason;
  /** A `rejected` one keeps the two apart for good; `withdrawn` when the question no longer arises. */
  readonly state: 'open' | 'confirmed' | 'rejected' | 'withdrawn';
  /** `sequence` of the decision that put it into its state. */
  readonly decision: number;
}

export type LedgerAction =
  | 'source_added'
  | 'source_linked'
  | 'source_retired'
  | 'authority_set'
  | 'user_added'
  | 'user_created'
  | 'user_blocked'
  | 'user_restored'
  | 'user_released'
  | 'user_forgotten'
  | 'identity_linked'
  | 'identity_unlinked'
  | 'identity_proposed'
  | 'proposal_rejected'
  | 'proposal_reopened'
  | 'access_taken'
  | 'access_given';

/** A decision. Never changed or removed; holds ids, and neither addresses nor subjects. */
export interface LedgerEntry {
  readonly tenantId: string;
  /** From 1, without gaps within a tenant. */
  readonly sequence: number;
  /** ISO-8601 in UTC. */
  readonly at: string;
  /** Who decided: the qualified id of the source that told the ledger, or whom an operation named. */
  readonly actor: string;
  readonly action: LedgerAction;
  readonly userId: string | null;
  /** Whose the identity was before. */
  readonly previousUserId: string | null;
  readonly identityId: string | null;
  readonly proposalId: string | null;
  readonly source: string | null;
  readonly lineage: string | null;
  readonly previousLineage: string | null;
  readonly evidence: IdentityEvidence | ProposalReason | null;
  /** `sequence` of the decision this one takes back. */
  readonly undoes: number | null;
  /** What the operator gave as reason. */
  readonly reason: string | null;
}
