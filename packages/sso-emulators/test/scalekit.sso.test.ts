import { createHash } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { type Client, redirectUri, start } from './scalekit-client.js';

const ada = { email: 'ada@acme.example' };

/** Signs in and answers the parameters of the callback. */
async function signIn(
  { emulator, authorizationUrl }: Client,
  parameters: Record<string, string>,
  as: { email: string } | { user: string } | { error: string } = ada,
): Promise<Record<string, string>> {
  const callback = new URL(await emulator.control.signIn(authorizationUrl(parameters), as));
  expect(`${callback.origin}${callback.pathname}`).toBe(redirectUri);
  return Object.fromEntries(callback.searchParams);
}

/** The error code an authorization request is refused with. */
async function refusal(client: Client, parameters: Record<string, string>): Promise<string | undefined> {
  const response = await fetch(client.authorizationUrl(parameters), { redirect: 'manual' });
  expect(response.status).toBe(302);
  const { searchParams } = new URL(response.headers.get('location') ?? '');
  expect(searchParams.get('error_description')).toBeTruthy();
  return searchParams.get('error') ?? undefined;
}

function exchange({ token }: Client, code = '', more: Record<string, string> = {}) {
  return token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...more });
}

async function keySet({ emulator }: Client) {
  return createLocalJWKSet((await (await fetch(`${emulator.url}/keys`)).json()) as JSONWebKeySet);
}

function leftHalf(value = ''): string {
  return createHash('sha256').update(value).digest().subarray(0, 16).toString('base64url');
}

describe('token endpoint', () => {
  it('gives a client-credentials token for 86,399 seconds', async () => {
    const client = await start();
    const { status, body } = await client.token({ grant_type: 'client_credentials' });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 86_399,
      scope: 'openid',
    });
    const { payload } = await jwtVerify(body.access_token, await keySet(client), {
      issuer: client.emulator.url,
    });
    expect(payload).toMatchObject({
      sub: client.emulator.clientId,
      jti: expect.stringMatching(/^tkn_/),
      scopes: [],
    });
  });

  it('answers OAuth errors', async () => {
    const { token, emulator } = await start();
    expect(await token({ grant_type: 'client_credentials', client_secret: 'wrong' })).toEqual({
      status: 401,
      body: { error: 'invalid_client', error_description: expect.any(String) },
    });
    expect(await token({ grant_type: 'password' })).toMatchObject({
      status: 400,
      body: { error: 'unsupported_grant_type' },
    });
    expect(await token({ grant_type: 'authorization_code' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
    const credentials = {
      grant_type: 'client_credentials',
      client_id: emulator.clientId,
      client_secret: emulator.clientSecret,
    };
    const json = await fetch(`${emulator.url}/oauth/token`, {
      method: 'POST',
      body: JSON.stringify(credentials),
    });
    expect(json.status).toBe(400);
    const query = await fetch(`${emulator.url}/oauth/token?${new URLSearchParams(credentials)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(query.status).toBe(400);
  });

  it('publishes keys and discovery under one issuer', async () => {
    const { emulator } = await start();
    const discovery = (await (
      await fetch(`${emulator.url}/.well-known/openid-configuration`)
    ).json()) as Record<string, unknown>;
    expect(discovery).toMatchObject({
      issuer: emulator.url,
      authorization_endpoint: `${emulator.url}/oauth/authorize`,
      token_endpoint: `${emulator.url}/oauth/token`,
      jwks_uri: `${emulator.url}/keys`,
      end_session_endpoint: `${emulator.url}/oidc/logout`,
    });
    const { keys } = (await (await fetch(`${emulator.url}/keys`)).json()) as JSONWebKeySet;
    expect(keys).toMatchObject([
      { use: 'sig', kty: 'RSA', alg: 'RS256', kid: expect.stringMatching(/^snk_\d+$/) },
    ]);
    const { kid } = await emulator.control.rotateKeys();
    const rotated = (await (await fetch(`${emulator.url}/keys`)).json()) as JSONWebKeySet;
    expect(rotated.keys.map((key) => key.kid)).toEqual([kid, keys[0]?.kid]);
  });
});

describe('Modular SSO', () => {
  it('signs in with PKCE and a nonce', async () => {
    const client = await start({ clock: '2026-01-01T00:00:00Z' });
    const [connection] = client.emulator.connections();
    const verifier = 'v'.repeat(43);
    const { code, state, ...rest } = await signIn(client, {
      connection_id: connection?.id ?? '',
      state: 's t+ä',
      nonce: 'n1',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    expect({ state, rest }).toEqual({ state: 's t+ä', rest: {} });
    const { status, body } = await exchange(client, code, { code_verifier: verifier });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 899,
      id_token: expect.any(String),
      scope: 'openid email profile',
    });
    const keys = await keySet(client);
    const now = Date.parse('2026-01-01T00:00:00Z') / 1000;
    const { payload, protectedHeader } = await jwtVerify(body.id_token, keys, {
      currentDate: new Date(now * 1000),
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.stringMatching(/^snk_/) });
    expect(payload).toEqual({
      iss: client.emulator.url,
      aud: [client.emulator.clientId],
      azp: client.emulator.clientId,
      client_id: client.emulator.clientId,
      sub: `${connection?.id};00u1ada`,
      amr: [connection?.id],
      oid: connection?.organizationId,
      sid: expect.stringMatching(/^ses_\d+$/),
      iat: now,
      exp: now + 259_200,
      at_hash: leftHalf(body.access_token),
      c_hash: leftHalf(code),
      nonce: 'n1',
      email: 'ada@acme.example',
      preferred_username: 'ada@acme.example',
      given_name: 'Ada',
      family_name: 'Adams',
      groups: ['Engineering'],
    });
    const access = await jwtVerify(body.access_token, keys, { currentDate: new Date(now * 1000) });
    expect(access.payload).toEqual({
      iss: client.emulator.url,
      aud: [client.emulator.clientId],
      client_id: client.emulator.clientId,
      sub: payload.sub,
      iat: now,
      nbf: now,
      exp: now + 899,
      jti: expect.stringMatching(/^tkn_/),
    });
  });

  it('gives attributes claims of their own, but never a reserved one', async () => {
    const client = await start();
    const [connection] = client.emulator.connections();
    await client.emulator.control.setConnectionUsers(connection?.id ?? '', [
      {
        id: 'google-oauth2|10;46',
        email: 'gus@acme.example',
        attributes: { department: 'R&D', sub: 'evil', roles: ['root'], iss: 'x' },
      },
    ]);
    const { code } = await signIn(
      client,
      { connection_id: connection?.id ?? '' },
      { user: 'google-oauth2|10;46' },
    );
    const claims = decodeJwt((await exchange(client, code)).body.id_token);
    expect(claims).toMatchObject({
      department: 'R&D',
      sub: `${connection?.id};google-oauth2|10;46`,
      iss: client.emulator.url,
    });
    expect(claims).not.toHaveProperty('roles');
    expect(claims).not.toHaveProperty('nonce');
  });

  it('takes a code once, within ten minutes, for the same redirect URI and verifier', async () => {
    const client = await start();
    const parameters = { login_hint: ada.email };
    const invalidGrant = { status: 400, body: { error: 'invalid_grant' } };
    const once = await signIn(client, parameters);
    expect((await exchange(client, once['code'])).status).toBe(200);
    expect(await exchange(client, once['code'])).toMatchObject(invalidGrant);
    const elsewhere = await signIn(client, parameters);
    expect(await exchange(client, elsewhere['code'], { redirect_uri: `${redirectUri}/` })).toMatchObject(
      invalidGrant,
    );
    const challenge = { code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' };
    const pkce = await signIn(client, { ...parameters, ...challenge });
    expect(await exchange(client, pkce['code'], { code_verifier: 'b'.repeat(43) })).toMatchObject(
      invalidGrant,
    );
    const late = await signIn(client, parameters);
    await client.emulator.control.advanceClock(600_000);
    expect(await exchange(client, late['code'])).toMatchObject(invalidGrant);
  });

  it('never gives a refresh token', async () => {
    const client = await start();
    const { code } = await signIn(client, { login_hint: ada.email, scope: 'openid offline_access' });
    expect((await exchange(client, code)).body).not.toHaveProperty('refresh_token');
    expect(await client.token({ grant_type: 'refresh_token', refresh_token: 'rt_1' })).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('shows the identity provider page, with people and error codes', async () => {
    const { emulator, authorizationUrl } = await start();
    const page = await (await fetch(authorizationUrl({ login_hint: ada.email }))).text();
    for (const text of [
      'Acme Okta',
      'Acme Corp',
      'Ada Adams',
      'ben@acme.example',
      'access_denied',
      'assertion_expired',
    ]) {
      expect(page).toContain(text);
    }
    expect(emulator.connections()[0]?.name).toBe('Acme Okta');
  });

  it('carries the error the identity provider answers', async () => {
    const client = await start();
    expect(
      await signIn(client, { login_hint: ada.email, state: 'x' }, { error: 'mandatory_attribute_missing' }),
    ).toEqual({
      error: 'mandatory_attribute_missing',
      error_description: expect.any(String),
      state: 'x',
    });
  });
});

describe('selectors', () => {
  it('picks by provider, connection, organization, domain and login hint, in this order', async () => {
    const client = await start();
    const [acme, globex] = client.emulator.connections();
    const connectionOf = async (parameters: Record<string, string>) => {
      const { code } = await signIn(client, parameters, { email: 'someone@else.example' });
      return decodeJwt((await exchange(client, code)).body.id_token)['amr'];
    };
    const globexHint = { login_hint: 'cara@globex.example' };
    expect(await connectionOf(globexHint)).toEqual([globex?.id]);
    expect(await connectionOf({ ...globexHint, domain: 'acme.example' })).toEqual([acme?.id]);
    expect(await connectionOf({ ...globexHint, domain_hint: 'ACME.example' })).toEqual([acme?.id]);
    expect(
      await connectionOf({ domain: 'acme.example', organization_id: globex?.organizationId ?? '' }),
    ).toEqual([globex?.id]);
    expect(
      await connectionOf({ organization_id: globex?.organizationId ?? '', connection_id: acme?.id ?? '' }),
    ).toEqual([acme?.id]);
    expect(await refusal(client, { provider: 'google', connection_id: acme?.id ?? '' })).toBe(
      'no_configured_connections',
    );
  });

  it('refuses instead of falling through', async () => {
    const client = await start();
    const { control } = client.emulator;
    const [acme] = client.emulator.connections();
    const organization = { organization_id: acme?.organizationId ?? '' };
    expect(await refusal(client, {})).toBe('invalid_connection_selector');
    expect(await refusal(client, { connection_id: 'conn_0', ...organization })).toBe('invalid_connection_id');
    expect(await refusal(client, { organization_id: 'org_0', login_hint: ada.email })).toBe(
      'invalid_organization_id',
    );
    expect(await refusal(client, { domain: 'nobody.example' })).toBe('domain_not_found');
    expect(await refusal(client, { login_hint: 'a@sub.acme.example' })).toBe('domain_not_found');
    expect(await refusal(client, { provider: 'myspace' })).toBe('invalid_request');

    await control.updateConnection(acme?.id ?? '', { enabled: false });
    expect(await refusal(client, { connection_id: acme?.id ?? '' })).toBe('connection_not_active');
    expect(await refusal(client, organization)).toBe('no_active_connections');
    expect(await refusal(client, { domain: 'acme.example' })).toBe('no_active_connections');
    await control.updateConnection(acme?.id ?? '', { status: 'DRAFT' });
    expect(await refusal(client, organization)).toBe('no_configured_connections');
  });

  it('checks the request before the selector', async () => {
    const client = await start();
    const hint = { login_hint: ada.email };
    expect(await refusal(client, { ...hint, response_type: 'token' })).toBe('invalid_request');
    expect(await refusal(client, { ...hint, scope: 'email' })).toBe('invalid_request');
    expect(
      await refusal(client, { ...hint, code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }),
    ).toBe('invalid_request');
    expect(await refusal(client, { ...hint, code_challenge: 'a'.repeat(43) })).toBe('invalid_request');
    expect(await refusal(client, { ...hint, prompt: 'none' })).toBe('login_required');
    expect(await refusal(client, { ...hint, prompt: 'consent' })).toBe('invalid_request');
    for (const prompt of ['login', 'create', 'select_account']) {
      expect(await signIn(client, { ...hint, prompt })).toHaveProperty('code');
    }
  });
});

describe('redirect URIs', () => {
  async function page(client: Client, parameters: Record<string, string>) {
    const response = await fetch(client.authorizationUrl(parameters), { redirect: 'manual' });
    expect(response.headers.get('location')).toBeNull();
    return { status: response.status, text: await response.text() };
  }

  it('never redirects to an unregistered URI or for an unknown client', async () => {
    const client = await start();
    for (const uri of [
      'https://evil.example/cb',
      'http://localhost.evil.example/',
      'http://127.0.0.1@evil.example/',
      '',
    ]) {
      const { status, text } = await page(client, { login_hint: ada.email, redirect_uri: uri });
      expect(status).toBe(400);
      expect(text).toContain('invalid_redirect_uri');
    }
    expect((await page(client, { client_id: 'skc_other' })).text).toContain('invalid_client');
  });

  it('matches registered URIs exactly, and wildcards within one label', async () => {
    const redirectUris = ['https://app.example/cb', 'https://*.preview.example/cb'];
    const client = await start({ seed: { organizations: [], redirectUris } });
    const registered = async (uri: string) =>
      (await fetch(client.authorizationUrl({ redirect_uri: uri }), { redirect: 'manual' })).status === 302;
    expect(await registered('https://app.example/cb')).toBe(true);
    expect(await registered('https://pr-1.preview.example/cb')).toBe(true);
    for (const uri of [
      'https://app.example/cb/',
      'https://APP.example/cb',
      'https://app.example/cb?x=1',
      'https://a.b.preview.example/cb',
      'https://evil.example/.preview.example/cb',
      redirectUri,
    ]) {
      expect([uri, await registered(uri)]).toEqual([uri, false]);
    }
  });
});

describe('logout', () => {
  it('returns to an allowed URI with the state', async () => {
    const client = await start();
    const { code } = await signIn(client, { login_hint: ada.email });
    const { id_token: idToken } = (await exchange(client, code)).body;
    const logout = (parameters: Record<string, string>) =>
      fetch(`${client.emulator.url}/oidc/logout?${new URLSearchParams(parameters)}`, { redirect: 'manual' });
    const back = await logout({
      id_token_hint: idToken,
      post_logout_redirect_uri: 'http://localhost:4000/',
      state: 'x',
    });
    expect([back.status, back.headers.get('location')]).toEqual([302, 'http://localhost:4000/?state=x']);
    expect((await logout({ post_logout_redirect_uri: 'https://evil.example/' })).status).toBe(400);
    expect((await logout({ id_token_hint: 'garbage' })).status).toBe(400);
    expect((await logout({})).status).toBe(200);
  });
});

describe('identity-provider-initiated login', () => {
  it('redirects to the initiate-login URL with a signed hint', async () => {
    const client = await start({
      clock: '2026-01-01T00:00:00Z',
      initiateLoginUrl: 'http://127.0.0.1:4000/start?x=1',
    });
    const [connection] = client.emulator.connections();
    const { location } = await client.emulator.control.startFromIdentityProvider(connection?.id ?? '', {
      ...ada,
      relayState: '/deep',
    });
    const url = new URL(location);
    expect(`${url.origin}${url.pathname}`).toBe('http://127.0.0.1:4000/start');
    expect(url.searchParams.get('x')).toBe('1');
    const jwt = url.searchParams.get('idp_initiated_login') ?? '';
    const now = Date.parse('2026-01-01T00:00:00Z') / 1000;
    const { payload } = await jwtVerify(jwt, await keySet(client), { currentDate: new Date(now * 1000) });
    expect(payload).toEqual({
      iss: client.emulator.url,
      connection_id: connection?.id,
      organization_id: connection?.organizationId,
      login_hint: 'ada@acme.example',
      relay_state: '/deep',
      iat: now,
      nbf: now,
      exp: now + 300,
    });
  });

  it('follows the setting, works from the page, and reports what is not allowed', async () => {
    const { emulator } = await start();
    const { control } = emulator;
    const id = emulator.connections()[0]?.id ?? '';
    await control.setInitiateLoginUrl('http://localhost:5000/login');
    const page = `${emulator.controlUrl}/idp/${id}`;
    expect(await (await fetch(page)).text()).toContain('Ada Adams');
    const clicked = await fetch(page, {
      method: 'POST',
      body: new URLSearchParams({ user: '00u1ada' }),
      redirect: 'manual',
    });
    const location = new URL(clicked.headers.get('location') ?? '');
    expect(location.origin).toBe('http://localhost:5000');
    expect(decodeJwt(location.searchParams.get('idp_initiated_login') ?? '')).not.toHaveProperty(
      'relay_state',
    );
    await control.updateConnection(id, { allowIdpInitiated: false });
    const refused = new URL((await control.startFromIdentityProvider(id, ada)).location);
    expect(refused.searchParams.get('error')).toBe('access_denied');
    expect(refused.searchParams.has('idp_initiated_login')).toBe(false);
  });
});

describe('hostile provider', () => {
  it('spoils the next token only', async () => {
    const client = await start();
    const { control } = client.emulator;
    const keys = await keySet(client);
    const idToken = async () =>
      (await exchange(client, (await signIn(client, { login_hint: ada.email }))['code'])).body.id_token;

    await control.tamper({ target: 'id_token', claims: { oid: null, aud: 'someone-else' } });
    const claims = decodeJwt(await idToken());
    expect(claims.aud).toBe('someone-else');
    expect(claims).not.toHaveProperty('oid');

    await control.tamper({ target: 'id_token', sign: 'unknown_key' });
    await expect(jwtVerify(await idToken(), keys)).rejects.toThrow('no applicable key');
    await control.tamper({ target: 'id_token', sign: 'none' });
    expect(decodeProtectedHeader(await idToken())).toMatchObject({ alg: 'none' });
    await control.tamper({ target: 'id_token', sign: 'hs256_public_key' });
    expect(decodeProtectedHeader(await idToken())).toMatchObject({ alg: 'HS256' });
    await control.tamper({ target: 'id_token', header: { kid: 'snk_0' } });
    expect(decodeProtectedHeader(await idToken()).kid).toBe('snk_0');
    await jwtVerify(await idToken(), keys);

    await control.tamper({ target: 'token_response', claims: { id_token: null } });
    expect(await idToken()).toBeUndefined();
    await control.tamper({ target: 'idp_initiated_login', claims: { iss: 'https://evil.example' } });
    const { location } = await control.startFromIdentityProvider(
      client.emulator.connections()[0]?.id ?? '',
      ada,
    );
    expect(decodeJwt(new URL(location).searchParams.get('idp_initiated_login') ?? '').iss).toBe(
      'https://evil.example',
    );
  });
});

describe('Full Stack Auth', () => {
  it('keeps users, and refreshes with rotation', async () => {
    const client = await start({ mode: 'full-stack-auth' });
    const { code } = await signIn(client, { login_hint: ada.email, scope: 'openid offline_access' });
    const { body } = await exchange(client, code);
    expect(body).toMatchObject({ expires_in: 299, refresh_token: expect.stringMatching(/^rt_/) });
    const [organization] = client.emulator.organizations();
    const [user] = (await client.call('GET', '/api/v1/users')).body.users;
    expect(user).toMatchObject({
      email: 'ada@acme.example',
      last_login_time: expect.any(String),
      memberships: [{ membership_status: 'ACTIVE', provisioning_method: 'jit_using_sso' }],
    });
    expect(decodeJwt(body.id_token)).toMatchObject({
      sub: user.id,
      oid: organization?.id,
      xoid: 'tenant_acme',
    });
    expect(decodeJwt(body.access_token)).toMatchObject({
      sub: user.id,
      oid: organization?.id,
      roles: ['member'],
      permissions: [],
    });

    const refreshed = await client.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token });
    expect(refreshed.status).toBe(200);
    expect(refreshed.body.refresh_token).not.toBe(body.refresh_token);
    expect(decodeJwt(refreshed.body.id_token)).not.toHaveProperty('c_hash');
    expect(
      await client.token({ grant_type: 'refresh_token', refresh_token: body.refresh_token }),
    ).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  it('accepts an invitation with the first sign-in, and refuses strangers', async () => {
    const client = await start({ mode: 'full-stack-auth' });
    const [organization] = client.emulator.organizations();
    const path = `/api/v1/organizations/${organization?.id}/users`;
    const { id } = (await client.call('POST', path, { email: 'ada@acme.example' })).body.user;
    await signIn(client, { login_hint: ada.email });
    expect((await client.call('GET', `/api/v1/users/${id}`)).body.user.memberships).toMatchObject([
      { membership_status: 'ACTIVE' },
    ]);
    expect(await signIn(client, { login_hint: ada.email }, { email: 'mallory@else.example' })).toMatchObject({
      error: 'invalid_user_domain',
    });
  });

  it('falls through to its own page when no connection matches', async () => {
    const { authorizationUrl } = await start({ mode: 'full-stack-auth' });
    const response = await fetch(authorizationUrl({ login_hint: 'a@nobody.example' }), {
      redirect: 'manual',
    });
    expect([response.status, response.headers.get('location')]).toEqual([200, null]);
  });
});
