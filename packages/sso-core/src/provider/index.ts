/** For adapter authors: the interface a provider implements, and what every adapter needs to write one. */
export type { CallContext, ProviderOptions } from './context.js';
export type { Page, PageRequest } from './page.js';
export type { Limitations, Support } from './features.js';
export type { Divergence } from './divergence.js';
export type { FacetName, ProviderFacets, SsoProvider } from './provider.js';
export { facetNames } from './provider.js';
export { membersOf, type CompositeProvider } from './composite.js';
export { defineProvider } from './define-provider.js';
export { loadOnce } from './load-once.js';
export { nativeOf, withNative } from './native.js';
export { toTimestamp } from './timestamp.js';
export { saysTheSame } from './audit-schema.js';
export { createProviderIds, type ProviderIds } from '../model/ids.js';
export { createTokenVerifier, type TokenVerifier, type TokenVerifierOptions } from './token-verifier.js';
export {
  createWebhookVerifier,
  parseWebhookBody,
  type WebhookSignature,
  type WebhookVerifier,
  type WebhookVerifierOptions,
} from './webhook-signature.js';
export type { DirectoriesFacet, DirectoryAdminFacet } from './facets/directories.js';
export type { VerifiedWebhook, WebhookDelivery, WebhooksFacet } from './facets/webhooks.js';
export type { EventsFacet, EventsPage } from './facets/events.js';
export type { OrganizationAdminFacet, OrganizationsFacet } from './facets/organizations.js';
export type { DomainsFacet } from './facets/domains.js';
export type { ConnectionAdminFacet, ConnectionsFacet } from './facets/connections.js';
export type { UsersFacet } from './facets/users.js';
export type { AdminPortalFacet } from './facets/admin-portal.js';
export type { AuditLogsFacet } from './facets/audit-logs.js';
export type {
  AccessTokenClaims,
  AuthenticatedLogin,
  AuthorizationRequest,
  CodeExchange,
  LoginAssurance,
  LoginFacet,
  LoginRoute,
  LoginSelector,
  LoginSelectorKind,
  LoginTokens,
  LogoutRequest,
  UnsolicitedLogin,
} from './facets/login.js';
