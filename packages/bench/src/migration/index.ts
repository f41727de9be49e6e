import { answerOf, startChild } from '../child.js';
import { medianOfRounds, printBudget, printTable } from '../measure.js';
import type { MigrationTask } from './client.js';
import type { BothFacts, BothTask } from './emulators.js';

interface Figures extends Record<'cpu' | 'wall' | 'peak' | 'growth' | 'retained', number> {}

const run = (task: MigrationTask): Promise<Figures> =>
  answerOf(startChild(new URL('./client.js', import.meta.url), task, ['--expose-gc']));

async function withBoth(task: BothTask, work: (facts: BothFacts) => Promise<void>): Promise<void> {
  const child = startChild(new URL('./emulators.js', import.meta.url), task);
  try {
    await work(await answerOf<BothFacts>(child));
  } finally {
    child.disconnect();
  }
}

/** Planning the move of a large environment from WorkOS to Scalekit, beside the same calls alone. */
export async function benchPlan(): Promise<void> {
  const count = 10_000;
  const contenders = ['plan', 'calls', 'http'] as const;
  const names = {
    plan: 'migrator.plan()',
    calls: 'the same calls by createSso, nothing kept',
    http: 'the same requests by node:http and JSON.parse',
  };
  await withBoth({ organizations: count }, async (emulators) => {
    const medians = await medianOfRounds(3, contenders, (contender) => run({ contender, emulators, count }));
    printTable(
      [
        `${count} organizations at each`,
        'wall ms',
        '× calls',
        'CPU ms',
        '× calls',
        'peak RSS MiB',
        'kept MiB',
      ],
      contenders.map((contender) => {
        const { wall, cpu, peak, retained } = medians[contender];
        return [
          names[contender],
          wall.toFixed(0),
          (wall / medians.calls.wall).toFixed(2),
          cpu.toFixed(0),
          (cpu / medians.calls.cpu).toFixed(2),
          peak.toFixed(0),
          retained.toFixed(1),
        ];
      }),
    );
    console.log('\nKept: both inventories and the plan.\n');
    printBudget(
      'planning, wall × a bare loop over the same calls',
      medians.plan.wall / medians.calls.wall,
      1.5,
    );
    printBudget(
      'planning, wall × the same requests by node:http',
      medians.plan.wall / medians.http.wall,
      1.5,
    );
    printBudget('live heap growth while an inventory is taken, in MiB', medians.plan.growth, 4);
  });
}

/** Memory of comparing a large directory at both vendors, person by person and group by group. */
export async function benchParity(): Promise<void> {
  const count = 100_000;
  await withBoth({ directoryUsers: count }, async (emulators) => {
    const { cpu, wall, peak } = await run({ contender: 'parity', emulators, count });
    const bare = await answerOf<{ readonly peak: number }>(
      startChild(new URL('./bare.js', import.meta.url), {}),
    );
    const over = peak - bare.peak;
    printTable(
      [`${count} people at each`, 'CPU ms', 'wall ms', 'peak RSS MiB', 'over bare node'],
      [
        ['migrator.verify()', cpu.toFixed(0), wall.toFixed(0), peak.toFixed(0), over.toFixed(0)],
        ['a process that ends at once', '', '', bare.peak.toFixed(0), '0'],
      ],
    );
    console.log();
    printBudget('directory parity, peak RSS over bare node in MiB', over, 200);
  });
}
