import { SsoError } from '@org/sso-core';
import { createHash } from 'node:crypto';
import type { Inventory } from '../inventory/inventory.js';
import { createSpool } from '../spool.js';
import type { Plan, PlanCounts, PlannedOrganization, PlannedSide, PlanOptions } from './plan.js';
import { planOrganization } from './plan-organization.js';
import { createSurroundings } from './surroundings.js';

/** What moving everybody takes, from two inventories alone. Throws `invalid_argument` when both are of one provider. */
export function makePlan(from: Inventory, to: Inventory, options: PlanOptions, now: number): Plan {
  if (from.provider === to.provider) {
    throw new SsoError({
      code: 'invalid_argument',
      message: `Both inventories are of "${from.provider}": a plan leads from one provider to another`,
    });
  }
  const around = createSurroundings(from, to);
  const organizations = createSpool<PlannedOrganization>();
  const counts = createCounts();
  for (const source of from.organizations) {
    const planned = planOrganization(source, around, options);
    organizations.add(planned);
    count(counts, planned);
  }
  const plan = {
    version: 1 as const,
    madeAt: new Date(now).toISOString(),
    from: sideOf(from),
    to: sideOf(to),
    options: { allowPreview: options.allowPreview ?? false, copyMetadata: options.copyMetadata ?? false },
    counts,
    organizations,
  };
  return { ...plan, fingerprint: planFingerprint(plan) };
}

/** Throws `invalid_argument` when the plan is not as it was made, such as cut short or edited. */
export function assertPlan(plan: Plan): void {
  if (plan.version !== 1) {
    throw new SsoError({
      code: 'invalid_argument',
      message: `The plan is of version ${String(plan.version)} and this @org/sso-migrate knows 1: make the plan with the version that applies it`,
    });
  }
  if (planFingerprint(plan) !== plan.fingerprint) {
    throw new SsoError({
      code: 'invalid_argument',
      message: 'The plan is not as it was made: it was edited or cut short. Make it anew',
    });
  }
}

function planFingerprint({
  organizations,
  ...rest
}: Omit<Plan, 'fingerprint'> & { readonly fingerprint?: string }): string {
  const { version, madeAt, from, to, options, counts } = rest;
  const hash = createHash('sha256').update(JSON.stringify([version, madeAt, from, to, options, counts]));
  for (const organization of organizations) hash.update(JSON.stringify(organization));
  return hash.digest('base64url');
}

function sideOf({ provider, environment, takenAt, fingerprint }: Inventory): PlannedSide {
  return { provider, environment, inventory: { takenAt, fingerprint } };
}

function createCounts() {
  return {
    organizations: 0,
    ready: 0,
    blocked: 0,
    actions: 0,
    customerTasks: 0,
    findings: { blocks: 0, warns: 0 },
  } satisfies PlanCounts;
}

function count(counts: ReturnType<typeof createCounts>, planned: PlannedOrganization): void {
  counts.organizations += 1;
  counts[planned.state] += 1;
  counts.customerTasks += planned.customerTasks.length;
  if (planned.state === 'ready') counts.actions += planned.actions.length;
  for (const { severity } of planned.findings) counts.findings[severity] += 1;
}
