import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import { contractCases, createMemoryHarness, planContract } from '../src/index.js';

vi.setConfig({ testTimeout: 60_000 });

const packageFolder = fileURLToPath(new URL('..', import.meta.url));

function run(fixture: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    // What npm would install: it runs from dist, which `npm run build` makes.
    ['dist/cli.js', '--module', `./test/fixtures/${fixture}.mjs`, ...options],
    { cwd: packageFolder, encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

interface Report {
  readonly name: string;
  readonly seed: number;
  readonly facets: readonly string[];
  readonly faults: readonly string[];
  readonly results: readonly {
    readonly id: string;
    readonly outcome: string;
    readonly reason: string | null;
  }[];
}

function failuresOf(stdout: string): Readonly<Record<string, string | null>> {
  const { results } = JSON.parse(stdout) as Report;
  const failed = results.filter(({ outcome }) => outcome === 'failed');
  return Object.fromEntries(failed.map(({ id, reason }) => [id, reason]));
}

test('a provider that keeps the contract: every case reported once, exit code 0', () => {
  const { status, stdout } = run('memory', '--json');
  const report = JSON.parse(stdout) as Report;
  const plan = planContract(createMemoryHarness());
  expect(report).toMatchObject({ name: 'memory', faults: [] });
  expect(report.facets).toContain('webhooks');
  expect(report.results.map(({ id, outcome }) => [id, outcome])).toEqual([
    ...plan.run.map(({ id }) => [id, 'passed']),
    ...plan.notRun.map(({ case: { id } }) => [id, 'not_run']),
  ]);
  expect(status).toBe(0);
});

test('for people there is a line per case and a summary', () => {
  const { status, stdout, stderr } = run(
    'memory',
    '--only',
    'LIST-01,LIST-02,LIST-03,ERR-02',
    '--seed',
    '17',
  );
  expect(stdout.split('\n')).toEqual([
    ...['LIST-01', 'LIST-02', 'LIST-03'].map(
      (id) => `ok       ${id} ${contractCases.find((each) => each.id === id)?.title}`,
    ),
    expect.stringMatching(/^not run {2}ERR-02 .* \(there is no wire/),
    '',
    expect.stringMatching(/^memory with login, .*: 3 passed, 0 failed, 1 not run$/),
    'The inputs came from seed 17; --seed 17 repeats them.',
    '',
  ]);
  expect([status, stderr]).toEqual([0, '']);
});

test('a run has a seed, which gives another run the same inputs', () => {
  const seedOf = (...options: string[]) =>
    (JSON.parse(run('memory', '--json', '--only', 'LIST-01', ...options).stdout) as Report).seed;
  expect(seedOf('--seed', '17')).toBe(17);
  expect(seedOf()).not.toBe(seedOf());
});

test('what the module prints stays out of the report', () => {
  const { status, stdout, stderr } = run('prints', '--json', '--only', 'LIST');
  expect(JSON.parse(stdout)).toMatchObject({ name: 'a talkative provider' });
  expect(stderr).toBe('connecting\nconnected\n');
  expect(status).toBe(0);
});

/** Seconds. Under load a thread alone takes more than one to start. */
const patience = '4';

test.each([
  ['throws-on-import', 'no credentials in the environment'],
  ['without-export', 'exports no function createHarness'],
  [
    'without-world',
    'createHarness answers a harness without redirectUri, world, traffic, secrets, notRun, dispose',
  ],
  ['hangs-on-import', `making the harness took longer than ${patience} s`],
])('a module that %s: one line and exit code 2', (fixture, reason) => {
  const { status, stdout, stderr } = run(fixture, '--timeout', patience);
  expect(stderr).toBe(`sso-contract: ./test/fixtures/${fixture}.mjs: ${reason}\n`);
  expect([status, stdout]).toEqual([2, '']);
});

test('a module that is not there: one line and exit code 2', () => {
  const { status, stderr } = run('nowhere');
  expect(stderr).toMatch(/^sso-contract: .*nowhere.mjs: Cannot find module .*\n$/);
  expect(status).toBe(2);
});

test('a facet without a method is named, and fails the cases that need it and no others', () => {
  const { status, stdout } = run('without-method', '--json', '--only', 'ORG');
  const report = JSON.parse(stdout) as Report;
  expect(report.faults).toEqual(['the organizations facet has no method getByExternalId']);
  const failures = failuresOf(stdout);
  expect(Object.keys(failures)).toEqual(['ORG-06', 'ORG-07', 'ORG-08']);
  expect(failures['ORG-06']).toMatch(/failed unexpectedly in the adapter of "memory" \(TypeError\)$/);
  expect(failures['ORG-07']).toMatch(/^expected not_found, got SsoError internal: .* \(TypeError\)$/);
  expect(report.results.length).toBeGreaterThan(Object.keys(failures).length);
  expect(status).toBe(1);
});

test('a case that hangs, even without yielding, or ends the process costs itself; the rest is reported', () => {
  const { status, stdout } = run(
    'hangs',
    '--json',
    '--timeout',
    patience,
    '--only',
    'DOM-01,DOM-10,USER-07,USER-09,CONN-02,PORTAL',
  );
  const { results } = JSON.parse(stdout) as Report;
  expect(failuresOf(stdout)).toEqual({
    'DOM-01': `it took longer than ${patience} s`,
    'USER-07': `it took longer than ${patience} s`,
    'CONN-02': 'the module ended the process',
  });
  expect(results.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id)).toEqual(
    expect.arrayContaining(['DOM-10', 'USER-09', 'PORTAL-01', 'PORTAL-22']),
  );
  expect(status).toBe(1);
});

test('a harness is ended when a case hangs, before another one is made', () => {
  const { stderr } = run('tells-its-end', '--timeout', patience, '--only', 'DOM-01,LIST-01');
  expect(stderr).toBe('hanging\nremoved everything\nremoved everything\n');
});

test('a harness that cannot be made again leaves the report of what ran', () => {
  const { status, stdout } = run(
    'never-twice',
    '--json',
    '--timeout',
    patience,
    '--only',
    'ORG-05,DOM-01,LIST-01',
  );
  const { results, faults } = JSON.parse(stdout) as Report;
  expect(results.map(({ id, outcome }) => [id, outcome])).toEqual([
    ['ORG-05', 'passed'],
    ['DOM-01', 'failed'],
    ['LIST-01', 'failed'],
  ]);
  expect(results[2]?.reason).toBe('not reached: the sandbox is taken');
  expect(faults).toEqual(['1 cases were not reached: the sandbox is taken']);
  expect(status).toBe(1);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the harness first, and reports what ran',
  async (signal) => {
    const child = spawn(
      process.execPath,
      ['dist/cli.js', '--module', './test/fixtures/tells-its-end.mjs', '--only', 'ORG-05,DOM-01,LIST-01'],
      { cwd: packageFolder },
    );
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += String(chunk);
      if (String(chunk).includes('hanging')) child.kill(signal);
    });
    const [status] = (await once(child, 'close')) as [number];
    expect(stderr.split('\n')).toEqual([
      'hanging',
      'sso-contract: ending the harness; interrupt again to leave at once',
      'removed everything',
      '',
    ]);
    expect(stdout).toMatch(/^ok {7}ORG-05 .*\nnot run {2}DOM-01 .* \(the run was interrupted\)\n/);
    expect(stdout).toContain('FAULT    1 cases were not reached: the run was interrupted');
    expect(status).toBe(130);
  },
);

test.each([
  [['--only', 'NOTHING'], 'No case is called "NOTHING"'],
  [['--timeout', 'soon'], 'positive number'],
  [['--seed', '-1'], 'A seed is a whole number from 0 to 4294967295, not "-1".'],
  [['--seed', '4294967296'], 'A seed is a whole number'],
  [['--seed', ''], 'A seed is a whole number'],
  [['--frobnicate'], 'unknown option'],
])('%j is refused with exit code 2', (options, message) => {
  const { status, stderr } = run('memory', ...options);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});
