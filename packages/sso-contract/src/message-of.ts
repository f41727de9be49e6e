import { inspect } from 'node:util';
import { SsoError } from '@org/sso-core';

/** What was thrown, without its stack. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error);
  const message = error.message || error.name;
  // What an adapter threw is known by its name only: the text could show a secret.
  const cause = SsoError.isInstance(error) && (error.cause as { readonly name?: unknown } | undefined);
  return cause ? `${message} (${String(cause.name)})` : message;
}
