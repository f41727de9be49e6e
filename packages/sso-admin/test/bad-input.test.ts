import { createSsoAdmin, type ActionRequest, type SsoAdmin } from '@org/sso-admin';
import { createSso, organizationId, SsoError } from '@org/sso-core';
import { createMemoryAuditStore } from '@org/sso-core/audit';
import { createMemoryProvider } from '@org/sso-core/testing';
import { describe, expect, it } from 'vitest';
import { by } from './support/actors.js';

function setUp() {
  const { provider, world } = createMemoryProvider();
  const { id: acme } = world.createOrganization({ name: 'Acme', domains: ['acme.example'] });
  const connection = world.createConnection({
    organizationId: acme,
    identityProvider: 'okta',
    protocol: 'saml',
    name: `Okta ${'x'.repeat(2000)}`,
  });
  const store = createMemoryAuditStore();
  const admin = createSsoAdmin({ sso: createSso({ provider }), store });
  const newest = async () => (await store.list({ organizationId: null, limit: 1 })).entries[0]?.event;
  return { admin, acme, connection, store, world, newest };
}

type Operation = (input: unknown, request: unknown) => Promise<unknown>;

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error as SsoError,
  );

describe('what the app gets wrong is refused before anything happens', () => {
  const ref = { organizationId: 'memory:org_1', connectionId: 'memory:conn_1' };
  it.each([
    ['deleteConnection', { ...ref }, 'idempotencyKey'],
    ['deleteConnection', { ...ref, idempotencyKey: '' }, 'idempotencyKey'],
    ['deleteConnection', { ...ref, idempotencyKey: 'k'.repeat(256) }, 'idempotencyKey'],
    ['deleteConnection', { ...ref, idempotencyKey: 'a\u0000b' }, 'idempotencyKey'],
    ['deleteConnection', { ...ref, connectionId: 'conn_1', idempotencyKey: 'k' }, 'connectionId'],
    ['deleteConnection', { ...ref, connectionId: 'memory:a\u0000b', idempotencyKey: 'k' }, 'connectionId'],
    [
      'deleteConnection',
      { ...ref, connectionId: `memory:${'x'.repeat(300)}`, idempotencyKey: 'k' },
      'connectionId',
    ],
    ['deleteConnection', { ...ref, idempotencyKey: 'k', force: true }, 'force'],
    ['deleteConnection', undefined, ''],
    ['viewSettings', {}, 'organizationId'],
    ['viewSettings', { organizationId: 'org_1' }, 'organizationId'],
    ['createManagementPortalUrl', { organizationId: ref.organizationId, intent: 'everything' }, 'intent'],
    [
      'createManagementPortalUrl',
      { organizationId: ref.organizationId, intent: 'sso', returnUrl: 'x' },
      'returnUrl',
    ],
    ['inviteUser', { organizationId: ref.organizationId, email: 'nobody' }, 'email'],
    ['listEvents', { organizationId: ref.organizationId, limit: 0 }, 'limit'],
    ['listEvents', { organizationId: ref.organizationId, limit: 1000 }, 'limit'],
    ['listEvents', { organizationId: ref.organizationId, from: 'yesterday' }, 'from'],
  ] as const)('%s with %j', async (operation, input, field) => {
    const { admin, store, world } = setUp();
    const calls = world.calls.length;
    const error = await failureOf((admin[operation] as Operation)(input, by(organizationId('memory:org_1'))));
    expect(error).toMatchObject({ code: 'invalid_argument', message: expect.stringContaining(field) });
    expect(world.calls).toHaveLength(calls);
    expect((await store.list({ organizationId: null, limit: 1 })).entries).toEqual([]);
  });

  it.each<[string, (request: ActionRequest) => unknown]>([
    [
      'an actor with a name of 300 characters',
      (r) => ({ ...r, actor: { ...r.actor, name: 'x'.repeat(300) } }),
    ],
    ['an actor with a line break in the id', (r) => ({ ...r, actor: { ...r.actor, id: 'a\nb' } })],
    ['an actor without role', (r) => ({ ...r, actor: { ...r.actor, role: '' } })],
    [
      'an impersonator without reason',
      (r) => ({ ...r, actor: { ...r.actor, impersonator: { email: 'a@b.example' } } }),
    ],
    [
      'an impersonator with a reason of 501 characters',
      (r) => ({
        ...r,
        actor: { ...r.actor, impersonator: { email: 'a@b.example', reason: 'x'.repeat(501) } },
      }),
    ],
    ['an unknown field', (r) => ({ ...r, actor: { ...r.actor, token: 'CANARY' } })],
    ['no location', (r) => ({ ...r, context: { ...r.context, location: '' } })],
    [
      'metadata of 21 entries',
      metadata(Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 1]))),
    ],
    ['metadata with a text of 501 characters', metadata({ note: `CANARY${'x'.repeat(495)}` })],
    ['metadata with a key of 41 characters', metadata({ ['k'.repeat(41)]: 1 })],
    ['metadata with the key __proto__', metadata(JSON.parse('{"__proto__":1}'))],
    ['metadata with a key of our own', metadata({ outcome: 'success' })],
    ['metadata with an object', metadata({ note: { deep: 1 } })],
  ])('%s', async (_, change) => {
    const { admin, acme, store } = setUp();
    const error = await failureOf(
      (admin.viewSettings as Operation)({ organizationId: acme }, change(by(acme))),
    );
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(JSON.stringify(error)).not.toContain('CANARY');
    expect((await store.list({ organizationId: null, limit: 1 })).entries).toEqual([]);
  });
});

function metadata(value: unknown): (request: ActionRequest) => unknown {
  return (request) => ({ ...request, context: { ...request.context, metadata: value } });
}

describe('what comes from outside is cut and says so', () => {
  it('a browser that tells a novel, and a name that does', async () => {
    const { admin, acme, connection, newest } = setUp();
    const context = {
      location: '203.0.113.7',
      userAgent: `Browser ${'😀'.repeat(4000)}`,
      source: `/settings/${'x'.repeat(9000)}`,
    };
    await admin.deleteConnection(
      { organizationId: acme, connectionId: connection.id, idempotencyKey: 'k' },
      by(acme, {}, { context }),
    );
    const event = (await newest())!;
    const texts = [event.context.userAgent!, event.metadata!['source'] as string, event.targets[1]!.name!];
    for (const text of texts) {
      expect(Array.from(text)).toHaveLength(500);
      expect(text).toMatch(/… \(\d{4} characters\)$/);
    }
    expect(event.context.userAgent).toContain('(4008 characters)');
  });

  it('what is within the limit is whole', async () => {
    const { admin, acme, newest } = setUp();
    const userAgent = 'x'.repeat(500);
    const context = { location: '203.0.113.7', userAgent, source: '/' };
    await admin.viewSettings({ organizationId: acme }, by(acme, {}, { context }));
    expect((await newest())!.context).toEqual({ location: '203.0.113.7', userAgent });
  });
});

describe('a required sink that is down', () => {
  const failing = (required: boolean) => ({
    name: 'siem',
    required,
    deliver: () => Promise.reject(new Error('CANARY')),
  });

  function admitted(required: boolean) {
    const base = setUp();
    const { provider, world } = createMemoryProvider();
    const { id: acme } = world.createOrganization({ name: 'Acme' });
    const store = createMemoryAuditStore();
    const admin: SsoAdmin = createSsoAdmin({
      sso: createSso({ provider }),
      store,
      sinks: [failing(required)],
    });
    return { ...base, admin, acme, store };
  }

  it('keeps a portal link back, and the event is in the trail', async () => {
    const { admin, acme, store } = admitted(true);
    await expect(
      admin.createManagementPortalUrl({ organizationId: acme, intent: 'sso' }, by(acme)),
    ).rejects.toMatchObject({ code: 'unavailable', message: expect.not.stringContaining('CANARY') });
    expect((await store.list({ organizationId: acme, limit: 1 })).entries).toHaveLength(1);
  });

  it('otherwise changes no outcome', async () => {
    const { admin, acme } = admitted(false);
    const link = await admin.createManagementPortalUrl({ organizationId: acme, intent: 'sso' }, by(acme));
    expect(link.url).toContain('/portal/');
  });
});
