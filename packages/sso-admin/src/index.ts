/** Administration of single sign-on: operations with an audit trail, sinks, and a settings page. */
export { auditActions, type AuditAction, type AuditOutcome, type AuditTargetType } from './actions.js';
export type { ActionContext, ActionRequest, AdminActor, Impersonator } from './actor.js';
export { PermissionDeniedError, type AdminPolicy, type Attempt, type DenialReason } from './authorization.js';
export { auditLogsSink, defineAuditSchemas, type AuditLogsSinkOptions } from './sinks/audit-logs-sink.js';
export { jsonLinesSink, type JsonLinesSinkOptions } from './sinks/json-lines-sink.js';
export { requestContext, type ClientAddress, type RequestContextOptions } from './request-context.js';
export {
  createSsoAdmin,
  type AdminSupport,
  type AuditEventQuery,
  type DeleteConnection,
  type DeletedConnection,
  type DeleteDirectory,
  type DeletedDirectory,
  type InviteUser,
  type SsoAdmin,
  type SsoAdminOptions,
  type SsoSettings,
} from './sso-admin.js';
export {
  createSettingsPage,
  type SettingsPage,
  type SettingsPageOptions,
  type SettingsVisitor,
} from './page/settings-page.js';
export type { SettingsTheme, ThemeColors } from './page/theme.js';
