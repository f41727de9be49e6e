import { createSso, type AuditEvent } from '@org/sso-core';
import { createMemoryRoutes, routed, shadowed } from '@org/sso-core/compose';
import { createMemoryProvider } from '@org/sso-core/testing';
import { expect, it } from 'vitest';
import { startApp, useVendors } from './support.js';

const vendors = useVendors();

const schema = { action: 'sso.delete_connection', targets: [{ type: 'sso_connection' }] };

const event: AuditEvent = {
  action: schema.action,
  version: 1,
  occurredAt: '2026-03-01T12:00:00.000Z',
  actor: { id: 'user_1', type: 'user' },
  targets: [{ id: 'conn_1', type: 'sso_connection' }],
  context: { location: '203.0.113.9' },
};

it('an event goes to the vendor of its organization, and is refused where that one has no audit log', async () => {
  const { auditLogs, provider } = startApp(vendors);
  expect(await auditLogs.defineSchema(schema)).toMatchObject({ provider: 'workos', version: 1 });
  const acme = vendors.organization('workos', 'Acme Corp');
  await auditLogs.record({ organizationId: acme, event, idempotencyKey: 'delivery-1' });
  const recorded = await vendors.emulator.workos.control.auditEvents();
  expect(recorded).toMatchObject([
    { organizationId: acme.slice('workos:'.length), idempotencyKey: 'delivery-1' },
  ]);

  const organizationId = vendors.organization('scalekit', 'Acme Corp');
  await expect(auditLogs.record({ organizationId, event })).rejects.toMatchObject({
    code: 'unsupported',
    provider: 'scalekit',
  });
  expect(await vendors.traffic('scalekit')).toEqual([]);
  expect((await provider.supportsFor(acme)).facets.auditLogs).toMatchObject({ maxMetadataEntries: 50 });
  expect((await provider.supportsFor(organizationId)).facets.auditLogs).toBeUndefined();
});

it('a schema is defined at every provider that wants it, and refused where versions part', async () => {
  const [one, other] = [createMemoryProvider({ id: 'one' }), createMemoryProvider({ id: 'other' })];
  const providers = [one.provider, other.provider];
  const { auditLogs } = createSso({ provider: routed({ providers, routes: createMemoryRoutes() }) });
  await auditLogs.defineSchema(schema);
  for (const { provider, world } of [one, other]) {
    const { id: organizationId } = world.createOrganization({ name: 'Acme' });
    await auditLogs.record({ organizationId, event });
    expect(world.auditEvents(organizationId)).toEqual([event]);
    expect((await createSso({ provider }).auditLogs.getSchema(schema.action)).version).toBe(1);
  }

  const further = { ...schema, metadata: { note: 'string' } } as const;
  await createSso({ provider: other.provider }).auditLogs.defineSchema(further);
  for (const call of [() => auditLogs.getSchema(schema.action), () => auditLogs.defineSchema(schema)]) {
    await expect(call()).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(/version 1 at one, [23] at other/),
    });
  }
});

it('a provider with narrower limits refuses by itself', async () => {
  const [one, other] = [createMemoryProvider({ id: 'one' }), createMemoryProvider({ id: 'other' })];
  const features = { ...other.provider.auditLogs.features, maxMetadataEntries: 1 };
  const narrow = { ...other.provider, auditLogs: { ...other.provider.auditLogs, features } };
  const provider = routed({ providers: [one.provider, narrow], routes: createMemoryRoutes() });
  expect(provider.auditLogs.features.maxMetadataEntries).toBe(50);
  const { auditLogs } = createSso({ provider });
  await auditLogs.defineSchema(schema);
  const { id: organizationId } = other.world.createOrganization({ name: 'Acme' });
  const refused = auditLogs.record({ organizationId, event: { ...event, metadata: { a: 1, b: 2 } } });
  await expect(refused).rejects.toMatchObject({ code: 'invalid_argument', provider: 'other' });
});

it('a shadow is told nothing', async () => {
  const [primary, shadow] = [createMemoryProvider(), createMemoryProvider({ id: 'shadow' })];
  const provider = shadowed({ primary: primary.provider, shadow: shadow.provider, report() {} });
  const { auditLogs } = createSso({ provider });
  await auditLogs.defineSchema(schema);
  const { id: organizationId } = primary.world.createOrganization({ name: 'Acme' });
  await auditLogs.record({ organizationId, event });
  expect(primary.world.auditEvents(organizationId)).toEqual([event]);
  expect(shadow.world.calls).toEqual([]);
});
