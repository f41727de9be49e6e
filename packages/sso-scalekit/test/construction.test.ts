import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import { SsoError } from '@org/sso-core';
import { createScalekit } from '@org/sso-scalekit';
import { beforeAll, describe, expect, it } from 'vitest';
import { signed, webhookSecret } from './support.js';

const valid = {
  environmentUrl: 'https://acme.scalekit.dev',
  clientId: 'skc_1',
  clientSecret: 'test_canary_secret',
};

it.each([
  ['environmentUrl', { environmentUrl: '' }],
  ['environmentUrl', { environmentUrl: 'acme.scalekit.dev' }],
  ['environmentUrl', { environmentUrl: 'http://acme.scalekit.dev' }],
  ['environmentUrl', { environmentUrl: 'https://user:password@acme.scalekit.dev' }],
  ['clientId', { clientId: '' }],
  ['clientId', { clientId: undefined as never }],
  ['clientSecret', { clientSecret: ' test_1' }],
  ['additionalIssuers', { additionalIssuers: ['auth.example.com'] }],
])('a malformed %s is refused by name: %j', (setting, wrong) => {
  expect(() => createScalekit({ ...valid, ...wrong })).toThrow(
    expect.objectContaining({
      code: 'invalid_argument',
      provider: 'scalekit',
      message: expect.stringContaining(setting),
    }),
  );
});

it('names its environment by host and takes a trailing slash', () => {
  const provider = createScalekit({ ...valid, environmentUrl: 'https://acme.scalekit.dev/' });
  expect(provider).toMatchObject({
    id: 'scalekit',
    environment: 'acme.scalekit.dev',
    login: { issuer: 'https://acme.scalekit.dev' },
  });
});

it('never shows its secret', () => {
  const provider = createScalekit(valid);
  expect(inspect(provider, { depth: 10, showHidden: true }) + JSON.stringify(provider)).not.toContain(
    'canary',
  );
});

it('an id of another provider is refused before any request', async () => {
  const provider = createScalekit(valid);
  await expect(
    provider.organizations.get('workos:org_1' as never, { operation: 'organizations.get' }),
  ).rejects.toSatisfy((error) => SsoError.isInstance(error) && error.code === 'invalid_argument');
});

describe('loading', () => {
  const packageFolder = fileURLToPath(new URL('..', import.meta.url));

  beforeAll(() => {
    // Apps load what is built: from sources, the test runner's own loader would be measured.
    execFileSync(fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url)), ['-b'], {
      cwd: packageFolder,
    });
  });

  const recordResolutions = `
    import { writeSync } from 'node:fs';
    export async function resolve(specifier, context, next) {
      const resolved = await next(specifier, context);
      writeSync(1, resolved.url + '\\n');
      return resolved;
    }`;

  /** Packages a fresh Node process resolves while it runs \`code\`. */
  async function packagesLoadedBy(code: string): Promise<string[]> {
    const hooks = `data:text/javascript,${encodeURIComponent(recordResolutions)}`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { register } from 'node:module'; register(${JSON.stringify(hooks)}); ${code}`,
      ],
      { cwd: packageFolder, env: {} },
    );
    const urls = stdout.trim().split('\n');
    expect(urls[0]).toMatch(/packages\/sso-scalekit\/dist\/index\.js$/);
    const names = urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]);
    return [...new Set(names.filter((name) => name !== undefined))];
  }

  const create = `
    const { createScalekit } = await import('@org/sso-scalekit');
    const provider = createScalekit(${JSON.stringify(valid)});`;

  it('importing, constructing and building a login URL load no third-party module', async () => {
    const authorize = `
      provider.login.authorizationUrl({
        selector: { organization: 'scalekit:org_1' }, redirectUri: 'https://app.example.com/cb', state: 's', nonce: 'n', codeChallenge: 'c',
      });
      provider.login.rejectionReason('access_denied');`;
    expect(await packagesLoadedBy(create + authorize)).toEqual([]);
  });

  it('receiving a webhook loads none either', async () => {
    const { headers, body } = signed(JSON.stringify({ id: 'evt_1', type: 'role.created' }));
    const receive = `
      const { createScalekit } = await import('@org/sso-scalekit');
      const { webhooks } = createScalekit(${JSON.stringify({ ...valid, webhooks: { secrets: [webhookSecret] } })});
      const headers = ${JSON.stringify(headers)};
      const verified = webhooks.verify({
        headers: (name) => [headers[name]], body: Buffer.from(${JSON.stringify(body)}), receivedAt: Date.now(),
      });
      await webhooks.parse(verified);`;
    expect(await packagesLoadedBy(receive)).toEqual([]);
  });

  it('an operation loads what it needs', async () => {
    const call = `await provider.organizations.get('scalekit:org_1', { operation: 'organizations.get', timeoutMs: 1 }).catch(() => {});`;
    expect(await packagesLoadedBy(create + call)).toContain('zod');
  });
});
