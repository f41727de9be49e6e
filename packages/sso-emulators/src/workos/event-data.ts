import type { CertificateNotice } from '../kernel/control.js';
import type { Connection, Invitation, Organization } from './objects.js';

// The `data` of events that differs from the objects of the API. [S]

export function organizationData(organization: Organization): object {
  const { allow_profiles_outside_organization: _allowOutside, ...data } = organization;
  return data;
}

/** Without the token and the URL that has it. */
export function invitationData(invitation: Invitation, now: Date): object {
  const { object, id, email, token: _token, accept_invitation_url: _url, ...rest } = invitation;
  return { object, id, email, state: invitationState(invitation, now), ...rest };
}

export function invitationState(
  invitation: Invitation,
  now: Date,
): 'pending' | 'accepted' | 'expired' | 'revoked' {
  if (invitation.accepted_at !== null) return 'accepted';
  if (invitation.revoked_at !== null) return 'revoked';
  return Date.parse(invitation.expires_at) <= now.getTime() ? 'expired' : 'pending';
}

/** Standalone SSO has no user: `user_id` is `null`. */
export function ssoData(
  connection: Connection,
  status: 'started' | 'succeeded' | 'failed',
  email: string | null,
): object {
  return {
    type: 'sso',
    status,
    ip_address: null,
    user_agent: null,
    user_id: null,
    email,
    sso: { organization_id: connection.organizationId, connection_id: connection.id, session_id: null },
  };
}

const day = 24 * 60 * 60_000;

/** Neither `object` nor `id`; the connection is nested. */
export function certificateData(connection: Connection, notice: CertificateNotice, now: Date): object {
  const expiresAt = notice.expiresAt ?? new Date(now.getTime() + 30 * day).toISOString();
  const remaining = Date.parse(expiresAt) - now.getTime();
  return {
    connection: {
      id: connection.id,
      ...(connection.organizationId === null ? {} : { organization_id: connection.organizationId }),
    },
    certificate: {
      certificate_type: notice.certificateType ?? 'ResponseSigning',
      expiry_date: expiresAt,
      ...(notice.kind === 'renewal_required' && { is_expired: remaining <= 0 }),
    },
    ...(notice.kind === 'renewed'
      ? { renewed_at: now.toISOString() }
      : { days_until_expiry: Math.floor(remaining / day) }),
  };
}
