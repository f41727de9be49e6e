import { createHash } from 'node:crypto';
import type { TamperOrder } from '@org/sso-emulators';
import { describe, expect, it } from 'vitest';
import { failureOf, redirectUri, useScalekit } from './support.js';

const clientId = 'skc_1234567890123';
const scalekit = useScalekit({ clientId });
const codeVerifier = 'v'.repeat(43);
const nonce = 'nonce-1';
const seconds = () => Math.floor(Date.now() / 1000);

async function exchange(provider = scalekit.provider()) {
  const url = provider.login.authorizationUrl({
    selector: { organization: scalekit.organization('Acme Corp') },
    redirectUri,
    state: 's',
    nonce,
    codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
  });
  const callback = new URL(await scalekit.emulator.control.signIn(url, { email: 'ada@acme.example' }));
  return provider.login.exchangeCode(
    { code: callback.searchParams.get('code')!, codeVerifier, redirectUri, nonce },
    { operation: 'login.complete' },
  );
}

const otherClient = 'skc_0000000000000';

/** Spoilt in a way that makes any of the vendor's tokens unacceptable. */
const forgeries: [string, Omit<TamperOrder, 'target'>][] = [
  ['signed by an unknown key', { sign: 'unknown_key' }],
  ['unsigned', { sign: 'none' }],
  ['signed with HS256 and the public key', { sign: 'hs256_public_key' }],
  ['of an unknown kid', { header: { kid: 'snk_0' } }],
  ['naming another algorithm', { header: { alg: 'RS512' } }],
  ['with a critical header', { header: { crit: ['b64'], b64: false } }],
  ['of another issuer', { claims: { iss: 'https://evil.example' } }],
  ['without issuer', { claims: { iss: null } }],
  ['expired', { claims: { exp: seconds() - 61 } }],
  ['without expiry', { claims: { exp: null } }],
  ['issued in the future', { claims: { iat: seconds() + 120 } }],
  ['without issue time', { claims: { iat: null } }],
  ['not valid yet', { claims: { nbf: seconds() + 120 } }],
];

describe('an ID token', () => {
  it.each<[string, Omit<TamperOrder, 'target'>]>([
    ...forgeries,
    ['for another client', { claims: { aud: [otherClient] } }],
    ['without audience', { claims: { aud: null } }],
    ['authorized for another client', { claims: { azp: otherClient } }],
    ['for several clients, authorized for none', { claims: { aud: [clientId, otherClient], azp: null } }],
    ['of another login', { claims: { nonce: 'nonce-2' } }],
    ['without nonce', { claims: { nonce: null } }],
    ['without subject', { claims: { sub: null } }],
    ['of another access token', { claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } }],
    ['with a malformed access-token hash', { claims: { at_hash: 7 } }],
  ])('%s is refused', async (_, order) => {
    await scalekit.emulator.control.tamper({ target: 'id_token', ...order });
    expect(await failureOf(exchange())).toMatchObject({
      code: 'verification_failed',
      provider: 'scalekit',
      operation: 'login.complete',
      retryable: false,
    });
  });

  it.each([
    ['missing', null],
    ['empty', ''],
    ['no JWT', 'opaque'],
    ['a number', 7],
  ])('that is %s is refused', async (_, token) => {
    await scalekit.emulator.control.tamper({ target: 'token_response', claims: { id_token: token } });
    expect((await failureOf(exchange())).code).toMatch(/^(verification_failed|invalid_response)$/);
  });

  it('of the access token’s making is refused', async () => {
    const { tokens } = await exchange();
    await scalekit.emulator.control.tamper({
      target: 'token_response',
      claims: { id_token: tokens.accessToken.reveal() },
    });
    expect(await failureOf(exchange())).toMatchObject({ code: 'verification_failed' });
  });

  it('of a further issuer is accepted once that is configured', async () => {
    const forged = { target: 'id_token', claims: { iss: 'https://auth.example.com' } };
    await scalekit.emulator.control.tamper(forged);
    const provider = scalekit.provider({ additionalIssuers: ['https://auth.example.com/'] });
    await expect(exchange(provider)).resolves.toBeDefined();
  });
});

describe('signing keys', () => {
  const keyFetches = async () =>
    (await scalekit.requests()).filter((request) => request === 'GET /keys').length;

  it('a rotation is noticed at once, a flood of unknown keys costs one fetch', async () => {
    const provider = scalekit.provider();
    await exchange(provider);
    expect(await keyFetches()).toBe(1);
    await scalekit.emulator.control.rotateKeys();
    const { tokens } = await exchange(provider);
    expect(await keyFetches()).toBe(2);
    const [header = '', ...rest] = tokens.accessToken.reveal().split('.');
    const forged = Array.from({ length: 200 }, (_, number) => {
      const fields = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
      return [
        Buffer.from(JSON.stringify({ ...fields, kid: `snk_${number}` })).toString('base64url'),
        ...rest,
      ].join('.');
    });
    const failures = await Promise.all(
      forged.map((token) =>
        failureOf(provider.login.verifyAccessToken(token, { operation: 'login.verifyAccessToken' })),
      ),
    );
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['verification_failed']));
    expect(await keyFetches()).toBe(2);
  });

  it('an endpoint that fails is unavailable, and asked again by the next login', async () => {
    const provider = scalekit.provider();
    await scalekit.emulator.control.addFault({ match: { path: '/keys' }, status: 503 });
    expect(await failureOf(exchange(provider))).toMatchObject({ code: 'unavailable', retryable: true });
    await expect(exchange(provider)).resolves.toBeDefined();
  });
});

describe('an access token', () => {
  const verify = async (token: string) =>
    scalekit.provider().login.verifyAccessToken(token, { operation: 'login.verifyAccessToken' });

  it('is verified', async () => {
    const { tokens, profile } = await exchange();
    await expect(verify(tokens.accessToken.reveal())).resolves.toMatchObject({
      subject: profile.vendorId,
      issuer: scalekit.emulator.url,
      expiresAt: expect.any(Number),
      claims: { client_id: scalekit.emulator.clientId },
    });
  });

  it.each<[string, Omit<TamperOrder, 'target'>]>([
    ...forgeries,
    ['without subject', { claims: { sub: null } }],
    ['for another client', { claims: { aud: [otherClient] } }],
  ])('%s is refused', async (_, order) => {
    await scalekit.emulator.control.tamper({ target: 'access_token', ...order });
    const { tokens } = await exchange();
    expect(await failureOf(verify(tokens.accessToken.reveal()))).toMatchObject({
      code: 'verification_failed',
      operation: 'login.verifyAccessToken',
    });
  });
});

describe('a login that began at the identity provider', () => {
  const read = async (location: string, provider = scalekit.provider()) =>
    provider.login.readUnsolicited(new URL(location).searchParams, { operation: 'login.readIdpInitiated' });

  async function start(order: Omit<TamperOrder, 'target'> = {}) {
    const connection = scalekit.connection('Acme Okta').slice('scalekit:'.length);
    await scalekit.emulator.control.tamper({ target: 'idp_initiated_login', ...order });
    const { location } = await scalekit.emulator.control.startFromIdentityProvider(connection, {
      email: 'ada@acme.example',
      relayState: '/reports',
    });
    return location;
  }

  it('names connection, person and relay state, once', async () => {
    const location = await start();
    const [header = '', claims = ''] = new URL(location).searchParams.get('idp_initiated_login')!.split('.');
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number };
    expect(await read(location)).toEqual({
      selector: { connection: scalekit.connection('Acme Okta') },
      loginHint: 'ada@acme.example',
      relayState: '/reports',
      oneTimeId: {
        id: createHash('sha256').update(`${header}.${claims}`).digest('base64url'),
        expiresAt: exp + 60,
      },
    });
  });

  it('is used once, however its signature is spelt', async () => {
    const location = await start();
    const sso = scalekit.sso();
    await expect(sso.login.readIdpInitiated(location)).resolves.toMatchObject({ returnTo: '/reports' });
    const respelt = new URL(location);
    const token = respelt.searchParams.get('idp_initiated_login')!;
    // 256 bytes leave spare bits in the last character: its neighbour decodes to the same signature.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(token.at(-1)!);
    respelt.searchParams.set('idp_initiated_login', token.slice(0, -1) + alphabet.charAt(last + 1));
    for (const again of [location, respelt.href]) {
      expect(await failureOf(sso.login.readIdpInitiated(again))).toMatchObject({ reason: 'flow_reused' });
    }
  });

  it('without a connection starts at the organization', async () => {
    const location = await start({ claims: { connection_id: null, relay_state: null, login_hint: null } });
    expect(await read(location)).toMatchObject({
      selector: { organization: scalekit.organization('Acme Corp') },
      loginHint: null,
      relayState: null,
    });
  });

  it.each<[string, Omit<TamperOrder, 'target'>]>([
    ...forgeries,
    ['that names nobody', { claims: { connection_id: null, organization_id: null } }],
    ['with malformed ids', { claims: { connection_id: 7, organization_id: '' } }],
  ])('%s is refused', async (_, order) => {
    const location = await start(order);
    expect(await failureOf(read(location))).toMatchObject({
      code: 'verification_failed',
      operation: 'login.readIdpInitiated',
    });
  });

  it('is no ID token or access token', async () => {
    const { tokens } = await exchange();
    for (const token of [tokens.idToken!.reveal(), tokens.accessToken.reveal()]) {
      const error = await failureOf(read(`http://localhost/?idp_initiated_login=${token}`));
      expect(error.code).toBe('verification_failed');
    }
  });

  it('anything else is null, without a request', async () => {
    for (const query of ['', 'code=1&state=2', 'error=access_denied', 'idp_initiated_login=']) {
      expect(await read(`http://localhost/?${query}`)).toBeNull();
    }
    expect(await scalekit.traffic()).toEqual([]);
  });
});
