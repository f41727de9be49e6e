import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, it } from 'vitest';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

beforeAll(() => {
  // Apps load what is built: from sources, the test runner's own loader would be measured.
  execFileSync(fileURLToPath(new URL('../../../../node_modules/.bin/tsc', import.meta.url)), ['-b'], {
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

/** URLs of the modules a fresh Node process resolves while it runs `code`. */
async function resolvedBy(code: string): Promise<string[]> {
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
  return stdout.trim().split('\n');
}

/** Names of the packages among them. */
async function packagesLoadedBy(code: string): Promise<string[]> {
  const urls = await resolvedBy(code);
  const names = urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].toSorted();
}

it.each(['', '/provider', '/http', '/web', '/testing'])(
  'importing @org/sso-core%s loads no third-party module',
  async (path) => {
    const urls = await resolvedBy(`await import('@org/sso-core${path}');`);
    expect(urls[0]).toMatch(/packages\/sso-core\/dist\/.*index\.js$/);
    expect(urls.filter((url) => url.includes('/node_modules/'))).toEqual([]);
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
