import { createMemoryEventStore } from '@org/sso-core/events';
import { createMemoryMigrationStore } from '@org/sso-core/migration';
import { testRelay } from './relay.js';
import { vi } from 'vitest';

vi.setConfig({ testTimeout: 180_000 });

testRelay(
  async () => ({ store: createMemoryMigrationStore(), events: createMemoryEventStore() }),
  Number(process.env.RUNS ?? 300),
);
