import { scalekitNative } from '@org/sso-scalekit';
import { describe, expect, it } from 'vitest';
import { allowPreview, collect, failureOf, first, qualified, useScalekit } from './support.js';

const scalekit = useScalekit();
const bare = (id: string) => id.slice('scalekit:'.length);

describe('domains', () => {
  const organizationId = () => scalekit.organization('Acme Corp');

  it('are created as those that route logins, in lower case', async () => {
    const domain = await scalekit
      .sso()
      .domains.create({ organizationId: organizationId(), domain: 'Acme.Dev' });
    expect(domain).toMatchObject({ domain: 'acme.dev', status: 'verified', vendorStatus: 'AUTO_VERIFIED' });
    expect(await scalekit.sent()).toEqual([{ domain: 'acme.dev', domain_type: 'ORGANIZATION_DOMAIN' }]);
    expect(scalekitNative(domain)).toMatchObject({ verification_method: 'ADMIN' });
  });

  it('a duplicate answered with 400 already exists', async () => {
    const error = await failureOf(
      scalekit.sso().domains.create({ organizationId: organizationId(), domain: 'acme.example' }),
    );
    expect(error).toMatchObject({ code: 'already_exists' });
  });

  it('page by number until a page is not full', async () => {
    const sso = scalekit.sso();
    for (const name of ['a', 'b', 'c'])
      await sso.domains.create({ organizationId: organizationId(), domain: `${name}.acme.example` });
    await scalekit.forget();
    const all = await collect(sso.domains.list({ organizationId: organizationId() }, { pageSize: 2 }));
    expect(all.map(({ domain }) => domain).toSorted()).toEqual([
      'a.acme.example',
      'acme.example',
      'b.acme.example',
      'c.acme.example',
    ]);
    const path = `/api/v1/organizations/${bare(organizationId())}/domains`;
    expect(await scalekit.requests()).toEqual(
      [0, 1, 2].map((page) => `GET ${path}?page_size=2&page_number=${page}&domain_type=ORGANIZATION_DOMAIN`),
    );
  });

  it('ask for at most 100, and go on when the server gives fewer', async () => {
    const wire = {
      id: 'dom_1',
      domain: 'acme.example',
      organization_id: 'org_1',
      verification_status: 'NEW_WORD',
      create_time: null,
    };
    await scalekit.answer('/domains', { page_size: 1, page_number: 0, domains: [wire] });
    const page = await scalekit
      .provider()
      .domains.listPage(
        { organizationId: organizationId() },
        { cursor: null, pageSize: 500 },
        { operation: 'domains.list' },
      );
    expect(page).toMatchObject({
      items: [{ status: 'unknown', vendorStatus: 'NEW_WORD', createdAt: null, updatedAt: null }],
      nextCursor: '1',
    });
    expect((await scalekit.requests())[0]).toContain('page_size=100');
  });

  it('a verified one is not checked again; a pending one is, and may stay pending', async () => {
    const sso = scalekit.sso();
    const domain = await first(sso.domains.list({ organizationId: organizationId() }));
    const ref = { organizationId: organizationId(), domainId: domain.id };
    const path = `/api/v1/organizations/${bare(organizationId())}/domains/${domain.vendorId}`;
    await scalekit.forget();
    await expect(sso.domains.verify(ref)).resolves.toEqual(domain);
    expect(await scalekit.requests()).toEqual([`GET ${path}`]);

    await scalekit.forget();
    const pending = { ...scalekitNative(domain), verification_status: 'PENDING' };
    await scalekit.answer(`${domain.vendorId}$`, { domain: pending }, { times: 2 });
    await expect(sso.domains.verify(ref)).resolves.toMatchObject({ status: 'pending' });
    expect(await scalekit.requests()).toEqual([`GET ${path}`, `PATCH ${path}:verify`, `GET ${path}`]);
  });

  it('of another organization are not found', async () => {
    const sso = scalekit.sso();
    const domain = await first(sso.domains.list({ organizationId: organizationId() }));
    const foreign = { organizationId: scalekit.organization('Globex'), domainId: domain.id };
    expect(await failureOf(sso.domains.get(foreign))).toMatchObject({ code: 'not_found' });
    expect(await failureOf(sso.domains.delete(foreign))).toMatchObject({ code: 'not_found' });
  });
});

describe('connections', () => {
  const acme = () => ({
    organizationId: scalekit.organization('Acme Corp'),
    connectionId: scalekit.connection('Acme Okta'),
  });
  const list = (filter: object = {}) => collect(scalekit.sso().connections.list(filter));

  it('lists ask for every status and both filters', async () => {
    const { organizationId } = acme();
    await list({ organizationId, domain: 'ACME.example' });
    expect(await scalekit.requests()).toEqual([
      `GET /api/v1/connections?organization_id=${bare(organizationId)}&domain=acme.example&include=all`,
    ]);
  });

  it('a domain of more than 32 characters is filtered here', async () => {
    const domain = 'a-rather-long-customer-name.acme.example';
    await scalekit.emulator.control.updateConnection(bare(acme().connectionId), { domains: [domain] });
    expect((await list({ domain })).map(({ id }) => id)).toEqual([acme().connectionId]);
    expect(await list({ domain: `other-${domain}` })).toEqual([]);
    expect(await scalekit.requests()).toEqual(Array(2).fill('GET /api/v1/connections?include=all'));
  });

  it.each([
    ['DRAFT', false, 'draft', false],
    ['IN_PROGRESS', true, 'pending', false],
    ['COMPLETED', true, 'active', true],
    ['COMPLETED', false, 'inactive', false],
    ['COMPLETED', null, 'inactive', false],
    ['MIGRATING', true, 'unknown', false],
    [null, true, 'unknown', false],
  ])('status %s, enabled %s: %s', async (status, enabled, expected, acceptsLogins) => {
    await scalekit.emulator.control.updateConnection(bare(acme().connectionId), {
      vendorFields: { status, enabled },
    });
    const { organizationId } = acme();
    for (const connection of [
      ...(await list({ organizationId })),
      await scalekit.sso().connections.get(acme()),
    ]) {
      expect(connection).toMatchObject({ status: expected, vendorStatus: status, acceptsLogins });
    }
  });

  it.each([
    [{ provider: 'OKTA', type: 'SAML' }, 'okta', 'saml', 'OKTA SAML'],
    [{ provider: 'MICROSOFT_AD', type: 'OIDC' }, 'entra-id', 'oidc', 'MICROSOFT_AD OIDC'],
    [{ provider: 'PING_IDENTITY', type: 'OAUTH' }, 'ping-identity', 'oauth', 'PING_IDENTITY OAUTH'],
    [{ provider: 'CUSTOM', type: 'GOOGLE_DWD' }, 'generic', 'unknown', 'CUSTOM GOOGLE_DWD'],
    [{ provider: 'QUANTUM_ID', type: null }, 'quantum_id', 'unknown', 'QUANTUM_ID'],
    [
      { provider: 'CONNECTION_PROVIDER_UNSPECIFIED', provider_key: 'HUBSPOT' },
      'hubspot',
      'saml',
      'HUBSPOT SAML',
    ],
    [{ provider: null, provider_key: '' }, 'generic', 'saml', 'CUSTOM SAML'],
  ])('%j is %s over %s, named %s', async (vendorFields, identityProvider, protocol, name) => {
    await scalekit.emulator.control.updateConnection(bare(acme().connectionId), { vendorFields });
    await expect(scalekit.sso().connections.get(acme())).resolves.toMatchObject({
      identityProvider,
      protocol,
      name,
    });
  });

  it('alone they tell what to enter at the identity provider; in lists they do not', async () => {
    const [saml, oidc] = [
      acme(),
      {
        organizationId: scalekit.organization('Globex'),
        connectionId: scalekit.connection('Globex Entra ID'),
      },
    ];
    const base = (id: string, protocol: string) => `${scalekit.emulator.url}/sso/v1/${protocol}/${bare(id)}`;
    const sso = scalekit.sso();
    const connection = await sso.connections.get(saml);
    expect(connection.serviceProvider).toEqual({
      entityId: base(saml.connectionId, 'saml'),
      acsUrl: `${base(saml.connectionId, 'saml')}/callback`,
      metadataUrl: base(saml.connectionId, 'saml'),
      redirectUri: null,
    });
    expect(connection).toMatchObject({ domains: ['acme.example'], organizationId: saml.organizationId });
    expect(scalekitNative(connection)?.['saml_config']).toMatchObject({ idp_name_id_format: 'EMAIL' });
    await expect(sso.connections.get(oidc)).resolves.toMatchObject({
      serviceProvider: {
        entityId: null,
        acsUrl: null,
        metadataUrl: null,
        redirectUri: `${base(oidc.connectionId, 'oidc')}/callback`,
      },
    });
    const [listed] = await list({ organizationId: saml.organizationId });
    expect(listed).toEqual({ ...connection, serviceProvider: null, updatedAt: null });
  });

  it('missing fields throw nothing away', async () => {
    await scalekit.answer('/connections', { connections: [{ id: 'conn_1' }] });
    expect(await list()).toEqual([
      {
        id: 'scalekit:conn_1',
        provider: 'scalekit',
        vendorId: 'conn_1',
        organizationId: null,
        name: 'CUSTOM',
        protocol: 'unknown',
        identityProvider: 'generic',
        status: 'unknown',
        vendorStatus: null,
        acceptsLogins: false,
        domains: [],
        serviceProvider: null,
        createdAt: null,
        updatedAt: null,
      },
    ]);
  });

  it('of another organization are not found and stay', async () => {
    const foreign = { ...acme(), organizationId: scalekit.organization('Globex') };
    const sso = scalekit.sso();
    const attempts = [
      sso.connections.get(foreign),
      sso.connectionAdmin.delete(foreign),
      sso.connectionAdmin.disable(foreign),
    ];
    expect((await Promise.all(attempts.map(failureOf))).map(({ code }) => code)).toEqual(
      Array(3).fill('not_found'),
    );
    await expect(sso.connections.get(acme())).resolves.toMatchObject({ status: 'active' });
  });
});

describe('enabling', () => {
  const ref = () => ({
    organizationId: scalekit.organization('Acme Corp'),
    connectionId: scalekit.connection('Acme Okta'),
  });

  it('toggles and answers the connection', async () => {
    const { connectionAdmin } = scalekit.sso();
    await expect(connectionAdmin.disable(ref())).resolves.toMatchObject({ status: 'inactive' });
    await expect(connectionAdmin.enable(ref())).resolves.toMatchObject({ status: 'active' });
    const requests = await scalekit.requests();
    expect(requests.map((request) => request.replace(/ .*:/, ' :').replace(/ \/.*/, ''))).toEqual([
      'PATCH :disable',
      'GET',
      'PATCH :enable',
      'GET',
    ]);
  });

  it.each([
    ['the vendor’s reason', { enabled: false, error_message: 'certificate missing' }, 'certificate missing'],
    ['a reason in spite of the right state', { enabled: true, error_message: 'partly done' }, 'partly done'],
    ['an unchanged state without a reason', {}, 'did not enable'],
  ])('200 with %s is failed_precondition', async (_, body, message) => {
    await scalekit.answer(':enable', body);
    const error = await failureOf(scalekit.sso().connectionAdmin.enable(ref()));
    expect(error).toMatchObject({ code: 'failed_precondition', operation: 'connectionAdmin.enable' });
    expect(error.message).toContain(message);
  });

  it('an unfinished connection cannot be enabled', async () => {
    const { organizationId } = ref();
    const sso = scalekit.sso();
    const draft = await sso.connectionAdmin.create(
      { organizationId, identityProvider: 'okta', protocol: 'saml' },
      allowPreview,
    );
    const error = await failureOf(sso.connectionAdmin.enable({ organizationId, connectionId: draft.id }));
    expect(error).toMatchObject({ code: 'failed_precondition' });
  });

  it('an absent flag means disabled', async () => {
    await scalekit.answer(':disable', {});
    await expect(scalekit.sso().connectionAdmin.disable(ref())).resolves.toBeDefined();
  });
});

describe('creating and updating (preview)', () => {
  const organizationId = () => scalekit.organization('Acme Corp');
  const saml = {
    idpEntityId: 'http://www.okta.com/exk1',
    idpSsoUrl: 'https://idp.example/sso',
    idpCertificate: '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----',
    spEntityId: 'https://auth.example.com/saml/acme',
    acsUrl: 'https://auth.example.com/saml/acme/acs',
  };

  it('needs the opt-in', async () => {
    const error = await failureOf(
      scalekit.sso().connectionAdmin.create({
        organizationId: organizationId(),
        identityProvider: 'okta',
        protocol: 'saml',
      }),
    );
    expect(error).toMatchObject({ code: 'failed_precondition' });
    expect(await scalekit.requests()).toEqual([]);
  });

  it('creates, then configures, keeping given service-provider values', async () => {
    const connection = await scalekit
      .sso()
      .connectionAdmin.create(
        { organizationId: organizationId(), identityProvider: 'okta', protocol: 'saml', saml },
        allowPreview,
      );
    expect(connection).toMatchObject({
      status: 'inactive',
      serviceProvider: { entityId: saml.spEntityId, acsUrl: saml.acsUrl },
    });
    expect((await scalekit.traffic()).map(({ method, body }) => [method, JSON.parse(body)])).toEqual([
      ['POST', { provider: 'OKTA', type: 'SAML' }],
      [
        'PATCH',
        {
          provider: 'OKTA',
          type: 'SAML',
          configuration_type: 'MANUAL',
          saml_config: {
            idp_entity_id: saml.idpEntityId,
            idp_sso_url: saml.idpSsoUrl,
            idp_certificate: saml.idpCertificate,
            sp_entity_id: saml.spEntityId,
            sp_assertion_url: saml.acsUrl,
          },
        },
      ],
    ]);
  });

  it('a creation that cannot be configured leaves nothing behind', async () => {
    await scalekit.answer(
      '/connections/',
      { code: 3, message: 'bad certificate' },
      { status: 400, match: { method: 'PATCH', path: '/connections/' } },
    );
    const sso = scalekit.sso();
    const input = {
      organizationId: organizationId(),
      identityProvider: 'okta',
      protocol: 'saml',
      saml,
    } as const;
    expect(await failureOf(sso.connectionAdmin.create(input, allowPreview))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(await collect(sso.connections.list({ organizationId: organizationId() }))).toHaveLength(1);
  });

  it('an update sends provider and type, and only what is given', async () => {
    const ref = {
      organizationId: scalekit.organization('Globex'),
      connectionId: scalekit.connection('Globex Entra ID'),
    };
    await scalekit.sso().connectionAdmin.update(
      ref,
      {
        identityProvider: 'entra-id',
        protocol: 'oidc',
        oidc: {
          discoveryEndpoint: 'https://login.example/.well-known/openid-configuration',
          clientId: 'client_2',
        },
      },
      allowPreview,
    );
    expect((await scalekit.sent())[0]).toEqual({
      provider: 'MICROSOFT_AD',
      type: 'OIDC',
      configuration_type: 'DISCOVERY',
      oidc_config: {
        discovery_endpoint: 'https://login.example/.well-known/openid-configuration',
        client_id: 'client_2',
      },
    });
  });

  it('a word without a neutral name goes out as Scalekit’s', async () => {
    await scalekit
      .sso()
      .connectionAdmin.create(
        { organizationId: organizationId(), identityProvider: 'idp_simulator', protocol: 'oidc' },
        allowPreview,
      );
    expect((await scalekit.sent())[0]).toEqual({
      provider: 'IDP_SIMULATOR',
      type: 'OIDC',
    });
  });

  it('settings of the other protocol are refused before any request', async () => {
    const error = await failureOf(
      scalekit.sso().connectionAdmin.create(
        {
          organizationId: organizationId(),
          identityProvider: 'okta',
          protocol: 'saml',
          oidc: { clientId: 'c' },
        },
        allowPreview,
      ),
    );
    expect(error).toMatchObject({ code: 'invalid_argument', operation: 'connectionAdmin.create' });
    expect(await scalekit.requests()).toEqual([]);
  });
});

describe('portal links', () => {
  it.each([
    ['sso', 'sso'],
    ['directory_sync', 'dir_sync'],
  ] as const)('intent %s', async (intent, feature) => {
    const organizationId = scalekit.organization('Acme Corp');
    const link = await scalekit.sso().adminPortal.createLink({ organizationId, intent });
    expect(link).toMatchObject({
      provider: 'scalekit',
      organizationId,
      url: expect.stringContaining('/magicLink/'),
    });
    expect(Date.parse(link.expiresAt!) - Date.now()).toBeLessThanOrEqual(60_000);
    expect(await scalekit.requests()).toEqual([
      `PUT /api/v1/organizations/${bare(organizationId)}/portal_links?features=${feature}`,
    ]);
    expect(scalekitNative(link)).toMatchObject({ id: expect.stringMatching(/^lnk_/), location: link.url });
  });

  it('other intents and return URLs are refused before any request', async () => {
    const organizationId = scalekit.organization('Acme Corp');
    const { adminPortal } = scalekit.sso();
    for (const input of [
      { organizationId, intent: 'audit_logs' },
      { organizationId, intent: 'sso', returnUrl: 'https://app.example.com' },
    ] as const) {
      expect(await failureOf(adminPortal.createLink(input))).toMatchObject({ code: 'unsupported' });
    }
    expect(await scalekit.requests()).toEqual([]);
  });

  it('an answer without a URL is an invalid response, and does not show the rest', async () => {
    await scalekit.answer('/portal_links', { link: { id: 'lnk_canary', location: 'canary' } });
    const error = await failureOf(
      scalekit.sso().adminPortal.createLink({ organizationId: qualified('org_1'), intent: 'sso' }),
    );
    expect(error).toMatchObject({ code: 'invalid_response' });
    expect(error.message).toContain('link.location');
    expect(error.message).not.toContain('canary');
  });
});
