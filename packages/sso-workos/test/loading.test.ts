import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';

const run = promisify(execFile);
const packageFolder = fileURLToPath(new URL('..', import.meta.url));

// Apps load what is built: from sources, the test runner's own loader would be measured.
beforeAll(async () => {
  const compiler = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
  await run(process.execPath, [compiler, '-b'], { cwd: packageFolder });
});

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
  const { stdout } = await run(
    process.execPath,
    ['--import', dataUrl(register), '--input-type=module', '--eval', script],
    { cwd: packageFolder },
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

it('loads nothing for an authorization URL', async () => {
  expect(await packagesLoadedBy(construct)).toEqual([]);
});

it('loads its helpers with the first request', async () => {
  const loaded = await packagesLoadedBy(`${construct} await sso.organizations.get(id).catch(() => {});`);
  expect(loaded).toEqual(expect.arrayContaining(['zod', 'axios']));
  expect(loaded).not.toContain('jose');
});

it('loads nothing to verify a webhook, and zod to read it', async () => {
  const verify = `
    import { createHmac } from 'node:crypto';
    import { createWorkos } from '@org/sso-workos';
    const { webhooks } = createWorkos({
      apiKey: 'sk_test_1', clientId: 'client_1', events: { inactiveUsers: 'kept' }, webhooks: { secrets: ['whsec_1'] },
    });
    const body = Buffer.from('{"id":"event_1","event":"vault.data.read"}');
    const at = Date.now();
    const signature = createHmac('sha256', 'whsec_1').update(at + '.').update(body).digest('hex');
    const verified = webhooks.verify({ headers: () => ['t=' + at + ', v1=' + signature], body, receivedAt: at });`;
  expect(await packagesLoadedBy(verify)).toEqual([]);
  expect(await packagesLoadedBy(`${verify} await webhooks.parse(verified);`)).toEqual(['zod']);
});
