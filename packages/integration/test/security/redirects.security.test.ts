import { describe, expect, it } from 'vitest';
import { origin, useApp, vendorNames } from '../support/app.js';

const app = useApp();

/** Values that lead, or once led in some browser or library, to another site. */
const hostile = [
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '\\/evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\nLocation: https://evil.example',
  '\u0001https://evil.example',
  ' //evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  'https:evil.example',
  'https:/evil.example',
  'https:\\\\evil.example',
  'https://evil.example',
  'http://app.example',
  'https://app.example:444',
  'https://app.example@evil.example',
  'https://docs.app.example@evil.example',
  'https://user:password@docs.app.example/',
  'https://docs.app.example.evil.example',
  'https://evil.example/.docs.app.example',
  'https://evil.example#docs.app.example',
  // Cyrillic, full-width and fraction look-alikes.
  'https://dоcs.app.example/',
  'https://docs.app.еxample/',
  'https://docs.app.example．evil.example/',
  'https://evil.example⁄docs.app.example/',
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'javascript://docs.app.example/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'blob:https://docs.app.example/1',
  'file:///etc/passwd',
  'evil.example',
];

const welcome = [
  ['/reports?year=2026#top', '/reports?year=2026#top'],
  ['https://docs.app.example/guide', 'https://docs.app.example/guide'],
] as const;

describe.each(vendorNames)('at %s', (name) => {
  it.each(welcome)('a login may return to %s', async (returnTo, expected) => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback } = await vendor.login(browser, { email: 'ada@acme.example', returnTo });
    expect((await browser.open(callback)).location).toBe(expected);
  });

  it.each(hostile)('returnTo %j leads a login to the default instead', async (returnTo) => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { url, callback } = await vendor.login(browser, {
      organization: vendor.organization('Acme Corp'),
      returnTo,
    });
    expect(new URL(url).origin).toBe(vendor.emulator.url);
    const { status, location } = await browser.open(callback);
    expect([status, location]).toEqual([303, '/']);
  });

  it('the query of /start decides nothing about where the vendor sends the browser back to', async () => {
    const vendor = app.at(name);
    const { url } = await vendor.start(app.browser(), {
      email: 'ada@acme.example',
      redirect_uri: 'https://evil.example',
      redirectUri: 'https://evil.example',
    });
    expect(new URL(url).searchParams.getAll('redirect_uri')).toEqual([`${origin}/sso/${name}/callback`]);
    expect(url).not.toContain('evil');
  });
});

describe('RelayState', () => {
  it.each(welcome)('of scalekit may return to %s', async (relayState, expected) => {
    const vendor = app.at('scalekit');
    const browser = app.browser();
    const { location } = await browser.open(await vendor.startFromIdentityProvider({ relayState }));
    expect((await browser.open(await vendor.signIn(location!))).location).toBe(expected);
  });

  it.each(hostile)('%j of scalekit leads a login to the default instead', async (relayState) => {
    const vendor = app.at('scalekit');
    const browser = app.browser();
    const { location } = await browser.open(await vendor.startFromIdentityProvider({ relayState }));
    expect(new URL(location!).origin).toBe(vendor.emulator.url);
    expect((await browser.open(await vendor.signIn(location!))).location).toBe('/');
  });

  it.each(hostile)('%j of workos leads to the sign-in page only', async (relayState) => {
    const vendor = app.at('workos');
    const arrival = await vendor.startFromIdentityProvider({
      relayState: `redirect_uri=${encodeURIComponent(relayState)}`,
    });
    const { location } = await app.browser().open(arrival);
    expect(location).toBe('/sign-in?sso=identify');
  });
});
