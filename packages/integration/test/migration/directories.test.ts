import { describe, expect, test } from 'vitest';
import { directions } from '../../../sso-migrate/test/support/vendors.js';
import { personOf, startCustomerInFile, tenantId } from './customer.js';

const dora = personOf('Dora');
const eve = personOf('Eve');

describe.each(directions)('from $from to $to', (direction) => {
  async function start(names: readonly string[]) {
    const customer = await startCustomerInFile(direction, names);
    expect(customer.app.people()).toEqual(names.map((name) => `${name} Example`));
    return customer;
  }

  test.each(['before', 'when', 'after'] as const)(
    'a customer whose identity provider turns to the new vendor %s that begins to act loses and repeats nobody',
    async (moment) => {
      const { idp, people, app, settle, advance, connectNew } = await start(['Ada', 'Ben', 'Cyd']);
      const [ada, ben, cyd] = people as [typeof dora, typeof dora, typeof dora];
      const next = await connectNew();
      await settle();
      await advance('shadow');
      await idp.assign(dora);
      await settle();
      expect(app.told()).toEqual(['hired Dora Example']);

      if (moment === 'before') idp.connect(next);
      await advance('primary');
      if (moment === 'when') idp.connect(next);
      await settle();
      expect(app.told()).toEqual([]);

      await idp.unassign(ben);
      await idp.assign({ ...ada, lastName: 'Lovelace' });
      await idp.join('Engineering', cyd);
      await settle();
      expect(app.told().toSorted()).toEqual(['changed Ada Lovelace', 'left Ben Example']);

      if (moment === 'after') idp.connect(next);
      await idp.assign(eve);
      await idp.unassign(dora);
      await settle();
      expect(app.told().toSorted()).toEqual(['hired Eve Example', 'left Dora Example']);

      await advance('committed');
      await idp.unassign(cyd);
      await settle();
      expect(app.people()).toEqual(['Ada Lovelace', 'Eve Example']);
      expect(app.members()).toEqual(['Engineering Ada']);
    },
  );

  test('a new vendor of which the inbox hears nothing does not begin to act', async () => {
    const { settle, advance, connectNew, ladder } = await start(['Ada', 'Ben', 'Cyd']);
    await connectNew();
    await expect(advance('primary')).rejects.toMatchObject({
      name: 'GateClosedError',
      stage: 'canary',
      to: 'primary',
      reasons: [
        `Your app knows 3 people and 1 group of whom the inbox heard nothing from ${direction.to}: let it receive ${direction.to}'s events, or reconcile the directory.`,
      ],
    });
    await settle();
    expect(await advance('primary')).toMatchObject({ stage: 'primary', acting: 'to' });
    expect(await ladder.rollback(tenantId, { actor: 'ops', to: 'observe' })).toMatchObject({
      stage: 'observe',
      acting: 'from',
    });
  });

  test('somebody who left during the move stays out when the old vendor, told nothing, acts again', async () => {
    const { idp, people, app, settle, advance, rollback, connectNew } = await start(['Ada', 'Ben', 'Cyd']);
    const next = await connectNew();
    await settle();
    await advance('primary');
    idp.connect(next);
    await idp.unassign(people[1]!);
    await settle();
    await rollback();
    await settle();
    expect(app.people()).toEqual(['Ada Example', 'Cyd Example']);
  });

  test('a move goes back to observe when the app was told what the old vendor said meanwhile', async () => {
    const { idp, old, people, app, settle, advance, connectNew, ladder, store } = await start([
      'Ada',
      'Ben',
      'Cyd',
    ]);
    const next = await connectNew();
    await settle();
    await advance('primary');
    idp.connect(old);
    await idp.assign(dora);
    await idp.unassign(people[1]!);
    await settle();
    expect(app.told()).toEqual([]);

    const back = () => ladder.rollback(tenantId, { actor: 'ops', to: 'observe', acceptLosses: true });
    await expect(back()).rejects.toMatchObject({
      name: 'GateClosedError',
      stage: 'shadow',
      to: 'observe',
      reasons: [
        `What ${direction.from} said of 2 people and 1 group has not reached your app yet: let the inbox work through what waits, and replay or discard what is quarantined.`,
      ],
    });
    expect(await store.migrations.get(tenantId)).toMatchObject({ stage: 'shadow', acting: 'from' });
    await settle();
    expect(app.told().toSorted()).toEqual(['hired Dora Example', 'left Ben Example']);
    expect(await back()).toMatchObject({ stage: 'observe', acting: 'from' });
    expect(await store.migrations.entries(tenantId, { limit: 10, after: null })).toEqual([]);

    await idp.assign(eve);
    await settle();
    expect(app.told()).toEqual(['hired Eve Example']);

    idp.connect(next);
    await idp.unassign(people[1]!);
    for (const hired of [dora, eve]) await idp.assign(hired);
    await settle();
    expect(await advance('primary')).toMatchObject({ stage: 'primary', acting: 'to' });
    await settle();
    expect(app.told()).toEqual([]);
    expect(app.people()).toEqual(['Ada Example', 'Cyd Example', 'Dora Example', 'Eve Example']);
  });

  test('a move is not committed while the app has yet to hear of something', async () => {
    const { idp, people, app, settle, advance, connectNew, failing, inbox, attention, store } = await start([
      'Ada',
      'Ben',
      'Cyd',
    ]);
    const [, ben] = people;
    await connectNew();
    await settle();
    await advance('shadow');
    await idp.assign({ ...ben!, lastName: 'Bond' });
    // Of this the inbox hears from the new vendor alone.
    await settle(direction.to);
    expect(app.told()).toEqual([]);
    failing.add(ben!.id);
    await advance('primary');
    await settle();
    expect(attention).toContain('quarantined');
    await expect(advance('committed')).rejects.toMatchObject({
      name: 'GateClosedError',
      stage: 'primary',
      reasons: [expect.stringMatching(/said of 1 person has not reached your app yet/)],
    });

    failing.clear();
    await inbox.release((await inbox.list('quarantined')).events);
    await settle();
    expect(app.told()).toEqual(['changed Ben Bond']);
    await advance('committed');
    expect(await store.migrations.entries(tenantId, { limit: 10, after: null })).toEqual([]);
  });
});
