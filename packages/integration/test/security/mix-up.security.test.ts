import { describe, expect, it } from 'vitest';
import { useApp, vendorNames } from '../support/app.js';

const app = useApp();

describe.each(vendorNames)('a login begun at %s', (name) => {
  const other = name === 'scalekit' ? 'workos' : 'scalekit';

  it('and answered at the callback of the other provider is refused, its code sent nowhere', async () => {
    const [vendor, wrong] = [app.at(name), app.at(other)];
    const browser = app.browser();
    const { callback } = await vendor.login(browser);
    const { error } = await browser.open(`/sso/${other}/callback${new URL(callback).search}`);
    expect(error).toMatchObject({ provider: other, reason: 'provider_mismatch' });
    expect(browser.session()).toBeUndefined();
    for (const { control } of [vendor, wrong])
      expect((await control.traffic()).filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it('and answered with the code of the other provider never sends that code to it', async () => {
    const [vendor, wrong] = [app.at(name), app.at(other)];
    const browser = app.browser();
    const [mine, foreign] = [await vendor.start(browser), await wrong.login(browser)];
    const code = new URL(foreign.callback).searchParams.get('code')!;
    const answer = await browser.open(`/sso/${other}/callback?code=${code}&state=${mine.state}`);
    expect(answer.error).toMatchObject({ provider: other, reason: 'provider_mismatch' });
    expect(await vendor.exchanges()).toEqual([]);
    expect(await wrong.exchanges()).toEqual([]);
  });

  it('under the flow cookie of the other provider is refused', async () => {
    const [vendor, wrong] = [app.at(name), app.at(other)];
    const browser = app.browser();
    const { callback, cookie } = await vendor.login(browser);
    browser.cookies.set(cookie, (await wrong.start(browser)).flow);
    expect((await browser.open(callback)).error).toMatchObject({ reason: 'provider_mismatch' });
    expect(await vendor.exchanges()).toEqual([]);
    expect(await wrong.exchanges()).toEqual([]);
  });

  it('whose answer names a foreign issuer is refused, its code sent nowhere', async () => {
    const [vendor, wrong] = [app.at(name), app.at(other)];
    const browser = app.browser();
    for (const iss of ['https://evil.example', wrong.emulator.url, `${vendor.emulator.url}/`, 'null']) {
      const { callback } = await vendor.login(browser);
      const named = `${callback}&${new URLSearchParams({ iss }).toString()}`;
      expect((await browser.open(named)).error).toMatchObject({ reason: 'issuer_mismatch' });
    }
    const { callback } = await vendor.login(browser);
    const twice = `${callback}&iss=${vendor.emulator.url}&iss=https://evil.example`;
    expect((await browser.open(twice)).error).toMatchObject({ reason: 'malformed_callback' });
    expect(browser.session()).toBeUndefined();
    expect(await vendor.exchanges()).toEqual([]);
  });
});

it('a login at scalekit whose answer names its own issuer is finished', async () => {
  const vendor = app.at('scalekit');
  const browser = app.browser();
  const { callback } = await vendor.login(browser);
  const named = `${callback}&${new URLSearchParams({ iss: vendor.emulator.url }).toString()}`;
  expect((await browser.open(named)).status).toBe(303);
});
