import { createHmac } from 'node:crypto';
import { inspect } from 'node:util';
import { createSso, hasFacet, SsoError, WebhookRefusedError, type SsoEvent } from '@org/sso-core';
import { createScalekit, type ScalekitWebhookSettings } from '@org/sso-scalekit';
import { describe, expect, it } from 'vitest';
import { signed, startVendor, useScalekit, webhookSecret } from './support.js';

const settings = {
  environmentUrl: 'https://acme.scalekit.dev',
  clientId: 'skc_1',
  clientSecret: 'test_secret',
};

function create(webhooks: ScalekitWebhookSettings) {
  return createScalekit({ ...settings, webhooks });
}

const signedAt = 1_700_000_000_000;
const vectorBody = '{"type":"organization.sso_enabled","data":{"id":"conn_1"}}';
const vectorSignature = 'v1,fpmhZ01CeR+Ndm5W0bt+iDpAkxpYH4oFJvuNBIheToc=';

interface Sent {
  readonly id?: string | string[];
  readonly timestamp?: string | string[];
  readonly signature?: string | string[];
  readonly body?: string;
  readonly receivedAt?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Verifies the reference delivery with changes, under the second reference secret. */
function verify(sent: Sent = {}, secrets: readonly string[] = [webhookSecret], toleranceMs?: number) {
  const headers: Record<string, string | string[] | undefined> = sent.headers ?? {
    'webhook-id': sent.id ?? 'msg_1',
    'webhook-timestamp': sent.timestamp ?? '1700000000',
    'webhook-signature': sent.signature ?? vectorSignature,
  };
  return create({ secrets, ...(toleranceMs && { toleranceMs }) }).webhooks.verify({
    headers: (name) => [headers[name] ?? []].flat(),
    body: Buffer.from(sent.body ?? vectorBody),
    receivedAt: sent.receivedAt ?? signedAt,
  });
}

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof WebhookRefusedError) return error.reason;
    throw error;
  }
  return 'accepted';
}

describe('signing secrets', () => {
  it.each([
    ['whsec_dGVzdHNlY3JldA==', 'v1,fe+bM0d7tb3M3ojwZXn9x4UUxgv/aDDpvuxONie76zk='],
    [webhookSecret, vectorSignature],
    ['whsec_+/+/AAECAwQ=', 'v1,6FkMcM4AdkMTGHZopY3KK4bXKlYu8ypJO0jZXALKeYI='],
    ['whsec_a-_b-_c-', 'v1,UsAtLu7Gu/ZnwOv8i9mRDttfr56PPiX5koV+cgm91+A='],
    // Neither the prefix nor padding is looked at.
    ['foo_dGVzdHNlY3JldA', 'v1,fe+bM0d7tb3M3ojwZXn9x4UUxgv/aDDpvuxONie76zk='],
  ])('reference vector of %s', (secret, signature) => {
    expect(verify({ signature }, [secret]).payload).toEqual(JSON.parse(vectorBody));
  });

  it('are not cut at a further "_", as the official SDK for Node does', () => {
    const signature = 'v1,FvRRytCVNNPnw/25OZ6eDHHKBI8woefhW4pRw+jaU2k=';
    expect(refusalOf(() => verify({ signature }, ['whsec_a-_b-_c-']))).toBe('signature_mismatch');
  });

  it('any of several fits, in any order', () => {
    const other = 'whsec_dGVzdHNlY3JldA==';
    expect(refusalOf(() => verify({}, [other, webhookSecret]))).toBe('accepted');
    expect(refusalOf(() => verify({}, [webhookSecret, other]))).toBe('accepted');
    expect(refusalOf(() => verify({}, [other]))).toBe('signature_mismatch');
  });

  it.each<[string, unknown]>([
    ['no secrets', { secrets: [] }],
    ['an empty secret', { secrets: [''] }],
    ['one empty among others', { secrets: [webhookSecret, ''] }],
    ['a secret without a prefix', { secrets: ['canaryAAECAwQFBgc='] }],
    ['nothing behind the prefix', { secrets: ['whsec_'] }],
    ['padding only', { secrets: ['whsec_=='] }],
    ['text that is not base64', { secrets: ['whsec_canary secret!'] }],
    ['base64 of impossible length', { secrets: ['whsec_canar'] }],
    ['padding in the middle', { secrets: ['whsec_AA==canary'] }],
    ['too much padding', { secrets: ['whsec_AAECAw==='] }],
    ['something that is no string', { secrets: [undefined] }],
    ['no list', { secrets: 'whsec_AAECAwQ=' }],
    ['nothing at all', {}],
    ['a tolerance of zero', { secrets: [webhookSecret], toleranceMs: 0 }],
    ['a tolerance without end', { secrets: [webhookSecret], toleranceMs: Infinity }],
  ])('%s: refused at construction, without showing it', (_, webhooks) => {
    const error = (() => {
      try {
        return create(webhooks as ScalekitWebhookSettings);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(SsoError.isInstance(error) && error.code).toBe('invalid_argument');
    expect(inspect(error) + JSON.stringify(error)).not.toContain('canary');
  });

  it('are not shown by the provider', () => {
    const provider = create({ secrets: [webhookSecret] });
    const shown = inspect(provider, { depth: 10, showHidden: true }) + JSON.stringify(provider);
    expect(shown).not.toContain(webhookSecret.slice('whsec_'.length));
  });

  it('without the option there is no facet', () => {
    const provider = createScalekit(settings);
    expect(provider).not.toHaveProperty('webhooks');
    expect(hasFacet({ provider }, 'webhooks')).toBe(false);
    expect(hasFacet({ provider: create({ secrets: [webhookSecret] }) }, 'webhooks')).toBe(true);
  });
});

describe('signatures', () => {
  const bad = `v1,${'A'.repeat(43)}=`;

  it.each([
    ['several, the last good', `${bad} ${vectorSignature}`],
    ['another version first', `v2,abc ${vectorSignature}`],
    ['a malformed one first', `v1,!!! ${vectorSignature}`],
    ['an asymmetric one first', `v1a,${'B'.repeat(88)} ${vectorSignature}`],
  ])('accepted: %s', (_, signature) => {
    expect(refusalOf(() => verify({ signature }))).toBe('accepted');
  });

  it.each([
    ['none', { headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': '1700000000' } }, 'signature_missing'],
    ['an empty one', { signature: '' }, 'signature_missing'],
    [
      'no id',
      { headers: { 'webhook-timestamp': '1700000000', 'webhook-signature': vectorSignature } },
      'signature_missing',
    ],
    [
      'no timestamp',
      { headers: { 'webhook-id': 'msg_1', 'webhook-signature': vectorSignature } },
      'signature_missing',
    ],
    ['two headers, joined', { signature: `${vectorSignature}, ${vectorSignature}` }, 'signature_malformed'],
    ['two ids, joined', { id: 'msg_1, msg_1' }, 'signature_malformed'],
    ['two timestamps, joined', { timestamp: '1700000000, 1700000000' }, 'signature_malformed'],
    ['two headers', { signature: [vectorSignature, vectorSignature] }, 'signature_malformed'],
    ['two ids', { id: ['msg_1', 'msg_1'] }, 'signature_malformed'],
    ['two timestamps', { timestamp: ['1700000000', '1700000001'] }, 'signature_malformed'],
    ['without version', { signature: vectorSignature.slice(3) }, 'signature_malformed'],
    ['of another version only', { signature: vectorSignature.replace('v1', 'v2') }, 'signature_malformed'],
    ['cut off', { signature: vectorSignature.slice(0, -4) }, 'signature_malformed'],
    ['with a character more', { signature: `${vectorSignature}A` }, 'signature_malformed'],
    ['of another key', { signature: bad }, 'signature_mismatch'],
    ['of another message', { id: 'msg_2' }, 'signature_mismatch'],
    ['of another time', { timestamp: '1700000001' }, 'signature_mismatch'],
    ['of another body', { body: vectorBody.replace('conn_1', 'conn_2') }, 'signature_mismatch'],
    [
      'of the same JSON in other bytes',
      { body: vectorBody.replace('"data"', ' "data"') },
      'signature_mismatch',
    ],
  ] satisfies [string, Sent, string][])('refused: %s', (_, sent, reason) => {
    expect(refusalOf(() => verify(sent))).toBe(reason);
  });

  /** Three pages of the documentation describe schemes nobody sends. */
  it.each([
    [
      'hex in one header, keyed with the secret’s text',
      {
        signature: `t=1700000000,v1=${createHmac('sha256', webhookSecret).update(`1700000000.${vectorBody}`).digest('hex')}`,
      },
      'signature_malformed',
    ],
    [
      'a scalekit-signature header',
      {
        headers: {
          'scalekit-signature': createHmac('sha256', webhookSecret).update(vectorBody).digest('hex'),
        },
      },
      'signature_missing',
    ],
    [
      'base64 keyed with the secret’s text',
      {
        signature: `v1,${createHmac('sha256', webhookSecret).update(`msg_1.1700000000.${vectorBody}`).digest('base64')}`,
      },
      'signature_mismatch',
    ],
  ] satisfies [string, Sent, string][])('refused: %s', (_, sent, reason) => {
    expect(refusalOf(() => verify(sent))).toBe(reason);
  });
});

describe('timestamps', () => {
  it.each([
    [300_000, 'accepted'],
    [300_001, 'timestamp_too_old'],
    [-300_000, 'accepted'],
    [-300_001, 'timestamp_in_the_future'],
  ])('%i ms old: %s', (age, outcome) => {
    expect(refusalOf(() => verify({ receivedAt: signedAt + age }))).toBe(outcome);
  });

  it('the tolerance is an option', () => {
    expect(refusalOf(() => verify({ receivedAt: signedAt + 1001 }, [webhookSecret], 1000))).toBe(
      'timestamp_too_old',
    );
  });

  it.each(['soon', '1700000000.0', '01700000000', '-1700000000', '1.7e9', ' 1700000000', 'NaN'])(
    '"%s" is malformed, however it is signed',
    (timestamp) => {
      const key = Buffer.from(webhookSecret.slice('whsec_'.length), 'base64');
      const mac = createHmac('sha256', key).update(`msg_1.${timestamp}.${vectorBody}`).digest('base64');
      expect(refusalOf(() => verify({ timestamp, signature: `v1,${mac}` }))).toBe('timestamp_malformed');
    },
  );
});

it.each(['not json', '{"__proto__":{"id":"evt_1"}}', '['.repeat(100) + ']'.repeat(100)])(
  'a signed body that is no harmless JSON is refused: %s',
  (body) => {
    const { headers } = signed(body);
    const { webhooks } = create({ secrets: [webhookSecret] });
    const reason = refusalOf(() =>
      webhooks.verify({
        headers: (name) => [headers[name] ?? []].flat(),
        body: Buffer.from(body),
        receivedAt: Date.now(),
      }),
    );
    expect(reason).toBe('body_malformed');
  },
);

describe('deliveries of the emulator', () => {
  const scalekit = useScalekit({ webhooks: { automatic: false } });

  /** An endpoint of the app, registered at the emulator; what it received, and why it refused. */
  async function listen() {
    const received: SsoEvent[] = [];
    const refused: string[] = [];
    const secrets: string[] = [];
    const url = await startVendor(async (request, response) => {
      const sso = createSso({ provider: create({ secrets }) });
      try {
        received.push(await sso.webhooks.receive(request));
        response.writeHead(204).end();
      } catch (error) {
        refused.push(error instanceof WebhookRefusedError ? error.reason : String(error));
        response.writeHead(401).end();
      }
    });
    secrets.push((await scalekit.emulator.control.createWebhookEndpoint({ url })).secret);
    return { received, refused, flush: () => scalekit.emulator.control.flushWebhooks() };
  }

  it('every change of a directory arrives as the event it is', async () => {
    const { control } = scalekit.emulator;
    const { received, refused, flush } = await listen();
    const directory = scalekit.directory('Acme Okta Directory');
    const user = await control.createDirectoryUser(directory, {
      id: '00u1cleo',
      email: 'cleo@acme.example',
      groups: ['Engineering'],
    });
    await control.updateDirectoryUser(directory, user.id, { active: false });
    await control.deleteDirectoryUser(directory, user.id);
    await control.updateDirectory(directory, { enabled: false });
    await flush();
    expect(refused).toEqual([]);
    expect(received.map(({ type }) => type)).toEqual([
      'directory.user.created',
      'directory.user.updated',
      'directory.user.updated',
      'directory.user.deleted',
      'directory.deactivated',
    ]);
    const [created, joined, deactivated] = received;
    expect(new Set(received.slice(0, 4).map(({ subject }) => subject))).toEqual(
      new Set([`directory_user:${user.id}`]),
    );
    expect(created).toMatchObject({ data: { user: { idpId: '00u1cleo', status: 'active', groups: [] } } });
    expect(joined).toMatchObject({ data: { user: { groups: [{ name: 'Engineering' }] } } });
    expect(deactivated).toMatchObject({ data: { user: { status: 'inactive' } } });
  });

  it.each([
    ['bad_signature', 'signature_mismatch'],
    ['reencode', 'signature_mismatch'],
    ['skew', 'timestamp_too_old'],
    ['oversize', 'body_too_large'],
  ] as const)('%s is refused once, and its next attempt accepted', async (kind, reason) => {
    const { received, refused, flush } = await listen();
    await scalekit.emulator.control.addEventFault({ kind });
    await scalekit.emulator.control.sendTestEvent('organization.sso_enabled');
    await flush();
    expect([refused, received]).toEqual([[reason], []]);
    await flush();
    expect(received).toHaveLength(1);
  });

  it('every type the emulator knows has the id and time of its payload', async () => {
    const { control } = scalekit.emulator;
    const { received, flush } = await listen();
    await control.sendTestEvent('user.login');
    await control.sendTestEvent('organization.domain_created');
    await control.emitEvent({ type: 'organization.sso_renamed', data: { id: 'conn_1' } });
    await flush();
    expect(received.map(({ type }) => type)).toEqual([
      'authentication.succeeded',
      'domain.created',
      'unrecognized',
    ]);
    expect(JSON.stringify(received)).not.toContain('sample-txt-record-secret');
    const deliveries = await control.webhookDeliveries();
    expect(received.map(({ id }) => id)).toEqual(deliveries.map(({ eventId }) => eventId));
  });
});
