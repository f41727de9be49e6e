import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { startEndpoint, type SentHeaders } from './webhook-endpoint.js';

it('a webhook that comes again is handled once', async () => {
  const { send, body, inbox } = await startEndpoint();
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

it.each([
  ['a secret of another environment', { secret: 'a-secret-of-staging' }, 401, 'signature_mismatch'],
  ['a stale timestamp', { timestamp: String(at - 6 * minute) }, 401, 'timestamp_too_old'],
  ['a timestamp in the future', { timestamp: String(at + 6 * minute) }, 401, 'timestamp_in_the_future'],
  ['a timestamp that is no number', { timestamp: 'NaN' }, 400, 'timestamp_malformed'],
  ['a timestamp with a fraction', { timestamp: `${at}.5` }, 400, 'timestamp_malformed'],
  ['a negative timestamp', { timestamp: `-${at}` }, 400, 'timestamp_malformed'],
  ['a hexadecimal timestamp', { timestamp: `0x${at.toString(16)}` }, 400, 'timestamp_malformed'],
  ['a huge timestamp', { timestamp: '9'.repeat(400) }, 400, 'timestamp_malformed'],
])('a webhook signed with %s is refused', async (_, signing, status, reason) => {
  const { send, body, appended, notices } = await startEndpoint();
  expect(await send(body, signing)).toMatchObject({ status, result: reason });
  expect(appended).toEqual([]);
  expect(notices).toEqual([]);
});

const without = (headers: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));

const changes: [
  string,
  (headers: Record<string, string>, body: string) => [SentHeaders, string],
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

it.each(changes)('a webhook with %s is refused', async (_, alter, status, reason) => {
  const { post, body, appended, vendor } = await startEndpoint();
  const { headers } = vendor.world.signWebhook(body);
  expect(await post(...alter({ ...headers }, body))).toMatchObject({ status, result: reason });
  expect(appended).toEqual([]);
});

it('a webhook that breaks off is refused, and calls nobody', async () => {
  const { port, notices, appended, answers } = await startEndpoint();
  const socket = connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: app\r\ncontent-length: 100\r\n\r\n{"id":');
  await new Promise((resolve) => setTimeout(resolve, 50));
  socket.destroy();
  await expect.poll(() => answers).toEqual([400]);
  expect(notices).toEqual([]);
  expect(appended).toEqual([]);
});

it('a webhook with a header given twice is refused', async () => {
  const { vendor, inbox, body, appended } = await startEndpoint();
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

it.each([
  ['prototype keys', '{"id":"e1","type":"x","__proto__":{"admin":true}}'],
  ['prototype keys deep inside', '{"id":"e1","type":"x","data":[{"a":{"__proto__":{}}}]}'],
  ['nesting beyond reason', `{"id":"e1","type":"x","data":${'['.repeat(500)}${']'.repeat(500)}}`],
  ['no JSON', '{"id":'],
  ['bytes that are no text', '\ud800'],
])('a signed body is refused with %s', async (_, body) => {
  const { send, appended } = await startEndpoint();
  expect(await send(body)).toMatchObject({ status: 400, result: 'body_malformed' });
  expect(appended).toEqual([]);
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
});

it('a webhook about an organization that is not ours is refused', async () => {
  const { send, body, appended, event } = await startEndpoint({ knowsOrganization: async () => false });
  expect(await send(body)).toMatchObject({ status: 403, result: 'organization_unknown' });
  expect(appended).toEqual([]);
  const ours = await startEndpoint({ knowsOrganization: (id) => id === event.organizationId });
  expect(await ours.send(ours.body)).toMatchObject({ status: 202 });
});

it('a pulled event of an organization that is not ours is quarantined, unless it becomes ours', async () => {
  const known = new Set<string>();
  const { inbox, vendor, event, person, notices } = await startEndpoint({
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
