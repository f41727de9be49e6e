import {
  createEventInbox,
  createMemoryEventStore,
  type EventStore,
  type WebhookRequest,
} from '@org/sso-core/events';
import { expect, test } from 'vitest';
import { formerSecret, startEndpoint } from './webhook-endpoint.js';

test('a signed webhook is accepted, also with the former secret, and nothing may be cached', async () => {
  const { send, body, appended } = await startEndpoint();
  const { status, result, answer } = await send(body);
  expect([status, result, answer.headers['cache-control']]).toEqual([202, 'accepted', 'no-store']);
  expect(await send(body, { secret: formerSecret })).toMatchObject({ status: 202 });
  expect(appended).toHaveLength(2);
});

test('refused: a body that a framework has parsed or read', async () => {
  const { vendor, inbox, body } = await startEndpoint();
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
  const { vendor, inbox, body } = await startEndpoint();
  const receive = inbox.webhook('memory');
  const { headers } = vendor.world.signWebhook(body);
  const told = async (request: WebhookRequest) =>
    ((await (await receive(request)).json()) as { message: string }).message;
  expect(await told({ headers, body: `${body} ` })).toMatch(/another encoding: .* as received/);
  expect(await told({ headers, body: body.replace('Ada', 'Eve') })).toMatch(/secret is of another endpoint/);
  const late = vendor.world.signWebhook(body, { timestamp: String(vendor.now() + 360_000) });
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
  const { vendor, inbox, body, notices } = await startEndpoint();
  const { headers } = vendor.world.signWebhook(body);
  const answer = await inbox.webhook('memory')(make({ ...headers }, body) as WebhookRequest);
  expect(answer.status).toBeLessThan(500);
  expect(await answer.json()).toMatchObject({ result });
  expect(notices).toEqual([]);
});

test('the body may be an ArrayBuffer', async () => {
  const { vendor, inbox, body } = await startEndpoint();
  const { headers } = vendor.world.signWebhook(body);
  const { buffer } = new TextEncoder().encode(body);
  expect((await inbox.webhook('memory')({ headers, body: buffer })).status).toBe(202);
});

test.each(['{}', '[]', 'null', '42', '{"id":7,"type":"x"}', '{"id":"e1"}'])(
  'signed garbage is quarantined, once: %s',
  async (body) => {
    const { send, inbox, notices } = await startEndpoint();
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
  const { send, inbox } = await startEndpoint();
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
  const { send, body, notices } = await startEndpoint({ store: down });
  expect(await send(body)).toMatchObject({ status: 503, result: 'unavailable' });
  expect(notices).toMatchObject([
    { kind: 'webhook_failed', provider: 'memory', reason: 'Error ECONNREFUSED' },
  ]);
  expect(JSON.stringify(notices)).not.toContain('canary');
});

test('an endpoint needs a provider that has webhooks', async () => {
  const { inbox, vendor } = await startEndpoint();
  expect(() => inbox.webhook('other')).toThrow(/knows no provider "other"/);
  const { webhooks: _, ...others } = vendor.provider;
  const bare = createEventInbox({ store: createMemoryEventStore(), providers: [others] });
  expect(() => bare.webhook('memory')).toThrow(/webhooks/);
});
