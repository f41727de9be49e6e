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
  readonly seed: number;
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
  /** What the inputs are made from. */
  readonly seed: number;
  /** For each case, and for making and ending the harness. */
  readonly timeoutMs: number;
  /** Ends the run early, but not before the harness had its time to end. */
  readonly signal: AbortSignal;
  readonly onResult: (result: CaseResult) => void;
}

type Planned = Extract<WorkerMessage, { kind: 'planned' }>;

/** Nothing can be run. */
export class ModuleRefused extends Error {
  override readonly name = 'ModuleRefused';
}

const interrupted = 'the run was interrupted';
/** A thread that does not answer within this time does not yield. */
const answerMs = 1000;

/**
 * Runs the contract on a module in a thread of its own, so that one that hangs, even without yielding, or exits, costs the case that was
 * running: the others run in another thread. Throws {@link ModuleRefused} when there is nothing to run.
 */
export async function runModule(options: RunModuleOptions): Promise<ModuleReport> {
  const { module, only, seed, signal, onResult } = options;
  const results = new Map<string, CaseResult>();
  const add = (result: CaseResult) => {
    results.set(result.id, result);
    onResult(result);
  };
  let planned: Planned | undefined;
  for (;;) {
    const before = results.size;
    const request = { module, only, done: [...results.keys()], seed };
    const thread = await runInThread(request, options, add);
    planned ??= thread.planned;
    const failure = thread.failure ?? 'the module ended the process';
    if (!planned) throw new ModuleRefused(failure);
    const outcome = signal.aborted ? 'not_run' : 'failed';
    if (thread.running) add(resultOf(thread.running, outcome, failure));
    const left = planned.run.filter(({ id }) => !results.has(id));
    if (left.length > 0 && results.size > before && !signal.aborted) continue;
    for (const each of left)
      results.set(each.id, { ...each, outcome, reason: `not reached: ${failure}`, durationMs: 0 });
    for (const each of planned.notRun) add({ ...each, outcome: 'not_run', durationMs: 0 });
    const faults = [...planned.faults];
    if (left.length > 0) faults.push(`${left.length} cases were not reached: ${failure}`);
    else if (thread.failure !== undefined && !thread.running) faults.push(thread.failure);
    return { name: planned.name, seed, facets: planned.facets, faults, results: [...results.values()] };
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
  { timeoutMs, signal }: RunModuleOptions,
  add: (result: CaseResult) => void,
): Promise<ThreadOutcome> {
  const worker = new Worker(new URL('cli-worker.js', import.meta.url), {
    workerData: request,
    stdout: true,
    stderr: true,
  });
  // What the module prints must not get into the report.
  for (const output of [worker.stdout, worker.stderr]) output.pipe(process.stderr, { end: false });

  let planned: Planned | undefined;
  let running: Running | undefined;
  let endingFor: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const after = (milliseconds: number, work: () => void) => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
  const failure = await new Promise<string | undefined>((done) => {
    const watch = (what: string) => after(timeoutMs, () => end(tooLong(what, timeoutMs)));
    const watchDisposal = () => {
      const limit = planned?.disposeTimeoutMs ?? timeoutMs;
      after(limit, () => done(endingFor ?? tooLong('ending the harness', limit)));
    };
    /** What the harness made must be gone, also when a case hangs or somebody has had enough. */
    const end = (why: string) => {
      endingFor ??= why;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage('end');
      after(answerMs, () => done(endingFor));
    };
    watch('making the harness');
    if (signal.aborted) end(interrupted);
    else signal.addEventListener('abort', () => end(interrupted), { once: true });
    worker.on('error', (error) =>
      done(endingFor ?? (error instanceof Error ? error.message : String(error))),
    );
    worker.on('exit', () => done(endingFor ?? 'the module ended the process'));
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
          add(resultOf(running!, message.error === null ? 'passed' : 'failed', message.error));
          running = undefined;
          return watchDisposal();
        case 'ending':
          return watchDisposal();
        case 'disposed':
          return done(endingFor);
        case 'refused':
          return done(message.reason);
      }
    });
  });
  clearTimeout(timer);
  worker.removeAllListeners('message');
  await worker.terminate();
  return { planned, running, failure };
}

const tooLong = (what: string, milliseconds: number) => `${what} took longer than ${milliseconds / 1000} s`;

function resultOf(
  { id, title, startedAt }: Running,
  outcome: CaseResult['outcome'],
  reason: string | null,
): CaseResult {
  return { id, title, outcome, reason, durationMs: Math.round(performance.now() - startedAt) };
}
