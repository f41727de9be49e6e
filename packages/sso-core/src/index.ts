/** The model, the client and the errors: what applications import. */
export type * from './model/index.js';
export {
  connectionId,
  directoryGroupId,
  directoryId,
  domainId,
  organizationId,
  parseQualifiedId,
  userId,
} from './model/ids.js';
export { LoginRejectedError, SsoError, UnsupportedOperationError, WebhookRefusedError } from './errors.js';
export type {
  CauseSummary,
  LoginRejectionReason,
  SsoErrorCode,
  SsoErrorOptions,
  WebhookRefusal,
} from './errors.js';
export { Secret } from './secret.js';
export {
  assertSupports,
  createSso,
  hasFacet,
  requireFacet,
  type ClientFacets,
  type SsoClient,
  type SsoOptions,
  type UnsupportedFacet,
} from './client/create-sso.js';
export type {
  AdminPortalClient,
  AuditLogsClient,
  ConnectionAdminClient,
  ConnectionsClient,
  DirectoriesClient,
  DirectoryAdminClient,
  DomainsClient,
  EventsClient,
  OrganizationAdminClient,
  OrganizationsClient,
  UsersClient,
  WebhooksClient,
} from './client/facets.js';
export type { OperationFinished, OperationStarted, SsoHooks } from './client/hooks.js';
export type { Listing } from './client/listing.js';
export type { CallOptions, ListOptions } from './client/options.js';
export type { Page } from './provider/page.js';
export type { ProviderOptions } from './provider/context.js';
export type { FacetName, SsoProvider } from './provider/provider.js';
export type {
  BeginLogin,
  BegunLogin,
  CompleteLogin,
  IdpInitiatedLogin,
  LoginClient,
  LoginLookup,
  LoginResult,
} from './login/login-client.js';
export type { CallbackSource } from './login/callback.js';
export type { LoginSettings } from './login/settings.js';
export { createMemoryOneTimeIds, type OneTimeIds } from './login/one-time-ids.js';
export type {
  AccessTokenClaims,
  LoginAssurance,
  LoginSelector,
  LoginTokens,
  LogoutRequest,
} from './provider/facets/login.js';
