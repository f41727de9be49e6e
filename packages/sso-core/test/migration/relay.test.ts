import { createMemoryEventStore } from '@org/sso-core/events';
import { createMemoryMigrationStore } from '@org/sso-core/migration';
import { testRelay } from './relay.js';

testRelay(
  async () => ({ store: createMemoryMigrationStore(), events: createMemoryEventStore() }),
  Number(process.env.RUNS ?? 60),
);
