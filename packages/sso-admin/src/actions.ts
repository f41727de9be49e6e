import type { FacetName } from '@org/sso-core';

/** A target's type in an event. */
export type AuditTargetType = 'organization' | 'sso_connection' | 'directory' | 'user';

interface ActionFacts {
  /** What the actor needs: to belong to the organization, an admin role, or an admin role with an active session. */
  readonly needs: 'membership' | 'admin' | 'admin_session';
  /** What every event of the action names beside the organization. */
  readonly target: Exclude<AuditTargetType, 'organization'> | null;
  /** What the provider must have for it, and the feature of that. */
  readonly facet: FacetName | null;
  readonly feature?: string;
  readonly meaning: string;
}

/** Every action there is. Names are `<area>.<verb>_<object>`. */
export const auditActions = {
  'sso.view_settings': {
    needs: 'membership',
    target: null,
    facet: 'connections',
    meaning: 'Connections and directories were looked at',
  },
  'sso.create_management_portal_url': {
    needs: 'admin_session',
    target: null,
    facet: 'adminPortal',
    meaning: "A link into the vendor's portal was handed out",
  },
  'sso.delete_connection': {
    needs: 'admin_session',
    target: 'sso_connection',
    facet: 'connectionAdmin',
    meaning: 'A connection was deleted',
  },
  'sso.enable_connection': {
    needs: 'admin_session',
    target: 'sso_connection',
    facet: 'connectionAdmin',
    feature: 'enable',
    meaning: 'A connection was switched on',
  },
  'sso.disable_connection': {
    needs: 'admin_session',
    target: 'sso_connection',
    facet: 'connectionAdmin',
    feature: 'disable',
    meaning: 'A connection was switched off',
  },
  'sso.invite_user': {
    needs: 'admin_session',
    target: 'user',
    facet: 'users',
    meaning: 'Somebody was made a member and sent an invitation',
  },
  'sso.resend_invitation': {
    needs: 'admin_session',
    target: 'user',
    facet: 'users',
    meaning: 'An invitation was sent again',
  },
  'sso.view_audit_events': {
    needs: 'admin',
    target: null,
    facet: null,
    meaning: 'The audit events were asked for; recorded when refused',
  },
  'directory.enable_directory': {
    needs: 'admin_session',
    target: 'directory',
    facet: 'directoryAdmin',
    feature: 'enable',
    meaning: 'A directory was switched on',
  },
  'directory.disable_directory': {
    needs: 'admin_session',
    target: 'directory',
    facet: 'directoryAdmin',
    feature: 'disable',
    meaning: 'A directory was switched off',
  },
  'directory.delete_directory': {
    needs: 'admin_session',
    target: 'directory',
    facet: 'directoryAdmin',
    feature: 'delete',
    meaning: 'A directory was deleted',
  },
} as const satisfies Readonly<Record<string, ActionFacts>>;

export type AuditAction = keyof typeof auditActions;

/** `metadata.outcome` of an event. */
export type AuditOutcome =
  | 'success'
  /** Refused by the rules of this package; `metadata.reason` says which. */
  | 'denied'
  /** The vendor refused it or could not be asked, and nothing was changed; `metadata.error` is the code. */
  | 'failure'
  /** The vendor was asked and did not answer, or the process ended: it may have happened. */
  | 'unknown';
