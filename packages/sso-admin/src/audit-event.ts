import { randomUUID } from 'node:crypto';
import type { AuditMetadata, AuditTarget, Connection, Directory, OrganizationId } from '@org/sso-core';
import type { AuditEntry } from '@org/sso-core/audit';
import { auditActions, type AuditAction, type AuditOutcome, type AuditTargetType } from './actions.js';
import type { AdminActor } from './actor.js';
import type { Attempt } from './authorization.js';

/** Version of the events' shape. */
const version = 1;
/** Characters of a text that comes from outside: the shortest limit of the vendors' audit logs. */
const maxLength = 500;

/** What an event tells beside who, when and where. */
export interface Happening {
  readonly outcome: AuditOutcome;
  readonly target?: AuditTarget | undefined;
  /** Never a link, a token or a message of the vendor. */
  readonly metadata?: AuditMetadata | undefined;
}

/**
 * The entry of an attempt. It is in the trail of the actor's own organization, also when the attempt was at another: nobody can write
 * into a trail that is not theirs.
 */
export function toEntry(attempt: Attempt, at: number, { outcome, target, metadata }: Happening): AuditEntry {
  const { action, actor, organizationId, context } = attempt;
  return {
    id: randomUUID(),
    organizationId: actor.organizationId,
    event: {
      action,
      occurredAt: new Date(at).toISOString(),
      version,
      actor: {
        id: actor.id,
        type: actor.type,
        ...(actor.name !== null && { name: actor.name }),
        metadata: actorMetadata(actor),
      },
      targets: [{ id: organizationId, type: 'organization' }, ...(target ? [target] : [])],
      context: {
        location: bound(context.location),
        ...(context.userAgent && { userAgent: bound(context.userAgent) }),
      },
      metadata: { ...context.metadata, source: bound(context.source), outcome, ...metadata },
    },
  };
}

function actorMetadata({ email, role, organizationId, impersonator }: AdminActor): AuditMetadata {
  return {
    ...(email !== null && { email }),
    role,
    organization_id: organizationId,
    ...(impersonator && {
      impersonator_email: impersonator.email,
      impersonator_reason: impersonator.reason,
    }),
  };
}

export function connectionTarget(connection: Connection): AuditTarget {
  const { id, name, protocol, identityProvider, organizationId } = connection;
  return namedTarget('sso_connection', id, name, {
    connection_id: id,
    connection_type: protocol,
    identity_provider: bound(identityProvider),
    ...(organizationId !== null && { organization_id: organizationId }),
  });
}

export function directoryTarget({
  id,
  name,
  type,
  identityProvider,
  organizationId,
}: Directory): AuditTarget {
  return namedTarget('directory', id, name, {
    directory_id: id,
    directory_type: bound(type),
    identity_provider: bound(identityProvider),
    organization_id: organizationId,
  });
}

function namedTarget(type: AuditTargetType, id: string, name: string, metadata: AuditMetadata): AuditTarget {
  return { id, type, ...(name && { name: bound(name) }), metadata };
}

/** What is known of an action's target before anybody was asked. */
export function bareTarget(
  action: AuditAction,
  id: string,
  organizationId: OrganizationId,
): AuditTarget | undefined {
  const type = auditActions[action].target;
  if (type === null) return undefined;
  const key = { sso_connection: 'connection_id', directory: 'directory_id', user: 'user_id' }[type];
  return { id, type, metadata: { [key]: id, organization_id: organizationId } };
}

/** A visitor's browser and the vendor write what they like: it is cut, and says so, rather than kept from the trail. */
function bound(text: string): string {
  const characters = Array.from(text);
  if (characters.length <= maxLength) return text;
  const note = `… (${characters.length} characters)`;
  return characters.slice(0, maxLength - note.length).join('') + note;
}
