import { createControlClient } from '@org/sso-emulators';
import { answerOf, startChild, startEmulator } from '../child.js';
import { generatedDirectory } from '../directory.js';
import type { EmulatorFacts } from '../emulator.js';
import { medianOfRounds, printBudget, printTable } from '../measure.js';
import type { ListingTask } from './client.js';

const count = 100_000;
const rounds = 5;
const vendors = ['workos', 'scalekit'] as const;
type Vendor = (typeof vendors)[number];
const contenders = [
  'workos-floor',
  'workos-axios',
  'workos-adapter',
  'workos-undici',
  'workos-sdk',
  'scalekit-floor',
  'scalekit-axios',
  'scalekit-adapter',
  'scalekit-undici',
  'scalekit-sdk',
] as const;
type Contender = (typeof contenders)[number];
type Target = Pick<ListingTask, 'emulator' | 'directory'>;
interface Figures extends Record<'cpu' | 'wall' | 'peak' | 'growth', number> {}

const vendorOf = (contender: Contender) => contender.slice(0, contender.indexOf('-')) as Vendor;

async function list(contender: Contender, target: Target, pageSize?: number): Promise<Figures> {
  const task: ListingTask = { contender, ...target, count, pageSize };
  return answerOf(startChild(new URL('./client.js', import.meta.url), task, ['--expose-gc']));
}

/** The page size an adapter asks for, as its emulator saw it. */
async function askedPageSize(vendor: Vendor, target: Target): Promise<number> {
  await list(`${vendor}-adapter`, target);
  const { query } = (await createControlClient(target.emulator.controlUrl).traffic()).at(-1)!;
  const parameters = new URLSearchParams(query);
  return Number(parameters.get('limit') ?? parameters.get('page_size'));
}

async function benchListing(kind: 'organizations' | 'directoryUsers', method: string): Promise<void> {
  const names: Readonly<Record<Contender, string>> = {
    'workos-floor': 'WorkOS: node:http and JSON.parse',
    'workos-axios': 'WorkOS: axios and JSON.parse',
    'workos-adapter': `WorkOS: ${method}`,
    'workos-undici': `WorkOS: ${method}, by undici`,
    'workos-sdk': 'WorkOS: @workos-inc/node, page by page',
    'scalekit-floor': 'Scalekit: node:http and JSON.parse',
    'scalekit-axios': 'Scalekit: axios and JSON.parse',
    'scalekit-adapter': `Scalekit: ${method}`,
    'scalekit-undici': `Scalekit: ${method}, by undici`,
    'scalekit-sdk': 'Scalekit: @scalekit-sdk/node (gRPC), page by page',
  };
  const emulators = {
    workos: await startEmulator({ vendor: 'workos', [kind]: count }),
    scalekit: await startEmulator({ vendor: 'scalekit', [kind]: count }),
  };
  const targetOf = async (vendor: Vendor, emulator: EmulatorFacts): Promise<Target> => ({
    emulator,
    directory: kind === 'directoryUsers' ? await generatedDirectory(vendor, emulator) : undefined,
  });
  try {
    const targets = {
      workos: await targetOf('workos', emulators.workos.facts),
      scalekit: await targetOf('scalekit', emulators.scalekit.facts),
    };
    const pageSizes = {
      workos: await askedPageSize('workos', targets.workos),
      scalekit: await askedPageSize('scalekit', targets.scalekit),
    };
    const medians = await medianOfRounds(rounds, contenders, (contender) => {
      const vendor = vendorOf(contender);
      return list(contender, targets[vendor], pageSizes[vendor]);
    });
    const overFloor = (contender: Contender) =>
      medians[contender].cpu / medians[`${vendorOf(contender)}-floor`].cpu;

    printTable(
      ['client', 'items a page', 'CPU ms', '× floor', 'wall ms', 'peak RSS MiB', 'live heap growth MiB'],
      contenders.map((contender) => [
        names[contender],
        String(pageSizes[vendorOf(contender)]),
        medians[contender].cpu.toFixed(0),
        overFloor(contender).toFixed(2),
        medians[contender].wall.toFixed(0),
        medians[contender].peak.toFixed(0),
        medians[contender].growth.toFixed(1),
      ]),
    );
    console.log('\nLive heap growth: from the first tenth of the list to the last.\n');
    for (const vendor of vendors) {
      for (const contender of [`${vendor}-adapter`, `${vendor}-undici`] as const) {
        printBudget(`${names[contender]}, CPU × floor`, overFloor(contender), 1.6);
        printBudget(`${names[contender]}, live heap growth in MiB`, medians[contender].growth, 2);
      }
    }
  } finally {
    for (const emulator of Object.values(emulators)) emulator.stop();
  }
}

/** Client CPU and memory of listing every organization of a large environment. */
export const benchListOrganizations = () => benchListing('organizations', 'sso.organizations.list()');

/** The same for the users of a large directory. */
export const benchDirectoryUsers = () => benchListing('directoryUsers', 'sso.directories.listUsers()');
