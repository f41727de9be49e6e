import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const built = new URL('../dist/index.js', import.meta.url);
const isBuilt = existsSync(built);

const hooks = `
  import { writeSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const resolved = await next(specifier, context);
    writeSync(1, resolved.url + '\\n');
    return resolved;
  }`;
const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`;

/** Names of third-party packages a script loads, run on the built package. */
async function packagesLoadedBy(script: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', dataUrl(register), '--input-type=module', '--eval', script],
    { cwd: fileURLToPath(new URL('..', import.meta.url)) },
  );
  const names = [...stdout.matchAll(/\/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/(?!.*node_modules)/g)];
  return [...new Set(names.map((match) => match[1]!))].filter((name) => !name.startsWith('@org/'));
}

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

const construct = `
  import { createSso, organizationId } from '@org/sso-core';
  import { createWorkos } from '@org/sso-workos';
  const provider = createWorkos({ apiKey: 'sk_test_1', clientId: 'client_1', baseUrl: 'http://127.0.0.1:9', http: { maxRetries: 0 } });
  const sso = createSso({ provider });
  const id = organizationId('workos:org_1');
  provider.login.authorizationUrl({
    selector: { organization: id }, redirectUri: 'http://localhost/', state: 's', nonce: 'n', codeChallenge: 'c',
  });`;

it.skipIf(!isBuilt)('loads nothing for an authorization URL (needs a build)', async () => {
  expect(await packagesLoadedBy(construct)).toEqual([]);
});

it.skipIf(!isBuilt)('loads its helpers with the first request (needs a build)', async () => {
  const loaded = await packagesLoadedBy(`${construct} await sso.organizations.get(id).catch(() => {});`);
  expect(loaded).toEqual(expect.arrayContaining(['zod', 'axios']));
  expect(loaded).not.toContain('jose');
});
