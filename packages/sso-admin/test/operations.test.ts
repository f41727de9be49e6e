import { auditActions, createSsoAdmin, type SsoAdminOptions } from '@org/sso-admin';
import { createSso, organizationId, userId, type SsoProvider } from '@org/sso-core';
import { createMemoryAuditStore } from '@org/sso-core/audit';
import { routed } from '@org/sso-core/compose';
import { describe, expect, it } from 'vitest';
import { by } from './support/actors.js';
import { useVendor, vendorNames, type Vendor } from './support/vendor.js';

function setUp(vendor: Vendor, options: Partial<SsoAdminOptions> = {}) {
  const store = createMemoryAuditStore();
  let at = Date.now();
  // Events a moment apart, so that their order can be seen.
  const admin = createSsoAdmin({ sso: vendor.sso, store, now: () => (at += 1), ...options });
  return {
    store,
    admin,
    /** Newest first. */
    events: async () =>
      (await store.list({ organizationId: null, limit: 100 })).entries.map(({ event }) => event),
  };
}

describe.each(vendorNames)('at %s', (name) => {
  const vendor = useVendor(name);
  const isScalekit = name === 'scalekit';

  it('a member sees connections and directories, and what an admin may do with them', async () => {
    const { admin, events } = setUp(vendor);
    const { organizationId: acme, connectionId, directoryId } = vendor.acme;
    const seen = await admin.viewSettings({ organizationId: acme }, by(acme));
    expect(seen.connections.map(({ id }) => id)).toEqual([connectionId]);
    expect(seen.directories!.map(({ id }) => id)).toEqual([directoryId]);
    expect(seen.portalIntents).toContain('sso');
    expect(admin.supportFor(acme).portalReturnUrl).toBe(!isScalekit);
    expect([...seen.allowed].toSorted()).toEqual(
      Object.keys(auditActions)
        .filter((action) => isScalekit || !/enable|disable/.test(action))
        // At Scalekit a preview, which nobody opted into.
        .filter((action) => !isScalekit || action !== 'directory.delete_directory')
        .toSorted(),
    );
    const member = by(acme, { role: 'member' }, { sessionActive: false });
    const asMember = await admin.viewSettings({ organizationId: acme }, member);
    expect([...asMember.allowed]).toEqual(['sso.view_settings']);
    expect(asMember.portalIntents).toEqual([]);
    expect(await events()).toHaveLength(2);
  });

  it('every event has the fields of the trail', async () => {
    const at = Date.parse('2026-03-01T12:00:00.123Z');
    const { admin, events, store } = setUp(vendor, { now: () => at });
    const { organizationId: acme, connectionId } = vendor.acme;
    const impersonator = { email: 'support@app.example', reason: 'Ticket 4711' };
    const request = by(
      acme,
      { impersonator },
      {
        context: {
          location: '203.0.113.7',
          userAgent: 'Browser/1.0',
          source: '/settings/sso',
          metadata: { request_id: 'r-1' },
        },
      },
    );
    await admin.deleteConnection({ organizationId: acme, connectionId, idempotencyKey: 'k' }, request);
    expect(await events()).toEqual([
      {
        action: 'sso.delete_connection',
        occurredAt: '2026-03-01T12:00:00.123Z',
        version: 1,
        actor: {
          id: 'user_ada',
          type: 'user',
          name: 'Ada Adams',
          metadata: {
            email: 'ada@acme.example',
            role: 'admin',
            organization_id: acme,
            impersonator_email: 'support@app.example',
            impersonator_reason: 'Ticket 4711',
          },
        },
        targets: [
          { id: acme, type: 'organization' },
          {
            id: connectionId,
            type: 'sso_connection',
            name: expect.stringMatching(/okta/i),
            metadata: {
              connection_id: connectionId,
              connection_type: 'saml',
              identity_provider: 'okta',
              organization_id: acme,
            },
          },
        ],
        context: { location: '203.0.113.7', userAgent: 'Browser/1.0' },
        metadata: { source: '/settings/sso', outcome: 'success', request_id: 'r-1' },
      },
    ]);
    const { entries } = await store.list({ organizationId: acme, limit: 1 });
    expect(entries[0]!.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('an admin gets a portal link with its real expiry, and no event tells it', async () => {
    const { admin, store } = setUp(vendor);
    const { organizationId: acme } = vendor.acme;
    const before = Date.now();
    const link = await admin.createManagementPortalUrl({ organizationId: acme, intent: 'sso' }, by(acme));
    expect(link.organizationId).toBe(acme);
    const lifetime = Date.parse(link.expiresAt!) - before;
    expect(Math.abs(lifetime - (isScalekit ? 60_000 : 300_000))).toBeLessThan(5000);
    expect((await fetch(link.url)).status).toBe(200);
    const { entries } = await store.list({ organizationId: acme, limit: 10 });
    expect(entries[0]!.event).toMatchObject({
      action: 'sso.create_management_portal_url',
      targets: [{ id: acme, type: 'organization' }],
      metadata: { outcome: 'success', intent: 'sso' },
    });
    const token =
      new URL(link.url).searchParams.get('token') ?? new URL(link.url).pathname.split('/').at(-1)!;
    expect(token.length).toBeGreaterThan(10);
    expect(JSON.stringify(entries)).not.toContain(token);
  });

  it('deletes a connection at the vendor', async () => {
    const { admin, events } = setUp(vendor, { now: () => 0 });
    const ref = { organizationId: vendor.acme.organizationId, connectionId: vendor.acme.connectionId };
    const deleted = await admin.deleteConnection({ ...ref, idempotencyKey: 'k' }, by(ref.organizationId));
    expect(deleted).toEqual({
      ...ref,
      name: expect.stringMatching(/okta/i),
      deletedAt: '1970-01-01T00:00:00.000Z',
    });
    const seen = await admin.viewSettings({ organizationId: ref.organizationId }, by(ref.organizationId));
    expect(seen.connections).toEqual([]);
    expect(await events()).toHaveLength(2);
  });

  const switches = [
    ['disableConnection', 'enableConnection', 'connection'],
    ['disableDirectory', 'enableDirectory', 'directory'],
  ] as const;
  it.each(switches)('%s and %s, where the provider has them', async (disable, enable, kind) => {
    const { admin, events } = setUp(vendor);
    const { organizationId: acme, connectionId, directoryId } = vendor.acme;
    const ref = { organizationId: acme, ...(kind === 'connection' ? { connectionId } : { directoryId }) };
    await vendor.control.clearTraffic();
    const call = (verb: typeof disable | typeof enable) =>
      (admin[verb] as (input: unknown, request: unknown) => Promise<{ status: string }>)(ref, by(acme));
    if (isScalekit) {
      expect(await call(disable)).toMatchObject({ status: 'inactive' });
      expect(await call(enable)).toMatchObject({ status: 'active' });
      expect(await events()).toMatchObject([
        { targets: [{}, { type: kind === 'connection' ? 'sso_connection' : 'directory' }] },
        { metadata: { outcome: 'success' } },
      ]);
      return;
    }
    for (const verb of [disable, enable])
      await expect(call(verb)).rejects.toMatchObject({ code: 'unsupported', provider: 'workos' });
    expect(await vendor.control.traffic()).toEqual([]);
    expect(await events()).toEqual([]);
  });

  it('deletes a directory, at Scalekit once the preview is allowed', async () => {
    const { organizationId: acme, directoryId } = vendor.acme;
    const input = { organizationId: acme, directoryId, idempotencyKey: 'k' };
    if (isScalekit) {
      const { admin } = setUp(vendor);
      await expect(admin.deleteDirectory(input, by(acme))).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining('allowPreview'),
      });
    }
    const { admin, events } = setUp(vendor, { providerOptions: { scalekit: { allowPreview: true } } });
    if (isScalekit) await admin.disableDirectory({ organizationId: acme, directoryId }, by(acme));
    expect(await admin.deleteDirectory(input, by(acme))).toMatchObject({ directoryId });
    expect(await admin.deleteDirectory(input, by(acme))).toMatchObject({ directoryId });
    const seen = await admin.viewSettings({ organizationId: acme }, by(acme));
    expect(seen.directories).toEqual([]);
    const actions = (await events()).map(({ action }) => action);
    expect(actions.filter((action) => action === 'directory.delete_directory')).toHaveLength(1);
  });

  it('invites a person and sends the invitation again', async () => {
    const { admin, events } = setUp(vendor);
    const { organizationId: acme } = vendor.acme;
    const { user, membership } = await admin.inviteUser(
      { organizationId: acme, email: 'new@acme.example', firstName: 'New' },
      by(acme),
    );
    expect(membership.status).toBe('pending');
    const again = await admin.resendInvitation({ organizationId: acme, userId: user.id }, by(acme));
    expect(again).toMatchObject({ email: 'new@acme.example', status: 'pending' });
    expect(await events()).toMatchObject([
      { action: 'sso.resend_invitation', targets: [{}, { id: user.id, type: 'user' }] },
      { action: 'sso.invite_user', targets: [{}, { id: 'new@acme.example', type: 'user' }] },
    ]);
    await expect(
      admin.resendInvitation(
        { organizationId: acme, userId: userId(`${user.id.slice(0, -3)}999`) },
        by(acme),
      ),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect((await events())[0]).toMatchObject({ metadata: { outcome: 'failure', error: 'not_found' } });
  });

  it('an unknown connection is not found, recorded as a failure, and its key is still good', async () => {
    const { admin, events } = setUp(vendor);
    const { organizationId: acme, connectionId } = vendor.acme;
    const unknown = `${connectionId.slice(0, -3)}999` as typeof connectionId;
    await vendor.control.clearTraffic();
    await expect(
      admin.deleteConnection({ organizationId: acme, connectionId: unknown, idempotencyKey: 'k' }, by(acme)),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(await vendor.writes()).toEqual([]);
    expect(await events()).toMatchObject([
      {
        action: 'sso.delete_connection',
        targets: [{ id: acme }, { id: unknown, type: 'sso_connection' }],
        metadata: { outcome: 'failure', error: 'not_found' },
      },
    ]);
    await admin.deleteConnection({ organizationId: acme, connectionId, idempotencyKey: 'k' }, by(acme));
  });

  it('a vendor that is down fails the view, which is recorded', async () => {
    const { admin, events } = setUp(vendor);
    const { organizationId: acme } = vendor.acme;
    await vendor.control.addFault({ match: { path: 'connections' }, times: 10, status: 503 });
    await expect(admin.viewSettings({ organizationId: acme }, by(acme))).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(await events()).toMatchObject([{ metadata: { outcome: 'failure', error: 'unavailable' } }]);
  });

  it('lists the trail of an organization, filtered, in pages', async () => {
    const clock = { at: 0 };
    const { admin } = setUp(vendor, { now: () => clock.at });
    const { organizationId: acme } = vendor.acme;
    const { organizationId: globex } = vendor.globex;
    for (let index = 0; index < 5; index += 1) {
      clock.at = index * 1000;
      await admin.viewSettings({ organizationId: acme }, by(acme, { id: `user_${index % 2}` }));
    }
    await admin.viewSettings({ organizationId: globex }, by(globex));
    const first = await admin.listEvents({ organizationId: acme, limit: 3 }, by(acme));
    const second = await admin.listEvents({ organizationId: acme, limit: 3, after: first.next! }, by(acme));
    expect([...first.entries, ...second.entries].map(({ event }) => Date.parse(event.occurredAt))).toEqual([
      4000, 3000, 2000, 1000, 0,
    ]);
    expect(second.next).toBeNull();
    const some = await admin.listEvents(
      {
        organizationId: acme,
        actions: ['sso.view_settings'],
        actorId: 'user_0',
        from: '1970-01-01T00:00:01Z',
        until: '1970-01-01T00:00:04Z',
      },
      by(acme),
    );
    expect(some.entries).toHaveLength(1);
    await expect(admin.listEvents({ organizationId: acme, after: 'x' }, by(acme))).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });
});

describe('where one provider stands for both', () => {
  const [scalekit, workos] = [useVendor('scalekit'), useVendor('workos')];

  it('each organization is served by its own, with what that one has', async () => {
    const provider = routed({
      providers: [scalekit.provider, workos.provider],
      routes: { routeFor: async () => null },
    });
    const store = createMemoryAuditStore();
    const admin = createSsoAdmin({ sso: createSso({ provider }), store });
    for (const { name, acme } of [scalekit, workos]) {
      const { organizationId: id, connectionId } = acme;
      const seen = await admin.viewSettings({ organizationId: id }, by(id));
      expect(seen.allowed.has('sso.disable_connection')).toBe(name === 'scalekit');
      expect(seen.portalIntents.includes('audit_logs')).toBe(name === 'workos');
      const link = await admin.createManagementPortalUrl({ organizationId: id, intent: 'sso' }, by(id));
      expect(link.provider).toBe(name);
      const ref = { organizationId: id, connectionId };
      if (name === 'workos') {
        await expect(admin.disableConnection(ref, by(id))).rejects.toMatchObject({
          code: 'unsupported',
          provider: 'workos',
        });
      }
      await admin.deleteConnection({ ...ref, idempotencyKey: 'k' }, by(id));
      const after = await admin.viewSettings({ organizationId: id }, by(id));
      expect(after.connections).toEqual([]);
    }
  });
});

describe('a provider that lacks a facet', () => {
  const bare: SsoProvider = { specificationVersion: 'v1', id: 'bare', environment: 'test' };
  const acme = organizationId('bare:org_1');
  const ref = { organizationId: acme, connectionId: 'bare:conn_1', directoryId: 'bare:dir_1' };
  const admin = () => createSsoAdmin({ sso: createSso({ provider: bare }), store: createMemoryAuditStore() });

  it.each([
    ['viewSettings', { organizationId: acme }],
    ['createManagementPortalUrl', { organizationId: acme, intent: 'sso' }],
    ['deleteConnection', { organizationId: acme, connectionId: ref.connectionId, idempotencyKey: 'k' }],
    ['enableConnection', { organizationId: acme, connectionId: ref.connectionId }],
    ['disableConnection', { organizationId: acme, connectionId: ref.connectionId }],
    ['enableDirectory', { organizationId: acme, directoryId: ref.directoryId }],
    ['disableDirectory', { organizationId: acme, directoryId: ref.directoryId }],
    ['deleteDirectory', { organizationId: acme, directoryId: ref.directoryId, idempotencyKey: 'k' }],
    ['inviteUser', { organizationId: acme, email: 'a@acme.example' }],
    ['resendInvitation', { organizationId: acme, userId: 'bare:user_1' }],
  ] as const)('%s is unsupported', async (name, input) => {
    const operation = admin()[name] as (input: unknown, request: unknown) => Promise<unknown>;
    await expect(operation(input, by(acme))).rejects.toMatchObject({
      name: 'UnsupportedOperationError',
      code: 'unsupported',
      provider: 'bare',
    });
  });
});
