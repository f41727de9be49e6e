import type { Command } from 'commander';
import type { Migration } from '@org/sso-core/migration';
import type { Verification } from '../../verify/verification.js';
import { describeVerification } from '../../verify/describe-verification.js';
import { listMigrations } from '../../list-migrations.js';
import { exitCodes } from '../exit-codes.js';
import { run } from '../run.js';
import { actorOf, type ActorOptions, type CommonOptions } from '../session.js';

interface Options extends CommonOptions, ActorOptions {
  readonly all?: boolean;
  readonly values?: boolean;
}

export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('compares both sides of customers: domains, connection, a test login, people and groups')
    .argument('[tenants...]', 'your tenant ids')
    .option('--all', 'every customer that is enrolled')
    .option('--values', 'shows the values that differ: personal data')
    .action((tenants: readonly string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (tenants.length === 0 && !options.all) command.error('error: name customers, or give --all');
      return run(options, 'optional', async ({ migrator, store, from, to }, output, signal) => {
        // The store may hold moves between other providers, and the other way.
        const isThis = (migration: Migration) => migration.from === from.id && migration.to === to.id;
        const chosen = options.all
          ? (await listMigrations(store.migrations)).filter(isThis).map(({ tenantId }) => tenantId)
          : tenants;
        const verifications: Verification[] = [];
        for (const tenantId of chosen) {
          const verification = await migrator.verify(tenantId, {
            signal,
            ...(options.values && { includeValues: true }),
          });
          await record(verification);
          verifications.push(verification);
          for (const line of describeVerification(verification)) output.say(line);
        }
        output.tell(verifications);
        return verifications.every(({ outcome }) => outcome === 'green') ? exitCodes.done : exitCodes.no;

        /** For the report. Values are not kept. */
        async function record(verification: Verification): Promise<void> {
          const migration = await store.migrations.get(verification.tenantId);
          if (!migration || !isThis(migration)) return;
          await store.migrations.record({
            tenantId: verification.tenantId,
            at: verification.at,
            actor: actorOf(options),
            action: 'verified',
            fromStage: migration.stage,
            toStage: migration.stage,
            detail: withoutValues(verification),
          });
        }
      });
    });
}

function withoutValues(verification: Verification): Verification {
  return {
    ...verification,
    checks: verification.checks.map((check) => ({
      ...check,
      differences: check.differences.map((difference) => {
        const { values, ...kept } = difference;
        return values ? kept : difference;
      }),
    })),
  };
}
