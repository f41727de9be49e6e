import { Option, type Command } from 'commander';
import type { PortalIntent } from '@org/sso-core';
import { exitCodes } from '../exit-codes.js';
import { run } from '../run.js';
import type { CommonOptions } from '../session.js';

interface Options extends CommonOptions {
  readonly intent: PortalIntent;
  readonly yes?: boolean;
}

/** What the customer's IT admin gets. */
export function addCustomer(program: Command): void {
  program
    .command('message')
    .description("what to write to a customer's IT admin, with every value that is known by now")
    .argument('<tenant>', 'your tenant id')
    .action((tenant: string, _: unknown, command: Command) => {
      return run(
        command.optsWithGlobals<CommonOptions>(),
        'optional',
        async ({ migrator }, output, signal) => {
          const { message, customerTasks } = await migrator.planFor(tenant, { signal });
          output.say(message ?? 'There is nothing for them to do.');
          output.tell({ tenantId: tenant, message, customerTasks });
          return exitCodes.done;
        },
      );
    });

  program
    .command('portal-link')
    .description(
      "a link into the new provider's portal for a customer's IT admin: a credential, good for minutes",
    )
    .argument('<tenant>', 'your tenant id')
    .addOption(
      new Option('--intent <intent>', 'what to open it for')
        .choices(['sso', 'directory_sync', 'domain_verification'] satisfies PortalIntent[])
        .default('sso'),
    )
    .action((tenant: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      return run(options, 'optional', async ({ migrator, to }, output) => {
        if (!options.yes) {
          output.note(`No link was made. To let ${to.id} make one: --yes`);
          output.tell({ tenantId: tenant, url: null, expiresAt: null });
          return exitCodes.notConfirmed;
        }
        const { url, expiresAt } = await migrator.createPortalLink(tenant, options.intent);
        output.say(url);
        output.tell({ tenantId: tenant, url, expiresAt });
        output.note(
          `Whoever has it can change this customer's settings${expiresAt === null ? '' : ` until ${expiresAt}`}: hand it over at once, and keep it nowhere.`,
        );
        return exitCodes.done;
      });
    });
}
