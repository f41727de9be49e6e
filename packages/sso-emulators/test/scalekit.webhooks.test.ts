import { describe, expect, it } from 'vitest';
import type { ScalekitEmulatorOptions } from '../src/index.js';
import { signWebhook } from '../src/scalekit/webhook-signature.js';
import { receive } from './receiver.js';
import { start } from './scalekit-client.js';
import { expectedSignature, isSigned } from './scalekit-signature.js';

const vectors = [
  ['whsec_dGVzdHNlY3JldA==', 'v1,fe+bM0d7tb3M3ojwZXn9x4UUxgv/aDDpvuxONie76zk='],
  ['whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=', 'v1,fpmhZ01CeR+Ndm5W0bt+iDpAkxpYH4oFJvuNBIheToc='],
  ['whsec_+/+/AAECAwQ=', 'v1,6FkMcM4AdkMTGHZopY3KK4bXKlYu8ypJO0jZXALKeYI='],
  ['whsec_a-_b-_c-', 'v1,UsAtLu7Gu/ZnwOv8i9mRDttfr56PPiX5koV+cgm91+A='],
] as const;

/** An emulator whose webhooks go out on `flush` only, with one endpoint. */
async function world(options: ScalekitEmulatorOptions = {}, events?: readonly string[]) {
  const client = await start({ webhooks: { automatic: false }, ...options });
  const { control } = client.emulator;
  const receiver = await receive();
  const { id, secret } = await control.createWebhookEndpoint({
    url: receiver.url,
    ...(events && { events }),
  });
  const createOrganization = async (name: string): Promise<void> => {
    await client.call('POST', '/api/v1/organizations', { display_name: name });
  };
  return { ...client, control, receiver, endpointId: id, secret, createOrganization };
}

describe('signatures', () => {
  it.each(vectors)('of %s are those of the test vectors', (secret, signature) => {
    const body = '{"type":"organization.sso_enabled","data":{"id":"conn_1"}}';
    expect(signWebhook(secret, { id: 'msg_1', timestamp: 1_700_000_000, body })).toBe(signature);
    expect(expectedSignature(secret, 'msg_1', '1700000000', body)).toBe(signature);
  });

  it('cover the raw body with the id and the second of the attempt', async () => {
    const { control, receiver, secret, createOrganization } = await world({ clock: '2026-01-01T00:00:00Z' });
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
    await createOrganization('Acme Ünited');
    expect(await control.flushWebhooks()).toEqual({ attempted: 1, succeeded: 1, waiting: 0 });
    const [webhook] = receiver.received;
    expect(webhook?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': expect.stringMatching(/^msg_\w+$/),
      'webhook-timestamp': '1767225600',
    });
    expect(webhook && isSigned(webhook, secret)).toBe(true);
    expect(webhook && isSigned(webhook, 'whsec_AAAA')).toBe(false);
    expect(webhook?.headers['webhook-id']).not.toBe(webhook?.body.id);
  });

  it('use a given secret', async () => {
    const { control, createOrganization } = await world();
    const receiver = await receive();
    const secret = vectors[1][0];
    expect(await control.createWebhookEndpoint({ url: receiver.url, secret })).toMatchObject({ secret });
    await createOrganization('Initech');
    await control.flushWebhooks();
    expect(receiver.received.map((webhook) => isSigned(webhook, secret))).toEqual([true]);
  });
});

describe('bodies', () => {
  it('are compact JSON with sorted names, as the event list has them', async () => {
    const { call, control, receiver, createOrganization } = await world({
      clock: '2026-01-01T00:00:00.120Z',
    });
    await createOrganization('Initech');
    await control.flushWebhooks();
    const [event] = (await call('POST', '/api/v1/events', {})).body.events;
    const { id, environment_id: environmentId, organization_id: organizationId } = event;
    expect(receiver.received[0]?.text).toBe(
      `{"data":{"create_time":"2026-01-01T00:00:00.12Z","display_name":"Initech","external_id":null,"id":"${organizationId}","metadata":null,"region_code":"US","settings":{"features":[{"enabled":true,"name":"sso"},{"enabled":false,"name":"dir_sync"}]},"update_time":"2026-01-01T00:00:00.12Z"},"display_name":"Organization Created","environment_id":"${environmentId}","id":"${id}","object":"Organization","occurred_at":"2026-01-01T00:00:00.12Z","organization_id":"${organizationId}","spec_version":"1","type":"organization.created"}`,
    );
  });
});

describe('deliveries', () => {
  it('go out by themselves, in order of creation', async () => {
    const { control, receiver, createOrganization } = await world({ webhooks: {} });
    for (const name of ['One', 'Two', 'Three']) await createOrganization(name);
    await expect.poll(() => receiver.received.length).toBe(3);
    expect(receiver.received.map(({ body }) => body.data.display_name)).toEqual(['One', 'Two', 'Three']);
    expect((await control.webhookDeliveries()).map(({ state }) => state)).toEqual(Array(3).fill('succeeded'));
  });

  it('are only of the types an endpoint wants, and stop with the endpoint', async () => {
    const { call, control, receiver, endpointId, createOrganization } = await world({}, [
      'organization.updated',
    ]);
    await createOrganization('Initech');
    const { organization } = (await call('GET', '/api/v1/organizations:external/tenant_acme')).body;
    await call('PATCH', `/api/v1/organizations/${organization.id}`, { display_name: 'Acme Ltd' });
    await control.flushWebhooks();
    expect(receiver.types()).toEqual(['organization.updated']);
    await control.deleteWebhookEndpoint(endpointId);
    await call('PATCH', `/api/v1/organizations/${organization.id}`, { display_name: 'Acme Inc' });
    expect(await control.flushWebhooks()).toMatchObject({ attempted: 0 });
  });

  it('are tried again with the same message id and a new signature, also after a 4xx', async () => {
    const { control, receiver, secret, createOrganization } = await world({ clock: '2026-01-01T00:00:00Z' });
    receiver.statuses.push(500, 404, 302);
    await createOrganization('Initech');
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await control.flushWebhooks();
      await control.advanceClock(5000);
    }
    const { received } = receiver;
    expect(received).toHaveLength(4);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(received.map(({ headers }) => headers['webhook-timestamp'])).toEqual([
      '1767225600',
      '1767225605',
      '1767225610',
      '1767225615',
    ]);
    expect(received.every((webhook) => isSigned(webhook, secret))).toBe(true);
    const [delivery] = await control.webhookDeliveries();
    expect(delivery).toMatchObject({ state: 'succeeded', eventType: 'organization.created' });
    expect(delivery?.attempts.map(({ status }) => status)).toEqual([500, 404, 302, 200]);
  });

  it('end after eight attempts', async () => {
    const { control, receiver, createOrganization } = await world();
    receiver.statuses.push(...Array<number>(9).fill(503));
    await createOrganization('Initech');
    for (let attempt = 0; attempt < 8; attempt += 1) await control.flushWebhooks();
    expect(await control.flushWebhooks()).toEqual({ attempted: 0, succeeded: 0, waiting: 0 });
    expect((await control.webhookDeliveries()).map(({ state }) => state)).toEqual(['failed']);
    expect(receiver.received).toHaveLength(8);
  });

  it('are forgotten by a reset, with their endpoints', async () => {
    const { control, receiver, createOrganization } = await world();
    await createOrganization('Initech');
    await control.reset();
    await createOrganization('Umbrella');
    expect(await control.flushWebhooks()).toMatchObject({ attempted: 0 });
    expect(receiver.received).toEqual([]);
  });
});

describe('the event fault dial', () => {
  it('duplicates an event under another message id', async () => {
    const { control, receiver, secret, createOrganization } = await world();
    await control.addEventFault({ kind: 'duplicate' });
    await createOrganization('Initech');
    await control.flushWebhooks();
    const { received } = receiver;
    expect(received).toHaveLength(2);
    expect(new Set(received.map(({ text }) => text)).size).toBe(1);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
    expect(received.every((webhook) => isSigned(webhook, secret))).toBe(true);
  });

  it('reorders and drops', async () => {
    const { control, receiver, createOrganization } = await world();
    await control.addEventFault({ kind: 'reorder', times: 4, seed: 7 });
    for (const name of ['A', 'B', 'C', 'D']) await createOrganization(name);
    await control.addEventFault({ kind: 'drop' });
    for (const name of ['E', 'F']) await createOrganization(name);
    await control.flushWebhooks();
    const names = receiver.received.map(({ body }) => body.data.display_name);
    expect(names).not.toContain('E');
    expect(new Set(names)).toEqual(new Set(['A', 'B', 'C', 'D', 'F']));
    expect(names.filter((name) => name !== 'F')).not.toEqual(['A', 'B', 'C', 'D']);
  });

  it('spoils timestamp, signature and bytes', async () => {
    const { control, receiver, secret, createOrganization } = await world({ clock: '2026-01-01T00:00:00Z' });
    for (const kind of ['skew', 'bad_signature', 'reencode'] as const) {
      await control.addEventFault({ kind });
      await createOrganization('Initech');
      await control.flushWebhooks();
    }
    const [skewed, forged, reencoded] = receiver.received;
    expect(skewed?.headers['webhook-timestamp']).toBe('1767225000');
    expect([skewed, forged, reencoded].map((webhook) => webhook && isSigned(webhook, secret))).toEqual([
      true,
      false,
      false,
    ]);
    expect(reencoded?.body).toMatchObject({ type: 'organization.created' });
  });

  it('replays an event of the stream', async () => {
    const { call, control, receiver, createOrganization } = await world();
    await createOrganization('Initech');
    await control.flushWebhooks();
    const { id } = (await call('POST', '/api/v1/events', {})).body.events[0];
    await control.replayEvent(id);
    await control.flushWebhooks();
    expect(receiver.received.map(({ body }) => body.id)).toEqual([id, id]);
  });
});

describe('test events', () => {
  it('are examples of any type, outside the stream', async () => {
    const { call, control, receiver } = await world();
    await control.sendTestEvent('connected_account.status_updated');
    const sent = await call('POST', '/api/v1/webhooks/test-event/role.created');
    await control.flushWebhooks();
    expect(receiver.types()).toEqual(['connected_account.status_updated', 'role.created']);
    expect(sent.body).toEqual({ event_type: 'role.created', event_payload: receiver.received[1]?.body });
    expect(receiver.received[1]?.body).not.toHaveProperty('organization_id');
    expect((await call('POST', '/api/v1/events', {})).body.total_size).toBe(0);
    expect((await call('POST', '/api/v1/webhooks/test-event/user.created')).status).toBe(400);
    await expect(control.sendTestEvent('user.created')).rejects.toThrow('404');
  });
});
