import type { SsoErrorCode } from '../errors.js';

export interface OperationStarted {
  /** `<facet>.<method>`, such as `organizations.get`. */
  readonly operation: string;
  readonly provider: string;
  readonly environment: string;
}

export interface OperationFinished extends OperationStarted {
  readonly outcome: 'ok' | 'aborted' | SsoErrorCode;
  readonly durationMs: number;
  /** HTTP status of a failure. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
}

/** Called around every operation, for logging and metrics. They see no input, output or secret, and cannot change the outcome. */
export interface SsoHooks {
  readonly operationStarted?: (event: OperationStarted) => void;
  readonly operationFinished?: (event: OperationFinished) => void;
}

/** A hook that throws must not fail a login. */
export function notify<E>(hook: ((event: E) => void) | undefined, event: E): void {
  try {
    hook?.(event);
  } catch {
    // The operation's outcome stands.
  }
}
