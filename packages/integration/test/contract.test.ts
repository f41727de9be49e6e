import { fileURLToPath } from 'node:url';
import { createMemoryHarness, planContract, type Harness } from '@org/sso-contract';
import { describeContract, type CaseOutcome } from '@org/sso-contract/vitest';
import { createUndiciTransport } from '@org/sso-core/http/undici';
import { expect, test } from 'vitest';
import { createStandInHarness, standIns } from './harness/live.js';
import { createScalekitHarness } from './harness/scalekit.js';
import { createWorkosHarness } from './harness/workos.js';
import { featureTable, targetReport, type ContractRun } from './support/contract-report.js';
import { withPart } from './support/markdown.js';

/** Of two targets of a vendor, one sends by each transport. */
const targets: Readonly<Record<string, () => Harness | Promise<Harness>>> = {
  memory: () => createMemoryHarness(),
  'scalekit (full-stack-auth)': () => createScalekitHarness('full-stack-auth'),
  'scalekit (modular-sso)': () => createScalekitHarness('modular-sso', createUndiciTransport()),
  'workos (inactive users deleted)': () => createWorkosHarness('deleted'),
  'workos (inactive users kept)': () => createWorkosHarness('kept', createUndiciTransport()),
  ...Object.fromEntries(
    (['scalekit (full-stack-auth)', 'workos'] as const satisfies readonly (keyof typeof standIns)[]).map(
      (name) => [`live target, the emulator as ${name}`, () => createStandInHarness(name)],
    ),
  ),
};

const runs: Record<string, ContractRun> = {};

/** While one works on an adapter: only targets whose name has this in it. */
const only = process.env['SSO_CONTRACT_TARGETS'] ?? '';

for (const [name, createHarness] of Object.entries(targets)) {
  if (!name.includes(only)) continue;
  const outcomes = new Map<string, CaseOutcome>();
  describeContract({
    name,
    async createHarness() {
      const harness = await createHarness();
      runs[name] = { harness, outcomes };
      return harness;
    },
    onOutcome: ({ id }, outcome) => outcomes.set(id, outcome),
  });
}

/** Checked where it ran, so that a table about it costs no second run. `--update` writes it. */
test('README.md and docs/contract.md tell what ran', async ({ skip }) => {
  const isWhole =
    only === '' &&
    Object.values(runs).every(({ harness, outcomes }) => {
      const { run, notRun } = planContract(harness);
      return outcomes.size === run.length + notRun.length;
    });
  skip(!isWhole && !process.env['CI'], 'only a part of the contract was run');
  const failed = Object.values(runs).flatMap(({ outcomes }) =>
    [...outcomes].filter(([, outcome]) => outcome === 'failed').map(([id]) => id),
  );
  expect(failed, 'nothing is told of a run that failed').toEqual([]);
  const of = (vendor: string) =>
    Object.entries(runs)
      .filter(([name]) => name.startsWith(vendor))
      .map(([, run]) => run);
  const parts = [
    ['README.md', 'features', featureTable({ Scalekit: of('scalekit'), WorkOS: of('workos') })],
    ['docs/contract.md', 'targets', targetReport(runs)],
  ] as const;
  for (const [name, marker, part] of parts) {
    const file = fileURLToPath(new URL(`../../../${name}`, import.meta.url));
    await expect(
      withPart(file, marker, part),
      'node tools/generate-from-runs.mjs writes it',
    ).toMatchFileSnapshot(file);
  }
});
