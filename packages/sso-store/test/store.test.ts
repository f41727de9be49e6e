import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createSso, SsoError } from '@org/sso-core';
import { createMemoryProvider } from '@org/sso-core/testing';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import Libsql from 'libsql';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startPostgres } from './postgres.js';
import { newDatabaseFile } from './sqlite.js';

interface Database {
  open(now?: () => number): SsoStore;
  execute(statement: string): Promise<void>;
}

function testStore(createDatabase: () => Promise<Database>): void {
  const source = { provider: 'acme', environment: 'test' };

  async function setUp() {
    const database = await createDatabase();
    const open = (now?: () => number) => {
      const store = database.open(now);
      onTestFinished(() => store.close());
      return store;
    };
    return { ...database, open };
  }

  test('migrating is safe to repeat and to race, and what is stored stays', async () => {
    const { open } = await setUp();
    const stores = [open(), open(), open()];
    await Promise.all(stores.map((store) => store.migrate()));
    const move = { expected: null, cursor: 'one', events: [], now: 0 };
    expect(await stores[0]!.events.advance(source, move)).toBe(true);
    await stores[1]!.migrate();
    await stores[0]!.close();
    expect(await open().events.checkpoint(source)).toBe('one');
  });

  test('before migrating, every call says what to do, and works once it is done', async () => {
    const { open } = await setUp();
    const store = open();
    await expect(store.events.nextDueAt()).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('call store.migrate()'),
    });
    await expect(store.oneTimeIds.consume('id', 1)).rejects.toMatchObject({ code: 'failed_precondition' });
    await store.migrate();
    expect(await store.events.nextDueAt()).toBeNull();
  });

  test('what migrating would do is told, and not done', async () => {
    const { open, execute } = await setUp();
    const store = open();
    expect(await store.schema()).toBe('absent');
    expect(await open().schema()).toBe('absent');
    await store.migrate();
    expect(await store.schema()).toBe('current');
    await execute('update sso_schema set version = 1');
    expect(await open().schema()).toBe('older');
    await execute('update sso_schema set version = 99');
    await expect(open().schema()).rejects.toMatchObject({ code: 'failed_precondition' });
  });

  test('a store of a newer version is refused, and not changed', async () => {
    const { open, execute } = await setUp();
    await open().migrate();
    await execute('update sso_schema set version = 99');
    const newer = { code: 'failed_precondition', message: expect.stringContaining('newer @org/sso-store') };
    await expect(open().events.nextDueAt()).rejects.toMatchObject(newer);
    await expect(open().migrate()).rejects.toMatchObject(newer);
  });

  test('a closed store refuses, and closing twice is fine', async () => {
    const { open } = await setUp();
    const store = open();
    await store.migrate();
    await store.close();
    await store.close();
    await expect(store.events.nextDueAt()).rejects.toMatchObject({
      code: 'failed_precondition',
      message: 'The store is closed',
    });
  });

  test('a failure of the database is retryable and quotes no row', async () => {
    const { open, execute } = await setUp();
    const store = open();
    await store.migrate();
    await execute('drop table sso_one_time_id');
    const failure: unknown = await store.oneTimeIds
      .consume('canary-secret', 1)
      .catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'unavailable',
      retryable: true,
      operation: 'store.oneTimeIds.consume',
    });
    expect(SsoError.isInstance(failure)).toBe(true);
    expect(JSON.stringify(failure)).not.toContain('canary');
  });

  test('an id is consumed once, by whoever comes first', async () => {
    const { open } = await setUp();
    const [first, second] = [open(), open()];
    await first!.migrate();
    const expiresAt = Date.now() / 1000 + 60;
    const both = Array.from({ length: 10 }, (_, index) =>
      (index % 2 === 0 ? first : second)!.oneTimeIds.consume('id', expiresAt),
    );
    expect((await Promise.all(both)).filter(Boolean)).toHaveLength(1);
    expect(await second!.oneTimeIds.consume('other', expiresAt)).toBe(true);
    expect(await first!.oneTimeIds.consume('other', expiresAt)).toBe(false);
  });

  test('expired ids are forgotten in time, others never', async () => {
    const { open } = await setUp();
    const clock = { at: 1_000_000 };
    const store = open(() => clock.at);
    await store.migrate();
    expect(await store.oneTimeIds.consume('short', 1_010)).toBe(true);
    expect(await store.oneTimeIds.consume('long', 2_000)).toBe(true);
    clock.at += 61_000;
    expect(await store.oneTimeIds.consume('long', 2_000)).toBe(false);
    expect(await store.oneTimeIds.consume('short', 3_000)).toBe(true);
  });

  test('a login that two processes complete succeeds in one', async () => {
    const { open } = await setUp();
    const [first, second] = [open(), open()];
    await first!.migrate();
    const { provider, world } = createMemoryProvider();
    const organization = world.createOrganization({ name: 'Acme', domains: ['acme.example'] });
    world.createConnection({ organizationId: organization.id, identityProvider: 'okta', protocol: 'saml' });
    const [one, other] = [first, second].map((store) =>
      createSso({
        provider,
        login: {
          secrets: ['a-sealing-secret-of-at-least-32-characters'],
          redirectUri: 'https://app.example/callback',
          oneTimeIds: store!.oneTimeIds,
        },
      }),
    );
    const { url, flow } = await one!.login.begin({ organization: organization.id });
    const callback = new URL(world.signIn(url, { email: 'ada@acme.example' }));
    const results = await Promise.allSettled([
      one!.login.complete({ callback, flow }),
      other!.login.complete({ callback, flow }),
    ]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { reason: 'flow_reused' },
    });
  });
}

describe('SQLite', () => {
  testStore(async () => {
    const path = newDatabaseFile();
    return {
      open: (now = Date.now) => createSqliteStore({ path, now }),
      execute: async (statement) => {
        const file = new Libsql(path);
        file.exec(statement);
        file.close();
      },
    };
  });

  test('a file that cannot be opened is a failure of the database', async () => {
    const store = createSqliteStore({ path: '/nowhere/at/all/store.db' });
    await expect(store.migrate()).rejects.toMatchObject({ code: 'unavailable', operation: 'store.migrate' });
    await store.close();
  });

  test('one process may keep it in memory', async () => {
    const store = createSqliteStore({ path: ':memory:' });
    await store.migrate();
    expect(await store.events.nextDueAt()).toBeNull();
    await store.close();
  });
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testStore(async () => {
    const connectionString = await postgres!.newDatabase();
    return {
      open: (now = Date.now) => createPostgresStore({ connectionString, now }),
      execute: async (statement) => {
        const client = new pg.Client({ connectionString });
        await client.connect();
        await client.query(statement);
        await client.end();
      },
    };
  });

  test("an app's own pool is used and left open", async () => {
    const pool = new pg.Pool({ connectionString: await postgres!.newDatabase() });
    const store = createPostgresStore({ pool });
    await store.migrate();
    expect(await store.oneTimeIds.consume('id', Date.now())).toBe(true);
    await store.close();
    expect((await pool.query<{ count: string }>('select count(*) from sso_one_time_id')).rows).toEqual([
      { count: '1' },
    ]);
    await pool.end();
  });

  test('connections that break while idle are replaced', async () => {
    const connectionString = await postgres!.newDatabase();
    const store = createPostgresStore({ connectionString });
    await store.migrate();
    const admin = new pg.Client({ connectionString });
    await admin.connect();
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    await admin.end();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await store.events.nextDueAt()).toBeNull();
    await store.close();
  });
});

test('PostgreSQL takes exactly one database', () => {
  for (const options of [{}, { connectionString: 'postgres://localhost/x', pool: new pg.Pool() }])
    expect(() => createPostgresStore(options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
});

test('a server out of reach is told without the connection string', async () => {
  const store = createPostgresStore({ connectionString: 'postgres://user:canary-secret@127.0.0.1:1/acme' });
  const failure: unknown = await store.migrate().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'unavailable', cause: { code: 'ECONNREFUSED' } });
  expect(JSON.stringify(failure)).not.toContain('canary');
  await store.close();
});

describe('loading', () => {
  test('importing the package and creating a store loads no third-party module', async () => {
    const code = `
      import { register } from 'node:module';
      register('data:text/javascript,' + encodeURIComponent(\`
        import { writeSync } from 'node:fs';
        export async function resolve(specifier, context, next) {
          const resolved = await next(specifier, context);
          writeSync(1, resolved.url + '\\\\n');
          return resolved;
        }\`));
      const { createSqliteStore, createPostgresStore } = await import('@org/sso-store');
      createSqliteStore({ path: ':memory:' });
      createPostgresStore({ connectionString: 'postgres://localhost/x' });`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    });
    expect(stdout).toContain('packages/sso-store/dist/index.js');
    expect(stdout).not.toMatch(/node_modules\/(kysely|libsql|pg)\//);
  });
});
