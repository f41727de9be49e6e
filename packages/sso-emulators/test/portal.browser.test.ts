import {
  startScalekitEmulator,
  startWorkosEmulator,
  type ScalekitEmulator,
  type WorkosEmulator,
} from '@org/sso-emulators';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { findChromium, look } from '../../../tools/chromium.mjs';
import { receive } from './receiver.js';

const installed = findChromium();
vi.setConfig({ testTimeout: 60_000 });

const vendors = {
  scalekit: {
    start: () => startScalekitEmulator(),
    async link({ url, clientId, clientSecret }: ScalekitEmulator, organizationId: string) {
      const token = await fetch(`${url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
        }),
      });
      const { access_token: bearer } = (await token.json()) as { access_token: string };
      const answer = await fetch(`${url}/api/v1/organizations/${organizationId}/portal_links`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${bearer}` },
      });
      return ((await answer.json()) as { link: { location: string } }).link.location;
    },
    words: { on: 'Enable', off: 'Disable', remove: 'Delete' },
    states: { on: 'enabled', off: 'disabled' },
    events: ['organization.sso_disabled', 'organization.sso_enabled', 'organization.sso_deleted'],
  },
  workos: {
    start: () => startWorkosEmulator(),
    async link({ url, apiKey }: WorkosEmulator, organization: string) {
      const answer = await fetch(`${url}/portal/generate_link`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify({ organization, intent: 'sso' }),
      });
      return ((await answer.json()) as { link: string }).link;
    },
    words: { on: 'Activate', off: 'Deactivate', remove: 'Remove' },
    states: { on: 'active', off: 'inactive' },
    events: ['connection.deactivated', 'connection.activated', 'connection.deleted'],
  },
} as const;

describe.skipIf(!installed).each(['scalekit', 'workos'] as const)(
  'an IT admin in the portal of %s, in a real browser (needs Chromium)',
  (name) => {
    const { words, states, events } = vendors[name];
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch(installed!);
    });
    afterAll(() => browser?.close());

    /** Acme's portal, opened by a new link, without JavaScript unless asked for. */
    async function open(options: BrowserContextOptions = {}) {
      const emulator = await vendors[name].start();
      onTestFinished(() => emulator.close());
      const { id } = emulator.organizations()[0]!;
      const context = await browser.newContext({ javaScriptEnabled: false, ...options });
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(await linkOf(emulator, id));
      return { emulator, page, complaints };
    }

    it('switches a connection off and on and removes it, and the app hears of each', async () => {
      const { emulator, page, complaints } = await open();
      const app = await receive();
      await emulator.control.createWebhookEndpoint({ url: app.url });
      const [connection] = emulator.connections();

      await page.getByRole('button', { name: `${words.off} Acme Okta` }).click();
      await page.getByText(states.off, { exact: true }).waitFor();
      await page.getByRole('button', { name: `${words.on} Acme Okta` }).click();
      await page.getByText(states.on, { exact: true }).waitFor();
      const confirm = page.getByRole('button', { name: `${words.remove} Acme Okta` });
      expect(await confirm.isVisible()).toBe(false);
      await page.getByText(`${words.remove}…`).click();
      await look(page, `portal-${name}-removal`);
      await confirm.click();
      await page.getByText('Acme Okta').waitFor({ state: 'detached' });

      await vi.waitFor(() => expect(app.types()).toEqual(events), 5000);
      for (const { text } of app.received) expect(text).toContain(connection!.id);
      expect(emulator.connections().map(({ id }) => id)).not.toContain(connection!.id);
      expect(complaints).toEqual([]);
    });

    it.each([
      ['light', { colorScheme: 'light', viewport: { width: 1100, height: 800 } }],
      ['dark on a phone', { colorScheme: 'dark', viewport: { width: 320, height: 700 } }],
    ] as const)('finds everything readable, named and within reach: %s', async (title, options) => {
      // Axe is a script; the page itself has none.
      const { page } = await open({ ...options, javaScriptEnabled: true, bypassCSP: true });
      await page.getByText(`${words.remove}…`).first().click();
      await look(page, `portal-${name}-${title.replaceAll(' ', '-')}`);
      expect(await faultsOf(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        options.viewport.width,
      );
    });
  },
);

function linkOf(emulator: ScalekitEmulator | WorkosEmulator, organizationId: string): Promise<string> {
  return emulator.vendor === 'scalekit'
    ? vendors.scalekit.link(emulator, organizationId)
    : vendors.workos.link(emulator, organizationId);
}

/** What an accessibility checker complains about, by rule and element. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  )) as { violations: { id: string; nodes: { html: string }[] }[] };
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
