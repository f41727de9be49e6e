import {
  SsoError,
  type Organization,
  type OrganizationId,
  type PortalIntent,
  type PortalLink,
} from '@org/sso-core';
import type { MigrationStage, MigrationStore } from '@org/sso-core/migration';
import type { SsoProvider } from '@org/sso-core/provider';
import { applyPlan, type ApplySettings } from './apply/apply-plan.js';
import type { ApplyResult } from './apply/progress.js';
import { findByExternalId, findSource, ownersOfDomain } from './find-customer.js';
import type { InventoriedOrganization, Inventory } from './inventory/inventory.js';
import { createOrganizationReader } from './inventory/read-organization.js';
import { abilitiesOf, takeInventory } from './inventory/take-inventory.js';
import { makePlan } from './plan/make-plan.js';
import { planOrganization } from './plan/plan-organization.js';
import type { Plan, PlannedOrganization, PlanOptions } from './plan/plan.js';
import type { RetrySettings } from './retrying.js';
import { createSide, type CallSettings } from './side.js';
import type { TestLogin } from './verify/test-login.js';
import { blockingChecks } from './verify/blocking-checks.js';
import type { Verification } from './verify/verification.js';
import { verifyOrganization } from './verify/verify-organization.js';

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
  /** Failures that may pass are waited out. */
  readonly retry?: RetrySettings;
  /** Without it no test login is tried. */
  readonly testLogin?: TestLogin | undefined;
  /** Fields of people that may differ, beside those that never agree between vendors: `phoneNumber`, `jobTitle`. */
  readonly ignoredFields?: readonly string[];
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

export interface InventorySettings {
  /** Whether people in directories are read and examined. Default for `from` only. */
  readonly examinePeople?: boolean;
  readonly onProgress?: (organizations: number) => void;
  readonly signal?: AbortSignal;
}

export interface PlanSettings extends PlanOptions {
  /** Taken when absent. */
  readonly from?: Inventory;
  readonly to?: Inventory;
  readonly examinePeople?: boolean;
  readonly signal?: AbortSignal;
}

export interface VerifySettings {
  /** Adds the values of examples: personal data. */
  readonly includeValues?: boolean;
  readonly signal?: AbortSignal;
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
  /** What one side holds. Reads only. Throws when a single listing fails: an inventory is whole. */
  inventory(side: 'from' | 'to', settings?: InventorySettings): Promise<Inventory>;
  /** What is to be done. Reads only. */
  plan(settings?: PlanSettings): Promise<Plan>;
  /**
   * Does at the target what the plan says and enrols each customer at the stage `observe`. May be repeated, also after a crash at any
   * moment. Never changes anything at the source. Throws, with nothing written: `invalid_argument` for a plan of other providers or one
   * that was edited; `not_found` for a tenant id it does not have; `failed_precondition` when what it rests on has changed, and when a
   * chosen organization is blocked. One at a time: two at once for the same customer may create a connection twice.
   */
  apply(plan: Plan, settings: ApplySettings): Promise<ApplyResult>;
  /** Compares both sides of one customer. Throws `not_found` for an unknown one. */
  verify(tenantId: string, settings?: VerifySettings): Promise<Verification>;
  /**
   * One customer's part of a plan made now: what is left to do, with every value that is known by now. People are not examined. Throws
   * `not_found`. Who else claims a domain is looked up by the connections that take its logins; only a whole plan looks at every organization.
   */
  planFor(
    tenantId: string,
    settings?: PlanOptions & { readonly signal?: AbortSignal },
  ): Promise<PlannedOrganization>;
  /** Whether a customer may move on, computed now: its verification is green and nothing blocks it. */
  gate(
    tenantId: string,
    settings?: {
      /** The stage it is to go to. Before `committed` the old directory may be behind: since `primary` the new one alone counts. */
      readonly to?: MigrationStage;
      readonly signal?: AbortSignal;
    },
  ): Promise<Gate>;
  /** A short-lived link into the target's portal, for the customer's IT admin. It is a credential: never log, store or e-mail it. */
  createPortalLink(tenantId: string, intent: PortalIntent): Promise<PortalLink>;
}

/** Throws `invalid_argument` when both sides are one provider. */
export function createMigrator(options: MigratorOptions): Migrator {
  const {
    store,
    tenantIdOf,
    testLogin,
    ignoredFields = [],
    concurrency = 8,
    retry = {},
    now = Date.now,
  } = options;
  if (options.from.id === options.to.id) {
    throw new SsoError({
      code: 'invalid_argument',
      message: `from and to are both "${options.from.id}": a migration leads from one provider to another`,
    });
  }
  if (!(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new SsoError({ code: 'invalid_argument', message: 'concurrency must be a positive integer' });
  }
  // Each with a tempo of its own: one vendor's limits are not the other's.
  const sides = {
    from: createSide(options.from, { concurrency, retry }),
    to: createSide(options.to, { concurrency, retry }),
  };
  const { from, to } = sides;
  // Enough that one large customer does not hold up the others.
  const ahead = concurrency * 8;
  const readTenantId = {
    from: tenantIdOf ?? externalIdOf,
    to: externalIdOf,
  };
  const readerOf = (side: 'from' | 'to') =>
    createOrganizationReader(sides[side], { tenantIdOf: readTenantId[side], examinePeople: false });
  const readers = { from: readerOf('from'), to: readerOf('to') };

  async function readBoth(
    tenantId: string,
    settings: CallSettings,
  ): Promise<{ source: InventoriedOrganization; target: InventoriedOrganization | null }> {
    const [source, target] = await Promise.all([
      findSource(from, tenantId, { store, tenantIdOf, settings }).then((found) =>
        readers.from.read(found, settings),
      ),
      findByExternalId(to, tenantId, settings).then((found) => found && readers.to.read(found, settings)),
    ]);
    return { source, target };
  }

  async function planOne(
    { source, target }: { source: InventoriedOrganization; target: InventoriedOrganization | null },
    planOptions: PlanOptions,
    settings: CallSettings,
  ): Promise<PlannedOrganization> {
    const owners = { from: new Map<string, OrganizationId[]>(), to: new Map<string, OrganizationId[]>() };
    for (const { domain, status } of source.domains) {
      if (status !== 'verified') continue;
      for (const side of ['from', 'to'] as const)
        owners[side].set(domain, await ownersOfDomain(sides[side], domain, settings));
    }
    return planOrganization(
      source,
      {
        from: { provider: from.provider.id },
        to: { provider: to.provider.id, abilities: abilitiesOf(to.provider) },
        targetsOf: () => (target ? [target] : []),
        sourcesOf: () => [source.id],
        sourceOwnersOf: (domain) => owners.from.get(domain) ?? [],
        targetOwnersOf: (domain) => owners.to.get(domain) ?? [],
      },
      planOptions,
    );
  }

  async function verifyBoth(
    tenantId: string,
    both: { source: InventoriedOrganization; target: InventoriedOrganization | null },
    includeValues: boolean,
    settings: CallSettings,
  ): Promise<Verification> {
    const migration = await store.get(tenantId);
    const isThisMove = migration?.from === from.provider.id && migration.to === to.provider.id;
    return verifyOrganization({
      tenantId,
      from,
      to,
      ...both,
      enrolled: isThisMove ? migration : null,
      people: { ignoredFields, includeValues },
      testLogin,
      settings,
      now,
    });
  }

  const inventory: Migrator['inventory'] = (
    side,
    { examinePeople = side === 'from', onProgress, signal } = {},
  ) =>
    takeInventory(sides[side], {
      tenantIdOf: readTenantId[side],
      examinePeople,
      ahead,
      now,
      onProgress,
      signal,
    });

  return {
    inventory,
    async plan({ from: known, to: knownTarget, examinePeople, signal, ...planOptions } = {}) {
      const settings = signal ? { signal } : {};
      const [source, target] = await Promise.all([
        known ?? inventory('from', { ...settings, ...(examinePeople !== undefined && { examinePeople }) }),
        knownTarget ?? inventory('to', settings),
      ]);
      requireInventory(source, options.from, 'from');
      requireInventory(target, options.to, 'to');
      return makePlan(source, target, planOptions, now());
    },
    apply: (plan, settings) =>
      applyPlan(plan, { ...settings, from, to, store, readers, ahead: concurrency, retry, now }),
    async verify(tenantId, { includeValues = false, signal } = {}) {
      const settings = signal ? { signal } : {};
      return verifyBoth(tenantId, await readBoth(tenantId, settings), includeValues, settings);
    },
    async planFor(tenantId, { signal, ...planOptions } = {}) {
      const settings = signal ? { signal } : {};
      return planOne(await readBoth(tenantId, settings), planOptions, settings);
    },
    async gate(tenantId, { to: stage, signal } = {}) {
      const settings = signal ? { signal } : {};
      const both = await readBoth(tenantId, settings);
      const { findings } = await planOne(both, {}, settings);
      const verification = await verifyBoth(tenantId, both, false, settings);
      const reasons = [
        ...findings.filter(({ severity }) => severity === 'blocks').map(({ message }) => message),
        ...blockingChecks(verification, stage),
      ];
      return { open: reasons.length === 0, reasons, verification };
    },
    async createPortalLink(tenantId, intent) {
      const organization = await findByExternalId(to, tenantId, {});
      if (!organization) {
        throw new SsoError({
          code: 'not_found',
          provider: to.provider.id,
          message: `${to.provider.id} has no organization "${tenantId}": apply the plan first`,
        });
      }
      return to.call((client, callOptions) =>
        client.adminPortal.createLink({ organizationId: organization.id, intent }, callOptions),
      );
    },
  };
}

const externalIdOf = ({ externalId }: Organization) => externalId;

function requireInventory(
  { provider, environment }: Inventory,
  side: SsoProvider,
  name: 'from' | 'to',
): void {
  if (provider === side.id && environment === side.environment) return;
  throw new SsoError({
    code: 'invalid_argument',
    message: `The inventory given as "${name}" is of ${provider} (${environment}), and "${name}" is ${side.id} (${side.environment})`,
  });
}
