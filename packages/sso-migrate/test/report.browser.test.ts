import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { buildReport, createLadder, renderReport, type MigrationReport } from '@org/sso-migrate';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findChromium, look } from '../../../tools/chromium.mjs';
import { actor, startMove } from './support/vendors.js';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 });

const installed = findChromium();

const hostile = `<img src=x onerror="document.title='owned'"> & "Sons" 'n' </script>`;
const connection = { protocol: 'saml', identityProvider: 'okta' } as const;
const ada = { id: '00u1', email: 'ada@acme.example', userName: 'ada', firstName: 'Ada', lastName: 'Adams' };

describe.skipIf(!installed)('the report in a real browser (needs Chromium)', () => {
  let browser: Browser;
  let folder: string;
  let report: MigrationReport;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sso-report-'));
    const { to, store, migrator } = await startMove(
      { from: 'workos', to: 'scalekit' },
      {
        from: {
          organizations: [
            {
              name: 'Acme Corp',
              externalId: 'tenant_acme',
              domains: ['acme.example'],
              connections: [connection],
              directories: [
                {
                  identityProvider: 'okta',
                  users: [ada, { id: '00u2', email: 'ben@acme.example', userName: 'ben' }],
                },
              ],
            },
            {
              name: hostile,
              externalId: 'tenant_"><b>',
              domains: ['hostile.example'],
              connections: [connection],
            },
            { name: 'Without a tenant id', domains: ['nobody.example'], connections: [connection] },
          ],
        },
      },
    );
    await migrator.apply(await migrator.plan(), { actor, skipBlocked: true });
    const { id } = to.organization('Acme Corp');
    await to.connect(id, connection);
    await to.connectDirectory(id, { identityProvider: 'okta', users: [ada] });
    const verification = await migrator.verify('tenant_acme');
    await store.record({
      tenantId: 'tenant_acme',
      at: verification.at,
      actor: hostile,
      action: 'verified',
      fromStage: 'observe',
      toStage: 'observe',
      detail: verification,
    });
    await to.connect(to.organization(hostile).id, connection);
    const ladder = createLadder({ store, gate: (tenantId, settings) => migrator.gate(tenantId, settings) });
    await ladder.advance('tenant_"><b>', {
      actor,
      to: 'canary',
      canary: { percent: 10, users: ['cy@hostile.example'] },
    });
    report = await buildReport({ store, plan: await migrator.plan() });
    writeFileSync(join(folder, 'report.html'), renderReport(report));
    browser = await chromium.launch(installed!);
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(
    width: number,
    colorScheme: 'light' | 'dark',
  ): Promise<{ page: Page; requested: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const requested: string[] = [];
    page.on('request', (request) => void requested.push(request.url()));
    await page.goto(`file://${folder}/report.html`);
    await look(page, `report-${width}-${colorScheme}`);
    return { page, requested };
  }

  test('every customer is there, with its stage, what blocks it, what differs and its timeline', async () => {
    const { page, requested } = await open(1100, 'light');
    expect(requested).toHaveLength(1);
    await page.getByRole('heading', { name: 'Moving from workos to scalekit' }).waitFor();
    const acme = page.locator('details', { hasText: 'Acme Corp' });
    await expect.poll(() => acme.getByText('What blocks it').isVisible()).toBe(true);
    expect(await acme.locator('[aria-current=step]').textContent()).toBe('observe');
    expect(await acme.getByText('1 missing at scalekit: 00u2').isVisible()).toBe(true);
    expect(await acme.getByText(/enrolled: observe/).isVisible()).toBe(true);
    const other = page.locator('details', { hasText: 'hostile' });
    expect(await other.locator('[aria-current=step]').textContent()).toBe('canary');
    const nobody = page.locator('details', { hasText: 'Without a tenant id' });
    expect(await nobody.getByText('not enrolled').first().isVisible()).toBe(true);
    await page.close();
  });

  test('what customers and operators are called is text and nothing else', async () => {
    const { page } = await open(1100, 'light');
    expect(await page.title()).toBe('Moving from workos to scalekit');
    expect(await page.locator('img, script, iframe, link, b:text("x")').count()).toBe(0);
    expect(await page.locator('.name', { hasText: hostile }).count()).toBe(1);
    expect(await page.content()).not.toContain('cy@hostile.example');
    await page.close();
  });

  test.each(['light', 'dark'] as const)('on a phone nothing is cut off (%s)', async (colorScheme) => {
    const { page } = await open(390, colorScheme);
    for (const summary of await page.locator('details:not([open]) > summary').all()) await summary.click();
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect(overflow).toBe(0);
    await page.close();
  });
});
