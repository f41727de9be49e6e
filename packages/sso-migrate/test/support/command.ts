import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

// What npm would install: it runs from dist, which `npm run build` makes.
const command = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Runs `sso-migrate` as a person would. After so many `lines` its output is closed, as `head` does. */
export async function runCommand(
  args: readonly string[],
  {
    folder,
    environment,
    lines = Infinity,
  }: { readonly folder: string; readonly environment: NodeJS.ProcessEnv; readonly lines?: number },
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> {
  const child = spawn(process.execPath, [command, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([read(child.stdout, lines), text(child.stderr), once(child, 'close')]);
  return { code: child.exitCode, out, err };
}

async function read(stream: Readable, lines: number): Promise<string> {
  if (lines === Infinity) return text(stream);
  const found: string[] = [];
  for await (const line of createInterface({ input: stream })) {
    found.push(line);
    if (found.length >= lines) break;
  }
  stream.destroy();
  return found.join('\n');
}
