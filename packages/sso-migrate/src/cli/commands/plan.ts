import type { Command } from 'commander';
import { inventoryFromLines, toLines } from '../../document-lines.js';
import { describePlan } from '../../plan/describe-plan.js';
import { exitCodes } from '../exit-codes.js';
import { run } from '../run.js';
import type { CommonOptions } from '../session.js';
import { readLines, writeLines } from '../write-lines.js';

interface Options extends CommonOptions {
  readonly out?: string;
  readonly fromInventory?: string;
  readonly toInventory?: string;
  readonly allowPreview?: boolean;
  readonly copyMetadata?: boolean;
}

export function addPlan(program: Command): void {
  program
    .command('plan')
    .description('what is to be done, by this tool and by the customers; writes nothing anywhere')
    .option('--out <file>', 'writes the plan as JSON lines, for "apply"')
    .option('--from-inventory <file>', 'what "inventory" wrote of the one side, instead of reading it now')
    .option('--to-inventory <file>', 'the same of the other side')
    .option('--allow-preview', 'plans to create connections where the vendor does not promise it')
    .option('--copy-metadata', "copies organizations' metadata")
    .action((_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      return run(options, 'none', async ({ migrator }, output, signal) => {
        const { fromInventory, toInventory, out, allowPreview, copyMetadata } = options;
        const plan = await migrator.plan({
          signal,
          ...(fromInventory !== undefined && { from: await inventoryFromLines(readLines(fromInventory)) }),
          ...(toInventory !== undefined && { to: await inventoryFromLines(readLines(toInventory)) }),
          ...(allowPreview && { allowPreview }),
          ...(copyMetadata && { copyMetadata }),
        });
        if (out !== undefined) await writeLines(out, toLines(plan));
        await output.stream(output.json ? toLines(plan) : describePlan(plan));
        return exitCodes.done;
      });
    });
}
