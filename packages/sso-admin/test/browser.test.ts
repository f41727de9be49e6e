import type { SettingsPageOptions } from '@org/sso-admin';
import type { CertificateNotice } from '@org/sso-core';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { findChromium, look } from '../../../tools/chromium.mjs';
import { openPage, visitorOf } from './support/page.js';
import { useVendor, vendorNames, type Vendor } from './support/vendor.js';

const installed = findChromium();

vi.setConfig({ testTimeout: 60_000 });

const phone = { viewport: { width: 390, height: 800 } };
const desktop = { viewport: { width: 1100, height: 800 } };

describe.skipIf(!installed).each(vendorNames)(
  'a person at %s, in a real browser (needs Chromium)',
  (name) => {
    const vendor = useVendor(name);
    const isScalekit = name === 'scalekit';
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch(installed!);
    });
    afterAll(() => browser?.close());

    /** A signed-in admin's tab on the page, without JavaScript unless asked for. */
    async function open(
      options: BrowserContextOptions = {},
      page: Partial<SettingsPageOptions> = {},
      change: Parameters<typeof visitorOf>[1] = {},
    ) {
      const server = await openPage(
        { sso: vendor.sso },
        { backLink: { url: '/', text: 'Back to Notes' }, certificates: () => [expiring(vendor)], ...page },
      );
      const context = await browser.newContext({ javaScriptEnabled: false, ...desktop, ...options });
      onTestFinished(() => context.close());
      const cookie = server.signIn(visitorOf(vendor.acme.organizationId, change));
      await context.addCookies([
        { name: 'session', value: cookie.slice('session='.length), url: server.origin, httpOnly: true },
      ]);
      const tab = await context.newPage();
      const complaints: string[] = [];
      tab.on('console', (message) => complaints.push(message.text()));
      await tab.goto(server.url);
      return { ...server, context, tab, complaints };
    }

    it('opens the portal in a new tab, and works there', async () => {
      const { tab, context, complaints, origin } = await open();
      const [portal] = await Promise.all([
        context.waitForEvent('page'),
        tab.getByRole('button', { name: 'Manage SSO' }).click(),
      ]);
      await portal.getByRole('heading').first().waitFor();
      expect(new URL(portal.url()).origin).toBe(vendor.emulator.url);
      await look(portal, `${name}-portal`);
      expect(tab.url()).toBe(`${origin}/settings/sso`);
      await tab.reload();
      await tab.getByText('opened the management portal').waitFor();
      expect(complaints).toEqual([]);
    });

    it('opens the portal in place where the app wants that', async () => {
      const { tab, complaints } = await open({}, { portalTarget: 'same_tab' });
      await tab.getByRole('button', { name: 'Manage SSO' }).click();
      await tab.getByRole('heading').first().waitFor();
      expect(new URL(tab.url()).origin).toBe(vendor.emulator.url);
      expect(complaints).toEqual([]);
    });

    it('is kept by the policy from leading a form elsewhere', async () => {
      const { tab, origin } = await open(
        {},
        { portalTarget: 'same_tab', portalOrigins: ['https://setup.workos.com'] },
      );
      await tab.getByRole('button', { name: 'Manage SSO' }).click();
      await tab.waitForTimeout(500);
      expect(new URL(tab.url()).origin).not.toBe(vendor.emulator.url);
      expect(tab.url().startsWith(origin) || tab.url().startsWith('chrome-error:')).toBe(true);
    });

    it('deletes a connection with the keyboard alone', async () => {
      const { tab } = await open();
      const reach = async (label: RegExp) => {
        for (let presses = 0; presses < 40; presses += 1) {
          await tab.keyboard.press('Tab');
          const focused = tab.locator(':focus');
          if (label.test((await focused.textContent()) ?? '')) return;
        }
        throw new Error(`Nothing like ${label} can be reached with the keyboard`);
      };
      await reach(/^Delete the connection/);
      expect(await tab.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
      await look(tab, `${name}-focus`);
      await tab.keyboard.press('Enter');
      await tab.getByRole('heading', { level: 1, name: 'Delete the connection?' }).waitFor();
      // What destroys comes after a word about it, and is not where Enter falls by itself.
      await tab.keyboard.press('Enter');
      expect(tab.url()).toContain('delete-connection');
      await reach(/^Delete the connection$/);
      await tab.keyboard.press('Enter');
      await tab.getByRole('status').waitFor();
      expect(await tab.getByRole('status').textContent()).toBe('Connection deleted.');
      await look(tab, `${name}-deleted`);
    });

    it('can change their mind', async () => {
      const { tab, url } = await open();
      await tab.getByRole('link', { name: /^Delete the connection/ }).click();
      await look(tab, `${name}-question`);
      await tab.getByRole('link', { name: 'Cancel' }).click();
      expect(tab.url()).toBe(url);
    });

    it('who is no admin sees no button', async () => {
      const { tab } = await open({}, {}, { role: 'member' });
      expect(await tab.getByRole('button').count()).toBe(0);
      await look(tab, `${name}-member`);
    });

    it.each<[string, BrowserContextOptions]>([
      ['phone in the dark', { ...phone, colorScheme: 'dark' }],
      ['desktop in the light', { ...desktop, colorScheme: 'light' }],
    ])('finds everything readable, named and within reach: %s', async (title, options) => {
      // Axe is a script; the page itself has none.
      const { tab } = await open(
        { ...options, javaScriptEnabled: true, bypassCSP: true },
        {},
        { impersonator: { email: 'support@app.example', reason: 'Ticket 4711' } },
      );
      const check = async (step: string) => {
        await look(tab, `${name}-${title}-${step}`);
        expect(await faultsOf(tab)).toEqual([]);
      };
      await check('settings');
      await tab.getByRole('link', { name: /^Delete the connection/ }).click();
      await check('question');
      await tab.getByRole('button', { name: 'Delete the connection' }).click();
      await tab.getByRole('status').waitFor();
      await check('after');
    });

    it('has nothing cut off, down to 320 pixels', async () => {
      const { tab, url } = await open({ javaScriptEnabled: true, colorScheme: 'light' });
      for (const path of [
        '',
        `/delete-connection?id=${encodeURIComponent(vendor.acme.connectionId)}`,
        '/delete-connection?id=x',
      ]) {
        for (const width of [320, 390, 1100]) {
          await tab.setViewportSize({ width, height: 800 });
          await tab.goto(url + path);
          await look(tab, `${name}-${width}-${path.slice(1, 7) || 'settings'}`);
          expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        }
      }
    });

    it('breaks no short word in two, down to 320 pixels', async () => {
      const { tab } = await open({ javaScriptEnabled: true, viewport: { width: 320, height: 800 } });
      const lines = await tab.getByText('acme.example', { exact: true }).evaluate((element) => {
        const range = element.ownerDocument.createRange();
        range.selectNodeContents(element);
        return range.getClientRects().length;
      });
      expect(lines).toBe(1);
    });

    it('has landmarks and headings in order', async () => {
      const { tab } = await open();
      expect(await tab.getByRole('main').count()).toBe(1);
      expect(await tab.getByRole('banner').count()).toBe(1);
      expect(await tab.getByRole('heading', { level: 1 }).allTextContents()).toEqual(['Single sign-on']);
      expect(await tab.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
        'Connections',
        'Directories',
        'Recent activity',
      ]);
      for (const region of ['Connections', 'Directories', 'Recent activity'])
        expect(await tab.getByRole('region', { name: region }).count()).toBe(1);
      const names = await tab.getByRole('button').allTextContents();
      expect(new Set(names).size).toBe(names.length);
      expect(names.some((label) => label.startsWith('Renew certificate'))).toBe(!isScalekit);
      expect(await tab.title()).toBe('Single sign-on');
      expect(await tab.locator('html').getAttribute('lang')).toBe('en');
    });
  },
);

function expiring({ acme }: Vendor): CertificateNotice {
  return {
    connectionId: acme.connectionId,
    certificateType: 'response_signing',
    expiresAt: '2027-01-31T00:00:00Z',
    expired: false,
    daysUntilExpiry: 30,
  };
}

/** What an accessibility checker complains about, by rule and element. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  )) as { violations: { id: string; nodes: { html: string }[] }[] };
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
