import { organizationId } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { workosNative } from '../src/index.js';
import { collect, failureOf, useWorkos } from './support.js';

const workos = useWorkos();
const acme = () => organizationId(`workos:${workos.organization('Acme Corp')}`);
const list = (data: unknown[], after: string | null = null) => ({
  object: 'list',
  data,
  list_metadata: { after },
});

async function bodies(method: string): Promise<unknown[]> {
  return (await workos.traffic())
    .filter((request) => request.method === method)
    .map(({ body }) => JSON.parse(body || 'null'));
}

describe('listing', () => {
  it.each([
    [undefined, 100],
    [1000, 100],
    [7, 7],
  ])('asks for at most 100 a page, in an explicit order (pageSize %s)', async (pageSize, limit) => {
    await collect(workos.sso().organizations.list(pageSize === undefined ? {} : { pageSize }));
    expect(await workos.requests()).toEqual([`GET /organizations?limit=${limit}&order=desc`]);
  });

  it('follows the cursor', async () => {
    await workos.answer('^/organizations$', list([{ id: 'org_1' }], 'org_1'));
    await workos.answer('^/organizations$', list([], 'org_2'));
    await workos.answer('^/organizations$', list([{ id: 'org_3' }]));
    const ids = [];
    for await (const { vendorId } of workos.sso().organizations.list()) ids.push(vendorId);
    expect(ids).toEqual(['org_1', 'org_3']);
    expect(
      (await workos.requests()).map((request) => new URLSearchParams(request.split('?')[1]).get('after')),
    ).toEqual([null, 'org_1', 'org_2']);
  });

  it('refuses an item without an id, naming the place', async () => {
    await workos.answer('^/organizations$', list([{ id: 'org_1' }, { name: 'Nameless' }]));
    expect(await failureOf(collect(workos.sso().organizations.list()))).toMatchObject({
      code: 'invalid_response',
      message: expect.stringContaining('data.1.id'),
    });
  });

  it('does not take a page without paging information for the last', async () => {
    await workos.answer('^/organizations$', { object: 'list', data: [] });
    expect(await failureOf(collect(workos.sso().organizations.list()))).toMatchObject({
      code: 'invalid_response',
      message: expect.stringContaining('list_metadata'),
    });
  });
});

describe('reading', () => {
  it.each([
    {
      title: 'only an id',
      wire: {},
      expected: { name: '', externalId: null, metadata: {}, createdAt: null },
    },
    {
      title: 'nulls',
      wire: { name: null, external_id: null, metadata: null, created_at: null, domains: null },
      expected: { name: '', externalId: null, metadata: {}, createdAt: null },
    },
    {
      title: 'an offset without a colon',
      wire: { created_at: '2021-07-31T05:10:19+0000' },
      expected: { createdAt: '2021-07-31T05:10:19.000Z' },
    },
    {
      title: 'an offset',
      wire: { created_at: '2021-07-31T05:10:19.5+02:00' },
      expected: { createdAt: '2021-07-31T03:10:19.500Z' },
    },
    {
      title: 'a space and no zone',
      wire: { created_at: '2023-04-28 20:05:31.093' },
      expected: { createdAt: '2023-04-28T20:05:31.093Z' },
    },
    { title: 'no timestamp', wire: { created_at: 'yesterday' }, expected: { createdAt: null } },
    {
      title: 'an impossible date',
      wire: { created_at: '2023-13-45T00:00:00Z' },
      expected: { createdAt: null },
    },
    {
      title: 'metadata that is no string',
      wire: { metadata: { tier: 'gold', seats: 3 } },
      expected: { metadata: { tier: 'gold' } },
    },
    { title: 'fields of tomorrow', wire: { name: 'Acme', shiny: { new: true } }, expected: { name: 'Acme' } },
  ])('takes $title', async ({ wire, expected }) => {
    await workos.answer('^/organizations/', { id: 'org_1', ...wire });
    const organization = await workos.sso().organizations.get(acme());
    expect(organization).toMatchObject({ vendorId: 'org_1', settings: null, ...expected });
    expect(workosNative(organization)).toEqual({ id: 'org_1', ...wire });
  });

  it('encodes an external id as one path segment', async () => {
    await failureOf(workos.sso().organizations.getByExternalId('a/b?c#d'));
    expect(await workos.requests()).toEqual(['GET /organizations/external_id/a%2Fb%3Fc%23d']);
  });
});

describe('creating', () => {
  it('repeats a lost answer under one key, and makes one organization', async () => {
    await workos.emulator.control.addFault({ afterHandler: true, status: 503 });
    await workos.emulator.control.addFault({ afterHandler: true, closeConnection: true });
    const sso = workos.sso();
    const created = await sso.organizationAdmin.create({ name: 'Initech' });
    const keys = (await workos.traffic()).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0], keys[0]]);
    const names = workos.emulator.organizations().filter(({ name }) => name === 'Initech');
    expect(names.map(({ id }) => id)).toEqual([created.vendorId]);

    await sso.organizationAdmin.create({ name: 'Initech' });
    expect((await workos.traffic()).at(-1)?.headers['idempotency-key']).not.toBe(keys[0]);
  });

  it('says when the external id is taken', async () => {
    const taken = workos.sso().organizationAdmin.create({ name: 'Other', externalId: 'tenant_acme' });
    expect(await failureOf(taken)).toMatchObject({
      code: 'already_exists',
      vendorCode: 'external_id_already_used',
    });
  });
});

describe('updating', () => {
  it('sends what changed and nothing that would replace domains', async () => {
    await workos.sso().organizationAdmin.update(acme(), { name: 'Acme', externalId: null });
    expect(await bodies('PUT')).toEqual([{ name: 'Acme', external_id: null }]);
    const { domains } = workos.emulator.organizations().find(({ name }) => name === 'Acme') ?? {};
    expect(domains).toEqual(['acme.example']);
  });

  it('replaces metadata by deleting the keys that are gone', async () => {
    const { organizationAdmin } = workos.sso();
    await organizationAdmin.update(acme(), { metadata: { tier: 'gold', region: 'eu' } });
    const updated = await organizationAdmin.update(acme(), { metadata: { tier: 'silver', seats: '3' } });
    expect(updated.metadata).toEqual({ tier: 'silver', seats: '3' });
    expect((await bodies('PUT')).at(-1)).toEqual({ metadata: { region: null, tier: 'silver', seats: '3' } });
  });

  it('clears metadata without reading it', async () => {
    const { organizationAdmin } = workos.sso();
    await organizationAdmin.update(acme(), { metadata: { tier: 'gold' } });
    await workos.emulator.control.clearTraffic();
    expect((await organizationAdmin.update(acme(), { metadata: {} })).metadata).toEqual({});
    expect((await workos.traffic()).map(({ method }) => method)).toEqual(['PUT']);
  });
});

describe('deleting', () => {
  it('takes 202 with a text', async () => {
    await workos.sso().organizationAdmin.delete(acme());
    const [request] = await workos.traffic();
    expect(request).toMatchObject({ method: 'DELETE', status: 202 });
  });

  it('keeps to 50 a minute without asking the vendor', async () => {
    const { organizationAdmin } = workos.sso();
    const unknown = organizationId('workos:org_01UNKNOWN');
    await Promise.all(Array.from({ length: 50 }, () => failureOf(organizationAdmin.delete(unknown))));
    const next = await failureOf(organizationAdmin.delete(unknown, { timeoutMs: 100 }));
    expect(next.code).toBe('deadline_exceeded');
    expect(await workos.requests()).toHaveLength(50);
  });
});

it('has no settings per organization, and says so before any request', async () => {
  const change = workos.sso().organizationAdmin.updateSettings(acme(), { sso: true });
  expect(await failureOf(change)).toMatchObject({
    code: 'unsupported',
    message: expect.stringContaining('no switch'),
  });
  expect(await workos.requests()).toEqual([]);
});
