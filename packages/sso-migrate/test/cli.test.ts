import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { organizationId, type DirectoryUser } from '@org/sso-core';
import type { DirectoryStatement } from '@org/sso-core/migration';
import { createPostgresStore, createSqliteStore } from '@org/sso-store';
import Database from 'libsql';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { planFromLines } from '../src/index.js';
import { startPostgres } from '../../sso-store/test/postgres.js';
import { runCommand } from './support/command.js';
import { startVendor, type Vendor } from './support/vendors.js';

vi.setConfig({ testTimeout: 180_000 });

/** What the folder of somebody who moves customers has installed. */
const installed = ['sso-core', 'sso-migrate', 'sso-workos', 'sso-scalekit'];

const acme = {
  name: 'Acme Corp',
  externalId: 'tenant_acme',
  domains: ['acme.example'],
  connections: [
    {
      name: 'Okta',
      protocol: 'saml',
      identityProvider: 'okta',
      users: [{ id: '00u1', email: 'ada@acme.example' }],
    },
  ],
} as const;

let folder: string;
let workos: Vendor;
let scalekit: Vendor;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sso-migrate-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  workos = await startVendor('workos', { organizations: [acme] });
  scalekit = await startVendor('scalekit', { organizations: [] });
  mkdirSync(join(folder, 'node_modules/@org'), { recursive: true });
  for (const name of installed) {
    const target = fileURLToPath(new URL(`../../${name}`, import.meta.url));
    symlinkSync(target, join(folder, 'node_modules/@org', name));
  }
  configure();
});

const settings = {
  providers: [
    {
      module: '@org/sso-workos',
      factory: 'createWorkos',
      options: { apiKey: '${WORKOS_API_KEY}', clientId: '${WORKOS_CLIENT_ID}', baseUrl: '${WORKOS_URL}' },
    },
    {
      module: '@org/sso-scalekit',
      factory: 'createScalekit',
      options: {
        environmentUrl: '${SCALEKIT_URL}',
        clientId: '${SCALEKIT_CLIENT_ID}',
        clientSecret: '${SCALEKIT_CLIENT_SECRET}',
      },
    },
  ],
};

function configure(config: unknown = settings): void {
  writeFileSync(
    join(folder, 'sso.config.json'),
    typeof config === 'string' ? config : JSON.stringify(config),
  );
}

/** Runs the command as a person would, and searches all it says for secrets. */
async function migrate(args: readonly string[], environment: NodeJS.ProcessEnv = {}, lines = Infinity) {
  const { code, out, err } = await runCommand(['--from', 'workos', '--to', 'scalekit', ...args], {
    folder,
    lines,
    environment: {
      WORKOS_API_KEY: workos.secret,
      WORKOS_CLIENT_ID: workos.clientId,
      WORKOS_URL: workos.url,
      SCALEKIT_URL: scalekit.url,
      SCALEKIT_CLIENT_ID: scalekit.clientId,
      SCALEKIT_CLIENT_SECRET: scalekit.secret,
      ...environment,
    },
  });
  for (const secret of [workos.secret, scalekit.secret]) {
    expect(out).not.toContain(secret);
    expect(err).not.toContain(secret);
  }
  return { code, out, err, lines: out.trimEnd().split('\n') };
}

const json = (line: string | undefined): Record<string, unknown> => JSON.parse(line ?? 'null');
const writesAt = async (vendor: Vendor) => (await vendor.writes()).length;

test('a plan is written, applied after --yes alone, verified, and reported', async () => {
  const planned = await migrate(['plan', '--out', 'plan.jsonl']);
  expect(planned).toMatchObject({ code: 0, err: '' });
  expect(planned.out).toContain('Acme Corp (tenant_acme): ready');
  expect(planned.out).toContain("customer's IT admin: configure okta");
  expect(statSync(join(folder, 'plan.jsonl')).mode & 0o077).toBe(0);

  const unconfirmed = await migrate(['apply', '--plan', 'plan.jsonl']);
  expect(unconfirmed.code).toBe(3);
  expect(unconfirmed.err).toContain('--yes');
  expect(await writesAt(scalekit)).toBe(0);
  expect(existsSync(join(folder, 'sso-migrate.sqlite'))).toBe(false);

  const applied = await migrate(['apply', '--plan', 'plan.jsonl', '--yes', '--actor', 'grace']);
  expect(applied).toMatchObject({ code: 0, err: '' });
  expect(applied.lines.map((line) => json(line)['type'])).toEqual(
    expect.arrayContaining(['checking', 'started', 'step', 'organization', 'finished']),
  );
  expect(json(applied.lines.at(-1))).toMatchObject({ type: 'finished', applied: 1, failed: 0 });
  expect(scalekit.organization('Acme Corp')).toMatchObject({
    externalId: 'tenant_acme',
    domains: ['acme.example'],
  });
  expect(await writesAt(workos)).toBe(0);

  const early = await migrate(['verify', 'tenant_acme', '--actor', 'grace']);
  expect(early.code).toBe(1);
  expect(early.out).toContain('FAILED connection');

  await scalekit.connect(scalekit.organization('Acme Corp').id, acme.connections[0]);
  const verified = await migrate(['verify', '--all', '--json', '--actor', 'grace']);
  expect(verified.code).toBe(0);
  expect(json(verified.out)).toMatchObject([{ tenantId: 'tenant_acme', outcome: 'green' }]);

  expect((await migrate(['status'])).out).toMatch(
    /^tenant_acme: observe · since .* by grace · .* · verified green/,
  );
  const unconfirmedStep = await migrate([
    'advance',
    'tenant_acme',
    '--stage',
    'canary',
    '--user',
    'ada@acme.example',
  ]);
  expect(unconfirmedStep.code).toBe(3);
  const step = [
    'advance',
    'tenant_acme',
    '--stage',
    'canary',
    '--user',
    'ada@acme.example',
    '--yes',
    '--json',
  ];
  expect(json((await migrate(step)).out)).toMatchObject({
    migration: { stage: 'canary', canary: { percent: 0, users: ['ada@acme.example'] } },
  });
  const wider = await migrate(['canary', 'tenant_acme', '--percent', '50', '--yes', '--json']);
  expect(json(wider.out)).toMatchObject({
    migration: { canary: { percent: 50, users: ['ada@acme.example'] } },
  });
  expect((await migrate(['advance', 'tenant_acme', '--yes'])).out).toMatch(/^tenant_acme: primary/);
  const back = await migrate(['rollback', 'tenant_acme', '--reason', 'a drill', '--yes', '--json']);
  expect(json(back.out)).toMatchObject({
    migration: { stage: 'canary', acting: 'from', canary: { percent: 50, users: ['ada@acme.example'] } },
  });

  const reported = await migrate(['report', '--out', 'moves.html', '--json']);
  expect(json(reported.out)).toMatchObject({
    counts: { blocked: 0, rolledBack: 1, stages: { canary: 1 } },
    organizations: [{ tenantId: 'tenant_acme', verification: { outcome: 'green' } }],
  });
  const page = readFileSync(join(folder, 'moves.html'), 'utf8');
  expect(page).toContain('by grace');
  expect(page).not.toMatch(/https?:\/\/(?!127\.0\.0\.1|localhost)/);
});

test('a move the other way opens no gate', async () => {
  expect((await migrate(['apply', '--yes'])).code).toBe(0);
  const back = ['--from', 'scalekit', '--to', 'workos'];
  const says = 'tenant_acme is being moved from workos to scalekit: --from workos --to scalekit';
  for (const step of [
    ['advance'],
    ['advance', '--yes'],
    ['canary', '--percent', '1', '--yes'],
    ['rollback', '--yes'],
  ]) {
    const [verb, ...others] = step;
    const refused = await migrate([...back, verb!, 'tenant_acme', ...others]);
    expect({ step, code: refused.code, err: refused.err }).toEqual({
      step,
      code: 4,
      err: expect.stringContaining(says),
    });
  }
  await migrate([...back, 'verify', 'tenant_acme']);
  expect((await migrate([...back, 'verify', '--all', '--json'])).lines).toEqual(['[]']);
  expect(json((await migrate(['status', '--json'])).out)).toMatchObject([
    { migration: { stage: 'observe' }, verification: null },
  ]);
});

test('what blocks a step up is said, and kept in the journal', async () => {
  expect((await migrate(['apply', '--yes'])).code).toBe(0);
  const refused = await migrate(['advance', 'tenant_acme', '--yes', '--json']);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('tenant_acme stays at observe. What keeps it from shadow:');
  expect(json(refused.out)).toMatchObject({
    error: { code: 'failed_precondition', reasons: [expect.stringContaining('does not accept logins yet')] },
  });
  expect((await migrate(['status', '--json'])).out).toContain('"stage":"observe"');
  const reported = await migrate(['report', '--json']);
  expect(json(reported.out)).toMatchObject({
    organizations: [{ timeline: expect.arrayContaining([expect.objectContaining({ action: 'refused' })]) }],
  });
});

test('a roll-back that takes access stops and says so, and goes on when the losses are accepted', async () => {
  expect((await migrate(['apply', '--yes'])).code).toBe(0);
  const store = createSqliteStore({ path: join(folder, 'sso-migrate.sqlite') });
  const migration = (await store.migrations.get('tenant_acme'))!;
  const moved = { ...migration, stage: 'primary', acting: 'to', version: 2 } as const;
  const at = new Date().toISOString();
  const entry = { tenantId: 'tenant_acme', at, actor: 'grace', detail: null, action: 'advanced' } as const;
  await store.migrations.write(moved, 1, { ...entry, fromStage: 'observe', toStage: 'primary' });
  const said = (provider: 'workos' | 'scalekit', deleted: boolean): DirectoryStatement => ({
    subject: `directory_user:${provider}_1`,
    entity: {
      id: `${provider}:u_1`,
      idpId: '00u1',
      status: 'active',
      email: 'ada@acme.example',
      firstName: null,
      lastName: null,
      jobTitle: null,
    } as unknown as DirectoryUser,
    deleted,
    groups: [],
    since: '2026-01-01T00:00:00Z',
    order: `2026-01-01T00:00:0${deleted ? 2 : 1}Z`,
  });
  const ada = { id: 'directory_user:ada', kind: 'directory_user', match: '00u1', telling: null } as const;
  const statements = {
    from: said('workos', true),
    to: said('scalekit', false),
    told: said('scalekit', false),
  };
  await store.migrations.writeEntries('tenant_acme', 2, [
    { tenantId: 'tenant_acme', version: 0, ...ada, ...statements },
  ]);
  // Of another pair of providers, whose events nobody here can tell anything of.
  const organizations = { from: organizationId('here:org_1'), to: null };
  const other = {
    ...moved,
    tenantId: 'other',
    from: 'here',
    to: 'there',
    organizations,
    domains: [],
    version: 1,
  };
  await store.migrations.write(other, null, {
    ...entry,
    tenantId: 'other',
    fromStage: null,
    toStage: 'primary',
  });
  await store.close();

  expect((await migrate(['status'])).lines).toEqual([
    expect.stringMatching(/^other: primary/),
    expect.stringContaining('inbox: 1 people and 0 groups, 0 the same at workos, 1 gone there'),
  ]);
  const refused = await migrate(['rollback', 'tenant_acme', '--yes']);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('1 person whom your app has');
  expect((await migrate(['status', '--json'])).out).toContain('"stage":"primary"');
  const accepted = await migrate(['rollback', 'tenant_acme', '--accept-losses', '--yes']);
  expect(accepted.out).toMatch(/^tenant_acme: canary/);
});

test('a message for the IT admin, and a link on demand alone', async () => {
  expect((await migrate(['apply', '--yes'])).code).toBe(0);
  const message = await migrate(['message', 'tenant_acme']);
  expect(message.out).toMatch(/^Subject: .*Acme Corp/);
  const unconfirmed = await migrate(['portal-link', 'tenant_acme', '--json']);
  expect(unconfirmed).toMatchObject({ code: 3, err: expect.stringContaining('--yes') });
  expect(json(unconfirmed.out)).toMatchObject({ url: null });
  const link = await migrate(['portal-link', 'tenant_acme', '--json', '--yes']);
  const { url } = json(link.out);
  expect((await fetch(String(url))).status).toBe(200);
  for (const { out } of [message, await migrate(['report', '--json']), await migrate(['plan', '--json'])])
    expect(out).not.toContain('magicLink');
});

test('what it prints with --json can be given back to it', async () => {
  const [from, to] = await Promise.all(
    ['from', 'to'].map(async (side) => {
      const file = `${side}.jsonl`;
      expect((await migrate(['inventory', '--side', side, '--out', file])).code).toBe(0);
      return file;
    }),
  );
  const { lines, code } = await migrate(['plan', '--json', '--from-inventory', from!, '--to-inventory', to!]);
  expect(code).toBe(0);
  const plan = await planFromLines(lines);
  expect([...plan.organizations]).toMatchObject([{ tenantId: 'tenant_acme', state: 'ready' }]);
});

function configureInTypeScript(others = ''): void {
  rmSync(join(folder, 'sso.config.json'));
  writeFileSync(
    join(folder, 'sso.config.ts'),
    `import { defineConfig, type MigrateConfig } from '@org/sso-migrate';
     import { createWorkos } from '@org/sso-workos';
     import { createScalekit } from '@org/sso-scalekit';
     const read = (name: string): string => process.env[name]!;
     const config: MigrateConfig = defineConfig({
       providers: [
         createWorkos({ apiKey: read('WORKOS_API_KEY'), clientId: read('WORKOS_CLIENT_ID'), baseUrl: read('WORKOS_URL') }),
         createScalekit({ environmentUrl: read('SCALEKIT_URL'), clientId: read('SCALEKIT_CLIENT_ID'), clientSecret: read('SCALEKIT_CLIENT_SECRET') }),
       ],
       ${others}
     });
     export default config;`,
  );
}

test('a TypeScript configuration', async () => {
  configureInTypeScript(
    `store: 'moves.sqlite', tenantIdOf: ({ externalId }) => externalId, retry: { patienceMs: 1000 }, ignoredFields: ['jobTitle'],
     testLogin: { redirectUri: 'http://localhost:3000/callback', signIn: async (url) => url },`,
  );
  const { code, out, err } = await migrate(['inventory', '--side', 'from']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('Acme Corp: tenant_acme');
});

test('a reader that has seen enough stops nothing', async () => {
  const { code, err } = await migrate(['apply', '--yes'], {}, 1);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(json((await migrate(['status', '--json'])).out)).toMatchObject([
    { migration: { stage: 'observe' } },
  ]);
});

test('the other direction is a matter of two words', async () => {
  const { code, out } = await migrate(['--from', 'scalekit', '--to', 'workos', 'plan']);
  expect(code).toBe(0);
  expect(out).toContain('scalekit (127.0.0.1');
});

describe('refused in one line, with nothing written', () => {
  const cases: readonly {
    readonly title: string;
    readonly args: readonly string[];
    readonly code: number;
    readonly says: RegExp;
    readonly environment?: NodeJS.ProcessEnv;
    readonly prepare?: () => Promise<void> | void;
  }[] = [
    {
      title: 'no configuration',
      args: ['plan', '--config', 'nowhere.json'],
      code: 2,
      says: /There is no configuration at nowhere\.json/,
    },
    {
      title: 'a configuration that is not JSON',
      args: ['plan'],
      code: 2,
      says: /sso\.config\.json is not JSON/,
      prepare: () => configure('{'),
    },
    {
      title: 'a key the configuration does not have',
      args: ['plan'],
      code: 2,
      says: /sso\.config\.json: .*"stroe"/,
      prepare: () => configure({ ...settings, stroe: 'x' }),
    },
    {
      title: 'a missing key',
      args: ['plan'],
      code: 2,
      says: /sso\.config\.json: providers\.0: .*clientId/,
      prepare: () =>
        configure({
          providers: [
            { module: '@org/sso-workos', factory: 'createWorkos', options: { apiKey: '${WORKOS_API_KEY}' } },
          ],
        }),
    },
    {
      title: 'swapped keys',
      args: ['plan'],
      code: 2,
      says: /providers\.0: .*swapped/,
      prepare: () =>
        configure({
          providers: [
            {
              module: '@org/sso-workos',
              factory: 'createWorkos',
              options: { apiKey: '${WORKOS_CLIENT_ID}', clientId: '${WORKOS_API_KEY}' },
            },
          ],
        }),
    },
    ...[
      { setting: "stroe: 'sso.sqlite'", says: /sso\.config\.ts: .*"stroe"/ },
      { setting: 'store: 5', says: /sso\.config\.ts: store: / },
      { setting: "testLogin: { redirectURI: 'http://localhost' }", says: /sso\.config\.ts: testLogin/ },
      { setting: "tenantIdOf: 'externalId'", says: /sso\.config\.ts: tenantIdOf: / },
    ].map(({ setting, says }) => ({
      title: `in TypeScript, ${setting}`,
      args: ['apply', '--yes'],
      code: 2,
      says,
      prepare: () => configureInTypeScript(setting),
    })),
    {
      title: 'a factory that makes no provider',
      args: ['plan'],
      code: 2,
      says: /providers\.0: "createSso" of "@org\/sso-core" makes no provider/,
      prepare: () =>
        configure({ providers: [{ module: '@org/sso-core', factory: 'createSso', options: {} }] }),
    },
    {
      title: 'a side there is not',
      args: ['inventory', '--side', 'left'],
      code: 2,
      says: /Allowed choices are from, to/,
    },
    {
      title: 'swapped keys of the other',
      args: ['plan'],
      code: 2,
      says: /providers\.0: .*swapped/,
      prepare: () =>
        configure({
          providers: [
            {
              module: '@org/sso-scalekit',
              factory: 'createScalekit',
              options: {
                environmentUrl: '${SCALEKIT_URL}',
                clientId: '${SCALEKIT_CLIENT_SECRET}',
                clientSecret: '${SCALEKIT_CLIENT_ID}',
              },
            },
          ],
        }),
    },
    {
      title: 'a variable that is not set',
      args: ['plan'],
      code: 2,
      says: /providers\.0\.options\.apiKey needs the environment variable WORKOS_API_KEY, which is not set/,
      environment: { WORKOS_API_KEY: '' },
    },
    {
      title: 'an adapter that is not installed',
      args: ['plan'],
      code: 2,
      says: /npm install @org\/sso-elsewhere/,
      prepare: () =>
        configure({ providers: [{ module: '@org/sso-elsewhere', factory: 'create', options: {} }] }),
    },
    {
      title: 'a provider the configuration does not have',
      args: ['plan', '--to', 'okta'],
      code: 2,
      says: /--to okta: the configuration has workos, scalekit/,
    },
    {
      title: 'two environments of one vendor',
      args: ['plan'],
      code: 2,
      says: /--from workos: the configuration has two of that name/,
      prepare: () => {
        const options = { apiKey: 'sk_test_1', clientId: 'client_1' };
        const one = { module: '@org/sso-workos', factory: 'createWorkos', options };
        return configure({
          providers: [one, { ...one, options: { ...options, clientId: 'client_2' } }],
        });
      },
    },
    { title: 'twice the same provider', args: ['plan', '--to', 'workos'], code: 2, says: /same provider/ },
    { title: 'an unknown command', args: ['migrate'], code: 2, says: /unknown command/ },
    { title: 'an unknown customer', args: ['verify', 'tenant_nobody'], code: 4, says: /tenant_nobody/ },
    {
      title: 'a customer the plan does not have',
      args: ['apply', '--yes', '--only', 'tenant_nobody'],
      code: 4,
      says: /tenant_nobody/,
    },
    {
      title: 'a store that is not there',
      args: ['report'],
      code: 2,
      says: /There is no store at .*"apply" makes one/,
    },
    {
      title: 'a store in no folder',
      args: ['apply', '--yes', '--store', 'nowhere/moves.sqlite'],
      code: 2,
      says: /folder of the store .* does not exist/,
    },
    {
      title: 'a store of a newer version',
      args: ['apply', '--yes'],
      code: 4,
      says: /made by a newer @org\/sso-store/,
      prepare: () => {
        const database = new Database(join(folder, 'sso-migrate.sqlite'));
        database.exec(
          'create table sso_schema (version integer not null); insert into sso_schema values (999)',
        );
        database.close();
      },
    },
    {
      title: 'a store that is no database',
      args: ['status'],
      code: 5,
      says: /sso-migrate\.sqlite does not answer as a store/,
      prepare: () => writeFileSync(join(folder, 'sso-migrate.sqlite'), 'something else'),
    },
    {
      title: 'a plan from an older inventory',
      args: ['apply', '--yes', '--plan', 'plan.jsonl'],
      code: 4,
      says: /changed|older|no longer/,
      async prepare() {
        expect((await migrate(['plan', '--out', 'plan.jsonl'])).code).toBe(0);
        await workos.control.createConnection({
          organizationId: workos.organization('Acme Corp').id,
          name: 'Another',
          protocol: 'saml',
          identityProvider: 'okta',
        });
      },
    },
    {
      title: 'another customer at the target under the same domain',
      args: ['apply', '--yes'],
      code: 4,
      says: /Acme Corp \(tenant_acme\): domain_claimed_at_target.*--skip-blocked/,
      async prepare() {
        await scalekit.control.createOrganization({
          name: 'Somebody else',
          externalId: 'tenant_other',
          domains: ['acme.example'],
        });
        await scalekit.control.clearTraffic();
      },
    },
    {
      title: 'a plan that cannot be read',
      args: ['apply', '--yes', '--plan', 'nowhere.jsonl'],
      code: 2,
      says: /nowhere\.jsonl cannot be read/,
    },
    {
      title: 'a wrong API key',
      args: ['plan'],
      code: 5,
      says: /workos|API key|authoriz/i,
      environment: { WORKOS_API_KEY: 'sk_wrong' },
    },
    {
      title: 'a vendor that is not there',
      args: ['plan'],
      code: 5,
      says: /scalekit/i,
      environment: { SCALEKIT_URL: 'http://127.0.0.1:9' },
      prepare: () => configure({ ...settings, retry: { attempts: 1 } }),
    },
  ];

  test.each(cases)('$title', async ({ title, args, code, says, environment, prepare }) => {
    await prepare?.();
    const refused = await migrate([...args, '--json'], environment);
    expect(refused.err).toMatch(says);
    expect(refused.code).toBe(code);
    const isUsage = refused.err.startsWith('error: ');
    expect(refused.err.trimEnd().split('\n')).toHaveLength(isUsage ? 2 : 1);
    expect(json(refused.lines.at(-1))).toMatchObject({ error: { message: expect.stringMatching(says) } });
    expect(await writesAt(scalekit)).toBe(0);
    expect(await writesAt(workos)).toBe(0);
    if (!/a store (of|that is no)/.test(title))
      expect(existsSync(join(folder, 'sso-migrate.sqlite'))).toBe(false);
  });
});

const postgres = await startPostgres();
test.skipIf(!postgres)('a PostgreSQL store is made by apply --yes alone', async () => {
  const url = await postgres!.newDatabase();
  const isThere = async () => {
    const store = createPostgresStore({ connectionString: url });
    try {
      return await store.schema();
    } finally {
      await store.close();
    }
  };
  const reading = [
    ['status'],
    ['apply'],
    ['apply', '--dry-run'],
    ['verify', 'tenant_acme'],
    ['message', 'tenant_acme'],
    ['report'],
  ];
  for (const args of [
    ...reading,
    ['advance', 'tenant_acme', '--yes'],
    ['apply', '--only', 'nobody', '--yes'],
  ]) {
    const { err } = await migrate([...args, '--store', url]);
    expect(err).not.toContain(url);
    expect({ args, schema: await isThere() }).toEqual({ args, schema: 'absent' });
  }
  expect((await migrate(['status', '--store', url])).err).toContain(
    'There is no store in this database: "apply" makes one',
  );
  expect((await migrate(['apply', '--yes', '--store', url])).code).toBe(0);
  expect(await isThere()).toBe('current');
});

test('a store of an older version is left as it is, but by apply --yes', async () => {
  expect((await migrate(['apply', '--yes'])).code).toBe(0);
  const database = new Database(join(folder, 'sso-migrate.sqlite'));
  onTestFinished(() => void database.close());
  // As an earlier version left it: without the tables of the later steps.
  for (const { name } of database
    .prepare("select name from sqlite_master where type = 'table' and name like 'sso_identity%'")
    .all() as { name: string }[])
    database.exec(`drop table ${name}`);
  database.exec('update sso_schema set version = 3');
  const version = () =>
    (database.prepare('select version from sso_schema').get() as { version: number }).version;
  for (const args of [
    ['status'],
    ['apply'],
    ['verify', 'tenant_acme'],
    ['advance', 'tenant_acme', '--yes'],
    ['report'],
  ]) {
    const { code, err } = await migrate(args);
    expect({ args, code, err, version: version() }).toEqual({
      args,
      code: 4,
      err: expect.stringMatching(
        /is of an older version: your app's store\.migrate\(\) updates it, or "apply --yes"/,
      ),
      version: 3,
    });
  }
  expect((await migrate(['apply', '--yes'])).code).toBe(0);
  expect(version()).toBeGreaterThan(3);
});

test('without a command it tells which there are', async () => {
  const { code, err, out } = await migrate(['--json']);
  expect(code).toBe(2);
  expect(err).toContain('Usage: sso-migrate');
  expect(json(out)).toEqual({ error: { code: 'invalid_argument', message: 'A command is missing' } });
});

test('a file that may not be written', async () => {
  const { code, err } = await migrate(['plan', '--out', 'nowhere/plan.jsonl']);
  expect({ code, err }).toEqual({
    code: 2,
    err: expect.stringMatching(/nowhere\/plan\.jsonl cannot be written/),
  });
});
