import type { Connection, Directory, PortalIntent, SsoErrorCode } from '@org/sso-core';
import type { AuditAction } from '../actions.js';
import type { DenialReason } from '../authorization.js';

export interface StatusLabel {
  readonly text: string;
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
}

export const connectionLabels: Readonly<Record<Connection['status'], StatusLabel>> = {
  draft: { text: 'Not set up yet', tone: 'warn' },
  pending: { text: 'Waiting for the first sign-in', tone: 'warn' },
  active: { text: 'Active', tone: 'good' },
  inactive: { text: 'Switched off', tone: 'plain' },
  deleting: { text: 'Being deleted', tone: 'plain' },
  unknown: { text: 'Status unknown', tone: 'plain' },
};

export const directoryLabels: Readonly<Record<Directory['status'], StatusLabel>> = {
  pending: { text: 'Waiting for the first sync', tone: 'warn' },
  active: { text: 'Active', tone: 'good' },
  failing: { text: 'Failing', tone: 'bad' },
  inactive: { text: 'Switched off', tone: 'plain' },
  deleting: { text: 'Being deleted', tone: 'plain' },
  unknown: { text: 'Status unknown', tone: 'plain' },
};

/** Buttons into the vendor's portal, in this order. */
export const portalLabels: Partial<Readonly<Record<PortalIntent, string>>> = {
  sso: 'Manage SSO',
  directory_sync: 'Manage directory sync',
  domain_verification: 'Verify domains',
  certificate_renewal: 'Renew certificate',
};

/** What an event of an action says of its actor: that it was done, and that it was tried. */
export const eventLabels: Readonly<Record<AuditAction, readonly [did: string, tried: string]>> = {
  'sso.view_settings': ['looked at the settings', 'tried to look at the settings'],
  'sso.create_management_portal_url': ['opened the management portal', 'tried to open the management portal'],
  'sso.delete_connection': ['deleted the connection', 'tried to delete the connection'],
  'sso.enable_connection': ['switched on the connection', 'tried to switch on the connection'],
  'sso.disable_connection': ['switched off the connection', 'tried to switch off the connection'],
  'sso.invite_user': ['invited', 'tried to invite'],
  'sso.resend_invitation': ['sent the invitation again to', 'tried to send the invitation again to'],
  'sso.view_audit_events': ['looked at the activity', 'tried to look at the activity'],
  'directory.enable_directory': ['switched on the directory', 'tried to switch on the directory'],
  'directory.disable_directory': ['switched off the directory', 'tried to switch off the directory'],
  'directory.delete_directory': ['deleted the directory', 'tried to delete the directory'],
};

export const outcomeLabels: Readonly<Record<string, StatusLabel>> = {
  denied: { text: 'Refused', tone: 'warn' },
  failure: { text: 'Failed', tone: 'bad' },
  unknown: { text: 'Outcome unknown', tone: 'warn' },
};

export const denialTexts: Readonly<Record<DenialReason, string>> = {
  other_organization: 'You are signed in to another organization.',
  not_an_admin: 'This needs an admin of your organization.',
  session_expired: 'Your session has expired. Sign in again, then try once more.',
  policy: 'This is not allowed for you.',
  policy_failed: 'This is not allowed for you at the moment.',
};

/** Why an attempt failed, where its code tells more than that it did. */
export const failureReasons: Partial<Readonly<Record<SsoErrorCode, string>>> = {
  not_found: 'It was not there.',
  already_exists: 'It was there already.',
  failed_precondition: 'It was not in a state for that.',
  permission_denied: 'The provider did not allow it.',
  rate_limited: 'The provider was asked too often.',
  unavailable: 'The provider could not be reached.',
  deadline_exceeded: 'The provider did not answer in time.',
};

const brands: Readonly<Record<string, string>> = {
  okta: 'Okta',
  'entra-id': 'Microsoft Entra ID',
  google: 'Google',
  onelogin: 'OneLogin',
  jumpcloud: 'JumpCloud',
  'ping-identity': 'Ping Identity',
  auth0: 'Auth0',
  adfs: 'Microsoft AD FS',
  generic: 'Custom',
};

export function brandOf(identityProvider: string): string {
  return Object.hasOwn(brands, identityProvider) ? brands[identityProvider]! : identityProvider;
}

const dateFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
const timeFormat = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** `null` for what is no date. */
export function dateText(timestamp: string | null): string | null {
  return formatted(timestamp, dateFormat);
}

export function timeText(timestamp: string | null): string | null {
  const text = formatted(timestamp, timeFormat);
  return text === null ? null : `${text} UTC`;
}

function formatted(timestamp: string | null, format: Intl.DateTimeFormat): string | null {
  const at = timestamp === null ? Number.NaN : Date.parse(timestamp);
  return Number.isNaN(at) ? null : format.format(at);
}
