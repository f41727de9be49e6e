import { SsoError } from '@org/sso-core';
import type { MigrationStore } from '@org/sso-core/migration';
import { findById } from '../find-customer.js';
import type { OrganizationReader } from '../inventory/read-organization.js';
import { mapInOrder } from '../map-in-order.js';
import { assertPlan } from '../plan/make-plan.js';
import type { Plan, PlannedOrganization } from '../plan/plan.js';
import type { RetrySettings } from '../retrying.js';
import type { Side } from '../side.js';
import { applyOrganization, enrollStep, stepNamesOf, type ReadyOrganization } from './apply-organization.js';
import { checkPlan } from './check-plan.js';
import { enroll } from './enroll.js';
import type { AppliedOrganization, ApplyProgress, ApplyResult } from './progress.js';
import { createStepRunner } from './steps.js';

export interface ApplySettings {
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
}

export interface ApplyPlan extends ApplySettings {
  readonly from: Side;
  readonly to: Side;
  readonly store: MigrationStore;
  readonly readers: { readonly from: OrganizationReader; readonly to: OrganizationReader };
  readonly ahead: number;
  readonly retry: RetrySettings;
  readonly now: () => number;
}

export async function applyPlan(plan: Plan, options: ApplyPlan): Promise<ApplyResult> {
  const { from, to, store, readers, ahead, retry, now, actor, dryRun = false, signal } = options;
  const tell = options.onProgress ?? (() => undefined);
  if (typeof actor !== 'string' || actor.trim() === '') {
    throw new SsoError({ code: 'invalid_argument', message: 'apply: actor must say who does it' });
  }
  assertPlan(plan);
  requireSides(plan, from, to);
  const selected = select(plan, options);
  const settings = signal ? { signal } : {};

  tell({ type: 'checking', organizations: selected.length });
  await checkPlan({ from, to, store, selected, readers, ahead, settings });

  let steps = 0;
  for (const planned of selected) steps += stepNamesOf(planned).length;
  tell({ type: 'started', organizations: selected.length, steps, dryRun });

  const result = { dryRun, applied: 0, unchanged: 0, planned: 0, failed: 0, blocked: selected.blocked };
  const failures: AppliedOrganization[] = [];
  let finished = 0;

  async function one(planned: ReadyOrganization, stopped: AbortSignal): Promise<AppliedOrganization> {
    const { tenantId } = planned;
    if (dryRun) {
      for (const step of stepNamesOf(planned))
        tell({ type: 'step', tenantId, step, outcome: 'planned', result: null });
      return { tenantId, outcome: 'planned', error: null };
    }
    let current: string | null = null;
    try {
      const runner = await createStepRunner({
        store,
        tenantId,
        target: to.provider.id,
        actor,
        retry,
        now,
        signal: stopped,
        onStep: (step) => tell({ type: 'step', ...step }),
        onWait: (step, { error, delayMs, attempt }) =>
          tell({ type: 'waiting', tenantId, step, code: error.code, delayMs, attempt }),
      });
      const watched = {
        ...runner,
        run: (step: Parameters<typeof runner.run>[0]) => {
          current = step.name;
          return runner.run(step);
        },
      };
      const target = await applyOrganization({
        planned,
        to,
        reader: readers.from,
        steps: watched,
        settings: { signal: stopped },
      });
      current = enrollStep;
      const enrolled = await enroll({
        store,
        planned,
        from: from.provider.id,
        to: to.provider.id,
        target,
        isGone: async (organization) => (await findById(to, organization, { signal: stopped })) === null,
        actor,
        now,
      });
      tell({
        type: 'step',
        tenantId,
        step: enrollStep,
        outcome: enrolled ? 'done' : 'found',
        result: target,
      });
      return { tenantId, outcome: enrolled || runner.changed() ? 'applied' : 'unchanged', error: null };
    } catch (error) {
      // Credentials that are refused for one organization are refused for all.
      if (!SsoError.isInstance(error) || error.code === 'unauthenticated') throw error;
      const { code, message, retryable } = error;
      return { tenantId, outcome: 'failed', error: { code, message, retryable, step: current } };
    }
  }

  const done = mapInOrder(
    selected,
    ahead,
    async (planned, stopped) => {
      const applied = await one(planned, stopped);
      finished += 1;
      tell({ type: 'organization', ...applied, finished, organizations: selected.length });
      return applied;
    },
    signal,
  );
  for await (const applied of done) {
    result[applied.outcome] += 1;
    if (applied.outcome === 'failed') failures.push(applied);
  }
  const told: ApplyResult = { ...result, failures };
  tell({ type: 'finished', ...told });
  return told;
}

function requireSides(plan: Plan, from: Side, to: Side): void {
  for (const [planned, { provider }] of [
    [plan.from, from],
    [plan.to, to],
  ] as const) {
    if (planned.provider === provider.id && planned.environment === provider.environment) continue;
    throw new SsoError({
      code: 'invalid_argument',
      message: `The plan leads from ${plan.from.provider} (${plan.from.environment}) to ${plan.to.provider} (${plan.to.environment}), and this is ${from.provider.id} (${from.provider.environment}) to ${to.provider.id} (${to.provider.environment})`,
    });
  }
}

interface Selection extends Iterable<ReadyOrganization> {
  readonly length: number;
  /** Left out. */
  readonly blocked: number;
}

function select(
  { organizations }: Plan,
  { tenantIds, skipBlocked = false }: Pick<ApplySettings, 'tenantIds' | 'skipBlocked'>,
): Selection {
  const wanted = tenantIds && new Set(tenantIds);
  const isWanted = ({ tenantId }: PlannedOrganization) =>
    !wanted || (tenantId !== null && wanted.has(tenantId));
  const missing = new Set(wanted);
  const blocked: PlannedOrganization[] = [];
  let blockedCount = 0;
  let length = 0;
  for (const planned of organizations) {
    if (!isWanted(planned)) continue;
    if (planned.tenantId !== null) missing.delete(planned.tenantId);
    if (planned.state === 'ready') length += 1;
    else {
      blockedCount += 1;
      if (blocked.length < maxShown) blocked.push(planned);
    }
  }
  if (missing.size > 0) {
    const [first] = missing;
    throw new SsoError({
      code: 'not_found',
      message: `The plan has no organization "${first}"${missing.size > 1 ? `, nor ${missing.size - 1} others that were asked for` : ''}`,
    });
  }
  if (blockedCount > 0 && !skipBlocked) {
    const shown = blocked.map(({ name, tenantId, findings }) => {
      const codes = findings.filter(({ severity }) => severity === 'blocks').map(({ code }) => code);
      return `${name} (${tenantId ?? 'no tenant id'}): ${codes.join(', ')}`;
    });
    const more = blockedCount > shown.length ? `; and ${blockedCount - shown.length} more` : '';
    throw new SsoError({
      code: 'failed_precondition',
      message: `Blocked: ${shown.join('; ')}${more}. Settle that and make the plan anew, or leave them out: skipBlocked, --skip-blocked`,
    });
  }
  return {
    length,
    blocked: blockedCount,
    *[Symbol.iterator]() {
      for (const planned of organizations)
        if (planned.state === 'ready' && isWanted(planned)) yield planned as ReadyOrganization;
    },
  };
}

const maxShown = 3;
