import { SsoError, UnsupportedOperationError, type OrganizationId } from '@org/sso-core';
import { createMemoryRoutes } from '@org/sso-core/compose';
import { expect, test } from 'vitest';
import { startApp, useVendors, type VendorName } from './support.js';

const vendors = useVendors();
const names = ['workos', 'scalekit'] as const;
const acme = (name: VendorName) => vendors.organization(name, 'Acme Corp');
const nothingWasSent = async () => {
  for (const name of names) expect(await vendors.traffic(name)).toEqual([]);
};

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test.each(names)('an id of %s goes there and nowhere else', async (name) => {
  const { organizations, domains, connections, directories, users } = startApp(vendors);
  const organizationId = acme(name);
  expect((await organizations.get(organizationId)).provider).toBe(name);
  const answers = [
    ...(await collect(domains.list({ organizationId }))),
    ...(await collect(connections.list({ organizationId }))),
    ...(await collect(directories.list({ organizationId }))),
    ...(await collect(users.list({ organizationId }))),
  ];
  expect(answers.length).toBeGreaterThan(2);
  expect(new Set(answers.map(({ provider }) => provider))).toEqual(new Set([name]));
  expect(await vendors.traffic(name === 'workos' ? 'scalekit' : 'workos')).toEqual([]);
});

test('an id of nobody, and ids of two vendors in one call, are refused before any request', async () => {
  const { organizations, connections, connectionAdmin } = startApp(vendors, { fallback: 'workos' });
  const stranger = 'okta:org_1' as OrganizationId;
  const mixed = { organizationId: acme('workos'), connectionId: 'scalekit:conn_1' as never };
  for (const attempt of [
    () => organizations.get(stranger),
    () => connections.get({ organizationId: stranger, connectionId: 'workos:conn_1' as never }),
    () => connections.get(mixed),
    () => connectionAdmin.delete(mixed),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: 'invalid_argument' });
  await nothingWasSent();
});

test.each([1, 2, 3, 50])('lists of both vendors are merged in pages of %s', async (pageSize) => {
  const { organizations, connections } = startApp(vendors);
  const listed = await collect(organizations.list({ pageSize }));
  expect(listed.map(({ provider, name }) => `${provider} ${name}`).toSorted()).toEqual(
    names.flatMap((name) => [`${name} Acme Corp`, `${name} Globex`]).toSorted(),
  );
  const found = await collect(connections.list({ domain: 'acme.example' }, { pageSize }));
  expect(found.map(({ provider }) => provider)).toEqual(['workos', 'scalekit']);
});

test('a merged list goes on from every cursor, in another process too', async () => {
  const all = await collect(startApp(vendors).organizations.list());
  const seen = [];
  for await (const { items, nextCursor } of startApp(vendors).organizations.list({ pageSize: 1 }).byPage()) {
    seen.push(...items);
    if (nextCursor === null) break;
    const rest = startApp(vendors).organizations.list({ pageSize: 1 }).byPage({ cursor: nextCursor });
    const resumed = (await collect(rest)).flatMap((page) => page.items);
    expect([...seen, ...resumed]).toEqual(all);
  }
  expect(seen).toEqual(all);
});

test('a cursor of another list is refused', async () => {
  const pages = startApp(vendors).organizations.list().byPage({ cursor: 'okta:abc' });
  await expect(collect(pages)).rejects.toMatchObject({ code: 'invalid_argument' });
  await nothingWasSent();
});

test('a merged list fails with the vendor that fails: it is never short', async () => {
  await vendors.emulator.scalekit.control.addFault({ status: 503, body: '{}', times: 20 });
  const error: unknown = await collect(startApp(vendors).organizations.list()).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'unavailable', provider: 'scalekit' });
});

test('look-ups by external id and new organizations go where the route says', async () => {
  const routes = createMemoryRoutes([
    [{ externalId: 'tenant_acme' }, 'workos'],
    [{ externalId: 'tenant_new' }, 'scalekit'],
  ]);
  const { organizations, organizationAdmin } = startApp(vendors, { routes });
  expect((await organizations.getByExternalId('tenant_acme')).id).toBe(acme('workos'));
  expect(await vendors.traffic('scalekit')).toEqual([]);
  routes.set({ externalId: 'tenant_acme' }, 'scalekit');
  expect((await organizations.getByExternalId('tenant_acme')).id).toBe(acme('scalekit'));
  const created = await organizationAdmin.create({ name: 'Initech', externalId: 'tenant_new' });
  expect(created.provider).toBe('scalekit');
});

test('one the routed vendor does not know is not looked for at the other', async () => {
  const routes = createMemoryRoutes([[{ externalId: 'tenant_missing' }, 'workos']]);
  const { organizations } = startApp(vendors, { routes });
  await expect(organizations.getByExternalId('tenant_missing')).rejects.toMatchObject({
    code: 'not_found',
    provider: 'workos',
  });
  expect(await vendors.traffic('scalekit')).toEqual([]);
});

test('without a route, and for a new organization without external id, refused before any request', async () => {
  const { organizations, organizationAdmin } = startApp(vendors);
  for (const attempt of [
    () => organizations.getByExternalId('tenant_acme'),
    () => organizationAdmin.create({ name: 'Initech', externalId: 'tenant_new' }),
    () => organizationAdmin.create({ name: 'Initech' }),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: 'failed_precondition', provider: 'routed' });
  await nothingWasSent();
});

test('what only one vendor can do is refused for customers of the other, in its name, before any request', async () => {
  const { organizationAdmin, directories, directoryAdmin } = startApp(vendors);
  const [organizationId, directoryId] = [acme('workos'), 'workos:directory_1' as never];
  for (const attempt of [
    () => organizationAdmin.updateSettings(organizationId, { sso: true }),
    () => directoryAdmin.enable({ organizationId, directoryId }),
    () =>
      collect(directories.listUsers({ organizationId, directoryId, updatedAfter: '2026-01-01T00:00:00Z' })),
  ]) {
    const error: unknown = await attempt().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnsupportedOperationError);
    expect(error).toMatchObject({ provider: 'workos' });
  }
  await nothingWasSent();
  const settings = { directorySync: true };
  expect((await organizationAdmin.updateSettings(acme('scalekit'), settings)).settings).toMatchObject(
    settings,
  );
});

test("a preview of one vendor is taken under that vendor's name", async () => {
  const { connectionAdmin } = startApp(vendors);
  const input = { organizationId: acme('scalekit'), identityProvider: 'okta', protocol: 'saml' } as const;
  await expect(connectionAdmin.create(input)).rejects.toMatchObject({
    code: 'failed_precondition',
    message: expect.stringMatching(/scalekit: \{ allowPreview/),
  });
  const created = await connectionAdmin.create(input, {
    providerOptions: { scalekit: { allowPreview: true } },
  });
  expect(created.provider).toBe('scalekit');
});

test('what the vendor of a customer can do is data', async () => {
  const routes = createMemoryRoutes([[{ externalId: 'tenant_acme' }, 'scalekit']]);
  const { supportsFor } = startApp(vendors, { routes }).provider;
  const [here, there] = [await supportsFor(acme('workos')), await supportsFor({ externalId: 'tenant_acme' })];
  expect([here.provider, here.facets.directories?.['updatedAfter']]).toEqual(['workos', false]);
  expect([there.provider, there.facets.directories?.['updatedAfter']]).toEqual(['scalekit', true]);
  expect(here.facets.events).toBeUndefined();
  expect(JSON.parse(JSON.stringify(here))).toEqual(here);
  await expect(supportsFor({ externalId: 'tenant_new' })).rejects.toMatchObject({
    code: 'failed_precondition',
  });
  await expect(supportsFor('okta:org_1' as never)).rejects.toSatisfy(SsoError.isInstance);
});

test('events and webhooks stay with each vendor', () => {
  const { provider } = startApp(vendors);
  expect(provider).not.toHaveProperty('events');
  expect(provider).not.toHaveProperty('webhooks');
  expect(provider.children.map(({ id }) => id)).toEqual(['workos', 'scalekit']);
});
