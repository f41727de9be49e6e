export type {
  ConnectionId,
  DirectoryGroupId,
  DirectoryId,
  DirectoryUserId,
  DomainId,
  IdKind,
  OrganizationId,
  QualifiedId,
  UserId,
} from './ids.js';
export type {
  CreateOrganization,
  Organization,
  OrganizationSettings,
  UpdateOrganization,
  UpdateOrganizationSettings,
} from './organization.js';
export type { CreateDomain, Domain, DomainRef, DomainStatus } from './domain.js';
export type {
  Connection,
  ConnectionProtocol,
  ConnectionRef,
  ConnectionStatus,
  CreateConnection,
  ListConnections,
  ServiceProvider,
  UpdateConnection,
} from './connection.js';
export type {
  CreateUser,
  Invitation,
  InvitationStatus,
  Member,
  Membership,
  MembershipRef,
  MembershipStatus,
  OrganizationScope,
  UpdateUser,
  User,
} from './user.js';
export type { CreatePortalLink, PortalIntent, PortalLink } from './portal-link.js';
export type { Profile } from './profile.js';
export type {
  Directory,
  DirectoryGroup,
  DirectoryGroupRef,
  DirectoryRef,
  DirectoryStatus,
  DirectoryUser,
  DirectoryUserStatus,
  ListDirectories,
  ListDirectoryGroups,
  ListDirectoryUsers,
  PostalAddress,
} from './directory.js';
export type {
  AuthenticationSnapshot,
  CertificateNotice,
  ConnectionSnapshot,
  InvitationSnapshot,
  MembershipSnapshot,
  PullEvents,
  RoleSnapshot,
  SsoEvent,
  SsoEventOf,
  SsoEventType,
} from './event.js';
export type { AuditActor, AuditEvent, AuditMetadata, AuditTarget, RecordAuditEvent } from './audit-event.js';
export type {
  AuditMetadataTypes,
  AuditSchema,
  AuditTargetSchema,
  DefineAuditSchema,
} from './audit-schema.js';
