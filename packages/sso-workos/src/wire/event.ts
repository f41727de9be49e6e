import type {
  ConnectionStatus,
  DirectoryStatus,
  DomainStatus,
  SsoEvent,
  SsoEventOf,
  SsoEventType,
} from '@org/sso-core';
import { readBody, withoutCopy } from '@org/sso-core/http';
import type { CallContext } from '@org/sso-core/provider';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { isRecord } from '../record.js';
import { connection } from './connection.js';
import { directoryGroup } from './directory-group.js';
import { directoryUser } from './directory-user.js';
import { directory } from './directory.js';
import { domain } from './domain.js';
import { invitationWithin } from './invitation.js';
import { membership } from './membership.js';
import { organization } from './organization.js';
import { user } from './user.js';
import { text, toInstant, toTimestamp } from './values.js';

const envelopeSchema = z.object({
  id: z.string().min(1),
  event: z.string().min(1),
  created_at: text,
  data: z.unknown().optional(),
});
const envelope = withoutCopy(envelopeSchema);

/** What of an event follows from its data. */
type Content = {
  [T in SsoEventType]: Pick<SsoEventOf<T>, 'type' | 'subject' | 'organizationId' | 'data'>;
}[SsoEventType];

interface Reading {
  readonly eventId: string;
  readonly deletion: 'deleted' | 'deleted_or_deactivated';
}

/** `undefined` for data of another shape, such as one without the id of what it is about. */
type ReadData = (data: unknown, reading: Reading) => Content | undefined;

function within<T>(schema: z.ZodType<T>, data: unknown): T | undefined {
  return schema.safeParse(data).data;
}

/** The state is the one the name tells; a deletion carries the state before it. */
function aboutConnection(
  type: 'connection.activated' | 'connection.deactivated' | 'connection.deleted',
  status?: ConnectionStatus,
): ReadData {
  return (data) => {
    const found = connection.within(data);
    if (!found) return undefined;
    const { id, vendorId, organizationId, name, protocol, identityProvider } = found;
    return {
      type,
      subject: `connection:${vendorId}`,
      organizationId,
      data: {
        connection: {
          id,
          vendorId,
          organizationId,
          name: name || null,
          protocol,
          identityProvider,
          status: status ?? found.status,
        },
      },
    };
  };
}

const certificateSchema = z.object({
  connection: z.object({ id: z.string().min(1), organization_id: text }),
  certificate: z.object({
    certificate_type: text,
    expiry_date: text,
    is_expired: z.boolean().nullish(),
  }),
  days_until_expiry: z.number().nullish(),
});

function aboutCertificate(
  type: 'connection.certificate_renewal_required' | 'connection.certificate_renewed',
): ReadData {
  return (data) => {
    const found = within(certificateSchema, data);
    if (!found) return undefined;
    const { certificate, days_until_expiry } = found;
    return {
      type,
      subject: `connection:${found.connection.id}`,
      organizationId: qualifyOptional(found.connection.organization_id),
      data: {
        certificate: {
          connectionId: ids.qualify(found.connection.id),
          // `ResponseSigning`
          certificateType: (certificate.certificate_type ?? 'unknown')
            .replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_')
            .toLowerCase(),
          expiresAt: toTimestamp(certificate.expiry_date),
          expired: certificate.is_expired ?? null,
          daysUntilExpiry: days_until_expiry ?? null,
        },
      },
    };
  };
}

function aboutDirectory(
  type: 'directory.activated' | 'directory.deleted',
  status?: DirectoryStatus,
): ReadData {
  return (data) => {
    const found = directory.within(data);
    return (
      found && {
        type,
        subject: `directory:${found.vendorId}`,
        organizationId: found.organizationId,
        data: { directory: { ...found, status: status ?? found.status } },
      }
    );
  };
}

function aboutDirectoryUser(type: 'directory.user.created' | 'directory.user.updated'): ReadData {
  return (data) => {
    const found = directoryUser.within(data);
    return (
      found && {
        type,
        subject: `directory_user:${found.vendorId}`,
        organizationId: found.organizationId,
        data: { user: found, previous: previousOf(data) },
      }
    );
  };
}

const aboutDeletedDirectoryUser: ReadData = (data, { deletion }) => {
  const found = directoryUser.within(data);
  return (
    found && {
      type: 'directory.user.deleted',
      subject: `directory_user:${found.vendorId}`,
      organizationId: found.organizationId,
      data: { user: found, meaning: deletion },
    }
  );
};

function aboutDirectoryGroup(
  type: 'directory.group.created' | 'directory.group.updated' | 'directory.group.deleted',
): ReadData {
  return (data) => {
    const found = directoryGroup.within(data);
    return (
      found && {
        type,
        subject: `directory_group:${found.vendorId}`,
        organizationId: found.organizationId,
        data: { group: found, previous: previousOf(data) },
      }
    );
  };
}

const groupMembershipSchema = z.object({ user: z.unknown(), group: z.unknown() });

function aboutGroupMembership(type: 'directory.group.user_added' | 'directory.group.user_removed'): ReadData {
  return (data) => {
    const parts = within(groupMembershipSchema, data);
    const member = directoryUser.within(parts?.user);
    const group = directoryGroup.within(parts?.group);
    if (!member || !group) return undefined;
    const { id, vendorId, directoryId, name } = group;
    return {
      type,
      subject: `directory_user:${member.vendorId}`,
      organizationId: member.organizationId ?? group.organizationId,
      data: { group: { id, vendorId, directoryId, name: name || null }, user: member, source: 'native' },
    };
  };
}

function aboutOrganization(
  type: 'organization.created' | 'organization.updated' | 'organization.deleted',
): ReadData {
  return (data) => {
    const found = organization.within(data);
    return (
      found && {
        type,
        subject: `organization:${found.vendorId}`,
        organizationId: found.id,
        data: { organization: found },
      }
    );
  };
}

/** The state is the one the name tells: an organization's domain counts from its verification on. */
function aboutDomain(
  type:
    | 'domain.created'
    | 'domain.updated'
    | 'domain.deleted'
    | 'domain.verified'
    | 'domain.verification_failed',
  status?: DomainStatus,
): ReadData {
  return (data) => {
    // A failed verification has the domain beside its reason. [S]
    const { organization_domain: nested, reason } = isRecord(data) ? data : {};
    const found = domain.within(nested ?? data);
    return (
      found && {
        type,
        subject: `domain:${found.vendorId}`,
        organizationId: found.organizationId,
        data: {
          domain: { ...found, status: status ?? found.status },
          reason: typeof reason === 'string' ? reason : null,
        },
      }
    );
  };
}

function aboutUser(type: 'user.created' | 'user.updated' | 'user.deleted'): ReadData {
  return (data) => {
    const found = user.within(data);
    return found && { type, subject: `user:${found.vendorId}`, organizationId: null, data: { user: found } };
  };
}

function aboutMembership(type: 'membership.created' | 'membership.updated' | 'membership.deleted'): ReadData {
  return (data) => {
    const found = membership.within(data);
    if (!found) return undefined;
    const { vendorId, organizationId, userId, status, roles } = found;
    return {
      type,
      subject: `membership:${ids.strip(organizationId)}/${ids.strip(userId)}`,
      organizationId,
      data: {
        // Every membership has a role: none means it was not told.
        membership: { vendorId, organizationId, userId, status, roles: roles.length > 0 ? roles : null },
      },
    };
  };
}

function aboutInvitation(
  type: 'invitation.created' | 'invitation.accepted' | 'invitation.resent' | 'invitation.revoked',
): ReadData {
  return (data) => {
    const found = invitationWithin(data);
    return (
      found && {
        type,
        subject: `invitation:${found.vendorId}`,
        organizationId: found.organizationId,
        data: { invitation: found },
      }
    );
  };
}

const roleSchema = z.object({
  id: text,
  slug: z.string().min(1),
  name: text,
  organization_id: text,
});

/** Roles have no id; those of an organization are told apart from the environment's by it. [S] */
function aboutRole(
  type:
    | 'role.created'
    | 'role.updated'
    | 'role.deleted'
    | 'permission.created'
    | 'permission.updated'
    | 'permission.deleted',
): ReadData {
  return (data) => {
    const found = within(roleSchema, data);
    if (!found) return undefined;
    const { id, slug, name, organization_id } = found;
    const organizationId = qualifyOptional(organization_id);
    const [entity] = type.split('.');
    return {
      type,
      subject: `${entity}:${id ?? (organization_id ? `${organization_id}/${slug}` : slug)}`,
      organizationId,
      data: { role: { vendorId: id ?? null, name: slug, displayName: name ?? null, organizationId } },
    };
  };
}

const authenticationSchema = z.object({
  user_id: text,
  email: text,
  ip_address: text,
  user_agent: text,
  sso: z.object({ organization_id: text, connection_id: text }).nullish(),
  error: z.object({ code: text }).nullish(),
});

function aboutAuthentication(
  method: string,
  type:
    | 'authentication.started'
    | 'authentication.succeeded'
    | 'authentication.failed'
    | 'authentication.timed_out',
): ReadData {
  return (data, { eventId }) => {
    const found = within(authenticationSchema, data);
    if (!found) return undefined;
    const { user_id, email, ip_address, user_agent, sso, error } = found;
    return {
      type,
      subject: `authentication:${user_id ?? email ?? eventId}`,
      organizationId: qualifyOptional(sso?.organization_id),
      data: {
        authentication: {
          method,
          userId: qualifyOptional(user_id),
          email: email ?? null,
          connectionId: qualifyOptional(sso?.connection_id),
          ipAddress: ip_address ?? null,
          userAgent: user_agent ?? null,
          errorCode: error?.code ?? null,
        },
      },
    };
  };
}

/** By WorkOS's names. */
const readers: Readonly<Record<string, ReadData>> = {
  'connection.activated': aboutConnection('connection.activated', 'active'),
  'connection.deactivated': aboutConnection('connection.deactivated', 'inactive'),
  'connection.deleted': aboutConnection('connection.deleted'),
  'connection.saml_certificate_renewal_required': aboutCertificate('connection.certificate_renewal_required'),
  'connection.saml_certificate_renewed': aboutCertificate('connection.certificate_renewed'),
  'dsync.activated': aboutDirectory('directory.activated', 'active'),
  'dsync.deleted': aboutDirectory('directory.deleted'),
  'dsync.user.created': aboutDirectoryUser('directory.user.created'),
  'dsync.user.updated': aboutDirectoryUser('directory.user.updated'),
  'dsync.user.deleted': aboutDeletedDirectoryUser,
  'dsync.group.created': aboutDirectoryGroup('directory.group.created'),
  'dsync.group.updated': aboutDirectoryGroup('directory.group.updated'),
  'dsync.group.deleted': aboutDirectoryGroup('directory.group.deleted'),
  'dsync.group.user_added': aboutGroupMembership('directory.group.user_added'),
  'dsync.group.user_removed': aboutGroupMembership('directory.group.user_removed'),
  'organization.created': aboutOrganization('organization.created'),
  'organization.updated': aboutOrganization('organization.updated'),
  'organization.deleted': aboutOrganization('organization.deleted'),
  'organization_domain.created': aboutDomain('domain.created'),
  'organization_domain.updated': aboutDomain('domain.updated'),
  'organization_domain.deleted': aboutDomain('domain.deleted'),
  'organization_domain.verified': aboutDomain('domain.verified', 'verified'),
  'organization_domain.verification_failed': aboutDomain('domain.verification_failed', 'failed'),
  'user.created': aboutUser('user.created'),
  'user.updated': aboutUser('user.updated'),
  'user.deleted': aboutUser('user.deleted'),
  'organization_membership.created': aboutMembership('membership.created'),
  'organization_membership.updated': aboutMembership('membership.updated'),
  'organization_membership.deleted': aboutMembership('membership.deleted'),
  'invitation.created': aboutInvitation('invitation.created'),
  'invitation.accepted': aboutInvitation('invitation.accepted'),
  'invitation.resent': aboutInvitation('invitation.resent'),
  'invitation.revoked': aboutInvitation('invitation.revoked'),
  'role.created': aboutRole('role.created'),
  'role.updated': aboutRole('role.updated'),
  'role.deleted': aboutRole('role.deleted'),
  'organization_role.created': aboutRole('role.created'),
  'organization_role.updated': aboutRole('role.updated'),
  'organization_role.deleted': aboutRole('role.deleted'),
  'permission.created': aboutRole('permission.created'),
  'permission.updated': aboutRole('permission.updated'),
  'permission.deleted': aboutRole('permission.deleted'),
  'authentication.sso_started': aboutAuthentication('sso', 'authentication.started'),
  'authentication.sso_timed_out': aboutAuthentication('sso', 'authentication.timed_out'),
  'authentication.reauthentication_succeeded': aboutAuthentication(
    'reauthentication',
    'authentication.succeeded',
  ),
  ...Object.fromEntries(
    ['sso', 'password', 'oauth', 'magic_auth', 'mfa', 'passkey', 'email_verification'].flatMap((method) => [
      [`authentication.${method}_succeeded`, aboutAuthentication(method, 'authentication.succeeded')],
      [`authentication.${method}_failed`, aboutAuthentication(method, 'authentication.failed')],
    ]),
  ),
};

/** The events this adapter can read. */
export const eventNames: readonly string[] = Object.keys(readers);

export interface EventSource {
  readonly environment: string;
  readonly inactiveUsers: 'deleted' | 'kept';
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Reads an event from a webhook or from the stream. One whose data or time cannot be read becomes `unrecognized`. Throws
 * `invalid_response` for one without an id or a name.
 */
export function toEvent(
  body: unknown,
  { environment, inactiveUsers, now }: EventSource,
  context: CallContext,
): SsoEvent {
  const wire = readBody(envelope, body, providerId, context);
  const occurredAt = toInstant(wire.created_at);
  const reading: Reading = {
    eventId: wire.id,
    deletion: inactiveUsers === 'deleted' ? 'deleted_or_deactivated' : 'deleted',
  };
  const read = occurredAt !== null && Object.hasOwn(readers, wire.event) ? readers[wire.event] : undefined;
  const content = read?.(wire.data, reading) ?? unrecognized(wire);
  return {
    id: wire.id,
    provider: providerId,
    environment,
    occurredAt: occurredAt ?? new Date(now()).toISOString(),
    ...content,
  };
}

const pageSchema = z.object({
  data: z.array(z.unknown()),
  list_metadata: z.object({ after: text }),
});

/** One page of the stream, and whether another one follows. */
export function readEventPage(
  body: unknown,
  source: EventSource,
  context: CallContext,
): { events: SsoEvent[]; more: boolean } {
  const { data, list_metadata } = readBody(pageSchema, body, providerId, context);
  return { events: data.map((event) => toEvent(event, source, context)), more: Boolean(list_metadata.after) };
}

function unrecognized({ id, event, data }: z.infer<typeof envelopeSchema>): Content {
  const organizationId = isRecord(data) ? data['organization_id'] : undefined;
  return {
    type: 'unrecognized',
    subject: `event:${id}`,
    organizationId: typeof organizationId === 'string' ? qualifyOptional(organizationId) : null,
    data: { vendorType: event, payload: data ?? null },
  };
}

/** Shallow, with `null` for what is new; in the data rather than beside it. [S] */
function previousOf(data: unknown): Record<string, unknown> | null {
  const previous = isRecord(data) ? data['previous_attributes'] : undefined;
  return isRecord(previous) ? previous : null;
}

/** An id of the kind its place asks for. */
function qualifyOptional(id: string | null | undefined) {
  return id ? ids.qualify<never>(id) : null;
}
