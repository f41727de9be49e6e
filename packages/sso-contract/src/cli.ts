#!/usr/bin/env node
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { contractCases } from './cases/index.js';
import { ModuleRefused, runModule, type CaseResult, type ModuleReport } from './run-module.js';

interface CliOptions {
  readonly module: string;
  readonly json?: boolean;
  readonly only: readonly string[];
  readonly timeout: number;
}

const program = new Command('sso-contract')
  .description('Runs the contract of SSO providers on yours and says which cases it passes.')
  .requiredOption('--module <file>', 'ECMAScript module that exports createHarness')
  .option('--json', 'print one JSON document')
  .option('--only <ids>', 'cases by id or first word, such as LOGIN,ORG-03', parseOnly, [])
  .option('--timeout <seconds>', 'for each case', parseSeconds, 20)
  .addHelpText('after', '\nExit codes: 0 all pass, 1 a case or the provider fails, 2 nothing could be run.')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action(run);

async function run({ module, json = false, only, timeout }: CliOptions): Promise<void> {
  try {
    const report = await runModule({
      module: pathToFileURL(resolve(module)).href,
      only,
      timeoutMs: timeout * 1000,
      onResult: (result) => json || process.stdout.write(lineOf(result)),
    });
    process.stdout.write(json ? `${JSON.stringify({ module, ...report })}\n` : summaryOf(report));
    const failed = report.faults.length > 0 || report.results.some(({ outcome }) => outcome === 'failed');
    process.exitCode = failed ? 1 : 0;
  } catch (error) {
    if (!(error instanceof ModuleRefused)) throw error;
    const reason = error.message.split('\n')[0]!;
    if (json) process.stdout.write(`${JSON.stringify({ module, error: reason })}\n`);
    process.stderr.write(`sso-contract: ${module}: ${reason}\n`);
    process.exitCode = 2;
  }
}

const words = { passed: 'ok      ', failed: 'FAILED  ', not_run: 'not run ' } as const;

function lineOf({ id, title, outcome, reason }: CaseResult): string {
  const line = `${words[outcome]} ${id} ${title}`;
  if (reason === null) return `${line}\n`;
  return outcome === 'failed' ? `${line}\n${indented(reason)}` : `${line} (${reason})\n`;
}

function summaryOf({ name, facets, faults, results }: ModuleReport): string {
  const count = (outcome: CaseResult['outcome']) => results.filter((each) => each.outcome === outcome).length;
  return [
    ...faults.map((fault) => `FAULT    ${fault}\n`),
    `\n${name} with ${facets.length > 0 ? facets.join(', ') : 'no facet'}: `,
    `${count('passed')} passed, ${count('failed')} failed, ${count('not_run')} not run`,
    faults.length > 0 ? `, and ${faults.length} faults of provider or harness\n` : '\n',
  ].join('');
}

const shownLines = 20;

function indented(text: string): string {
  const lines = text.split('\n');
  const shown = lines.slice(0, shownLines).concat(lines.length > shownLines ? ['…'] : []);
  return `${shown.map((line) => `           ${line}`).join('\n')}\n`;
}

function parseOnly(value: string, before: readonly string[]): readonly string[] {
  const wanted = value.split(',').map((word) => word.trim());
  const unknown = wanted.find(
    (word) => !contractCases.some(({ id }) => id === word || id.startsWith(`${word}-`)),
  );
  if (unknown !== undefined) throw new InvalidArgumentError(`No case is called "${unknown}".`);
  return [...before, ...wanted];
}

function parseSeconds(value: string): number {
  const seconds = Number(value);
  if (!(Number.isFinite(seconds) && seconds > 0))
    throw new InvalidArgumentError('It must be a positive number.');
  return seconds;
}

await program.parseAsync();
