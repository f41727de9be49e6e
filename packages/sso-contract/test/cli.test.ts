import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { contractCases, createMemoryHarness, planContract } from '../src/index.js';

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
  const { status, stdout, stderr } = run('memory', '--only', 'LIST,ERR-02');
  expect(stdout.split('\n')).toEqual([
    ...['LIST-01', 'LIST-02', 'LIST-03'].map(
      (id) => `ok       ${id} ${contractCases.find((each) => each.id === id)?.title}`,
    ),
    expect.stringMatching(/^not run {2}ERR-02 .* \(there is no wire/),
    '',
    expect.stringMatching(/^memory with login, .*: 3 passed, 0 failed, 1 not run$/),
    '',
  ]);
  expect([status, stderr]).toEqual([0, '']);
});

test('what the module prints stays out of the report', () => {
  const { status, stdout, stderr } = run('prints', '--json', '--only', 'LIST');
  expect(JSON.parse(stdout)).toMatchObject({ name: 'a talkative provider' });
  expect(stderr).toBe('connecting\nconnected\n');
  expect(status).toBe(0);
});

test.each([
  ['throws-on-import', 'no credentials in the environment'],
  ['without-export', 'exports no function createHarness'],
  [
    'without-world',
    'createHarness answers a harness without redirectUri, world, traffic, secrets, notRun, dispose',
  ],
  ['hangs-on-import', 'making the harness took longer than 1000 ms'],
])('a module that %s: one line and exit code 2', (fixture, reason) => {
  const { status, stdout, stderr } = run(fixture, '--timeout', '1');
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
  expect(Object.keys(failuresOf(stdout))).toEqual(['ORG-06', 'ORG-07', 'ORG-08']);
  expect(report.results).toHaveLength(10);
  expect(status).toBe(1);
});

test('a case that hangs, even without yielding, or ends the process costs itself; the rest is reported', () => {
  const { status, stdout } = run(
    'hangs',
    '--json',
    '--timeout',
    '1',
    '--only',
    'DOM-01,DOM-10,USER-07,USER-09,CONN-02,PORTAL',
  );
  const { results } = JSON.parse(stdout) as Report;
  expect(failuresOf(stdout)).toEqual({
    'DOM-01': 'it took longer than 1000 ms',
    'USER-07': 'it took longer than 1000 ms',
    'CONN-02': 'the module ended the process',
  });
  expect(results.filter(({ outcome }) => outcome === 'passed').map(({ id }) => id)).toEqual(
    expect.arrayContaining(['DOM-10', 'USER-09', 'PORTAL-01', 'PORTAL-22']),
  );
  expect(status).toBe(1);
});

test.each([
  [['--only', 'NOTHING'], 'No case is called "NOTHING"'],
  [['--timeout', 'soon'], 'positive number'],
  [['--frobnicate'], 'unknown option'],
])('%j is refused with exit code 2', (options, message) => {
  const { status, stderr } = run('memory', ...options);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});
