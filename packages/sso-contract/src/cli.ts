#!/usr/bin/env node
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { contractCases } from './cases/index.js';
import { createSeed, parseSeed } from './random.js';
import { ModuleRefused, runModule, type CaseResult, type ModuleReport } from './run-module.js';

interface CliOptions {
  readonly module: string;
  readonly json?: boolean;
  readonly only?: readonly string[];
  readonly timeout: number;
  readonly seed: number;
}

const exitCodes = { passed: 0, failed: 1, refused: 2, interrupted: 130 } as const;

const program = new Command('sso-contract')
  .description('Runs the contract of SSO providers on yours and says which cases it passes.')
  .requiredOption('--module <file>', 'ECMAScript module that exports createHarness')
  .option('--json', 'print one JSON document')
  .option('--only <ids>', 'cases by id or first word, such as LOGIN,ORG-03', parseOnly)
  .option('--timeout <seconds>', 'for each case, and for making and ending the harness', parseSeconds, 20)
  .addOption(
    new Option('--seed <number>', 'what the inputs are made from, to have those of an earlier run')
      .argParser(asArgument(parseSeed))
      .default(createSeed(), 'a new one'),
  )
  .addHelpText(
    'after',
    '\nExit codes: 0 all pass, 1 a case or the provider fails, 2 nothing could be run, 130 interrupted.',
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exitCodes.passed : exitCodes.refused))
  .action(run);

const interruption = new AbortController();

/** Once: the harness gets its time to end. Twice: it does not. */
function interrupt(): void {
  if (interruption.signal.aborted) process.exit(exitCodes.interrupted);
  interruption.abort();
  process.stderr.write('sso-contract: ending the harness; interrupt again to leave at once\n');
}

async function run({ module, json = false, only = [], timeout, seed }: CliOptions): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt);
  try {
    const report = await runModule({
      module: pathToFileURL(resolve(module)).href,
      only,
      timeoutMs: timeout * 1000,
      seed,
      signal: interruption.signal,
      onResult: (result) => json || process.stdout.write(lineOf(result)),
    });
    process.stdout.write(json ? `${JSON.stringify({ module, ...report })}\n` : summaryOf(report));
    process.exitCode = exitCodeOf(report);
  } catch (error) {
    if (!(error instanceof ModuleRefused)) throw error;
    const reason = error.message.split('\n')[0]!;
    if (json) process.stdout.write(`${JSON.stringify({ module, error: reason })}\n`);
    process.stderr.write(`sso-contract: ${module}: ${reason}\n`);
    process.exitCode = interruption.signal.aborted ? exitCodes.interrupted : exitCodes.refused;
  }
}

function exitCodeOf({ faults, results }: ModuleReport): number {
  if (interruption.signal.aborted) return exitCodes.interrupted;
  const failed = faults.length > 0 || results.some(({ outcome }) => outcome === 'failed');
  return failed ? exitCodes.failed : exitCodes.passed;
}

const words = { passed: 'ok      ', failed: 'FAILED  ', not_run: 'not run ' } as const;

function lineOf({ id, title, outcome, reason }: CaseResult): string {
  const line = `${words[outcome]} ${id} ${title}`;
  if (reason === null) return `${line}\n`;
  return outcome === 'failed' ? `${line}\n${indented(reason)}` : `${line} (${reason})\n`;
}

function summaryOf({ name, seed, facets, faults, results }: ModuleReport): string {
  const count = (outcome: CaseResult['outcome']) => results.filter((each) => each.outcome === outcome).length;
  return [
    ...faults.map((fault) => `FAULT    ${fault}\n`),
    `\n${name} with ${facets.length > 0 ? facets.join(', ') : 'no facet'}: `,
    `${count('passed')} passed, ${count('failed')} failed, ${count('not_run')} not run`,
    faults.length > 0
      ? `, and ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'} of provider or harness`
      : '',
    `\nThe inputs came from seed ${seed}; --seed ${seed} repeats them.\n`,
  ].join('');
}

const shownLines = 20;

function indented(text: string): string {
  const lines = text.split('\n');
  const shown = lines.slice(0, shownLines).concat(lines.length > shownLines ? ['…'] : []);
  return `${shown.map((line) => `           ${line}`).join('\n')}\n`;
}

function parseOnly(value: string, before: readonly string[] = []): readonly string[] {
  const wanted = value.split(',').map((word) => word.trim());
  const unknown = wanted.find(
    (word) => !contractCases.some(({ id }) => id === word || id.startsWith(`${word}-`)),
  );
  if (unknown !== undefined) throw new InvalidArgumentError(`No case is called "${unknown}".`);
  return [...before, ...wanted];
}

/** The parser with its complaint as the command line's. */
function asArgument<T>(parse: (value: string) => T) {
  return (value: string): T => {
    try {
      return parse(value);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };
}

function parseSeconds(value: string): number {
  const seconds = Number(value);
  if (!(Number.isFinite(seconds) && seconds > 0))
    throw new InvalidArgumentError('It must be a positive number.');
  return seconds;
}

await program.parseAsync();
