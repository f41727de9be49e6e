import type { OrganizationId } from '../model/index.js';
import type { DirectoryEntry } from './directory-entry.js';
import type { Migration, MigrationSide, MigrationStage } from './migration.js';

/** Something that happened in a customer's move. Never changed or removed. */
export interface JournalEntry {
  readonly tenantId: string;
  /** ISO-8601 in UTC. */
  readonly at: string;
  /** Who did it: a person, or a command on their behalf. */
  readonly actor: string;
  readonly action:
    | 'enrolled'
    | 'updated'
    | 'advanced'
    | 'canary_changed'
    | 'rolled_back'
    /** The events of the other side are acted on from now on. */
    | 'handed_over'
    | 'verified'
    | 'step_done'
    | 'refused';
  readonly fromStage: MigrationStage | null;
  readonly toStage: MigrationStage | null;
  /** What else there is to know, such as what a verification found. JSON. Never a secret. */
  readonly detail: unknown;
}

export interface StoredJournalEntry extends JournalEntry {
  /** Grows by time within a store. */
  readonly sequence: number;
}

/** One thing `apply` does at the new provider, such as `organization` or `domain:acme.com`. */
export interface MigrationStep {
  readonly tenantId: string;
  readonly step: string;
  /** `begun` and not `done`: the process ended in between, so that its effect must be looked up before it is tried again. */
  readonly state: 'begun' | 'done';
  /** What it made, such as a qualified id. */
  readonly result: string | null;
  /** ISO-8601 in UTC. */
  readonly at: string;
}

/** By what directory entries are found. */
export type DirectoryEntryQuery =
  | { readonly ids: readonly string[] }
  /** By what a side's events are about, such as `directory_user:du_1`. */
  | { readonly side: MigrationSide; readonly subjects: readonly string[] }
  | { readonly kind: DirectoryEntry['kind']; readonly matches: readonly string[] }
  /** All, in pages, by id. */
  | { readonly limit: number; readonly after: string | null };

/** Where moves are kept. Every method is atomic, also between processes; implementations pass one contract suite. */
export interface MigrationStore {
  get(tenantId: string): Promise<Migration | null>;
  /** By the organization's id at either provider, a former one's included. */
  findByOrganization(organization: OrganizationId): Promise<Migration | null>;
  /** By exact e-mail domain in lower case. Throws `failed_precondition` when several customers claim it. */
  findByDomain(domain: string): Promise<Migration | null>;
  /** In pages, by tenant id. */
  list(query: { readonly limit: number; readonly after: string | null }): Promise<readonly Migration[]>;
  /**
   * Writes a move together with its journal entry. `expectedVersion` is the version it was read at, `null` for a new one; `false`, and
   * nothing written, when somebody else changed it meanwhile. Throws `already_exists` when one of the organizations is part of another
   * customer's move.
   */
  write(migration: Migration, expectedVersion: number | null, entry: JournalEntry): Promise<boolean>;
  /** Appends an entry that comes with no change. */
  record(entry: JournalEntry): Promise<void>;
  /** Newest first, of one customer or of all. */
  journal(query: {
    readonly tenantId?: string;
    readonly limit: number;
    /** `sequence` of the last entry of the page before. */
    readonly before?: number;
  }): Promise<readonly StoredJournalEntry[]>;
  /** By name. */
  steps(tenantId: string): Promise<readonly MigrationStep[]>;
  /** Inserts or replaces a step. */
  recordStep(step: MigrationStep): Promise<void>;

  /** People and groups of a customer in a move; by id. */
  entries(tenantId: string, query: DirectoryEntryQuery): Promise<readonly DirectoryEntry[]>;
  /**
   * Writes all of them, each at the version it was read at, while the move is at `moveVersion`. `false`, and nothing written, when any of
   * these has changed, or another entry has a side's subject already.
   */
  writeEntries(tenantId: string, moveVersion: number, entries: readonly DirectoryEntry[]): Promise<boolean>;
  /** Removes all of a customer: personal data that is not needed once a move is over. */
  removeEntries(tenantId: string): Promise<void>;
}
