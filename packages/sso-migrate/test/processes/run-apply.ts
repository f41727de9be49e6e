import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Runs what is built (`npm run build`). Resolves with `true` when it finished by itself, `false` when it was killed. */
export async function runApply(environment: Record<string, string>, killAfterMs?: number): Promise<boolean> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('apply.mjs', import.meta.url))], {
    cwd: packageFolder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let timer: ReturnType<typeof setTimeout> | undefined;
  if (killAfterMs !== undefined) {
    child.stdout.once('data', () => {
      timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
  }
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('exit', (...result) => resolve(result)),
  );
  clearTimeout(timer);
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`apply ended with ${code ?? signal}:\n${output}`);
  return code === 0;
}
