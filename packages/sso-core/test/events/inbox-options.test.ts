import { createMemoryEventStore, createEventInbox, type EventInboxOptions } from '@org/sso-core/events';
import { createMemoryProvider } from '@org/sso-core/testing';
import { expect, test } from 'vitest';

const store = createMemoryEventStore();
const { provider } = createMemoryProvider();

test.each<[string, object]>([
  ['guard.maxRemovals must be', { guard: { maxRemovals: Number.NaN } }],
  ['guard.maxRemovals must be', { guard: { maxRemovals: '25' } }],
  ['guard.maxShare must be', { guard: { maxShare: 20 } }],
  ['guard.maxShare must be', { guard: { maxShare: -0.1 } }],
  ['guard.windowMs must be', { guard: { windowMs: 0 } }],
  ['guard must be', { guard: false }],
  ['guard must be', { guard: 'of' }],
  ['"guard.maxRemoval" is no option', { guard: { maxRemoval: 5 } }],
  ['retry.maxAttempts must be', { retry: { maxAttempts: 0 } }],
  ['retry.maxAttempts must be', { retry: { maxAttempts: 2.5 } }],
  ['retry.baseDelayMs must be', { retry: { baseDelayMs: Number.NaN } }],
  ['retry.maxDelayMs must be', { retry: { maxDelayMs: -1 } }],
  ['"retry.attempts" is no option', { retry: { attempts: 5 } }],
  ['retry must be', { retry: 5 }],
  ['concurrency must be', { concurrency: 0 }],
  ['concurrency must be', { concurrency: Number.NaN }],
  ['handlerTimeoutMs must be', { handlerTimeoutMs: Infinity }],
  ['handlerTimeoutMs must be', { handlerTimeoutMs: 0 }],
  ['pullIntervalMs must be', { pullIntervalMs: 3_000_000_000 }],
  ['pullSince must be', { pullSince: 'yesterday' }],
  ['webhooks must be', { webhooks: 'Poke' }],
  ['"handlers" is no option', { handlers: {} }],
  ['two providers "memory"', { providers: [provider, createMemoryProvider().provider] }],
])('refused: %s of %j', (message, options) => {
  const create = () => createEventInbox({ store, providers: [provider], ...options } as EventInboxOptions);
  expect(create).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  expect(create).toThrow(message);
});

test('what can work is taken, and options may be left undefined', async () => {
  const inbox = createEventInbox({
    store,
    providers: [],
    guard: { maxRemovals: Infinity, maxShare: 1 },
    retry: { baseDelayMs: 0 },
    ...({ pullSince: undefined, webhooks: undefined } as object),
  });
  expect(await inbox.process()).toBe(0);
  await expect(inbox.pull('memory')).rejects.toThrow('knows no provider');
  const pulling = createEventInbox({ store, providers: [provider] });
  await expect(pulling.pull('memory', { restartSince: 'yesterday' })).rejects.toThrow(/restartSince must be/);
});
