import type { Command } from 'commander';
import type { AppliedOrganization, ApplyProgress, ApplyResult } from '../../apply/progress.js';
import { planFromLines } from '../../document-lines.js';
import { exitCodes } from '../exit-codes.js';
import type { Output } from '../output.js';
import { run } from '../run.js';
import { actorOf, type ActorOptions, type CommonOptions } from '../session.js';
import { readLines } from '../write-lines.js';

interface Options extends CommonOptions, ActorOptions {
  readonly plan?: string;
  readonly only?: readonly string[];
  readonly skipBlocked?: boolean;
  readonly allowPreview?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function addApply(program: Command): void {
  program
    .command('apply')
    .description('does at the new provider what the plan says; may be repeated, also after a crash')
    .option('--plan <file>', 'what "plan" wrote; otherwise a plan is made now')
    .option('--only <tenants...>', 'these customers alone')
    .option('--skip-blocked', 'leaves blocked customers out instead of refusing')
    .option('--allow-preview', 'creates connections where the vendor does not promise it')
    .option('--dry-run', 'says what would be done, and does nothing')
    .action((_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { plan: file, only, skipBlocked, allowPreview, yes = false } = options;
      const dryRun = options.dryRun === true || !yes;
      return run(options, dryRun ? 'optional' : 'created', async ({ migrator }, output, signal) => {
        const plan =
          file === undefined
            ? await migrator.plan({ signal, ...(allowPreview && { allowPreview }) })
            : await planFromLines(readLines(file));
        const progress = await createProgress(output);
        const result = await migrator
          .apply(plan, {
            actor: actorOf(options),
            dryRun,
            signal,
            onProgress: progress.show,
            ...(only && { tenantIds: only }),
            ...(skipBlocked && { skipBlocked }),
          })
          .finally(progress.end);
        if (!progress.isMachine) describe(result).forEach(output.say);
        if (dryRun && !options.dryRun) {
          output.note('Nothing was written. To do it: --yes');
          return exitCodes.notConfirmed;
        }
        return result.failed > 0 ? exitCodes.no : exitCodes.done;
      });
    });
}

interface Progress {
  readonly isMachine: boolean;
  readonly show: (progress: ApplyProgress) => void;
  readonly end: () => void;
}

/** A bar on a terminal, JSON lines everywhere else. */
async function createProgress({ json }: Output): Promise<Progress> {
  if (json || !process.stderr.isTTY) {
    return {
      isMachine: true,
      show: (progress) => void process.stdout.write(`${JSON.stringify(progress)}\n`),
      end: () => undefined,
    };
  }
  const { SingleBar, Presets } = await import('cli-progress');
  const bar = new SingleBar(
    {
      format: '{bar} {value}/{total} {what}',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  return {
    isMachine: false,
    show: (progress) => {
      if (progress.type === 'started') bar.start(progress.steps, 0, { what: '' });
      if (progress.type === 'step') bar.increment({ what: `${progress.tenantId}: ${progress.step}` });
      if (progress.type === 'waiting') {
        bar.update({
          what: `${progress.tenantId}: waits ${Math.ceil(progress.delayMs / 1000)} s (${progress.code})`,
        });
      }
    },
    end: () => bar.stop(),
  };
}

function describe({ dryRun, applied, unchanged, planned, failed, blocked, failures }: ApplyResult): string[] {
  const counts = dryRun ? [`${planned} to apply`] : [`${applied} applied`, `${failed} failed`];
  return [
    ...failures.map(failureLine),
    [...counts, `${unchanged} with nothing to do`, `${blocked} left out as blocked`].join(', '),
  ];
}

function failureLine({ tenantId, error }: AppliedOrganization): string {
  return `${tenantId} failed${error?.step ? ` at ${error.step}` : ''}: ${error?.message ?? 'unknown'}${error?.retryable ? ' Apply again to go on.' : ''}`;
}
