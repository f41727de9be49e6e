import type { Organization, SsoProvider } from '@org/sso-core';

/** What the command `sso-migrate` reads from `sso.config.ts`, `.mts`, `.js`, `.mjs` or `.json`. */
export interface MigrateConfig {
  /** Both sides; `--from` and `--to` name them by id. */
  readonly providers: readonly SsoProvider[];
  /** A SQLite file, relative to the configuration, or a `postgres://` URL. Default `sso-migrate.sqlite`; `--store` outranks it. */
  readonly store?: string;
  /** Your tenant id of an organization that has no external id; `null` when you know none. Default: the external id alone counts. */
  readonly tenantIdOf?: (organization: Organization) => string | null;
}

/** Types a configuration file: `export default defineConfig({ … })`. */
export function defineConfig(config: MigrateConfig): MigrateConfig {
  return config;
}
