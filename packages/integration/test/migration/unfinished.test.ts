import { createSqliteStore } from '@org/sso-store';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newDatabaseFile } from '../../../sso-store/test/sqlite.js';
import { directions } from '../../../sso-migrate/test/support/vendors.js';
import { startCustomer } from './customer.js';

describe.each(directions)('from $from to $to', (direction) => {
  async function start(names: readonly string[]) {
    const store = createSqliteStore({ path: newDatabaseFile() });
    onTestFinished(() => store.close());
    await store.migrate();
    const customer = await startCustomer(direction, store, names);
    customer.app.told();
    return customer;
  }

  test('what was due and is discarded is told again by naming the stage, and keeps nobody from a commit', async () => {
    const { idp, people, app, settle, advance, connectNew, failing, inbox } = await start([
      'Ada',
      'Ben',
      'Cyd',
    ]);
    const ben = people[1]!;
    await connectNew();
    await settle();
    await advance('shadow');
    await idp.assign({ ...ben, lastName: 'Bond' });
    await settle(direction.to);
    failing.add(ben.id);
    await advance('primary');
    await settle();
    await inbox.discard((await inbox.list('quarantined')).events);
    await settle();
    expect(app.told()).toEqual([]);

    failing.clear();
    await expect(advance('committed')).rejects.toMatchObject({ name: 'GateClosedError', stage: 'primary' });
    await settle();
    expect(app.told()).toEqual(['changed Ben Bond']);
    await advance('committed');
  });
});
