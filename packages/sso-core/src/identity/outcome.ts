import type { IdentityEvidence, IdentityProposal } from './identity.js';

/** Why somebody is not let in. Closed and safe to show. */
export type IdentityRefusal =
  /** A directory of the customer took access away, or an operator did. */
  | 'deprovisioned'
  | 'blocked'
  /** The login names no organization, or one that is no tenant of yours. */
  | 'tenant_unknown'
  /** The login names no connection, or the identity provider's id of the person is missing: there is nothing lasting to know them by. */
  | 'connection_unknown'
  | 'subject_unknown'
  /** A membership of somebody no directory event has told of. */
  | 'person_unknown';

/** Who this is in your app. */
export type IdentityOutcome =
  | {
      /**
       * `known`: this source told of them before. `linked`: it did not, and `evidence` says why they are a person you have. `created`: a
       * person you do not have yet. In all three cases make sure that your app has a row of this id: a crash may have come before it.
       */
      readonly status: 'known' | 'linked' | 'created';
      readonly tenantId: string;
      readonly userId: string;
      readonly identityId: string;
      readonly evidence: IdentityEvidence;
    }
  | {
      /** It may be one of these people. Let nobody in before somebody who can tell has confirmed or rejected. */
      readonly status: 'needs_confirmation';
      readonly tenantId: string;
      readonly identityId: string;
      readonly proposals: readonly IdentityProposal[];
    }
  | {
      readonly status: 'refused';
      readonly reason: IdentityRefusal;
      readonly tenantId: string | null;
      /** Whose sessions and tokens to end, where they are known. Never create anybody for it. */
      readonly userId: string | null;
    };
