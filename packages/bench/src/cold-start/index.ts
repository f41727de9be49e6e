import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { medianOfRounds, printBudget, printTable } from '../measure.js';

const rounds = 21;
const contenders = {
  empty: 'empty process',
  'workos-url': '@org/sso-workos: authorization URL',
  'workos-sdk': '@workos-inc/node: authorization URL',
  'scalekit-url': '@org/sso-scalekit: authorization URL',
  'scalekit-sdk': '@scalekit-sdk/node: authorization URL',
  'workos-begin': '@org/sso-workos: login.begin',
  'scalekit-begin': '@org/sso-scalekit: login.begin',
} as const;
type Contender = keyof typeof contenders;

const child = fileURLToPath(new URL('./child.js', import.meta.url));
const run = promisify(execFile);

/** Wall time of a whole process, and the CPU time it reports itself. */
async function start(contender: Contender): Promise<{ wall: number; cpu: number }> {
  const startedAt = performance.now();
  const { stdout } = await run(process.execPath, [child, contender]);
  return { wall: performance.now() - startedAt, cpu: Number(stdout) };
}

/** What an app pays at start: import, construction and the first URL, beside the official SDKs. */
export async function benchColdStart(): Promise<void> {
  const names = Object.keys(contenders) as Contender[];
  const medians = await medianOfRounds(rounds, names, start);
  const over = (contender: Contender, figure: 'wall' | 'cpu') =>
    medians[contender][figure] - medians.empty[figure];

  printTable(
    ['fresh process', 'wall ms', 'over empty', 'CPU ms', 'over empty'],
    names.map((name) => [
      contenders[name],
      medians[name].wall.toFixed(0),
      over(name, 'wall').toFixed(0),
      medians[name].cpu.toFixed(0),
      over(name, 'cpu').toFixed(0),
    ]),
  );
  console.log();
  for (const vendor of ['workos', 'scalekit'] as const) {
    const ratio = medians[`${vendor}-url`].wall / medians['workos-sdk'].wall;
    printBudget(`${contenders[`${vendor}-url`]}, wall time ×  the WorkOS SDK`, ratio, 1);
  }
}
