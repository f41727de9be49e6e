import { type EmulatorResponse, ResponseError } from '../kernel/http.js';
import { messagePage } from '../kernel/pages.js';

/** gRPC code number and HTTP status by code name [C]. */
const codes = {
  INVALID_ARGUMENT: [3, 400],
  NOT_FOUND: [5, 404],
  ALREADY_EXISTS: [6, 409],
  PERMISSION_DENIED: [7, 403],
  FAILED_PRECONDITION: [9, 400],
  UNIMPLEMENTED: [12, 501],
  UNAUTHENTICATED: [16, 401],
} as const;

export type ErrorCode = keyof typeof codes;

/** One entry of `validation_error_info.field_violations` [S]. */
export interface FieldViolation {
  readonly field: string;
  readonly description: string;
  /** The validation rule, e.g. `string.min_len`. */
  readonly constraint: string;
}

/**
 * `google.rpc.Status` as JSON with one `ErrorInfo` [S]. The vendor publishes no list of `error_code` values; the
 * names of the gRPC codes stand in for it [?].
 */
export function apiError(
  code: ErrorCode,
  message: string,
  violations: readonly FieldViolation[] = [],
): ResponseError {
  const [number, status] = codes[code];
  const info = {
    '@type': 'type.googleapis.com/scalekit.v1.errdetails.ErrorInfo',
    error_code: code,
    ...(violations.length > 0 && { validation_error_info: { field_violations: violations } }),
  };
  return new ResponseError({ status, body: { code: number, message, details: [info] } });
}

export function invalid(violations: readonly FieldViolation[]): ResponseError {
  return apiError('INVALID_ARGUMENT', 'validation error', violations);
}

export function notFound(what: string): ResponseError {
  return apiError('NOT_FOUND', `${what} not found`);
}

/** The OAuth-style error of `/oauth/token` [?]. */
export function oauthError(error: string, description: string, status = 400): ResponseError {
  return new ResponseError({ status, body: { error, error_description: description } });
}

/** What the browser sees when it must not be sent back to the application. */
export function errorPage(error: string, description: string): EmulatorResponse {
  return messagePage('Something went wrong', description, 400, error);
}

/** Error codes of the callback [D]. */
export const callbackErrors = [
  'access_denied',
  'login_required',
  'invalid_request',
  'invalid_connection_selector',
  'no_active_connections',
  'no_configured_connections',
  'connection_not_active',
  'invalid_organization_id',
  'invalid_connection_id',
  'domain_not_found',
  'invalid_user_domain',
  'invalid_client',
  'application_not_active',
  'unauthorized',
  'user_not_active',
  'server_error',
  'mandatory_attribute_missing',
  'invalid_id_token',
  'failed_to_exchange_token',
  'user_info_retrieve_failed',
  'invalid_saml_metadata',
  'invalid_saml_request',
  'invalid_saml_response',
  'invalid_saml_form_params',
  'malformed_saml_response',
  'signature_validation_failed',
  'invalid_acs_url',
  'invalid_assertion_url',
  'invalid_status',
  'assertion_expired',
  'response_expired',
  'authentication_not_completed',
  'user_login_required',
] as const;
