import type {
  Identity,
  IdentityProposal,
  IdentitySource,
  LedgerEntry,
  LedgerUser,
} from '@org/sso-core/identity';
import type {
  IdentityDecisionRow,
  IdentityProposalRow,
  IdentityRow,
  IdentitySourceRow,
  IdentityUserRow,
} from './schema.js';

export function toSourceRow(source: IdentitySource): IdentitySourceRow {
  return {
    id: source.id,
    generation: source.generation,
    tenant_id: source.tenantId,
    kind: source.kind,
    lineage: source.lineage,
    deleted_order: source.deletedOrder,
    authoritative: Number(source.authoritative),
    decision: source.decision,
  };
}

export function fromSourceRow(row: IdentitySourceRow): IdentitySource {
  return {
    tenantId: row.tenant_id,
    id: row.id as IdentitySource['id'],
    kind: row.kind as IdentitySource['kind'],
    generation: row.generation,
    lineage: row.lineage,
    deletedOrder: row.deleted_order,
    authoritative: row.authoritative === 1,
    decision: row.decision,
  };
}

export function toUserRow(user: LedgerUser): IdentityUserRow {
  return {
    id: user.id,
    tenant_id: user.tenantId,
    address: user.address,
    address_verified: Number(user.addressVerified),
    access: user.access,
  };
}

export function fromUserRow(row: IdentityUserRow): LedgerUser {
  return {
    tenantId: row.tenant_id,
    id: row.id,
    address: row.address,
    addressVerified: row.address_verified === 1,
    access: row.access as LedgerUser['access'],
  };
}

export function toIdentityRow(identity: Identity): IdentityRow {
  return {
    id: identity.id,
    tenant_id: identity.tenantId,
    kind: identity.kind,
    source: identity.source,
    generation: identity.generation,
    source_key: identity.key,
    subject: identity.subject,
    directory_id: identity.directoryId,
    address: identity.address,
    address_verified: Number(identity.addressVerified),
    user_id: identity.userId,
    evidence: identity.evidence,
    basis: identity.basis,
    status: identity.status,
    created_order: identity.createdOrder,
    deleted_order: identity.deletedOrder,
    changed_order: identity.changedOrder,
    changed_to: identity.changedTo,
    decision: identity.decision,
  };
}

export function fromIdentityRow(row: IdentityRow): Identity {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind as Identity['kind'],
    source: row.source as Identity['source'],
    generation: row.generation,
    key: row.source_key,
    subject: row.subject,
    directoryId: row.directory_id as Identity['directoryId'],
    address: row.address,
    addressVerified: row.address_verified === 1,
    userId: row.user_id,
    evidence: row.evidence as Identity['evidence'],
    basis: row.basis,
    status: row.status as Identity['status'],
    createdOrder: row.created_order,
    deletedOrder: row.deleted_order,
    changedOrder: row.changed_order,
    changedTo: row.changed_to as Identity['changedTo'],
    decision: row.decision,
  };
}

export function toProposalRow(proposal: IdentityProposal): IdentityProposalRow {
  return {
    id: proposal.id,
    tenant_id: proposal.tenantId,
    identity_id: proposal.identityId,
    user_id: proposal.userId,
    reason: proposal.reason,
    state: proposal.state,
    decision: proposal.decision,
  };
}

export function fromProposalRow(row: IdentityProposalRow): IdentityProposal {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    identityId: row.identity_id,
    userId: row.user_id,
    reason: row.reason as IdentityProposal['reason'],
    state: row.state as IdentityProposal['state'],
    decision: row.decision,
  };
}

export function toDecisionRow(entry: LedgerEntry): IdentityDecisionRow {
  return {
    tenant_id: entry.tenantId,
    sequence: entry.sequence,
    at: entry.at,
    actor: entry.actor,
    action: entry.action,
    user_id: entry.userId,
    previous_user_id: entry.previousUserId,
    identity_id: entry.identityId,
    proposal_id: entry.proposalId,
    source: entry.source,
    lineage: entry.lineage,
    previous_lineage: entry.previousLineage,
    evidence: entry.evidence,
    undoes: entry.undoes,
    reason: entry.reason,
  };
}

export function fromDecisionRow(row: IdentityDecisionRow): LedgerEntry {
  return {
    tenantId: row.tenant_id,
    sequence: row.sequence,
    at: row.at,
    actor: row.actor,
    action: row.action as LedgerEntry['action'],
    userId: row.user_id,
    previousUserId: row.previous_user_id,
    identityId: row.identity_id,
    proposalId: row.proposal_id,
    source: row.source,
    lineage: row.lineage,
    previousLineage: row.previous_lineage,
    evidence: row.evidence as LedgerEntry['evidence'],
    undoes: row.undoes,
    reason: row.reason,
  };
}
