// Writes what documents state from what ran: the feature table in README.md and the targets in docs/contract.md from the
// contract on every target, packages/sso-emulators/SUPPORTED.md from what the emulators do. The same tests compare in every
// run of the suite, so that CI needs no second one.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const tests = ['contract.test.ts', 'specification/supported.test.ts'].map(
  (name) => `packages/integration/test/${name}`,
);
const { status } = spawnSync(process.execPath, [vitest, 'run', ...tests, '--update'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
