import type { Identity, IdentityProposal, IdentitySource, LedgerEntry, LedgerUser } from './identity.js';

/** Whom a decision is about; whatever is left out matches nothing. */
export interface LedgerQuery {
  /** Sources by id, in whichever tenant they are. */
  readonly sources?: readonly string[];
  /** Identities the source itself names so. */
  readonly key?: string;
  readonly subject?: string | null;
  readonly address?: string | null;
  readonly userIds?: readonly string[];
  readonly identityIds?: readonly string[];
  readonly proposalIds?: readonly string[];
  /** A decision, with what it was about. */
  readonly sequence?: number;
  /** Sources by id: identities in the lineages they ever were in that have one subject and are several people's. At most those of 100 subjects. */
  readonly disputed?: readonly string[];
}

/**
 * What is known of whoever a query is about. Identities that match come with all that may be the same person: those of one subject, all of
 * the people found, and those their links rest on.
 */
export interface LedgerView {
  /** Of the newest decision of the tenant; 0 before any. */
  readonly sequence: number;
  /** All of the tenant, and those of other tenants that the query names. */
  readonly sources: readonly IdentitySource[];
  readonly users: readonly LedgerUser[];
  readonly identities: readonly Identity[];
  /** In any state of the identities that match, and the open ones about the people found, whose identities come too. */
  readonly proposals: readonly IdentityProposal[];
  readonly entry: LedgerEntry | null;
}

/** Rows that are inserted or replaced, and the decisions that come with them. */
export interface LedgerChanges {
  readonly sources?: readonly IdentitySource[];
  readonly users?: readonly LedgerUser[];
  readonly identities?: readonly Identity[];
  readonly proposals?: readonly IdentityProposal[];
  /** People whose row, identities and proposals go; the journal keeps their ids. */
  readonly forgotten?: readonly string[];
  readonly entries?: readonly LedgerEntry[];
}

/**
 * Where the ledger is kept. Implementations pass one contract suite (in `@org/sso-store`); every method is atomic, also between processes.
 */
export interface IdentityStore {
  read(tenantId: string, query: LedgerQuery): Promise<LedgerView>;
  /**
   * Reads, decides and writes as one step: nothing of the tenant changes in between. `decide` is called once or, after a failed
   * attempt, again; `changes: null` writes nothing. Throws `conflict` when a source meanwhile became another tenant's.
   */
  update<T>(
    tenantId: string,
    query: LedgerQuery,
    decide: (view: LedgerView) => { readonly changes: LedgerChanges | null; readonly result: T },
  ): Promise<T>;
  /** The living source of this id, whichever tenant has it. */
  findSource(id: string): Promise<IdentitySource | null>;
  /** Open proposals of one tenant or of all, by tenant and id. */
  openProposals(query: {
    readonly tenantId?: string | undefined;
    readonly limit: number;
    /** The last proposal of the page before. */
    readonly after?: Pick<IdentityProposal, 'tenantId' | 'id'> | undefined;
  }): Promise<readonly IdentityProposal[]>;
  /** The journal, newest first. */
  entries(query: {
    readonly tenantId: string;
    /** Entries about this person, also as whose an identity was before. */
    readonly userId?: string | undefined;
    readonly limit: number;
    /** `sequence` of the last entry of the page before. */
    readonly before?: number | undefined;
  }): Promise<readonly LedgerEntry[]>;
}
