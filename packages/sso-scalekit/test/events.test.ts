import { eventDataSchemas } from '@org/sso-core/schemas';
import type { SsoEvent } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { failureOf, startVendor, useScalekit } from './support.js';

const clock = '2026-03-01T12:00:00.000Z';
const scalekit = useScalekit({ clock });
const control = () => scalekit.emulator.control;

/** A client whose clock is the emulator's, advanced with it. */
function client(options: Parameters<typeof scalekit.sso>[0] = {}) {
  let now = Date.parse(clock);
  return {
    sso: scalekit.sso({ now: () => now, ...options }),
    async advance(milliseconds: number) {
      now += milliseconds;
      await control().advanceClock(milliseconds);
    },
  };
}

const idsOf = (events: readonly SsoEvent[]) => events.map(({ id }) => id);

async function emit(type: string, more: Record<string, unknown> = {}): Promise<string> {
  return (await control().emitEvent({ type, data: {}, ...more })).id;
}

describe('pulling', () => {
  it('starts now, goes on from the cursor, and answers oldest first', async () => {
    const { sso, advance } = client();
    await emit('before.start');
    await advance(1);
    const start = await sso.events.pull({ cursor: null });
    expect(start).toEqual({ events: [], cursor: expect.any(String), more: false });
    const sent: string[] = [];
    for (const number of [1, 2, 3]) {
      await advance(number);
      sent.push(await emit('some.thing'), await emit('some.thing'));
    }
    const page = await sso.events.pull({ cursor: start.cursor });
    expect(idsOf(page.events)).toEqual(sent);
    expect(page.more).toBe(false);
  });

  it('reads the last minute again: an event written late is not missed', async () => {
    const { sso, advance } = client();
    const start = await sso.events.pull({ cursor: null });
    await advance(120_000);
    const { cursor } = await sso.events.pull({ cursor: start.cursor });
    await advance(1000);
    const late = await emit('some.thing', { occurred_at: '2026-03-01T12:01:30.5Z' });
    const page = await sso.events.pull({ cursor });
    expect(idsOf(page.events)).toEqual([late]);
    const again = await sso.events.pull({ cursor: page.cursor });
    expect(idsOf(again.events)).toEqual([late]);
    await advance(60_000);
    const { cursor: past } = await sso.events.pull({ cursor: again.cursor });
    expect((await sso.events.pull({ cursor: past })).events).toEqual([]);
  });

  it('never goes before its start', async () => {
    const { sso, advance } = client();
    const old = await emit('some.thing');
    await advance(10_000);
    const since = '2026-03-01T12:00:10.000Z';
    const kept = await emit('some.thing');
    const first = await sso.events.pull({ cursor: null, since });
    const second = await sso.events.pull({ cursor: first.cursor });
    expect(idsOf(first.events)).toEqual([kept]);
    expect(idsOf(second.events)).not.toContain(old);
  });

  it('a start in the future waits for it', async () => {
    const { sso, advance } = client();
    const start = await sso.events.pull({ cursor: null, since: '2026-03-01T12:05:00.000Z' });
    expect(start).toMatchObject({ events: [], more: false });
    await emit('some.thing');
    await advance(600_000);
    const kept = await emit('some.thing');
    expect(idsOf((await sso.events.pull({ cursor: start.cursor })).events)).toEqual([kept]);
  });

  it('a long time is read in windows, in order', async () => {
    const { sso } = client();
    const sent: string[] = [];
    for (const day of ['25', '26', '27', '28']) {
      sent.push(await emit('some.thing', { occurred_at: `2026-02-${day}T18:00:00Z` }));
    }
    const found: string[] = [];
    let cursor: string | null = null;
    for (let more = true; more;) {
      const page = await sso.events.pull({ cursor, since: '2026-02-25T12:00:00.000Z' });
      found.push(...idsOf(page.events));
      ({ cursor, more } = page);
    }
    expect(found).toEqual(sent);
    const windows = (await scalekit.sent()).map((body) => (body as { start_time: string }).start_time);
    expect(windows).toEqual([
      '2026-02-25T12:00:00.000Z',
      '2026-02-26T11:59:59.000Z',
      '2026-02-27T11:59:59.000Z',
      '2026-02-28T11:59:59.000Z',
    ]);
  });

  it('orders by nanoseconds, whatever the number of digits', async () => {
    const { sso } = client();
    const later = await emit('some.thing', { occurred_at: '2026-03-01T11:59:59.02Z' });
    const last = await emit('some.thing', { occurred_at: '2026-03-01T11:59:59.020000101Z' });
    const earliest = await emit('some.thing', { occurred_at: '2026-03-01T11:59:59Z' });
    const page = await sso.events.pull({ cursor: null, since: '2026-03-01T11:59:00.000Z' });
    expect(idsOf(page.events)).toEqual([earliest, later, last]);
  });

  it('reads every page of a window', async () => {
    const { sso } = client();
    const sent: string[] = [];
    for (let number = 0; number < 23; number += 1) sent.push(await emit('some.thing'));
    const page = await sso.events.pull({ cursor: null, since: clock, pageSize: 10 });
    expect(idsOf(page.events)).toEqual(sent);
    expect((await scalekit.requests()).map((request) => /page_size=\d+/.exec(request)?.[0])).toEqual([
      'page_size=10',
      'page_size=10',
      'page_size=10',
    ]);
  });

  it('only those of an organization', async () => {
    const { sso } = client();
    const organizationId = scalekit.organization('Acme Corp');
    const kept = await emit('some.thing', { organization_id: organizationId.slice('scalekit:'.length) });
    await emit('some.thing', { organization_id: 'org_1' });
    await emit('role.created', { data: { id: 'role_1', name: 'viewer' } });
    const page = await sso.events.pull({ cursor: null, since: clock, organizationId });
    expect(idsOf(page.events)).toEqual([kept]);
  });

  it('changes of a directory are in it, each as the model has it', async () => {
    const { sso } = client();
    const directory = scalekit.directory('Acme Okta Directory');
    await control().createDirectoryUser(directory, { id: '00u1cleo', groups: ['Engineering'] });
    const { events } = await sso.events.pull({ cursor: null, since: clock });
    const changes = events.filter(({ subject }) => subject.startsWith('directory_user:'));
    expect(changes.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['directory.user.created', 'directory.user.updated']),
    );
    for (const { type, data } of events) expect(eventDataSchemas[type].parse(data)).toEqual(data);
  });

  it('is sent again when an answer is lost', async () => {
    const { sso } = client();
    const sent = await emit('some.thing');
    await control().addFault({
      match: { path: '/events' },
      times: 2,
      afterHandler: true,
      closeConnection: true,
    });
    expect(idsOf((await sso.events.pull({ cursor: null, since: clock })).events)).toContain(sent);
    expect(await scalekit.requests()).toHaveLength(3);
  });

  it.each([
    'nonsense',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('{"at":"x","since":1}').toString('base64url'),
  ])('the cursor %s is refused before any request', async (cursor) => {
    const error = await failureOf(client().sso.events.pull({ cursor }));
    expect(error).toMatchObject({ code: 'invalid_argument', operation: 'events.pull' });
    expect(await scalekit.requests()).toEqual([]);
  });
});

describe('a vendor with very many events', () => {
  const start = Date.parse(clock);

  /** Events at even distances, newest first, in pages of 1,000; `faulty` pages are of another shape. */
  async function startBusyVendor(everyMs: number, page: (body: object) => object = (body) => body) {
    const windows: [from: number, to: number][] = [];
    const sizes: number[] = [];
    const url = await startVendor((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.setHeader('content-type', 'application/json');
        if (request.url === '/oauth/token') {
          response.end(JSON.stringify({ access_token: 'token', expires_in: 86_399 }));
          return;
        }
        const { start_time, end_time } = JSON.parse(Buffer.concat(chunks).toString()) as Record<
          string,
          string
        >;
        const offset = Number(new URL(request.url!, url).searchParams.get('page_token') ?? 0);
        const [from, to] = [Date.parse(start_time!), Date.parse(end_time!)];
        if (offset === 0) windows.push([from, to]);
        const newest = Math.floor((to - start) / everyMs);
        const total = newest - Math.ceil((from - start) / everyMs) + 1;
        const size = Math.max(0, Math.min(1000, total - offset));
        const events = Array.from({ length: size }, (_, index) => {
          const number = newest - offset - index;
          const occurred_at = new Date(start + number * everyMs).toISOString();
          return { id: `evt_${number}`, type: 'some.thing', occurred_at, data: {} };
        });
        sizes.push(size);
        const next_page_token = offset + 1000 < total ? String(offset + 1000) : '';
        response.end(JSON.stringify(page({ events, next_page_token, total_size: total })));
      });
    });
    return { url, windows, sizes };
  }

  it.each([
    ['told in advance', (body: object) => body],
    ['found out by reading', (body: object) => ({ ...body, total_size: 0 })],
  ])('smaller windows are read, the number %s', async (_, page) => {
    const { url, windows } = await startBusyVendor(100, page);
    const now = start + 3_600_000;
    const { sso } = client({ environmentUrl: url, now: () => now });
    const ids = new Set<string>();
    let cursor: string | null = null;
    for (let more = true; more;) {
      const pulled = await sso.events.pull({ cursor, since: clock });
      expect(pulled.events.length).toBeLessThanOrEqual(10_000);
      for (const id of idsOf(pulled.events)) ids.add(id);
      ({ cursor, more } = pulled);
    }
    expect(ids.size).toBe(36_001);
    expect(windows.length).toBeLessThan(30);
  });

  it('a rush of more than a window holds is read once, and its last minute twice', async () => {
    const { url, sizes } = await startBusyVendor(5);
    let now = start + 180_000;
    const { sso } = client({ environmentUrl: url, now: () => now });
    const ids = new Set<string>();
    let cursor: string | null = null;
    for (let pass = 1; pass <= 2; pass += 1) {
      for (let more = true; more;) {
        const pulled = await sso.events.pull({ cursor, since: clock });
        for (const id of idsOf(pulled.events)) ids.add(id);
        ({ cursor, more } = pulled);
      }
      now += 1000;
    }
    expect(ids.size).toBe(36_201);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(2 * 36_201);
  });

  it('the smallest window is read whole', async () => {
    const { url } = await startBusyVendor(0.05);
    const { sso } = client({ environmentUrl: url, now: () => start + 1000 });
    const pulled = await sso.events.pull({ cursor: null, since: clock });
    expect(pulled.events).toHaveLength(20_001);
    expect(pulled.more).toBe(false);
  });

  it.each([
    ['a page token that leads nowhere', (body: object) => ({ ...body, next_page_token: '7' })],
    ['an answer without events', () => ({ total_size: 0 })],
    ['an event without an id', () => ({ events: [{ type: 'some.thing' }] })],
  ])('%s is an invalid response', async (_, page) => {
    const { url } = await startBusyVendor(60_000, page);
    const { sso } = client({ environmentUrl: url, now: () => start + 1000 });
    expect(await failureOf(sso.events.pull({ cursor: null, since: clock }))).toMatchObject({
      code: 'invalid_response',
    });
  });
});
