import { SsoError, type OrganizationId } from '@org/sso-core';
import { auditActions, type AuditAction } from './actions.js';
import type { ActionRequest } from './actor.js';

/** Why an action was refused. Closed, and safe to show. */
export type DenialReason =
  | 'other_organization'
  | 'not_an_admin'
  | 'session_expired'
  /** Your policy said no. */
  | 'policy'
  /** Your policy failed, which counts as a no. */
  | 'policy_failed';

/** An action the actor may not do. It was recorded, and nothing was asked of the vendor. */
export class PermissionDeniedError extends SsoError {
  override readonly name = 'PermissionDeniedError';
  readonly reason: DenialReason;

  constructor(action: AuditAction, reason: DenialReason, cause?: unknown) {
    super({
      code: 'permission_denied',
      message: `${action} is refused: ${explanations[reason]}`,
      operation: action,
      cause,
    });
    this.reason = reason;
  }
}

const explanations: Readonly<Record<DenialReason, string>> = {
  other_organization: 'the actor belongs to another organization',
  not_an_admin: 'it needs an admin role',
  session_expired: 'it needs an active session',
  policy: 'the policy does not allow it',
  policy_failed: 'the policy failed, so it is not allowed',
};

export interface Attempt extends ActionRequest {
  readonly action: AuditAction;
  readonly organizationId: OrganizationId;
}

/** Takes permissions away, such as deletions by an impersonator. It cannot give any. */
export type AdminPolicy = (attempt: Attempt) => boolean | Promise<boolean>;

export interface Rules {
  readonly adminRoles: readonly string[];
  readonly policy: AdminPolicy | undefined;
}

/** Why the attempt is refused; `undefined` when it is allowed. */
export async function findDenial(
  attempt: Attempt,
  { adminRoles, policy }: Rules,
): Promise<PermissionDeniedError | undefined> {
  const { action, actor, organizationId, sessionActive } = attempt;
  const { needs } = auditActions[action];
  const denied = (reason: DenialReason, cause?: unknown) => new PermissionDeniedError(action, reason, cause);
  if (actor.organizationId !== organizationId) return denied('other_organization');
  if (needs !== 'membership' && !adminRoles.includes(actor.role)) return denied('not_an_admin');
  if (needs === 'admin_session' && !sessionActive) return denied('session_expired');
  try {
    const answer: unknown = policy ? await policy(attempt) : true;
    // A policy in plain JavaScript may answer anything.
    if (answer !== true) return denied('policy');
  } catch (error) {
    return denied('policy_failed', error);
  }
  return undefined;
}
