/** Who somebody is in your app, whichever provider says it: before, during and after a change of vendor. */
export {
  createIdentityLedger,
  type IdentityLedger,
  type IdentityLedgerOptions,
  type Operator,
} from './identity-ledger.js';
export { createMemoryIdentityStore } from './memory-identity-store.js';
export type { DirectoryPersonEvent } from './claim.js';
export type { ExistingUser } from './evidence.js';
export type {
  Identity,
  IdentityEvidence,
  IdentityProposal,
  IdentitySource,
  LedgerAction,
  LedgerEntry,
  LedgerUser,
  ProposalReason,
} from './identity.js';
export type { IdentityStore, LedgerChanges, LedgerQuery, LedgerView } from './identity-store.js';
export type { IdentityOutcome, IdentityRefusal } from './outcome.js';
