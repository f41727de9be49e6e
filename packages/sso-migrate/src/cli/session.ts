import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { SsoError, type SsoProvider } from '@org/sso-core';
import type { MigrationStore } from '@org/sso-core/migration';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { createMigrator, type Migrator } from '../migrator.js';
import { loadConfig } from './load-config.js';
import { madeAtFirstWrite } from './made-at-first-write.js';

/** Options every command takes. */
export interface CommonOptions {
  readonly config?: string;
  readonly from: string;
  readonly to: string;
  readonly store?: string;
  readonly json?: boolean;
}

/** `none`: it is never read. `optional`: in memory when there is none yet. `required`: refused then. `created`: made then, at the first write. */
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
    const [found, another] = config.providers.filter((provider) => provider.id === id);
    if (another)
      throw refused(
        `${option} ${id}: the configuration has two of that name, so nobody can tell which is meant`,
      );
    if (found) return found;
    throw refused(
      `${option} ${id}: the configuration has ${config.providers.map((provider) => provider.id).join(', ') || 'no provider'}`,
    );
  };
  const from = named(options.from, '--from');
  const to = named(options.to, '--to');
  if (from === to) throw refused('--from and --to name the same provider');
  const { store, migrations } = await openStore(
    options.store ?? config.store ?? 'sso-migrate.sqlite',
    options.store === undefined ? config.folder : '.',
    storeUse,
  );
  const { tenantIdOf, testLogin, ignoredFields, retry } = config;
  return {
    from,
    to,
    store,
    migrator: createMigrator({
      from,
      to,
      store: migrations,
      ...(tenantIdOf && { tenantIdOf }),
      ...(testLogin && { testLogin }),
      ...(ignoredFields && { ignoredFields }),
      ...(retry && { retry }),
    }),
    close: () => store.close(),
  };
}

interface OpenStore {
  readonly store: SsoStore;
  /** What the migrator writes to. */
  readonly migrations: MigrationStore;
}

/** Changes nothing but for `created`: other processes may run on it, with another version of @org/sso-store. */
async function openStore(place: string, folder: string, use: StoreUse): Promise<OpenStore> {
  const isUrl = /^postgres(?:ql)?:\/\//.test(place);
  const path = resolve(folder, place);
  // A URL may hold a password.
  const at = isUrl ? 'in this database' : `at ${path}`;
  if (!isUrl && use === 'created' && !existsSync(dirname(path)))
    throw refused(`The folder of the store ${path} does not exist`);
  const isThere = isUrl || existsSync(path);
  if (isThere || use === 'created') {
    const store = isUrl ? createPostgresStore({ connectionString: place }) : createSqliteStore({ path });
    if (use === 'none') return { store, migrations: store.migrations };
    try {
      // Asking a file makes it.
      const schema = isThere ? await store.schema() : 'absent';
      if (schema === 'current') return { store, migrations: store.migrations };
      if (use === 'created') {
        if (schema === 'absent') return { store, migrations: madeAtFirstWrite(store) };
        await store.migrate();
        return { store, migrations: store.migrations };
      }
      if (schema === 'older') {
        throw new SsoError({
          code: 'failed_precondition',
          message: `The store ${at} is of an older version: your app's store.migrate() updates it, or "apply --yes"`,
        });
      }
    } catch (error) {
      await store.close();
      if (!SsoError.isInstance(error) || error.code !== 'unavailable') throw error;
      const what = isUrl ? 'The database' : path;
      const { code, retryable } = error;
      throw new SsoError({ code, retryable, message: `${what} does not answer as a store`, cause: error });
    }
    await store.close();
  }
  if (use === 'required')
    throw refused(`There is no store ${at}: "apply" makes one, and --store names another`);
  const store = createSqliteStore({ path: ':memory:' });
  await store.migrate();
  return { store, migrations: store.migrations };
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
