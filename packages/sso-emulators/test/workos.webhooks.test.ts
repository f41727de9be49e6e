import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { WorkosEmulatorOptions } from '@org/sso-emulators';
import { workosSignature } from '../src/workos/webhooks.js';
import { receive, type Received } from './receiver.js';
import { call, workos } from './support.js';

const clock = '2026-01-01T11:31:39.257Z';

/** An emulator whose webhooks go out on `flush` only, and one endpoint for everything. */
async function start(options: WorkosEmulatorOptions = {}) {
  const emulator = await workos({ clock, webhooks: { automatic: false }, ...options });
  const receiver = await receive();
  const { id, secret } = await emulator.control.createWebhookEndpoint({ url: receiver.url });
  const emit = async (...names: readonly string[]) => {
    for (const event of names) await emulator.control.emitEvent({ event });
  };
  return { emulator, control: emulator.control, receiver, id, secret, types: receiver.types, emit };
}

/** The signature as the document describes it, split the way its readers do. */
function signature({ headers }: Received): { t: string; v1: string } {
  const parts = String(headers['workos-signature']).split(',');
  const [t = '', v1 = ''] = parts.map((part) => part.trim().split('=')[1]);
  return { t, v1 };
}

function isSigned(webhook: Received, secret: string): boolean {
  const { t, v1 } = signature(webhook);
  return v1 === createHmac('sha256', Buffer.from(secret)).update(`${t}.${webhook.text}`).digest('hex');
}

describe('the signature', () => {
  it('is that of the test vector', () => {
    const body =
      '{"id":"event_01KDWPGHJ0ABCDEFGHJKMNPQRS","event":"connection.activated","data":{"object":"connection","id":"conn_01KDWPFTR4ABCDEFGHJKMNPQRS","name":"Café Corp"},"created_at":"2026-01-01T11:31:39.257Z"}';
    expect(Buffer.byteLength(body)).toBe(202);
    expect(workosSignature('whsec_emulator_example_secret', 1_767_267_099_257, body)).toBe(
      't=1767267099257, v1=9869bb319ec4463d4ef58a102cfda45c046769c874154446457881c355a2903c',
    );
  });

  it('covers the raw body, with milliseconds and the secret as shown', async () => {
    const { emulator, control, receiver, secret } = await start();
    await call(emulator, 'POST', '/organizations', { name: 'Café Corp' });
    expect(await control.flushWebhooks()).toEqual({ attempted: 1, succeeded: 1, waiting: 0 });
    const [webhook] = receiver.received;
    expect(secret).toMatch(/^whsec_\w{25}$/);
    expect(webhook?.headers['workos-signature']).toMatch(/^t=1767267099257, v1=[0-9a-f]{64}$/);
    expect(webhook?.headers['content-type']).toBe('application/json');
    expect(webhook && isSigned(webhook, secret)).toBe(true);
    expect(webhook && isSigned(webhook, secret.replace('whsec_', ''))).toBe(false);
    const { body } = await call(emulator, 'GET', '/events?events=organization.created');
    expect(webhook?.body).toEqual(body.data[0]);
  });
});

describe('/webhook_endpoints', () => {
  const endpoint = { endpoint_url: 'https://app.example/webhooks', events: ['dsync.user.created'] };

  it('creates, lists, changes and deletes', async () => {
    const emulator = await workos({ clock });
    const created = await call(emulator, 'POST', '/webhook_endpoints', endpoint);
    expect([created.status, created.body]).toEqual([
      201,
      {
        object: 'webhook_endpoint',
        id: expect.stringMatching(/^we_/),
        secret: expect.stringMatching(/^whsec_/),
        status: 'enabled',
        ...endpoint,
        created_at: clock,
        updated_at: clock,
      },
    ]);
    expect((await call(emulator, 'GET', '/webhook_endpoints')).body.data).toEqual([created.body]);
    const path = `/webhook_endpoints/${created.body.id}`;
    const changed = await call(emulator, 'PATCH', path, { status: 'disabled', events: ['user.created'] });
    expect([changed.status, changed.body]).toEqual([
      200,
      { ...created.body, status: 'disabled', events: ['user.created'] },
    ]);
    expect((await call(emulator, 'DELETE', path)).status).toBe(204);
    const missing = await call(emulator, 'DELETE', path);
    expect([missing.status, missing.body]).toMatchObject([
      404,
      { code: 'entity_not_found', entity_id: created.body.id },
    ]);
    expect((await call(emulator, 'GET', path)).status).toBe(404);
  });

  it('refuses what the document refuses', async () => {
    const emulator = await workos();
    const post = async (body: object) => {
      const answer = await call(emulator, 'POST', '/webhook_endpoints', body);
      return [answer.status, answer.body];
    };
    await post(endpoint);
    expect(await post(endpoint)).toEqual([
      409,
      { code: 'duplicate_endpoint', message: 'Request could not be processed.' },
    ]);
    for (const endpoint_url of ['nowhere', 'http://app.example/webhooks', 'ftp://app.example']) {
      expect(await post({ ...endpoint, endpoint_url })).toEqual([
        422,
        { code: 'invalid_url', message: 'Request could not be processed.' },
      ]);
    }
    for (const events of [['dsync.token.created'], ['nothing.happened'], [7]]) {
      expect(await post({ ...endpoint, events })).toEqual([
        422,
        {
          code: 'invalid_request_parameters',
          message: 'Validation failed',
          errors: [{ code: 'unknown_event_type', message: 'Invalid enum value.' }],
        },
      ]);
    }
    expect((await post({}))[1].errors).toHaveLength(2);
  });

  it('gets the events it wants while it is enabled', async () => {
    const { emulator, control } = await start();
    const receiver = await receive();
    const body = { endpoint_url: receiver.url, events: ['organization.deleted'] };
    const { id } = (await call(emulator, 'POST', '/webhook_endpoints', body)).body;
    const organization = async () => {
      const created = await call(emulator, 'POST', '/organizations', { name: 'Initech' });
      await call(emulator, 'DELETE', `/organizations/${created.body.id}`);
      await control.flushWebhooks();
    };
    await organization();
    await call(emulator, 'PATCH', `/webhook_endpoints/${id}`, { status: 'disabled' });
    await organization();
    expect(receiver.received.map((webhook) => webhook.body.event)).toEqual(['organization.deleted']);
  });
});

describe('deliveries', () => {
  it('go out by themselves, in order of creation', async () => {
    const { control, types, emit } = await start({ webhooks: {} });
    await emit('a.1', 'a.2', 'a.3', 'a.4');
    await control.flushWebhooks();
    expect(types()).toEqual(['a.1', 'a.2', 'a.3', 'a.4']);
  });

  it('are tried again, signed anew, while newer events go ahead', async () => {
    const { control, receiver, secret, types, emit } = await start();
    receiver.statuses.push(500, 302);
    await emit('a.1', 'a.2', 'a.3');
    expect(await control.flushWebhooks()).toEqual({ attempted: 3, succeeded: 1, waiting: 2 });
    await control.advanceClock(1000);
    await emit('a.4');
    expect(await control.flushWebhooks()).toEqual({ attempted: 3, succeeded: 3, waiting: 0 });
    // Retries are due later than what has just happened.
    expect(types()).toEqual(['a.1', 'a.2', 'a.3', 'a.4', 'a.1', 'a.2']);
    const [first, , , , again] = receiver.received;
    expect(again?.text).toBe(first?.text);
    expect([first, again].map((webhook) => webhook && signature(webhook).t)).toEqual([
      '1767267099257',
      '1767267100257',
    ]);
    expect(receiver.received.every((webhook) => isSigned(webhook, secret))).toBe(true);
    const [log] = await control.webhookDeliveries();
    expect(log).toMatchObject({
      eventType: 'a.1',
      state: 'succeeded',
      attempts: [{ status: 500 }, { status: 200, at: '2026-01-01T11:31:40.257Z' }],
    });
  });

  it('fail after six retries', async () => {
    const { control, receiver, emit } = await start();
    receiver.statuses.push(...Array.from({ length: 7 }, () => 503));
    await emit('a.1');
    for (let turn = 0; turn < 9; turn += 1) await control.flushWebhooks();
    expect(receiver.received).toHaveLength(7);
    expect(await control.webhookDeliveries()).toMatchObject([{ state: 'failed' }]);
  });

  it('are tried again by themselves, sooner where the test wants it', async () => {
    const { control, receiver, emit } = await start({ webhooks: { retryScale: 1e-6 } });
    receiver.statuses.push(500, 500);
    await emit('a.1');
    await expect.poll(() => receiver.received.length).toBe(3);
    await expect.poll(async () => (await control.webhookDeliveries())[0]?.state).toBe('succeeded');
  });

  it('survive endpoints that are away or too slow', async () => {
    const { control, receiver, emit } = await start({ webhooks: { automatic: false, timeoutMs: 50 } });
    receiver.statuses.push(null);
    await control.createWebhookEndpoint({ url: 'http://127.0.0.1:9/' });
    await emit('a.1');
    expect(await control.flushWebhooks()).toEqual({ attempted: 2, succeeded: 0, waiting: 2 });
    const attempts = (await control.webhookDeliveries()).flatMap((delivery) => delivery.attempts);
    expect(attempts).toMatchObject([
      { status: null, error: expect.stringContaining('timeout') },
      { status: null, error: expect.any(String) },
    ]);
  });

  it('end with their endpoint', async () => {
    const { control, receiver, id, emit } = await start();
    await emit('a.1');
    await control.deleteWebhookEndpoint(id);
    expect(await control.flushWebhooks()).toEqual({ attempted: 0, succeeded: 0, waiting: 0 });
    expect(receiver.received).toEqual([]);
    await expect(control.deleteWebhookEndpoint(id)).rejects.toThrow('There is no webhook endpoint');
  });

  it('are forgotten by a reset', async () => {
    const { control, receiver, emit } = await start();
    await emit('a.1');
    await control.reset();
    await emit('a.2');
    await control.flushWebhooks();
    expect([receiver.received, await control.webhookDeliveries()]).toEqual([[], []]);
  });
});

describe('event faults', () => {
  it('duplicate, under the same event id', async () => {
    const { control, receiver, emit } = await start();
    await control.addEventFault({ kind: 'duplicate' });
    await emit('a.1', 'a.2');
    await control.flushWebhooks();
    const ids = receiver.received.map(({ body }) => body.id);
    expect(ids).toEqual([ids[0], ids[0], ids[2]]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('reorder with a seed, the same way every time', async () => {
    const order = async (seed: number) => {
      const { control, types, emit } = await start({ webhooks: {} });
      await control.addEventFault({ kind: 'reorder', times: 6, seed });
      await emit('a.1', 'a.2', 'a.3', 'a.4', 'a.5');
      expect(types()).toEqual([]);
      await emit('a.6', 'a.7');
      await control.flushWebhooks();
      return types();
    };
    const shuffled = await order(1);
    const inOrder = ['a.1', 'a.2', 'a.3', 'a.4', 'a.5', 'a.6', 'a.7'];
    expect(shuffled).toHaveLength(inOrder.length);
    expect(new Set(shuffled)).toEqual(new Set(inOrder));
    expect(shuffled).not.toEqual(inOrder);
    expect(shuffled[6]).toBe('a.7');
    expect(await order(1)).toEqual(shuffled);
    expect(await order(2)).not.toEqual(shuffled);
  });

  it('release what is held back when flushed', async () => {
    const { control, types, emit } = await start();
    await control.addEventFault({ kind: 'reorder', times: 10 });
    await emit('a.1', 'a.2');
    await control.flushWebhooks();
    expect(new Set(types())).toEqual(new Set(['a.1', 'a.2']));
  });

  it('delay, so that a newer event arrives first', async () => {
    const { control, receiver, types, emit } = await start({ webhooks: {} });
    await control.addEventFault({ kind: 'delay', delayMs: 600_000 });
    await emit('a.1', 'a.2');
    await expect.poll(() => receiver.received.length).toBe(1);
    expect(types()).toEqual(['a.2']);
    await control.flushWebhooks();
    expect(types()).toEqual(['a.2', 'a.1']);
  });

  it('drop, which only the stream survives', async () => {
    const { emulator, control, types, emit } = await start();
    await control.addEventFault({ kind: 'drop' });
    await emit('a.1', 'a.2');
    await control.flushWebhooks();
    expect(types()).toEqual(['a.2']);
    expect((await control.webhookDeliveries())[0]).toMatchObject({ state: 'dropped', attempts: [] });
    expect((await call(emulator, 'GET', '/events?events=a.1')).body.data).toHaveLength(1);
  });

  it('spoil timestamp, signature and bytes of attempts', async () => {
    const { control, receiver, secret, emit } = await start();
    await control.addEventFault({ kind: 'skew', skewMs: 3_600_000 });
    await emit('a.skew');
    await control.flushWebhooks();
    await control.addEventFault({ kind: 'bad_signature' });
    await emit('a.bad');
    await control.flushWebhooks();
    await control.addEventFault({ kind: 'reencode' });
    await emit('a.reencoded');
    await control.flushWebhooks();
    await control.addEventFault({ kind: 'oversize' });
    await emit('a.large');
    await control.flushWebhooks();
    const [skewed, bad, reencoded, large] = receiver.received;
    if (!skewed || !bad || !reencoded || !large) throw new Error('a webhook is missing');
    expect([isSigned(skewed, secret), signature(skewed).t]).toEqual([true, '1767270699257']);
    expect([isSigned(bad, secret), signature(bad).v1.length]).toEqual([false, 64]);
    expect(isSigned(reencoded, secret)).toBe(false);
    expect(reencoded.body).toMatchObject({ event: 'a.reencoded', object: 'event' });
    expect(reencoded.text).toContain('\n');
    expect([isSigned(large, secret), large.text.length > 8 * 1024 * 1024]).toEqual([true, true]);
    expect(large.body.event).toBe('a.large');
    const faults = (await control.webhookDeliveries()).flatMap(({ attempts }) => attempts[0]?.faults);
    expect(faults).toEqual(['skew', 'bad_signature', 'reencode', 'oversize']);
  });

  it('are cleared, and refused when they make no sense', async () => {
    const { control, types, emit } = await start();
    await control.addEventFault({ kind: 'drop', times: 5 });
    await emit('a.1');
    await control.clearEventFaults();
    await emit('a.2');
    await control.flushWebhooks();
    expect(types()).toEqual(['a.2']);
    await expect(control.addEventFault({ kind: 'reorder', times: 1 })).rejects.toThrow('must be 2 or more');
    await expect(control.addEventFault({ kind: 'drop', times: 0 })).rejects.toThrow('must be 1 or more');
    await expect(control.addEventFault({ kind: 'explode' as 'drop' })).rejects.toThrow(
      'fault.kind must be one of',
    );
  });
});

describe('events sent by hand', () => {
  it('replay an event of the stream', async () => {
    const { emulator, control, receiver, types, emit } = await start();
    await emit('a.1', 'a.2');
    const { body } = await call(emulator, 'GET', '/events?events=a.1');
    await control.replayEvent(body.data[0].id);
    await control.flushWebhooks();
    expect(types()).toEqual(['a.1', 'a.2', 'a.1']);
    expect(receiver.received[2]?.text).toBe(receiver.received[0]?.text);
    await expect(control.replayEvent('event_0')).rejects.toThrow('There is no event event_0');
  });

  it('send the samples of the test button: ids nobody knows, outside the stream', async () => {
    const { emulator, control, receiver } = await start();
    await control.sendTestEvent();
    await control.sendTestEvent('dsync.user.updated');
    await control.flushWebhooks();
    expect(receiver.received.map(({ body }) => [body.event, body.data.id])).toEqual([
      ['connection.activated', 'conn_01EHWNC0FCBHZ3BJ7EGKYXK0E6'],
      ['dsync.user.updated', 'directory_user_01E1JG7J09H96KYP8HM9B0G5SJ'],
    ]);
    const { body } = await call(emulator, 'GET', '/events?events=connection.activated,dsync.user.updated');
    expect(body.data).toEqual([]);
    await expect(control.sendTestEvent('a.1')).rejects.toThrow('There is no sample of a.1');
  });
});
