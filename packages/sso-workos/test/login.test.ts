import { Secret, type LoginSelector } from '@org/sso-core';
import type { AuthorizationRequest } from '@org/sso-core/provider';
import { connectionId, organizationId } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { workosNative } from '../src/index.js';
import { contextOf, failureOf, redirectUri, useWorkos } from './support.js';

const workos = useWorkos();
const ada = { email: 'ada@acme.example' };
const now = () => Date.parse('2026-01-15T12:00:00Z');

function authorization(selector: LoginSelector, more: Partial<AuthorizationRequest> = {}): URL {
  const url = workos.provider().login.authorizationUrl({
    selector,
    redirectUri,
    state: 'the state',
    nonce: 'the-nonce',
    codeChallenge: 'the-challenge',
    ...more,
  });
  return new URL(url);
}

const acme = () => ({ organization: organizationId(`workos:${workos.organization('Acme Corp')}`) });

/** A code and the verifier that goes with it, by way of the identity provider's page. */
async function signIn(
  selector: LoginSelector = acme(),
  as: Parameters<typeof workos.emulator.control.signIn>[1] = ada,
) {
  const codeVerifier = 'v'.repeat(43);
  // S256 of the verifier.
  const codeChallenge = Buffer.from(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(codeVerifier)),
  ).toString('base64url');
  const callback = await workos.emulator.control.signIn(authorization(selector, { codeChallenge }), as);
  return { code: new URL(callback).searchParams.get('code')!, codeVerifier, redirectUri, nonce: 'unused' };
}

const exchange = contextOf('login.complete');

describe('authorization URL', () => {
  it('carries exactly the documented parameters, and no nonce', () => {
    const { origin, pathname, searchParams } = authorization(acme());
    expect(origin + pathname).toBe(`${workos.emulator.url}/sso/authorize`);
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: workos.emulator.clientId,
      redirect_uri: redirectUri,
      response_type: 'code',
      organization: workos.organization('Acme Corp'),
      state: 'the state',
      code_challenge: 'the-challenge',
      code_challenge_method: 'S256',
    });
  });

  it.each<[LoginSelector, string, string]>([
    [{ connection: connectionId('workos:conn_01') }, 'connection', 'conn_01'],
    [{ identityProvider: 'GoogleOAuth' }, 'provider', 'GoogleOAuth'],
  ])('selects by %o', (selector, parameter, value) => {
    const { searchParams } = authorization(selector);
    expect(searchParams.get(parameter)).toBe(value);
    expect(['connection', 'organization', 'provider'].filter((name) => searchParams.has(name))).toEqual([
      parameter,
    ]);
  });

  it('passes the login hint and forced re-authentication on', () => {
    const { searchParams } = authorization(acme(), {
      loginHint: 'a+b@acme.example',
      forceReauthentication: true,
    });
    expect(searchParams.get('login_hint')).toBe('a+b@acme.example');
    expect(searchParams.get('prompt')).toBe('login');
  });

  it('refuses a domain instead of dropping it, and ids of another provider', () => {
    expect(() => authorization({ domain: 'acme.example' })).toThrow(/domain_connection_selector_not_allowed/);
    expect(() => authorization({ connection: connectionId('scalekit:conn_1') })).toThrow(
      /belongs to provider "scalekit"/,
    );
  });

  it('goes to the API host by default, whatever the host of single logout', () => {
    const url = workos.provider({ baseUrl: undefined }).login.authorizationUrl({
      selector: { identityProvider: 'GoogleOAuth' },
      redirectUri,
      state: 's',
      nonce: 'n',
      codeChallenge: 'c',
    });
    expect(url).toMatch(/^https:\/\/api\.workos\.com\/sso\/authorize\?/);
  });
});

describe('code exchange', () => {
  it('sends client secret and verifier in a form, without the API key in a header', async () => {
    const request = await signIn();
    await workos.emulator.control.clearTraffic();
    await workos.provider().login.exchangeCode(request, exchange);
    const [sent, ...others] = await workos.traffic();
    expect(others).toEqual([]);
    expect(`${sent?.method} ${sent?.path}${sent?.query}`).toBe('POST /sso/token');
    expect(sent?.headers['authorization']).toBeUndefined();
    expect(sent?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(sent?.body))).toEqual({
      client_id: workos.emulator.clientId,
      client_secret: workos.emulator.apiKey,
      grant_type: 'authorization_code',
      code: request.code,
      code_verifier: request.codeVerifier,
    });
  });

  it('maps the profile', async () => {
    const { profile, tokens, assurance } = await workos
      .provider({ now })
      .login.exchangeCode(await signIn(), exchange);
    expect(profile).toEqual({
      provider: 'workos',
      vendorId: expect.stringMatching(/^prof_/),
      idpId: '00u1ada',
      organizationId: `workos:${workos.organization('Acme Corp')}`,
      connectionId: `workos:${workos.connection('Acme Okta')}`,
      email: 'ada@acme.example',
      emailVerified: 'unknown',
      firstName: 'Ada',
      lastName: 'Adams',
      name: 'Ada Adams',
      groups: ['Engineering'],
      roles: [],
      attributes: {},
    });
    expect(tokens).toEqual({
      accessToken: expect.any(Secret),
      idToken: null,
      refreshToken: null,
      expiresAt: '2026-01-15T12:10:00.000Z',
    });
    expect(assurance).toEqual(['server_side_profile', 'client_authentication', 'pkce']);
    expect(workosNative(profile)).toMatchObject({
      object: 'profile',
      connection_type: 'OktaSAML',
      raw_attributes: {},
    });
  });

  it.each([
    { title: 'no groups', fields: {}, expected: { groups: null } },
    { title: 'null groups', fields: { groups: null }, expected: { groups: null } },
    { title: 'empty groups', fields: { groups: [] }, expected: { groups: [] } },
    { title: 'one role', fields: { role: { slug: 'member' } }, expected: { roles: ['member'] } },
    {
      title: 'several roles',
      fields: { role: { slug: 'member' }, roles: [{ slug: 'member' }, { slug: 'admin' }] },
      expected: { roles: ['member', 'admin'] },
    },
    {
      title: 'custom attributes of any type',
      fields: { custom_attributes: { department_name: 'Engineering', manager: null, tags: ['a'] } },
      expected: { attributes: { department_name: 'Engineering', manager: null, tags: ['a'] } },
    },
    {
      title: 'an environment-level login',
      fields: { organization_id: null, connection_type: 'GoogleOAuth' },
      expected: { organizationId: null },
    },
    {
      title: 'nulls',
      fields: {
        idp_id: null,
        email: null,
        first_name: null,
        last_name: null,
        name: null,
        custom_attributes: null,
      },
      expected: { idpId: null, email: null, firstName: null, lastName: null, name: null, attributes: {} },
    },
  ])('takes a profile with $title', async ({ fields, expected }) => {
    const request = await signIn();
    const profile = { object: 'profile', id: 'prof_01', connection_id: 'conn_01', ...fields };
    await workos.emulator.control.tamper({ target: 'token_response', claims: { profile, expires_in: null } });
    const login = await workos.provider().login.exchangeCode(request, exchange);
    expect(login.profile).toMatchObject({ vendorId: 'prof_01', ...expected });
    expect(login.tokens.expiresAt).toBeNull();
  });

  it('refuses an answer without a profile, naming the place', async () => {
    const request = await signIn();
    await workos.emulator.control.tamper({
      target: 'token_response',
      claims: { profile: { email: 'x@y.example' } },
    });
    const failure = await failureOf(workos.provider().login.exchangeCode(request, exchange));
    expect(failure).toMatchObject({
      code: 'invalid_response',
      message: expect.stringContaining('profile.id'),
    });
    expect(failure.message).not.toContain('x@y.example');
  });

  it('says that the code was rejected', async () => {
    const request = await signIn();
    const { login } = workos.provider();
    await login.exchangeCode(request, exchange);
    const failure = await failureOf(login.exchangeCode(request, exchange));
    expect(failure).toMatchObject({
      name: 'LoginRejectedError',
      code: 'login_rejected',
      reason: 'code_rejected',
      vendorCode: 'invalid_grant',
      status: 400,
      requestId: expect.any(String),
    });
    expect(failure.message).not.toContain(request.code);
  });

  it('tells a wrong API key from a rejected code', async () => {
    const failure = await failureOf(
      workos.provider({ apiKey: 'sk_test_another' }).login.exchangeCode(await signIn(), exchange),
    );
    expect(failure).toMatchObject({ code: 'unauthenticated', vendorCode: 'invalid_client', status: 400 });
  });
});

describe('callback errors', () => {
  it.each([
    ['access_denied', 'access_denied'],
    ['signin_consent_denied', 'access_denied'],
    ['ambiguous_connection_selector', 'ambiguous_selector'],
    ['connection_domain_invalid', 'domain_not_found'],
    ['connection_invalid', 'connection_not_found'],
    ['connection_unlinked', 'connection_inactive'],
    ['connection_strategy_invalid', 'misconfigured'],
    ['domain_connection_selector_not_allowed', 'misconfigured'],
    ['invalid_connection_selector', 'misconfigured'],
    ['idp_initiated_sso_disabled', 'idp_initiated_disabled'],
    ['organization_invalid', 'organization_not_found'],
    ['oauth_failed', 'identity_provider_error'],
    ['profile_not_allowed_outside_organization', 'domain_not_allowed'],
    ['server_error', 'provider_error'],
    ['something_new', 'provider_error'],
    ['constructor', 'provider_error'],
  ])('%s is %s', (vendorCode, reason) => {
    expect(workos.provider().login.rejectionReason(vendorCode)).toBe(reason);
  });
});

describe('logins that began at the identity provider', () => {
  const read = (search: string) =>
    workos.provider().login.readUnsolicited(new URLSearchParams(search), contextOf('login.readIdpInitiated'));
  const nothing = { selector: null, loginHint: null, relayState: null, oneTimeId: null };

  async function start(state?: string): Promise<string> {
    const { location } = await workos.emulator.control.startFromIdentityProvider(
      workos.connection('Acme Okta'),
      {
        ...ada,
        ...(state === undefined ? {} : { state }),
      },
    );
    await workos.emulator.control.clearTraffic();
    return new URL(location).search;
  }

  it.each([undefined, ''])('leaves the unsolicited code alone when state is %j', async (state) => {
    expect(await read(await start(state))).toEqual(nothing);
    expect(await workos.requests()).toEqual([]);
  });

  it.each(['code=01ABC&state=mine', 'state=mine', '', 'error=access_denied', 'connection_id=conn_01'])(
    'is none: %s',
    async (search) => {
      expect(await read(search)).toBeNull();
    },
  );

  it('restarts a refused one for its connection', async () => {
    const connection = workos.connection('Acme Okta');
    await workos.emulator.control.updateConnection(connection, { allowIdpInitiated: false });
    expect(await read(await start())).toEqual({
      ...nothing,
      selector: { connection: `workos:${connection}` },
    });
  });

  it.each([
    ['&organization_id=org_01', { organization: 'workos:org_01' }],
    ['', null],
  ])('restarts with what the refusal names: %j', async (parameters, selector) => {
    expect(await read(`error=idp_initiated_sso_disabled${parameters}`)).toEqual({ ...nothing, selector });
  });
});

describe('access tokens', () => {
  type Tamper = Omit<Parameters<typeof workos.emulator.control.tamper>[0], 'target'>;

  async function token(tamper?: Tamper): Promise<string> {
    if (tamper) await workos.emulator.control.tamper({ target: 'access_token', ...tamper });
    const { tokens } = await workos.provider().login.exchangeCode(await signIn(), exchange);
    return tokens.accessToken.reveal();
  }
  const verify = (value: string, options = {}) =>
    workos.provider(options).login.verifyAccessToken(value, contextOf('login.verifyAccessToken'));

  it('answers the claims of a good one', async () => {
    expect(await verify(await token())).toMatchObject({
      subject: expect.stringMatching(/^prof_/),
      issuer: workos.emulator.url,
      expiresAt: expect.any(Number),
      claims: { org_id: workos.organization('Acme Corp') },
    });
  });

  it('does not ask for an audience, which WorkOS does not promise', async () => {
    expect(await verify(await token({ claims: { aud: null } }))).toMatchObject({
      subject: expect.any(String),
    });
  });

  it('takes the issuers it is configured with, and no others then', async () => {
    const custom = await token({ claims: { iss: 'https://issuer.example' } });
    expect(await verify(custom, { accessTokenIssuers: ['https://issuer.example'] })).toMatchObject({
      issuer: 'https://issuer.example',
    });
    const usual = await token();
    expect(await failureOf(verify(usual, { accessTokenIssuers: ['https://issuer.example'] }))).toMatchObject({
      code: 'verification_failed',
    });
  });

  it.each<[string, Tamper]>([
    ['another key', { sign: 'unknown_key' }],
    ['no signature', { sign: 'none' }],
    ['the public key as an HMAC secret', { sign: 'hs256_public_key' }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['another audience', { claims: { aud: 'client_of_somebody_else' } }],
    ['an expiry in the past', { claims: { exp: 1 } }],
    ['no expiry', { claims: { exp: null } }],
    ['no subject', { claims: { sub: null } }],
    ['an issue time in the future', { claims: { iat: 9_999_999_999, exp: 9_999_999_999 } }],
  ])('refuses one with %s', async (_, tamper) => {
    expect(await failureOf(verify(await token(tamper)))).toMatchObject({ code: 'verification_failed' });
  });

  it('refuses an opaque one', async () => {
    expect(await failureOf(verify('01DMEK0J53CVMC32CK5SE0KZ8Q'))).toMatchObject({
      code: 'verification_failed',
    });
  });
});

describe('logout', () => {
  const logout = (
    request: Parameters<ReturnType<typeof workos.provider>['login']['logoutUrl']>[0],
    options = {},
  ) => workos.provider(options).login.logoutUrl(request, contextOf('login.logoutUrl'));

  it('is a URL for a login through a custom OIDC connection', async () => {
    const { id } = await workos.emulator.control.createConnection({
      organizationId: workos.organization('Acme Corp'),
      protocol: 'oidc',
      identityProvider: 'generic',
      name: 'Acme OIDC',
      users: [{ id: 'ada', email: ada.email }],
    });
    const request = await signIn({ connection: connectionId(`workos:${id}`) });
    const { profile } = await workos.provider().login.exchangeCode(request, exchange);
    const url = await logout({ profileId: profile.vendorId });
    expect(url).toMatch(new RegExp(`^${workos.emulator.url}/sso/logout\\?token=.+`));
  });

  it('is unsupported for others', async () => {
    const { profile } = await workos.provider().login.exchangeCode(await signIn(), exchange);
    expect(await failureOf(logout({ profileId: profile.vendorId }))).toMatchObject({
      code: 'unsupported',
      vendorCode: 'connection_invalid',
    });
  });

  it.each([
    [{}, 'invalid_argument'],
    [{ profileId: 'prof_01', returnTo: 'https://app.example' }, 'unsupported'],
    [{ profileId: 'prof_01', state: 'x' }, 'unsupported'],
  ])('refuses %j before any request', async (request, code) => {
    expect(await failureOf(logout(request))).toMatchObject({ code });
    expect(await workos.requests()).toEqual([]);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', '/sso/logout', ''])(
    'refuses to hand %j on',
    async (url) => {
      await workos.answer('/sso/logout/authorize', { logout_url: url });
      expect(await failureOf(logout({ profileId: 'prof_01' }))).toMatchObject({
        code: 'invalid_response',
        message: expect.stringContaining('logout_url'),
      });
    },
  );

  it('asks the configured host', async () => {
    const failure = await failureOf(
      logout({ profileId: 'prof_01' }, { authUrl: 'http://127.0.0.1:9', http: { maxRetries: 0 } }),
    );
    expect(failure.code).toBe('unavailable');
    expect(await workos.requests()).toEqual([]);
  });
});
