import { createMemoryHarness } from '@org/sso-contract';
import { describeContract } from '@org/sso-contract/vitest';
import { createScalekitHarness } from './harness/scalekit.js';
import { createWorkosHarness } from './harness/workos.js';

describeContract({ name: 'memory', createHarness: () => createMemoryHarness() });
describeContract({ name: 'scalekit', createHarness: createScalekitHarness });
describeContract({ name: 'workos', createHarness: createWorkosHarness });
