import { createSso, organizationId, type SsoEvent } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { createWorkos } from '../src/index.js';
import { failureOf, useWorkos } from './support.js';

const workos = useWorkos({ inactiveUsers: 'kept' });
const day = 24 * 60 * 60_000;

function stream(now?: () => number) {
  const settings = { ...workos.settings(), ...(now && { now }), events: { inactiveUsers: 'kept' as const } };
  return createSso({ provider: createWorkos(settings) }).events;
}

const at = (time: number) => new Date(time).toISOString();
/** Where everything since a test began is. */
const justBefore = () => at(Date.now() - 1000);

/** An event of its own, whose id says which. */
async function emit(number: number, fields: object = {}) {
  await workos.emulator.control.emitEvent({
    id: `event_${String(number).padStart(4, '0')}`,
    event: 'dsync.user.created',
    data: {
      id: `directory_user_${number}`,
      organization_id: 'org_1',
      directory_id: 'directory_1',
      state: 'active',
    },
    ...fields,
  });
}

async function pullAll(
  since: string,
  pageSize?: number,
): Promise<{ events: SsoEvent[]; cursor: string; pages: number }> {
  const events: SsoEvent[] = [];
  let cursor: string | null = null;
  for (let pages = 1; ; pages += 1) {
    const page = await stream().pull({
      cursor,
      ...(cursor === null ? { since } : {}),
      ...(pageSize ? { pageSize } : {}),
    });
    events.push(...page.events);
    ({ cursor } = page);
    if (!page.more) return { events, cursor, pages };
  }
}

/** The query of the last request. */
async function lastQuery(): Promise<URLSearchParams> {
  return new URLSearchParams((await workos.traffic()).at(-1)!.query);
}

describe('pulling', () => {
  it('names every event it knows, in pages of 100', async () => {
    await stream().pull({ cursor: null, since: justBefore() });
    const query = await lastQuery();
    const names = query.get('events')!.split(',');
    expect(names).toHaveLength(59);
    expect(names).toContain('dsync.group.user_removed');
    expect(names).toContain('authentication.sso_timed_out');
    expect(new Set(names).size).toBe(names.length);
    expect(Object.fromEntries(query)).toEqual({
      events: names.join(','),
      limit: '100',
      range_start: expect.any(String),
    });
  });

  it.each([
    [1000, '100'],
    [7, '7'],
  ])('lowers a page size of %s to %s', async (pageSize, limit) => {
    await stream().pull({ cursor: null, since: justBefore(), pageSize });
    expect((await lastQuery()).get('limit')).toBe(limit);
  });

  it('goes through all pages, oldest first, and comes back for what is new', async () => {
    const since = justBefore();
    for (let number = 1; number <= 25; number += 1) await emit(number);
    const first = await pullAll(since, 10);
    const own = first.events.filter(({ id }) => /^event_\d{4}$/.test(id));
    expect(own.map(({ id }) => Number(id.slice(-4)))).toEqual(
      Array.from({ length: 25 }, (_, index) => index + 1),
    );
    expect(first.pages).toBeGreaterThan(2);

    const nothing = await stream().pull({ cursor: first.cursor });
    expect(nothing).toEqual({ events: [], cursor: first.cursor, more: false });
    await emit(26);
    const next = await stream().pull({ cursor: nothing.cursor });
    expect(next).toMatchObject({ events: [{ id: 'event_0026' }], more: false });
    expect(next.cursor).not.toBe(nothing.cursor);
  });

  it('starts now when nothing is said', async () => {
    await emit(1, { created_at: at(Date.now() - 60_000) });
    const { cursor, ...page } = await stream(() => Date.now()).pull({ cursor: null });
    expect(page).toEqual({ events: [], more: false });
    await emit(2, { created_at: at(Date.now() + 10) });
    expect(await stream().pull({ cursor })).toMatchObject({ events: [{ id: 'event_0002' }] });
  });

  it('filters by organization', async () => {
    const since = justBefore();
    await emit(1);
    await emit(2, { data: { id: 'directory_user_2', organization_id: 'org_2', state: 'active' } });
    const request = { cursor: null, since, organizationId: organizationId('workos:org_2') };
    expect((await stream().pull(request)).events).toMatchObject([
      { id: 'event_0002', organizationId: 'workos:org_2' },
    ]);
    const foreign = { ...request, organizationId: organizationId('scalekit:org_2') };
    expect(await failureOf(stream().pull(foreign))).toMatchObject({ code: 'invalid_argument' });
  });

  it('does not ask for events it cannot read, and keeps those it reads in part', async () => {
    const since = justBefore();
    await emit(1, { event: 'vault.data.read', data: {} });
    await emit(2, { data: { state: 'active' } });
    const { events } = await stream().pull({ cursor: null, since });
    const own = events.filter(({ id }) => id.startsWith('event_0'));
    expect(own.slice(-1)).toMatchObject([
      { id: 'event_0002', type: 'unrecognized', data: { vendorType: 'dsync.user.created' } },
    ]);
    expect(own.map(({ id }) => id)).not.toContain('event_0001');
  });

  it('tells what happens at the vendor', async () => {
    const since = justBefore();
    const { control } = workos.emulator;
    const organization = await control.createOrganization({ name: 'Initech' });
    const { id } = await control.createDirectory({
      organizationId: organization.id,
      identityProvider: 'entra-id',
      users: [{ id: 'ada', email: 'ada@initech.example' }],
      groups: [{ id: 'eng', name: 'Engineering', members: ['ada'] }],
    });
    await control.updateDirectoryUser(id, 'ada', { active: false });
    await control.deleteDirectoryGroup(id, 'eng');
    await control.deleteDirectoryUser(id, 'ada');
    const { events } = await pullAll(since);
    const own = events.filter((event) => event.organizationId === `workos:${organization.id}`);
    expect(own.map(({ type }) => type)).toEqual([
      'organization.created',
      'directory.activated',
      'directory.user.created',
      'directory.group.created',
      'directory.group.user_added',
      'directory.user.updated',
      'directory.group.deleted',
      'directory.user.deleted',
    ]);
    expect(own[5]).toMatchObject({ data: { user: { status: 'inactive' }, previous: { state: 'active' } } });
    expect(own[7]).toMatchObject({ data: { meaning: 'deleted' } });
    expect(own.filter(({ type }) => type === 'unrecognized')).toEqual([]);
  });

  it('takes no page without paging information for the last', async () => {
    await workos.answer('^/events$', { object: 'list', data: [] });
    expect(await failureOf(stream().pull({ cursor: null, since: justBefore() }))).toMatchObject({
      code: 'invalid_response',
      message: expect.stringContaining('list_metadata'),
    });
  });

  it('does not go on for ever on empty pages', async () => {
    await workos.answer('^/events$', { object: 'list', data: [], list_metadata: { after: 'event_9' } });
    expect(await stream().pull({ cursor: null, since: justBefore() })).toMatchObject({
      events: [],
      more: false,
    });
  });
});

describe('the cursor', () => {
  /** A cursor behind an event of this time. */
  async function behind(time: number): Promise<string> {
    await emit(1, { created_at: at(time) });
    const { cursor, events } = await stream(() => time).pull({ cursor: null, since: at(time) });
    expect(events[0]).toMatchObject({ id: 'event_0001' });
    return stream(() => time)
      .pull({ cursor })
      .then((page) => page.cursor);
  }

  it('is the last event, never sent beside a range', async () => {
    const since = justBefore();
    await emit(1);
    await stream().pull({ cursor: (await stream().pull({ cursor: null, since })).cursor });
    const query = await lastQuery();
    expect(query.get('after')).toBe('event_0001');
    expect(query.has('range_start')).toBe(false);
  });

  it('leaves an event of long ago for an instant, before WorkOS forgets it', async () => {
    const now = Date.now();
    await workos.answer('^/events$', {
      object: 'list',
      data: [
        {
          id: 'event_old',
          event: 'user.deleted',
          data: { id: 'user_1', email: 'a@b.example' },
          created_at: at(now - 2 * day),
        },
      ],
      list_metadata: { after: null },
    });
    const { cursor } = await stream().pull({ cursor: null, since: at(now - 3 * day) });
    await workos.answer('^/events$', { object: 'list', data: [], list_metadata: { after: null } });
    const silent = await stream(() => now).pull({ cursor });
    await stream(() => now).pull({ cursor: silent.cursor });
    const query = await lastQuery();
    expect(query.has('after')).toBe(false);
    expect(query.get('range_start')).toBe(at(now - day));
  });

  it('of a quiet environment never grows too old', async () => {
    const start = Date.now();
    let now = start;
    let { cursor } = await stream(() => now).pull({ cursor: null, since: at(start) });
    for (; now < start + 90 * day; now += 10 * day) {
      await workos.answer('^/events$', { object: 'list', data: [], list_metadata: { after: null } });
      ({ cursor } = await stream(() => now).pull({ cursor }));
    }
    expect(Date.parse(cursor)).toBeGreaterThan(start + 70 * day);
  });

  it.each([
    ['an event', true],
    ['an instant', false],
  ])('that is %s not pulled for 30 days is refused without asking', async (_, isEvent) => {
    const now = Date.now();
    const cursor = isEvent
      ? await behind(now)
      : (await stream().pull({ cursor: null, since: at(now) })).cursor;
    await workos.emulator.control.clearTraffic();
    const later = stream(() => now + 31 * day);
    const failure = await failureOf(later.pull({ cursor }));
    expect(failure).toMatchObject({ code: 'failed_precondition', operation: 'events.pull' });
    expect(failure.message).toContain('reconcile');
    expect(await workos.requests()).toEqual([]);
  });

  it('cannot start more than 30 days ago', async () => {
    expect(await failureOf(stream().pull({ cursor: null, since: at(Date.now() - 31 * day) }))).toMatchObject({
      code: 'failed_precondition',
    });
    expect(await workos.requests()).toEqual([]);
  });

  it.each([
    [404, { message: 'Event not found', code: 'entity_not_found', entity_id: 'event_0001' }],
    [400, { message: 'Invalid cursor', code: 'invalid_events_request' }],
    [422, { message: 'Validation failed.', errors: [{ field: 'after', code: 'not_found' }] }],
  ])('that WorkOS answers with %s asks for reconciliation', async (status, body) => {
    const cursor = await behind(Date.now());
    await workos.answer('^/events$', body, { status });
    const failure = await failureOf(stream().pull({ cursor }));
    expect(failure).toMatchObject({ code: 'failed_precondition', status, provider: 'workos' });
    expect(failure.message).toContain('reconcile');
  });

  it('is not blamed for other failures', async () => {
    const cursor = await behind(Date.now());
    await workos.answer('^/events$', { message: 'Unauthorized' }, { status: 401 });
    expect(await failureOf(stream().pull({ cursor }))).toMatchObject({ code: 'unauthenticated' });
    await workos.answer('^/events$', { message: 'Bad range' }, { status: 400 });
    expect(await failureOf(stream().pull({ cursor: null, since: justBefore() }))).toMatchObject({
      code: 'invalid_argument',
    });
  });

  it.each(['nonsense', 'eyJhbGciOi', '/event_1', 'event_0001', 'May 1', '2026-01-01/event_1'])(
    'is not %s',
    async (cursor) => {
      expect(await failureOf(stream().pull({ cursor }))).toMatchObject({ code: 'invalid_argument' });
      expect(await workos.requests()).toEqual([]);
    },
  );
});
