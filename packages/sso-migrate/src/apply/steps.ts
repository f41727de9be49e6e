import { setTimeout as delay } from 'node:timers/promises';
import { SsoError } from '@org/sso-core';
import type { MigrationStep, MigrationStore } from '@org/sso-core/migration';
import { retrying, type RetrySettings, type Wait } from '../retrying.js';
import type { AppliedStep } from './progress.js';

export interface Step {
  readonly name: string;
  /**
   * Looks its effect up at the target: a qualified id, or `null`. Asked before the effect is made, since a run before may have been killed
   * between making and recording it, and again after a failure of unknown fate, since no vendor promises idempotent creation.
   */
  readonly find: (known: MigrationStep | undefined) => Promise<string | null>;
  /** Makes it, once. Throws `already_exists` when it was there after all. */
  readonly make: () => Promise<string>;
  /** What `find` will want to know when the process ends before the effect is recorded. */
  readonly note?: () => Promise<string>;
}

export interface StepRunner {
  /** Answers the id of what was made or found. */
  run(step: Step): Promise<string>;
  /** Whether something was made. */
  readonly changed: () => boolean;
}

export interface StepRunnerOptions {
  readonly store: MigrationStore;
  readonly tenantId: string;
  /** Provider id of the target. */
  readonly target: string;
  readonly actor: string;
  readonly retry: RetrySettings;
  readonly now: () => number;
  readonly onStep: (step: AppliedStep) => void;
  readonly onWait: (step: string, wait: Wait) => void;
  readonly signal?: AbortSignal | undefined;
}

/** How often an effect that was begun and cannot be seen is looked for, as vendors may show it late. */
const settlingLooks = 3;

export async function createStepRunner(options: StepRunnerOptions): Promise<StepRunner> {
  const { store, tenantId, target, actor, retry, now, onStep, onWait, signal } = options;
  const recorded = await store.steps(tenantId);
  const known = new Map(recorded.filter((step) => isOf(step, target)).map((step) => [step.step, step]));
  let changed = false;

  async function record(step: string, state: MigrationStep['state'], result: string | null): Promise<void> {
    const recording = {
      tenantId,
      step: `${target}/${step}`,
      state,
      result,
      at: new Date(now()).toISOString(),
    };
    await store.recordStep(recording);
    known.set(recording.step, recording);
  }

  async function settle({ find }: Step, before: MigrationStep | undefined): Promise<string | null> {
    for (let look = 1; ; look += 1) {
      const found = await find(before);
      if (found !== null || before?.state !== 'begun' || look > settlingLooks) return found;
      await delay((retry.delayMs ?? 500) * look, undefined, { signal });
    }
  }

  return {
    changed: () => changed,
    async run(step) {
      const { name, find, make, note } = step;
      const before = known.get(`${target}/${name}`);
      const found = await settle(step, before);
      if (found !== null) {
        if (before?.state !== 'done' || before.result !== found) await record(name, 'done', found);
        onStep({ tenantId, step: name, outcome: 'found', result: found });
        return found;
      }
      await record(name, 'begun', note ? await note() : null);
      const begun = known.get(`${target}/${name}`);
      const result = await retrying(
        retry,
        async (previous) => {
          // Being told to slow down leaves nothing behind.
          const mayBeThere = previous !== undefined && previous.code !== 'rate_limited';
          return (mayBeThere ? await find(begun) : null) ?? makeOrFind(make, () => find(begun));
        },
        { signal, onWait: (wait) => onWait(name, wait) },
      );
      changed = true;
      await record(name, 'done', result);
      const at = new Date(now()).toISOString();
      await store.record({
        tenantId,
        at,
        actor,
        action: 'step_done',
        fromStage: null,
        toStage: null,
        detail: { step: name, result },
      });
      onStep({ tenantId, step: name, outcome: 'done', result });
      return result;
    },
  };
}

async function makeOrFind(make: () => Promise<string>, find: () => Promise<string | null>): Promise<string> {
  try {
    return await make();
  } catch (error) {
    if (!SsoError.isInstance(error) || error.code !== 'already_exists') throw error;
    const found = await find();
    if (found === null) throw error;
    return found;
  }
}

/** Steps carry the target in their name: a customer may be moved there, and later back. */
function isOf({ step }: MigrationStep, target: string): boolean {
  return step.startsWith(`${target}/`);
}

/** Whether a recorded step explains what is there now. */
export function explains(step: MigrationStep | undefined, id: string): boolean {
  return step !== undefined && (step.state === 'begun' || step.result === id);
}

export function stepNamed(
  steps: readonly MigrationStep[],
  target: string,
  name: string,
): MigrationStep | undefined {
  return steps.find(({ step }) => step === `${target}/${name}`);
}
