import { scalekitNative } from '@org/sso-scalekit';
import { describe, expect, it } from 'vitest';
import { collect, failureOf, qualified, useScalekit } from './support.js';

const scalekit = useScalekit({
  seed: {
    organizations: [{ name: 'Acme Corp', externalId: 'tenant_acme' }],
    generate: { organizations: 70 },
  },
});

describe('listing', () => {
  it('asks for the safe page size and follows page tokens', async () => {
    const all = await collect(scalekit.sso().organizations.list());
    expect(new Set(all.map(({ id }) => id)).size).toBe(71);
    const requests = await scalekit.requests();
    expect(requests[0]).toBe('GET /api/v1/organizations?page_size=30');
    expect(requests).toHaveLength(3);
    expect(requests[1]).toMatch(/^GET \/api\/v1\/organizations\?page_size=30&page_token=.+/);
  });

  it.each([
    [7, 7],
    [500, 30],
  ])('a page size of %i is asked for as %i', async (pageSize, asked) => {
    await scalekit
      .provider()
      .organizations.listPage({ cursor: null, pageSize }, { operation: 'organizations.list' });
    expect(await scalekit.requests()).toEqual([`GET /api/v1/organizations?page_size=${asked}`]);
  });

  it.each([
    [{ organizations: null, next_page_token: null }, []],
    [{ organizations: [], next_page_token: 'abc', total_size: 1 }, []],
  ])('%j is a page', async (body, items) => {
    await scalekit.answer('/organizations', body);
    const page = await scalekit
      .provider()
      .organizations.listPage({ cursor: null }, { operation: 'organizations.list' });
    expect(page).toEqual({ items, nextCursor: 'next_page_token' in body ? body.next_page_token : null });
  });

  it.each([{}, [], { total_size: 0 }, { error: 'none' }, { organizations: {} }])(
    '%j is an invalid response, not an empty page',
    async (body) => {
      await scalekit.answer('/organizations', body);
      const error = await failureOf(collect(scalekit.sso().organizations.list()));
      expect(error).toMatchObject({ code: 'invalid_response' });
    },
  );

  it('an item without an id is an invalid response that names the place', async () => {
    await scalekit.answer('/organizations', { organizations: [{ id: 'org_1' }, { display_name: 'Acme' }] });
    const error = await failureOf(collect(scalekit.sso().organizations.list()));
    expect(error).toMatchObject({ code: 'invalid_response', operation: 'organizations.list' });
    expect(error.message).toContain('organizations.1.id');
  });
});

describe('reading', () => {
  it('maps what Scalekit sends and keeps it as it was', async () => {
    const wire = {
      id: 'org_1',
      display_name: 'Megasoft',
      external_id: 'tenant_1',
      metadata: { plan: 'enterprise', seats: 7 },
      create_time: '2025-02-15T06:23:44.560488720Z',
      update_time: '2025-02-15T06:23:44Z',
      region_code: 'MARS',
      settings: {
        features: [
          { name: 'directory_sync', enabled: true },
          { name: 'sso', enabled: false },
          { name: 'new' },
        ],
      },
    };
    await scalekit.answer('/organizations', { organization: wire });
    const organization = await scalekit.sso().organizations.get(qualified('org_1'));
    expect(organization).toEqual({
      id: 'scalekit:org_1',
      provider: 'scalekit',
      vendorId: 'org_1',
      name: 'Megasoft',
      externalId: 'tenant_1',
      metadata: { plan: 'enterprise' },
      settings: { sso: false, directorySync: true },
      createdAt: '2025-02-15T06:23:44.560Z',
      updatedAt: '2025-02-15T06:23:44.000Z',
    });
    expect(scalekitNative(organization)).toEqual(wire);
    expect(JSON.stringify(organization)).not.toContain('MARS');
    expect(scalekitNative({ ...organization, provider: 'workos' })).toBeUndefined();
  });

  it.each([
    { id: 'org_1' },
    {
      id: 'org_1',
      display_name: null,
      external_id: '',
      metadata: null,
      settings: null,
      create_time: 'soon',
      update_time: '',
    },
  ])('absent, null and empty fields are null: %j', async (wire) => {
    await scalekit.answer('/organizations', { organization: wire });
    await expect(scalekit.sso().organizations.get(qualified('org_1'))).resolves.toMatchObject({
      name: '',
      externalId: null,
      metadata: {},
      settings: { sso: false, directorySync: false },
      createdAt: null,
      updatedAt: null,
    });
  });

  it('an external id is one path segment', async () => {
    const sso = scalekit.sso();
    const created = await sso.organizationAdmin.create({ name: 'Odd', externalId: 'a/b?c=d:e %' });
    await scalekit.forget();
    await expect(sso.organizations.getByExternalId('a/b?c=d:e %')).resolves.toEqual(created);
    expect(await scalekit.requests()).toEqual(['GET /api/v1/organizations:external/a%2Fb%3Fc%3Dd%3Ae%20%25']);
  });

  it('a redirect or a page instead of JSON is an invalid response', async () => {
    await scalekit.emulator.control.addFault({
      match: { path: '/api' },
      status: 302,
      headers: { location: 'http://localhost:1/' },
    });
    expect(await failureOf(scalekit.sso().organizations.get(qualified('org_1')))).toMatchObject({
      code: 'invalid_response',
    });
    await scalekit.emulator.control.addFault({
      match: { path: '/api' },
      status: 200,
      contentType: 'text/html',
      body: '<p>',
    });
    expect(await failureOf(scalekit.sso().organizations.get(qualified('org_1')))).toMatchObject({
      code: 'invalid_response',
    });
  });
});

describe('changing', () => {
  it('creates without wrapper key', async () => {
    await scalekit
      .sso()
      .organizationAdmin.create({ name: 'Initech', externalId: 'tenant_initech', metadata: { plan: 'pro' } });
    expect(await scalekit.sent()).toEqual([
      { display_name: 'Initech', external_id: 'tenant_initech', metadata: { plan: 'pro' } },
    ]);
  });

  it('a creation whose answer is lost is not sent again', async () => {
    await scalekit.emulator.control.addFault({
      match: { method: 'POST', path: '/organizations' },
      afterHandler: true,
      closeConnection: true,
    });
    const sso = scalekit.sso();
    const error = await failureOf(
      sso.organizationAdmin.create({ name: 'Initech', externalId: 'tenant_initech' }),
    );
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(await scalekit.traffic()).toHaveLength(1);
    await expect(sso.organizations.getByExternalId('tenant_initech')).resolves.toMatchObject({
      name: 'Initech',
    });
  });

  it('updates only what is given; null removes the external id', async () => {
    const sso = scalekit.sso();
    const id = scalekit.organization('Acme Corp');
    await sso.organizationAdmin.update(id, { name: 'Acme Inc' });
    await expect(sso.organizationAdmin.update(id, { externalId: null })).resolves.toMatchObject({
      name: 'Acme Inc',
      externalId: null,
    });
    const bodies = (await scalekit.traffic()).map(({ method, body }) => [method, JSON.parse(body)]);
    expect(bodies).toEqual([
      ['PATCH', { display_name: 'Acme Inc' }],
      ['PATCH', { external_id: '' }],
    ]);
  });

  it('settings send the stored feature names', async () => {
    const sso = scalekit.sso();
    const id = scalekit.organization('Acme Corp');
    await expect(sso.organizationAdmin.updateSettings(id, { directorySync: true })).resolves.toMatchObject({
      settings: { sso: true, directorySync: true },
    });
    const [request] = await scalekit.traffic();
    expect(request).toMatchObject({ method: 'PATCH', path: `/api/v1/organizations/${id.slice(9)}/settings` });
    expect(await scalekit.sent()).toEqual([{ features: [{ name: 'dir_sync', enabled: true }] }]);
  });

  it('a deletion answers nothing, also when its first answer was lost', async () => {
    await scalekit.emulator.control.addFault({
      match: { method: 'DELETE' },
      afterHandler: true,
      closeConnection: true,
    });
    const sso = scalekit.sso();
    const id = scalekit.organization('Acme Corp');
    await expect(sso.organizationAdmin.delete(id)).resolves.toBeUndefined();
    expect(await failureOf(sso.organizationAdmin.delete(id))).toMatchObject({ code: 'not_found' });
  });
});

describe('native requests', () => {
  it('are authenticated and answer as they are', async () => {
    const { status, body } = await scalekit.provider().native.request({
      method: 'GET',
      path: '/api/v1/organizations:search',
      query: { query: 'Acme', page_size: 5 },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ organizations: [{ display_name: 'Acme Corp' }], total_size: 1 });
  });

  it('fail with the same errors', async () => {
    const error = await failureOf(
      scalekit.provider().native.request({ method: 'GET', path: '/api/v1/organizations/org_0' }),
    );
    expect(error).toMatchObject({ code: 'not_found', operation: 'native.request' });
  });

  it('go to no other host', async () => {
    const { native } = scalekit.provider();
    for (const path of ['@evil.example/', '.evil.example/', 'https://evil.example/']) {
      expect(await failureOf(native.request({ method: 'GET', path }))).toMatchObject({
        code: 'invalid_argument',
      });
    }
    expect(await scalekit.requests()).toEqual([]);
  });

  it('stop with the signal', async () => {
    const reason = new Error('enough');
    await expect(
      scalekit.provider().native.request({ method: 'GET', path: '/keys', signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
  });
});
