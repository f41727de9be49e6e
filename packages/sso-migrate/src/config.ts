import type { Organization, SsoProvider } from '@org/sso-core';
import type { RetrySettings } from './retrying.js';
import type { TestLogin } from './verify/test-login.js';

/** What the command `sso-migrate` reads from `sso.config.ts`, `.mts`, `.js`, `.mjs` or `.json`. */
export interface MigrateConfig {
  /** Both sides; `--from` and `--to` name them by id. */
  readonly providers: readonly SsoProvider[];
  /** A SQLite file, relative to the configuration, or a `postgres://` URL. Default `sso-migrate.sqlite`; `--store` outranks it. */
  readonly store?: string;
  /** Your tenant id of an organization that has no external id; `null` when you know none. Default: the external id alone counts. */
  readonly tenantIdOf?: (organization: Organization) => string | null;
  /** Without it no test login is tried. */
  readonly testLogin?: TestLogin;
  /** How long failures that may pass are waited out. */
  readonly retry?: RetrySettings;
  /** Fields of people that may differ, beside those that never agree between vendors: `phoneNumber`, `jobTitle`. */
  readonly ignoredFields?: readonly string[];
}

/** Types a configuration file: `export default defineConfig({ … })`. */
export function defineConfig(config: MigrateConfig): MigrateConfig {
  return config;
}
