import { parentPort, workerData } from 'node:worker_threads';
import { facetNames } from '@org/sso-core/provider';
import type { ContractCase } from './contract-case.js';
import type { Harness } from './harness.js';
import { messageOf } from './message-of.js';
import { planContract, runCase } from './run-case.js';

/** What the worker is asked: cases of the module's harness, except those that were run before. Any message asks it to end early. */
export interface WorkerRequest {
  /** URL. */
  readonly module: string;
  readonly only: readonly string[];
  readonly done: readonly string[];
  readonly seed: number;
}

interface Named {
  readonly id: string;
  readonly title: string;
}

/** What the worker tells, in this order; `started` and `finished` for each case. */
export type WorkerMessage =
  | {
      readonly kind: 'planned';
      readonly name: string;
      readonly facets: readonly string[];
      readonly faults: readonly string[];
      readonly run: readonly Named[];
      readonly notRun: readonly (Named & { readonly reason: string })[];
      readonly disposeTimeoutMs: number | undefined;
    }
  | { readonly kind: 'started'; readonly id: string }
  | { readonly kind: 'finished'; readonly id: string; readonly error: string | null }
  /** It was asked to end early, and does. */
  | { readonly kind: 'ending' }
  | { readonly kind: 'disposed' }
  /** Nothing can be run. */
  | { readonly kind: 'refused'; readonly reason: string };

const members = [
  'name',
  'provider',
  'redirectUri',
  'world',
  'traffic',
  'secrets',
  'notRun',
  'dispose',
] as const;

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const tell = (message: WorkerMessage) => parentPort!.postMessage(message);

async function makeHarness(module: string): Promise<Harness> {
  const { createHarness } = (await import(module)) as { createHarness?: () => unknown };
  if (typeof createHarness !== 'function') throw new Error('exports no function createHarness');
  const harness: unknown = await createHarness();
  const missing = members.filter(
    (member) => (harness as Partial<Harness> | null | undefined)?.[member] === undefined,
  );
  if (missing.length > 0) throw new Error(`createHarness answers a harness without ${missing.join(', ')}`);
  return harness as Harness;
}

let harness: Harness | undefined;
let isEnding = false;

async function work({ module, only, done, seed }: WorkerRequest): Promise<void> {
  try {
    harness = await makeHarness(module);
  } catch (error) {
    return tell({ kind: 'refused', reason: messageOf(error) });
  }
  const isWanted = ({ id }: Named) =>
    only.length === 0 || only.some((word) => id === word || id.startsWith(`${word}-`));
  const plan = planContract(harness);
  const run = plan.run.filter(isWanted);
  tell({
    kind: 'planned',
    name: harness.name,
    facets: facetNames.filter((facet) => harness!.provider[facet]),
    faults: plan.faults,
    run: run.map(named),
    notRun: plan.notRun
      .filter((each) => isWanted(each.case))
      .map((each) => ({ ...named(each.case), reason: each.reason })),
    disposeTimeoutMs: harness.disposeTimeoutMs,
  });
  for (const each of run.filter(({ id }) => !done.includes(id))) {
    tell({ kind: 'started', id: each.id });
    const error = await runCase(each, harness, { seed }).then(() => null, messageOf);
    if (isEnding) return;
    tell({ kind: 'finished', id: each.id, error });
  }
  await end();
}

async function end(): Promise<void> {
  isEnding = true;
  await harness?.dispose();
  await flush();
  tell({ kind: 'disposed' });
}

function named({ id, title }: ContractCase): Named {
  return { id, title };
}

/** Until the main thread has what was printed. */
async function flush(): Promise<void> {
  for (const output of [process.stdout, process.stderr])
    await new Promise<void>((resolve) => output.write('', () => resolve()));
}

// Also keeps a thread with nothing left to wait for alive: whether it hangs or is done is for the main thread to see.
parentPort!.on('message', () => {
  if (isEnding) return;
  tell({ kind: 'ending' });
  void end();
});
await work(workerData as WorkerRequest);
