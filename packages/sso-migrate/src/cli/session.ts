import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { SsoError, type SsoProvider } from '@org/sso-core';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { createMigrator, type Migrator } from '../migrator.js';
import { loadConfig } from './load-config.js';

/** Options every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly from: string;
  readonly to: string;
  readonly store?: string;
  readonly json?: boolean;
}

/** `none`: it is never read. `optional`: in memory when there is none yet. `required`: refused then. `created`: made then. */
export type StoreUse = 'none' | 'optional' | 'required' | 'created';

/** One command's providers and store. */
export interface Session {
  readonly from: SsoProvider;
  readonly to: SsoProvider;
  readonly store: SsoStore;
  readonly migrator: Migrator;
  close(): Promise<void>;
}

/** Throws `invalid_argument` for what the command line or the configuration lacks, `failed_precondition` for a store of a newer version. */
export async function openSession(options: CommonOptions, storeUse: StoreUse): Promise<Session> {
  const config = await loadConfig(options.config, process.env);
  const named = (id: string, option: string): SsoProvider => {
    const found = config.providers.find((provider) => provider.id === id);
    if (found) return found;
    throw refused(
      `${option} ${id}: the configuration has ${config.providers.map((provider) => provider.id).join(', ') || 'no provider'}`,
    );
  };
  const from = named(options.from, '--from');
  const to = named(options.to, '--to');
  if (from === to) throw refused('--from and --to name the same provider');
  const store = openStore(
    options.store ?? config.store ?? 'sso-migrate.sqlite',
    options.store === undefined ? config.folder : '.',
    storeUse,
  );
  if (storeUse !== 'none') await store.migrate();
  const { tenantIdOf, testLogin, ignoredFields, retry } = config;
  return {
    from,
    to,
    store,
    migrator: createMigrator({
      from,
      to,
      store: store.migrations,
      ...(tenantIdOf && { tenantIdOf }),
      ...(testLogin && { testLogin }),
      ...(ignoredFields && { ignoredFields }),
      ...(retry && { retry }),
    }),
    close: () => store.close(),
  };
}

function openStore(place: string, folder: string, use: StoreUse): SsoStore {
  if (/^postgres(?:ql)?:\/\//.test(place)) return createPostgresStore({ connectionString: place });
  const path = resolve(folder, place);
  if (existsSync(path) || use === 'created') {
    if (existsSync(dirname(path))) return createSqliteStore({ path });
    throw refused(`The folder of the store ${path} does not exist`);
  }
  if (use === 'required')
    throw refused(`There is no store at ${path}: "apply" makes one, and --store names another`);
  return createSqliteStore({ path: ':memory:' });
}

export interface ActorOptions {
  readonly actor?: string;
}

/** Who is told to have done it. Default: the user of this machine. */
export function actorOf({ actor }: ActorOptions): string {
  if (actor !== undefined) return actor;
  try {
    return userInfo().username;
  } catch {
    throw refused('Nobody is known to do this: name yourself with --actor');
  }
}

function refused(message: string): SsoError {
  return new SsoError({ code: 'invalid_argument', message });
}
