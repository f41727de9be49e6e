const marker = Symbol.for('@org/sso-core/error');

/** Every code an {@link SsoError} can carry. The set is closed: code may switch on it exhaustively. */
export type SsoErrorCode =
  | 'invalid_argument'
  | 'unauthenticated'
  | 'permission_denied'
  | 'not_found'
  | 'already_exists'
  | 'failed_precondition'
  | 'conflict'
  | 'rate_limited'
  | 'unavailable'
  | 'deadline_exceeded'
  | 'invalid_response'
  | 'verification_failed'
  | 'login_rejected'
  | 'unsupported'
  | 'internal';

export interface SsoErrorOptions {
  readonly code: SsoErrorCode;
  readonly message: string;
  /** Provider id, such as `workos`. */
  readonly provider?: string | undefined;
  /** Operation, such as `organizations.get`. */
  readonly operation?: string | undefined;
  /** Whether the same call may succeed later without a change. Default `false`. */
  readonly retryable?: boolean | undefined;
  /** Milliseconds the vendor asked to wait. */
  readonly retryAfterMs?: number | undefined;
  /** HTTP status of the vendor's answer. */
  readonly status?: number | undefined;
  /** The vendor's request id, for its support team. */
  readonly requestId?: string | undefined;
  /** The vendor's own error code. */
  readonly vendorCode?: string | undefined;
  /** Kept only as a summary of name and code: an original error may hold tokens and bodies. */
  readonly cause?: unknown;
}

/** What is kept of a foreign error: never its message, configuration, request or response. */
export interface CauseSummary {
  readonly name: string;
  readonly code?: string;
}

/**
 * The one error family of this library. Recognise it with {@link SsoError.isInstance}, which also works when two copies
 * of the package are installed. Printing, inspecting or serialising it never reveals a secret.
 */
export class SsoError extends Error {
  override readonly name: string = 'SsoError';
  readonly code: SsoErrorCode;
  readonly provider: string | undefined;
  readonly operation: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly vendorCode: string | undefined;

  constructor(options: SsoErrorOptions) {
    super(
      options.message,
      options.cause === undefined ? undefined : { cause: summarizeCause(options.cause) },
    );
    this.code = options.code;
    this.provider = options.provider;
    this.operation = options.operation;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.status = options.status;
    this.requestId = options.requestId;
    this.vendorCode = options.vendorCode;
    Object.defineProperty(this, marker, { value: true });
  }

  static isInstance(value: unknown): value is SsoError {
    return typeof value === 'object' && value !== null && marker in value;
  }

  toJSON(): Record<string, unknown> {
    return Object.fromEntries([...Object.entries(this), ['message', this.message]]);
  }
}

/** A facet or operation this provider does not have. Thrown before any request is made. */
export class UnsupportedOperationError extends SsoError {
  override readonly name = 'UnsupportedOperationError';
  readonly facet: string;

  constructor(options: { facet: string; operation: string; provider: string; reason?: string | undefined }) {
    super({
      code: 'unsupported',
      message: `${options.operation} is not supported by provider "${options.provider}"${options.reason ? `: ${options.reason}` : ''}`,
      provider: options.provider,
      operation: options.operation,
    });
    this.facet = options.facet;
  }
}

/** Why a login was refused. Closed and safe to show to an end user. */
export type LoginRejectionReason =
  | 'access_denied'
  | 'ambiguous_selector'
  | 'connection_inactive'
  | 'connection_not_found'
  | 'organization_not_found'
  | 'domain_not_found'
  | 'domain_not_allowed'
  | 'idp_initiated_disabled'
  | 'identity_provider_error'
  | 'login_required'
  | 'user_inactive'
  | 'misconfigured'
  | 'provider_error'
  | 'flow_missing'
  | 'flow_invalid'
  | 'flow_expired'
  | 'flow_reused'
  | 'state_mismatch'
  | 'provider_mismatch'
  | 'issuer_mismatch'
  | 'selector_mismatch'
  | 'code_rejected'
  | 'malformed_callback'
  | 'unsolicited';

/** A login that did not happen: the vendor or the identity provider refused it, or a check of ours failed. */
export class LoginRejectedError extends SsoError {
  override readonly name = 'LoginRejectedError';
  readonly reason: LoginRejectionReason;

  constructor(options: Omit<SsoErrorOptions, 'code'> & { reason: LoginRejectionReason }) {
    super({ ...options, code: 'login_rejected' });
    this.reason = options.reason;
  }

  static override isInstance(value: unknown): value is LoginRejectedError {
    return SsoError.isInstance(value) && value.code === 'login_rejected';
  }
}

/** Why a webhook was refused. Closed; says nothing an attacker does not know. */
export type WebhookRefusal =
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_mismatch'
  | 'timestamp_malformed'
  | 'timestamp_too_old'
  | 'timestamp_in_the_future'
  | 'body_parsed'
  | 'body_empty'
  | 'body_incomplete'
  | 'body_too_large'
  | 'body_malformed'
  | 'organization_unknown';

/** A webhook that must not be believed. Nothing of it was stored or handled. */
export class WebhookRefusedError extends SsoError {
  override readonly name = 'WebhookRefusedError';
  readonly reason: WebhookRefusal;

  constructor(options: { reason: WebhookRefusal; message: string; provider?: string | undefined }) {
    super({ code: 'verification_failed', message: options.message, provider: options.provider });
    this.reason = options.reason;
  }

  static override isInstance(value: unknown): value is WebhookRefusedError {
    return SsoError.isInstance(value) && value.name === 'WebhookRefusedError';
  }
}

function summarizeCause(cause: unknown): SsoError | CauseSummary {
  if (SsoError.isInstance(cause)) return cause;
  if (!(cause instanceof Error)) return { name: typeof cause };
  const code: unknown = 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' ? { name: cause.name, code } : { name: cause.name };
}

/** Shorthand for the error every input check throws. */
export function invalidArgument(
  message: string,
  at: { provider?: string; operation?: string } = {},
): SsoError {
  return new SsoError({ code: 'invalid_argument', message, ...at });
}
