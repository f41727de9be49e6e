import { connectionId, organizationId } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { workosNative } from '../src/index.js';
import { collect, failureOf, useWorkos } from './support.js';

const workos = useWorkos();
const acme = () => organizationId(`workos:${workos.organization('Acme Corp')}`);
const okta = () => ({
  organizationId: acme(),
  connectionId: connectionId(`workos:${workos.connection('Acme Okta')}`),
});

/** The seeded connection with other fields on the wire. */
async function getWith(vendorFields: Record<string, unknown>, omitFields: string[] = []) {
  await workos.emulator.control.updateConnection(workos.connection('Acme Okta'), {
    vendorFields,
    omitFields,
  });
  return workos.sso().connections.get(okta());
}

describe('mapping', () => {
  it.each([
    ['OktaSAML', 'saml', 'okta'],
    ['OktaOIDC', 'oidc', 'okta'],
    ['AzureSAML', 'saml', 'entra-id'],
    ['EntraIdOIDC', 'oidc', 'entra-id'],
    ['GoogleSAML', 'saml', 'google'],
    ['GoogleOAuth', 'oauth', 'google'],
    ['OneLoginSAML', 'saml', 'onelogin'],
    ['JumpCloudSAML', 'saml', 'jumpcloud'],
    ['PingOneSAML', 'saml', 'ping-identity'],
    ['PingFederateSAML', 'saml', 'ping-identity'],
    ['Auth0SAML', 'saml', 'auth0'],
    ['ADFSSAML', 'saml', 'adfs'],
    ['GenericSAML', 'saml', 'generic'],
    ['GenericOIDC', 'oidc', 'generic'],
    ['AdpOidc', 'oidc', 'adp'],
    ['LoginGovOidc', 'oidc', 'logingov'],
    ['KeycloakSAML', 'saml', 'keycloak'],
    ['GitHubOAuth', 'oauth', 'github'],
    ['TestIdp', 'unknown', 'testidp'],
    ['Pending', 'unknown', 'pending'],
    ['Auth0Migration', 'unknown', 'auth0migration'],
    ['NewThing2030', 'unknown', 'newthing2030'],
    [null, 'unknown', 'unknown'],
  ])('connection_type %s is %s of %s', async (connectionType, protocol, identityProvider) => {
    expect(await getWith({ connection_type: connectionType })).toMatchObject({ protocol, identityProvider });
  });

  it.each([
    ['requires_type', 'draft', false],
    ['draft', 'draft', false],
    ['validating', 'pending', true],
    ['active', 'active', true],
    ['inactive', 'inactive', false],
    ['deleting', 'deleting', false],
    ['hibernating', 'unknown', false],
    [null, 'unknown', false],
  ])('state %s is %s', async (state, status, acceptsLogins) => {
    expect(await getWith({ state })).toMatchObject({ status, vendorStatus: state, acceptsLogins });
  });

  it('does not depend on the deprecated status', async () => {
    expect(await getWith({ state: 'active' }, ['status'])).toMatchObject({ status: 'active' });
    expect(await getWith({ state: 'inactive', status: 'linked' })).toMatchObject({ acceptsLogins: false });
  });

  it('takes an object with the ids alone', async () => {
    const bare = await getWith({}, [
      'connection_type',
      'name',
      'state',
      'status',
      'domains',
      'created_at',
      'updated_at',
    ]);
    expect(bare).toEqual({
      id: okta().connectionId,
      provider: 'workos',
      vendorId: workos.connection('Acme Okta'),
      organizationId: acme(),
      name: '',
      protocol: 'unknown',
      identityProvider: 'unknown',
      status: 'unknown',
      vendorStatus: null,
      acceptsLogins: false,
      domains: [],
      serviceProvider: null,
      createdAt: null,
      updatedAt: null,
    });
  });

  it('keeps what it does not read in the native object', async () => {
    const connection = await getWith({ options: { signing_cert: null } });
    expect(workosNative(connection)).toMatchObject({
      options: { signing_cert: null },
      connection_type: 'OktaSAML',
    });
    expect(JSON.stringify(connection)).not.toContain('signing_cert');
  });
});

describe('listing', () => {
  it('passes the filters on', async () => {
    const found = await collect(
      workos.sso().connections.list({ organizationId: acme(), domain: 'acme.example' }),
    );
    expect(found.map(({ name }) => name)).toEqual(['Acme Okta']);
    expect(await workos.requests()).toEqual([
      `GET /connections?limit=100&order=desc&organization_id=${workos.organization('Acme Corp')}&domain=acme.example`,
    ]);
  });

  it.each([{ organizationId: true }, { domain: true }])(
    'does not widen when the vendor drops a filter (%j)',
    async (by) => {
      const data = ['Acme Corp', 'Globex'].map((name, index) => ({
        id: `conn_${index}`,
        organization_id: workos.organization(name),
        domains: [{ domain: index === 0 ? 'Acme.Example' : 'globex.example' }],
      }));
      await workos.answer('^/connections$', { data, list_metadata: { after: null } });
      const filter = 'domain' in by ? { domain: 'acme.example' } : { organizationId: acme() };
      const found = await collect(workos.sso().connections.list(filter));
      expect(found.map(({ vendorId }) => vendorId)).toEqual(['conn_0']);
    },
  );

  it('includes environment-level connections', async () => {
    await workos.answer('^/connections$', {
      data: [
        { id: 'conn_1', connection_type: 'GoogleOAuth' },
        { id: 'conn_2', organization_id: null },
      ],
      list_metadata: { after: null },
    });
    const found = await collect(workos.sso().connections.list());
    expect(found.map((connection) => connection.organizationId)).toEqual([null, null]);
  });
});

describe('another organization', () => {
  const foreign = () => ({
    ...okta(),
    organizationId: organizationId(`workos:${workos.organization('Globex')}`),
  });

  it('cannot read the connection', async () => {
    expect(await failureOf(workos.sso().connections.get(foreign()))).toMatchObject({ code: 'not_found' });
  });

  it('cannot delete it', async () => {
    expect(await failureOf(workos.sso().connectionAdmin.delete(foreign()))).toMatchObject({
      code: 'not_found',
    });
    expect((await workos.traffic()).map(({ method }) => method)).toEqual(['GET']);
  });

  it('gets no environment-level connection either', async () => {
    await workos.answer('^/connections/', { id: 'conn_1', connection_type: 'GoogleOAuth' });
    expect(await failureOf(workos.sso().connections.get(okta()))).toMatchObject({ code: 'not_found' });
  });
});

it('deletes', async () => {
  await workos.sso().connectionAdmin.delete(okta());
  expect((await workos.traffic()).at(-1)).toMatchObject({ method: 'DELETE', status: 204 });
});

it('refuses what the API has not, saying why, before any request', async () => {
  const { connectionAdmin, provider } = workos.sso();
  const settings = { identityProvider: 'okta', protocol: 'saml' } as const;
  const refusals = await Promise.all(
    [
      connectionAdmin.enable(okta()),
      connectionAdmin.disable(okta()),
      connectionAdmin.create({ organizationId: acme(), ...settings }),
      connectionAdmin.update(okta(), settings),
    ].map(failureOf),
  );
  expect(refusals.map(({ code }) => code)).toEqual(Array.from({ length: 4 }, () => 'unsupported'));
  expect(refusals.map(({ message }) => message.split(': ')[1])).toEqual(
    (['enable', 'disable', 'create', 'update'] as const).map(
      (feature) => provider.connectionAdmin.limitations?.[feature],
    ),
  );
  expect(await workos.requests()).toEqual([]);
});
