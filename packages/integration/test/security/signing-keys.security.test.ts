import { SignJWT, decodeJwt, generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { useApp, vendorNames, type VendorName } from '../support/app.js';

const app = useApp();
const minute = 60_000;
const hour = 60 * minute;

/** An access token that verifies for a month, whatever happens to the keys. */
async function durableToken(name: VendorName): Promise<string> {
  const vendor = app.at(name);
  const browser = app.browser();
  const exp = Math.floor(Date.now() / 1000) + 30 * 24 * 3600;
  await vendor.control.tamper({ target: 'access_token', claims: { exp } });
  await browser.open((await vendor.login(browser)).callback);
  return app.results.at(-1)!.tokens.accessToken.reveal();
}

/** Tokens like this one, each signed by a key nobody knows under a `kid` of its own. */
async function bogusTokens(honest: string, count: number, prefix: string): Promise<string[]> {
  const { privateKey } = await generateKeyPair('RS256');
  const sign = (kid: string) =>
    new SignJWT(decodeJwt(honest)).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
  return Promise.all(Array.from({ length: count }, (_, number) => sign(`${prefix}-${number}`)));
}

describe.each(vendorNames)('the keys of %s', (name) => {
  const verify = (token: string) => app.at(name).sso.login.verifyAccessToken(token);
  const refused = (token: string) => app.leaks.failureOf(verify(token));
  const keysFail = () =>
    app.at(name).control.addFault({
      match: { path: name === 'scalekit' ? '^/keys$' : '^/sso/jwks/' },
      times: 100_000,
      status: 503,
    });

  it('are fetched at most once in a window for a thousand bogus kids', async () => {
    const vendor = app.at(name);
    const honest = await durableToken(name);
    await verify(honest);
    const before = await vendor.keyFetches();
    const bogus = await bogusTokens(honest, 1000, 'first');
    const failures = await Promise.all(bogus.slice(0, 500).map(refused));
    for (const token of bogus.slice(500)) failures.push(await refused(token));
    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['verification_failed']));
    expect((await vendor.keyFetches()) - before).toBe(1);
    app.later(30_000);
    for (const token of await bogusTokens(honest, 20, 'second')) await refused(token);
    expect((await vendor.keyFetches()) - before).toBe(2);
    await verify(honest);
  });

  it('are fetched at most once in a window for bogus kids while their endpoint fails', async () => {
    const vendor = app.at(name);
    const honest = await durableToken(name);
    await verify(honest);
    app.later(11 * minute);
    await keysFail();
    const before = await vendor.keyFetches();
    for (const token of await bogusTokens(honest, 50, 'bogus')) await refused(token);
    await verify(honest);
    expect((await vendor.keyFetches()) - before).toBe(1);
  });

  it('rotate between begin and complete, and the login still works', async () => {
    const vendor = app.at(name);
    const honest = await durableToken(name);
    await verify(honest);
    const browser = app.browser();
    const { callback } = await vendor.login(browser);
    await vendor.control.rotateKeys();
    expect((await browser.open(callback)).status).toBe(303);
    await verify(app.results.at(-1)!.tokens.accessToken.reveal());
    await verify(honest);
  });

  it('that were withdrawn are not accepted for longer than their cache lives', async () => {
    const vendor = app.at(name);
    const honest = await durableToken(name);
    await verify(honest);
    await vendor.control.rotateKeys();
    await vendor.control.rotateKeys();
    app.later(10 * minute);
    expect(await refused(honest)).toMatchObject({ code: 'verification_failed' });
  });

  it('serve from the cache for a day while their endpoint is down, and no longer', async () => {
    const honest = await durableToken(name);
    await verify(honest);
    await keysFail();
    for (const elapsed of [11 * minute, hour, 12 * hour, 10 * hour]) {
      app.later(elapsed);
      await verify(honest);
    }
    app.later(hour);
    expect(await refused(honest)).toMatchObject({ code: 'unavailable', retryable: true });
    await app.at(name).control.clearFaults();
    await verify(honest);
  });

  it.each([
    ['an error page', { status: 200, contentType: 'text/html', body: '<h1>Down</h1>' }],
    ['something else', { status: 200, contentType: 'application/json', body: '{"keys":"none"}' }],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example/keys' } }],
    ['nothing', { closeConnection: true }],
  ])('are not replaced by %s', async (_, answer) => {
    const honest = await durableToken(name);
    await verify(honest);
    app.later(11 * minute);
    await app.at(name).control.addFault({
      match: { path: name === 'scalekit' ? '^/keys$' : '^/sso/jwks/' },
      ...answer,
    });
    await expect(verify(honest)).resolves.toMatchObject({ issuer: app.at(name).emulator.url });
  });
});
