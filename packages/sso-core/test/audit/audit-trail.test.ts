import { organizationId, SsoError } from '@org/sso-core';
import {
  createAuditTrail,
  createMemoryAuditStore,
  type AuditEntry,
  type AuditSink,
  type AuditTrailOptions,
  type SinkNotice,
} from '@org/sso-core/audit';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

const acme = organizationId('acme:org_1');
let count = 0;

function newEntry(id = `entry-${(count += 1)}`): AuditEntry {
  return {
    id,
    organizationId: acme,
    event: {
      action: 'sso.view_settings',
      occurredAt: new Date(0).toISOString(),
      version: 1,
      actor: { id: 'user_1', type: 'user' },
      targets: [{ id: acme, type: 'organization' }],
      context: { location: '203.0.113.7' },
    },
  };
}

interface SetUp extends Partial<AuditTrailOptions> {
  readonly required?: boolean;
}

/** A trail with a clock of its own, and a sink that fails as told. */
function setUp({ required = false, ...rest }: SetUp = {}) {
  const store = createMemoryAuditStore();
  const clock = { at: 1_000_000 };
  const notices: SinkNotice[] = [];
  const taken: string[] = [];
  const attempts: number[] = [];
  const state: { failure: unknown } = { failure: undefined };
  const sink: AuditSink = {
    name: 'siem',
    required,
    deliver: (entry, { attempt }) => {
      attempts.push(attempt);
      if (state.failure !== undefined) throw state.failure;
      taken.push(entry.id);
    },
  };
  const trail = createAuditTrail({
    store,
    sinks: [sink],
    now: () => clock.at,
    onAttention: (notice) => notices.push(notice),
    ...rest,
  });
  return { store, trail, clock, notices, taken, attempts, state };
}

const down = new SsoError({ code: 'unavailable', message: 'canary-message', retryable: true });

describe('delivery', () => {
  it('hands every entry to every sink, once', async () => {
    const other: string[] = [];
    const { trail, taken } = setUp();
    const both = createAuditTrail({
      store: createMemoryAuditStore(),
      sinks: [
        { name: 'one', deliver: ({ id }) => void taken.push(id) },
        { name: 'other', deliver: async ({ id }) => void other.push(id) },
      ],
    });
    await both.record(newEntry('a'));
    await both.record(newEntry('b'));
    expect(await both.process()).toBe(4);
    expect(await both.process()).toBe(0);
    expect(taken).toEqual(['a', 'b']);
    expect(other).toEqual(['a', 'b']);
    expect(await trail.process()).toBe(0);
  });

  it('a sink that changes the entry changes its own copy', async () => {
    const { store } = setUp();
    const trail = createAuditTrail({
      store,
      sinks: [{ name: 'bad', deliver: ({ event }) => void Object.assign(event.actor, { id: 'nobody' }) }],
    });
    const entry = newEntry();
    await trail.record(entry);
    await trail.process();
    expect(entry.event.actor.id).toBe('user_1');
    const { entries } = await store.list({ organizationId: acme, limit: 1 });
    expect(entries[0]!.event.actor.id).toBe('user_1');
  });

  it('a sink that is down for an hour loses nothing and fails nobody', async () => {
    const { trail, clock, taken, state, notices, attempts } = setUp();
    state.failure = down;
    const ids: string[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      const entry = newEntry();
      ids.push(entry.id);
      await trail.record(entry);
      await trail.process();
      clock.at += 60_000;
    }
    expect(taken).toEqual([]);
    // As often as it was tried, not once for each entry that waits.
    expect(attempts).toHaveLength(60);
    expect(
      notices.every(({ kind, reason }) => kind === 'sink_failed' && reason === 'SsoError unavailable'),
    ).toBe(true);
    state.failure = undefined;
    for (let hour = 0; hour < 3; hour += 1) {
      await trail.process();
      clock.at += 4_000_000;
    }
    expect(taken.toSorted()).toEqual(ids.toSorted());
    expect(await trail.listQuarantined()).toMatchObject({ deliveries: [] });
  });

  it('waits longer after each failure, up to the limit', async () => {
    const { trail, clock, state, attempts } = setUp({
      retry: { baseDelayMs: 1000, maxDelayMs: 8000, maxAttempts: 100 },
    });
    state.failure = down;
    await trail.record(newEntry());
    const times: number[] = [];
    const start = clock.at;
    for (; clock.at < start + 60_000; clock.at += 250) {
      const before = attempts.length;
      await trail.process();
      if (attempts.length > before) times.push(clock.at - start);
    }
    const waits = times.slice(1).map((time, index) => time - times[index]!);
    for (const [index, wait] of waits.entries()) {
      const expected = Math.min(8000, 1000 * 2 ** index);
      expect(wait).toBeGreaterThanOrEqual(expected * 0.75);
      expect(wait).toBeLessThanOrEqual(expected * 1.25 + 250);
    }
    expect(waits.length).toBeGreaterThan(5);
  });

  it.each(['invalid_argument', 'not_found', 'failed_precondition', 'unsupported'] as const)(
    'an entry refused with %s is quarantined at once, others go on, and a person tries it again',
    async (code) => {
      const { trail, taken, state, notices } = setUp();
      state.failure = new SsoError({ code, message: 'canary-message' });
      const refused = newEntry();
      await trail.record(refused);
      await trail.process();
      state.failure = undefined;
      await trail.record(newEntry('next'));
      await trail.process();
      expect(taken).toEqual(['next']);
      expect(notices).toEqual([
        { kind: 'quarantined', sink: 'siem', entryId: refused.id, reason: `SsoError ${code}` },
      ]);
      const { deliveries } = await trail.listQuarantined();
      expect(deliveries).toMatchObject([
        { sink: 'siem', entry: refused, attempts: 1, lastFailure: `SsoError ${code}` },
      ]);
      expect(await trail.release(deliveries)).toBe(1);
      await trail.process();
      expect(taken).toEqual(['next', refused.id]);
      expect(await trail.listQuarantined()).toMatchObject({ deliveries: [] });
      taken.length = 0;
    },
  );

  it.each([
    ['unauthenticated', new SsoError({ code: 'unauthenticated', message: 'x' })],
    ['permission_denied', new SsoError({ code: 'permission_denied', message: 'x' })],
    ['an error of another kind', new TypeError('canary-message')],
    ['something that is no error', 'canary-message'],
  ])('%s is about the sink: the entry is tried again', async (_, failure) => {
    const { trail, clock, taken, state, notices } = setUp();
    state.failure = failure;
    await trail.record(newEntry('a'));
    await trail.process();
    state.failure = undefined;
    clock.at += 10_000;
    await trail.process();
    expect(taken).toEqual(['a']);
    expect(JSON.stringify(notices)).not.toContain('canary');
  });

  it('one that is never taken ends in quarantine', async () => {
    const { trail, clock, state } = setUp({ retry: { maxAttempts: 3, maxDelayMs: 1000 } });
    state.failure = down;
    await trail.record(newEntry('a'));
    for (let round = 0; round < 5; round += 1) {
      await trail.process();
      clock.at += 10_000;
    }
    expect(await trail.listQuarantined()).toMatchObject({ deliveries: [{ attempts: 3 }] });
    const { deliveries } = await trail.listQuarantined();
    expect(await trail.discard(deliveries)).toBe(1);
    expect(await trail.process()).toBe(0);
  });

  it('a sink that never answers is not waited for, and is told', async () => {
    const { store } = setUp();
    const aborted = vi.fn<() => void>();
    const trail = createAuditTrail({
      store,
      sinks: [
        {
          name: 'hangs',
          deliver: (_, { signal }) => {
            signal.addEventListener('abort', aborted);
            return new Promise(() => undefined);
          },
        },
      ],
      deliveryTimeoutMs: 20,
    });
    await trail.record(newEntry('a'));
    await trail.process();
    expect(aborted).toHaveBeenCalledTimes(1);
    expect(await store.listDeliveries({ status: 'waiting', limit: 10 })).toMatchObject({
      deliveries: [{ attempts: 1, lastFailure: 'SsoError deadline_exceeded' }],
    });
  });

  it('in the background: what is recorded is delivered soon, and stopping lets a delivery end', async () => {
    let release: (() => void) | undefined;
    const taken: string[] = [];
    const trail = createAuditTrail({
      store: createMemoryAuditStore(),
      sinks: [
        {
          name: 'slow',
          deliver: async ({ id }) => {
            if (id === 'b') await new Promise<void>((resolve) => (release = resolve));
            taken.push(id);
          },
        },
      ],
    });
    trail.start();
    trail.start();
    await trail.record(newEntry('a'));
    await vi.waitFor(() => expect(taken).toEqual(['a']));
    await trail.record(newEntry('b'));
    await vi.waitFor(() => expect(release).toBeDefined());
    const stopped = trail.stop();
    release!();
    await stopped;
    expect(taken).toEqual(['a', 'b']);
  });

  it('in the background: a failing sink is not asked again at once for every new entry', async () => {
    const { trail, state, attempts } = setUp({ now: Date.now, retry: { baseDelayMs: 60_000 } });
    state.failure = down;
    trail.start();
    for (let index = 0; index < 20; index += 1) {
      await trail.record(newEntry());
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await trail.stop();
    expect(attempts).toEqual([1]);
  });

  it('in the background: a store that cannot be reached is reported, and work goes on after it', async () => {
    const store = createMemoryAuditStore();
    const notices: SinkNotice[] = [];
    let failing = true;
    const taken: string[] = [];
    const trail = createAuditTrail({
      store: {
        ...store,
        claimDelivery: async (claim) => {
          if (failing) throw down;
          return store.claimDelivery(claim);
        },
      },
      sinks: [{ name: 'siem', deliver: ({ id }) => void taken.push(id) }],
      retry: { baseDelayMs: 10 },
      onAttention: (notice) => notices.push(notice),
    });
    await trail.record(newEntry('a'));
    trail.start();
    await vi.waitFor(() => expect(notices.length).toBeGreaterThan(1));
    failing = false;
    await vi.waitFor(() => expect(taken).toEqual(['a']), { timeout: 5000 });
    await trail.stop();
    expect(notices[0]).toEqual({
      kind: 'store_failed',
      sink: null,
      entryId: null,
      reason: 'SsoError unavailable',
    });
  });
});

describe('a required sink', () => {
  it('has the entry when recording resolves', async () => {
    const { trail, taken } = setUp({ required: true });
    await trail.record(newEntry('a'));
    expect(taken).toEqual(['a']);
    expect(await trail.process()).toBe(0);
    expect(taken).toEqual(['a']);
  });

  it('that does not take it fails the recording, and gets it later', async () => {
    const { trail, clock, taken, state } = setUp({ required: true });
    state.failure = down;
    await expect(trail.record(newEntry('a'))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/sso\.view_settings is recorded.*"siem"/),
    });
    state.failure = undefined;
    clock.at += 10_000;
    await trail.process();
    expect(taken).toEqual(['a']);
  });

  it('that refuses it for good fails the recording, and the entry is quarantined', async () => {
    const { trail, state } = setUp({ required: true });
    state.failure = new SsoError({ code: 'not_found', message: 'canary-message' });
    const failure = await trail.record(newEntry('a')).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'unavailable' });
    expect(JSON.stringify(failure)).not.toContain('canary');
    expect(await trail.listQuarantined()).toMatchObject({ deliveries: [{ entry: { id: 'a' } }] });
  });

  it('whose process ended meanwhile gets it from another', async () => {
    const { trail, store, clock, taken } = setUp({ required: true });
    await trail.commit(newEntry('a'), async (deliveries) => {
      await store.record(newEntry('a'), deliveries);
      return false;
    });
    expect(await trail.process()).toBe(0);
    clock.at += 60_000;
    expect(await trail.process()).toBe(1);
    expect(taken).toEqual(['a']);
  });
});

describe('settings', () => {
  it.each([['same', 'same'], [''], ['a b'], ['a'.repeat(101)]])('refuses the sink names %j', (...names) => {
    const sinks = names.map((name) => ({ name, deliver: () => undefined }));
    expect(() => createAuditTrail({ store: createMemoryAuditStore(), sinks })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });

  it('a sink that is gone from the settings keeps what waits for it', async () => {
    const { store, trail } = setUp();
    await trail.record(newEntry('a'));
    const without = createAuditTrail({ store });
    expect(await without.process()).toBe(0);
    expect(await trail.process()).toBe(1);
  });
});

it('whatever fails when: every entry reaches every sink or quarantine', async () => {
  const outcome = fc.constantFrom('ok', 'down', 'refused');
  await fc.assert(
    fc.asyncProperty(
      fc.array(outcome, { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      async (fates, size) => {
        const { trail, clock, taken, state } = setUp({ retry: { maxAttempts: 1000 } });
        const ids: string[] = [];
        const errors = { ok: undefined, down, refused: new SsoError({ code: 'not_found', message: 'x' }) };
        for (const [index, fate] of fates.entries()) {
          if (index < size) {
            const entry = newEntry();
            ids.push(entry.id);
            await trail.record(entry);
          }
          state.failure = errors[fate];
          await trail.process();
          clock.at += 5000;
        }
        state.failure = undefined;
        for (let round = 0; round < 100; round += 1) {
          clock.at += 4_000_000;
          await trail.process();
        }
        const { deliveries } = await trail.listQuarantined();
        const quarantined = deliveries.map(({ entry }) => entry.id);
        expect([...taken, ...quarantined].toSorted()).toEqual(ids.toSorted());
      },
    ),
    { numRuns: 60 },
  );
});

describe('pruning', () => {
  it('removes all that is older, however many, except what a sink waits for', async () => {
    const { trail, store, state, clock } = setUp();
    for (let index = 0; index < 2500; index += 1) await store.record(newEntry(), []);
    state.failure = down;
    await trail.record(newEntry('waits'));
    await trail.process();
    expect(await trail.prune({ organizationId: null, before: 1 })).toBe(2500);
    expect((await store.list({ organizationId: null, limit: 10 })).entries).toMatchObject([{ id: 'waits' }]);
    state.failure = undefined;
    clock.at += 3_600_000;
    await trail.process();
    expect(await trail.prune({ organizationId: acme, before: 1 })).toBe(1);
  });
});
