// Writes packages/sso-emulators/SUPPORTED.md from what the emulators do while they run. With --check it changes nothing
// and fails when the file is out of date.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
const check = process.argv.includes('--check');
const { status } = spawnSync(
  process.execPath,
  [
    vitest,
    'run',
    'packages/integration/test/specification/supported.test.ts',
    ...(check ? [] : ['--update']),
  ],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    // Only then does a missing snapshot fail instead of being written.
    env: check ? { ...process.env, CI: 'true' } : process.env,
  },
);
process.exitCode = status ?? 1;
