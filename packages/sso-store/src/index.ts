/** Durable storage for `@org/sso-core`, on SQLite or PostgreSQL. */
export { createPostgresStore, type PostgresStoreOptions } from './postgres.js';
export { createSqliteStore, type SqliteStoreOptions } from './sqlite.js';
export type { SsoStore } from './store.js';
