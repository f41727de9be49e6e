// Bootstraps the workspace with the pnpm pinned in package.json, then runs one of its tasks.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const root = new URL('..', import.meta.url);
const { packageManager } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const [task, ...taskArguments] = process.argv.slice(2);
const startedByPnpm = (process.env.npm_config_user_agent ?? '').startsWith('pnpm/');

function pnpm(...args) {
  const [command, prefix] = startedByPnpm ? ['pnpm', []] : ['npx', ['--yes', packageManager.split('+')[0]]];
  const { status, error } = spawnSync(command, [...prefix, ...args], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

pnpm('install', '--frozen-lockfile', '--reporter=append-only');
pnpm('run', `task:${task}`, ...taskArguments);
