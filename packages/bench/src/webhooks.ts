import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { createSso } from '@org/sso-core';
import type { WebhookDelivery } from '@org/sso-core/provider';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import { ScalekitClient } from '@scalekit-sdk/node';
import { WorkOS } from '@workos-inc/node';
import { cpuMs, medianOfRounds, printBudget, printTable } from './measure.js';

const rounds = 15;
const webhooksPerSample = 2000;
const sizes = [600, 4000] as const;

const workosSecret = 'whsec_bench0123456789bench';
const scalekitSecret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const environmentUrl = 'https://acme.scalekit.com';
const at = '2026-01-15T12:00:00.123Z';

/** A person with as many custom attributes as fill the body. */
function fill(size: number, payload: (attributes: Record<string, string>) => object): Buffer {
  const attributes: Record<string, string> = {};
  for (let index = 0; ; index += 1) {
    const body = Buffer.from(JSON.stringify(payload(attributes)));
    if (body.length >= size) return body;
    attributes[`attribute_${index}`] = 'v'.repeat(Math.min(24, Math.max(1, size - body.length - 20)));
  }
}

const payloads = {
  workos: (custom_attributes: object) => ({
    id: 'event_01H8M4RKY0JYJ3N3V8Q6B1T2C3',
    event: 'dsync.user.created',
    created_at: at,
    data: {
      object: 'directory_user',
      id: 'directory_user_01H8M4RKY0JYJ3N3V8Q6B1T2C4',
      directory_id: 'directory_01H8M4RKY0JYJ3N3V8Q6B1T2C5',
      organization_id: 'org_01H8M4RKY0JYJ3N3V8Q6B1T2C6',
      idp_id: '00u1ada',
      email: 'ada@acme.example',
      first_name: 'Ada',
      last_name: 'Adams',
      state: 'active',
      emails: [],
      custom_attributes,
      created_at: at,
      updated_at: at,
    },
  }),
  scalekit: (custom_attributes: object) => ({
    id: 'evt_88994411223344556',
    type: 'organization.directory.user_created',
    spec_version: '1',
    environment_id: 'env_88994411223344557',
    organization_id: 'org_88994411223344558',
    object: 'DirectoryUser',
    occurred_at: at,
    data: {
      id: 'diruser_88994411223344559',
      dp_id: '00u1ada',
      email: 'ada@acme.example',
      preferred_username: 'ada',
      given_name: 'Ada',
      family_name: 'Adams',
      name: 'Ada Adams',
      active: true,
      groups: [{ id: 'dirgroup_88994411223344560', name: 'Engineering' }],
      custom_attributes,
    },
  }),
};
type Vendor = keyof typeof payloads;

interface Signed {
  readonly body: Buffer;
  readonly prefix: string;
  readonly digest: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const keys = {
  workos: createSecretKey(Buffer.from(workosSecret)),
  scalekit: createSecretKey(Buffer.from(scalekitSecret.slice('whsec_'.length), 'base64')),
};

function sign(vendor: Vendor, body: Buffer): Signed {
  const now = Date.now();
  const seconds = Math.floor(now / 1000);
  const prefix = vendor === 'workos' ? `${now}.` : `msg_1.${seconds}.`;
  const digest = createHmac('sha256', keys[vendor]).update(prefix).update(body).digest();
  const headers: Record<string, string> =
    vendor === 'workos'
      ? { 'workos-signature': `t=${now}, v1=${digest.toString('hex')}` }
      : {
          'webhook-id': 'msg_1',
          'webhook-timestamp': String(seconds),
          'webhook-signature': `v1,${digest.toString('base64')}`,
        };
  return { body, prefix, digest, headers };
}

const providers = {
  workos: createWorkos({
    apiKey: 'sk_test_bench',
    clientId: 'client_bench',
    events: { inactiveUsers: 'deleted' },
    webhooks: { secrets: [workosSecret] },
  }),
  scalekit: createScalekit({
    environmentUrl,
    clientId: 'skc_1',
    clientSecret: 'test_1',
    webhooks: { secrets: [scalekitSecret] },
  }),
};
const clients = {
  workos: createSso({ provider: providers.workos }),
  scalekit: createSso({ provider: providers.scalekit }),
};
const sdks = {
  workos: new WorkOS('sk_test_bench', { clientId: 'client_bench' }),
  scalekit: new ScalekitClient(environmentUrl, 'skc_1', 'test_1'),
};

/** Each answers the event's id. */
const contenders: Readonly<
  Record<'floor' | 'facet' | 'client' | 'sdk', (vendor: Vendor, signed: Signed) => Promise<unknown>>
> = {
  async floor(vendor, { body, prefix, digest }) {
    const expected = createHmac('sha256', keys[vendor]).update(prefix).update(body).digest();
    if (!timingSafeEqual(expected, digest)) throw new Error('The signature does not match');
    return (JSON.parse(body.toString()) as { id: string }).id;
  },
  async facet(vendor, { body, headers }) {
    const { webhooks } = providers[vendor];
    const delivery: WebhookDelivery = {
      headers: (name) => (headers[name] === undefined ? [] : [headers[name]]),
      body,
      receivedAt: Date.now(),
    };
    return (await webhooks.parse(webhooks.verify(delivery))).id;
  },
  async client(vendor, { body, headers }) {
    return (await clients[vendor].webhooks.receive({ headers, body })).id;
  },
  async sdk(vendor, { body, headers }) {
    if (vendor === 'workos') {
      const payload = JSON.parse(body.toString()) as Record<string, unknown>;
      const sigHeader = headers['workos-signature']!;
      return (await sdks.workos.webhooks.constructEvent({ payload, sigHeader, secret: workosSecret })).id;
    }
    const text = body.toString();
    if (!sdks.scalekit.verifyWebhookPayload(scalekitSecret, { ...headers }, text)) {
      throw new Error('The signature does not match');
    }
    return (JSON.parse(text) as { id: string }).id;
  },
};

const labels = {
  floor: 'HMAC with a cached key, JSON.parse',
  facet: 'facet: verify, parse, normalise',
  client: 'sso.webhooks.receive',
  sdk: 'official SDK: verify, parse',
} as const;
type Contender = keyof typeof contenders;

/** Everything between a webhook's bytes and the neutral event. */
export async function benchWebhooks(): Promise<void> {
  const names = (['workos', 'scalekit'] as const).flatMap((vendor) =>
    sizes.flatMap((size) =>
      (Object.keys(contenders) as Contender[]).map((contender) => `${vendor}/${size}/${contender}` as const),
    ),
  );
  const bodies = {
    workos: new Map(sizes.map((size) => [size, fill(size, payloads.workos)])),
    scalekit: new Map(sizes.map((size) => [size, fill(size, payloads.scalekit)])),
  };
  const partsOf = (name: (typeof names)[number]) => {
    const [vendor, size, contender] = name.split('/') as [Vendor, string, Contender];
    return { vendor, size: Number(size) as (typeof sizes)[number], contender };
  };
  const medians = await medianOfRounds(rounds, names, async (name) => {
    const { vendor, size, contender } = partsOf(name);
    const signed = sign(vendor, bodies[vendor].get(size)!);
    const startedAt = performance.now();
    const cpuAtStart = cpuMs();
    for (let index = 0; index < webhooksPerSample; index += 1) {
      if (!(await contenders[contender](vendor, signed))) throw new Error('An event without an id');
    }
    return {
      cpu: ((cpuMs() - cpuAtStart) * 1000) / webhooksPerSample,
      wall: ((performance.now() - startedAt) * 1000) / webhooksPerSample,
    };
  });
  const overFloor = (name: (typeof names)[number]) => {
    const { vendor, size } = partsOf(name);
    return medians[name].cpu / medians[`${vendor}/${size}/floor`].cpu;
  };

  printTable(
    ['one webhook', 'bytes', 'CPU µs', '× floor', 'wall µs'],
    names.map((name) => {
      const { vendor, size, contender } = partsOf(name);
      return [
        `${vendor}: ${labels[contender]}`,
        String(bodies[vendor].get(size)!.length),
        medians[name].cpu.toFixed(1),
        overFloor(name).toFixed(2),
        medians[name].wall.toFixed(1),
      ];
    }),
  );
  console.log();
  for (const name of names) {
    const { vendor, size, contender } = partsOf(name);
    if (contender === 'facet') printBudget(`${vendor}, ${size} bytes, CPU × floor`, overFloor(name), 2);
  }
}
