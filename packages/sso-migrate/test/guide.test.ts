import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from './support/command.js';
import { redirectUri, startVendor } from './support/vendors.js';

vi.setConfig({ testTimeout: 300_000 });

const guide = readFileSync(new URL('../../../docs/migrating.md', import.meta.url), 'utf8');

/** Fenced blocks of a language. */
function blocks(language: string): string[] {
  return Array.from(
    guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms')),
    ([, text]) => text!,
  );
}

const commands = blocks('sh')
  .flatMap((block) => block.split('\n'))
  .filter((line) => line.startsWith('npx sso-migrate '));

/** As a shell splits words, as far as the guide needs it. */
function words(line: string): string[] {
  return Array.from(line.matchAll(/"([^"]*)"|(\S+)/g), ([, quoted, plain]) => quoted ?? plain!).slice(2);
}

const person = { id: '00u1ada', email: 'ada@acme.example', firstName: 'Ada', lastName: 'Adams' };
const connection = { protocol: 'saml', identityProvider: 'okta', users: [person] } as const;
const directory = {
  identityProvider: 'okta',
  name: 'Okta',
  users: [{ ...person, userName: person.email }],
} as const;

test('every command of the guide does what it says, from the first look to the last report', async () => {
  const workos = await startVendor('workos', {
    organizations: [
      {
        name: 'Acme Corp',
        externalId: 'tenant_acme',
        domains: ['acme.example'],
        connections: [connection],
        directories: [directory],
      },
    ],
  });
  const scalekit = await startVendor('scalekit', { organizations: [] });
  const folder = mkdtempSync(join(tmpdir(), 'sso-guide-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules/@org'), { recursive: true });
  for (const name of ['sso-migrate', 'sso-workos', 'sso-scalekit']) {
    const target = fileURLToPath(new URL(`../../${name}`, import.meta.url));
    symlinkSync(target, join(folder, 'node_modules/@org', name));
  }
  const config = blocks('ts').find((block) => block.includes('defineConfig('))!;
  // The guide's own, but for where WorkOS is, and which redirect URI is registered.
  const pointed = config
    .replace('createWorkos({', `createWorkos({ baseUrl: '${workos.url}',`)
    .replace('http://localhost:3000/sso/scalekit/callback', redirectUri);
  expect(pointed).toContain(`'${redirectUri}'`);
  expect(pointed).not.toBe(config);
  writeFileSync(join(folder, 'sso.config.ts'), pointed);
  const environment = {
    WORKOS_API_KEY: workos.secret,
    WORKOS_CLIENT_ID: workos.clientId,
    SCALEKIT_ENVIRONMENT_URL: scalekit.url,
    SCALEKIT_CLIENT_ID: scalekit.clientId,
    SCALEKIT_CLIENT_SECRET: scalekit.secret,
  };

  async function doItAdminsPart(): Promise<void> {
    const { id } = scalekit.organization('Acme Corp');
    await scalekit.connect(id, connection);
    await scalekit.connectDirectory(id, directory);
  }

  expect(commands.length).toBeGreaterThan(12);
  const said: string[] = [];
  for (const line of commands) {
    if (line.includes(' verify ')) await doItAdminsPart();
    const { code, out, err } = await runCommand(words(line), { folder, environment });
    expect({ line, code, err: line.includes('portal-link') ? '' : err }).toEqual({ line, code: 0, err: '' });
    said.push(out);
  }
  const status = await runCommand(['--from', 'workos', '--to', 'scalekit', 'status'], {
    folder,
    environment,
  });
  expect(status.out).toMatch(/^tenant_acme: committed/);
  expect(said.some((out) => out.startsWith('Subject: Single sign-on set-up for Acme Corp'))).toBe(true);
  expect(readFileSync(join(folder, 'moves.html'), 'utf8')).toContain('rolled back: primary → shadow');
  expect(await workos.writes()).toEqual([]);
});
