import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SsoError, SsoEvent, WebhookRefusal } from '@org/sso-core';
import { eventDataSchemas, eventEnvelopeSchema } from '@org/sso-core/schemas';
import type { WebhookRequest } from '@org/sso-core/events';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import type { WebhookMessage } from '../harness.js';
import { createDirectory, pause, personNamed } from './support.js';

const requires = ['webhooks'] as const;
const needs = ['world.webhooks', 'world.directories'] as const;
const minute = 60_000;
const encode = (text: string) => new TextEncoder().encode(text);
const url = 'https://app.example/webhooks';

/** What the vendor delivers while the work goes on, as it arrives. */
async function deliveriesOf({ world }: CaseContext, work: () => unknown): Promise<readonly WebhookMessage[]> {
  const before = (await world.webhooks.delivered()).length;
  await work();
  for (let poll = 0; ; poll += 1) {
    const delivered = (await world.webhooks.delivered()).slice(before);
    if (delivered.length > 0 || poll === 100) return delivered;
    await pause(20);
  }
}

/** The webhook that tells of somebody hired. */
async function deliverHire(context: CaseContext) {
  const { organizationId, directoryId } = await createDirectory(context);
  let userId = '';
  const [message] = await deliveriesOf(context, async () => {
    userId = await context.world.directories.hire(directoryId, personNamed(context, 'Ada'));
  });
  context.check.ok(message, 'nothing was delivered');
  return { message: message!, organizationId, userId };
}

/** Refused as `verification_failed` for one of these reasons, without a request. */
async function refuses(
  { sso, check }: CaseContext,
  request: WebhookRequest,
  ...reasons: readonly WebhookRefusal[]
): Promise<SsoError> {
  const error = await check.sends(0, () =>
    check.rejects(() => sso.webhooks.receive(request), 'verification_failed'),
  );
  check.ok(
    'reason' in error && reasons.includes(error.reason as WebhookRefusal),
    `refused as ${error.message}`,
  );
  return error;
}

/** Posts a message over HTTP and answers what `receive` makes of Node's request. */
async function throughNode(
  { headers, body }: WebhookMessage,
  receive: (request: WebhookRequest) => Promise<SsoEvent>,
): Promise<SsoEvent> {
  const server = createServer().listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const requested = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    const answered = fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body });
    const [request, response] = await requested;
    const event = await receive(request);
    response.end();
    await answered;
    return event;
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

export const webhookCases: readonly ContractCase[] = [
  {
    id: 'WEBHOOK-01',
    title:
      'A webhook of the vendor is verified without any request and answers the event in the neutral shape.',
    requires,
    needs,
    async run(context) {
      const { sso, check } = context;
      const { message, organizationId, userId } = await deliverHire(context);
      const event = await check.sends(0, () => sso.webhooks.receive(message));
      const { type, data, ...envelope } = event;
      check.shape(eventEnvelopeSchema, envelope);
      check.shape(eventDataSchemas[type], data);
      check.equal([type, envelope.organizationId], ['directory.user.created', organizationId]);
      check.equal('user' in data && data.user.id, userId);
    },
  },
  {
    id: 'WEBHOOK-02',
    title: 'A webhook and the pulled stream tell the same event, with the same id.',
    requires: ['webhooks', 'events'],
    needs,
    async run(context) {
      const { sso, check } = context;
      await pause(10);
      let { cursor } = await sso.events.pull({ cursor: null });
      const { message } = await deliverHire(context);
      const pushed = await sso.webhooks.receive(message);
      let pulled: SsoEvent | undefined;
      for (let poll = 0; poll < 100 && !pulled; poll += 1) {
        const page = await sso.events.pull({ cursor });
        ({ cursor } = page);
        pulled = page.events.find(({ id }) => id === pushed.id);
        if (!pulled && !page.more) await pause(20);
      }
      check.equal(pulled, pushed);
    },
  },
  {
    id: 'WEBHOOK-03',
    title: 'A webhook is taken as a Request, as a request of Node, as bytes and as text.',
    requires,
    needs,
    async run(context) {
      const { sso, check } = context;
      const { message } = await deliverHire(context);
      const { headers, body } = message;
      const expected = await sso.webhooks.receive(message);
      const shapes: WebhookRequest[] = [
        new Request(url, { method: 'POST', headers, body }),
        { headers, body: encode(body) },
        { headers, body: Buffer.from(body) },
      ];
      for (const shape of shapes) check.equal(await sso.webhooks.receive(shape), expected);
      check.equal(await throughNode(message, (request) => sso.webhooks.receive(request)), expected);
    },
  },
  {
    id: 'WEBHOOK-04',
    title:
      'Headers are taken as Headers, as a record, as lists of values and as pairs, whatever the case of their names.',
    requires,
    needs,
    async run(context) {
      const { sso, check } = context;
      const { message } = await deliverHire(context);
      const { headers, body } = message;
      const expected = await sso.webhooks.receive(message);
      const entries = Object.entries(headers);
      const shapes: WebhookRequest['headers'][] = [
        new Headers(headers),
        Object.fromEntries(entries.map(([name, value]) => [name.toUpperCase(), value])),
        Object.fromEntries(entries.map(([name, value]) => [name, [value]])),
        entries,
        new Map(entries),
        { ...headers, 'x-nothing': undefined },
      ];
      for (const shape of shapes) check.equal(await sso.webhooks.receive({ headers: shape, body }), expected);
    },
  },
  {
    id: 'WEBHOOK-05',
    title: 'A webhook signed with any of several secrets is verified.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world } = context;
      const { message } = await deliverHire(context);
      const expected = await sso.webhooks.receive(message);
      for (const secret of ['first', 'second'] as const)
        check.equal(await sso.webhooks.receive(world.webhooks.sign(message.body, { secret })), expected);
    },
  },
  {
    id: 'WEBHOOK-06',
    title: 'A webhook signed with the secret of another endpoint is signature_mismatch.',
    requires,
    needs,
    async run(context) {
      const { body } = (await deliverHire(context)).message;
      const foreign = context.world.webhooks.sign(body, { secret: 'foreign' });
      await refuses(context, foreign, 'signature_mismatch');
    },
  },
  {
    id: 'WEBHOOK-07',
    title: 'A webhook with one byte changed is signature_mismatch, whichever byte it is.',
    requires,
    needs,
    async run(context) {
      const { random } = context;
      const { message } = await deliverHire(context);
      const bytes = encode(message.body);
      for (const index of [0, random.integer(1, bytes.length - 2), bytes.length - 1]) {
        const body = bytes.slice();
        body[index]! ^= 1 << random.integer(0, 7);
        await refuses(context, { ...message, body }, 'signature_mismatch');
      }
      for (const body of [`${message.body} `, message.body.slice(0, -1)])
        await refuses(context, { ...message, body }, 'signature_mismatch');
    },
  },
  {
    id: 'WEBHOOK-08',
    title:
      'A body written anew from its JSON is signature_mismatch, and the error says that something changed the bytes.',
    requires,
    needs,
    async run(context) {
      const { message } = await deliverHire(context);
      const compact = context.world.webhooks.sign(JSON.stringify(JSON.parse(message.body)));
      const body = JSON.stringify(JSON.parse(message.body), undefined, 2);
      const error = await refuses(context, { ...compact, body }, 'signature_mismatch');
      context.check.matches(error.message, /encoding/, 'the error names the cause');
    },
  },
  {
    id: 'WEBHOOK-09',
    title:
      'A webhook signed too long ago is timestamp_too_old, and one signed in the future timestamp_in_the_future.',
    requires,
    needs,
    async run(context) {
      const { world, now } = context;
      const { body } = (await deliverHire(context)).message;
      const signedAt = (timestamp: number) => world.webhooks.sign(body, { timestamp });
      await refuses(context, signedAt(now() - 60 * minute), 'timestamp_too_old');
      await refuses(context, signedAt(now() + 60 * minute), 'timestamp_in_the_future');
    },
  },
  {
    id: 'WEBHOOK-10',
    title: 'A minute between the clocks, in either direction, does no harm.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world, now } = context;
      const { message } = await deliverHire(context);
      const expected = await sso.webhooks.receive(message);
      for (const distance of [-minute, minute]) {
        const shifted = world.webhooks.sign(message.body, { timestamp: now() + distance });
        check.equal(await sso.webhooks.receive(shifted), expected);
      }
    },
  },
  {
    id: 'WEBHOOK-11',
    title: 'A timestamp that is no plain whole number is refused, however it is signed.',
    requires,
    needs,
    async run(context) {
      const { world, now } = context;
      const { body } = (await deliverHire(context)).message;
      const timestamps = [
        'NaN',
        'now',
        '0',
        '-1',
        '1e12',
        `${now()}.5`,
        `0x${now().toString(16)}`,
        '9'.repeat(40),
      ];
      for (const timestamp of timestamps) {
        const signed = world.webhooks.sign(body, { timestamp });
        await refuses(context, signed, 'timestamp_malformed', 'signature_malformed', 'signature_missing');
      }
    },
  },
  {
    id: 'WEBHOOK-12',
    title:
      'A webhook without any one of its signature headers is refused, and so is one with a header twice.',
    requires,
    needs,
    async run(context) {
      const { message } = await deliverHire(context);
      const { headers, body } = context.world.webhooks.sign(message.body);
      await refuses(context, { headers: {}, body }, 'signature_missing');
      for (const [name, value] of Object.entries(headers)) {
        const { [name]: _, ...rest } = headers;
        await refuses(context, { headers: rest, body }, 'signature_missing');
        const empty = { ...rest, [name]: '' };
        await refuses(context, { headers: empty, body }, 'signature_missing', 'signature_malformed');
        const twice = { ...rest, [name]: [value, value] };
        await refuses(context, { headers: twice, body }, 'signature_malformed');
        // As Node and `Headers` have it.
        const joined = { ...rest, [name]: `${value}, ${value}` };
        const reasons = ['signature_malformed', 'timestamp_malformed', 'signature_mismatch'] as const;
        await refuses(context, { headers: joined, body }, ...reasons);
      }
    },
  },
  {
    id: 'WEBHOOK-13',
    title: 'A header that is no signature is refused.',
    requires,
    needs,
    async run(context) {
      const { message } = await deliverHire(context);
      const { headers, body } = context.world.webhooks.sign(message.body);
      for (const [name, value] of Object.entries(headers)) {
        for (const changed of ['garbage', value.slice(0, -4), `${value.slice(0, -4)}!!!!`]) {
          const request = { headers: { ...headers, [name]: changed }, body };
          await refuses(
            context,
            request,
            'signature_malformed',
            'signature_mismatch',
            'timestamp_malformed',
            'timestamp_too_old',
          );
        }
      }
    },
  },
  {
    id: 'WEBHOOK-14',
    title: 'A body that was parsed before is body_parsed, and the error says to pass the raw one.',
    requires,
    needs,
    async run(context) {
      const { headers, body } = (await deliverHire(context)).message;
      const parsed = { headers, body: JSON.parse(body) as never };
      const error = await refuses(context, parsed, 'body_parsed');
      context.check.matches(error.message, /raw/, 'the error names the cure');
      const request = Object.assign((async function* () {})(), parsed);
      await refuses(context, request, 'body_parsed');
    },
  },
  {
    id: 'WEBHOOK-15',
    title: 'A body that is empty, or was read before, is body_empty.',
    requires,
    needs,
    async run(context) {
      const { headers, body } = (await deliverHire(context)).message;
      const empty = context.world.webhooks.sign('');
      for (const nothing of ['', new Uint8Array()])
        await refuses(context, { headers: empty.headers, body: nothing }, 'body_empty');
      await refuses(context, new Request(url, { method: 'POST', headers }), 'body_empty');
      const read = new Request(url, { method: 'POST', headers, body });
      await read.text();
      await refuses(context, read, 'body_empty');
    },
  },
  {
    id: 'WEBHOOK-16',
    title: 'A body beyond all measure is body_too_large, with a valid signature too.',
    requires,
    needs,
    async run(context) {
      const { message } = await deliverHire(context);
      const { headers, body } = context.world.webhooks.sign(message.body + ' '.repeat(5 * 1024 * 1024));
      await refuses(context, { headers, body }, 'body_too_large');
      await refuses(context, new Request(url, { method: 'POST', headers, body }), 'body_too_large');
    },
  },
  {
    id: 'WEBHOOK-17',
    title: 'A signed body that is no JSON, has prototype keys, or is nested beyond reason is body_malformed.',
    requires,
    needs,
    async run(context) {
      const { message } = await deliverHire(context);
      const inserted = (member: string) => message.body.replace('{', `{${member},`);
      const bodies = [
        'not json',
        message.body.slice(0, -1),
        inserted('"__proto__":{"isAdmin":true}'),
        inserted('"deep":{"\\u005f_proto__":{"isAdmin":true}}'),
        inserted(`"deep":${'['.repeat(5000)}${']'.repeat(5000)}`),
        inserted(`"deep":${'{"a":'.repeat(500)}1${'}'.repeat(500)}`),
      ];
      for (const body of bodies) await refuses(context, context.world.webhooks.sign(body), 'body_malformed');
      context.check.ok(!('isAdmin' in {}), 'the prototype of all objects was changed');
    },
  },
  {
    id: 'WEBHOOK-18',
    title: 'A signed body that is no event is invalid_response.',
    requires,
    needs: ['world.webhooks'],
    async run({ sso, check, world }) {
      for (const body of ['{}', '[]', 'null', '"text"', '17']) {
        const signed = world.webhooks.sign(body);
        await check.rejects(() => sso.webhooks.receive(signed), 'invalid_response');
      }
    },
  },
  {
    id: 'WEBHOOK-19',
    title:
      'An event of a type nobody knows yet is delivered as unrecognized, with its type and all its data.',
    requires,
    needs: [...needs, 'world.recordUnreadableEvent'],
    async run(context) {
      const { sso, check, world } = context;
      const { organizationId } = await createDirectory(context);
      let id = '';
      const [message] = await deliveriesOf(context, async () => {
        id = await world.recordUnreadableEvent(organizationId, 'type');
      });
      const { type, data, ...envelope } = await sso.webhooks.receive(message!);
      check.shape(eventEnvelopeSchema, envelope);
      check.shape(eventDataSchemas[type], data);
      check.equal([type, envelope.id], ['unrecognized', id]);
      check.ok('vendorType' in data && data.vendorType !== '', 'the type is not told');
      check.ok(JSON.stringify(data).includes('blue'), 'the payload is as it was sent');
    },
  },
  {
    id: 'WEBHOOK-20',
    title: 'An event of a known type whose data cannot be read is delivered as unrecognized too.',
    requires,
    needs: [...needs, 'world.recordUnreadableEvent'],
    async run(context) {
      const { sso, check, world } = context;
      const { organizationId } = await createDirectory(context);
      let id = '';
      const [message] = await deliveriesOf(context, async () => {
        id = await world.recordUnreadableEvent(organizationId, 'data');
      });
      const event = await sso.webhooks.receive(message!);
      check.equal([event.type, event.id], ['unrecognized', id]);
    },
  },
  {
    id: 'WEBHOOK-21',
    title: 'A webhook delivered twice is the same event twice: its id tells.',
    requires,
    needs,
    async run(context) {
      const { sso, check, world, now } = context;
      const { message } = await deliverHire(context);
      const again = world.webhooks.sign(message.body, { timestamp: now() + 2000 });
      check.equal(await sso.webhooks.receive(again), await sso.webhooks.receive(message));
    },
  },
  {
    id: 'WEBHOOK-22',
    title: 'Without a secret, or with an empty one, there is no provider: it would accept everything.',
    requires,
    needs: ['withWebhookSecrets'],
    async run({ check, withWebhookSecrets }) {
      for (const secrets of [[], ['']])
        await check.rejects(async () => withWebhookSecrets(secrets), 'invalid_argument');
    },
  },
];
