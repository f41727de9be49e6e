import { SsoError, type OneTimeIds } from '@org/sso-core';
import type { AuditStore } from '@org/sso-core/audit';
import type { EventStore } from '@org/sso-core/events';
import type { IdentityStore } from '@org/sso-core/identity';
import type { MigrationStore } from '@org/sso-core/migration';
import type { Kysely } from 'kysely';
import type { Dialect, Tables } from './schema.js';

/** Durable storage on one database. */
export interface SsoStore {
  /** For `createEventInbox`. */
  readonly events: EventStore;
  /** For `createSso({ login: { oneTimeIds } })`: shared by all processes. */
  readonly oneTimeIds: OneTimeIds;
  /** For `createSsoAdmin` of `@org/sso-admin`: the audit trail, its outbox, and the journal of operations. */
  readonly audit: AuditStore;
  /** For `createMigrationRoutes` and whoever moves customers: moves, their journal, and what the app was told meanwhile. */
  readonly migrations: MigrationStore;
  /** For `createIdentityLedger`. */
  readonly identities: IdentityStore;
  /** Creates or updates the tables, whose names begin with `sso_`. Call it once per deployment; safe in several processes at once. */
  migrate(): Promise<void>;
  /** Whether `migrate` has something to do: `absent` before the first time, `older` after an update. Reads only; throws for a newer one. */
  schema(): Promise<'absent' | 'older' | 'current'>;
  /** Closes what the store opened. A pool that was handed in stays open. */
  close(): Promise<void>;
}

/** An open database. */
export interface Connection {
  readonly database: Kysely<Tables>;
  readonly dialect: Dialect;
  close(): Promise<void>;
}

/** The methods of every port, so that an operation has a name before the database is open. */
const ports = {
  events: {
    append: true,
    claim: true,
    settle: true,
    nextDueAt: true,
    inHand: true,
    list: true,
    release: true,
    discard: true,
    countRemovals: true,
    subject: true,
    listSubjects: true,
    membersOfGroup: true,
    groupsOfUser: true,
    checkpoint: true,
    advance: true,
  },
  oneTimeIds: { consume: true },
  audit: {
    record: true,
    list: true,
    begin: true,
    request: true,
    finish: true,
    reportInterrupted: true,
    claimDelivery: true,
    settleDelivery: true,
    nextDeliveryAt: true,
    listDeliveries: true,
    releaseDeliveries: true,
    discardDeliveries: true,
    prune: true,
  },
  migrations: {
    get: true,
    findByOrganization: true,
    findByDomain: true,
    list: true,
    write: true,
    record: true,
    journal: true,
    steps: true,
    recordStep: true,
    entries: true,
    writeEntries: true,
    removeEntries: true,
  },
  identities: { read: true, update: true, findSource: true, openProposals: true, entries: true },
} satisfies { readonly [Port in keyof Ports]: Record<keyof Ports[Port], true> };

type Ports = Omit<SsoStore, 'migrate' | 'schema' | 'close'>;

/**
 * Opens the database at the first call and checks its schema version once. Every failure is an `SsoError`: `failed_precondition` for a
 * schema of another version or a closed store, `unavailable` otherwise.
 */
export function createStore(connect: () => Promise<Connection>, now: () => number): SsoStore {
  let closing: Promise<void> | undefined;
  const connection = onceDone(async () => ({
    ...(await connect()),
    ...(await import('./implementation.js')),
  }));
  const ready = onceDone(async () => {
    const opened = await connection.get();
    const { database, dialect } = opened;
    await opened.requireCurrentSchema(database, dialect);
    return {
      events: opened.createEventStore(database, dialect),
      oneTimeIds: opened.createOneTimeIds(database, now),
      audit: opened.createAuditStore(database, dialect),
      migrations: opened.createMigrationStore(database, dialect),
      identities: opened.createIdentityStore(database, dialect),
    } satisfies Ports;
  });

  async function run<T>(operation: string, work: () => Promise<T>): Promise<T> {
    if (closing) {
      throw new SsoError({ code: 'failed_precondition', message: 'The store is closed', operation });
    }
    try {
      return await work();
    } catch (error) {
      if (SsoError.isInstance(error)) throw error;
      // A driver's own message may quote the row.
      throw new SsoError({
        code: 'unavailable',
        message: `The database failed at ${operation}`,
        operation,
        retryable: true,
        cause: error,
      });
    }
  }

  /** A port whose methods open the database first. */
  function lazy<Port extends keyof Ports>(port: Port): Ports[Port] {
    const methods = Object.keys(ports[port]).map((name) => [
      name,
      (...args: never[]) =>
        run(`store.${port}.${name}`, async () => {
          const opened = (await ready.get())[port] as unknown as Record<
            string,
            (...given: never[]) => unknown
          >;
          return opened[name]!(...args);
        }),
    ]);
    return Object.fromEntries(methods) as Ports[Port];
  }

  return {
    events: lazy('events'),
    oneTimeIds: lazy('oneTimeIds'),
    audit: lazy('audit'),
    migrations: lazy('migrations'),
    identities: lazy('identities'),
    migrate: () =>
      run('store.migrate', async () => {
        const opened = await connection.get();
        await opened.migrate(opened.database, opened.dialect);
      }),
    schema: () =>
      run('store.schema', async () => {
        const opened = await connection.get();
        return opened.readSchema(opened.database, opened.dialect);
      }),
    close() {
      closing ??= connection.done.then((opened) => opened?.close());
      return closing;
    },
  };
}

/** Runs `work` at the first `get`, and again only when it failed. */
function onceDone<T>(work: () => Promise<T>): { get(): Promise<T>; readonly done: Promise<T | undefined> } {
  let running: Promise<T> | undefined;
  return {
    get() {
      running ??= work().catch((error: unknown) => {
        running = undefined;
        throw error;
      });
      return running;
    },
    get done() {
      return running?.catch(() => undefined) ?? Promise.resolve(undefined);
    },
  };
}

/** A driver is loaded on first use, and only the one in use need be installed. */
export async function loadDriver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw new SsoError({
      code: 'failed_precondition',
      message: `This store needs the package "${name}": npm install ${name}`,
      cause: error,
    });
  }
}
