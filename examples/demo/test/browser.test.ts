import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, look } from '../../../tools/chromium.mjs';
import { openStages, type Stage } from '../src/stage.js';

const installed = findChromium();

describe.skipIf(!installed)('a person signs in with a real browser (needs Chromium)', () => {
  let browser: Browser;
  let stages: Stage[];

  beforeAll(async () => {
    stages = await openStages();
    browser = await chromium.launch(installed!);
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all((stages ?? []).map((stage) => stage.close()));
  });

  it.each(['scalekit', 'workos'] as const)(
    '%s: e-mail, identity provider, profile, settings, portal, log out',
    async (vendor) => {
      const { appUrl } = stages.find((stage) => stage.vendor === vendor)!;
      const page = await browser.newPage({ viewport: { width: 900, height: 700 } });
      await page.goto(appUrl);
      await look(page, `${vendor}-1-sign-in`);
      await page.getByLabel('Work e-mail').fill('ada@acme.example');
      await page.getByRole('button', { name: 'Sign in with SSO' }).click();

      await page.getByRole('heading', { name: 'Sign in to Acme Corp' }).waitFor();
      await look(page, `${vendor}-2-identity-provider`);
      await page.getByRole('button', { name: /ada/i }).first().click();

      await page.getByRole('heading', { name: 'Hello, Ada' }).waitFor();
      await look(page, `${vendor}-3-profile`);
      expect(await page.getByText('ada@acme.example').count()).toBeGreaterThan(0);
      expect(new URL(page.url()).origin).toBe(appUrl);
      expect(await page.evaluate('document.cookie')).toBe('');

      await page.getByRole('link', { name: 'SSO settings' }).click();
      await page.getByRole('heading', { name: 'Single sign-on' }).waitFor();
      await look(page, `${vendor}-4-settings`);
      const [portal] = await Promise.all([
        page.waitForEvent('popup'),
        page.getByRole('button', { name: 'Manage SSO' }).click(),
      ]);
      await portal.getByRole('heading').first().waitFor();
      expect(new URL(portal.url()).origin).not.toBe(appUrl);
      await look(portal, `${vendor}-5-portal`);

      await page.goto(appUrl);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByLabel('Work e-mail').waitFor();
      await page.close();
    },
  );

  it.each(['scalekit', 'workos'] as const)(
    '%s: an address without single sign-on is told so',
    async (vendor) => {
      const { appUrl } = stages.find((stage) => stage.vendor === vendor)!;
      const page = await browser.newPage({ viewport: { width: 390, height: 700 } });
      await page.goto(appUrl);
      await page.getByLabel('Work e-mail').fill('eve@nowhere.example');
      await page.getByRole('button', { name: 'Sign in with SSO' }).click();
      await page.getByRole('alert').waitFor();
      await look(page, `${vendor}-6-no-sso-phone`);
      expect(await page.getByRole('alert').textContent()).toContain('not set up single sign-on');
      await page.close();
    },
  );
});
