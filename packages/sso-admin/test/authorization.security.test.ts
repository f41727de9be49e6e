import { inspect } from 'node:util';
import { createSsoAdmin, PermissionDeniedError, type SsoAdmin, type SsoAdminOptions } from '@org/sso-admin';
import { createSso, SsoError, type OrganizationId } from '@org/sso-core';
import { createMemoryAuditStore } from '@org/sso-core/audit';
import { describe, expect, it, vi } from 'vitest';
import { by } from './support/actors.js';
import { useVendor, vendorNames, type Vendor } from './support/vendor.js';

function setUp(vendor: Vendor, options: Partial<SsoAdminOptions> = {}) {
  const store = createMemoryAuditStore();
  let at = Date.now();
  const admin = createSsoAdmin({
    sso: vendor.sso,
    store,
    // Events a moment apart, so that their order can be seen.
    now: () => (at += 1),
    providerOptions: { scalekit: { allowPreview: true } },
    ...options,
  });
  const eventsOf = async (organizationId: OrganizationId) => {
    const { entries } = await store.list({ organizationId, limit: 100 });
    return entries.map(({ event }) => event);
  };
  return { store, admin, eventsOf };
}

type Operation = (input: unknown, request: unknown) => Promise<unknown>;

/** Everything that changes something, as far as the provider has it, about Acme. */
function changesOf({ name, acme }: Vendor) {
  const { organizationId, connectionId, directoryId } = acme;
  const changes: [keyof SsoAdmin, Record<string, unknown>][] = [
    ['createManagementPortalUrl', { organizationId, intent: 'sso' }],
    ['deleteConnection', { organizationId, connectionId, idempotencyKey: 'k' }],
    ['deleteDirectory', { organizationId, directoryId, idempotencyKey: 'k' }],
    ['inviteUser', { organizationId, email: 'new@acme.example' }],
    ['resendInvitation', { organizationId, userId: `${name}:user_1` }],
  ];
  if (name === 'scalekit') {
    changes.push(
      ['enableConnection', { organizationId, connectionId }],
      ['disableConnection', { organizationId, connectionId }],
      ['enableDirectory', { organizationId, directoryId }],
      ['disableDirectory', { organizationId, directoryId }],
    );
  }
  return changes;
}

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.each(vendorNames)('at %s', (name) => {
  const vendor = useVendor(name);

  it('an actor of another organization is refused everything, and it is recorded in their own trail', async () => {
    const { admin, eventsOf } = setUp(vendor);
    const { organizationId: acme } = vendor.acme;
    const { organizationId: globex } = vendor.globex;
    await vendor.control.clearTraffic();
    const attempts: [keyof SsoAdmin, unknown][] = [
      ['viewSettings', { organizationId: acme }],
      ['listEvents', { organizationId: acme }],
      ...changesOf(vendor),
    ];
    for (const [operation, input] of attempts) {
      const error = await failureOf((admin[operation] as Operation)(input, by(globex)));
      expect(error).toBeInstanceOf(PermissionDeniedError);
      expect(error).toMatchObject({ code: 'permission_denied', reason: 'other_organization' });
    }
    expect(await vendor.control.traffic()).toEqual([]);
    expect(await eventsOf(acme)).toEqual([]);
    const events = await eventsOf(globex);
    expect(events).toHaveLength(attempts.length);
    for (const event of events) {
      expect(event).toMatchObject({
        targets: [{ id: acme, type: 'organization' }, ...event.targets.slice(1)],
        metadata: { outcome: 'denied', reason: 'other_organization' },
      });
    }
  });

  it('a member who is no admin changes nothing, and it is recorded', async () => {
    const { admin, eventsOf } = setUp(vendor, { adminRoles: ['owner', 'it-admin'] });
    const { organizationId: acme } = vendor.acme;
    await vendor.control.clearTraffic();
    const changes = changesOf(vendor);
    for (const role of ['admin', 'Owner', 'member', 'it-admin ']) {
      for (const [operation, input] of changes) {
        await expect((admin[operation] as Operation)(input, by(acme, { role }))).rejects.toMatchObject({
          code: 'permission_denied',
          reason: 'not_an_admin',
        });
      }
      await expect(admin.listEvents({ organizationId: acme }, by(acme, { role }))).rejects.toMatchObject({
        reason: 'not_an_admin',
      });
    }
    expect(await vendor.control.traffic()).toEqual([]);
    const events = await eventsOf(acme);
    expect(events).toHaveLength(4 * (changes.length + 1));
    expect(events.every(({ metadata }) => metadata!['outcome'] === 'denied')).toBe(true);
    await admin.deleteConnection({ ...acmeRef(vendor), idempotencyKey: 'k' }, by(acme, { role: 'owner' }));
  });

  it('an admin whose session has expired changes nothing, and it is recorded', async () => {
    const { admin, eventsOf } = setUp(vendor);
    const { organizationId: acme } = vendor.acme;
    await vendor.control.clearTraffic();
    const changes = changesOf(vendor);
    for (const [operation, input] of changes) {
      const expired = by(acme, {}, { sessionActive: false });
      await expect((admin[operation] as Operation)(input, expired)).rejects.toMatchObject({
        code: 'permission_denied',
        reason: 'session_expired',
      });
    }
    expect(await vendor.control.traffic()).toEqual([]);
    expect(await eventsOf(acme)).toHaveLength(changes.length);
  });

  it('a session flag that is missing or no boolean does not count as active', async () => {
    const { admin } = setUp(vendor);
    const { organizationId: acme } = vendor.acme;
    for (const sessionActive of [undefined, null, 1, 'true', {}]) {
      const request = { ...by(acme), sessionActive } as never;
      await expect(
        admin.deleteConnection({ ...acmeRef(vendor), idempotencyKey: 'k' }, request),
      ).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    expect((await admin.viewSettings({ organizationId: acme }, by(acme))).connections).toHaveLength(1);
  });

  it('without an actor nothing is done', async () => {
    const { admin, store } = setUp(vendor);
    const { organizationId: acme } = vendor.acme;
    await vendor.control.clearTraffic();
    for (const request of [
      undefined,
      null,
      {},
      { ...by(acme), actor: undefined },
      { ...by(acme), actor: null },
    ]) {
      for (const [operation, input] of changesOf(vendor)) {
        await expect((admin[operation] as Operation)(input, request)).rejects.toMatchObject({
          code: 'unauthenticated',
        });
      }
    }
    for (const actor of [{}, { id: '' }, 'user_ada', [], { ...by(acme).actor, id: undefined }]) {
      await expect(
        (admin.viewSettings as Operation)({ organizationId: acme }, { ...by(acme), actor }),
      ).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    expect(await vendor.control.traffic()).toEqual([]);
    expect((await store.list({ organizationId: null, limit: 1 })).entries).toEqual([]);
  });

  it('a connection of another organization is not found, stays, and the attempt is recorded', async () => {
    const { admin, eventsOf } = setUp(vendor);
    const { organizationId: acme } = vendor.acme;
    const { organizationId: globex, connectionId: foreign } = vendor.globex;
    await vendor.control.clearTraffic();
    const ref = { organizationId: acme, connectionId: foreign };
    await expect(admin.deleteConnection({ ...ref, idempotencyKey: 'k' }, by(acme))).rejects.toMatchObject({
      code: 'not_found',
    });
    if (name === 'scalekit') {
      await expect(admin.disableConnection(ref, by(acme))).rejects.toMatchObject({ code: 'not_found' });
      await expect(admin.enableConnection(ref, by(acme))).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await vendor.writes()).toEqual([]);
    const seen = await admin.viewSettings({ organizationId: globex }, by(globex));
    expect(seen.connections.map(({ id, acceptsLogins }) => [id, acceptsLogins])).toEqual([[foreign, true]]);
    expect((await eventsOf(acme)).at(-1)).toMatchObject({
      action: 'sso.delete_connection',
      targets: [{ id: acme }, { id: foreign }],
      metadata: { outcome: 'failure', error: 'not_found' },
    });
  });

  it('an adapter that answers a connection of another organization does not get it deleted', async () => {
    const { organizationId: acme } = vendor.acme;
    const { connectionId: foreign, organizationId: globex } = vendor.globex;
    const { provider } = vendor;
    const careless = {
      ...provider,
      connections: {
        ...provider.connections!,
        get: async (_: unknown, context: never) =>
          provider.connections!.get({ organizationId: globex, connectionId: foreign }, context),
      },
      connectionAdmin: { ...provider.connectionAdmin!, delete: vi.fn<() => Promise<void>>() },
    };
    const { admin } = setUp(vendor, { sso: createSso({ provider: careless }) });
    const ref = { organizationId: acme, connectionId: foreign, idempotencyKey: 'k' };
    await expect(admin.deleteConnection(ref, by(acme))).rejects.toMatchObject({ code: 'not_found' });
    expect(careless.connectionAdmin.delete).not.toHaveBeenCalled();
  });

  it('the idempotency key of another organization tells nothing', async () => {
    const { admin } = setUp(vendor);
    const { globex } = vendor;
    await admin.deleteConnection(
      { ...acmeRef(vendor), idempotencyKey: 'shared' },
      by(vendor.acme.organizationId),
    );
    const deleted = await admin.deleteConnection(
      { ...globex, idempotencyKey: 'shared' },
      by(globex.organizationId),
    );
    expect(deleted.connectionId).toBe(globex.connectionId);
  });

  it('a policy refuses more and cannot allow more', async () => {
    const { organizationId: acme } = vendor.acme;
    const generous = setUp(vendor, { policy: () => true });
    await expect(
      generous.admin.deleteConnection(
        { ...acmeRef(vendor), idempotencyKey: 'k' },
        by(acme, { role: 'member' }),
      ),
    ).rejects.toMatchObject({ reason: 'not_an_admin' });
    const strict = setUp(vendor, {
      policy: ({ action, actor }) => action === 'sso.view_settings' || actor.impersonator === undefined,
    });
    const impersonator = { email: 'support@app.example', reason: 'Ticket 4711' };
    const seen = await strict.admin.viewSettings({ organizationId: acme }, by(acme, { impersonator }));
    expect([...seen.allowed]).toEqual(['sso.view_settings']);
    await expect(
      strict.admin.deleteConnection({ ...acmeRef(vendor), idempotencyKey: 'k' }, by(acme, { impersonator })),
    ).rejects.toMatchObject({ reason: 'policy' });
    expect((await strict.eventsOf(acme))[0]).toMatchObject({
      actor: {
        metadata: { impersonator_email: 'support@app.example', impersonator_reason: 'Ticket 4711' },
      },
      metadata: { outcome: 'denied', reason: 'policy' },
    });
  });

  it('a policy that fails or answers no boolean refuses', async () => {
    const { organizationId: acme } = vendor.acme;
    const answers = [
      [() => Promise.reject(new Error('CANARY-policy-message')), 'policy_failed'],
      [() => 1 as never, 'policy'],
      [() => undefined as never, 'policy'],
    ] as const;
    for (const [policy, reason] of answers) {
      const { admin } = setUp(vendor, { policy });
      const error = await failureOf(admin.viewSettings({ organizationId: acme }, by(acme)));
      expect(error).toMatchObject({ code: 'permission_denied', reason });
      expect(inspect(error, { depth: Infinity })).not.toContain('CANARY');
    }
  });

  it('no event, sink or error tells a portal link, a token or a key', async () => {
    const delivered: unknown[] = [];
    const { admin, store } = setUp(vendor, {
      sinks: [{ name: 'siem', deliver: (entry) => void delivered.push(entry) }],
    });
    const { organizationId: acme } = vendor.acme;
    const outputs: unknown[] = [];
    const links: string[] = [];
    for (const intent of ['sso', 'directory_sync'] as const) {
      const { url } = await admin.createManagementPortalUrl({ organizationId: acme, intent }, by(acme));
      links.push(url);
    }
    // A vendor that repeats what it was sent, and what it was asked for.
    const body = JSON.stringify({ message: `Bearer ${keyOf(vendor)} ${links.join(' ')}`, code: links[0] });
    for (const [operation, input] of changesOf(vendor)) {
      await vendor.control.addFault({ times: 1, status: 400, contentType: 'application/json', body });
      outputs.push(await failureOf((admin[operation] as Operation)(input, by(acme))));
      await vendor.control.clearFaults();
    }
    await admin.trail.process();
    const { entries } = await store.list({ organizationId: null, limit: 100 });
    const secrets = [keyOf(vendor), ...links, ...links.map((link) => tokenOf(link))];
    expect(delivered.length).toBe(entries.length);
    expect(entries.length).toBeGreaterThan(5);
    for (const told of [entries, delivered, outputs.filter((output) => !SsoError.isInstance(output))]) {
      const text = inspect(told, { depth: Infinity, maxStringLength: Infinity });
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
    const errors = inspect(outputs, { depth: Infinity });
    expect(errors).not.toContain(keyOf(vendor));
  });
});

function acmeRef({ acme: { organizationId, connectionId } }: Vendor) {
  return { organizationId, connectionId };
}

function keyOf({ emulator }: Vendor): string {
  return emulator.vendor === 'scalekit' ? emulator.clientSecret : emulator.apiKey;
}

function tokenOf(link: string): string {
  const { searchParams, pathname } = new URL(link);
  return searchParams.get('token') ?? pathname.split('/').at(-1)!;
}
