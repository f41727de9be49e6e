import { SsoError, type SsoErrorCode } from '@org/sso-core';

/** What the command ends with. Documented in the package's README. */
export const exitCodes = {
  done: 0,
  /** A verification is not green, a gate stays shut, or some customers could not be applied. */
  no: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** It would write, and `--yes` was not given. Nothing was written. */
  notConfirmed: 3,
  /** It does not fit what is there: an unknown customer, an outdated plan, a change by somebody else, a newer or older store. */
  refused: 4,
  /** A provider or the store does not answer, or denies access. */
  unavailable: 5,
  /** A fault of this program. */
  internal: 70,
} as const;

const byError: Readonly<Record<SsoErrorCode, number>> = {
  invalid_argument: exitCodes.usage,
  unsupported: exitCodes.usage,
  not_found: exitCodes.refused,
  already_exists: exitCodes.refused,
  failed_precondition: exitCodes.refused,
  conflict: exitCodes.refused,
  unauthenticated: exitCodes.unavailable,
  permission_denied: exitCodes.unavailable,
  rate_limited: exitCodes.unavailable,
  unavailable: exitCodes.unavailable,
  deadline_exceeded: exitCodes.unavailable,
  invalid_response: exitCodes.unavailable,
  verification_failed: exitCodes.unavailable,
  login_rejected: exitCodes.unavailable,
  internal: exitCodes.internal,
};

export function exitCodeOf(error: unknown): number {
  return SsoError.isInstance(error) ? byError[error.code] : exitCodes.internal;
}
