import { setTimeout as delay } from 'node:timers/promises';
import { connectionId, createSso, organizationId, type ClientFacets, type Profile } from '@org/sso-core';
import { createLadder, createMigrator } from '@org/sso-migrate';
import type { MigrationStage } from '@org/sso-core/migration';
import { describe, expect, test } from 'vitest';
import { actor, directions, redirectUri, type Vendor } from '../../../sso-migrate/test/support/vendors.js';
import { personOf, startCustomerInFile, tenantId } from './customer.js';

describe.each(directions)('from $from to $to', (direction) => {
  /** Primary, with a word of the new directory about Ben. */
  async function start() {
    const customer = await startCustomerInFile(direction, ['Ada', 'Ben', 'Cyd']);
    const { idp, people, settle, advance, connectNew, ledger } = customer;
    const ben = people[1]!;
    const next = await connectNew();
    await settle();
    await advance('primary');
    await idp.assign({ ...ben, lastName: 'Bond' });
    await settle();
    const signIn = (person = ben) =>
      ledger.resolveUser({
        profile: {
          provider: direction.from,
          connectionId: connectionId(`${direction.from}:conn_acme`),
          idpId: person.id,
          email: person.email,
          emailVerified: true,
        } as unknown as Profile,
      });
    expect((await signIn()).status).not.toBe('refused');
    return { ...customer, ben, next, signIn };
  }
  const refused = { status: 'refused', reason: 'deprovisioned' };

  test('who was dismissed while the new directory counted is refused when the old one, told nothing, counts again', async () => {
    const { idp, next, ben, settle, rollback, signIn } = await start();
    idp.connect(next);
    await idp.unassign(ben);
    await settle();
    expect(await signIn()).toMatchObject(refused);
    await rollback();
    await settle();
    expect(await signIn()).toMatchObject(refused);
  });

  test('who was dismissed while the customer was rolled back is refused when the new directory counts again', async () => {
    const { idp, ben, settle, advance, rollback, signIn, app } = await start();
    await rollback();
    await settle();
    await idp.unassign(ben);
    await settle();
    expect(await signIn()).toMatchObject(refused);
    await advance('primary');
    await settle();
    expect(app.people()).toEqual(['Ada Example', 'Cyd Example']);
    expect(await signIn()).toMatchObject(refused);
  });

  test('who came back while the customer was rolled back is let in when the new directory counts again', async () => {
    const { idp, ben, settle, advance, rollback, signIn, app } = await start();
    await idp.unassign(ben);
    await settle();
    await rollback();
    await settle();
    await idp.assign(ben);
    await settle();
    expect(await signIn()).toMatchObject({ status: 'known' });
    await advance('primary');
    await settle();
    expect(app.people()).toEqual(['Ada Example', 'Ben Example', 'Cyd Example']);
    expect(await signIn()).toMatchObject({ status: 'known' });
  });

  test('whose dismissal arrives after a catch-up has told that they are there is refused', async () => {
    const { idp, next, settle, advance, rollback, inbox, signIn, app } = await start();
    await rollback();
    await settle();
    const dora = personOf('Dora');
    idp.connect(next);
    await idp.assign(dora);
    await settle();
    await idp.unassign(dora);
    await advance('primary');
    await inbox.process();
    expect(app.people()).toContain('Dora Example');
    await settle();
    expect(app.people()).not.toContain('Dora Example');
    expect(await signIn(dora)).toMatchObject(refused);
  });

  test('whose dismissal at the new vendor is older than what the old one told last, and arrives later, is refused', async () => {
    const { idp, old, next, ben, settle, advance, rollback, signIn, app } = await start();
    await rollback();
    await settle();
    idp.connect(next);
    await idp.unassign(ben);
    await delay(5);
    idp.connect(old);
    await idp.assign({ ...ben, lastName: 'Brown' });
    await settle(direction.from);
    expect(app.people()).toContain('Ben Brown');
    await idp.unassign(ben);
    await advance('primary');
    await settle();
    expect(app.people()).toEqual(['Ada Example', 'Cyd Example']);
    expect(await signIn()).toMatchObject(refused);
  });

  test('a customer who is committed moves back the same way, and nobody is lost, repeated or let in', async () => {
    const { idp, people, old, next, ben, settle, advance, signIn, app, vendors, store, handOver, ledger } =
      await start();
    const [ada, , cyd] = people;
    await advance('committed');
    idp.connect(next);
    await idp.unassign(ben);
    const lovelace = { ...ada!, lastName: 'Lovelace' };
    await idp.assign(lovelace);
    await settle();
    app.told();

    const migrator = createMigrator({
      from: vendors[1]!.provider,
      to: vendors[0]!.provider,
      store: store.migrations,
      testLogin: { redirectUri },
    });
    const ladder = createLadder({
      store: store.migrations,
      gate: migrator.gate,
      handOver,
      identities: ledger,
    });
    expect(await migrator.apply(await migrator.plan(), { actor })).toMatchObject({ applied: 1 });
    expect(await store.migrations.get(tenantId)).toMatchObject({ stage: 'observe', acting: 'from' });
    const to = (stage: MigrationStage) => ladder.advance(tenantId, { actor, to: stage });
    await expect(to('shadow')).rejects.toMatchObject({ name: 'GateClosedError', stage: 'observe' });

    // The customer connects the old vendor again.
    idp.connect(old);
    await idp.unassign(ben);
    for (const person of [lovelace, cyd!]) await idp.assign(person);
    idp.connect(old, next);
    await settle();
    await to('canary');
    await idp.unassign(cyd!);
    const eve = personOf('Eve');
    await idp.assign(eve);
    await settle();
    expect(app.told().toSorted()).toEqual(['hired Eve Example', 'left Cyd Example']);
    await to('primary');
    await settle();
    expect(app.told()).toEqual([]);
    for (const gone of [ben, cyd!]) expect(await signIn(gone)).toMatchObject(refused);

    idp.connect(old);
    await idp.unassign(eve);
    await idp.assign(cyd!);
    await settle();
    await to('committed');
    expect(app.told()).toHaveLength(2);
    expect(app.people()).toEqual(['Ada Lovelace', 'Cyd Example']);
    for (const gone of [ben, eve]) expect(await signIn(gone)).toMatchObject(refused);
    for (const there of [lovelace, cyd!]) expect((await signIn(there)).status).not.toBe('refused');
    expect(await store.migrations.entries(tenantId, { limit: 10, after: null })).toEqual([]);
    // What the vendor that was left tells now is nobody's.
    idp.connect(next);
    for (const person of [lovelace, cyd!]) await idp.unassign(person);
    await settle();
    expect(app.told()).toEqual([]);
  });

  test('who signs in through a connection that was made anew during the canary is who they were', async () => {
    const { people, settle, advance, connectNew, ledger, vendors } = await startCustomerInFile(direction, [
      'Ada',
    ]);
    await connectNew();
    await settle();
    const [from, to] = vendors as [Vendor, Vendor];
    const connectionAt = async ({ name, provider, organization }: Vendor) => {
      const organizationIdThere = organizationId(`${name}:${organization('Acme Corp').id}`);
      const { connections, connectionAdmin } = createSso({ provider }) as unknown as ClientFacets;
      for await (const { id } of connections.list({ organizationId: organizationIdThere }))
        return { organizationId: organizationIdThere, connectionId: id, connectionAdmin };
      throw new Error('There is none');
    };
    const signIn = async (vendor: Vendor, email: string) =>
      ledger.resolveUser({
        profile: {
          provider: vendor.name,
          connectionId: (await connectionAt(vendor)).connectionId,
          idpId: people[0]!.id,
          email,
          emailVerified: true,
        } as unknown as Profile,
      });
    const known = await signIn(from, people[0]!.email);
    await advance('canary');
    const { connectionAdmin, ...ref } = await connectionAt(to);
    await connectionAdmin.delete(ref);
    await to.connect(to.organization('Acme Corp').id, {
      name: 'Acme Okta',
      domains: ['acme.example'],
      identityProvider: 'okta',
      protocol: 'saml',
    });
    await advance('primary');
    expect(await signIn(to, 'ada.lovelace@elsewhere.example')).toMatchObject({
      userId: (known as { userId: string }).userId,
    });
  });
});
