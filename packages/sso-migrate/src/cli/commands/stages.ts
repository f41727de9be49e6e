import { InvalidArgumentError, Option, type Command } from 'commander';
import { SsoError } from '@org/sso-core';
import {
  migrationStages,
  type Canary,
  type DirectoryComparison,
  type DirectoryCounts,
  type Migration,
  type MigrationStage,
} from '@org/sso-core/migration';
import { GateClosedError } from '../../ladder/gate-closed-error.js';
import { statusOf, type MigrationStatus } from '../../ladder/status.js';
import { listMigrations } from '../../list-migrations.js';
import { exitCodes } from '../exit-codes.js';
import { handOverOf, ladderOf } from '../ladder.js';
import { run } from '../run.js';
import { actorOf, type ActorOptions, type CommonOptions, type Session } from '../session.js';

interface Options extends CommonOptions, ActorOptions {
  readonly stage?: MigrationStage;
  readonly percent?: number;
  readonly user?: readonly string[];
  readonly reason?: string;
  readonly acceptLosses?: boolean;
  readonly yes?: boolean;
}

const stageOption = () => new Option('--stage <stage>', 'default: the next one').choices(migrationStages);
const percentOption = () =>
  new Option('--percent <number>', 'share of its people, 0 to 100').argParser(parsePercent);
const userOption = () => new Option('--user <email...>', 'people by name');
const reasonOption = () => new Option('--reason <text>', 'for the journal');

export function addStages(program: Command): void {
  program
    .command('status')
    .description('where customers stand')
    .argument('[tenants...]', 'your tenant ids; default: all')
    .action((tenants: readonly string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      return run(options, 'required', async (session, output) => {
        const { store } = session;
        const all = await listMigrations(store.migrations);
        const unknown = tenants.find((tenant) => !all.some(({ tenantId }) => tenantId === tenant));
        if (unknown !== undefined)
          throw new SsoError({ code: 'not_found', message: `"${unknown}" is in no move` });
        const found: MigrationStatus[] = [];
        for (const migration of all) {
          if (tenants.length > 0 && !tenants.includes(migration.tenantId)) continue;
          const status = await statusIn(session, migration);
          found.push(status);
          output.say(describe(status));
        }
        if (found.length === 0) output.say('Nobody is in a move: "apply" begins one');
        output.tell(found);
        return exitCodes.done;
      });
    });

  program
    .command('advance')
    .description('one stage up, or to a named one, through the gate of each')
    .argument('<tenant>', 'your tenant id')
    .addOption(stageOption())
    .addOption(percentOption())
    .addOption(userOption())
    .addOption(reasonOption())
    .action((tenant: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const canary =
        options.percent === undefined && options.user === undefined ? undefined : canaryOf(options);
      return transition(options, tenant, `advance ${tenant}`, (session, signal) =>
        ladderOf(session).advance(tenant, {
          ...common(options),
          signal,
          ...(options.stage && { to: options.stage }),
          ...(canary && { canary }),
        }),
      );
    });

  program
    .command('canary')
    .description('who of a customer signs in at the new provider already')
    .argument('<tenant>', 'your tenant id')
    .addOption(percentOption())
    .addOption(userOption())
    .addOption(reasonOption())
    .action((tenant: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.percent === undefined && options.user === undefined)
        command.error('error: give --percent or --user');
      return transition(options, tenant, `change the canary of ${tenant}`, async (session) => {
        const known = await session.store.migrations.get(tenant);
        // What is not given stays.
        const { percent = known?.canary?.percent ?? 0, user = known?.canary?.users ?? [] } = options;
        return ladderOf(session).setCanary(tenant, { ...common(options), canary: { percent, users: user } });
      });
    });

  program
    .command('rollback')
    .description('one stage down, or to a named one; possible until it is committed')
    .argument('<tenant>', 'your tenant id')
    .addOption(stageOption())
    .addOption(reasonOption())
    .option('--accept-losses', 'also when the old provider says that people are gone who would lose access')
    .action((tenant: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      return transition(options, tenant, `roll ${tenant} back`, (session, signal) =>
        ladderOf(session).rollback(tenant, {
          ...common(options),
          signal,
          acceptLosses: options.acceptLosses ?? false,
          ...(options.stage && { to: options.stage }),
        }),
      );
    });
}

/** Changes a stage, once it is confirmed. */
function transition(
  options: Options,
  tenant: string,
  what: string,
  change: (session: Session, signal: AbortSignal) => Promise<Migration>,
): Promise<void> {
  return run(options, 'required', async (session, output, signal) => {
    const migration = await session.store.migrations.get(tenant);
    if (!migration) {
      throw new SsoError({
        code: 'not_found',
        message: `"${tenant}" is in no move: apply a plan that has it first`,
      });
    }
    const { from, to } = migration;
    if (from !== session.from.id || to !== session.to.id) {
      throw new SsoError({
        code: 'failed_precondition',
        message: `${tenant} is being moved from ${from} to ${to}: --from ${from} --to ${to}`,
      });
    }
    if (!options.yes) {
      const status = await statusIn(session, migration);
      output.say(describe(status));
      output.tell(status);
      output.note(`Nothing was changed. To ${what}: --yes`);
      return exitCodes.notConfirmed;
    }
    try {
      const status = await statusIn(session, await change(session, signal));
      output.say(describe(status));
      output.tell(status);
      return exitCodes.done;
    } catch (error) {
      if (!GateClosedError.isInstance(error)) throw error;
      output.note(`${error.tenantId} stays at ${error.stage}. What keeps it from ${error.to}:`);
      for (const reason of error.reasons) output.note(`  ${reason}`);
      output.tell({ error });
      return exitCodes.no;
    }
  });
}

function statusIn(session: Session, migration: Migration): Promise<MigrationStatus> {
  const ids = new Set([session.from.id, session.to.id]);
  // The store may hold moves between other providers, too.
  const isOurs = ids.has(migration.from) && ids.has(migration.to);
  return statusOf(session.store.migrations, migration, isOurs ? handOverOf(session) : undefined);
}

function common(options: Options) {
  const { reason } = options;
  return { actor: actorOf(options), ...(reason !== undefined && { reason }) };
}

function canaryOf({ percent = 0, user = [] }: Options): Canary {
  return { percent, users: user };
}

function describe({ migration, handOverPending, verification, since, directories }: MigrationStatus): string {
  const { tenantId, stage, canary, from, to, acting } = migration;
  const share = canary && ` (${canary.percent} %, ${canary.users.length} by name)`;
  return [
    `${tenantId}: ${stage}${share ?? ''}`,
    since ? `since ${since.at} by ${since.actor}` : null,
    `directory events of ${acting === 'from' ? from : to} count${handOverPending ? ', hand-over unfinished: advance or roll back to the stage it is at' : ''}`,
    directories && describeDirectories(directories, acting === 'from' ? to : from),
    verification ? `verified ${verification.outcome} at ${verification.at}` : 'not verified',
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

function describeDirectories({ people, groups }: DirectoryComparison, other: string): string | null {
  if (people.told + groups.told + people.extra + groups.extra === 0) return null;
  const count = (name: keyof DirectoryCounts) => people[name] + groups[name];
  const due = count('untold') - count('withheld');
  const deviations = [
    count('missing') > 0 && `${count('missing')} missing there`,
    count('losing') > 0 && `${count('losing')} gone there`,
    count('extra') > 0 && `${count('extra')} only there`,
    due > 0 && `${due} your app has yet to hear of`,
    count('withheld') > 0 && `${count('withheld')} kept out of your app`,
  ].filter((part) => part !== false);
  return [
    `inbox: ${people.told} people and ${groups.told} groups, ${count('same')} the same at ${other}`,
    ...deviations,
  ].join(', ');
}

function parsePercent(text: string): number {
  const percent = Number(text);
  if (text.trim() === '' || !(percent >= 0 && percent <= 100))
    throw new InvalidArgumentError('It must be a number from 0 to 100.');
  return percent;
}
