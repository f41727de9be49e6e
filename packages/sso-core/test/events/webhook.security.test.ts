import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createEventInbox,
  createMemoryEventStore,
  type AttentionNotice,
  type EventInboxOptions,
  type EventStore,
  type WebhookRequest,
} from '@org/sso-core/events';
import { expect, onTestFinished, test } from 'vitest';
import { createVendor } from './vendor.js';

const secret = 'a-secret-of-this-environment';
const formerSecret = 'the-secret-before-the-rotation';

type Headers = Record<string, string | string[]>;

async function setUp(options: Partial<EventInboxOptions> = {}) {
  const vendor = createVendor({ webhookSecrets: [secret, formerSecret] });
  const store = createMemoryEventStore();
  const appended: string[] = [];
  const notices: AttentionNotice[] = [];
  const inbox = createEventInbox({
    store: {
      ...store,
      append: async (events, now) => {
        appended.push(...events.map(({ event }) => event.id));
        return store.append(events, now);
      },
    },
    providers: [vendor.provider],
    now: vendor.now,
    onAttention: (notice) => notices.push(notice),
    ...options,
  });
  const receive = inbox.webhook('memory');
  const server = createServer((incoming, response) => {
    void (async () => {
      const answer = await receive(incoming);
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      response.end(await answer.text());
    })();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;

  async function post(headers: Headers, body: string | Uint8Array) {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest({ host: '127.0.0.1', port, method: 'POST', headers }, resolve);
      request.on('error', reject);
      request.end(body);
    });
    let text = '';
    for await (const chunk of answer) text += String(chunk);
    return { status: answer.statusCode, result: (JSON.parse(text) as { result: string }).result, answer };
  }

  const send = (body: string, signing: { secret?: string; timestamp?: string } = {}) => {
    const { headers } = vendor.world.signWebhook(body, signing);
    return post(headers, body);
  };
  const person = vendor.world.hire(vendor.directoryId, { id: 'ada', firstName: 'Ada' });
  const event = (await vendor.world.events()).at(-1)!;
  return { vendor, inbox, appended, notices, post, send, person, event, body: JSON.stringify(event) };
}

test('a signed webhook is accepted, also with the former secret, and nothing may be cached', async () => {
  const { send, body, appended } = await setUp();
  const { status, result, answer } = await send(body);
  expect([status, result, answer.headers['cache-control']]).toEqual([202, 'accepted', 'no-store']);
  expect(await send(body, { secret: formerSecret })).toMatchObject({ status: 202 });
  expect(appended).toHaveLength(2);
});

test('a repetition is accepted and handled once', async () => {
  const { send, body, inbox } = await setUp();
  let handled = 0;
  inbox.on('directory.user.created', () => void (handled += 1));
  const answers = await Promise.all([send(body), send(body), send(body)]);
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
  await inbox.process();
  await send(body);
  await inbox.process();
  expect(handled).toBe(1);
});

const minute = 60_000;
const at = Date.parse('2026-01-01T00:00:00Z');

test.each([
  ['a secret of another environment', { secret: 'a-secret-of-staging' }, 401, 'signature_mismatch'],
  ['a stale timestamp', { timestamp: String(at - 6 * minute) }, 401, 'timestamp_too_old'],
  ['a timestamp in the future', { timestamp: String(at + 6 * minute) }, 401, 'timestamp_in_the_future'],
  ['a timestamp that is no number', { timestamp: 'NaN' }, 400, 'timestamp_malformed'],
  ['a timestamp with a fraction', { timestamp: `${at}.5` }, 400, 'timestamp_malformed'],
  ['a negative timestamp', { timestamp: `-${at}` }, 400, 'timestamp_malformed'],
  ['a hexadecimal timestamp', { timestamp: `0x${at.toString(16)}` }, 400, 'timestamp_malformed'],
  ['a huge timestamp', { timestamp: '9'.repeat(400) }, 400, 'timestamp_malformed'],
])('refused: %s', async (_, signing, status, reason) => {
  const { send, body, appended, notices } = await setUp();
  expect(await send(body, signing)).toMatchObject({ status, result: reason });
  expect(appended).toEqual([]);
  expect(notices).toEqual([]);
});

const without = (headers: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));

const changes: [
  string,
  (headers: Record<string, string>, body: string) => [Headers, string],
  number,
  string,
][] = [
  ['another body', (headers, body) => [headers, body.replace('Ada', 'Eve')], 401, 'signature_mismatch'],
  [
    'the same JSON in another encoding',
    (headers, body) => [headers, JSON.stringify(JSON.parse(body), null, 1)],
    401,
    'signature_mismatch',
  ],
  ['no signature', (headers, body) => [without(headers, 'memory-signature'), body], 401, 'signature_missing'],
  ['no timestamp', (headers, body) => [without(headers, 'memory-timestamp'), body], 401, 'signature_missing'],
  [
    'a malformed signature',
    (headers, body) => [{ ...headers, 'memory-signature': 'v1=zz' }, body],
    401,
    'signature_malformed',
  ],
  [
    'a cut signature',
    (headers, body) => [{ ...headers, 'memory-signature': headers['memory-signature']!.slice(2) }, body],
    401,
    'signature_malformed',
  ],
  ['no headers at all', (_, body) => [{}, body], 401, 'signature_missing'],
  ['an empty body', (headers) => [headers, ''], 400, 'body_empty'],
  ['a body of 5 MB', (headers) => [headers, 'x'.repeat(5 * 1024 * 1024)], 413, 'body_too_large'],
];

test.each(changes)('refused: %s', async (_, alter, status, reason) => {
  const { post, body, appended, vendor } = await setUp();
  const { headers } = vendor.world.signWebhook(body);
  expect(await post(...alter({ ...headers }, body))).toMatchObject({ status, result: reason });
  expect(appended).toEqual([]);
});

test('refused: a header given twice, where the framework keeps both', async () => {
  const { vendor, inbox, body, appended } = await setUp();
  const { headers } = vendor.world.signWebhook(body);
  for (const name of ['memory-signature', 'memory-timestamp']) {
    const twice: [string, string][] = [...Object.entries(headers), [name.toUpperCase(), headers[name]!]];
    const answer = await inbox.webhook('memory')({ headers: twice, body });
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { result: 'signature_malformed', message: expect.stringMatching(/more than one memory-/) },
    ]);
  }
  expect(appended).toEqual([]);
});

test('refused: a body that a framework has parsed or read', async () => {
  const { vendor, inbox, body } = await setUp();
  const { headers } = vendor.world.signWebhook(body);
  const receive = inbox.webhook('memory');
  const parsed = await receive({ headers, body: JSON.parse(body) as string });
  expect(parsed.status).toBe(400);
  expect(await parsed.json()).toEqual({
    result: 'body_parsed',
    message: expect.stringMatching(/passed parsed JSON: .* use the raw body/),
  });
  const request = new Request('https://app.example', { method: 'POST', headers, body });
  await request.text();
  const read = await receive(request);
  expect(read.status).toBe(400);
  expect(await read.json()).toMatchObject({
    result: 'body_empty',
    message: expect.stringMatching(/read before/),
  });
});

test('the answer says what is probably wrong', async () => {
  const { vendor, inbox, body } = await setUp();
  const receive = inbox.webhook('memory');
  const { headers } = vendor.world.signWebhook(body);
  const told = async (request: WebhookRequest) =>
    ((await (await receive(request)).json()) as { message: string }).message;
  expect(await told({ headers, body: `${body} ` })).toMatch(/another encoding: .* as received/);
  expect(await told({ headers, body: body.replace('Ada', 'Eve') })).toMatch(/secret is of another endpoint/);
  const late = vendor.world.signWebhook(body, { timestamp: String(at + 6 * minute) });
  expect(await told(late)).toMatch(/behind time/);
});

test.each<[string, (headers: Record<string, string>, body: string) => unknown, string]>([
  ['nothing', () => undefined, 'body_parsed'],
  ['the body alone', (_, body) => body, 'body_parsed'],
  ['no body', (headers) => ({ headers }), 'body_empty'],
  ['no headers', (_, body) => ({ body }), 'signature_missing'],
  [
    'a request somebody else is reading',
    (headers, body) => {
      const request = new Request('https://app.example', { method: 'POST', headers, body });
      request.body!.getReader();
      return request;
    },
    'body_empty',
  ],
])('refused: %s instead of a request', async (_, make, result) => {
  const { vendor, inbox, body, notices } = await setUp();
  const { headers } = vendor.world.signWebhook(body);
  const answer = await inbox.webhook('memory')(make({ ...headers }, body) as WebhookRequest);
  expect(answer.status).toBeLessThan(500);
  expect(await answer.json()).toMatchObject({ result });
  expect(notices).toEqual([]);
});

test('the body may be an ArrayBuffer', async () => {
  const { vendor, inbox, body } = await setUp();
  const { headers } = vendor.world.signWebhook(body);
  const { buffer } = new TextEncoder().encode(body);
  expect((await inbox.webhook('memory')({ headers, body: buffer })).status).toBe(202);
});

test.each([
  ['prototype keys', '{"id":"e1","type":"x","__proto__":{"admin":true}}'],
  ['prototype keys deep inside', '{"id":"e1","type":"x","data":[{"a":{"__proto__":{}}}]}'],
  ['nesting beyond reason', `{"id":"e1","type":"x","data":${'['.repeat(500)}${']'.repeat(500)}}`],
  ['no JSON', '{"id":'],
  ['bytes that are no text', '\ud800'],
])('refused although signed: %s', async (_, body) => {
  const { send, appended } = await setUp();
  expect(await send(body)).toMatchObject({ status: 400, result: 'body_malformed' });
  expect(appended).toEqual([]);
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
});

test('refused: an organization that is not ours', async () => {
  const { send, body, appended, event } = await setUp({ knowsOrganization: async () => false });
  expect(await send(body)).toMatchObject({ status: 403, result: 'organization_unknown' });
  expect(appended).toEqual([]);
  const ours = await setUp({ knowsOrganization: (id) => id === event.organizationId });
  expect(await ours.send(ours.body)).toMatchObject({ status: 202 });
});

test('a pulled event of an organization that is not ours is quarantined, unless it becomes ours', async () => {
  const known = new Set<string>();
  const { inbox, vendor, event, person, notices } = await setUp({
    knowsOrganization: (id) => known.has(id),
    pullSince: '2026-01-01T00:00:00Z',
    retry: { maxAttempts: 2 },
  });
  const seen: string[] = [];
  inbox.on('*', ({ type }) => void seen.push(type));
  await inbox.pull('memory');
  await inbox.process();
  known.add(event.organizationId!);
  vendor.clock.at += minute;
  await inbox.process();
  expect(seen).toEqual(['directory.activated', 'directory.user.created']);

  known.clear();
  vendor.world.changePerson(person.id, { lastName: 'Lovelace' });
  await inbox.pull('memory');
  await inbox.process();
  vendor.clock.at += minute;
  await inbox.process();
  expect(seen).toHaveLength(2);
  expect(notices).toMatchObject([{ kind: 'quarantined', reason: 'organization_unknown' }]);
});

test.each(['{}', '[]', 'null', '42', '{"id":7,"type":"x"}', '{"id":"e1"}'])(
  'signed garbage is quarantined, once: %s',
  async (body) => {
    const { send, inbox, notices } = await setUp();
    let handled = 0;
    inbox.on('*', () => void (handled += 1));
    expect(await send(body)).toMatchObject({ status: 202 });
    expect(await send(body)).toMatchObject({ status: 202 });
    await inbox.process();
    expect(handled).toBe(0);
    const { events } = await inbox.list('quarantined');
    expect(events).toMatchObject([
      { event: { type: 'unrecognized', data: { payload: JSON.parse(body) as unknown } }, attempts: 0 },
    ]);
    expect(notices).toMatchObject([{ kind: 'quarantined', type: 'unrecognized' }]);

    await inbox.release(events);
    await inbox.process();
    expect(handled).toBe(1);
  },
);

test('an event of a type nobody knows reaches the handlers', async () => {
  const { send, inbox } = await setUp();
  const seen: unknown[] = [];
  inbox.on('unrecognized', ({ data }) => void seen.push(data));
  await send('{"id":"e1","type":"vendor.new","data":{"x":1}}');
  await inbox.process();
  expect(seen).toEqual([{ vendorType: 'vendor.new', payload: { x: 1 } }]);
});

test('503 while the store is down: the vendor tries again', async () => {
  const down: EventStore = {
    ...createMemoryEventStore(),
    append: async () => {
      throw Object.assign(new Error('canary-secret in a message'), { code: 'ECONNREFUSED' });
    },
  };
  const { send, body, notices } = await setUp({ store: down });
  expect(await send(body)).toMatchObject({ status: 503, result: 'unavailable' });
  expect(notices).toMatchObject([
    { kind: 'webhook_failed', provider: 'memory', reason: 'Error ECONNREFUSED' },
  ]);
  expect(JSON.stringify(notices)).not.toContain('canary');
});

test('an endpoint needs a provider that has webhooks', async () => {
  const { inbox, vendor } = await setUp();
  expect(() => inbox.webhook('other')).toThrow(/knows no provider "other"/);
  const { webhooks: _, ...others } = vendor.provider;
  const bare = createEventInbox({ store: createMemoryEventStore(), providers: [others] });
  expect(() => bare.webhook('memory')).toThrow(/webhooks/);
});
