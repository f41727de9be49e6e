import assert from 'node:assert/strict';
import { createCaseContext } from './case-context.js';
import { contractCases } from './cases/index.js';
import { applies, missingAbilities, type ContractCase } from './contract-case.js';
import type { Harness } from './harness.js';
import { providerFaults } from './provider-faults.js';
import { createSeed } from './random.js';

/** What a harness runs, and what it does not. */
export interface ContractPlan {
  readonly run: readonly ContractCase[];
  readonly notRun: readonly { readonly case: ContractCase; readonly reason: string }[];
  /**
   * What is wrong before any case runs, each in one line: a facet without a method, and how `harness.notRun` disagrees with what cannot run
   * (an unexplained gap, a stale or an unknown entry). Must be empty.
   */
  readonly faults: readonly string[];
}

/** Chooses the cases from the provider's own facets and features, and compares `harness.notRun` with what really cannot run. */
export function planContract(harness: Harness, cases: readonly ContractCase[] = contractCases): ContractPlan {
  const { provider, notRun: declared } = harness;
  const isBlocked = (each: ContractCase) => missingAbilities(each, harness).length > 0;
  const applicable = cases.filter((each) => applies(each, provider));
  const blocked = applicable.filter(isBlocked);
  return {
    run: applicable.filter((each) => !isBlocked(each)),
    notRun: blocked.map((each) => ({ case: each, reason: declared[each.id] ?? 'no reason given' })),
    faults: [
      ...providerFaults(provider),
      ...blocked
        .filter(({ id }) => !declared[id])
        .map(
          (each) =>
            `${each.id} cannot run (no ${missingAbilities(each, harness).join(', ')}) and is not in notRun`,
        ),
      ...Object.keys(declared)
        .filter((id) => !cases.some((each) => each.id === id && isBlocked(each)))
        .map((id) => `${id} is in notRun, but it could run or does not exist`),
    ],
  };
}

export interface RunCaseOptions {
  /** What the inputs are made from: from 0 up to 2^32. The same seed makes the same ones. Default: a new one. */
  readonly seed?: number;
}

/** Runs one case. Throws what it threw, or when it asserted nothing. */
export async function runCase(
  contractCase: ContractCase,
  harness: Harness,
  { seed = createSeed() }: RunCaseOptions = {},
): Promise<void> {
  const context = createCaseContext(contractCase, harness, seed);
  try {
    await contractCase.run(context);
  } finally {
    await harness.faults?.clear();
  }
  assert.ok(context.check.count > 0, `${contractCase.id} asserted nothing`);
}
