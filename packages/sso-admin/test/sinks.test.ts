import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import {
  auditActions,
  auditLogsSink,
  createSsoAdmin,
  defineAuditSchemas,
  jsonLinesSink,
  type SsoAdmin,
} from '@org/sso-admin';
import { createSso, organizationId } from '@org/sso-core';
import {
  createAuditTrail,
  createMemoryAuditStore,
  type AuditEntry,
  type AuditSink,
} from '@org/sso-core/audit';
import { createMemoryProvider } from '@org/sso-core/testing';
import { createSqliteStore } from '@org/sso-store';
import { describe, expect, it, onTestFinished } from 'vitest';
import { by } from './support/actors.js';
import { useVendor } from './support/vendor.js';

describe('the audit logs of WorkOS', () => {
  const vendor = useVendor('workos');

  /** What the vendor recorded, oldest first. */
  const recorded = () => vendor.control.auditEvents();

  function setUp(change: Partial<Parameters<typeof auditLogsSink>[0]> = {}) {
    const clock = { at: Date.now() };
    const store = createMemoryAuditStore();
    const admin = createSsoAdmin({
      sso: vendor.sso,
      store,
      sinks: [auditLogsSink({ sso: vendor.sso, ...change })],
      now: () => (clock.at += 1),
    });
    return { admin, clock, store };
  }

  async function everyAction(admin: SsoAdmin) {
    const { organizationId: acme, connectionId, directoryId } = vendor.acme;
    const request = by(acme, { impersonator: { email: 'support@app.example', reason: 'Ticket 4711' } });
    await admin.viewSettings({ organizationId: acme }, request);
    await admin.createManagementPortalUrl({ organizationId: acme, intent: 'sso' }, request);
    const { user } = await admin.inviteUser({ organizationId: acme, email: 'new@acme.example' }, request);
    await admin.resendInvitation({ organizationId: acme, userId: user.id }, request);
    const key = { organizationId: acme, idempotencyKey: 'k' };
    await admin.deleteDirectory({ ...key, directoryId }, request);
    await admin.deleteConnection({ ...key, connectionId, idempotencyKey: 'l' }, request);
    await admin
      .deleteConnection({ ...key, connectionId, idempotencyKey: 'm' }, by(acme, { role: 'member' }))
      .catch(() => undefined);
    await admin.listEvents({ organizationId: acme }, by(acme, { role: 'member' })).catch(() => undefined);
  }

  it('take every event, whose schemas are made on the way', async () => {
    const { admin, store } = setUp();
    await everyAction(admin);
    expect(await admin.trail.process()).toBe(8);
    expect(await admin.trail.listQuarantined()).toMatchObject({ deliveries: [] });
    const events = await recorded();
    expect(events).toHaveLength(8);
    expect(new Set(events.map((event) => `workos:${event.organizationId}`))).toEqual(
      new Set([vendor.acme.organizationId]),
    );
    const { entries } = await store.list({ organizationId: vendor.acme.organizationId, limit: 10 });
    expect(events.map(({ event }) => String(event['action'])).toSorted()).toEqual(
      entries.map(({ event }) => event.action).toSorted(),
    );
    const deletion = events.find(
      ({ event: { action, metadata } }) =>
        action === 'sso.delete_connection' && (metadata as { outcome: string }).outcome === 'success',
    )!;
    expect(deletion.event).toMatchObject({
      actor: { id: 'user_ada', metadata: { impersonator_reason: 'Ticket 4711' } },
      targets: [{ type: 'organization' }, { type: 'sso_connection', id: vendor.acme.connectionId }],
      context: { location: '203.0.113.7', user_agent: 'Browser/1.0' },
      metadata: { source: '/settings/sso' },
    });
  });

  it('take an event once, however often it is handed over', async () => {
    const sink = auditLogsSink({ sso: vendor.sso });
    const entry = await newEntry();
    for (let attempt = 1; attempt <= 3; attempt += 1)
      await sink.deliver(entry, { attempt, signal: new AbortController().signal });
    expect(await recorded()).toHaveLength(1);
  });

  it('that are down for an hour get everything afterwards, and nobody waits for them', async () => {
    const { admin, clock } = setUp();
    await vendor.control.addFault({ match: { path: 'audit_logs' }, times: 100_000, status: 503 });
    const { organizationId: acme } = vendor.acme;
    for (let minute = 0; minute < 6; minute += 1) {
      await admin.viewSettings({ organizationId: acme }, by(acme));
      await admin.trail.process();
      clock.at += 600_000;
    }
    expect(await recorded()).toEqual([]);
    await vendor.control.clearFaults();
    for (let round = 0; round < 3; round += 1) {
      clock.at += 4_000_000;
      await admin.trail.process();
    }
    expect(await recorded()).toHaveLength(6);
  });

  it('that want no schema of ours quarantine what they do not know, until somebody makes it', async () => {
    const { admin } = setUp({ schemas: 'existing' });
    const { organizationId: acme } = vendor.acme;
    await admin.viewSettings({ organizationId: acme }, by(acme));
    await admin.trail.process();
    const { deliveries } = await admin.trail.listQuarantined();
    expect(deliveries).toMatchObject([{ lastFailure: 'SsoError not_found', attempts: 1 }]);
    const schemas = await defineAuditSchemas(vendor.sso);
    expect(schemas.map(({ action }) => action)).toEqual(Object.keys(auditActions));
    expect(await defineAuditSchemas(vendor.sso)).toEqual(schemas);
    await admin.trail.release(deliveries);
    await admin.trail.process();
    expect(await recorded()).toHaveLength(1);
  });

  it('get the events of an organization that is elsewhere, where the app knows its name there', async () => {
    const { provider, world } = createMemoryProvider();
    const { id: here } = world.createOrganization({ name: 'Acme' });
    const { id: unknown } = world.createOrganization({ name: 'Globex' });
    const admin = createSsoAdmin({
      sso: createSso({ provider }),
      store: createMemoryAuditStore(),
      sinks: [
        auditLogsSink({
          sso: vendor.sso,
          organizationOf: (entry) => (entry.organizationId === here ? vendor.acme.organizationId : null),
        }),
      ],
    });
    await admin.viewSettings({ organizationId: here }, by(here));
    await admin.viewSettings({ organizationId: unknown }, by(unknown));
    expect(await admin.trail.process()).toBe(2);
    expect(await recorded()).toHaveLength(1);
  });

  it('quarantine the events of an organization they cannot know', async () => {
    const trail = createAuditTrail({
      store: createMemoryAuditStore(),
      sinks: [auditLogsSink({ sso: vendor.sso })],
    });
    await trail.record({ ...(await newEntry()), organizationId: organizationId('scalekit:org_1') });
    await trail.process();
    expect(await trail.listQuarantined()).toMatchObject({
      deliveries: [{ lastFailure: 'SsoError invalid_argument' }],
    });
  });

  it('are refused where the provider has none', () => {
    const { auditLogs: _, ...provider } = createMemoryProvider().provider;
    expect(() => auditLogsSink({ sso: createSso({ provider }) })).toThrow(
      expect.objectContaining({ code: 'unsupported' }),
    );
  });

  /** An entry of a view of Acme's settings. */
  async function newEntry(): Promise<AuditEntry> {
    const { admin, store } = setUp();
    const { organizationId: acme } = vendor.acme;
    await admin.viewSettings({ organizationId: acme }, by(acme));
    return (await store.list({ organizationId: acme, limit: 1 })).entries[0]!;
  }
});

describe('JSON lines', () => {
  function newFolder() {
    const folder = mkdtempSync(join(tmpdir(), 'sso-admin-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  async function deliver(sink: AuditSink, ...names: string[]) {
    const { provider, world } = createMemoryProvider();
    const { id: acme } = world.createOrganization({ name: 'Acme' });
    const store = createMemoryAuditStore();
    const admin = createSsoAdmin({ sso: createSso({ provider }), store, sinks: [sink] });
    for (const name of names) await admin.viewSettings({ organizationId: acme }, by(acme, { name }));
    await admin.trail.process();
    return { admin, entries: (await store.list({ organizationId: acme, limit: 100 })).entries };
  }

  it('a line for each entry, in a file for its owner alone', async () => {
    const path = join(newFolder(), 'audit.jsonl');
    const { entries } = await deliver(jsonLinesSink({ path }), 'Ada "\u2028', 'Ben </script>');
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    const parsed = lines.map((line) => JSON.parse(line) as { id: string });
    expect(parsed.map(({ id }) => id).toSorted()).toEqual(entries.map(({ id }) => id).toSorted());
    const { id, organizationId: organization, event } = entries[0]!;
    expect(parsed.find((line) => line.id === id)).toEqual({ id, organizationId: organization, ...event });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('a file that is rotated away is made anew', async () => {
    const path = join(newFolder(), 'audit.jsonl');
    const sink = jsonLinesSink({ path });
    await deliver(sink, 'Ada');
    renameSync(path, `${path}.1`);
    await deliver(sink, 'Ben');
    expect(readFileSync(`${path}.1`, 'utf8')).toContain('Ada');
    expect(readFileSync(path, 'utf8')).toContain('Ben');
  });

  it('a folder that is not there: the entries wait', async () => {
    const { admin } = await deliver(
      jsonLinesSink({ path: join(newFolder(), 'missing', 'audit.jsonl') }),
      'Ada',
    );
    expect(await admin.trail.listQuarantined()).toMatchObject({ deliveries: [] });
    expect(await admin.trail.process()).toBe(0);
  });

  it('a stream takes them, and is not ended', async () => {
    const stream = new PassThrough();
    const sink = jsonLinesSink({ stream, name: 'stdout' });
    expect(sink.name).toBe('stdout');
    await deliver(sink, 'Ada', 'Ben');
    expect(stream.writableEnded).toBe(false);
    expect(String(stream.read()).trimEnd().split('\n')).toHaveLength(2);
  });

  it('a stream that breaks loses nothing', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    stream.on('error', () => undefined);
    const { admin } = await deliver(jsonLinesSink({ stream }), 'Ada');
    expect(await admin.trail.listQuarantined()).toMatchObject({ deliveries: [] });
  });

  it.each([{}, { path: 'a', stream: new PassThrough() }])('refuses neither and both', (options) => {
    expect(() => jsonLinesSink(options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });
});

it('on a real database: what one process recorded, another delivers', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sso-admin-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'store.db');
  const taken: string[] = [];
  const sink: AuditSink = { name: 'siem', deliver: ({ id }) => void taken.push(id) };
  const { provider, world } = createMemoryProvider();
  const { id: acme } = world.createOrganization({ name: 'Acme' });
  const first = createSqliteStore({ path });
  await first.migrate();
  const admin = createSsoAdmin({ sso: createSso({ provider }), store: first.audit, sinks: [sink] });
  await admin.viewSettings({ organizationId: acme }, by(acme));
  await first.close();
  const second = createSqliteStore({ path });
  onTestFinished(() => second.close());
  const worker = createAuditTrail({ store: second.audit, sinks: [sink] });
  expect(await worker.process()).toBe(1);
  expect(taken).toHaveLength(1);
});
