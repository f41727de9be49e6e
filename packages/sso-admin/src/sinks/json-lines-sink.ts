import type { Writable } from 'node:stream';
import { SsoError } from '@org/sso-core';
import type { AuditEntry, AuditSink } from '@org/sso-core/audit';

export interface JsonLinesSinkOptions {
  /** Default `json-lines`. */
  readonly name?: string;
  /** A file that is appended to and, when absent, created for its owner alone. Give this or a stream. */
  readonly path?: string;
  /** Such as `process.stdout`. It is not ended. */
  readonly stream?: Writable;
  readonly required?: boolean;
}

/**
 * One line of JSON for each entry: `id`, `organizationId`, and the fields of the event. An entry counts as delivered when the file is on
 * disk, or the stream has taken it. A repetition has the same `id`. Throws `invalid_argument` unless exactly one of `path` and `stream` is given.
 */
export function jsonLinesSink(options: JsonLinesSinkOptions): AuditSink {
  const { name = 'json-lines', path, stream, required = false } = options;
  const write = path === undefined ? stream && streamWriter(stream) : fileWriter(path);
  if (!write || (path !== undefined && stream !== undefined))
    throw new SsoError({
      code: 'invalid_argument',
      message: 'jsonLinesSink takes a path or a stream, and not both',
    });
  return { name, required, deliver: (entry) => write(lineOf(entry)) };
}

function lineOf({ id, organizationId, event }: AuditEntry): string {
  return `${JSON.stringify({ id, organizationId, ...event })}\n`;
}

function streamWriter(stream: Writable) {
  return (line: string) =>
    new Promise<void>((resolve, reject) => {
      stream.write(line, (error) => (error ? reject(error) : resolve()));
    });
}

function fileWriter(path: string) {
  return async (line: string): Promise<void> => {
    const { open } = await import('node:fs/promises');
    // Opened for each line, so that a file somebody rotated away is made anew.
    const file = await open(path, 'a', 0o600);
    try {
      await file.appendFile(line);
      await file.datasync();
    } finally {
      await file.close();
    }
  };
}
