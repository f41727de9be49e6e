import { describeContract } from '@org/sso-contract/vitest';
import { createHarness } from '../src/harness.js';

describeContract({ name: 'the in-house service', createHarness });
