import { afterAll, describe, expect, test } from 'vitest';
import type { Harness } from './harness.js';
import { planContract, runCase } from './run-case.js';

export interface DescribeContract {
  readonly name: string;
  /** Called once, while tests are collected: the provider decides which cases there are. */
  readonly createHarness: () => Harness | Promise<Harness>;
}

/** Declares one vitest suite with a test per case of the contract. */
export function describeContract({ name, createHarness }: DescribeContract): void {
  describe(`contract of ${name}`, async () => {
    const harness = await createHarness();
    afterAll(() => harness.dispose());
    const plan = planContract(harness);
    test('the provider is complete, and its harness names exactly the cases it cannot run', () =>
      expect(plan.faults).toEqual([]));
    // oxlint-disable-next-line vitest/expect-expect -- runCase fails a case that asserts nothing
    for (const each of plan.run) test(`${each.id} ${each.title}`, () => runCase(each, harness));
    for (const { case: each, reason } of plan.notRun)
      // oxlint-disable-next-line vitest/no-disabled-tests -- shown with its reason
      test.skip(`${each.id} ${each.title} (not run: ${reason})`, () => undefined);
  });
}
