import {
  SsoError,
  UnsupportedOperationError,
  type LoginRejectionReason,
  type OrganizationId,
  type SsoErrorCode,
} from '@org/sso-core';
import type { VendorError } from '@org/sso-core/http';
import type { CallContext, FacetName } from '@org/sso-core/provider';
import { providerId } from './ids.js';
import { isRecord } from './record.js';

/** Codes whose meaning the status does not tell. [S], except where marked. */
const errorCodes: ReadonlyMap<string, SsoErrorCode> = new Map([
  ['invalid_client', 'unauthenticated'],
  ['unauthorized_client', 'unauthenticated'],
  ['entity_not_found', 'not_found'],
  ['external_id_already_used', 'already_exists'],
  ['stripe_customer_id_already_used', 'already_exists'],
  ['domain_already_exists', 'already_exists'],
  ['email_not_available', 'already_exists'],
  ['email_already_invited', 'already_exists'],
  ['email_already_invited_to_organization', 'already_exists'],
  ['user_already_exists', 'already_exists'],
  ['user_already_organization_member', 'already_exists'],
  // [U] No answer to a second active membership is published.
  ['organization_membership_already_exists', 'already_exists'],
  ['domain_already_verified', 'failed_precondition'],
  ['cannot_reactivate_pending_organization_membership', 'failed_precondition'],
  ['multiple_roles_not_enabled', 'failed_precondition'],
  ['organization_blocked_from_sending_invites', 'failed_precondition'],
  ['invite_not_pending', 'failed_precondition'],
  ['invite_expired', 'failed_precondition'],
  ['invite_revoked', 'failed_precondition'],
  ['invite_accepted', 'failed_precondition'],
  ['user_deletion_not_allowed', 'failed_precondition'],
  // Only `/sso/logout/authorize` answers it: single logout exists for custom OIDC connections alone.
  ['connection_invalid', 'unsupported'],
]);

/** Answers that carry nothing but a sentence. [R] */
const errorMessages: readonly { status: number; message: RegExp; code: SsoErrorCode }[] = [
  { status: 400, message: /^Could not find an organization/, code: 'not_found' },
  // The specification gives this sentence for 404, and an answer of the same shape for 400. [S]
  { status: 400, message: /^Organization not found/, code: 'not_found' },
  { status: 400, message: /^Another idempotency key/, code: 'conflict' },
  { status: 409, message: /already exists/, code: 'already_exists' },
];

/**
 * Reads any of WorkOS's error bodies: a bare string, OAuth's `error` and `error_description`, `code` with `message`, lists of
 * faults in three styles, a message that is an array, or a lone message.
 */
export function readError(status: number, body: unknown): VendorError {
  if (typeof body === 'string') return { message: body };
  if (!isRecord(body)) return {};
  const faults = Array.isArray(body['errors']) ? body['errors'].filter(isRecord) : [];
  const codes = [body['code'], body['error'], ...faults.map((fault) => fault['code'])].filter(isCode);
  const summary = textOf(body['error_description']) ?? textOf(body['message']) ?? textOf(body['error']);
  const details = faults.slice(0, 5).flatMap((fault) => describe(fault) ?? []);
  const message = [summary, ...(details.length > 0 ? [`(${details.join('; ')})`] : [])].join(' ').trim();
  const known = codes.find((code) => errorCodes.has(code));
  return {
    code:
      known === undefined
        ? errorMessages.find((entry) => entry.status === status && entry.message.test(message))?.code
        : errorCodes.get(known),
    vendorCode: known ?? codes[0],
    message: message || undefined,
  };
}

/** `field: text`; the older style has its sentence in `code`. */
function describe(fault: Readonly<Record<string, unknown>>): string | undefined {
  const place = textOf(fault['field']) ?? textOf(fault['instancePath']);
  const text = textOf(fault['message']) ?? textOf(fault['code']);
  return place === undefined || text === undefined ? (text ?? place) : `${place}: ${text}`;
}

function textOf(value: unknown): string | undefined {
  const texts = (Array.isArray(value) ? value : [value]).filter(
    (text) => typeof text === 'string' && text !== '',
  );
  return texts.length > 0 ? texts.join('; ') : undefined;
}

/** Both `code` and `error` may hold an English phrase instead. */
function isCode(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z][a-z0-9_]*$/.test(value);
}

/** Values of `error` on the callback. [D] */
const rejectionReasons: ReadonlyMap<string, LoginRejectionReason> = new Map([
  ['access_denied', 'access_denied'],
  ['signin_consent_denied', 'access_denied'],
  ['ambiguous_connection_selector', 'ambiguous_selector'],
  ['connection_domain_invalid', 'domain_not_found'],
  ['connection_invalid', 'connection_not_found'],
  ['connection_unlinked', 'connection_inactive'],
  ['connection_strategy_invalid', 'misconfigured'],
  ['domain_connection_selector_not_allowed', 'misconfigured'],
  ['invalid_connection_selector', 'misconfigured'],
  ['idp_initiated_sso_disabled', 'idp_initiated_disabled'],
  ['organization_invalid', 'organization_not_found'],
  ['oauth_failed', 'identity_provider_error'],
  ['profile_not_allowed_outside_organization', 'domain_not_allowed'],
  ['server_error', 'provider_error'],
]);

export function rejectionReason(vendorCode: string): LoginRejectionReason {
  return rejectionReasons.get(vendorCode) ?? 'provider_error';
}

/** An error this adapter finds itself. */
export function refusal(code: SsoErrorCode, { operation }: CallContext, why: string): SsoError {
  return new SsoError({ code, message: `${operation}: ${why}`, provider: providerId, operation });
}

/** Refuses what WorkOS cannot do. */
export async function refuse(facet: FacetName, { operation }: CallContext, reason: string): Promise<never> {
  throw new UnsupportedOperationError({ facet, operation, provider: providerId, reason });
}

/** Ids at WorkOS are unique in the environment: only this comparison keeps an id of another tenant out. */
export function requireOwner<T extends { readonly organizationId: OrganizationId | null }>(
  entity: T,
  organizationId: OrganizationId,
  context: CallContext,
): T {
  if (entity.organizationId === organizationId) return entity;
  throw refusal('not_found', context, `nothing with this id in organization "${organizationId}"`);
}
