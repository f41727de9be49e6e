import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  answer,
  authorizeUrl,
  call,
  exchange,
  locationOf,
  redirectUri,
  signIn,
  workos,
  world,
} from './support.js';

describe('a login by the page', () => {
  it('goes from the authorization URL over the identity provider to the callback, and gives a profile', async () => {
    const emulator = await workos();
    const { acme } = world(emulator);
    const login = await locationOf(
      authorizeUrl(emulator, { organization: acme.id, state: 'a b&c=ä', login_hint: 'ada@acme.example' }),
    );
    expect(login.href).toMatch(`${emulator.controlUrl}/idp/login?request=`);

    const page = await answer(await fetch(login));
    expect(page.status).toBe(200);
    for (const words of [
      'Acme Corp',
      'Acme Okta',
      'Okta · SAML',
      'ada@acme.example',
      'Ben Baker',
      'signin_consent_denied',
    ]) {
      expect(page.text).toContain(words);
    }

    const submitted = await fetch(login, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ user: '00u1ada' }),
    });
    const callback = new URL(submitted.headers.get('location')!);
    expect(callback.origin + callback.pathname).toBe(redirectUri);
    expect(callback.searchParams.get('state')).toBe('a b&c=ä');
    const code = callback.searchParams.get('code')!;
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);

    const token = await exchange(emulator, { code });
    expect(token.status).toBe(200);
    expect(token.body).toEqual({
      token_type: 'Bearer',
      access_token: expect.any(String),
      expires_in: 600,
      profile: {
        object: 'profile',
        id: expect.stringMatching(/^prof_/),
        organization_id: acme.id,
        connection_id: world(emulator).okta.id,
        connection_type: 'OktaSAML',
        idp_id: '00u1ada',
        email: 'ada@acme.example',
        first_name: 'Ada',
        last_name: 'Adams',
        name: 'Ada Adams',
        groups: ['Engineering'],
        custom_attributes: {},
        raw_attributes: {},
      },
    });

    const profile = await answer(
      await fetch(`${emulator.url}/sso/profile`, {
        headers: { authorization: `Bearer ${token.body.access_token}` },
      }),
    );
    expect(profile.body).toEqual(token.body.profile);
    expect(profile.headers.get('x-request-id')).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-a[\da-f]{3}-[\da-f]{12}$/,
    );

    const jwks = createRemoteJWKSet(new URL(`${emulator.url}/sso/jwks/${emulator.clientId}`));
    const { payload } = await jwtVerify(token.body.access_token, jwks, { audience: emulator.clientId });
    expect(payload).toMatchObject({ sub: token.body.profile.id, org_id: acme.id, iss: emulator.url });
  });

  it('keeps the profile id of a person in one connection, and gives another in another connection', async () => {
    const emulator = await workos();
    const { acme, okta: first } = world(emulator);
    const second = await emulator.control.createConnection({
      organizationId: acme.id,
      protocol: 'saml',
      identityProvider: 'okta',
      users: [{ id: '00u1ada', email: 'ada@acme.example' }],
    });
    const profileOf = async (connection: string) => {
      const token = await exchange(emulator, {
        code: await signIn(emulator, { connection }, 'ada@acme.example'),
      });
      return token.body.profile.id;
    };
    expect(await profileOf(first.id)).toBe(await profileOf(first.id));
    expect(await profileOf(second.id)).not.toBe(await profileOf(first.id));
  });

  it('leaves groups out for a user without them', async () => {
    const emulator = await workos();
    const code = await signIn(emulator, { organization: world(emulator).globex.id }, 'cara@globex.example');
    expect((await exchange(emulator, { code })).body.profile).not.toHaveProperty('groups');
  });

  it('turns a validating connection active, and lets no draft or inactive one in', async () => {
    const emulator = await workos();
    const { id } = world(emulator).okta;
    await emulator.control.updateConnection(id, { status: 'validating' });
    await signIn(emulator, { connection: id }, 'ada@acme.example');
    expect((await call(emulator, 'GET', `/connections/${id}`)).body.state).toBe('active');
    for (const status of ['requires_type', 'draft', 'inactive', 'deleting']) {
      await emulator.control.updateConnection(id, { status });
      const location = await locationOf(authorizeUrl(emulator, { connection: id }));
      expect(location.searchParams.get('error')).toBe('connection_unlinked');
    }
  });

  it('logs in without an organization through an environment-level provider', async () => {
    const emulator = await workos();
    const code = await signIn(emulator, { provider: 'GoogleOAuth' }, 'someone@anywhere.example');
    expect((await exchange(emulator, { code })).body.profile).toMatchObject({
      organization_id: null,
      connection_type: 'GoogleOAuth',
    });
  });
});

describe('an authorization request', () => {
  it('with a wrong client id or an unregistered redirect URI ends on a page, never at the redirect URI', async () => {
    const emulator = await workos();
    for (const [parameters, code] of [
      [{ client_id: 'client_other' }, 'client-id-invalid'],
      [{ redirect_uri: 'https://evil.example/' }, 'redirect-uri-invalid'],
      [{ redirect_uri: undefined }, 'redirect-uri-invalid'],
      [{ redirect_uri: 'http://localhost.evil.example/' }, 'redirect-uri-invalid'],
    ] as const) {
      const response = await answer(await fetch(authorizeUrl(emulator, parameters), { redirect: 'manual' }));
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
      expect(response.text).toContain(code);
    }
  });

  it.each([
    ['no selector', {}, 'invalid_connection_selector'],
    ['two selectors', { organization: 'ACME', connection: 'OKTA' }, 'invalid_connection_selector'],
    ['an unknown provider', { provider: 'NoOAuth' }, 'invalid_connection_selector'],
    ['the old domain selector', { domain: 'acme.example' }, 'domain_connection_selector_not_allowed'],
    ['an unknown connection', { connection: 'conn_0' }, 'connection_invalid'],
    ['an unknown organization', { organization: 'org_0' }, 'organization_invalid'],
    [
      'a plain code challenge',
      { organization: 'ACME', code_challenge: 'x', code_challenge_method: 'plain' },
      'invalid_request',
    ],
    ['another response type', { organization: 'ACME', response_type: 'token' }, 'unsupported_response_type'],
  ])('with %s is refused at the callback with the state', async (_name, given, error) => {
    const emulator = await workos();
    const known: Record<string, string> = {
      ACME: world(emulator).acme.id,
      OKTA: world(emulator).okta.id,
    };
    const parameters = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, known[value] ?? value]),
    );
    const location = await locationOf(authorizeUrl(emulator, { ...parameters, state: 'xyz' }));
    expect(location.origin + location.pathname).toBe(redirectUri);
    expect(location.searchParams.get('error')).toBe(error);
    expect(location.searchParams.get('error_description')).not.toBe('');
    expect(location.searchParams.get('state')).toBe('xyz');
    expect(location.searchParams.has('code')).toBe(false);
  });

  it('with an organization needs exactly one connection', async () => {
    const emulator = await workos();
    const { acme } = world(emulator);
    const empty = await emulator.control.createOrganization({ name: 'Empty' });
    await emulator.control.createConnection({
      organizationId: acme.id,
      protocol: 'oidc',
      identityProvider: 'generic',
    });
    const none = await locationOf(authorizeUrl(emulator, { organization: empty.id }));
    expect(none.searchParams.get('error')).toBe('organization_invalid');
    expect(none.searchParams.get('error_description')).toBe('No connection associated with organization');
    const several = await locationOf(authorizeUrl(emulator, { organization: acme.id }));
    expect(several.searchParams.get('error')).toBe('ambiguous_connection_selector');
  });

  it('takes every callback error from the identity provider page', async () => {
    const emulator = await workos();
    const url = authorizeUrl(emulator, { organization: world(emulator).acme.id, state: '' });
    const page = await (await fetch(await locationOf(url))).text();
    const codes = [...page.matchAll(/<option>(.+?)<\/option>/g)].map((match) => match[1] ?? '');
    expect(codes).toHaveLength(14);
    for (const error of codes) {
      const callback = new URL(await emulator.control.signIn(url, { error }));
      expect(callback.searchParams.get('error')).toBe(error);
      expect(callback.searchParams.get('state')).toBe('');
    }
  });

  it('matches registered redirect URIs exactly, by label wildcard and by loopback port', async () => {
    const emulator = await workos({
      seed: {
        organizations: [{ name: 'Acme', connections: [{ protocol: 'saml', identityProvider: 'okta' }] }],
        redirectUris: ['https://app.example/cb', 'https://pre-*.example.org/cb', 'http://localhost:*/cb'],
      },
    });
    const organization = world(emulator).acme.id;
    const statusOf = async (uri: string) =>
      (await fetch(authorizeUrl(emulator, { organization, redirect_uri: uri }), { redirect: 'manual' }))
        .status;
    for (const uri of [
      'https://app.example/cb',
      'https://pre-1_a.example.org/cb',
      'http://localhost:8123/cb',
    ]) {
      expect(await statusOf(uri)).toBe(302);
    }
    for (const uri of [
      'https://app.example/cb/',
      'https://pre-a.b.example.org/cb',
      'http://localhost:x/cb',
      'http://localhost:3000/other',
      'http://127.0.0.1:3000/cb',
    ]) {
      expect(await statusOf(uri)).toBe(400);
    }
  });

  it('refuses e-mail domains the organization has not verified, unless told otherwise', async () => {
    const emulator = await workos();
    const { acme } = world(emulator);
    const url = authorizeUrl(emulator, { organization: acme.id });
    const guest = { email: 'guest@elsewhere.example' };
    const refused = new URL(await emulator.control.signIn(url, guest));
    expect(refused.searchParams.get('error')).toBe('profile_not_allowed_outside_organization');

    await call(emulator, 'PUT', `/organizations/${acme.id}`, { allow_profiles_outside_organization: true });
    expect(new URL(await emulator.control.signIn(url, guest)).searchParams.has('code')).toBe(true);

    await call(emulator, 'PUT', `/organizations/${acme.id}`, {
      allow_profiles_outside_organization: false,
      domain_data: [{ domain: 'acme.example', state: 'pending' }],
    });
    const pending = new URL(await emulator.control.signIn(url, { email: 'ada@acme.example' }));
    expect(pending.searchParams.get('error')).toBe('profile_not_allowed_outside_organization');

    const relaxed = await workos({ domainPolicy: false });
    const open = authorizeUrl(relaxed, { organization: world(relaxed).acme.id });
    expect(new URL(await relaxed.control.signIn(open, guest)).searchParams.has('code')).toBe(true);
  });
});

describe('the token endpoint', () => {
  it('takes form, JSON and query parameters', async () => {
    const emulator = await workos();
    const organization = world(emulator).acme.id;
    const parameters = async () => ({
      client_id: emulator.clientId,
      client_secret: emulator.apiKey,
      grant_type: 'authorization_code',
      code: await signIn(emulator, { organization }, 'ada@acme.example'),
    });
    const url = `${emulator.url}/sso/token`;
    const headers = { 'content-type': 'application/json' };
    const requests: [string, RequestInit][] = [
      [url, { body: new URLSearchParams(await parameters()) }],
      [url, { body: JSON.stringify(await parameters()), headers }],
      [`${url}?${String(new URLSearchParams(await parameters()))}`, {}],
      [`${url}?${String(new URLSearchParams(await parameters()))}`, { headers, body: '' }],
    ];
    for (const [target, init] of requests) {
      expect((await answer(await fetch(target, { method: 'POST', ...init }))).status).toBe(200);
    }
  });

  it('answers the four OAuth errors as 400', async () => {
    const emulator = await workos();
    const organization = world(emulator).acme.id;
    const code = await signIn(emulator, { organization }, 'ada@acme.example');
    const invalidClient = { error: 'invalid_client', error_description: 'Invalid client ID or secret.' };
    for (const [parameters, body] of [
      [{ code, client_secret: 'sk_test_wrong' }, invalidClient],
      [{ code, client_id: 'client_wrong' }, invalidClient],
      [{ code, client_secret: '' }, invalidClient],
      [
        { code, grant_type: 'refresh_token' },
        { error: 'unsupported_grant_type', error_description: 'The grant type is not supported.' },
      ],
      [
        { code, client_secret: '', code_verifier: 'v'.repeat(43) },
        {
          error: 'unauthorized_client',
          error_description: 'The client is not authorized to use this grant type.',
        },
      ],
      [
        { code: 'nope' },
        { error: 'invalid_grant', error_description: "The code 'nope' has expired or is invalid." },
      ],
    ] as const) {
      const response = await exchange(emulator, parameters);
      expect([response.status, response.body]).toEqual([400, body]);
    }
    expect((await exchange(emulator, { code })).status).toBe(200);
    const again = await exchange(emulator, { code });
    expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
  });

  it('forgets codes after 10 minutes and access tokens after their lifetime', async () => {
    const emulator = await workos({ clock: '2026-03-01T12:00:00.000Z' });
    const organization = world(emulator).acme.id;
    const late = await signIn(emulator, { organization }, 'ada@acme.example');
    await emulator.control.advanceClock(10 * 60_000);
    expect((await exchange(emulator, { code: late })).body.error).toBe('invalid_grant');

    const code = await signIn(emulator, { organization }, 'ada@acme.example');
    await emulator.control.advanceClock(10 * 60_000 - 1);
    const token = await exchange(emulator, { code });
    const profile = async () =>
      answer(
        await fetch(`${emulator.url}/sso/profile`, {
          headers: { authorization: `Bearer ${token.body.access_token}` },
        }),
      );
    expect((await profile()).status).toBe(200);
    await emulator.control.advanceClock(600_000);
    const expired = await profile();
    expect([expired.status, expired.body]).toEqual([401, { error: 'Unauthorized' }]);
  });

  it('holds S256 challenges, for public clients too', async () => {
    const emulator = await workos();
    const organization = world(emulator).acme.id;
    const verifier = 'correct-horse-battery-staple-correct-horse-battery';
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const pkce = { organization, code_challenge: challenge, code_challenge_method: 'S256' };
    const code = await signIn(emulator, pkce, 'ada@acme.example');
    for (const parameters of [{ code }, { code, code_verifier: `${verifier}x` }]) {
      expect((await exchange(emulator, parameters)).body.error).toBe('invalid_grant');
    }
    expect((await exchange(emulator, { code, code_verifier: verifier, client_secret: '' })).status).toBe(200);
    const plain = await signIn(emulator, { organization }, 'ada@acme.example');
    expect((await exchange(emulator, { code: plain, code_verifier: verifier })).body.error).toBe(
      'invalid_grant',
    );
  });

  it('spoils tokens and answers on demand, once', async () => {
    const emulator = await workos();
    const organization = world(emulator).acme.id;
    const token = async () =>
      exchange(emulator, { code: await signIn(emulator, { organization }, 'ada@acme.example') });
    const jwks = createRemoteJWKSet(new URL(`${emulator.url}/sso/jwks/${emulator.clientId}`));
    await emulator.control.tamper({ target: 'access_token', sign: 'none' });
    await emulator.control.tamper({
      target: 'token_response',
      claims: { token_type: 'Mac', expires_in: null },
    });
    const spoiled = await token();
    expect(decodeProtectedHeader(spoiled.body.access_token)).toMatchObject({ alg: 'none' });
    expect(spoiled.body).toMatchObject({ token_type: 'Mac' });
    expect(spoiled.body).not.toHaveProperty('expires_in');
    for (const sign of ['unknown_key', 'hs256_public_key'] as const) {
      await emulator.control.tamper({ target: 'access_token', sign });
      await expect(jwtVerify((await token()).body.access_token, jwks)).rejects.toThrow(/alg|applicable key/i);
    }
    await expect(jwtVerify((await token()).body.access_token, jwks)).resolves.toBeDefined();
  });

  it('rotates keys: the new one signs, the old one stays published', async () => {
    const emulator = await workos();
    const read = async () => (await call(emulator, 'GET', `/sso/jwks/${emulator.clientId}`)).body.keys;
    const [before] = await read();
    const { kid } = await emulator.control.rotateKeys();
    expect((await read()).map((key: { kid: string }) => key.kid)).toEqual([kid, before.kid]);
    const certificate = new X509Certificate(Buffer.from(before.x5c[0], 'base64'));
    const publicKey = createPublicKey({ key: before, format: 'jwk' });
    expect(certificate.verify(publicKey) && certificate.publicKey.equals(publicKey)).toBe(true);
    expect(certificate.subject).toBe(`CN=${before.kid}`);
    expect(before['x5t#S256']).toBe(createHash('sha256').update(certificate.raw).digest('base64url'));
    expect((await call(emulator, 'GET', '/sso/jwks/client_other')).status).toBe(404);
  });
});

describe('a login from the identity provider', () => {
  it('lands on the default redirect URI with a code and no state', async () => {
    const emulator = await workos();
    const { id } = world(emulator).okta;
    const { location } = await emulator.control.startFromIdentityProvider(id, { email: 'ada@acme.example' });
    const callback = new URL(location);
    expect([...callback.searchParams.keys()]).toEqual(['code']);
    expect(location).toMatch(`${redirectUri}?`);
    const token = await exchange(emulator, { code: callback.searchParams.get('code')! });
    expect(token.body.profile.email).toBe('ada@acme.example');
  });

  it('follows RelayState to a registered redirect URI only, and can carry a stray state', async () => {
    const emulator = await workos({
      seed: {
        organizations: [
          {
            name: 'Acme',
            domains: ['acme.example'],
            connections: [
              { protocol: 'saml', identityProvider: 'okta', users: [{ id: '1', email: 'ada@acme.example' }] },
            ],
          },
        ],
        redirectUris: ['https://app.example/cb', 'https://app.example/other'],
      },
    });
    const { id } = world(emulator).okta;
    const start = async (relayState: string, state?: string) => {
      const login = { user: '1', relayState, ...(state === undefined ? {} : { state }) };
      return (await emulator.control.startFromIdentityProvider(id, login)).location;
    };
    expect(await start('redirect_uri=https://app.example/other')).toMatch('https://app.example/other?code=');
    expect(await start('redirect_uri=https://evil.example/')).toMatch('https://app.example/cb?code=');
    expect(await start('/dashboard')).toMatch('https://app.example/cb?code=');
    expect(await start('x', '')).toMatch(/&state=$/);
  });

  it('is refused when disabled, and by connections that are not SAML', async () => {
    const emulator = await workos();
    const { okta, entra } = world(emulator);
    await emulator.control.updateConnection(okta.id, { allowIdpInitiated: false });
    const { location } = await emulator.control.startFromIdentityProvider(okta.id, {
      email: 'ada@acme.example',
    });
    expect(Object.fromEntries(new URL(location).searchParams)).toMatchObject({
      error: 'idp_initiated_sso_disabled',
      connection_id: okta.id,
      organization_id: okta.organizationId,
    });
    await expect(
      emulator.control.startFromIdentityProvider(entra.id, { email: 'cara@globex.example' }),
    ).rejects.toThrow('is not SAML');
  });

  it('has a page to click', async () => {
    const emulator = await workos();
    const url = `${emulator.controlUrl}/idp/${world(emulator).okta.id}`;
    expect(await (await fetch(url)).text()).toContain('Open the app from Okta');
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ user: '00u1ben' }),
    });
    expect(response.headers.get('location')).toMatch(`${redirectUri}?code=`);
  });
});

describe('logout', () => {
  it('works for GenericOIDC connections only', async () => {
    const emulator = await workos();
    const organization = await emulator.control.createOrganization({
      name: 'Initech',
      domains: ['initech.example'],
    });
    const { id } = await emulator.control.createConnection({
      organizationId: organization.id,
      protocol: 'oidc',
      identityProvider: 'generic',
    });
    const profileOf = async (connection: string, email: string) =>
      (await exchange(emulator, { code: await signIn(emulator, { connection }, email) })).body.profile.id;

    const granted = await call(emulator, 'POST', '/sso/logout/authorize', {
      profile_id: await profileOf(id, 'peter@initech.example'),
    });
    expect(granted.status).toBe(200);
    expect(granted.body).toEqual({ logout_url: expect.any(String), logout_token: expect.any(String) });
    expect((await fetch(granted.body.logout_url, { redirect: 'manual' })).status).toBe(302);
    expect((await fetch(granted.body.logout_url, { redirect: 'manual' })).status).toBe(404);

    const refused = await call(emulator, 'POST', '/sso/logout/authorize', {
      profile_id: await profileOf(world(emulator).okta.id, 'ada@acme.example'),
    });
    expect([refused.status, refused.body]).toEqual([
      400,
      {
        error: 'connection_invalid',
        error_description: 'Single Logout is only supported for GenericOIDC connections.',
      },
    ]);
    expect((await call(emulator, 'POST', '/sso/logout/authorize', { profile_id: 'prof_0' })).status).toBe(
      404,
    );
  });
});
