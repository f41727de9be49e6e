import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createControlClient } from '@org/sso-emulators';
import { medianOfRounds, printBudget, printTable } from '../measure.js';
import type { ClientTask } from './client.js';
import type { EmulatorFacts } from './emulator.js';

const organizations = 100_000;
const rounds = 5;
const contenders = {
  'workos-floor': 'WorkOS: node:http and JSON.parse',
  'workos-adapter': 'WorkOS: sso.organizations.list()',
  'workos-sdk': 'WorkOS: @workos-inc/node, page by page',
  'scalekit-floor': 'Scalekit: node:http and JSON.parse',
  'scalekit-adapter': 'Scalekit: sso.organizations.list()',
  'scalekit-sdk': 'Scalekit: @scalekit-sdk/node (gRPC), page by page',
} as const;
type Contender = keyof typeof contenders;
type Vendor = 'workos' | 'scalekit';
interface Figures extends Record<'cpu' | 'wall' | 'peak' | 'growth', number> {}

const vendorOf = (contender: Contender) => contender.slice(0, contender.indexOf('-')) as Vendor;
const emulator = fileURLToPath(new URL('./emulator.js', import.meta.url));
const client = fileURLToPath(new URL('./client.js', import.meta.url));

async function answerOf(child: ChildProcess): Promise<unknown> {
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`The child process ended with ${code}`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), failed])) as [unknown];
  failed.catch(() => {});
  return answer;
}

async function list(contender: Contender, facts: EmulatorFacts, pageSize?: number): Promise<Figures> {
  const task: ClientTask = { contender, emulator: facts, organizations, pageSize };
  const child = fork(client, [JSON.stringify(task)], { execArgv: ['--expose-gc'] });
  return (await answerOf(child)) as Figures;
}

/** The page size an adapter asks for, as its emulator saw it. */
async function askedPageSize(vendor: Vendor, facts: EmulatorFacts): Promise<number> {
  await list(`${vendor}-adapter`, facts);
  const { query } = (await createControlClient(facts.controlUrl).traffic()).at(-1)!;
  const parameters = new URLSearchParams(query);
  return Number(parameters.get('limit') ?? parameters.get('page_size'));
}

/** Client CPU and memory of listing every organization of a large environment. */
export async function benchListOrganizations(): Promise<void> {
  const vendors = ['workos', 'scalekit'] as const;
  const emulators = await Promise.all(
    vendors.map(async (vendor) => {
      const child = fork(emulator, [vendor, String(organizations)]);
      return { vendor, child, facts: (await answerOf(child)) as EmulatorFacts };
    }),
  );
  try {
    const of = (vendor: Vendor) => emulators.find((running) => running.vendor === vendor)!.facts;
    const pageSizes = {
      workos: await askedPageSize('workos', of('workos')),
      scalekit: await askedPageSize('scalekit', of('scalekit')),
    };
    const names = Object.keys(contenders) as Contender[];
    const medians = await medianOfRounds(rounds, names, (contender) => {
      const vendor = vendorOf(contender);
      return list(contender, of(vendor), pageSizes[vendor]);
    });
    const overFloor = (contender: Contender) =>
      medians[contender].cpu / medians[`${vendorOf(contender)}-floor`].cpu;

    printTable(
      ['client', 'items a page', 'CPU ms', '× floor', 'wall ms', 'peak RSS MiB', 'live heap growth MiB'],
      names.map((name) => [
        contenders[name],
        String(pageSizes[vendorOf(name)]),
        medians[name].cpu.toFixed(0),
        overFloor(name).toFixed(2),
        medians[name].wall.toFixed(0),
        medians[name].peak.toFixed(0),
        medians[name].growth.toFixed(1),
      ]),
    );
    console.log('\nLive heap growth: from the first tenth of the list to the last.\n');
    for (const vendor of vendors) {
      const adapter = `${vendor}-adapter` as const;
      printBudget(`${contenders[adapter]}, CPU × floor`, overFloor(adapter), 1.6);
      printBudget(`${contenders[adapter]}, live heap growth in MiB`, medians[adapter].growth, 2);
    }
  } finally {
    for (const { child } of emulators) child.disconnect();
  }
}
