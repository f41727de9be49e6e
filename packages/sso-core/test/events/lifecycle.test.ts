import {
  createEventInbox,
  createMemoryEventStore,
  type AttentionNotice,
  type EventInboxOptions,
} from '@org/sso-core/events';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createVendor } from './vendor.js';

/** In real time. */
function setUp(options: Partial<EventInboxOptions> = {}) {
  const vendor = createVendor({ now: Date.now });
  const store = createMemoryEventStore();
  const notices: AttentionNotice[] = [];
  const inbox = createEventInbox({
    store,
    providers: [vendor.provider],
    pullSince: '2026-01-01T00:00:00Z',
    onAttention: (notice) => notices.push(notice),
    ...options,
  });
  onTestFinished(() => inbox.stop());
  const hire = (id: string) => vendor.world.hire(vendor.directoryId, { id, firstName: id });
  return { ...vendor, store, inbox, notices, hire };
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('stop lets a handler end, settles its event, and begins no other', async () => {
  const { inbox, hire, store } = setUp({ concurrency: 1 });
  const calls: string[] = [];
  inbox.on('directory.user.created', async ({ data }, { signal }) => {
    calls.push(`begin ${data.user.name}`);
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await sleep(20);
    calls.push(`end ${data.user.name}`);
  });
  hire('ada');
  hire('ben');
  await inbox.pull('memory');
  inbox.start();
  inbox.start();
  await vi.waitFor(() => expect(calls).toEqual(['begin ada']));
  await inbox.stop();
  expect(calls).toEqual(['begin ada', 'end ada']);
  expect(await inbox.process()).toBe(0);
  const next = await store.claim({ now: Date.now(), leaseMs: 1 });
  expect(next).toMatchObject({ event: { data: { user: { name: 'ben' } } }, attempts: 1 });
});

test('many events in hand at once raise no warning', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => void warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => void process.off('warning', onWarning));
  const { inbox, hire } = setUp({ concurrency: 32 });
  let inHand = 0;
  inbox.on('directory.user.created', async () => {
    inHand += 1;
    await sleep(20);
  });
  for (let index = 0; index < 32; index += 1) hire(`p${index}`);
  await inbox.pull('memory');
  const processed = inbox.process();
  await vi.waitFor(() => expect(inHand).toBe(32));
  await processed;
  expect(warnings).toEqual([]);
});

test('a stopped inbox says that it does not start again', async () => {
  const { inbox } = setUp();
  await inbox.stop();
  expect(() => inbox.start()).toThrow(/stopped/);
});

test('stop of an inbox that never ran, and in the middle of a pull, is quiet', async () => {
  await setUp().inbox.stop();
  const vendor = createVendor();
  const { inbox, notices } = setUp({
    providers: [
      {
        ...vendor.provider,
        events: {
          ...vendor.provider.events,
          pullPage: (_, { signal }) =>
            new Promise((_resolve, reject) => {
              signal!.addEventListener('abort', () => reject(signal!.reason as Error), { once: true });
            }),
        },
      },
    ],
  });
  inbox.start();
  await sleep(10);
  await inbox.stop();
  expect(notices).toEqual([]);
});

test('in the background, webhooks are handled at once and the stream is pulled again and again', async () => {
  const { inbox, hire, world } = setUp({ pullIntervalMs: 30 });
  const names: (string | null)[] = [];
  inbox.on('directory.user.created', ({ data }) => void names.push(data.user.name));
  inbox.start();
  await sleep(50);
  hire('ada');
  await vi.waitFor(() => expect(names).toEqual(['ada']));
  hire('ben');
  const sentAt = performance.now();
  await world.deliverWebhooks(inbox.webhook('memory'));
  await vi.waitFor(() => expect(names).toEqual(['ada', 'ben']), { interval: 5 });
  expect(performance.now() - sentAt).toBeLessThan(900);
});

test('the first pull misses nothing where this clock is ahead of the vendor’s', async () => {
  const { provider, store, hire } = setUp();
  const inbox = createEventInbox({ store, providers: [provider], now: () => Date.now() + 30_000 });
  hire('ada');
  expect(await inbox.pull('memory')).toBe(2);
});

test('a handler that takes long keeps nobody else waiting', async () => {
  const { inbox, hire, world } = setUp({ pullIntervalMs: 60_000, concurrency: 2 });
  const names: (string | null)[] = [];
  let release: () => void = () => undefined;
  inbox.on('directory.user.created', async ({ data }) => {
    if (data.user.name === 'slow') await new Promise<void>((resolve) => (release = resolve));
    names.push(data.user.name);
  });
  inbox.start();
  hire('slow');
  await world.deliverWebhooks(inbox.webhook('memory'));
  await sleep(50);
  for (const name of ['ada', 'ben', 'cyd']) {
    hire(name);
    await world.deliverWebhooks(inbox.webhook('memory'));
  }
  await vi.waitFor(() => expect(names).toEqual(['ada', 'ben', 'cyd']));
  release();
  await vi.waitFor(() => expect(names).toContain('slow'));
});

test('a handler over its time fails the attempt, and handlers after it are not called', async () => {
  const { inbox, hire } = setUp({ handlerTimeoutMs: 20, retry: { maxAttempts: 2, baseDelayMs: 1 } });
  const signals: AbortSignal[] = [];
  let later = 0;
  inbox.on('directory.user.created', (_, { signal }) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  inbox.on('*', ({ type }) => void (later += type === 'directory.user.created' ? 1 : 0));
  hire('ada');
  await inbox.pull('memory');
  inbox.start();
  await vi.waitFor(async () => {
    const { events } = await inbox.list('quarantined');
    expect(events).toMatchObject([{ attempts: 2, lastFailure: 'SsoError deadline_exceeded' }]);
  });
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(later).toBe(0);
});

test('an event whose process ends at every attempt is quarantined as well', async () => {
  const { inbox, store, hire, notices } = setUp({ retry: { maxAttempts: 3 } });
  await inbox.pull('memory');
  await inbox.process();
  hire('ada');
  await inbox.pull('memory');
  let handled = 0;
  inbox.on('directory.user.created', () => void (handled += 1));
  // Somebody else claims, and is never heard of again.
  for (let attempt = 1; attempt <= 3; attempt += 1)
    expect(await store.claim({ now: Date.now(), leaseMs: -1 })).toMatchObject({ attempts: attempt });
  await inbox.process();
  expect(handled).toBe(0);
  expect(notices).toMatchObject([{ kind: 'quarantined' }]);
});

test('poke: a webhook brings the stream in, and its own content is not believed', async () => {
  const { inbox, hire, world } = setUp({ webhooks: 'poke', pullIntervalMs: 60_000 });
  const receive = inbox.webhook('memory');
  const seen: string[] = [];
  inbox.on('*', ({ type, id }) => void seen.push(`${id} ${type}`));
  const forged = world.signWebhook('{"id":"forged","type":"directory.deleted","data":{}}');
  hire('ada');
  expect((await receive(forged)).status).toBe(202);
  await inbox.process();
  expect(seen.toSorted()).toEqual(['event_1 directory.activated', 'event_2 directory.user.created']);

  world.failNext(new Error('the vendor is down'));
  expect((await receive(forged)).status).toBe(503);

  inbox.start();
  await sleep(20);
  hire('ben');
  expect((await receive(forged)).status).toBe(202);
  await vi.waitFor(() => expect(seen).toContain('event_3 directory.user.created'));
});

test('failures in the background are told and do not end it', async () => {
  const { inbox, world, hire, store, notices } = setUp({
    pullIntervalMs: 10,
    onAttention: (notice) => {
      notices.push(notice);
      throw new Error('a hook that throws');
    },
  });
  let handled = 0;
  inbox.on('directory.user.created', () => void (handled += 1));
  const { claim } = store;
  Object.assign(store, {
    claim: async () => {
      Object.assign(store, { claim });
      throw Object.assign(new Error('canary'), { code: 'ECONNREFUSED' });
    },
  });
  world.failNext(new Error('canary'));
  hire('ada');
  inbox.start();
  await vi.waitFor(() => expect(handled).toBe(1), { timeout: 3000 });
  expect(notices).toContainEqual(
    expect.objectContaining({ kind: 'process_failed', reason: 'Error ECONNREFUSED' }),
  );
  expect(notices).toContainEqual(expect.objectContaining({ kind: 'pull_failed', provider: 'memory' }));
  expect(JSON.stringify(notices)).not.toContain('canary');
});
