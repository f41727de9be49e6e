import { createMemoryEventStore } from '@org/sso-core/events';
import { testInbox } from './inbox.js';

testInbox(async () => createMemoryEventStore());
