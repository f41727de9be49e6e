import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { useApp, vendorNames, type VendorName } from '../support/app.js';
import { createAttacker, forgeries, keyHeaders } from '../support/forgery.js';

const app = useApp();
const otherClient = 'skc_00000000000000000';

/** A whole login, and how it ended. */
async function logIn(name: VendorName) {
  const browser = app.browser();
  const { callback } = await app.at(name).login(browser);
  const { error } = await browser.open(callback);
  return { error, session: browser.session(), result: app.results.at(-1) };
}

describe('an ID token', () => {
  it('that is honest signs in', async () => {
    const { session, result } = await logIn('scalekit');
    expect(session).toBeDefined();
    expect(result?.assurance).toEqual(
      expect.arrayContaining([
        'id_token_signature',
        'id_token_issuer',
        'id_token_audience',
        'id_token_expiry',
        'id_token_nonce',
        'access_token_hash',
      ]),
    );
  });

  it.each([
    ...forgeries,
    ['for a foreign audience', { claims: { aud: [otherClient] } }],
    ['without audience', { claims: { aud: null } }],
    ['authorized for a foreign party (azp)', { claims: { azp: otherClient } }],
    ['for several audiences without a party', { claims: { aud: ['CLIENT', otherClient], azp: null } }],
    ['with the nonce of another login', { claims: { nonce: 'n'.repeat(32) } }],
    ['without nonce', { claims: { nonce: null } }],
    ['with the hash of another access token', { claims: { at_hash: 'A'.repeat(22) } }],
    ['without subject', { claims: { sub: null } }],
  ] as const)('%s is refused', async (_, { claims, ...forgery }) => {
    const { control, emulator } = app.at('scalekit');
    const ours = JSON.parse(JSON.stringify(claims ?? {}).replace('CLIENT', emulator.clientId)) as object;
    await control.tamper({ target: 'id_token', ...forgery, claims: { ...ours } });
    const { error, session } = await logIn('scalekit');
    expect(error).toMatchObject({ code: 'verification_failed', provider: 'scalekit', retryable: false });
    expect(session).toBeUndefined();
  });

  it.each(keyHeaders)('that brings its own key (%s) is refused, and its URL not followed', async (header) => {
    const vendor = app.at('scalekit');
    const attacker = await createAttacker();
    const honest = (await logIn('scalekit')).result!.tokens.idToken!.reveal();
    const browser = app.browser();
    const { url, callback } = await vendor.login(browser);
    const nonce = new URL(url).searchParams.get('nonce');
    const forged = await attacker.forge(honest, { nonce, at_hash: undefined }, header);
    await vendor.control.tamper({ target: 'token_response', claims: { id_token: forged } });
    expect((await browser.open(callback)).error).toMatchObject({ code: 'verification_failed' });
    expect(browser.session()).toBeUndefined();
    expect(attacker.keyRequests()).toBe(0);
  });

  it('of an earlier login is refused', async () => {
    const vendor = app.at('scalekit');
    const earlier = (await logIn('scalekit')).result!.tokens;
    await vendor.control.tamper({
      target: 'token_response',
      claims: { id_token: earlier.idToken!.reveal(), access_token: earlier.accessToken.reveal() },
    });
    const { error, session } = await logIn('scalekit');
    expect(error).toMatchObject({ code: 'verification_failed' });
    expect(session).toBeUndefined();
  });

  it.each([null, '', 'opaque', 'e30.e30.', 7])('that is %j is refused', async (token) => {
    await app.at('scalekit').control.tamper({ target: 'token_response', claims: { id_token: token } });
    const { error, session } = await logIn('scalekit');
    expect(error?.code).toMatch(/^(verification_failed|invalid_response)$/);
    expect(session).toBeUndefined();
  });

  it('is no access token, and an access token is no ID token', async () => {
    const vendor = app.at('scalekit');
    const { idToken, accessToken } = (await logIn('scalekit')).result!.tokens;
    expect(await app.leaks.failureOf(vendor.sso.login.verifyAccessToken(idToken!))).toMatchObject({
      code: 'verification_failed',
    });
    await vendor.control.tamper({
      target: 'token_response',
      claims: { id_token: accessToken.reveal() },
    });
    expect((await logIn('scalekit')).error).toMatchObject({ code: 'verification_failed' });
  });
});

describe.each(vendorNames)('an access token of %s', (name) => {
  it('that is honest is accepted', async () => {
    const { result } = await logIn(name);
    const claims = await app.at(name).sso.login.verifyAccessToken(result!.tokens.accessToken);
    expect(claims.subject).toBe(result!.profile.vendorId);
  });

  it.each([
    ...forgeries,
    ['for a foreign audience', { claims: { aud: otherClient } }],
    ['without subject', { claims: { sub: null } }],
  ] as const)('%s is refused', async (_, forgery) => {
    const { control, sso } = app.at(name);
    await control.tamper({ target: 'access_token', ...forgery });
    const { result } = await logIn(name);
    const check = sso.login.verifyAccessToken(result!.tokens.accessToken);
    expect(await app.leaks.failureOf(check)).toMatchObject({ code: 'verification_failed', provider: name });
  });

  it.each(keyHeaders)('that brings its own key (%s) is refused, and its URL not followed', async (header) => {
    const attacker = await createAttacker();
    const honest = (await logIn(name)).result!.tokens.accessToken.reveal();
    const forged = await attacker.forge(honest, {}, header);
    expect(decodeJwt(forged)).toEqual(decodeJwt(honest));
    const check = app.at(name).sso.login.verifyAccessToken(forged);
    expect(await app.leaks.failureOf(check)).toMatchObject({ code: 'verification_failed' });
    expect(attacker.keyRequests()).toBe(0);
  });

  it('of the other provider is refused', async () => {
    const { result } = await logIn(name);
    const other = app.at(name === 'scalekit' ? 'workos' : 'scalekit');
    const check = other.sso.login.verifyAccessToken(result!.tokens.accessToken);
    expect(await app.leaks.failureOf(check)).toMatchObject({ code: 'verification_failed' });
  });
});
