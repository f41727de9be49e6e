import { createMemoryEventStore } from '@org/sso-core/events';
import { testConvergence } from './convergence.js';

testConvergence(async () => createMemoryEventStore(), 150);
