/** WorkOS behind the provider-neutral client. */
export { createWorkos, type WorkosProvider } from './provider.js';
export type {
  WorkosEventSettings,
  WorkosOptions,
  WorkosSettings,
  WorkosWebhookSettings,
} from './settings.js';
export { workosNative, type WorkosNative, type WorkosNativeRequest } from './native.js';
export { divergences } from './divergences.js';
export type { WorkosAuditSchema } from './wire/audit-schema.js';
export type { WorkosConnection } from './wire/connection.js';
export type { WorkosDirectoryGroup } from './wire/directory-group.js';
export type { WorkosDirectoryUser } from './wire/directory-user.js';
export type { WorkosDirectory } from './wire/directory.js';
export type { WorkosDomain } from './wire/domain.js';
export type { WorkosInvitation } from './wire/invitation.js';
export type { WorkosMembership } from './wire/membership.js';
export type { WorkosOrganization } from './wire/organization.js';
export type { WorkosProfile } from './wire/profile.js';
export type { WorkosUser } from './wire/user.js';
