import { z } from 'zod';
import { idSchema, timestampSchema } from './common.js';
import { connectionProtocolSchema, connectionStatusSchema } from './connection.js';
import { directoryGroupSchema, directorySchema, directoryUserSchema } from './directory.js';
import { domainSchema } from './domain.js';
import { organizationSchema } from './organization.js';
import { userSchema } from './user.js';

const envelopeShape = {
  /** The vendor's event id, unqualified: the same in a webhook and in the pulled stream. Duplicates carry it too. */
  id: z.string().min(1),
  provider: z.string().min(1),
  environment: z.string().min(1),
  /** ISO-8601 UTC with the vendor's own precision, up to nanoseconds. */
  occurredAt: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/),
  organizationId: idSchema<'organization'>().nullable(),
  /** What the event is about. Events of one subject are handled in order; deletions of it are remembered. */
  subject: z.string().min(1),
};

/** What an event says about a connection: vendors send less here than when asked for the connection. */
export const connectionSnapshotSchema = z.object({
  id: idSchema<'connection'>(),
  vendorId: z.string(),
  organizationId: idSchema<'organization'>().nullable(),
  name: z.string().nullable(),
  protocol: connectionProtocolSchema,
  identityProvider: z.string(),
  /** For a deletion: the status before it. */
  status: connectionStatusSchema,
});

export const certificateSchema = z.object({
  connectionId: idSchema<'connection'>(),
  /** `response_signing` (the identity provider's), `request_signing`, `response_encryption`, or the vendor's word. */
  certificateType: z.string(),
  expiresAt: z.string().nullable(),
  expired: z.boolean().nullable(),
  daysUntilExpiry: z.number().nullable(),
});

export const authenticationSchema = z.object({
  /** `sso`, `password`, `oauth`, `magic_auth`, …: the vendor's word. */
  method: z.string(),
  userId: idSchema<'user'>().nullable(),
  email: z.string().nullable(),
  connectionId: idSchema<'connection'>().nullable(),
  ipAddress: z.string().nullable(),
  userAgent: z.string().nullable(),
  /** The vendor's code of a failure. */
  errorCode: z.string().nullable(),
});

export const membershipSnapshotSchema = z.object({
  vendorId: z.string().nullable(),
  organizationId: idSchema<'organization'>(),
  userId: idSchema<'user'>(),
  status: z.enum(['active', 'pending', 'inactive', 'unknown']),
  /** `null` when the event does not tell: read the membership again. */
  roles: z.array(z.string()).nullable(),
});

export const invitationSnapshotSchema = z.object({
  vendorId: z.string().nullable(),
  organizationId: idSchema<'organization'>().nullable(),
  email: z.string(),
  status: z.enum(['pending', 'accepted', 'expired', 'revoked', 'unknown']),
  expiresAt: z.string().nullable(),
});

export const roleSnapshotSchema = z.object({
  vendorId: z.string().nullable(),
  /** Name (slug) of the role or permission. */
  name: z.string(),
  displayName: z.string().nullable(),
  organizationId: idSchema<'organization'>().nullable(),
});

const connectionData = z.object({ connection: connectionSnapshotSchema });
const certificateData = z.object({ certificate: certificateSchema });
const directoryData = z.object({ directory: directorySchema });
/** `previous`: the changed attributes' former values, where the vendor sends them. */
const previous = z.record(z.string(), z.unknown()).nullable();
const directoryUserData = z.object({ user: directoryUserSchema, previous });
const directoryUserDeletedData = z.object({
  user: directoryUserSchema,
  /** `deleted_or_deactivated`: this vendor environment reports a deactivation the same way. Take access away; keep the record. */
  meaning: z.enum(['deleted', 'deleted_or_deactivated']),
});
const directoryGroupData = z.object({ group: directoryGroupSchema, previous });
const groupMembershipData = z.object({
  group: directoryGroupSchema
    .pick({ id: true, vendorId: true, directoryId: true })
    .extend({ name: z.string().nullable() }),
  user: directoryUserSchema,
  /** `derived`: found by comparing with the last-known groups, as the vendor sends no such event. */
  source: z.enum(['native', 'derived']),
});
const organizationData = z.object({ organization: organizationSchema });
const domainData = z.object({ domain: domainSchema, reason: z.string().nullable() });
const userData = z.object({ user: userSchema });
const membershipData = z.object({ membership: membershipSnapshotSchema });
const invitationData = z.object({ invitation: invitationSnapshotSchema });
const authenticationData = z.object({ authentication: authenticationSchema });
const roleData = z.object({ role: roleSnapshotSchema });
const unrecognizedData = z.object({
  /** The vendor's name of the event. */
  vendorType: z.string(),
  /** The event's data as the vendor sent it. */
  payload: z.unknown(),
});

const dataByType = {
  'connection.created': connectionData,
  'connection.activated': connectionData,
  'connection.deactivated': connectionData,
  'connection.deleted': connectionData,
  'connection.certificate_renewal_required': certificateData,
  'connection.certificate_renewed': certificateData,
  'directory.activated': directoryData,
  'directory.deactivated': directoryData,
  'directory.deleted': directoryData,
  'directory.user.created': directoryUserData,
  'directory.user.updated': directoryUserData,
  'directory.user.deleted': directoryUserDeletedData,
  'directory.group.created': directoryGroupData,
  'directory.group.updated': directoryGroupData,
  'directory.group.deleted': directoryGroupData,
  'directory.group.user_added': groupMembershipData,
  'directory.group.user_removed': groupMembershipData,
  'organization.created': organizationData,
  'organization.updated': organizationData,
  'organization.deleted': organizationData,
  'domain.created': domainData,
  'domain.updated': domainData,
  'domain.deleted': domainData,
  'domain.verified': domainData,
  'domain.verification_failed': domainData,
  'user.created': userData,
  'user.updated': userData,
  'user.deleted': userData,
  'membership.created': membershipData,
  'membership.updated': membershipData,
  'membership.deleted': membershipData,
  'invitation.created': invitationData,
  'invitation.accepted': invitationData,
  'invitation.resent': invitationData,
  'invitation.revoked': invitationData,
  'authentication.started': authenticationData,
  'authentication.succeeded': authenticationData,
  'authentication.failed': authenticationData,
  'authentication.timed_out': authenticationData,
  'authentication.logged_out': authenticationData,
  'role.created': roleData,
  'role.updated': roleData,
  'role.deleted': roleData,
  'permission.created': roleData,
  'permission.updated': roleData,
  'permission.deleted': roleData,
  /** An event this version does not know. It is delivered like any other: nothing is lost. */
  unrecognized: unrecognizedData,
} as const;

export const eventEnvelopeSchema = z.object(envelopeShape);
export const eventDataSchemas: typeof dataByType = dataByType;

type DataByType = { readonly [Type in keyof typeof dataByType]: z.infer<(typeof dataByType)[Type]> };

/** Names are `<entity>.<past tense>`; `unrecognized` is the rest. */
export type SsoEventType = keyof DataByType;

type Envelope = Readonly<z.infer<typeof eventEnvelopeSchema>>;

/** One event of one type. */
export type SsoEventOf<Type extends SsoEventType> = {
  [T in Type]: Envelope & { readonly type: T; readonly data: Readonly<DataByType[T]> };
}[Type];

/** What happened at a vendor, in one shape for push and pull. Switch on `type`. */
export type SsoEvent = SsoEventOf<SsoEventType>;

export const pullEventsSchema = z.strictObject({
  /** The `cursor` of an earlier page; `null` starts at `since`. */
  cursor: z.string().min(1).nullable(),
  /** ISO-8601. Without cursor and `since`: from now on. */
  since: timestampSchema.optional(),
  organizationId: idSchema<'organization'>().optional(),
  pageSize: z.number().int().positive().optional(),
});

export interface PullEvents extends z.infer<typeof pullEventsSchema> {}
export interface ConnectionSnapshot extends z.infer<typeof connectionSnapshotSchema> {}
export interface CertificateNotice extends z.infer<typeof certificateSchema> {}
export interface AuthenticationSnapshot extends z.infer<typeof authenticationSchema> {}
export interface MembershipSnapshot extends z.infer<typeof membershipSnapshotSchema> {}
export interface InvitationSnapshot extends z.infer<typeof invitationSnapshotSchema> {}
export interface RoleSnapshot extends z.infer<typeof roleSnapshotSchema> {}
