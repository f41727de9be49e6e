import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createLiveHarness } from '../../src/live/harness.js';
import { standIns, type StandIn } from '../harness/live.js';

vi.setConfig({ testTimeout: 60_000 });

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
let standIn: StandIn | undefined;
afterEach(async () => {
  await standIn?.close();
  standIn = undefined;
});

/** As a person runs it: from dist, which `npm run build` makes. */
async function run(
  environment: Readonly<Record<string, string | undefined>>,
  only: string,
  onOutput: (stderr: string, interrupt: () => void) => void = () => undefined,
) {
  const cli = file('../sso-contract/dist/cli.js');
  const args = [cli, '--module', file('dist/live/harness.js'), '--only', only, '--json'];
  const child = spawn(process.execPath, args, { env: { PATH: process.env['PATH'], ...environment } });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    onOutput(stderr, () => child.kill('SIGINT'));
  });
  const [status] = (await once(child, 'close')) as [number];
  return { status, stdout, stderr };
}

/** What was created, and what became of it. */
function accountOf(stderr: string) {
  const told = (words: string) =>
    [...stderr.matchAll(new RegExp(`${words} (\\w+ \\w+)`, 'g'))].map(([, thing]) => thing!).toSorted();
  return { created: told('created'), ended: told('(?:removed|gone already:)'), left: told('LEFT') };
}

describe.each(Object.entries(standIns))('live target at %s', (_name, start) => {
  test('a run prints what it creates, removes all of it and nothing else', async () => {
    standIn = await start();
    const before = await standIn.contents();
    const { status, stdout, stderr } = await run(standIn.environment, 'ORG,USER,DOM,CONNADM');
    const { created, ended } = accountOf(stderr);
    expect(created.length).toBeGreaterThan(10);
    expect(ended).toEqual(created);
    expect(stderr).toContain('nothing is left of this run');
    expect(await standIn.contents()).toEqual(before);
    expect(JSON.parse(stdout)).toMatchObject({ faults: [] });
    expect(status).toBe(0);
    for (const [name, value] of Object.entries(standIn.environment))
      if (/KEY|SECRET/.test(name)) expect(stdout + stderr).not.toContain(value);
  });

  test('so does one with cases that fail', async () => {
    standIn = await start();
    const before = await standIn.contents();
    await standIn.control.addFault({ match: { method: 'GET' }, times: 1000, status: 404, body: '{}' });
    const { status, stderr } = await run(standIn.environment, 'ORG-04,ORG-06,DOM-01');
    await standIn.control.clearFaults();
    expect(status).toBe(1);
    const { created, ended } = accountOf(stderr);
    expect(created.length).toBeGreaterThan(2);
    expect(ended).toEqual(created);
    expect(await standIn.contents()).toEqual(before);
  });

  test('and one that is interrupted while the vendor creates', async () => {
    standIn = await start();
    const before = await standIn.contents();
    // The vendor is slow to say what it made.
    await standIn.control.addFault({
      match: { method: 'POST', path: 'organizations$' },
      times: 1000,
      delayMs: 400,
    });
    let isInterrupted = false;
    const { status, stderr } = await run(standIn.environment, 'ORG', (output, interrupt) => {
      if (isInterrupted || output.split('created organization').length < 3) return;
      isInterrupted = true;
      setTimeout(interrupt, 150);
    });
    expect(status).toBe(130);
    const { created, ended } = accountOf(stderr);
    expect(created.length).toBeGreaterThan(2);
    expect(ended).toEqual(created);
    expect(await standIn.contents()).toEqual(before);
  });

  test('what cannot be removed, and what may have been made, is named, and the run fails', async () => {
    standIn = await start();
    const { control } = standIn;
    await control.addFault({ match: { method: 'DELETE' }, times: 1000, status: 403, body: '{}' });
    const refused = await run(standIn.environment, 'ORG-04');
    await control.clearFaults();
    const { created, left } = accountOf(refused.stderr);
    expect(left).toEqual(created);
    expect(refused.status).toBe(1);
    await control.addFault({
      match: { method: 'POST', path: 'organizations$' },
      afterHandler: true,
      closeConnection: true,
    });
    const unanswered = await run(standIn.environment, 'ORG-06');
    expect(unanswered.stderr).toContain('UNKNOWN whether one organization was created');
    expect(unanswered.status).toBe(1);
  });
});

const production = 'https://acme.scalekit.com';

test.each([
  ['SSO_LIVE is not set', { SSO_LIVE: undefined }],
  ['SSO_LIVE must be scalekit or workos', { SSO_LIVE: 'okta' }],
  ['SSO_LIVE_SANDBOX=yes must say', { SSO_LIVE_SANDBOX: undefined }],
  ['WORKOS_CLIENT_ID is not set', { WORKOS_CLIENT_ID: undefined }],
  ['WORKOS_API_KEY is the key of a production environment', { WORKOS_API_KEY: 'sk_live_canary' }],
  ['WORKOS_INACTIVE_USERS must be deleted or kept', { WORKOS_INACTIVE_USERS: 'both' }],
  [
    'SCALEKIT_ENVIRONMENT_URL is a production environment',
    { SSO_LIVE: 'scalekit', SCALEKIT_ENVIRONMENT_URL: production, SCALEKIT_CLIENT_ID: 'skc_1' },
  ],
])('before any request: %s', async (reason, changes) => {
  standIn = await standIns.workos();
  const sent = await standIn.control.recordTraffic();
  const environment = { ...standIn.environment, ...changes };
  const create = () => createLiveHarness(environment, () => undefined);
  expect(create).toThrow(reason);
  expect(create).not.toThrow('canary');
  expect(await sent()).toEqual([]);
});

test('the command says in one line why it does not run', async () => {
  const { status, stderr } = await run({ SSO_LIVE: 'workos', WORKOS_API_KEY: 'sk_live_canary' }, 'ORG-04');
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('WORKOS_API_KEY is the key of')]);
  expect(stderr).not.toContain('canary');
  expect(status).toBe(2);
});
