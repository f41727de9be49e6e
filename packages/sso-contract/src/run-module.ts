import { Worker } from 'node:worker_threads';
import type { WorkerMessage, WorkerRequest } from './cli-worker.js';

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'not_run';
  /** Why it failed or was not run. */
  readonly reason: string | null;
  readonly durationMs: number;
}

export interface ModuleReport {
  readonly name: string;
  readonly facets: readonly string[];
  /** What is wrong with provider or harness as a whole. */
  readonly faults: readonly string[];
  readonly results: readonly CaseResult[];
}

export interface RunModuleOptions {
  /** URL of an ECMAScript module that exports `createHarness`. */
  readonly module: string;
  /** Ids, or their first words, such as `LOGIN`; all cases when empty. */
  readonly only: readonly string[];
  /** For each case, and for making and ending the harness. */
  readonly timeoutMs: number;
  readonly onResult: (result: CaseResult) => void;
}

type Planned = Extract<WorkerMessage, { kind: 'planned' }>;

/** Nothing can be run. */
export class ModuleRefused extends Error {
  override readonly name = 'ModuleRefused';
}

/**
 * Runs the contract on a module in a thread of its own, so that one that hangs, even without yielding, or exits, costs the case that was
 * running: the others run in another thread. Throws {@link ModuleRefused} when there is nothing to run.
 */
export async function runModule(options: RunModuleOptions): Promise<ModuleReport> {
  const { module, only } = options;
  const results = new Map<string, CaseResult>();
  const faults: string[] = [];
  for (;;) {
    const { planned, running, failure } = await runInThread(
      { module, only, done: [...results.keys()] },
      options,
      results,
    );
    if (!planned) throw new ModuleRefused(failure ?? 'the module ended the process');
    if (running) addResult(results, options, { ...running, error: failure ?? 'the process was ended' });
    else if (failure !== undefined) faults.push(failure);
    if (running && planned.run.some(({ id }) => !results.has(id))) continue;
    const unplanned = planned.notRun.map(({ id, title, reason }): CaseResult => ({
      id,
      title,
      reason,
      outcome: 'not_run',
      durationMs: 0,
    }));
    const all = [...results.values()];
    for (const result of unplanned) options.onResult(result);
    return {
      name: planned.name,
      facets: planned.facets,
      faults: [...planned.faults, ...faults],
      results: [...all, ...unplanned],
    };
  }
}

interface Running {
  readonly id: string;
  readonly title: string;
  readonly startedAt: number;
}

interface ThreadOutcome {
  readonly planned: Planned | undefined;
  /** The case that never finished. */
  readonly running: Running | undefined;
  readonly failure: string | undefined;
}

async function runInThread(
  request: WorkerRequest,
  options: RunModuleOptions,
  results: Map<string, CaseResult>,
): Promise<ThreadOutcome> {
  const { timeoutMs } = options;
  const worker = new Worker(new URL('cli-worker.js', import.meta.url), {
    workerData: request,
    stdout: true,
    stderr: true,
  });
  // What the module prints must not get into the report.
  for (const output of [worker.stdout, worker.stderr]) output.pipe(process.stderr, { end: false });

  let planned: Planned | undefined;
  let running: Running | undefined;
  let timer: NodeJS.Timeout | undefined;
  const failure = await new Promise<string | undefined>((end) => {
    const watch = (what: string) => {
      clearTimeout(timer);
      timer = setTimeout(() => end(`${what} took longer than ${timeoutMs} ms`), timeoutMs);
    };
    watch('making the harness');
    worker.on('error', (error) => end(error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => end('the module ended the process'));
    worker.on('message', (message: WorkerMessage) => {
      switch (message.kind) {
        case 'planned':
          planned = message;
          return watch('the first case');
        case 'started': {
          const { title } = planned!.run.find(({ id }) => id === message.id)!;
          running = { id: message.id, title, startedAt: performance.now() };
          return watch('it');
        }
        case 'finished':
          addResult(results, options, { ...running!, error: message.error });
          running = undefined;
          return watch('ending the harness');
        case 'disposed':
          return end(undefined);
        case 'refused':
          return end(message.reason);
      }
    });
  });
  clearTimeout(timer);
  worker.removeAllListeners('message');
  await worker.terminate();
  return { planned, running, failure };
}

function addResult(
  results: Map<string, CaseResult>,
  { onResult }: RunModuleOptions,
  { id, title, startedAt, error }: Running & { readonly error: string | null },
): void {
  const result: CaseResult = {
    id,
    title,
    outcome: error === null ? 'passed' : 'failed',
    reason: error,
    durationMs: Math.round(performance.now() - startedAt),
  };
  results.set(id, result);
  onResult(result);
}
