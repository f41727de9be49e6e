import type { Organization, PortalIntent, PortalLink } from '@org/sso-core';
import type { MigrationStore } from '@org/sso-core/migration';
import type { SsoProvider } from '@org/sso-core/provider';
import type { ApplyProgress, ApplyResult } from './apply/progress.js';
import type { Inventory } from './inventory/inventory.js';
import type { Plan, PlannedOrganization, PlanOptions } from './plan/plan.js';
import type { Verification } from './verify/verification.js';

export interface MigratorOptions {
  /** Where customers are. Only read. */
  readonly from: SsoProvider;
  /** Where they go. */
  readonly to: SsoProvider;
  /** Where moves and what was done for them are kept. */
  readonly store: MigrationStore;
  /** Your own tenant id of an organization at `from`; `null` when it has none. Default: its external id. */
  readonly tenantIdOf?: (organization: Organization) => string | null;
  /** Operations under way at once, at each provider. Default 8. */
  readonly concurrency?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Whether a customer may move on. */
export interface Gate {
  readonly open: boolean;
  /** Why not, in sentences; empty when open. */
  readonly reasons: readonly string[];
  readonly verification: Verification;
}

/** Moves customers from one provider to another. The direction is a matter of the options. */
export interface Migrator {
  /** What one side holds. Reads only. */
  inventory(
    side: 'from' | 'to',
    options?: {
      /** Whether people in directories are read and examined. Default for `from` only. */
      readonly examinePeople?: boolean;
      readonly onProgress?: (organizations: number) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<Inventory>;
  /** What is to be done. Reads only; without inventories it takes them. */
  plan(
    options?: PlanOptions & {
      readonly from?: Inventory;
      readonly to?: Inventory;
      readonly signal?: AbortSignal;
    },
  ): Promise<Plan>;
  /**
   * Does at the target what the plan says and enrols each customer at the stage `observe`. May be repeated, also after a crash at any
   * moment. Never changes anything at the source. Throws `failed_precondition`, with nothing written, when what the plan rests on has
   * changed, and when a chosen organization is blocked.
   */
  apply(
    plan: Plan,
    options: {
      /** Who does it, for the journal. */
      readonly actor: string;
      /** Only checks and tells what would be done. */
      readonly dryRun?: boolean;
      /** Default: all of the plan. */
      readonly tenantIds?: readonly string[];
      /** Leaves blocked organizations out instead of refusing. */
      readonly skipBlocked?: boolean;
      readonly onProgress?: (progress: ApplyProgress) => void;
      readonly signal?: AbortSignal;
    },
  ): Promise<ApplyResult>;
  /** Compares both sides of one customer. Throws `not_found` for an unknown one. */
  verify(
    tenantId: string,
    options?: {
      /** Adds the values of examples: personal data. */
      readonly includeValues?: boolean;
      readonly signal?: AbortSignal;
    },
  ): Promise<Verification>;
  /** One customer's part of a plan made now: what is left to do, with every value that is known by now. */
  planFor(tenantId: string, options?: PlanOptions): Promise<PlannedOrganization>;
  /** Whether a customer may move on, computed now: its verification is green and nothing blocks it. */
  gate(tenantId: string): Promise<Gate>;
  /** A short-lived link into the target's portal, for the customer's IT admin. It is a credential: never log, store or e-mail it. */
  createPortalLink(tenantId: string, intent: PortalIntent): Promise<PortalLink>;
}
