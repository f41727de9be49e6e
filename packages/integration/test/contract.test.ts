import { createMemoryHarness } from '@org/sso-contract';
import { describeContract } from '@org/sso-contract/vitest';

describeContract({ name: 'memory', createHarness: () => createMemoryHarness() });
