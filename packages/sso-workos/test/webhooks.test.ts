import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSso, type SsoEvent, type WebhookRefusedError } from '@org/sso-core';
import type { WebhookDelivery } from '@org/sso-core/provider';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorkos, type WorkosWebhookSettings } from '../src/index.js';
import { failureOf, signed, useWorkos, webhookSecret } from './support.js';

const keys = { apiKey: 'sk_test_1', clientId: 'client_1' };
const events = { inactiveUsers: 'deleted' } as const;
const wire = {
  id: 'event_1',
  event: 'connection.activated',
  data: { id: 'conn_1' },
  created_at: '2026-01-01',
};
const body = JSON.stringify(wire);

function webhooks(settings: Partial<WorkosWebhookSettings> = {}) {
  const provider = createWorkos({ ...keys, events, webhooks: { secrets: [webhookSecret], ...settings } });
  return createSso({ provider }).webhooks;
}

function delivery(header: string | readonly string[], text: string, receivedAt: number): WebhookDelivery {
  return {
    headers: (name) => (name === 'workos-signature' ? [header].flat() : []),
    body: Buffer.from(text),
    receivedAt,
  };
}

describe('construction', () => {
  it('has the facets asked for', () => {
    expect(createWorkos(keys)).not.toHaveProperty('events');
    expect(createWorkos(keys)).not.toHaveProperty('webhooks');
    const pulling = createWorkos({ ...keys, events });
    expect(pulling.events).toBeDefined();
    expect(pulling).not.toHaveProperty('webhooks');
  });

  it.each<[string, unknown, RegExp]>([
    ['webhooks alone', { webhooks: { secrets: [webhookSecret] } }, /inactiveUsers/],
    ['events that do not say what a deletion means', { events: {} }, /inactiveUsers/],
    ['another word for it', { events: { inactiveUsers: 'removed' } }, /inactiveUsers/],
    ['no secret', { events, webhooks: { secrets: [] } }, /secret/],
    ['an empty secret', { events, webhooks: { secrets: [webhookSecret, ''] } }, /secret/],
    ['an undefined secret', { events, webhooks: { secrets: [undefined] } }, /secret/],
    ['a secret with a line break', { events, webhooks: { secrets: [`${webhookSecret}\n`] } }, /secret/],
    ['a lone secret, whose letters would be keys', { events, webhooks: { secrets: webhookSecret } }, /list/],
    ['no list', { events, webhooks: {} }, /list/],
    ['no tolerance', { events, webhooks: { secrets: [webhookSecret], toleranceMs: 0 } }, /toleranceMs/],
    [
      'endless tolerance',
      { events, webhooks: { secrets: [webhookSecret], toleranceMs: NaN } },
      /toleranceMs/,
    ],
  ])('refuses %s', (_, settings, message) => {
    const construct = () => createWorkos({ ...keys, ...(settings as object) } as never);
    expect(construct).toThrow(expect.objectContaining({ code: 'invalid_argument', provider: 'workos' }));
    expect(construct).toThrow(message);
    expect(construct).not.toThrow(/0FWAiVGkEfGBqqsJH4aNAGBJ4/);
  });
});

describe('the signature', () => {
  const vector = {
    secret: 'whsec_emulator_example_secret',
    at: 1767267099257,
    body: '{"id":"event_01KDWPGHJ0ABCDEFGHJKMNPQRS","event":"connection.activated","data":{"object":"connection","id":"conn_01KDWPFTR4ABCDEFGHJKMNPQRS","name":"Café Corp"},"created_at":"2026-01-01T11:31:39.257Z"}',
    v1: '9869bb319ec4463d4ef58a102cfda45c046769c874154446457881c355a2903c',
  };
  const { webhooks: facet } = createWorkos({ ...keys, events, webhooks: { secrets: [vector.secret] } });
  const verify = (header: string | readonly string[], text = vector.body, receivedAt = vector.at) =>
    facet.verify(delivery(header, text, receivedAt));

  function reasonOf(action: () => unknown): string {
    try {
      action();
    } catch (error) {
      return (error as WebhookRefusedError).reason;
    }
    return 'accepted';
  }

  it('fits the test vector', () => {
    expect(verify(`t=${vector.at}, v1=${vector.v1}`).payload).toEqual(JSON.parse(vector.body));
  });

  it.each([
    ['no space', `t=${vector.at},v1=${vector.v1}`],
    ['another order', `v1=${vector.v1}, t=${vector.at}`],
    ['an unknown element', `t=${vector.at}, v1=${vector.v1}, v0=abc, flag`],
    ['two signatures, of which the second fits', `t=${vector.at}, v1=${'0'.repeat(64)}, v1=${vector.v1}`],
    ['two signatures, of which the first is none', `t=${vector.at}, v1=zz, v1=${vector.v1}`],
  ])('is accepted with %s', (_, header) => {
    expect(reasonOf(() => verify(header))).toBe('accepted');
  });

  it.each([
    ['no header', [], 'signature_missing'],
    ['an empty header', '', 'signature_malformed'],
    ['no time', `v1=${vector.v1}`, 'signature_malformed'],
    ['no signature', `t=${vector.at}`, 'signature_malformed'],
    ['two times', `t=${vector.at}, t=1, v1=${vector.v1}`, 'signature_malformed'],
    ['two headers', [`t=${vector.at}, v1=${vector.v1}`, `t=${vector.at}`], 'signature_malformed'],
    ['a short signature', `t=${vector.at}, v1=${vector.v1.slice(2)}`, 'signature_malformed'],
    ['capitals', `t=${vector.at}, v1=${vector.v1.toUpperCase()}`, 'signature_malformed'],
    [
      'base64',
      `t=${vector.at}, v1=${Buffer.from(vector.v1, 'hex').toString('base64')}`,
      'signature_malformed',
    ],
    ['another version alone', `t=${vector.at}, v2=${vector.v1}`, 'signature_malformed'],
    ['a time that is no number', `t=NaN, v1=${vector.v1}`, 'timestamp_malformed'],
    ['a time in seconds', `t=${Math.floor(vector.at / 1000)}, v1=${vector.v1}`, 'timestamp_too_old'],
    ['another signature', `t=${vector.at}, v1=${'0'.repeat(64)}`, 'signature_mismatch'],
    ['another time', `t=${vector.at + 1}, v1=${vector.v1}`, 'signature_mismatch'],
  ])('is refused with %s', (_, header, reason) => {
    expect(reasonOf(() => verify(header))).toBe(reason);
  });

  it.each([
    [-300_001, 'timestamp_in_the_future'],
    [-300_000, 'accepted'],
    [300_000, 'accepted'],
    [300_001, 'timestamp_too_old'],
  ])('%s ms after it was made: %s', (age, reason) => {
    const header = `t=${vector.at}, v1=${vector.v1}`;
    expect(reasonOf(() => verify(header, vector.body, vector.at + age))).toBe(reason);
  });

  it('covers the bytes', () => {
    const header = `t=${vector.at}, v1=${vector.v1}`;
    expect(reasonOf(() => verify(header, `${vector.body}\n`))).toBe('signature_mismatch');
    expect(reasonOf(() => verify(header, vector.body.normalize('NFD')))).toBe('signature_mismatch');
  });

  it('takes the secret as displayed: neither without its prefix nor decoded', async () => {
    const bare = webhookSecret.slice('whsec_'.length);
    expect(await webhooks().receive(signed(body))).toMatchObject({ id: 'event_1' });
    expect(await failureOf(webhooks().receive(signed(body, { secret: bare })))).toMatchObject({
      reason: 'signature_mismatch',
    });
  });

  it('may be made with any of several secrets', async () => {
    const rotating = webhooks({ secrets: ['whsec_old', webhookSecret] });
    expect(await rotating.receive(signed(body))).toMatchObject({ id: 'event_1' });
    expect(await rotating.receive(signed(body, { secret: 'whsec_old' }))).toMatchObject({ id: 'event_1' });
  });

  it('is not the scheme of Standard Webhooks', async () => {
    const { headers } = signed(body);
    const [, v1 = ''] = headers['WorkOS-Signature'].split('v1=');
    const standard = {
      'webhook-id': 'event_1',
      'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
      'webhook-signature': `v1,${Buffer.from(v1, 'hex').toString('base64')}`,
    };
    expect(await failureOf(webhooks().receive({ headers: standard, body }))).toMatchObject({
      reason: 'signature_missing',
    });
  });

  it('may be as old as the settings say', async () => {
    const strict = webhooks({ toleranceMs: 1000 });
    expect(await failureOf(strict.receive(signed(body, { at: Date.now() - 5000 })))).toMatchObject({
      reason: 'timestamp_too_old',
    });
  });

  it.each([
    ['no JSON', '{'],
    ['prototype keys', '{"id":"e","event":"x","__proto__":{"admin":true}}'],
  ])('does not make %s acceptable', async (_, text) => {
    expect(await failureOf(webhooks().receive(signed(text)))).toMatchObject({ reason: 'body_malformed' });
  });
});

describe('delivered by WorkOS', () => {
  const workos = useWorkos();
  const closers: (() => void)[] = [];
  afterEach(() => closers.splice(0).forEach((close) => close()));

  /** An endpoint of an app; answers what it was sent. */
  async function listen() {
    const outcomes: (SsoEvent | string)[] = [];
    const receive = async (request: IncomingMessage): Promise<SsoEvent | string> =>
      webhooks()
        .receive(request)
        .catch((error: WebhookRefusedError) => error.reason);
    const server = createServer(async (request, response) => {
      const outcome = await receive(request);
      outcomes.push(outcome);
      response.writeHead(typeof outcome === 'string' ? 400 : 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`;
    await workos.emulator.control.createWebhookEndpoint({ url, secret: webhookSecret });
    return outcomes;
  }

  it('tells the same as the stream', async () => {
    const outcomes = await listen();
    const { control } = workos.emulator;
    const directory = await control.createDirectory({
      organizationId: workos.organization('Acme Corp'),
      name: 'People',
      identityProvider: 'okta',
      users: [{ id: 'ada', email: 'ada@acme.example', firstName: 'Ada', lastName: 'Lovelace' }],
      groups: [{ id: 'eng', name: 'Engineering', members: ['ada'] }],
    });
    await control.updateDirectoryUser(directory.id, 'ada', { title: 'Countess' });
    await control.removeDirectoryMember(directory.id, 'eng', 'ada');
    await control.deleteDirectory(directory.id);
    await control.flushWebhooks();
    const sso = createSso({ provider: createWorkos({ ...workos.settings(), events }) });
    const { events: pulled } = await sso.events.pull({
      cursor: null,
      since: new Date(Date.now() - 60_000).toISOString(),
    });
    const own = pulled.slice(-outcomes.length).map((event) => ({ ...event, environment: 'client_1' }));
    expect(outcomes.map((outcome) => (typeof outcome === 'string' ? outcome : outcome.type))).toEqual([
      'directory.activated',
      'directory.user.created',
      'directory.group.created',
      'directory.group.user_added',
      'directory.user.updated',
      'directory.group.user_removed',
      'directory.deleted',
    ]);
    expect(outcomes).toEqual(own);
  });

  it.each([
    ['skew', 'timestamp_too_old'],
    ['bad_signature', 'signature_mismatch'],
    ['reencode', 'signature_mismatch'],
    ['oversize', 'body_too_large'],
  ] as const)('refuses %s: %s', async (kind, reason) => {
    const outcomes = await listen();
    const { control } = workos.emulator;
    await control.addEventFault({ kind });
    await control.sendTestEvent('dsync.user.created');
    await control.flushWebhooks();
    expect(outcomes).toContain(reason);
  });

  it.each(['connection.activated', 'dsync.activated', 'dsync.user.deleted', 'dsync.group.user_added'])(
    'reads the dashboard’s test event %s',
    async (type) => {
      const outcomes = await listen();
      await workos.emulator.control.sendTestEvent(type);
      await workos.emulator.control.flushWebhooks();
      expect(outcomes).toMatchObject([{ type: expect.not.stringMatching('unrecognized') }]);
    },
  );
});
