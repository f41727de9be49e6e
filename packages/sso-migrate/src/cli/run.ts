import { SsoError } from '@org/sso-core';
import { exitCodeOf, exitCodes } from './exit-codes.js';
import { createOutput, type Output } from './output.js';
import { openSession, type CommonOptions, type Session, type StoreUse } from './session.js';

/** Answers the exit code. */
export type Work = (session: Session, output: Output, signal: AbortSignal) => Promise<number>;

/** Runs one command: every refusal is one line on standard error, and with `--json` also `{ "error" }`. Ctrl-C ends it tidily. */
export async function run(options: CommonOptions, storeUse: StoreUse, work: Work): Promise<void> {
  const output = createOutput(options.json ?? false);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort(new Error('Interrupted')));
  let session: Session | undefined;
  try {
    session = await openSession(options, storeUse);
    process.exitCode = await work(session, output, interrupted.signal);
  } catch (error) {
    process.exitCode = interrupted.signal.aborted ? 130 : exitCodeOf(error);
    const told = describe(error);
    output.tell({ error: told });
    output.note(`sso-migrate: ${told.message}`);
    if (process.exitCode === exitCodes.internal && error instanceof Error) output.note(framesOf(error));
  } finally {
    await session?.close();
  }
}

function describe(error: unknown) {
  if (SsoError.isInstance(error)) {
    const { code, message, provider, operation, status, requestId, vendorCode, retryable } = error;
    return { code, message, provider, operation, status, requestId, vendorCode, retryable };
  }
  // A foreign error's text may hold anything.
  const message =
    error instanceof Error && error.message === 'Interrupted'
      ? 'Interrupted'
      : `This is a fault of sso-migrate: ${error instanceof Error ? error.name : 'no Error was thrown'}`;
  return { code: 'internal' as const, message };
}

/** Where it happened, without the message. */
function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .join('\n');
}
