import { SsoError, type LoginRejectionReason, type SsoErrorCode, type SsoErrorOptions } from '@org/sso-core';
import type { VendorError } from '@org/sso-core/http';
import type { CallContext } from '@org/sso-core/provider';
import { providerId } from './ids.js';
import { fieldsOf, objectsOf, orNull, type Fields } from './wire/fields.js';

/** By gRPC code, which says more than the HTTP status it travels with [C]. Those left out follow from the status. */
const codeByGrpcCode: Readonly<Record<number, SsoErrorCode>> = {
  1: 'unavailable',
  3: 'invalid_argument',
  4: 'deadline_exceeded',
  5: 'not_found',
  6: 'already_exists',
  7: 'permission_denied',
  8: 'rate_limited',
  9: 'failed_precondition',
  10: 'conflict',
  11: 'invalid_argument',
  12: 'unsupported',
  14: 'unavailable',
  16: 'unauthenticated',
};

/** By OAuth error of the token endpoint (RFC 6749 section 5.2). */
const codeByOAuthError: Readonly<Record<string, SsoErrorCode>> = {
  invalid_client: 'unauthenticated',
  unauthorized_client: 'permission_denied',
};

/** A duplicate domain is declared as 400 [S], a duplicate external id is asserted by its message only [T]. */
const duplicate = /\balready exists\b|\bduplicate\b/i;

/**
 * Reads an error body in any of its shapes: `google.rpc.Status` with `ErrorInfo` details [S], a bare `ErrorInfo` [S], the OAuth error of
 * the token endpoint, or something else.
 */
export function readScalekitError(status: number, answer: unknown): VendorError {
  const body = fieldsOf(answer);
  const info = errorInfo(body);
  const oauthError = orNull(body['error']) ?? undefined;
  const violations = objectsOf(fieldsOf(info['validation_error_info'])['field_violations']).map(
    ({ field, description }) => `${orNull(field) ?? ''}: ${orNull(description) ?? ''}`,
  );
  const said =
    orNull(body['message']) ??
    orNull(body['error_description']) ??
    orNull(fieldsOf(info['localized_message_info'])['message']);
  const message = [said, ...violations].filter((part) => part !== null).join('; ') || oauthError;
  return {
    code: (oauthError && codeByOAuthError[oauthError]) || codeOf(status, body['code'], message),
    vendorCode: orNull(info['error_code']) ?? oauthError,
    message,
    requestId: orNull(fieldsOf(info['request_info'])['request_id']) ?? undefined,
  };
}

function codeOf(status: number, grpcCode: unknown, message: string | undefined): SsoErrorCode | undefined {
  const code = typeof grpcCode === 'number' ? codeByGrpcCode[grpcCode] : undefined;
  if (
    (code ?? 'invalid_argument') === 'invalid_argument' &&
    status === 400 &&
    duplicate.test(message ?? '')
  ) {
    return 'already_exists';
  }
  return code ?? (status === 409 ? 'already_exists' : undefined);
}

function errorInfo(body: Fields): Fields {
  if (body['error_code'] !== undefined) return body;
  return objectsOf(body['details']).find((detail) => detail['error_code'] !== undefined) ?? {};
}

/** Callback error codes [D] by what they mean to the person who wants in. */
const codesByReason: Partial<Record<LoginRejectionReason, readonly string[]>> = {
  access_denied: ['access_denied'],
  login_required: ['login_required', 'user_login_required'],
  connection_inactive: ['no_active_connections', 'connection_not_active'],
  connection_not_found: ['no_configured_connections', 'invalid_connection_id'],
  organization_not_found: ['invalid_organization_id'],
  domain_not_found: ['domain_not_found'],
  domain_not_allowed: ['invalid_user_domain'],
  user_inactive: ['user_not_active'],
  misconfigured: [
    'invalid_redirect_uri',
    'invalid_connection_selector',
    'invalid_client',
    'application_not_active',
    'invalid_request',
    'unauthorized',
    'unauthorized_client',
    'unsupported_response_type',
    'invalid_scope',
  ],
  identity_provider_error: [
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
  ],
};

const reasonByCode = new Map(
  Object.entries(codesByReason).flatMap(([reason, codes]) =>
    codes.map((code) => [code, reason as LoginRejectionReason] as const),
  ),
);

/** The neutral reason of a callback's `error`; an unknown one is `provider_error`. */
export function rejectionReason(vendorCode: string): LoginRejectionReason {
  return reasonByCode.get(vendorCode) ?? 'provider_error';
}

/** An error this adapter finds itself. */
export function refusal(code: SsoErrorCode, { operation }: CallContext, why: string): SsoError {
  return new SsoError({ code, message: `${operation}: ${why}`, provider: providerId, operation });
}

/** What an error says, to state it anew with changes. */
export function factsOf(error: SsoError): SsoErrorOptions {
  const { code, message, provider, operation, retryable, retryAfterMs, status, requestId, vendorCode } =
    error;
  return { code, message, provider, operation, retryable, retryAfterMs, status, requestId, vendorCode };
}
