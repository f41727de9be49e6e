import { connectionId, type Profile } from '@org/sso-core';
import { createSqliteStore } from '@org/sso-store';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newDatabaseFile } from '../../../sso-store/test/sqlite.js';
import { directions } from '../../../sso-migrate/test/support/vendors.js';
import { personOf, startCustomer } from './customer.js';

describe.each(directions)('from $from to $to', (direction) => {
  /** Primary, with a word of the new directory about Ben. */
  async function start() {
    const store = createSqliteStore({ path: newDatabaseFile() });
    onTestFinished(() => store.close());
    await store.migrate();
    const customer = await startCustomer(direction, store, ['Ada', 'Ben', 'Cyd']);
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
});
