import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Processes run what is built (`npm run build`). Resolves with `true` when the worker finished by itself. Kills it that many milliseconds after it is ready. */
export async function runWorker(environment: Record<string, string>, killAfterMs?: number): Promise<boolean> {
  const script = fileURLToPath(new URL('worker.mjs', import.meta.url));
  const worker = spawn(process.execPath, [script], {
    cwd: packageFolder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  worker.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  let timer: NodeJS.Timeout | undefined;
  if (killAfterMs !== undefined) {
    worker.stdout.once('data', () => {
      timer = setTimeout(() => worker.kill('SIGKILL'), killAfterMs);
    });
  }
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    worker.once('exit', (...result) => resolve(result)),
  );
  clearTimeout(timer);
  if (code !== 0 && signal !== 'SIGKILL')
    throw new Error(`The worker ended with ${code ?? signal}:\n${errors}`);
  return code === 0;
}
