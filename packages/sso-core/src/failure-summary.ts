import { SsoError } from './errors.js';

/** Name and code only: the message of an app's own error may hold anything. */
export function summarizeFailure(error: unknown): string {
  if (SsoError.isInstance(error)) return `${error.name} ${error.code}`;
  if (!(error instanceof Error)) return typeof error;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}
