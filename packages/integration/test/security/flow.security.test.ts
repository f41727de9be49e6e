import { hkdfSync } from 'node:crypto';
import { createSso } from '@org/sso-core';
import { startScalekitEmulator, startWorkosEmulator } from '@org/sso-emulators';
import { createScalekit } from '@org/sso-scalekit';
import { createWorkos } from '@org/sso-workos';
import { compactDecrypt, CompactEncrypt } from 'jose';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loginSecret, origin, useApp, vendorNames, type VendorName } from '../support/app.js';

const app = useApp();

/** A client with the same secret and redirect URI, in another environment of the vendor. */
async function createStagingSso(name: VendorName) {
  const redirectUri = `${origin}/sso/${name}/callback`;
  const login = { secrets: [loginSecret], redirectUri };
  if (name === 'scalekit') {
    const emulator = await startScalekitEmulator();
    onTestFinished(() => emulator.close());
    const { url, clientId, clientSecret } = emulator;
    return createSso({
      provider: createScalekit({ environmentUrl: url, clientId, clientSecret }),
      login,
    }).login.begin({ identityProvider: 'google' });
  }
  const emulator = await startWorkosEmulator({ clientId: 'client_01STAGING' });
  onTestFinished(() => emulator.close());
  const { url, clientId, apiKey } = emulator;
  return createSso({ provider: createWorkos({ baseUrl: url, clientId, apiKey }), login }).login.begin({
    identityProvider: 'GoogleOAuth',
  });
}

describe.each(vendorNames)('at %s', (name) => {
  it('two tabs sign in at once, each with its own flow', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const first = await vendor.login(browser);
    const second = await vendor.login(browser, undefined, 'ben@acme.example');
    for (const { callback } of [first, second]) expect((await browser.open(callback)).status).toBe(303);
    expect(app.results.map(({ profile }) => profile.email)).toEqual(['ada@acme.example', 'ben@acme.example']);
    expect([...browser.cookies.keys()]).toEqual(['__Host-session']);
  });

  it('a flow cookie is host-only, Secure, HttpOnly and Lax, and is removed with the login', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { setCookies } = await browser.open(
      `/sso/${name}/start?organization=${vendor.organization('Acme Corp')}`,
    );
    expect(setCookies).toHaveLength(1);
    const [pair, ...attributes] = setCookies.at(0)!.split('; ');
    expect(pair).toMatch(/^__Host-sso-flow-/);
    expect(attributes).toEqual([
      expect.stringMatching(/^Max-Age=(600|599)$/),
      'Path=/',
      'HttpOnly',
      'SameSite=Lax',
      'Secure',
    ]);
    const { callback, cookie } = await vendor.login(browser);
    const done = await browser.open(callback);
    expect(done.setCookies).toContain(`${cookie}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure`);
  });

  it('the flow cookie of another tab is refused', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const [first, second] = [await vendor.login(browser), await vendor.start(browser)];
    browser.cookies.set(first.cookie, second.flow);
    expect((await browser.open(first.callback)).error).toMatchObject({ reason: 'state_mismatch' });
    expect(await vendor.exchanges()).toEqual([]);
  });

  it('a code under the state of another tab is refused', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const [first, second] = [await vendor.login(browser), await vendor.start(browser)];
    const swapped = new URL(first.callback);
    swapped.searchParams.set('state', second.state);
    expect((await browser.open(swapped.href)).error).toMatchObject({ reason: 'code_rejected' });
    expect(browser.session()).toBeUndefined();
  });

  it('the code of an attacker, put into the callback of a victim, is refused', async () => {
    const vendor = app.at(name);
    const [attacker, victim] = [app.browser(), app.browser()];
    const { callback: stolen } = await vendor.login(attacker, undefined, 'ben@acme.example');
    const { callback } = await vendor.login(victim);
    const injected = new URL(callback);
    injected.searchParams.set('code', new URL(stolen).searchParams.get('code')!);
    expect((await victim.open(injected.href)).error).toMatchObject({ reason: 'code_rejected' });
    expect(victim.session()).toBeUndefined();
  });

  it.each(['state=', 'state=unknown', 'state=STATE&state=STATE', 'state=STATE&code=again'])(
    'a callback with %s instead of its state is refused',
    async (replacement) => {
      const vendor = app.at(name);
      const browser = app.browser();
      const { callback, state } = await vendor.login(browser);
      const { searchParams } = new URL(callback);
      searchParams.delete('state');
      await browser.open(
        `/sso/${name}/callback?${searchParams.toString()}&${replacement.replaceAll('STATE', state)}`,
      );
      expect(browser.session()).toBeUndefined();
      expect(await vendor.exchanges()).toEqual([]);
    },
  );

  it('a callback without state makes no session', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback } = await vendor.login(browser);
    const { searchParams } = new URL(callback);
    const answer = await browser.open(`/sso/${name}/callback?code=${searchParams.get('code')}`);
    // Without a state a code of WorkOS looks like a login from the identity provider, whose code is not used either.
    expect(answer).toMatchObject(
      name === 'workos' ? { location: '/sign-in?sso=identify' } : { error: { reason: 'unsolicited' } },
    );
    expect(browser.session()).toBeUndefined();
    expect(await vendor.exchanges()).toEqual([]);
  });

  it('a callback replayed with its cookie is refused, and its code is not sent again', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback, cookie, flow } = await vendor.login(browser);
    expect((await browser.open(callback)).status).toBe(303);
    const other = app.browser();
    other.cookies.set(cookie, flow);
    expect((await other.open(callback)).error).toMatchObject({ reason: 'flow_reused' });
    expect(other.session()).toBeUndefined();
    expect(await vendor.exchanges()).toHaveLength(1);
  });

  it('of twenty callbacks at once with one flow a single one signs in', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback, cookie, flow } = await vendor.login(browser);
    const browsers = Array.from({ length: 20 }, () => app.browser());
    const answers = await Promise.all(
      browsers.map((each) => {
        each.cookies.set(cookie, flow);
        return each.open(callback);
      }),
    );
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(browsers.filter((each) => each.session() !== undefined)).toHaveLength(1);
    expect(await vendor.exchanges()).toHaveLength(1);
  });

  it('a callback in a browser that started no login is refused', async () => {
    const vendor = app.at(name);
    const [attacker, victim] = [app.browser(), app.browser()];
    const { callback } = await vendor.login(attacker);
    await vendor.start(victim);
    expect((await victim.open(callback)).error).toMatchObject({ reason: 'flow_missing' });
    expect(victim.session()).toBeUndefined();
    expect(await vendor.exchanges()).toEqual([]);
  });

  it('a flow changed in any part is refused', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback, cookie, flow } = await vendor.login(browser);
    const parts = flow.split('.');
    const changed = [
      ...[0, 2, 3, 4].map((index) => parts.with(index, flip(parts.at(index)!)).join('.')),
      parts.slice(0, 4).join('.'),
      [...parts, parts[4]].join('.'),
      parts.with(1, parts.at(3)!).join('.'),
      'x',
    ];
    for (const value of changed) {
      browser.cookies.set(cookie, value);
      expect((await browser.open(callback)).error).toMatchObject({ reason: 'flow_invalid' });
    }
    expect(await vendor.exchanges()).toEqual([]);
  });

  it('a flow sealed with the same secret for another purpose is refused', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback, cookie, flow } = await vendor.login(browser);
    const purpose = '@org/sso-core/login-flow/v1';
    const keyFor = (label: string) => new Uint8Array(hkdfSync('sha256', loginSecret, '', label, 32));
    const { plaintext, protectedHeader } = await compactDecrypt(flow, keyFor(purpose));
    const seal = (header: { typ?: string }, label: string) =>
      new CompactEncrypt(plaintext)
        .setProtectedHeader({ ...protectedHeader, ...header })
        .encrypt(keyFor(label));
    browser.cookies.set(cookie, await seal({}, 'another purpose'));
    expect((await browser.open(callback)).error).toMatchObject({ reason: 'flow_invalid' });
    browser.cookies.set(cookie, await seal({ typ: 'another purpose' }, purpose));
    expect((await browser.open(callback)).error).toMatchObject({ reason: 'flow_invalid' });
    expect(await vendor.exchanges()).toEqual([]);
    // Only the purpose was wrong.
    browser.cookies.set(cookie, await seal({}, purpose));
    expect((await browser.open(callback)).status).toBe(303);
  });

  it('a flow of another environment is refused', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const staging = await createStagingSso(name);
    const { callback } = await vendor.login(browser);
    const answer = new URL(callback);
    answer.searchParams.set('state', staging.state);
    browser.cookies.set(`__Host-sso-flow-${staging.state.slice(0, 16)}`, staging.flow);
    expect((await browser.open(answer.href)).error).toMatchObject({ reason: 'provider_mismatch' });
    expect(await vendor.exchanges()).toEqual([]);
  });

  it('a flow of another redirect URI is refused', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const other = vendor.createSso({ redirectUri: `${origin}/other/callback` });
    const begun = await other.login.begin({ organization: vendor.organization('Acme Corp') });
    browser.cookies.set(`__Host-sso-flow-${begun.state.slice(0, 16)}`, begun.flow);
    const answer = await browser.open(`/sso/${name}/callback?code=code&state=${begun.state}`);
    expect(answer.error).toMatchObject({ reason: 'provider_mismatch' });
    expect(await vendor.exchanges()).toEqual([]);
  });

  it('a flow older than ten minutes is refused', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback } = await vendor.login(browser);
    app.later(600_000);
    expect((await browser.open(callback)).error).toMatchObject({ reason: 'flow_expired' });
    expect(await vendor.exchanges()).toEqual([]);
  });

  it('no answer of a login may be kept by a cache', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback } = await vendor.login(browser);
    // The browser of these tests insists on no-store in every answer: here one of each kind.
    const answers = [
      await browser.open(callback),
      await browser.open(callback),
      await browser.open(`/sso/${name}/start`),
      await browser.open(`/sso/${name}/start?email=nobody@nowhere.example`),
      await browser.open(`/sso/${name}/idp-initiated`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([303, 403, 403, 303, 303]);
  });
});

/** The first character carries no unused bits. */
function flip(part: string): string {
  return (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
}
