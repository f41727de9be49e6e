/** The zod schemas behind the model, for those who want to validate eagerly. Importing this loads zod. */
export * from '../model/organization.js';
export * from '../model/domain.js';
export * from '../model/connection.js';
export * from '../model/user.js';
export * from '../model/portal-link.js';
export * from '../model/profile.js';
export * from '../model/directory.js';
export * from '../model/event.js';
export * from '../model/audit-event.js';
export * from '../model/audit-schema.js';
