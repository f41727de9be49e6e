import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { createAttacker, forgeries, keyHeaders } from '../support/forgery.js';

const app = useApp();

describe('an unsolicited code of workos in the browser of a victim', () => {
  it('makes no session, and the code is sent nowhere', async () => {
    const vendor = app.at('workos');
    const victim = app.browser();
    await vendor.start(victim);
    const answer = await victim.open(await vendor.startFromIdentityProvider());
    expect(answer.location).toBe('/sign-in?sso=identify');
    expect(victim.session()).toBeUndefined();
    expect(await vendor.exchanges()).toEqual([]);
  });

  it.each(['', 'chosen-by-the-attacker'])('with state "%s" makes no session', async (state) => {
    const vendor = app.at('workos');
    const victim = app.browser();
    await victim.open(await vendor.startFromIdentityProvider({ state }));
    expect(victim.session()).toBeUndefined();
    expect(await vendor.exchanges()).toEqual([]);
  });

  it('with the state of the victim makes no session: it belongs to no challenge', async () => {
    const vendor = app.at('workos');
    const victim = app.browser();
    const { state } = await vendor.start(victim);
    const answer = await victim.open(await vendor.startFromIdentityProvider({ state }));
    expect(answer.error).toMatchObject({ reason: 'code_rejected' });
    expect(victim.session()).toBeUndefined();
  });

  it('that the connection does not allow only starts a login', async () => {
    const vendor = app.at('workos');
    const connection = vendor.connection('Acme Okta');
    await vendor.control.updateConnection(connection.slice('workos:'.length), { allowIdpInitiated: false });
    const victim = app.browser();
    const { location } = await victim.open(await vendor.startFromIdentityProvider());
    expect(location).toMatch(`${vendor.emulator.url}/sso/authorize?`);
    expect(victim.session()).toBeUndefined();
  });
});

describe('a signed login request of scalekit', () => {
  it('only starts a login of the same browser, with a state and challenge of its own', async () => {
    const vendor = app.at('scalekit');
    const victim = app.browser();
    const { location } = await victim.open(await vendor.startFromIdentityProvider());
    expect(victim.session()).toBeUndefined();
    expect(await vendor.exchanges()).toEqual([]);
    const { origin, searchParams } = new URL(location!);
    expect(origin).toBe(vendor.emulator.url);
    expect(searchParams.get('code_challenge_method')).toBe('S256');
    expect(searchParams.get('state')).toMatch(/^[\w-]{32}$/);
    expect((await victim.open(await vendor.signIn(location!))).status).toBe(303);
    expect(victim.session()).toBeDefined();
  });

  it('is used once, on whichever path it arrives', async () => {
    const vendor = app.at('scalekit');
    const arrival = await vendor.startFromIdentityProvider();
    expect((await app.browser().open(arrival)).status).toBe(303);
    for (const path of ['idp-initiated', 'callback']) {
      const again = await app.browser().open(`/sso/scalekit/${path}${new URL(arrival).search}`);
      expect(again.error).toMatchObject({ reason: 'flow_reused' });
      expect(again.setCookies).toEqual([]);
    }
  });

  it('does not finish the login of a victim on whose callback it is put', async () => {
    const vendor = app.at('scalekit');
    const victim = app.browser();
    const { callback } = await vendor.login(victim);
    const { search } = new URL(await vendor.startFromIdentityProvider());
    await victim.open(`${callback}&${search.slice(1)}`);
    expect(victim.session()).toBeUndefined();
    expect(await vendor.exchanges()).toEqual([]);
  });

  it.each([
    ...forgeries,
    ['for a foreign audience', { claims: { aud: 'skc_00000000000000000' } }],
    ['that names nobody', { claims: { connection_id: null, organization_id: null } }],
  ] as const)('%s is refused', async (_, forgery) => {
    const vendor = app.at('scalekit');
    await vendor.control.tamper({ target: 'idp_initiated_login', ...forgery });
    const answer = await app.browser().open(await vendor.startFromIdentityProvider());
    expect(answer.error).toMatchObject({ code: 'verification_failed', operation: 'login.readIdpInitiated' });
    expect(answer.setCookies).toEqual([]);
  });

  it('five minutes old is refused', async () => {
    const arrival = await app.at('scalekit').startFromIdentityProvider();
    app.later(362_000);
    const answer = await app.browser().open(arrival);
    expect(answer.error).toMatchObject({ code: 'verification_failed' });
  });

  it.each(keyHeaders)('that brings its own key (%s) is refused, and its URL not followed', async (header) => {
    const attacker = await createAttacker();
    const arrival = new URL(await app.at('scalekit').startFromIdentityProvider());
    const honest = arrival.searchParams.get('idp_initiated_login')!;
    const forged = await attacker.forge(honest, {}, header);
    expect(decodeJwt(forged)).toEqual(decodeJwt(honest));
    arrival.searchParams.set('idp_initiated_login', forged);
    expect((await app.browser().open(arrival.href)).error).toMatchObject({ code: 'verification_failed' });
    expect(attacker.keyRequests()).toBe(0);
  });

  it('is no ID token and no access token', async () => {
    const vendor = app.at('scalekit');
    const browser = app.browser();
    await browser.open((await vendor.login(browser)).callback);
    const { idToken, accessToken } = app.results.at(0)!.tokens;
    for (const token of [idToken!, accessToken]) {
      const answer = await browser.open(`/sso/scalekit/idp-initiated?idp_initiated_login=${token.reveal()}`);
      expect(answer.error).toMatchObject({ code: 'verification_failed' });
    }
    const request = new URL(await vendor.startFromIdentityProvider()).searchParams.get(
      'idp_initiated_login',
    )!;
    expect(await app.leaks.failureOf(vendor.sso.login.verifyAccessToken(request))).toMatchObject({
      code: 'verification_failed',
    });
  });
});
