import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Standard output: data for programs with `--json`, sentences for people otherwise. Trouble goes to standard error. */
export interface Output {
  readonly json: boolean;
  /** For people. */
  readonly say: (line: string) => void;
  /** For programs: one JSON value on a line. */
  readonly tell: (value: unknown) => void;
  /** Many lines, as fast as the reader takes them. */
  readonly stream: (lines: Iterable<string>) => Promise<void>;
  /** For people, beside data that goes to a program. */
  readonly note: (line: string) => void;
}

export function createOutput(json: boolean): Output {
  // A reader that has seen enough, such as `head`, stops no work that is under way.
  process.stdout.on('error', ignoreClosedPipe);
  return {
    json,
    say: (line) => void (json || process.stdout.write(`${line}\n`)),
    tell: (value) => void (json && process.stdout.write(`${JSON.stringify(value)}\n`)),
    stream: (lines) =>
      pipeline(Readable.from(withNewlines(lines)), process.stdout, { end: false }).catch(ignoreClosedPipe),
    note: (line) => void process.stderr.write(`${line}\n`),
  };
}

function ignoreClosedPipe(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EPIPE')) throw error;
}

export function* withNewlines(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
