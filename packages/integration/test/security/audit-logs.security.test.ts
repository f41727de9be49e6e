import type { AuditEvent, ClientFacets, OrganizationId } from '@org/sso-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { useApp, vendorNames } from '../support/app.js';

const app = useApp();

const canary = 'CANARY-audit-0123456789';

const event: AuditEvent = {
  action: 'sso.delete_connection',
  version: 1,
  occurredAt: '2026-03-01T12:00:00.000Z',
  actor: { id: 'user_1', type: 'user' },
  targets: [{ id: 'conn_1', type: 'sso_connection' }],
  context: { location: '203.0.113.9' },
};

describe('audit logs', () => {
  let acme: OrganizationId;
  let auditLogs: ClientFacets['auditLogs'];
  beforeEach(async () => {
    const { sso, organization, control } = app.at('workos');
    acme = organization('Acme Corp');
    ({ auditLogs } = sso as unknown as ClientFacets);
    const { action, targets } = event;
    const types = targets.map(({ type }) => ({ type }));
    await auditLogs.defineSchema({ action, targets: types, metadata: { attempts: 'number' } });
    await control.clearTraffic();
  });

  const record = (changes: Partial<AuditEvent>, idempotencyKey?: string) =>
    auditLogs.record({
      organizationId: acme,
      event: { ...event, ...changes },
      ...(idempotencyKey !== undefined && { idempotencyKey }),
    });

  const sent = async () => {
    const traffic = await Promise.all(vendorNames.map((name) => app.at(name).control.traffic()));
    return traffic.flat().map(({ method, path }) => `${method} ${path}`);
  };

  it('an event of an organization at another vendor is sent to neither', async () => {
    const organizationId = app.at('scalekit').organization('Acme Corp');
    const failure = await app.leaks.failureOf(auditLogs.record({ organizationId, event }));
    expect(failure.code).toBe('invalid_argument');
    expect(await sent()).toEqual([]);
  });

  it('a secret in the metadata of a refused event is told nobody', async () => {
    app.leaks.secret(canary);
    const metadata = { attempts: canary };
    expect(await app.leaks.failureOf(record({ metadata }))).toMatchObject({ code: 'invalid_argument' });
    await app.at('workos').control.addFault({
      status: 422,
      body: JSON.stringify({
        message: `${canary} is not allowed`,
        errors: [{ field: canary, code: canary }],
      }),
    });
    const told = { actor: { ...event.actor, metadata: { note: canary } } };
    expect(await app.leaks.failureOf(record(told))).toMatchObject({ status: 422 });
    const long = { metadata: { note: canary.padEnd(501, 'x') } };
    expect(await app.leaks.failureOf(record(long))).toMatchObject({ code: 'invalid_argument' });
  });

  it('an idempotency key with a line break adds no header', async () => {
    for (const key of ['k\r\nauthorization: Bearer x', 'k\nx: y', 'k\u0000', 'ключ', ' k'])
      expect(await app.leaks.failureOf(record({}, key))).toMatchObject({ code: 'invalid_argument' });
    expect(await sent()).toEqual([]);
  });

  it('metadata that would change a prototype is refused', async () => {
    const metadata = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, string>;
    for (const changes of [{ metadata }, { actor: { ...event.actor, metadata } }])
      expect(await app.leaks.failureOf(record(changes))).toMatchObject({ code: 'invalid_argument' });
    expect(await sent()).toEqual([]);
  });

  it('an action that means something in a URL reaches no other operation', async () => {
    const action = '../../organizations?limit=1#';
    await app.leaks.failureOf(auditLogs.getSchema(action));
    await app.leaks.failureOf(auditLogs.getSchema('..'));
    expect(await sent()).toEqual([`GET /audit_logs/actions/${encodeURIComponent(action)}/schemas`]);
  });

  it('events of one tenant do not show in the log of another', async () => {
    const { control, organization } = app.at('workos');
    await record({}, 'same-key');
    await auditLogs.record({ organizationId: organization('Globex'), event, idempotencyKey: 'same-key' });
    const owners = (await control.auditEvents()).map(({ organizationId }) => `workos:${organizationId}`);
    expect(owners).toEqual([acme, organization('Globex')]);
  });
});
