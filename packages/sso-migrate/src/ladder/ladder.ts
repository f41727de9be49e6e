import { SsoError } from '@org/sso-core';
import type { IdentityLedger } from '@org/sso-core/identity';
import {
  migrationStages,
  type Canary,
  type DirectoryComparison,
  type JournalEntry,
  type Migration,
  type MigrationStage,
  type MigrationStep,
  type MigrationStore,
} from '@org/sso-core/migration';
import type { Gate } from '../migrator.js';
import { checkCanary } from './canary.js';
import {
  objectionsToForgetting,
  objectionsToHandingBack,
  objectionsToHandingOver,
  objectionsToLeaving,
} from './directory-objections.js';
import { GateClosedError } from './gate-closed-error.js';

export interface LadderOptions {
  readonly store: MigrationStore;
  /** Asked before every step up, such as a migrator's. */
  readonly gate: (
    tenantId: string,
    settings: { readonly to: MigrationStage; readonly signal?: AbortSignal },
  ) => Promise<Gate>;
  /** For apps that keep their events in an inbox: the acting side changes with the stage `primary`, and nothing is lost or repeated. */
  readonly handOver?: HandOver;
  /**
   * For apps that know people by the identity ledger: before anybody signs in at the target, and at every later step, its connections are
   * linked to those they stand for, and of the directories of both sides the last word the app was told decides about access.
   */
  readonly identities?: Pick<IdentityLedger, 'linkConnection' | 'setDirectoryAuthority'>;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** What `createDirectoryHandOver` makes. */
export interface HandOver {
  /** When `shadow` is entered: from there on both sides are followed. May be repeated. */
  takeStock(tenantId: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** Before the acting side changes, and before what both said is forgotten. */
  compare(tenantId: string): Promise<DirectoryComparison>;
  /** After the acting side changed. May be repeated. */
  catchUp(tenantId: string, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
  /** In `observe`, and once a move is over. May be repeated. */
  forget(tenantId: string): Promise<void>;
}

/** What every transition takes. */
export interface Transition {
  /** Who does it, for the journal. */
  readonly actor: string;
  /** For the journal. */
  readonly reason?: string;
  readonly signal?: AbortSignal;
}

/**
 * The stages of each customer's move. Every change is a compare-and-set together with its journal entry. Operations throw `not_found`
 * for a customer who is in no move, `conflict` when somebody else changed it meanwhile, and change nothing then.
 */
export interface Ladder {
  /**
   * Goes up, one step or to a named stage, through the gate of each. Named the stage it is at, it finishes what a crash left open. Throws
   * {@link GateClosedError} with what blocks, having stopped at the last stage whose gate was open, and `failed_precondition` when the gate
   * is of another move than the customer's.
   */
  advance(
    tenantId: string,
    transition: Transition & {
      readonly to?: MigrationStage;
      /** Who is in it from the beginning. Default: nobody yet. */
      readonly canary?: Canary;
    },
  ): Promise<Migration>;
  /** Throws `failed_precondition` outside the stage `canary`. */
  setCanary(tenantId: string, transition: Transition & { readonly canary: Canary }): Promise<Migration>;
  /**
   * Goes down, one step or to a named stage; logins under way finish where they began. Throws `failed_precondition` once it is committed,
   * and {@link GateClosedError}, having changed nothing, when people would lose access because the old provider says that they are gone.
   * `observe` is entered from `shadow` alone: there it stops with that error while the app has yet to hear what the old provider said.
   */
  rollback(
    tenantId: string,
    transition: Transition & {
      readonly to?: MigrationStage;
      /** Goes down also then. The inbox's guard still holds back what would take access from too many at once. */
      readonly acceptLosses?: boolean;
    },
  ): Promise<Migration>;
}

const handOverStep = 'hand_over';

/** Whether the acting side may have changed and the app not been told what it missed. */
export function isHandOverBegun(steps: readonly MigrationStep[]): boolean {
  return steps.some(({ step, state }) => step === handOverStep && state === 'begun');
}

const nobody: Canary = { percent: 0, users: [] };
const indexOf = (stage: MigrationStage) => migrationStages.indexOf(stage);

export function createLadder({ store, gate, handOver, identities, now = Date.now }: LadderOptions): Ladder {
  const timestamp = () => new Date(now()).toISOString();

  async function requireMigration(tenantId: string): Promise<Migration> {
    const migration = await store.get(tenantId);
    if (migration) return migration;
    throw new SsoError({
      code: 'not_found',
      message: `"${tenantId}" is in no move: apply a plan that has it first`,
    });
  }

  async function write(
    migration: Migration,
    changes: Partial<Pick<Migration, 'stage' | 'canary' | 'acting'>>,
    { actor, reason }: Transition,
    action: JournalEntry['action'],
    detail: Readonly<Record<string, unknown>> = {},
  ): Promise<Migration> {
    const at = timestamp();
    const next = { ...migration, ...changes, version: migration.version + 1, updatedAt: at };
    const entry: JournalEntry = {
      tenantId: migration.tenantId,
      at,
      actor,
      action,
      fromStage: migration.stage,
      toStage: next.stage,
      detail: { ...detail, ...(reason !== undefined && { reason }) },
    };
    if (await store.write(next, migration.version, entry)) return next;
    const [latest] = await store.journal({ tenantId: migration.tenantId, limit: 1 });
    const current = await store.get(migration.tenantId);
    throw new SsoError({
      code: 'conflict',
      message: `${migration.tenantId} was changed meanwhile${latest ? ` (${latest.action} by ${latest.actor})` : ''}: it is at ${current?.stage ?? 'no stage'} now. Look at it again`,
    });
  }

  /** What was found is in the journal, whether it is open or not. */
  async function requireOpen(
    migration: Migration,
    to: MigrationStage,
    transition: Transition,
  ): Promise<Gate> {
    const { tenantId, stage } = migration;
    const { signal } = transition;
    const found = await gate(tenantId, { to, ...(signal && { signal }) });
    requireSameWay(found, migration);
    const entry = { tenantId, at: timestamp(), actor: transition.actor, fromStage: stage };
    await store.record({ ...entry, action: 'verified', toStage: stage, detail: found.verification });
    const reasons = found.open ? await objectionsTo(to, migration) : found.reasons;
    if (found.open && reasons.length === 0) return found;
    return refuse(reasons, migration, to, transition);
  }

  async function refuse(
    reasons: readonly string[],
    { tenantId, stage }: Migration,
    to: MigrationStage,
    { actor }: Transition,
  ): Promise<never> {
    const entry = { tenantId, at: timestamp(), actor, fromStage: stage, toStage: to };
    await store.record({ ...entry, action: 'refused', detail: { reasons } });
    throw new GateClosedError({ tenantId, stage, to, reasons });
  }

  /** What speaks against a stage in what the inbox heard from both sides. */
  async function objectionsTo(to: MigrationStage, migration: Migration): Promise<readonly string[]> {
    if (!handOver || (to !== 'primary' && to !== 'committed')) return [];
    const found = await handOver.compare(migration.tenantId);
    return to === 'primary'
      ? objectionsToHandingOver(found, migration)
      : objectionsToForgetting(found, migration);
  }

  /** Before anybody signs in at the target, and anew at each step: connections may be made anew meanwhile. May be repeated. */
  async function linkConnections({ tenantId }: Migration, { verification }: Gate, { actor }: Transition) {
    for (const { from, to } of verification.connections) {
      await identities?.linkConnection({
        tenantId,
        connectionId: to,
        to: from,
        actor,
        reason: 'The customer moves: both lead to the same identity provider',
      });
    }
  }

  /** Makes the side act that the stage asks for, and tells the app what it has missed. May be repeated, also after a crash. */
  async function settle(migration: Migration, transition: Transition): Promise<Migration> {
    const { tenantId, stage, acting } = migration;
    const wanted = indexOf(stage) >= indexOf('primary') ? 'to' : 'from';
    const record = (state: MigrationStep['state']) =>
      store.recordStep({ tenantId, step: handOverStep, state, result: wanted, at: timestamp() });
    const isBegun = isHandOverBegun(await store.steps(tenantId));
    if (acting !== wanted && !isBegun) await record('begun');
    const settled =
      acting === wanted
        ? migration
        : await write(migration, { acting: wanted }, transition, 'handed_over', { acting: wanted });
    // Of both the app is told what counts, by whichever acts. What one of them said before it ceased to act stands until the other speaks.
    await identities?.setDirectoryAuthority({
      tenantId,
      organizationIds: Object.values(settled.organizations).filter((organization) => organization !== null),
      actor: transition.actor,
    });
    if (stage === 'observe' || stage === 'committed') await handOver?.forget(tenantId);
    else {
      const settings = transition.signal ? { signal: transition.signal } : {};
      await handOver?.takeStock(tenantId, settings);
      await handOver?.catchUp(tenantId, settings);
    }
    if (acting !== wanted || isBegun) await record('done');
    return settled;
  }

  async function stepUp(
    migration: Migration,
    transition: Transition & { readonly canary?: Canary },
  ): Promise<Migration> {
    const to = migrationStages[indexOf(migration.stage) + 1]!;
    const found = await requireOpen(migration, to, transition);
    if (to !== 'shadow') await linkConnections(migration, found, transition);
    const canary = to === 'canary' ? (transition.canary ?? nobody) : null;
    return write(migration, { stage: to, canary }, transition, 'advanced', { canary: migration.canary });
  }

  /** Who was in the canary when it was left last. */
  async function lastCanary(tenantId: string): Promise<Canary> {
    for (let before: number | undefined; ;) {
      const page = await store.journal({ tenantId, limit: 100, ...(before !== undefined && { before }) });
      for (const { action, fromStage, detail } of page) {
        if (action !== 'advanced' || fromStage !== 'canary') continue;
        return (detail as { readonly canary?: Canary | null }).canary ?? nobody;
      }
      const last = page.at(-1);
      if (!last) return nobody;
      before = last.sequence;
    }
  }

  return {
    async advance(tenantId, { to, ...transition }) {
      requireActor('advance', transition);
      if (transition.canary) checkCanary('advance', transition.canary);
      let migration = await requireMigration(tenantId);
      const goal = to ?? migrationStages[indexOf(migration.stage) + 1] ?? migration.stage;
      requireStage('advance', goal);
      if (indexOf(goal) < indexOf(migration.stage)) {
        throw migration.stage === 'committed'
          ? isFinal(migration)
          : new SsoError({
              code: 'failed_precondition',
              message: `${tenantId} is at ${migration.stage} already: to go back to ${goal}, roll back`,
            });
      }
      if (transition.canary && indexOf(goal) < indexOf('canary'))
        throw invalid('advance', `the stage ${goal} has no canary`);
      // What a crash left open comes first.
      migration = await settle(migration, transition);
      while (migration.stage !== goal) {
        migration = await stepUp(migration, transition);
        migration = await settle(migration, transition);
      }
      return migration;
    },

    async setCanary(tenantId, { canary, ...transition }) {
      requireActor('setCanary', transition);
      checkCanary('setCanary', canary);
      const migration = await requireMigration(tenantId);
      if (migration.stage !== 'canary') {
        throw new SsoError({
          code: 'failed_precondition',
          message: `${tenantId} is at ${migration.stage}, not in the canary`,
        });
      }
      return write(migration, { canary }, transition, 'canary_changed', {
        canary: migration.canary,
      });
    },

    async rollback(tenantId, { to, acceptLosses = false, ...transition }) {
      requireActor('rollback', transition);
      const migration = await requireMigration(tenantId);
      const { stage } = migration;
      if (stage === 'committed') throw isFinal(migration);
      const goal = to ?? migrationStages[indexOf(stage) - 1] ?? stage;
      requireStage('rollback', goal);
      // Named where it is, it finishes what a crash left open.
      if (goal === stage) {
        if (to === undefined)
          throw new SsoError({
            code: 'failed_precondition',
            message: `${tenantId} is at ${stage}: there is nothing to roll back`,
          });
        return settle(migration, transition);
      }
      if (indexOf(goal) > indexOf(stage))
        throw invalid('rollback', `${tenantId} is at ${stage}, and ${goal} is further on`);
      if (handOver && migration.acting === 'to' && indexOf(goal) < indexOf('primary') && !acceptLosses) {
        const found = await handOver.compare(tenantId);
        const reasons = objectionsToHandingBack(found, migration);
        if (reasons.length > 0) await refuse(reasons, migration, goal, transition);
      }
      const down = async (from: Migration, stop: MigrationStage) => {
        const canary = stop === 'canary' ? await lastCanary(tenantId) : null;
        const detail = { canary: from.canary };
        return settle(
          await write(from, { stage: stop, canary }, transition, 'rolled_back', detail),
          transition,
        );
      };
      if (goal !== 'observe') return down(migration, goal);
      // Both sides are followed until the app has been told everything.
      const above = await (stage === 'shadow' ? settle(migration, transition) : down(migration, 'shadow'));
      const reasons = handOver ? objectionsToLeaving(await handOver.compare(tenantId), above) : [];
      if (reasons.length > 0) await refuse(reasons, above, goal, transition);
      return down(above, goal);
    },
  };
}

function isFinal({ tenantId, from, to }: Migration): SsoError {
  return new SsoError({
    code: 'failed_precondition',
    message: `${tenantId} is committed: to go back, plan and apply a move from ${to} to ${from}`,
  });
}

/** A gate the other way finds the side open that the customer leaves. */
function requireSameWay({ verification: { from, to } }: Gate, migration: Migration): void {
  if (from.provider === migration.from && to.provider === migration.to) return;
  throw new SsoError({
    code: 'failed_precondition',
    message: `${migration.tenantId} is being moved from ${migration.from} to ${migration.to}, not from ${from.provider} to ${to.provider}`,
  });
}

function requireActor(operation: string, { actor }: Transition): void {
  if (typeof actor !== 'string' || actor.trim() === '')
    throw invalid(operation, 'actor must say who does it');
}

function requireStage(operation: string, stage: string): void {
  if (!(migrationStages as readonly string[]).includes(stage))
    throw invalid(operation, `there is no stage "${stage}": they are ${migrationStages.join(', ')}`);
}

function invalid(operation: string, why: string): SsoError {
  return new SsoError({ code: 'invalid_argument', message: `${operation}: ${why}` });
}
