import type {
  AuthenticationSnapshot,
  ConnectionStatus,
  DomainStatus,
  MembershipSnapshot,
  OrganizationId,
  SsoEvent,
  SsoEventOf,
  SsoEventType,
} from '@org/sso-core';
import type { CallContext } from '@org/sso-core/provider';
import { refusal } from '../errors.js';
import { ids, providerId } from '../ids.js';
import { fieldsOf, orNull, toTimestamp, type Fields } from './fields.js';
import { toConnectionKind, toConnectionStatus } from './mappers/connection.js';
import { toDirectory, toDirectoryGroup, toDirectoryUser, type DirectoryPlace } from './mappers/directory.js';
import { toDomain } from './mappers/domain.js';
import { toOrganization } from './mappers/organization.js';
import { toUser } from './mappers/user.js';

/** What stays the same for all events of one adapter. */
export interface EventSource {
  readonly environment: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The neutral event of a webhook's payload or of an item of the pulled stream. A type without a neutral name, and a known type whose ids
 * or time are missing, becomes `unrecognized`. Throws `invalid_response` without an id or a type.
 */
export function toEvent(payload: unknown, source: EventSource, context: CallContext): SsoEvent {
  const wire = fieldsOf(payload);
  const id = orNull(wire['id']);
  const vendorType = orNull(wire['type']);
  if (id === null || vendorType === null) {
    throw refusal('invalid_response', context, 'Scalekit sent an event without an id or a type');
  }
  const data = fieldsOf(wire['data']);
  const organizationId = organizationOf(wire, data, vendorType);
  // The SCIM quickstart shows `timestamp` [D].
  const occurredAt = toInstant(wire['occurred_at'] ?? wire['timestamp']);
  const known = occurredAt === null ? undefined : kinds.get(vendorType);
  const read = known?.read(data, organizationId);
  return {
    id,
    provider: providerId,
    environment: source.environment,
    occurredAt: occurredAt ?? new Date(source.now()).toISOString(),
    organizationId,
    ...(known && read
      ? { type: known.type, subject: read.subject ?? `event:${id}`, data: read.data }
      : {
          type: 'unrecognized',
          subject: `event:${id}`,
          data: { vendorType, payload: withoutSecrets(wire['data']) },
        }),
  } as SsoEvent;
}

const aboutOrganizations = /^organization\.(?:created|updated|deleted)$/;

/** The envelope says it, except for roles, permissions and old payloads; samples contradict themselves inside the data [S]. */
function organizationOf(wire: Fields, data: Fields, vendorType: string): OrganizationId | null {
  const organization =
    orNull(wire['organization_id']) ??
    orNull(data['organization_id']) ??
    orNull(fieldsOf(data['organization'])['id']) ??
    (aboutOrganizations.test(vendorType) ? orNull(data['id']) : null);
  return organization === null ? null : ids.qualify(organization);
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** ISO-8601 in UTC with the digits given, at most nanoseconds; `null` for anything else. */
function toInstant(value: unknown): string | null {
  const [matched, fraction = ''] = instant.exec(orNull(value) ?? '') ?? [];
  const timestamp = toTimestamp(matched);
  return timestamp && `${timestamp.slice(0, 19)}${fraction.slice(0, 10)}Z`;
}

const secretName = /(?:^|_)(?:secret|token|password)$/i;

/** Events are stored and logged: credentials, such as `txt_record_secret`, stay behind whatever the event. */
function withoutSecrets(data: unknown): unknown {
  return JSON.parse(
    JSON.stringify(data ?? null, (name, value: unknown) => (secretName.test(name) ? undefined : value)),
  );
}

/** What an event's data says; `undefined` when an id is missing. */
type Reader<Data> = (
  data: Fields,
  organizationId: OrganizationId | null,
) => { readonly subject: string | null; readonly data: Data } | undefined;

interface EventKind {
  readonly type: SsoEventType;
  readonly read: Reader<object>;
}

function kind<Type extends SsoEventType>(type: Type, read: Reader<SsoEventOf<Type>['data']>): EventKind {
  return { type, read };
}

type Identified = Fields & { readonly id: string };

function identified(fields: Fields): Identified | undefined {
  return orNull(fields['id']) === null ? undefined : (fields as Identified);
}

/** Of events whose data is the object itself. */
function object<Data>(
  entity: string,
  read: (wire: Identified, organizationId: OrganizationId | null) => Data | undefined,
): Reader<Data> {
  return (fields, organizationId) => {
    const wire = identified(fields);
    const data = wire && read(wire, organizationId);
    return data && { subject: `${entity}:${wire.id}`, data };
  };
}

const organization = object('organization', (wire) => ({ organization: toOrganization(wire) }));

/** An allowed e-mail domain proves nothing about who owns it: such events are not the model's. */
const domain = (status?: DomainStatus) =>
  object('domain', (wire, organizationId) => {
    const name = orNull(wire['domain']);
    const routesLogins = (orNull(wire['domain_type']) ?? 'ORGANIZATION_DOMAIN') === 'ORGANIZATION_DOMAIN';
    if (name === null || organizationId === null || !routesLogins) return undefined;
    const told = toDomain({ ...wire, domain: name, organization_id: ids.strip(organizationId) });
    return { domain: status ? { ...told, status } : told, reason: null };
  });

const connection = (statusOf: (wire: Fields) => ConnectionStatus) =>
  object('connection', (wire, organizationId) => ({
    connection: {
      id: ids.qualify<'connection'>(wire.id),
      vendorId: wire.id,
      organizationId,
      ...toConnectionKind({ type: wire['connection_type'], provider: wire['provider'] }),
      status: statusOf(wire),
    },
  }));

/** The type decides: a published sample of `directory_enabled` says `enabled: false` [D]. */
const switchedConnection = (enabled: boolean) =>
  connection(({ status }) => toConnectionStatus(status ?? 'COMPLETED', enabled));
/** Creation and deletion say nothing about it. */
const otherConnection = connection(({ status, enabled }) => toConnectionStatus(status, enabled));

const directory = (enabled: boolean) =>
  object('directory', (wire, organizationId) =>
    organizationId === null
      ? undefined
      : {
          directory: toDirectory({ ...wire, enabled, status: wire['status'] ?? 'COMPLETED' }, organizationId),
        },
  );

function placeOf(wire: Fields, organizationId: OrganizationId): DirectoryPlace {
  const directoryId = orNull(wire['directory_id']);
  return { organizationId, directoryId: directoryId === null ? null : ids.qualify(directoryId) };
}

const directoryUser = <Extra extends object>(extra: Extra) =>
  object('directory_user', (wire, organizationId) =>
    organizationId === null
      ? undefined
      : { user: toDirectoryUser(wire, placeOf(wire, organizationId)), ...extra },
  );
const changedDirectoryUser = directoryUser({ previous: null });
/** A deactivation is an update with `active: false` [S]. */
const deletedDirectoryUser = directoryUser({ meaning: 'deleted' } as const);

const directoryGroup = object('directory_group', (wire, organizationId) =>
  organizationId === null
    ? undefined
    : { group: toDirectoryGroup(wire, placeOf(wire, organizationId)), previous: null },
);

const role = (entity: 'role' | 'permission') =>
  object(entity, (wire, organizationId) => {
    const name = orNull(wire['name']);
    return name === null
      ? undefined
      : {
          role: {
            vendorId: wire.id,
            name,
            displayName: orNull(wire['display_name']),
            organizationId,
          },
        };
  });

/** Of events with `data.user`. */
function person(data: Fields): (Identified & { readonly email: string }) | undefined {
  const wire = identified(fieldsOf(data['user']));
  const email = wire && orNull(wire['email']);
  return email ? { ...wire, email } : undefined;
}

const signedUp: Reader<SsoEventOf<'user.created'>['data']> = (data) => {
  const user = person(data);
  return user && { subject: `user:${user.id}`, data: { user: toUser(user) } };
};

/** Neither status nor roles come along [S]. */
const membership =
  (status: MembershipSnapshot['status']): Reader<SsoEventOf<'membership.created'>['data']> =>
  (data, organizationId) => {
    const user = identified(fieldsOf(data['user']));
    if (!user || organizationId === null) return undefined;
    return {
      subject: `membership:${ids.strip(organizationId)}/${user.id}`,
      data: {
        membership: { vendorId: null, organizationId, userId: ids.qualify(user.id), status, roles: null },
      },
    };
  };

const invitation: Reader<SsoEventOf<'invitation.created'>['data']> = (data, organizationId) => {
  const user = person(data);
  if (!user || organizationId === null) return undefined;
  return {
    subject: `invitation:${ids.strip(organizationId)}/${user.id}`,
    data: {
      invitation: { vendorId: null, organizationId, email: user.email, status: 'pending', expiresAt: null },
    },
  };
};

/** Scalekit does not say by which method or connection. */
const authentication: Reader<{ authentication: AuthenticationSnapshot }> = (data) => {
  const user = fieldsOf(data['user']);
  const session = fieldsOf(data['user_session']);
  const device = fieldsOf(session['device']);
  const userId = orNull(user['id']) ?? orNull(session['user_id']);
  const email = orNull(user['email']);
  return {
    subject: userId === null && email === null ? null : `authentication:${userId ?? email}`,
    data: {
      authentication: {
        method: 'unknown',
        userId: userId === null ? null : ids.qualify(userId),
        email,
        connectionId: null,
        ipAddress: orNull(device['ip']),
        userAgent: orNull(device['user_agent']),
        errorCode: null,
      },
    },
  };
};

/** The catalogue [S]; connected accounts, which are no matter of single sign-on, stay `unrecognized`. */
const kinds: ReadonlyMap<string, EventKind> = new Map([
  ['organization.created', kind('organization.created', organization)],
  ['organization.updated', kind('organization.updated', organization)],
  ['organization.deleted', kind('organization.deleted', organization)],
  ['organization.domain_created', kind('domain.created', domain())],
  ['organization.domain_deleted', kind('domain.deleted', domain())],
  ['organization.domain_dns_verification_success', kind('domain.verified', domain('verified'))],
  ['organization.domain_dns_verification_failed', kind('domain.verification_failed', domain('failed'))],
  ['organization.sso_created', kind('connection.created', otherConnection)],
  ['organization.sso_enabled', kind('connection.activated', switchedConnection(true))],
  ['organization.sso_disabled', kind('connection.deactivated', switchedConnection(false))],
  ['organization.sso_deleted', kind('connection.deleted', otherConnection)],
  ['organization.directory_enabled', kind('directory.activated', directory(true))],
  ['organization.directory_disabled', kind('directory.deactivated', directory(false))],
  ['organization.directory.user_created', kind('directory.user.created', changedDirectoryUser)],
  ['organization.directory.user_updated', kind('directory.user.updated', changedDirectoryUser)],
  ['organization.directory.user_deleted', kind('directory.user.deleted', deletedDirectoryUser)],
  ['organization.directory.group_created', kind('directory.group.created', directoryGroup)],
  ['organization.directory.group_updated', kind('directory.group.updated', directoryGroup)],
  ['organization.directory.group_deleted', kind('directory.group.deleted', directoryGroup)],
  ['user.signup', kind('user.created', signedUp)],
  ['user.login', kind('authentication.succeeded', authentication)],
  ['user.logout', kind('authentication.logged_out', authentication)],
  ['user.organization_invitation', kind('invitation.created', invitation)],
  ['user.organization_membership_created', kind('membership.created', membership('unknown'))],
  ['user.organization_membership_updated', kind('membership.updated', membership('unknown'))],
  ['user.organization_membership_deleted', kind('membership.deleted', membership('inactive'))],
  ['role.created', kind('role.created', role('role'))],
  ['role.updated', kind('role.updated', role('role'))],
  ['role.deleted', kind('role.deleted', role('role'))],
  ['permission.created', kind('permission.created', role('permission'))],
  ['permission.updated', kind('permission.updated', role('permission'))],
  ['permission.deleted', kind('permission.deleted', role('permission'))],
]);
