import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { EmulatorFacts, EmulatorTask } from './emulator.js';

/** A process that runs a module of this package with `task` as its argument. */
export function startChild(module: URL, task: object, execArgv: readonly string[] = []): ChildProcess {
  return fork(fileURLToPath(module), [JSON.stringify(task)], { execArgv: [...execArgv] });
}

/** The next message of a child. Rejects when it ends instead. */
export async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`The child process ended with ${code}`);
  });
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Answer];
    return answer;
  } finally {
    ended.catch(() => {});
    waiting.abort();
  }
}

/** An emulator in a process of its own, so that its work is not the client's. */
export async function startEmulator(
  task: EmulatorTask,
): Promise<{ readonly facts: EmulatorFacts; stop(): void }> {
  const child = startChild(new URL('./emulator.js', import.meta.url), task);
  return { facts: await answerOf<EmulatorFacts>(child), stop: () => child.disconnect() };
}
