import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SsoEvent } from '@org/sso-core';
import { createEventInbox, createMemoryEventStore } from '@org/sso-core/events';
import { eventDataSchemas, eventEnvelopeSchema } from '@org/sso-core/schemas';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const key = Buffer.from('0123456789abcdef0123456789abcdef');
const hmac = (text: string) => createHmac('sha256', key).update(text);

const vendors = [
  {
    provider: createScalekit({
      environmentUrl: 'https://acme.scalekit.dev',
      clientId: 'skc_1',
      clientSecret: 'secret',
      webhooks: { secrets: [`whsec_${key.toString('base64')}`] },
    }),
    samples: samplesOf('sso-scalekit', 'specification-events.json'),
    sign(body: string) {
      const at = String(Math.floor(Date.now() / 1000));
      const signature = `v1,${hmac(`msg_1.${at}.${body}`).digest('base64')}`;
      return { 'webhook-id': 'msg_1', 'webhook-timestamp': at, 'webhook-signature': signature };
    },
  },
  {
    provider: createWorkos({
      apiKey: 'key',
      clientId: 'client_1',
      events: { inactiveUsers: 'deleted' },
      webhooks: { secrets: [key.toString()] },
    }),
    samples: samplesOf('sso-workos', 'specified-events.json'),
    sign(body: string) {
      const at = Date.now();
      return { 'workos-signature': `t=${at}, v1=${hmac(`${at}.${body}`).digest('hex')}` };
    },
  },
];

function samplesOf(packageName: string, file: string): readonly unknown[] {
  const url = new URL(`../../../${packageName}/test/fixtures/${file}`, import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as { events: unknown[] }).events;
}

/** Something else in the place of a part of the value, or nothing. */
function broken(value: unknown, path: readonly number[], instead: unknown): unknown {
  if (typeof value !== 'object' || value === null || path.length === 0) return instead;
  const entries = Object.entries(value);
  const index = path[0]! % Math.max(1, entries.length);
  const changed = entries.flatMap(([name, part], at) => {
    if (at !== index) return [[name, part] as const];
    const next = broken(part, path.slice(1), instead);
    return next === undefined ? [] : [[name, next] as const];
  });
  return Array.isArray(value) ? changed.map(([, part]) => part) : Object.fromEntries(changed);
}

const surprises = fc.oneof(
  fc.constantFrom(undefined, null, '', ' ', 0, -1, 1e21, true, [], {}, [null], [[]], [{}], { id: 1 }),
  fc.constantFrom('\u0000', '\ud800', 'x'.repeat(4000), '__proto__', '2026-02-30T00:00:00Z', '+1', 'a:b/c'),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 2 }),
);

test.each(vendors)('whatever $provider.id signs is taken, and stands in nobody’s way', async (vendor) => {
  const { provider, samples, sign } = vendor;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.array(fc.nat(30), { minLength: 1, maxLength: 4 }), surprises), { maxLength: 3 }),
      async (sample, changes) => {
        const store = createMemoryEventStore();
        const inbox = createEventInbox({ store, providers: [provider], guard: 'off' });
        const told: SsoEvent[] = [];
        inbox.on('*', (event) => void told.push(event));
        const receive = inbox.webhook(provider.id);
        let wire: unknown = sample;
        for (const [path, instead] of changes) wire = broken(wire, path, instead);
        for (const part of [wire, sample]) {
          const body = JSON.stringify(part);
          const { status } = await receive({ headers: sign(body), body });
          expect([202, body.includes('"__proto__"') ? 400 : 202]).toContain(status);
          await inbox.process();
        }
        expect(await store.nextDueAt()).toBeNull();
        const { events } = await inbox.list('quarantined');
        expect(events.every(({ quarantine }) => quarantine !== null)).toBe(true);
        for (const { type, data, ...envelope } of told) {
          expect(eventEnvelopeSchema.strict().parse(envelope)).toEqual(envelope);
          expect(eventDataSchemas[type].parse(data)).toEqual(data);
        }
      },
    ),
    { numRuns: 300 },
  );
});
