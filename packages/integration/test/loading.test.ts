import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

// Apps load what is built (`npm run build`): from sources, the test runner's own loader would be measured.
const folder = fileURLToPath(new URL('..', import.meta.url));

const recordResolutions = `
  import { writeSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const resolved = await next(specifier, context);
    writeSync(1, resolved.url + '\\n');
    return resolved;
  }`;

/** Third-party packages a fresh Node process resolves while it runs `code`. */
async function packagesLoadedBy(code: string): Promise<string[]> {
  const hooks = `data:text/javascript,${encodeURIComponent(recordResolutions)}`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { register } from 'node:module'; register(${JSON.stringify(hooks)}); ${code}`,
    ],
    { cwd: folder, env: {} },
  );
  const urls = stdout.trim().split('\n');
  expect(urls[0]).toMatch(/packages\/sso-[a-z]+\/dist\/.*index\.js$/);
  const names = urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined && !name.startsWith('@org/')) as string[];
}

describe('@org/sso-core', () => {
  it.each(['', '/provider', '/http', '/web', '/testing'])(
    'importing it%s loads no third-party module',
    async (path) => {
      expect(await packagesLoadedBy(`await import('@org/sso-core${path}');`)).toEqual([]);
    },
  );

  const createClient = `
    const { createSso } = await import('@org/sso-core');
    const { createMemoryProvider } = await import('@org/sso-core/testing');
    const sso = createSso({
      provider: createMemoryProvider().provider,
      login: { secrets: ['0123456789abcdef0123456789abcdef'], redirectUri: 'https://app.example.com/callback' },
    });`;

  it('createSso with login settings loads no third-party module', async () => {
    expect(await packagesLoadedBy(createClient)).toEqual([]);
  });

  it('the first login loads jose, and nothing else', async () => {
    const begin = `await sso.login.begin({ organization: 'memory:org_1' });`;
    expect(await packagesLoadedBy(createClient + begin)).toEqual(['jose']);
  });

  it('the schemas load zod', async () => {
    expect(await packagesLoadedBy(`await import('@org/sso-core/schemas');`)).toEqual(['zod']);
  });
});

const key = Buffer.from('canary-signing-key');
const scalekitSecret = `whsec_${key.toString('base64')}`;

const adapters = {
  scalekit: {
    create: `
      const { createScalekit } = await import('@org/sso-scalekit');
      const provider = createScalekit({
        environmentUrl: 'http://127.0.0.1:9', clientId: 'skc_1', clientSecret: 'test_1', http: { maxRetries: 0 },
        webhooks: { secrets: ['${scalekitSecret}'] },
      });`,
    delivery() {
      const at = String(Math.floor(Date.now() / 1000));
      const body = '{"id":"evt_1","type":"role.created"}';
      const signature = createHmac('sha256', key).update(`msg_1.${at}.${body}`).digest('base64');
      return {
        body,
        headers: { 'webhook-id': 'msg_1', 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` },
      };
    },
    toReadAWebhook: [],
  },
  workos: {
    create: `
      const { createWorkos } = await import('@org/sso-workos');
      const provider = createWorkos({
        apiKey: 'sk_test_1', clientId: 'client_1', baseUrl: 'http://127.0.0.1:9', http: { maxRetries: 0 },
        events: { inactiveUsers: 'kept' }, webhooks: { secrets: ['whsec_1'] },
      });`,
    delivery() {
      const at = String(Date.now());
      const body = '{"id":"event_1","event":"vault.data.read"}';
      const signature = createHmac('sha256', 'whsec_1').update(`${at}.${body}`).digest('hex');
      return { body, headers: { 'workos-signature': `t=${at}, v1=${signature}` } };
    },
    toReadAWebhook: ['zod'],
  },
} as const;

describe.each(['scalekit', 'workos'] as const)('@org/sso-%s', (vendor) => {
  const { create, delivery, toReadAWebhook } = adapters[vendor];

  it('importing, constructing and building a login URL load no third-party module', async () => {
    const authorize = `
      provider.login.authorizationUrl({
        selector: { organization: '${vendor}:org_1' }, redirectUri: 'https://app.example.com/cb', state: 's', nonce: 'n', codeChallenge: 'c',
      });
      provider.login.rejectionReason('access_denied');`;
    expect(await packagesLoadedBy(create + authorize)).toEqual([]);
  });

  it('verifying a webhook loads none either, and reading it what it needs', async () => {
    const verify = `${create}
      const { body, headers } = ${JSON.stringify(delivery())};
      const verified = provider.webhooks.verify({
        headers: (name) => (headers[name] ? [headers[name]] : []), body: Buffer.from(body), receivedAt: Date.now(),
      });`;
    expect(await packagesLoadedBy(verify)).toEqual([]);
    expect(await packagesLoadedBy(`${verify} await provider.webhooks.parse(verified);`)).toEqual(
      toReadAWebhook,
    );
  });

  it('the first request loads axios and zod, but not jose', async () => {
    const call = `
      const { createSso } = await import('@org/sso-core');
      await createSso({ provider }).organizations.get('${vendor}:org_1').catch(() => {});`;
    const loaded = await packagesLoadedBy(create + call);
    expect(loaded).toEqual(expect.arrayContaining(['axios', 'zod']));
    expect(loaded).not.toContain('jose');
  });
});
