import { createHash } from 'node:crypto';
import { scalekitNative } from '@org/sso-scalekit';
import { describe, expect, it } from 'vitest';
import type { LoginSelector } from '@org/sso-core';
import { failureOf, qualified, redirectUri, useScalekit } from './support.js';

const scalekit = useScalekit();

const context = { operation: 'login.complete' };
const codeVerifier = 'v'.repeat(43);
const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
const nonce = 'nonce-1';

function authorizationUrl(selector: LoginSelector, more: object = {}): URL {
  return new URL(
    scalekit.provider().login.authorizationUrl({
      selector,
      redirectUri,
      state: 'state-1',
      nonce,
      codeChallenge,
      ...more,
    }),
  );
}

/** Signs in at the emulator and answers what the code exchange needs. */
async function exchangeable(email = 'ada@acme.example', organization = 'Acme Corp') {
  const url = authorizationUrl({ organization: scalekit.organization(organization) });
  const callback = new URL(await scalekit.emulator.control.signIn(url, { email }));
  return { code: callback.searchParams.get('code')!, codeVerifier, redirectUri, nonce };
}

describe('authorization URL', () => {
  it.each<[LoginSelector, Record<string, string>]>([
    [{ organization: qualified('org_1') }, { organization_id: 'org_1' }],
    [{ connection: qualified('conn_1') }, { connection_id: 'conn_1' }],
    [{ domain: 'acme.example' }, { domain: 'acme.example', domain_hint: 'acme.example' }],
    [{ identityProvider: 'google' }, { provider: 'google' }],
  ])('%j', (selector, expected) => {
    const url = authorizationUrl(selector);
    expect(url.origin + url.pathname).toBe(`${scalekit.emulator.url}/oauth/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: scalekit.emulator.clientId,
      redirect_uri: redirectUri,
      scope: 'openid profile email',
      state: 'state-1',
      nonce,
      code_challenge: codeChallenge,
      code_challenge_method: 'S256',
      ...expected,
    });
  });

  it('carries a hint and asks for a new authentication', () => {
    const url = authorizationUrl(
      { connection: qualified('conn_1') },
      { loginHint: 'ada+1@acme.example', forceReauthentication: true },
    );
    expect(url.search).toContain('login_hint=ada%2B1%40acme.example');
    expect(url.search).toContain('scope=openid%20profile%20email');
    expect(url.searchParams.get('prompt')).toBe('login');
  });

  it('refuses an id of another provider', () => {
    expect(() => authorizationUrl({ organization: 'workos:org_1' as never })).toThrow(/belongs to provider/);
  });
});

describe('code exchange', () => {
  it('answers the profile, wrapped tokens and what was verified', async () => {
    const connectionId = scalekit.connection('Acme Okta');
    await scalekit.emulator.control.setConnectionUsers(connectionId.slice('scalekit:'.length), [
      {
        id: 'okta|7;x',
        email: 'ada@acme.example',
        firstName: 'Ada',
        groups: ['Engineering'],
        attributes: { department: 'R&D', level: 3 },
      },
    ]);
    const now = Date.now();
    const login = await scalekit
      .provider({ now: () => now })
      .login.exchangeCode(await exchangeable(), context);
    expect(login.profile).toEqual({
      provider: 'scalekit',
      vendorId: `${connectionId.slice('scalekit:'.length)};okta|7;x`,
      idpId: 'okta|7;x',
      organizationId: scalekit.organization('Acme Corp'),
      connectionId,
      email: 'ada@acme.example',
      emailVerified: 'unknown',
      firstName: 'Ada',
      lastName: null,
      name: null,
      groups: ['Engineering'],
      roles: [],
      attributes: { department: 'R&D', level: 3 },
    });
    expect(login.assurance).toEqual([
      'id_token_signature',
      'id_token_issuer',
      'id_token_audience',
      'id_token_expiry',
      'id_token_nonce',
      'access_token_hash',
      'pkce',
      'client_authentication',
    ]);
    expect(login.tokens.expiresAt).toBe(new Date(now + 899_000).toISOString());
    expect(login.tokens.refreshToken).toBeNull();
    expect(JSON.stringify(login)).not.toContain('eyJ');
    expect(scalekitNative(login.profile)).toMatchObject({
      iss: scalekit.emulator.url,
      sub: login.profile.vendorId,
      department: 'R&D',
    });
  });

  it('sends one form request, with the credentials in the body', async () => {
    const exchange = await exchangeable();
    await scalekit.forget();
    await scalekit.provider().login.exchangeCode(exchange, context);
    const [request, ...others] = await scalekit.tokenRequests();
    expect(others).toEqual([]);
    expect(request?.headers['authorization']).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'authorization_code',
      code: exchange.code,
      redirect_uri: redirectUri,
      client_id: scalekit.emulator.clientId,
      client_secret: scalekit.emulator.clientSecret,
      code_verifier: codeVerifier,
    });
  });

  it.each([
    ['a lost answer', { closeConnection: true, afterHandler: true }],
    ['a 503', { status: 503 }],
    ['a 429', { status: 429, headers: { 'retry-after': '0' } }],
  ])('%s is not repeated', async (_, fault) => {
    const exchange = await exchangeable();
    await scalekit.forget();
    await scalekit.emulator.control.addFault({ match: { path: '/oauth/token' }, ...fault });
    await failureOf(scalekit.provider().login.exchangeCode(exchange, context));
    expect(await scalekit.tokenRequests()).toHaveLength(1);
  });

  it('a used code is code_rejected', async () => {
    const exchange = await exchangeable();
    const { login } = scalekit.provider();
    await login.exchangeCode(exchange, context);
    expect(await failureOf(login.exchangeCode(exchange, context))).toMatchObject({
      code: 'login_rejected',
      reason: 'code_rejected',
      vendorCode: 'invalid_grant',
      status: 400,
      operation: 'login.complete',
    });
  });

  it('wrong client credentials are unauthenticated', async () => {
    const exchange = await exchangeable();
    const error = await failureOf(
      scalekit.provider({ clientSecret: 'test_wrong' }).login.exchangeCode(exchange, context),
    );
    expect(error).toMatchObject({ code: 'unauthenticated', vendorCode: 'invalid_client' });
  });

  it('Full Stack Auth and thin tokens: absent claims are null, the connection comes from amr', async () => {
    await scalekit.emulator.control.tamper({
      target: 'id_token',
      claims: {
        sub: 'usr_1',
        amr: ['pwd', 'conn_9'],
        oid: null,
        email: null,
        given_name: '',
        email_verified: true,
        groups: 'not a list',
        at_hash: null,
        aud: scalekit.emulator.clientId,
        azp: null,
      },
    });
    await scalekit.emulator.control.tamper({
      target: 'token_response',
      claims: { refresh_token: 'rt_1', expires_in: null },
    });
    const { profile, tokens, assurance } = await scalekit
      .provider()
      .login.exchangeCode(await exchangeable(), context);
    expect(profile).toMatchObject({
      vendorId: 'usr_1',
      idpId: null,
      organizationId: null,
      connectionId: 'scalekit:conn_9',
      email: null,
      emailVerified: true,
      firstName: null,
      groups: null,
    });
    expect(tokens.refreshToken?.reveal()).toBe('rt_1');
    expect(tokens.expiresAt).toBeNull();
    expect(assurance).not.toContain('access_token_hash');
  });

  it('several audiences are fine when the authorized party is this client', async () => {
    await scalekit.emulator.control.tamper({
      target: 'id_token',
      claims: { aud: [scalekit.emulator.clientId, 'skc_other'] },
    });
    await expect(
      scalekit.provider().login.exchangeCode(await exchangeable(), context),
    ).resolves.toBeDefined();
  });

  it('a rotated key is fetched', async () => {
    const { login } = scalekit.provider();
    await login.exchangeCode(await exchangeable(), context);
    await scalekit.emulator.control.rotateKeys();
    await expect(login.exchangeCode(await exchangeable(), context)).resolves.toBeDefined();
  });
});

it('the whole flow works through the client', async () => {
  const sso = scalekit.sso();
  const { url, flow } = await sso.login.begin({ domain: 'globex.example', returnTo: '/home' });
  const callback = await scalekit.emulator.control.signIn(url, { email: 'cara@globex.example' });
  await expect(sso.login.complete({ callback, flow })).resolves.toMatchObject({
    organizationId: scalekit.organization('Globex'),
    connectionId: scalekit.connection('Globex Entra ID'),
    returnTo: '/home',
  });
});

describe('logout', () => {
  it('is a URL with the ID token', async () => {
    const { tokens } = await scalekit.provider().login.exchangeCode(await exchangeable(), context);
    const url = new URL(
      await scalekit
        .provider()
        .login.logoutUrl(
          { idToken: tokens.idToken!, returnTo: 'http://localhost:3000/bye', state: 's 1' },
          { operation: 'login.logoutUrl' },
        ),
    );
    expect(url.href).toMatch(`${scalekit.emulator.url}/oidc/logout?`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      id_token_hint: tokens.idToken!.reveal(),
      post_logout_redirect_uri: 'http://localhost:3000/bye',
      state: 's 1',
    });
    const response = await fetch(url, { redirect: 'manual' });
    expect(response.headers.get('location')).toBe('http://localhost:3000/bye?state=s+1');
  });

  it('without one is refused', async () => {
    const error = await failureOf(
      scalekit.provider().login.logoutUrl({ profileId: 'conn_1;1' }, { operation: 'login.logoutUrl' }),
    );
    expect(error).toMatchObject({ code: 'invalid_argument', operation: 'login.logoutUrl' });
  });
});
