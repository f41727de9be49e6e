import { createSso } from '@org/sso-core';
import { routed } from '@org/sso-core/compose';
import { createMigrationRoutes, type MigrationStage } from '@org/sso-core/migration';
import { createLadder, createMigrator } from '@org/sso-migrate';
import { createPostgresStore, createSqliteStore, type SsoStore } from '@org/sso-store';
import { describe, expect, test } from 'vitest';
import { startPostgres } from '../../../sso-store/test/postgres.js';
import { newDatabaseFile } from '../../../sso-store/test/sqlite.js';
import { loginSettings, useVendors, type VendorName } from '../compose/support.js';

const vendors = useVendors();
const tenantId = 'tenant_acme';
const actor = 'grace';
const ada = { email: 'ada@acme.example' };

interface Direction {
  readonly from: VendorName;
  readonly to: VendorName;
}
const forth: Direction = { from: 'workos', to: 'scalekit' };
const back: Direction = { from: 'scalekit', to: 'workos' };

/** Every process opens the store anew; nothing but the store passes from one to the next. */
function testLogins(openStore: () => Promise<() => SsoStore>, directions: readonly Direction[]): void {
  async function setUp({ from, to }: Direction) {
    const open = await openStore();
    const inProcess = async <Result>(work: (store: SsoStore) => Promise<Result>): Promise<Result> => {
      const store = open();
      try {
        return await work(store);
      } finally {
        await store.close();
      }
    };
    const operatorOf = ({ migrations }: SsoStore) => {
      const migrator = createMigrator({
        from: vendors.provider[from],
        to: vendors.provider[to],
        store: migrations,
      });
      return { migrator, ladder: createLadder({ store: migrations, gate: migrator.gate }) };
    };
    const loginOf = ({ migrations, oneTimeIds }: SsoStore) => {
      const provider = routed({
        providers: [vendors.provider.workos, vendors.provider.scalekit],
        routes: createMigrationRoutes({ store: migrations }),
        fallback: from,
      });
      return createSso({ provider, login: { ...loginSettings, oneTimeIds } }).login;
    };
    const app = {
      begin: () =>
        inProcess(async (store) => {
          const login = loginOf(store);
          const { selector, loginHint } = await login.lookup(ada.email);
          return login.begin({ ...selector!, loginHint });
        }),
      complete: (callback: string, flow: string) =>
        inProcess((store) => loginOf(store).complete({ callback, flow })),
    };
    const climbTo = (stage: MigrationStage) =>
      inProcess(async (store) => {
        const { ladder } = operatorOf(store);
        const { stage: now } = (await store.migrations.get(tenantId))!;
        const isUp = stages.indexOf(stage) > stages.indexOf(now);
        await ladder[isUp ? 'advance' : 'rollback'](tenantId, { actor, to: stage });
      });
    await inProcess(async (store) => {
      await store.migrate();
      const { migrator } = operatorOf(store);
      await migrator.apply(await migrator.plan(), { actor });
    });
    return { ...app, climbTo };
  }

  const stages = ['observe', 'shadow', 'canary', 'primary', 'committed'] as const;
  const flips = [
    { before: 'observe', after: 'primary', began: 'from', next: 'to' },
    { before: 'primary', after: 'shadow', began: 'to', next: 'from' },
    { before: 'shadow', after: 'committed', began: 'from', next: 'to' },
  ] as const;

  test.each(directions.flatMap((direction) => flips.map((flip) => ({ ...direction, ...flip }))))(
    'from $from to $to: a login begun at $before finishes where it began, once, when the customer is at $after and the app began anew',
    async ({ before, after, began, next, ...direction }) => {
      const [first, second] = [direction[began], direction[next]];
      const { begin, complete, climbTo } = await setUp(direction);
      if (before !== 'observe') await climbTo(before);
      const { url, flow } = await begin();
      expect(url).toMatch(vendors.emulator[first].url);
      const callback = await vendors.emulator[first].control.signIn(url, ada);

      await climbTo(after);
      const { profile, organizationId } = await complete(callback, flow);
      expect(profile).toMatchObject({ provider: first, email: ada.email });
      expect(organizationId).toBe(vendors.organization(first, 'Acme Corp'));
      expect(await vendors.codes(second)).toEqual([]);

      await expect(complete(callback, flow)).rejects.toMatchObject({ reason: 'flow_reused' });
      expect(await vendors.codes(first)).toHaveLength(1);
      expect((await begin()).url).toMatch(vendors.emulator[second].url);
    },
  );
}

describe('SQLite', () => {
  testLogins(async () => {
    const path = newDatabaseFile();
    return () => createSqliteStore({ path });
  }, [forth, back]);
});

const postgres = await startPostgres();
describe.skipIf(!postgres)('PostgreSQL', () => {
  testLogins(async () => {
    const connectionString = await postgres!.newDatabase();
    return () => createPostgresStore({ connectionString });
  }, [forth]);
});
