import { readFileSync } from 'node:fs';
import {
  createSso,
  organizationId,
  type ClientFacets,
  type LoginSelector,
  type SsoError,
} from '@org/sso-core';
import { routed } from '@org/sso-core/compose';
import type { ProviderFacets, SsoProvider } from '@org/sso-core/provider';
import { createMigrationRoutes, type MigrationStore } from '@org/sso-core/migration';
import { buildReport, describePlan, renderReport, statusOf, toLines } from '@org/sso-migrate';
import { describe, expect, it } from 'vitest';
import {
  actor,
  callbackOf,
  directions,
  startMove,
  type Vendor,
} from '../../../sso-migrate/test/support/vendors.js';
import { personOf, startCustomerInFile, tenantId } from './customer.js';

function loginAt(
  vendors: readonly Vendor[],
  store: Pick<MigrationStore, 'get' | 'findByOrganization' | 'findByDomain'>,
) {
  return createSso({
    provider: routed({
      providers: vendors.map(({ provider }) => provider as SsoProvider & Pick<ProviderFacets, 'login'>),
      routes: createMigrationRoutes({ store }),
      fallback: vendors[0]!.name,
    }),
    login: {
      secrets: ['a-sealing-secret-of-at-least-32-characters'],
      redirectUri: { workos: callbackOf('workos'), scalekit: callbackOf('scalekit') },
    },
  }).login;
}

describe.each(directions)('from $from to $to', (direction) => {
  const start = (names: readonly string[]) => startCustomerInFile(direction, names);

  it('a request that names the other vendor, by organization, domain or person, signs in where the stage says', async () => {
    const { vendors, store, settle, advance, connectNew } = await start(['Ada']);
    await connectNew();
    await settle();
    const ids = vendors.map(({ name, organization }) =>
      organizationId(`${name}:${organization('Acme Corp').id}`),
    );
    const selectors: LoginSelector[] = [
      ...ids.map((organization) => ({ organization })),
      { domain: 'acme.example' },
      { domain: 'ACME.example' },
    ];
    const login = loginAt(vendors, store.migrations);
    for (const [stage, vendor] of [
      ['shadow', vendors[0]!],
      ['canary', vendors[0]!],
      ['primary', vendors[1]!],
      ['committed', vendors[1]!],
    ] as const) {
      await advance(stage);
      await settle();
      for (const selector of selectors) {
        const begun = await login.begin({ ...selector, loginHint: 'mallory@acme.example' });
        expect(begun.url).toMatch(vendor.url);
      }
    }
  });

  it('who is sent by an id of the vendor that does not count signs in though that vendor has forgotten it', async () => {
    const { vendors, store, settle, advance, connectNew } = await start(['Ada']);
    await connectNew();
    await settle();
    const [from, to] = vendors as [Vendor, Vendor];
    const login = loginAt(vendors, store.migrations);
    const ids = vendors.map(({ name, organization }) =>
      organizationId(`${name}:${organization('Acme Corp').id}`),
    );
    await advance('primary');
    await settle();
    await advance('committed');
    const { organizationAdmin } = createSso({ provider: from.provider }) as unknown as ClientFacets;
    await organizationAdmin.delete(ids[0]!);
    await from.control.clearTraffic();
    const { url, flow } = await login.begin({ organization: ids[0]! });
    expect(url).toMatch(to.url);
    const callback = await to.control.signIn(url, { email: 'ada@acme.example' });
    expect(await login.complete({ callback, flow })).toMatchObject({ organizationId: ids[1]! });
    expect(await from.control.traffic()).toEqual([]);
  });

  it('a link with the address of somebody in the canary signs in whoever signs in', async () => {
    const { vendors, store, settle, ladder, connectNew } = await start(['Ada', 'Ben']);
    await connectNew();
    await settle();
    const canary = { percent: 0, users: ['ada@acme.example'] };
    await ladder.advance(tenantId, { actor, to: 'canary', canary });
    const login = loginAt(vendors, store.migrations);
    const { url, flow } = await login.begin({ domain: 'acme.example', loginHint: 'ada@acme.example' });
    expect(url).toMatch(vendors[1]!.url);
    const callback = await vendors[1]!.control.signIn(url, { email: 'ben@acme.example' });
    const { profile } = await login.complete({ callback, flow });
    expect(profile.email).toBe('ben@acme.example');
  });

  it('a store that fails lets nobody sign in at the fallback', async () => {
    const { vendors } = await start(['Ada']);
    const fail = async () => {
      throw new Error('The database is gone');
    };
    const login = loginAt(vendors, { get: fail, findByOrganization: fail, findByDomain: fail });
    for (const { control } of vendors) await control.clearTraffic();
    await expect(login.begin({ domain: 'acme.example' })).rejects.toMatchObject({ code: 'internal' });
    for (const { control } of vendors) expect(await control.traffic()).toEqual([]);
  });

  it('what the vendor says that does not act gives and takes no access', async () => {
    const { idp, old, people, app: told, settle, advance, connectNew } = await start(['Ada', 'Ben']);
    const next = await connectNew();
    await settle();
    await advance('shadow');
    told.told();
    const mallory = personOf('Mallory');
    idp.connect(next);
    await idp.assign(mallory);
    await idp.unassign(people[0]!);
    await idp.join('Engineering', people[1]!);
    await settle();
    expect(told.told()).toEqual([]);
    expect(told.people()).toEqual(['Ada Example', 'Ben Example']);
    expect(told.members()).toEqual(['Engineering Ada']);

    await idp.unassign(mallory);
    await idp.assign(people[0]!);
    await idp.join('Engineering', people[0]!);
    idp.connect(old);
    await idp.join('Engineering', people[1]!);
    await settle();
    await advance('primary');
    await settle();
    told.told();
    await idp.assign(mallory);
    await idp.unassign(people[0]!);
    await settle();
    expect(told.told()).toEqual([]);
    expect(told.people()).toEqual(['Ada Example', 'Ben Example']);
  });

  it("a stranger's organization that carries the tenant id is not taken for the customer's", async () => {
    const acme = { name: 'Acme Corp', externalId: tenantId, domains: ['acme.example'] };
    const { to, store, migrator } = await startMove(direction, {
      from: { organizations: [acme] },
      to: { organizations: [{ name: 'Mallory Ltd', externalId: tenantId }] },
    });
    const plan = await migrator.plan();
    expect(plan.counts).toMatchObject({ ready: 0, blocked: 1 });
    expect(await migrator.apply(plan, { actor, skipBlocked: true })).toMatchObject({ applied: 0 });
    expect(await to.writes()).toEqual([]);
    expect(await store.get(tenantId)).toBeNull();
  });

  it('an old directory that was emptied takes access from nobody, unless the operator accepts it', async () => {
    const customer = await start(['Ada', 'Ben', 'Cyd']);
    const { app, settle, advance, rollback, connectNew, leaveOld, store, handOver } = customer;
    const next = await connectNew();
    await settle();
    await advance('primary');
    await leaveOld(next);
    expect(app.told()).toEqual([]);

    await expect(rollback()).rejects.toMatchObject({
      name: 'GateClosedError',
      stage: 'primary',
      to: 'shadow',
      reasons: [expect.stringMatching(/3 people whom your app has are gone or have no access/)],
    });
    await settle();
    expect(app.people()).toHaveLength(3);
    const migration = (await store.migrations.get(tenantId))!;
    expect(migration).toMatchObject({ stage: 'primary', acting: 'to' });
    const { directories } = await statusOf(store.migrations, migration, handOver);
    expect(directories!.people).toMatchObject({ told: 3, same: 0, losing: 3, missing: 0 });

    await rollback(true);
    await settle();
    expect(app.told().toSorted()).toEqual(['left Ada Example', 'left Ben Example', 'left Cyd Example']);
  });

  it('an old directory that was emptied takes access from many only when somebody has looked at it', async () => {
    const names = ['Ada', 'Ben', 'Cyd', 'Dan', 'Eli', 'Fay', 'Gus', 'Hal'];
    const customer = await start(names);
    const { app, settle, advance, rollback, connectNew, leaveOld, inbox, attention } = customer;
    const next = await connectNew();
    await settle();
    await advance('primary');
    await leaveOld(next);
    await rollback(true);
    await settle();
    expect(app.people()).toHaveLength(8);
    expect(attention).toContain('held');
    // What waits for a person is not put in again, or the guard would count it for ever.
    await rollback(true);
    await settle();
    expect((await inbox.list('held')).events).toHaveLength(8);
    await inbox.release((await inbox.list('held')).events);
    await settle();
    expect(app.people()).toEqual([]);
  });

  it('no plan, journal, report, error or database tells a credential, a portal link or a SCIM token', async () => {
    const { path, vendors, migrator, store, settle, advance, connectNew, scimTokens } = await start(['Ada']);
    await connectNew();
    await settle();
    const portal = await migrator.createPortalLink(tenantId, 'sso');
    await advance('primary');
    const plan = await migrator.plan();
    const failure = await vendors[0]!.provider
      .organizations!.get(organizationId(`${direction.from}:org_nobody`), { operation: 'test' })
      .catch((error: SsoError) => error);
    const told = [
      ...toLines(plan),
      ...describePlan(plan),
      JSON.stringify(await migrator.verify(tenantId, { includeValues: true })),
      JSON.stringify(await store.migrations.journal({ tenantId, limit: 1000 })),
      JSON.stringify(await store.migrations.steps(tenantId)),
      renderReport(await buildReport({ store: store.migrations, plan })),
      JSON.stringify(failure),
      readFileSync(path, 'latin1'),
      readFileSync(`${path}-wal`, 'latin1'),
    ].join('\n');
    expect(told).toContain(tenantId);
    const secrets = [
      ...vendors.map(({ secret }) => secret),
      ...scimTokens,
      ...new URL(portal.url).searchParams.values(),
      new URL(portal.url).pathname.split('/').at(-1)!,
    ].filter((secret) => secret.length > 8);
    expect(secrets.length).toBeGreaterThanOrEqual(5);
    for (const secret of secrets) expect(told).not.toContain(secret);
  });
});
