import { createMemoryHarness } from '@org/sso-contract';
import { describeContract } from '@org/sso-contract/vitest';
import { createScalekitHarness } from './harness/scalekit.js';
import { createWorkosHarness } from './harness/workos.js';

describeContract({ name: 'memory', createHarness: () => createMemoryHarness() });
for (const mode of ['full-stack-auth', 'modular-sso'] as const)
  describeContract({ name: `scalekit (${mode})`, createHarness: () => createScalekitHarness(mode) });
for (const inactiveUsers of ['deleted', 'kept'] as const) {
  describeContract({
    name: `workos (inactive users ${inactiveUsers})`,
    createHarness: () => createWorkosHarness(inactiveUsers),
  });
}
