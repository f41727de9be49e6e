import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SsoError } from '@org/sso-core';
import { withNewlines } from './output.js';

/** Only its owner may read the file: plans and inventories name customers. Throws `invalid_argument` when it cannot be written. */
export async function writeLines(file: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(withNewlines(lines)), createWriteStream(file, { mode: 0o600 })).catch(
    (error: unknown) => {
      throw unusable(file, 'written', error);
    },
  );
}

/** Throws `invalid_argument` when the file cannot be read. */
export async function* readLines(file: string): AsyncGenerator<string> {
  try {
    yield* createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  } catch (error) {
    throw unusable(file, 'read', error);
  }
}

function unusable(file: string, how: 'read' | 'written', error: unknown): SsoError {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return new SsoError({ code: 'invalid_argument', message: `${file} cannot be ${how}${code}` });
}
