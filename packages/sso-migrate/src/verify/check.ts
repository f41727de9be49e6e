import type { SsoError } from '@org/sso-core';
import type { Difference, VerificationCheck } from './verification.js';

export function check(
  kind: VerificationCheck['check'],
  outcome: VerificationCheck['outcome'],
  message: string,
  differences: readonly Difference[] = [],
): VerificationCheck {
  return { check: kind, outcome, message, differences, error: null, directories: null, compared: null };
}

/** A check whose answer is not known. */
export function failedTo(
  kind: VerificationCheck['check'],
  { code, message, retryable }: SsoError,
): VerificationCheck {
  return {
    ...check(kind, 'error', 'It could not be checked, which says nothing about the customer.'),
    error: { code, message, retryable },
  };
}
