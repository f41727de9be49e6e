#!/usr/bin/env node
import { Command } from 'commander';
import { addApply } from './cli/commands/apply.js';
import { addCustomer } from './cli/commands/customer.js';
import { addInventory } from './cli/commands/inventory.js';
import { addPlan } from './cli/commands/plan.js';
import { addReport } from './cli/commands/report.js';
import { addStages } from './cli/commands/stages.js';
import { addVerify } from './cli/commands/verify.js';
import { exitCodes } from './cli/exit-codes.js';
import { createOutput } from './cli/output.js';

const program = new Command('sso-migrate')
  .description('Moves customers from one SSO provider to another, one at a time and reversibly.')
  .requiredOption('--from <provider>', 'id of the provider customers are at, such as workos')
  .requiredOption('--to <provider>', 'id of the provider they go to, such as scalekit')
  .option('--config <file>', 'default: sso.config.ts, .mts, .js, .mjs or .json in this folder')
  .option(
    '--store <place>',
    "SQLite file or postgres:// URL; default: the configuration's, else sso-migrate.sqlite",
  )
  .option('--actor <name>', 'who does it, for the journal; default: the user of this machine')
  .option('--json', 'prints JSON, one value a line')
  .option('--yes', 'confirms what writes')
  .addHelpText(
    'after',
    `
Exit codes: ${exitCodes.done} done, ${exitCodes.no} a check says no, ${exitCodes.usage} wrong use or configuration, ${exitCodes.notConfirmed} --yes is missing and nothing was written,
${exitCodes.refused} it does not fit what is there, ${exitCodes.unavailable} a provider or the store does not answer, ${exitCodes.internal} a fault of this program.`,
  )
  .showHelpAfterError('(sso-migrate --help tells more)')
  .configureHelp({ showGlobalOptions: true })
  .exitOverride(({ code, exitCode, message }) => {
    // Commander ends before it has read all options.
    if (exitCode !== 0 && process.argv.includes('--json')) {
      const told = code === 'commander.help' ? 'A command is missing' : message.replace(/^error: /, '');
      createOutput(true).tell({ error: { code: 'invalid_argument', message: told } });
    }
    process.exit(exitCode === 0 ? exitCodes.done : exitCodes.usage);
  });

addInventory(program);
addPlan(program);
addApply(program);
addCustomer(program);
addVerify(program);
addStages(program);
addReport(program);

await program.parseAsync();
