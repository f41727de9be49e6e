// The Chromium of this machine, for tests in a real browser.
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** See chromium.d.mts. */
export function findChromium() {
  const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome', '/usr/bin/chromium-browser'];
  const executablePath = [process.env.CHROMIUM, ...installed].find((path) => path && existsSync(path));
  if (executablePath) return { executablePath, args };
  console.warn('No browser found: set CHROMIUM to a Chromium or Chrome to run the browser tests.');
  return undefined;
}

/** See chromium.d.mts. */
export async function look(page, name) {
  const folder = process.env.SCREENSHOTS;
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
