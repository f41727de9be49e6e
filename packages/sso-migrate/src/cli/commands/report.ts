import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { SsoError } from '@org/sso-core';
import { buildReport } from '../../report/build-report.js';
import { renderReport } from '../../report/render-report.js';
import { exitCodes } from '../exit-codes.js';
import { run } from '../run.js';
import type { CommonOptions } from '../session.js';

interface Options extends CommonOptions {
  readonly out: string;
}

export function addReport(program: Command): void {
  program
    .command('report')
    .description(
      'writes one HTML page: every customer on the ladder, what blocks it, what differs, its timeline',
    )
    .option('--out <file>', 'the page', 'sso-migrate-report.html')
    .action((_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      return run(options, 'required', async ({ migrator, store }, output, signal) => {
        const plan = await migrator.plan({ signal });
        const report = await buildReport({ store: store.migrations, plan });
        await writeFile(options.out, renderReport(report), { mode: 0o600 }).catch((error: unknown) => {
          throw new SsoError({
            code: 'invalid_argument',
            message: `${options.out} cannot be written`,
            cause: error,
          });
        });
        output.say(
          `${options.out}: ${report.organizations.length} customers, ${report.counts.blocked} blocked`,
        );
        output.tell(report);
        return exitCodes.done;
      });
    });
}
