import type { PortalIntent } from '@org/sso-core';
import type { InventoriedOrganization } from '../inventory/inventory.js';
import { maxExamples, type Sample } from '../records.js';
import { findingSeverities, type Finding, type FindingCode } from './finding.js';
import type { CustomerTask, PlannedAction, PlanOptions } from './plan.js';
import type { Surroundings } from './surroundings.js';

/** One customer's part of a plan while it is made. */
export interface Draft {
  readonly source: InventoriedOrganization;
  readonly around: Surroundings;
  readonly options: PlanOptions;
  readonly findings: Finding[];
  readonly actions: PlannedAction[];
  readonly customerTasks: CustomerTask[];
  readonly find: (code: FindingCode, message: string, subjects: Sample) => void;
  /** The intent, where the target's portal has it. */
  readonly intentOf: (intent: PortalIntent) => PortalIntent | null;
}

export function createDraft(
  source: InventoriedOrganization,
  around: Surroundings,
  options: PlanOptions,
): Draft {
  const { id, tenantId, name } = source;
  const findings: Finding[] = [];
  return {
    source,
    around,
    options,
    findings,
    actions: [],
    customerTasks: [],
    find(code, message, { count, examples }) {
      const organization = { id, tenantId, name };
      findings.push({
        code,
        severity: findingSeverities[code],
        organization,
        subjects: examples,
        count,
        message,
      });
    },
    intentOf: (intent) => (around.to.abilities.portalIntents.includes(intent) ? intent : null),
  };
}

/** Subjects of a finding. */
export function about(...subjects: readonly string[]): Sample {
  return { count: subjects.length, examples: subjects.slice(0, maxExamples) };
}
