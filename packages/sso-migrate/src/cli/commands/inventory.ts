import { Option, type Command } from 'commander';
import { toLines } from '../../document-lines.js';
import type { Inventory } from '../../inventory/inventory.js';
import { exitCodes } from '../exit-codes.js';
import { run } from '../run.js';
import type { CommonOptions } from '../session.js';
import { writeLines } from '../write-lines.js';

interface Options extends CommonOptions {
  readonly side?: 'from' | 'to';
  readonly out?: string;
  readonly people: boolean;
}

export function addInventory(program: Command): void {
  program
    .command('inventory')
    .description('what both sides hold: organizations, domains, connections, directories')
    .addOption(new Option('--side <side>', 'only one side').choices(['from', 'to']))
    .option('--out <file>', 'writes one side as JSON lines, for "plan"')
    .option('--no-people', 'does not read the people in directories')
    .action((_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      return run(options, 'none', async ({ migrator }, output, signal) => {
        const sides = options.side === undefined ? (['from', 'to'] as const) : [options.side];
        if (options.out !== undefined && sides.length > 1) {
          command.error('error: --out takes one side: name it with --side');
        }
        for (const side of sides) {
          const inventory = await migrator.inventory(side, {
            signal,
            ...(!options.people && { examinePeople: false }),
          });
          if (options.out !== undefined) await writeLines(options.out, toLines(inventory));
          if (output.json) await output.stream(toLines(inventory));
          else await output.stream(describe(inventory));
        }
        return exitCodes.done;
      });
    });
}

function* describe({ provider, environment, takenAt, counts, organizations }: Inventory): Generator<string> {
  yield `${provider} (${environment}) at ${takenAt}: organizations ${counts.organizations}, domains ${counts.domains}, connections ${counts.connections}, directories ${counts.directories} (people ${counts.directoryUsers}, groups ${counts.directoryGroups})`;
  for (const { name, tenantId, domains, connections, directories } of organizations) {
    const parts = [
      tenantId ?? 'no tenant id',
      domains
        .map(({ domain, status }) => (status === 'verified' ? domain : `${domain} (${status})`))
        .join(', ') || 'no domain',
      connections
        .map(({ identityProvider, protocol, status }) => `${identityProvider} ${protocol} ${status}`)
        .join(', ') || 'no connection',
      directories
        .map(
          ({ identityProvider, status, people, userCount }) =>
            `${identityProvider} directory ${status}, ${people?.users ?? userCount ?? '?'} people`,
        )
        .join(', ') || 'no directory',
    ];
    yield `  ${name}: ${parts.join(' · ')}`;
  }
}
