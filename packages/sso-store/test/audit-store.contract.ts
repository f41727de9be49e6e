import { organizationId } from '@org/sso-core';
import type {
  AuditEntry,
  AuditQuery,
  AuditStore,
  ClaimedDelivery,
  NewDelivery,
  Operation,
  OperationEnd,
} from '@org/sso-core/audit';
import { beforeEach, describe, expect, test } from 'vitest';

const acme = organizationId('acme:org_1');
const globex = organizationId('acme:org_2');
const leaseMs = 1000;

interface EntryOptions {
  readonly at?: number;
  readonly action?: string;
  readonly actor?: string;
  readonly organization?: typeof acme;
}

function newEntry(id: string, options: EntryOptions = {}): AuditEntry {
  const { at = 1, action = 'sso.view_settings', actor = 'user_1', organization = acme } = options;
  return {
    id,
    organizationId: organization,
    event: {
      action,
      occurredAt: new Date(at).toISOString(),
      version: 1,
      actor: { id: actor, type: 'user' },
      targets: [{ id: organization, type: 'organization' }],
      context: { location: '203.0.113.7' },
    },
  };
}

const to = (sink: string, dueAt = 0, claim: string | null = null): NewDelivery => ({ sink, dueAt, claim });

const operation: Operation = {
  organizationId: acme,
  key: 'key',
  action: 'sso.delete_connection',
  target: 'acme:conn_1',
};

function ending(status: OperationEnd['status'], id: string, result: string | null = null): OperationEnd {
  return { status, result, entry: newEntry(id), deliveries: [] };
}

/** What every implementation of the port does. */
export function testAuditStore(create: () => Promise<AuditStore>): void {
  let store: AuditStore;
  beforeEach(async () => {
    store = await create();
  });

  async function listed(query: Partial<AuditQuery> = {}): Promise<string[]> {
    const { entries } = await store.list({ organizationId: null, limit: 100, ...query });
    return entries.map(({ id }) => id);
  }

  describe('the trail', () => {
    test('an entry comes back as it was recorded', async () => {
      const entry: AuditEntry = {
        ...newEntry('a', { at: 1_700_000_000_123 }),
        event: {
          ...newEntry('a', { at: 1_700_000_000_123 }).event,
          actor: { id: 'ü', type: 'user', name: '\u0000 \u{1f600} \'"', metadata: { role: 'admin' } },
          metadata: { text: '</script>', number: 1.5, yes: true },
        },
      };
      await store.record(entry, []);
      const { entries, next } = await store.list({ organizationId: acme, limit: 10 });
      expect(entries).toEqual([entry]);
      expect(next).toBeNull();
    });

    test('newest first, in pages, each entry once, also where several occurred at once', async () => {
      const order = ['c', 'e', 'a', 'f', 'b', 'd', 'g'];
      for (const [index, id] of order.entries())
        await store.record(newEntry(id, { at: Math.floor(index / 3) }), []);
      const pages: string[][] = [];
      for (let after: string | undefined; ;) {
        const { entries, next } = await store.list({ organizationId: acme, limit: 2, after });
        pages.push(entries.map(({ id }) => id));
        // What is recorded meanwhile is newer, and moves nothing.
        await store.record(newEntry(`new-${pages.length}`, { at: 100 }), []);
        if (next === null) break;
        after = next;
      }
      expect(pages).toEqual([['g', 'f'], ['d', 'b'], ['e', 'c'], ['a']]);
    });

    test('a page that holds just the rest is the last', async () => {
      await store.record(newEntry('a', { at: 1 }), []);
      await store.record(newEntry('b', { at: 2 }), []);
      expect(await store.list({ organizationId: acme, limit: 2 })).toMatchObject({ next: null });
      expect(await store.list({ organizationId: globex, limit: 2 })).toEqual({ entries: [], next: null });
    });

    test('by organization, action, actor and time, and by all of them', async () => {
      await store.record(newEntry('a', { at: 10 }), []);
      await store.record(newEntry('b', { at: 20, action: 'sso.delete_connection' }), []);
      await store.record(newEntry('c', { at: 30, actor: 'user_2' }), []);
      await store.record(newEntry('d', { at: 40, organization: globex }), []);
      expect(await listed({ organizationId: acme })).toEqual(['c', 'b', 'a']);
      expect(await listed()).toEqual(['d', 'c', 'b', 'a']);
      expect(await listed({ actions: ['sso.delete_connection'] })).toEqual(['b']);
      expect(await listed({ actions: ['sso.view_settings', 'sso.delete_connection'] })).toHaveLength(4);
      expect(await listed({ actions: [] })).toEqual([]);
      expect(await listed({ actorId: 'user_2' })).toEqual(['c']);
      expect(await listed({ from: 20, until: 40 })).toEqual(['c', 'b']);
      expect(
        await listed({
          organizationId: acme,
          actions: ['sso.view_settings'],
          actorId: 'user_1',
          from: 10,
          until: 11,
        }),
      ).toEqual(['a']);
    });

    test('a cursor of another kind is refused', async () => {
      await store.record(newEntry('a'), []);
      for (const after of [
        '',
        'x',
        '[]',
        '{}',
        '["1"]',
        '[1,2]',
        'null',
        '["a","b","c"]',
        '["1","\\u0000"]',
      ]) {
        await expect(store.list({ organizationId: acme, limit: 1, after })).rejects.toMatchObject({
          code: 'invalid_argument',
        });
      }
    });

    test('an entry is never replaced', async () => {
      await store.record(newEntry('a', { actor: 'first' }), []);
      await expect(store.record(newEntry('a', { actor: 'second' }), [to('s')])).rejects.toBeInstanceOf(Error);
      expect(await listed({ actorId: 'second' })).toEqual([]);
      expect(await store.claimDelivery({ sink: 's', now: 10, leaseMs })).toBeNull();
    });
  });

  describe('the outbox', () => {
    const claim = (sink = 's', now = 10) => store.claimDelivery({ sink, now, leaseMs });
    async function claimAll(sink?: string, now?: number): Promise<ClaimedDelivery[]> {
      const claimed: ClaimedDelivery[] = [];
      for (let next = await claim(sink, now); next; next = await claim(sink, now)) claimed.push(next);
      return claimed;
    }

    test('each sink takes each entry once, the one due longest first', async () => {
      await store.record(newEntry('a'), [to('s', 2), to('t', 1)]);
      await store.record(newEntry('b'), [to('s', 1)]);
      const first = await claimAll();
      expect(first.map(({ entry }) => entry.id)).toEqual(['b', 'a']);
      expect(first[0]).toEqual({
        sink: 's',
        entry: newEntry('b'),
        status: 'waiting',
        attempts: 1,
        lastFailure: null,
        claim: expect.any(String),
      });
      for (const claimed of first)
        expect(await store.settleDelivery(claimed, { status: 'delivered' })).toBe(true);
      expect(await claimAll('s', 100_000)).toEqual([]);
      expect(await claimAll('t')).toHaveLength(1);
      expect(await listed()).toEqual(['b', 'a']);
    });

    test('a claim that runs out is claimed anew, and the first worker cannot settle', async () => {
      await store.record(newEntry('a'), [to('s')]);
      const lost = (await claim('s', 10))!;
      expect(await claim('s', 10 + leaseMs - 1)).toBeNull();
      const held = (await claim('s', 10 + leaseMs))!;
      expect(held.attempts).toBe(2);
      expect(await store.settleDelivery(lost, { status: 'delivered' })).toBe(false);
      expect(await store.settleDelivery(lost, { status: 'quarantined', failure: 'x' })).toBe(false);
      expect(await store.settleDelivery(held, { status: 'delivered' })).toBe(true);
      expect(await store.settleDelivery(held, { status: 'delivered' })).toBe(false);
    });

    test('a retry waits for its time, and keeps what failed', async () => {
      await store.record(newEntry('a'), [to('s', 5)]);
      expect(await store.nextDeliveryAt('s')).toBe(5);
      expect(await store.nextDeliveryAt('t')).toBeNull();
      const failed = (await claim())!;
      await store.settleDelivery(failed, { status: 'retry', failure: 'SsoError unavailable', at: 50 });
      expect(await store.nextDeliveryAt('s')).toBe(50);
      expect(await claim('s', 49)).toBeNull();
      expect(await claim('s', 50)).toMatchObject({ attempts: 2, lastFailure: 'SsoError unavailable' });
    });

    test('one that whoever recorded it delivers is left alone until the claim runs out', async () => {
      await store.record(newEntry('a'), [to('s', 100, 'mine')]);
      expect(await claim('s', 99)).toBeNull();
      const mine = { sink: 's', entry: { id: 'a' }, claim: 'mine' };
      expect(await store.settleDelivery(mine, { status: 'retry', failure: 'x', at: 20 })).toBe(true);
      expect(await claim('s', 20)).toMatchObject({ attempts: 2 });
      expect(await store.settleDelivery(mine, { status: 'delivered' })).toBe(false);
    });

    test('quarantined ones are listed until a person releases or discards them', async () => {
      for (const id of ['a', 'b', 'c']) await store.record(newEntry(id), [to('s'), to('t')]);
      for (const claimed of [...(await claimAll('s')), ...(await claimAll('t'))])
        await store.settleDelivery(claimed, { status: 'quarantined', failure: 'SsoError not_found' });
      expect(await claim('s', 100_000)).toBeNull();
      expect(await store.nextDeliveryAt('s')).toBeNull();
      const first = await store.listDeliveries({ status: 'quarantined', limit: 4 });
      const rest = await store.listDeliveries({ status: 'quarantined', limit: 4, after: first.next! });
      expect([...first.deliveries, ...rest.deliveries].map(({ sink, entry }) => sink + entry.id)).toEqual([
        'sa',
        'sb',
        'sc',
        'ta',
        'tb',
        'tc',
      ]);
      expect(rest.next).toBeNull();
      expect(first.deliveries[0]).toMatchObject({ attempts: 1, lastFailure: 'SsoError not_found' });
      expect(await store.releaseDeliveries('s', ['a', 'a', 'nobody'], 20)).toBe(1);
      expect(await store.discardDeliveries('s', ['a', 'b'])).toBe(1);
      expect(await store.releaseDeliveries('s', ['b'], 20)).toBe(0);
      expect(await claim('s', 20)).toMatchObject({ entry: { id: 'a' }, attempts: 1 });
      const left = await store.listDeliveries({ status: 'quarantined', limit: 10 });
      expect(left.deliveries).toHaveLength(4);
      expect(await store.listDeliveries({ status: 'waiting', limit: 10 })).toMatchObject({
        deliveries: [{ entry: { id: 'a' } }],
      });
      expect(await listed()).toHaveLength(3);
    });

    test('more than a statement takes are released at once', async () => {
      const ids = Array.from({ length: 501 }, (_, index) => `e${index}`);
      const quarantine = async (id: string) => {
        await store.record(newEntry(id), [to('s', 100, 'mine')]);
        const mine = { sink: 's', entry: { id }, claim: 'mine' };
        await store.settleDelivery(mine, { status: 'quarantined', failure: 'x' });
      };
      await Promise.all(ids.map(quarantine));
      expect(await store.releaseDeliveries('s', ids, 20)).toBe(501);
    });
  });

  describe('pruning', () => {
    const prune = (before: number, limit = 100, of: AuditQuery['organizationId'] = null) =>
      store.prune({ organizationId: of, before, limit });

    test('removes what is older, the oldest first, so many at a time', async () => {
      for (const [index, id] of ['d', 'a', 'c', 'b', 'e'].entries())
        await store.record(newEntry(id, { at: index }), []);
      expect(await prune(0)).toBe(0);
      expect(await prune(4, 3)).toBe(3);
      expect(await listed()).toEqual(['e', 'b']);
      expect(await prune(4, 3)).toBe(1);
      expect(await prune(4, 3)).toBe(0);
      expect(await listed()).toEqual(['e']);
    });

    test('of one organization or of all', async () => {
      await store.record(newEntry('a'), []);
      await store.record(newEntry('b', { organization: globex }), []);
      expect(await prune(10, 100, acme)).toBe(1);
      expect(await listed()).toEqual(['b']);
      expect(await prune(10)).toBe(1);
    });

    test('keeps what a sink waits for, quarantined or not, until it is taken or given up', async () => {
      for (const id of ['a', 'b', 'c']) await store.record(newEntry(id), [to('s', 0, `of ${id}`)]);
      const claimed = (id: string) => ({ sink: 's', entry: { id }, claim: `of ${id}` });
      await store.settleDelivery(claimed('b'), { status: 'quarantined', failure: 'x' });
      expect(await prune(10)).toBe(0);
      await store.settleDelivery(claimed('a'), { status: 'delivered' });
      expect(await prune(10)).toBe(1);
      await store.discardDeliveries('s', ['b']);
      expect(await prune(10)).toBe(1);
      expect(await listed()).toEqual(['c']);
      expect(await store.claimDelivery({ sink: 's', now: 10, leaseMs })).toMatchObject({
        entry: { id: 'c' },
      });
    });

    test('forgets operations that ended before, and none that runs', async () => {
      const begin = (of: Partial<Operation>) =>
        store.begin({ ...operation, ...of }, { now: 10, leaseMs, deliveries: [] });
      const end = async (of: Partial<Operation>, status: OperationEnd['status']) => {
        const begun = await begin(of);
        if (begun.status !== 'begun') throw new Error(`It is ${begun.status}`);
        const { key } = { ...operation, ...of };
        await store.finish({ ...operation, ...of }, begun.claim, ending(status, `end of ${key}`, '{}'));
      };
      const unknown = { key: 'unknown', target: 'acme:conn_2' };
      const running = { key: 'running', target: 'acme:conn_3' };
      await end({}, 'done');
      await end({ organizationId: globex, key: 'other' }, 'done');
      await end(unknown, 'unknown');
      await begin(running);
      await prune(10 + leaseMs);
      expect(await begin({})).toMatchObject({ status: 'done' });
      await prune(10 + leaseMs + 1, 100, acme);
      expect(await begin({ target: 'acme:conn_4' })).toMatchObject({ status: 'begun', unfinished: null });
      expect(await begin(unknown)).toMatchObject({ status: 'begun', unfinished: null });
      expect(await begin(running)).toEqual({ status: 'running' });
      expect(await begin({ organizationId: globex, key: 'other' })).toMatchObject({ status: 'done' });
    });

    test('removes nothing for what is no time', async () => {
      await store.record(newEntry('a'), []);
      for (const before of [Number.NaN, Number.POSITIVE_INFINITY])
        await expect(prune(before)).rejects.toMatchObject({ code: 'invalid_argument' });
      expect(await listed()).toEqual(['a']);
    });
  });

  describe('the journal', () => {
    const begin = (of: Partial<Operation> = {}, now = 10) =>
      store.begin({ ...operation, ...of }, { now, leaseMs, deliveries: [to('s', now)] });
    async function claimOf(of: Partial<Operation> = {}, now = 10) {
      const begun = await begin(of, now);
      if (begun.status !== 'begun') throw new Error(`It is ${begun.status}`);
      return begun;
    }

    test('what is done is answered from then on, and recorded once', async () => {
      const { claim, unfinished } = await claimOf();
      expect(unfinished).toBeNull();
      expect(await store.request(operation, claim, newEntry('interrupted'))).toBe(true);
      const end = { ...ending('done', 'a', '{"x":1}'), deliveries: [to('s', 5)] };
      expect(await store.finish(operation, claim, end)).toBe(true);
      expect(await begin()).toEqual({ status: 'done', result: '{"x":1}' });
      expect(await begin({}, 1_000_000)).toEqual({ status: 'done', result: '{"x":1}' });
      expect(await listed()).toEqual(['a']);
      expect(await store.claimDelivery({ sink: 's', now: 10, leaseMs })).toMatchObject({
        entry: { id: 'a' },
      });
    });

    test('a key belongs to its organization, action and target', async () => {
      const { claim } = await claimOf();
      expect(await begin({ target: 'acme:conn_2' })).toEqual({ status: 'key_taken' });
      expect(await begin({ action: 'sso.enable_connection' })).toEqual({ status: 'key_taken' });
      expect(await begin({ organizationId: globex })).toMatchObject({ status: 'begun' });
      await store.finish(operation, claim, ending('done', 'a', 'result'));
      expect(await begin({ target: 'acme:conn_2' })).toEqual({ status: 'key_taken' });
    });

    test('of one target, one operation runs at a time, whatever its key', async () => {
      const { claim } = await claimOf();
      expect(await begin()).toEqual({ status: 'running' });
      expect(await begin({ key: 'other' })).toEqual({ status: 'running' });
      expect(await begin({ key: 'second', target: 'acme:conn_2' })).toMatchObject({ status: 'begun' });
      expect(await begin({ key: 'third', action: 'sso.enable_connection' })).toMatchObject({
        status: 'begun',
      });
      await store.finish(operation, claim, ending('refused', 'a'));
      expect(await begin({ key: 'fourth' })).toMatchObject({ status: 'begun' });
    });

    test('a refusal is recorded, and the key is free again', async () => {
      const { claim } = await claimOf();
      await store.request(operation, claim, newEntry('interrupted'));
      expect(await store.finish(operation, claim, ending('refused', 'a'))).toBe(true);
      expect(await listed()).toEqual(['a']);
      expect(await begin({ target: 'acme:conn_2' })).toMatchObject({ status: 'begun', unfinished: null });
    });

    test('an operation without result forgets its key', async () => {
      const { claim } = await claimOf();
      await store.request(operation, claim, newEntry('interrupted'));
      await store.finish(operation, claim, ending('done', 'a'));
      expect(await begin({ target: 'acme:conn_2' })).toMatchObject({ status: 'begun', unfinished: null });
    });

    test('an attempt whose end is unknown is known to the next one, also under another key', async () => {
      const { claim } = await claimOf();
      await store.request(operation, claim, newEntry('interrupted'));
      expect(await store.finish(operation, claim, ending('unknown', 'a'))).toBe(true);
      const other = await claimOf({ key: 'other' });
      expect(other.unfinished).toEqual(newEntry('a'));
      await store.finish({ ...operation, key: 'other' }, other.claim, ending('refused', 'b'));
      const again = await claimOf();
      expect(again.unfinished).toEqual(newEntry('a'));
      await store.finish(operation, again.claim, ending('done', 'c', 'result'));
      expect(await begin()).toEqual({ status: 'done', result: 'result' });
      expect(await claimOf({ key: 'third' })).toMatchObject({ unfinished: null });
      expect(await listed()).toEqual(['c', 'b', 'a']);
    });

    test('done ends what is unfinished under other keys too', async () => {
      const first = await claimOf();
      await store.finish(operation, first.claim, ending('unknown', 'a'));
      const second = await claimOf({ key: 'other' });
      await store.finish({ ...operation, key: 'other' }, second.claim, ending('done', 'b', 'result'));
      expect(await begin()).toEqual({ status: 'done', result: 'result' });
    });

    test('a process that ended with its attempt is recorded by the next attempt, once', async () => {
      const lost = await claimOf();
      await store.request(operation, lost.claim, newEntry('interrupted'));
      expect(await begin({}, 10 + leaseMs - 1)).toEqual({ status: 'running' });
      const next = await claimOf({ key: 'other' }, 10 + leaseMs);
      expect(next.unfinished).toEqual(newEntry('interrupted'));
      expect(await listed()).toEqual(['interrupted']);
      expect(await store.claimDelivery({ sink: 's', now: 5000, leaseMs })).toMatchObject({
        entry: { id: 'interrupted' },
      });
      expect(await store.finish(operation, lost.claim, ending('done', 'late', 'result'))).toBe(false);
      expect(await store.request(operation, lost.claim, newEntry('late'))).toBe(false);
      expect(await store.reportInterrupted({ now: 1_000_000, deliveries: [], limit: 10 })).toBe(0);
      expect(await listed()).toEqual(['interrupted']);
    });

    test('a claim on the target takes it from the one whose lease ran out, not from its own', async () => {
      const lost = await claimOf();
      const held = await claimOf({ key: 'other' }, 10 + leaseMs);
      expect(await store.finish(operation, lost.claim, ending('done', 'late', 'result'))).toBe(false);
      const other = { ...operation, key: 'other' };
      expect(await store.finish(other, held.claim, ending('done', 'a', 'result'))).toBe(true);
      expect(await listed()).toEqual(['a']);
    });

    test('what was interrupted and never tried again is recorded all the same, once', async () => {
      const targets = ['t1', 't2', 't3'];
      for (const target of targets) {
        const { claim } = await claimOf({ key: target, target });
        await store.request({ ...operation, key: target, target }, claim, newEntry(`of-${target}`));
      }
      await claimOf({ key: 'untold', target: 'untold' });
      const report = (now: number, limit = 10) =>
        store.reportInterrupted({ now, deliveries: [to('s', now, 'claims are not for these')], limit });
      expect(await report(10 + leaseMs - 1)).toBe(0);
      expect(await report(10 + leaseMs, 2)).toBe(2);
      expect(await report(10 + leaseMs, 2)).toBe(1);
      expect(await report(1_000_000)).toBe(0);
      expect((await listed()).toSorted()).toEqual(['of-t1', 'of-t2', 'of-t3']);
      expect(await store.claimDelivery({ sink: 's', now: 5000, leaseMs })).toMatchObject({ attempts: 1 });
      const again = await claimOf({ key: 'again', target: 't1' }, 1_000_000);
      expect(again.unfinished).toEqual(newEntry('of-t1'));
    });

    test('of twenty at once one begins', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => begin({ key: index % 2 ? 'key' : `key-${index}` })),
      );
      expect(all.filter(({ status }) => status === 'begun')).toHaveLength(1);
      expect(all.filter(({ status }) => status === 'running')).toHaveLength(19);
    });

    test('a key used for twenty targets at once is good for one', async () => {
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => begin({ target: `conn_${index}` })),
      );
      expect(all.filter(({ status }) => status === 'begun')).toHaveLength(1);
      expect(all.filter(({ status }) => status === 'key_taken')).toHaveLength(19);
    });
  });
}
