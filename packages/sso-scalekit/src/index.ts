/** Scalekit behind the provider-neutral client. */
export { createScalekit, type ScalekitProvider } from './provider.js';
export type { ScalekitOptions, ScalekitWebhookSettings } from './settings.js';
export { scalekitNative, type ScalekitNative, type ScalekitNativeRequest } from './native.js';
export { divergences } from './divergences.js';
export type { ScalekitConnection } from './wire/connection.js';
export type { ScalekitDirectory, ScalekitDirectoryGroup, ScalekitDirectoryUser } from './wire/directory.js';
export type { ScalekitDomain } from './wire/domain.js';
export type { ScalekitIdTokenClaims } from './wire/id-token.js';
export type { ScalekitOrganization } from './wire/organization.js';
export type { ScalekitPortalLink } from './wire/portal-link.js';
export type { ScalekitInvitation, ScalekitMembership, ScalekitUser } from './wire/user.js';
