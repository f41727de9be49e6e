import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createControlClient } from '@org/sso-emulators';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
// What npm would install: it runs from dist, which `npm run build` makes.
const cli = join(packageFolder, 'dist/cli.js');

function run(...parameters: string[]): ChildProcess {
  const child = spawn(process.execPath, [cli, ...parameters], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text;
}

async function failure(...parameters: string[]): Promise<{ code: unknown; output: string; error: string }> {
  const child = run(...parameters);
  let output = '';
  let error = '';
  child.stdout?.on('data', (chunk) => (output += String(chunk)));
  child.stderr?.on('data', (chunk) => (error += String(chunk)));
  const [code] = await once(child, 'close');
  return { code, output, error };
}

async function seedFile(content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sso-emulators-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'seed.json');
  await writeFile(file, content);
  return file;
}

describe.each([
  ['workos', 'apiKey'],
  ['scalekit', 'clientSecret'],
])('sso-emulators --vendor %s', (vendor, secret) => {
  it('prints one JSON line, serves, and stops with 0 on SIGTERM', async () => {
    const child = run('--vendor', vendor, '--json');
    const facts = JSON.parse(await firstLine(child));
    expect(Object.keys(facts)).toEqual([
      'vendor',
      'url',
      'clientId',
      secret,
      'organizations',
      'connections',
      'directories',
      'control',
      'pid',
    ]);
    expect(facts).toMatchObject({ vendor, pid: child.pid, control: `${facts.url}/_emulator` });
    expect(facts.organizations[0]).toMatchObject({
      name: 'Acme Corp',
      externalId: 'tenant_acme',
      domains: ['acme.example'],
    });
    expect(facts.connections[0]).toMatchObject({
      organizationId: facts.organizations[0].id,
      name: expect.any(String),
    });
    expect(await createControlClient(facts.control).traffic()).toEqual([]);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('sso-emulators', () => {
  it('prints readable lines without --json, and stops with 0 on SIGINT', async () => {
    const file = await seedFile('{ "organizations": [{ "name": "Initech" }] }');
    const child = run('--vendor', 'workos', '--seed', file, '--clock', '2026-03-01T12:00:00.000Z');
    expect(await firstLine(child)).toMatch(/^workos emulator at http:\/\/127\.0\.0\.1:\d+\n/);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('refuses a taken port in one line', async () => {
    const { url } = JSON.parse(await firstLine(run('--vendor', 'workos', '--json')));
    const { port } = new URL(url);
    expect(await failure('--vendor', 'workos', '--port', port)).toEqual({
      code: 1,
      output: '',
      error: `sso-emulators: port ${port} on 127.0.0.1 is already in use\n`,
    });
  });

  it.each([
    ['{', /is not JSON \(.+\)\n$/],
    ['[]', /: seed must be an object \(got \[\]\)\n$/],
    ['{ "organizations": [{ "nam": "x" }] }', /: organizations\[0\]\.nam is not a known field .+\n$/],
    [
      '{ "organizations": [{ "name": "x", "connections": [{ "protocol": "saml", "identityProvider": "okta", "status": "ON" }] }] }',
      /: organizations\[0\]\.connections\[0\]\.status must be one of .+ \(got "ON"\)\n$/,
    ],
  ])('refuses the seed %s in one line naming file and place', async (content, problem) => {
    const file = await seedFile(content);
    const { code, output, error } = await failure('--vendor', 'workos', '--seed', file);
    expect([code, output]).toEqual([1, '']);
    expect(error).toMatch(problem);
    expect(error).toMatch(file);
    expect(error.trim()).not.toContain('\n');
  });

  it('serves gRPC and REST on one port with --grpc, and refuses it for WorkOS', async () => {
    const { url } = JSON.parse(await firstLine(run('--vendor', 'scalekit', '--grpc', '--json')));
    expect((await fetch(`${url}/keys`)).status).toBe(200);
    const session = connect(url);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/scalekit.v1.organizations.OrganizationService/ListOrganization',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    stream.end(Buffer.alloc(5)).resume();
    const [trailers] = (await once(stream, 'trailers')) as [IncomingHttpHeaders];
    expect(trailers['grpc-status']).toBe('16');
    session.close();
    expect(await failure('--vendor', 'workos', '--grpc')).toMatchObject({
      code: 1,
      error: 'sso-emulators: --grpc is for scalekit: WorkOS has no gRPC\n',
    });
  });

  it('refuses a missing seed file, a clock that is none and a missing vendor', async () => {
    for (const [parameters, problem] of [
      [['--vendor', 'workos', '--seed', '/nowhere/seed.json'], /\/nowhere\/seed\.json: cannot be read/],
      [['--vendor', 'workos', '--clock', 'noon'], /clock must be "real" or an ISO 8601 instant/],
      [[], /--vendor/],
    ] as const) {
      const { code, error } = await failure(...parameters);
      expect(code).toBe(1);
      expect(error).toMatch(problem);
    }
  });
});
