import { afterAll, describe, expect, test } from 'vitest';
import type { ContractCase } from './contract-case.js';
import type { Harness } from './harness.js';
import { createSeed, parseSeed } from './random.js';
import { planContract, runCase } from './run-case.js';

export type CaseOutcome = 'passed' | 'failed' | 'not_run';

export interface DescribeContract {
  readonly name: string;
  /** Called once, while tests are collected: the provider decides which cases there are. */
  readonly createHarness: () => Harness | Promise<Harness>;
  /** Told of each case when it is over, or not run. */
  readonly onOutcome?: (contractCase: ContractCase, outcome: CaseOutcome) => void;
  /** What the inputs are made from. Default: `SSO_CONTRACT_SEED`, and without it a new one, which is printed. */
  readonly seed?: number;
}

/** Declares one vitest suite with a test per case of the contract. */
export function describeContract({
  name,
  createHarness,
  onOutcome = () => undefined,
  seed = seedOfThisFile(),
}: DescribeContract): void {
  describe(`contract of ${name}`, async () => {
    const harness = await createHarness();
    afterAll(() => harness.dispose());
    const plan = planContract(harness);
    test('the provider is complete, and its harness names exactly the cases it cannot run', () =>
      expect(plan.faults).toEqual([]));
    for (const each of plan.run) {
      // oxlint-disable-next-line vitest/expect-expect -- runCase fails a case that asserts nothing
      test(`${each.id} ${each.title}`, async () => {
        try {
          await runCase(each, harness, { seed });
        } catch (error) {
          onOutcome(each, 'failed');
          throw error;
        }
        onOutcome(each, 'passed');
      });
    }
    for (const { case: each, reason } of plan.notRun) {
      onOutcome(each, 'not_run');
      // oxlint-disable-next-line vitest/no-disabled-tests -- shown with its reason
      test.skip(`${each.id} ${each.title} (not run: ${reason})`, () => undefined);
    }
  });
}

let fileSeed: number | undefined;

/** Test files are loaded one by one, so this is told once for each. */
function seedOfThisFile(): number {
  if (fileSeed !== undefined) return fileSeed;
  const given = process.env['SSO_CONTRACT_SEED'];
  fileSeed = given ? parseSeed(given) : createSeed();
  console.info(
    `contract: the inputs come from seed ${fileSeed} (SSO_CONTRACT_SEED=${fileSeed} repeats them)`,
  );
  return fileSeed;
}
