import { describe, expect, it } from 'vitest';
import { type Answer, start } from './scalekit-client.js';

const errorInfo = 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo';

function status(code: number, message: string, errorCode: string) {
  return { code, message, details: [{ '@type': errorInfo, error_code: errorCode }] };
}

function violated({ status: httpStatus, body }: Answer): unknown {
  expect(httpStatus).toBe(400);
  expect(body).toMatchObject({ code: 3, message: 'validation error' });
  return body.details[0].validation_error_info.field_violations.map(
    ({ field, constraint }: { field: string; constraint: string }) => [field, constraint],
  );
}

describe('API authentication', () => {
  it('answers 401 with the documented body when the token is missing', async () => {
    const { emulator } = await start();
    const response = await fetch(`${emulator.url}/api/v1/organizations`);
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual(status(16, 'Token empty', 'UNAUTHENTICATED'));
  });

  it('refuses an unknown token, and a token after its 86,399 seconds', async () => {
    const { call, emulator } = await start({ clock: '2026-01-01T00:00:00Z' });
    const garbage = await fetch(`${emulator.url}/api/v1/organizations`, {
      headers: { authorization: 'Bearer x' },
    });
    expect(garbage.status).toBe(401);
    expect((await call('GET', '/api/v1/organizations')).status).toBe(200);
    await emulator.control.advanceClock(86_399_000);
    expect((await call('GET', '/api/v1/organizations')).body).toMatchObject({ code: 16 });
  });

  it('keeps API tokens across a reset', async () => {
    const { call, emulator } = await start();
    await emulator.control.reset();
    expect((await call('GET', '/api/v1/organizations')).status).toBe(200);
  });

  it('answers unknown paths as the gateway does', async () => {
    const { call } = await start();
    expect(await call('GET', '/api/v1/nothing')).toEqual({
      status: 404,
      body: { code: 5, message: 'Not Found', details: [] },
    });
  });
});

describe('organizations', () => {
  it('creates with 201, emits zero values and accepts both spellings', async () => {
    const { call } = await start({ clock: '2026-01-01T00:00:00.500Z', seed: { organizations: [] } });
    const created = await call('POST', '/api/v1/organizations', {
      displayName: 'Acme Corp',
      external_id: 'tenant_1',
      unknown: 1,
    });
    expect(created).toEqual({
      status: 201,
      body: {
        organization: {
          id: expect.stringMatching(/^org_\d{15,19}$/),
          create_time: '2026-01-01T00:00:00.500Z',
          update_time: '2026-01-01T00:00:00.500Z',
          display_name: 'Acme Corp',
          region_code: 'US',
          external_id: 'tenant_1',
          metadata: {},
          settings: {
            features: [
              { name: 'sso', enabled: true },
              { name: 'dir_sync', enabled: false },
            ],
          },
        },
      },
    });
    const { id } = created.body.organization;
    expect(await call('GET', `/api/v1/organizations/${id}`)).toEqual({ status: 200, body: created.body });
    expect(await call('GET', '/api/v1/organizations:external/tenant_1')).toEqual({
      status: 200,
      body: created.body,
    });
  });

  it('keeps external ids unique, and frees them with a delete', async () => {
    const { call } = await start();
    const duplicate = await call('POST', '/api/v1/organizations', {
      display_name: 'Copy',
      external_id: 'tenant_acme',
    });
    expect(duplicate).toEqual({
      status: 409,
      body: status(6, 'organization with external_id tenant_acme already exists', 'ALREADY_EXISTS'),
    });
    const { id } = (await call('GET', '/api/v1/organizations:external/tenant_acme')).body.organization;
    expect(await call('DELETE', `/api/v1/organizations/${id}`)).toEqual({ status: 200, body: {} });
    expect(await call('GET', `/api/v1/organizations/${id}`)).toEqual({
      status: 404,
      body: status(5, 'organization not found', 'NOT_FOUND'),
    });
    expect((await call('GET', '/api/v1/connections?include=all')).body.connections).toHaveLength(1);
    expect(
      (await call('POST', '/api/v1/organizations', { display_name: 'Again', external_id: 'tenant_acme' }))
        .status,
    ).toBe(201);
  });

  it('reports every broken rule of a request at once', async () => {
    const { call } = await start();
    const answer = await call('POST', '/api/v1/organizations', {
      display_name: '',
      metadata: { k: 'v' },
      slug: 'Not A Slug',
      logo_url: 'http://cdn.example/logo.png',
    });
    expect(violated(answer)).toEqual([
      ['display_name', 'required'],
      ['metadata["k"]', 'string.min_len'],
      ['slug', 'string.pattern'],
      ['logo_url', 'string.pattern'],
    ]);
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`key${index}`, 'value']));
    expect(
      violated(await call('POST', '/api/v1/organizations', { display_name: 'A', metadata: eleven })),
    ).toEqual([['metadata', 'map.max_pairs']]);
  });

  it('refuses wrong JSON types and unknown enum values', async () => {
    const { call } = await start();
    for (const body of [
      { display_name: 5 },
      { display_name: 'A', region_code: 'MARS' },
      { display_name: 'A', metadata: { key: 1 } },
    ]) {
      expect(await call('POST', '/api/v1/organizations', body)).toMatchObject({
        status: 400,
        body: { code: 3 },
      });
    }
  });

  it('lets a query id beat the external id, with an error', async () => {
    const { call } = await start();
    expect(await call('GET', '/api/v1/organizations:external/tenant_acme?id=org_1')).toMatchObject({
      status: 400,
      body: { message: 'ExternalId is required' },
    });
    expect((await call('GET', '/api/v1/organizations:external/nobody')).status).toBe(404);
  });

  it('changes only what a PATCH names; empty text clears', async () => {
    const { call } = await start();
    const { id } = (await call('GET', '/api/v1/organizations:external/tenant_acme')).body.organization;
    const path = `/api/v1/organizations/${id}`;
    await call('PATCH', path, { slug: 'acme', metadata: { plan: 'enterprise' } });
    const renamed = await call('PATCH', path, { display_name: 'Acme Inc' });
    expect(renamed.body.organization).toMatchObject({
      display_name: 'Acme Inc',
      external_id: 'tenant_acme',
      slug: 'acme',
      metadata: { plan: 'enterprise' },
    });
    const cleared = await call('PATCH', path, { slug: '', external_id: '' });
    expect(cleared.body.organization).not.toHaveProperty('slug');
    expect((await call('GET', '/api/v1/organizations:external/tenant_acme')).status).toBe(404);
  });

  it('pages by token, both ways, and refuses a malformed one', async () => {
    const { call } = await start({ seed: { organizations: [], generate: { organizations: 25 } } });
    const seen: string[] = [];
    let path = '/api/v1/organizations?page_size=10';
    let last: Answer;
    do {
      last = await call('GET', path);
      expect(last.body.total_size).toBe(25);
      seen.push(...last.body.organizations.map((organization: { id: string }) => organization.id));
      path = `/api/v1/organizations?page_size=10&page_token=${encodeURIComponent(last.body.next_page_token)}`;
    } while (last.body.next_page_token !== '');
    expect(new Set(seen).size).toBe(25);
    const back = await call(
      'GET',
      `/api/v1/organizations?page_token=${encodeURIComponent(last.body.prev_page_token)}`,
    );
    expect(back.body.organizations.map((organization: { id: string }) => organization.id)).toEqual(
      seen.slice(10, 20),
    );
    expect(await call('GET', '/api/v1/organizations?page_token=%%%')).toMatchObject({
      status: 400,
      body: { code: 3 },
    });
    expect((await call('GET', '/api/v1/organizations?page_size=-1')).status).toBe(400);
    expect(violated(await call('GET', '/api/v1/organizations?page_size=101'))).toEqual([
      ['page_size', 'uint32.lte'],
    ]);
  });

  it('filters by external id and searches by 3 to 100 characters', async () => {
    const { call } = await start();
    const names = ({ body }: Answer) =>
      body.organizations.map((organization: { display_name: string }) => organization.display_name);
    expect(names(await call('GET', '/api/v1/organizations?external_id=tenant_globex'))).toEqual(['Globex']);
    expect(names(await call('GET', '/api/v1/organizations?external_id=nobody'))).toEqual([]);
    expect(names(await call('GET', '/api/v1/organizations:search?query=ACME'))).toEqual(['Acme Corp']);
    expect(violated(await call('GET', '/api/v1/organizations:search?query=ac'))).toEqual([
      ['query', 'string.min_len'],
    ]);
    expect(violated(await call('GET', '/api/v1/organizations:search'))).toEqual([['query', 'required']]);
  });

  it('stores feature names in their stored spelling', async () => {
    const { call } = await start();
    const { id } = (await call('GET', '/api/v1/organizations:external/tenant_acme')).body.organization;
    const path = `/api/v1/organizations/${id}/settings`;
    const { body } = await call('PATCH', path, { features: [{ name: 'directory_sync', enabled: true }] });
    expect(body.organization.settings.features).toEqual([
      { name: 'sso', enabled: true },
      { name: 'dir_sync', enabled: true },
    ]);
    expect((await call('PATCH', path, { features: [{ name: 'teleport', enabled: true }] })).status).toBe(400);
    expect((await call('PATCH', '/api/v1/organizations/org_1/settings', { features: [] })).status).toBe(404);
  });
});

describe('domains', () => {
  async function world() {
    const client = await start({
      seed: {
        organizations: [
          { name: 'Acme Corp', externalId: 'a' },
          { name: 'Globex', externalId: 'b' },
        ],
      },
    });
    const [acme, globex] = client.emulator.organizations();
    const path = (id = '') => `/api/v1/organizations/${id}/domains`;
    return { ...client, acme: path(acme?.id), globex: path(globex?.id) };
  }

  it('creates with 200 and a domain that is verified at once', async () => {
    const { call, acme } = await world();
    const created = await call('POST', acme, { domain: 'Acme.example', domain_type: 'ORGANIZATION_DOMAIN' });
    expect(created.status).toBe(200);
    expect(created.body.domain).toMatchObject({
      id: expect.stringMatching(/^dom_\d+$/),
      domain: 'acme.example',
      domain_type: 'ORGANIZATION_DOMAIN',
      verification_status: 'AUTO_VERIFIED',
      verification_method: 'ADMIN',
    });
    const path = `${acme}/${created.body.domain.id}`;
    expect(await call('GET', path)).toEqual({ status: 200, body: created.body });
    expect(await call('PATCH', path, {})).toEqual({ status: 200, body: created.body });
    expect(await call('PATCH', `${path}:verify`)).toEqual({ status: 200, body: { verified: true } });
    expect(await call('DELETE', path)).toEqual({ status: 200, body: {} });
    expect((await call('GET', path)).status).toBe(404);
  });

  it('refuses malformed, public, disposable and taken domains with 400', async () => {
    const { call, acme, globex } = await world();
    const body = (domain: string) => ({ domain, domain_type: 'ORGANIZATION_DOMAIN' });
    expect((await call('POST', acme, body('acme.example'))).status).toBe(200);
    expect((await call('POST', globex, body('acme.example'))).body).toEqual(
      status(3, 'domain acme.example already exists', 'INVALID_ARGUMENT'),
    );
    for (const domain of ['gmail.com', 'mailinator.com', 'no dots', '-a.example']) {
      const { status: httpStatus, body: error } = await call('POST', acme, body(domain));
      expect({ domain, httpStatus, code: error.code }).toEqual({ domain, httpStatus: 400, code: 3 });
    }
  });

  it('pages by number from 0, without token or total', async () => {
    const { call, acme } = await world();
    for (let index = 0; index < 5; index += 1)
      await call('POST', acme, { domain: `d${index}.example`, domain_type: 'ORGANIZATION_DOMAIN' });
    await call('POST', acme, { domain: 'mail.example' });
    const second = await call('GET', `${acme}?page_size=2&page_number=1&domain_type=ORGANIZATION_DOMAIN`);
    expect(Object.keys(second.body).toSorted()).toEqual(['domains', 'page_number', 'page_size']);
    expect(second.body).toMatchObject({
      page_size: 2,
      page_number: 1,
      domains: [{ domain: 'd2.example' }, { domain: 'd3.example' }],
    });
    expect((await call('GET', acme)).body).toMatchObject({
      page_size: 30,
      page_number: 0,
      domains: { length: 6 },
    });
  });
});

describe('connections', () => {
  it('lists only completed and enabled ones unless asked for all', async () => {
    const { call, emulator } = await start();
    const [acme] = emulator.connections();
    const listed = (await call('GET', `/api/v1/connections?organization_id=${acme?.organizationId}`)).body
      .connections;
    expect(listed).toEqual([
      {
        id: acme?.id,
        provider: 'OKTA',
        type: 'SAML',
        status: 'COMPLETED',
        enabled: true,
        organization_id: acme?.organizationId,
        organization_name: 'Acme Corp',
        ui_button_title: 'Login with SSO',
        domains: ['acme.example'],
        provider_key: 'OKTA',
        key_id: acme?.id,
        created_at: expect.any(String),
        mcp_server_url: '',
      },
    ]);
    await call('PATCH', `/api/v1/organizations/${acme?.organizationId}/connections/${acme?.id}:disable`);
    const lengthOf = async (query: string) =>
      (await call('GET', `/api/v1/connections${query}`)).body.connections.length;
    expect(await lengthOf('')).toBe(1);
    expect(await lengthOf('?include=all')).toBe(2);
    expect(await lengthOf('?domain=acme.example')).toBe(0);
    expect(await lengthOf('?domain=acme.example&include=all')).toBe(1);
    expect(await lengthOf('?domain=sub.acme.example&include=all')).toBe(0);
    expect(violated(await call('GET', `/api/v1/connections?domain=${'d'.repeat(33)}`))).toEqual([
      ['domain', 'string.max_len'],
    ]);
  });

  it('brings a SAML connection from draft to enabled', async () => {
    const { call, emulator } = await start();
    const [organization] = emulator.organizations();
    const path = `/api/v1/organizations/${organization?.id}/connections`;
    const created = await call('POST', path, { provider: 'OKTA', type: 'SAML' });
    expect(created.status).toBe(201);
    const { id } = created.body.connection;
    const sp = `${emulator.url}/sso/v1/saml/${id}`;
    expect(created.body.connection).toMatchObject({
      status: 'DRAFT',
      enabled: false,
      organization_id: organization?.id,
      saml_config: { sp_entity_id: sp, sp_assertion_url: `${sp}/callback` },
    });
    expect(await call('PATCH', `${path}/${id}:enable`)).toEqual({
      status: 200,
      body: { enabled: false, error_message: expect.any(String) },
    });
    const draft = await call('PATCH', `${path}/${id}`, {
      provider: 'OKTA',
      type: 'SAML',
      saml_config: {
        idp_entity_id: 'http://idp.example/1',
        sp_assertion_url: 'https://auth.example.com/acs',
      },
    });
    expect(draft.body.connection.status).toBe('IN_PROGRESS');
    const finished = await call('PATCH', `${path}/${id}`, {
      provider: 'OKTA',
      samlConfig: { idpSsoUrl: 'https://idp.example/sso', idp_certificate: 'not a real certificate' },
    });
    expect(finished.body.connection).toMatchObject({
      status: 'COMPLETED',
      saml_config: {
        sp_entity_id: sp,
        sp_assertion_url: 'https://auth.example.com/acs',
        idp_entity_id: 'http://idp.example/1',
        idp_sso_url: 'https://idp.example/sso',
        idp_certificates: [{ id: expect.stringMatching(/^cert_/), certificate: 'not a real certificate' }],
      },
    });
    expect(await call('PATCH', `${path}/${id}:enable`)).toEqual({ status: 200, body: { enabled: true } });
    expect((await call('GET', `${path}/${id}`)).body.connection.domains).toMatchObject([
      { domain: 'acme.example' },
    ]);
    expect(await call('DELETE', `${path}/${id}`)).toEqual({ status: 200, body: {} });
    expect((await call('GET', `${path}/${id}`)).status).toBe(404);
  });

  it('applies the create and update rules', async () => {
    const { call, emulator } = await start();
    const [connection] = emulator.connections();
    const path = `/api/v1/organizations/${connection?.organizationId}/connections`;
    expect((await call('POST', path, { type: 'SAML' })).status).toBe(400);
    expect((await call('POST', path, { provider: 'GOOGLE', type: 'OAUTH' })).status).toBe(400);
    expect((await call('POST', '/api/v1/connections', { provider: 'GOOGLE', type: 'OAUTH' })).status).toBe(
      201,
    );
    expect((await call('PATCH', `${path}/${connection?.id}`, { debug_enabled: true })).status).toBe(400);
    expect(
      (
        await call(
          'GET',
          `/api/v1/organizations/${emulator.organizations()[1]?.id}/connections/${connection?.id}`,
        )
      ).status,
    ).toBe(404);
  });

  it('shows an identity provider certificate that can be read', async () => {
    const { call, emulator } = await start();
    const [connection] = emulator.connections();
    const { body } = await call(
      'GET',
      `/api/v1/organizations/${connection?.organizationId}/connections/${connection?.id}`,
    );
    const [certificate] = body.connection.saml_config.idp_certificates;
    const changed = await call(
      'PATCH',
      `/api/v1/organizations/${connection?.organizationId}/connections/${connection?.id}`,
      {
        provider: 'OKTA',
        saml_config: { idp_certificate: certificate.certificate },
      },
    );
    expect(changed.body.connection.saml_config.idp_certificates).toMatchObject([
      { issuer: certificate.issuer, expiry_time: certificate.expiry_time },
    ]);
  });

  it('routes the domains it is given', async () => {
    const { call, emulator } = await start();
    const [connection] = emulator.connections();
    const organization = `/api/v1/organizations/${connection?.organizationId}`;
    const { body } = await call('POST', `${organization}/domains`, {
      domain: 'acme.test',
      domain_type: 'ORGANIZATION_DOMAIN',
    });
    const set = await call('PUT', `${organization}/connections/${connection?.id}/domains`, {
      domain_ids: [body.domain.id],
    });
    expect(set.body.connection.domains).toEqual([body.domain]);
    expect((await call('GET', '/api/v1/connections?domain=acme.test')).body.connections).toHaveLength(1);
    expect((await call('GET', '/api/v1/connections?domain=acme.example')).body.connections).toHaveLength(0);
  });

  it('pages all connections of the environment', async () => {
    const { call } = await start();
    const first = await call('GET', '/api/v1/organizations/-/connections?page_size=1');
    expect(first.body).toMatchObject({ total_size: 2, prev_page_token: '', connections: { length: 1 } });
    expect((await call('GET', '/api/v1/organizations/-/connections?page_size=31')).status).toBe(400);
  });

  it('sends the odd values the control API orders', async () => {
    const { call, emulator } = await start();
    const [connection] = emulator.connections();
    await emulator.control.updateConnection(connection?.id ?? '', {
      vendorFields: { type: 'QUANTUM', ui_button_title: null },
      omitFields: ['provider_key'],
    });
    const [listed] = (await call('GET', '/api/v1/connections?domain=acme.example')).body.connections;
    expect(listed).toMatchObject({ type: 'QUANTUM', ui_button_title: null });
    expect(listed).not.toHaveProperty('provider_key');
  });
});

describe('users, memberships and invitations', () => {
  async function world(mode: 'modular-sso' | 'full-stack-auth' = 'full-stack-auth') {
    const client = await start({ mode, clock: '2026-01-01T00:00:00Z' });
    const [acme, globex] = client.emulator.organizations();
    return { ...client, acme: acme?.id ?? '', globex: globex?.id ?? '' };
  }

  it('creates an invited user with 201, or an active one without the mail', async () => {
    const { call, acme } = await world();
    const invited = await call('POST', `/api/v1/organizations/${acme}/users`, {
      email: 'dora@acme.example',
      external_id: 'u1',
      membership: { roles: [{ name: 'admin' }], inviter_email: 'ada@acme.example' },
      user_profile: { first_name: 'Dora', family_name: 'Dunn' },
    });
    expect(invited.status).toBe(201);
    expect(invited.body.user).toMatchObject({
      id: expect.stringMatching(/^usr_\d{15,21}$/),
      email: 'dora@acme.example',
      user_profile: { given_name: 'Dora', family_name: 'Dunn', name: 'Dora Dunn', email_verified: false },
      memberships: [
        {
          organization_id: acme,
          membership_status: 'PENDING_INVITE',
          provisioning_method: 'invitation',
          roles: [{ name: 'admin' }],
          inviter_email: 'ada@acme.example',
          expires_at: '2026-01-16T00:00:00Z',
        },
      ],
    });
    const active = await call('POST', `/api/v1/organizations/${acme}/users?send_invitation_email=false`, {
      email: 'e@acme.example',
    });
    expect(active.body.user).toMatchObject({
      user_profile: { email_verified: true },
      memberships: [{ membership_status: 'ACTIVE', roles: [{ name: 'member' }] }],
    });
    expect(
      (await call('POST', `/api/v1/organizations/${acme}/users`, { email: 'DORA@acme.example' })).status,
    ).toBe(409);
    expect(
      (
        await call('POST', `/api/v1/organizations/${acme}/users`, {
          email: 'x@acme.example',
          membership: { roles: [{ name: 'god' }] },
        })
      ).status,
    ).toBe(400);
  });

  it('adds, changes and removes memberships by id and by external id', async () => {
    const { call, acme, globex } = await world();
    const { body } = await call('POST', `/api/v1/organizations/${acme}/users`, {
      email: 'dora@acme.example',
      external_id: 'u 1',
    });
    const { id } = body.user;
    const path = `/api/v1/memberships/organizations/${globex}/users`;
    expect(await call('POST', `${path}:external/u%201?send_invitation_email=false`, {})).toMatchObject({
      status: 201,
      body: {
        user: {
          memberships: [{ organization_id: acme }, { organization_id: globex, membership_status: 'ACTIVE' }],
        },
      },
    });
    expect((await call('POST', `${path}/${id}`, {})).status).toBe(409);
    const changed = await call('PATCH', `${path}/${id}`, {
      roles: [{ name: 'admin' }],
      metadata: { team: 'sales' },
    });
    expect(changed.body.user.memberships[1]).toMatchObject({
      roles: [{ name: 'admin' }],
      metadata: { team: 'sales' },
    });
    expect((await call('GET', `/api/v1/organizations/${globex}/users`)).body).toMatchObject({
      total_size: 1,
      users: [{ id }],
    });
    expect(
      (await call('POST', `/api/v1/organizations/${globex}/users/${id}/roles`, [{ role_name: 'member' }]))
        .body.roles,
    ).toHaveLength(2);
    expect(await call('DELETE', `${path}/${id}`)).toEqual({ status: 200, body: {} });
    await call('DELETE', `/api/v1/memberships/organizations/${acme}/users/${id}?cascade=false`);
    expect((await call('GET', `/api/v1/users/${id}`)).body.user.memberships).toEqual([]);
    expect(await call('DELETE', '/api/v1/users:external/u%201')).toEqual({ status: 200, body: {} });
    expect((await call('GET', `/api/v1/users/${id}`)).status).toBe(404);
  });

  it('deletes a user left without membership by default, and with the organization', async () => {
    const { call, acme } = await world();
    const { id } = (await call('POST', `/api/v1/organizations/${acme}/users`, { email: 'dora@acme.example' }))
      .body.user;
    await call('DELETE', `/api/v1/memberships/organizations/${acme}/users/${id}`);
    expect((await call('GET', `/api/v1/users/${id}`)).status).toBe(404);
    const again = (await call('POST', `/api/v1/organizations/${acme}/users`, { email: 'dora@acme.example' }))
      .body.user;
    await call('DELETE', `/api/v1/organizations/${acme}`);
    expect((await call('GET', `/api/v1/users/${again.id}`)).status).toBe(404);
  });

  it('resends a pending invitation, and renews an expired one', async () => {
    const { call, acme, emulator, authenticate } = await world();
    const { id } = (await call('POST', `/api/v1/organizations/${acme}/users`, { email: 'dora@acme.example' }))
      .body.user;
    const path = `/api/v1/invites/organizations/${acme}/users/${id}/resend`;
    expect(await call('PATCH', path, {})).toMatchObject({
      status: 200,
      body: {
        invite: {
          user_id: id,
          status: 'PENDING_INVITE',
          resent_count: 1,
          expires_at: '2026-01-16T00:00:00Z',
        },
      },
    });
    await emulator.control.advanceClock(16 * 24 * 60 * 60 * 1000);
    await authenticate();
    expect((await call('GET', `/api/v1/users/${id}`)).body.user.memberships).toMatchObject([
      { membership_status: 'INVITE_EXPIRED' },
    ]);
    expect((await call('PATCH', path, {})).body.invite).toMatchObject({
      status: 'PENDING_INVITE',
      resent_count: 2,
      expires_at: '2026-02-01T00:00:00Z',
    });
  });

  it('refuses to resend in Modular SSO, and once accepted', async () => {
    const modular = await world('modular-sso');
    const create = async ({ call, acme }: typeof modular, query = '') =>
      (await call('POST', `/api/v1/organizations/${acme}/users${query}`, { email: 'dora@acme.example' })).body
        .user.id;
    const resend = ({ call, acme }: typeof modular, id: string) =>
      call('PATCH', `/api/v1/invites/organizations/${acme}/users/${id}/resend`, {});
    expect((await resend(modular, await create(modular))).status).toBe(400);
    const full = await world();
    expect((await resend(full, await create(full, '?send_invitation_email=false'))).status).toBe(400);
    expect((await resend(full, 'usr_000000000000000')).status).toBe(404);
  });

  it('lists and searches users', async () => {
    const { call, acme } = await world();
    for (const name of ['dora', 'emil', 'fay'])
      await call('POST', `/api/v1/organizations/${acme}/users`, { email: `${name}@acme.example` });
    expect((await call('GET', '/api/v1/users?page_size=2')).body).toMatchObject({
      total_size: 3,
      users: { length: 2 },
    });
    expect((await call('GET', '/api/v1/users:search?query=EMIL')).body.users).toMatchObject([
      { email: 'emil@acme.example' },
    ]);
    expect((await call('GET', `/api/v1/organizations/${acme}/users:search?query=acme`)).body.total_size).toBe(
      3,
    );
    expect((await call('GET', `/api/v1/organizations/${acme}/users?page_size=101`)).status).toBe(400);
    expect((await call('GET', '/api/v1/users:search?query=emil&page_size=31')).status).toBe(400);
  });

  it('updates a user but never the e-mail address', async () => {
    const { call, acme } = await world();
    const { id } = (await call('POST', `/api/v1/organizations/${acme}/users`, { email: 'dora@acme.example' }))
      .body.user;
    const { body } = await call('PATCH', `/api/v1/users/${id}`, {
      email: 'other@acme.example',
      user_profile: { given_name: 'Dora' },
    });
    expect(body.user).toMatchObject({ email: 'dora@acme.example', user_profile: { given_name: 'Dora' } });
  });
});

describe('faults and determinism', () => {
  it('answers a fault once, before or after the handler', async () => {
    const { call, emulator } = await start();
    await emulator.control.addFault({ match: { path: '/organizations$' }, status: 503, body: '{}' });
    expect((await call('GET', '/api/v1/organizations')).status).toBe(503);
    expect((await call('GET', '/api/v1/organizations')).status).toBe(200);
    await emulator.control.addFault({
      match: { method: 'POST' },
      status: 502,
      body: '{}',
      afterHandler: true,
    });
    expect(
      (await call('POST', '/api/v1/organizations', { display_name: 'Lost', external_id: 'lost' })).status,
    ).toBe(502);
    expect((await call('GET', '/api/v1/organizations:external/lost')).status).toBe(200);
  });

  it('gives the same ids for the same seed and clock, and after a reset', async () => {
    const clock = '2026-01-01T00:00:00Z';
    const [one, two] = [await start({ clock }), await start({ clock })];
    expect(one.emulator.organizations()).toEqual(two.emulator.organizations());
    const before = one.emulator.connections();
    await one.call('POST', '/api/v1/organizations', { display_name: 'Gone' });
    await one.emulator.control.reset();
    expect(one.emulator.connections()).toEqual(before);
    expect(one.emulator.organizations()).toHaveLength(2);
  });
});
