import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { createSso, organizationId, type ClientFacets } from '@org/sso-core';
import { describe, expect, test, vi } from 'vitest';
import { actor, directions, type Vendor } from '../../../sso-migrate/test/support/vendors.js';
import { personOf, startCustomerInFile, tenantId } from './customer.js';

const dora = personOf('Dora');

/** At WorkOS only the customer can. */
async function proveDomain({ name, provider, organization }: Vendor, domain: string): Promise<void> {
  const { domains, adminPortal } = createSso({ provider }) as unknown as ClientFacets;
  const whose = { organizationId: organizationId(`${name}:${organization('Acme Corp').id}`) };
  const { id } = await domains.create({ ...whose, domain });
  if (name !== 'workos') return;
  const { url } = await adminPortal.createLink({ ...whose, intent: 'domain_verification' });
  const body = new URLSearchParams({ verify: id.slice('workos:'.length) });
  await fetch(url, { method: 'POST', body, redirect: 'manual' });
}

describe.each(directions)('from $from to $to', (direction) => {
  const start = (names: readonly string[]) => startCustomerInFile(direction, names);

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

  test('an organization that takes the place of the enrolled one begins the move anew, and the former one tells nothing', async () => {
    const { idp, people, app, settle, advance, connectNew, replaceNew, migrator, ladder, vendors, store } =
      await start(['Ada', 'Ben', 'Cyd']);
    await connectNew();
    await settle();
    await advance('canary');
    await replaceNew();

    const to = vendors[1]!;
    const enrolled = (await store.migrations.get(tenantId))!.organizations.to;
    await expect(advance('primary')).rejects.toMatchObject({
      name: 'GateClosedError',
      reasons: [expect.stringContaining(`${enrolled} was enrolled`)],
    });
    await to.control.clearTraffic();
    await expect(migrator.apply(await migrator.plan(), { actor })).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(/roll .* back to observe/),
    });
    expect(await to.writes()).toEqual([]);

    await ladder.rollback(tenantId, { actor, to: 'observe' });
    await migrator.apply(await migrator.plan(), { actor });
    expect((await store.migrations.get(tenantId))!.organizations.to).not.toBe(enrolled);
    // Now the inbox hears that the former one and its people are gone, and of the new one.
    await settle();
    expect(app.told()).toEqual([]);
    expect(app.people()).toEqual(['Ada Example', 'Ben Example', 'Cyd Example']);

    await advance('primary');
    await idp.unassign(people[1]!);
    await settle();
    expect(app.told()).toEqual(['left Ben Example']);
    await advance('committed');
  });

  test('what is being told while shadow is entered is known there', async () => {
    const { idp, people, app, settle, advance, connectNew, inbox, store } = await start([
      'Ada',
      'Ben',
      'Cyd',
    ]);
    await connectNew();
    await settle();
    await idp.unassign(people[1]!);
    await idp.assign(dora);
    const told: string[] = [];
    const stage = async () => (await store.migrations.get(tenantId))!.stage;
    const handlers = new EventEmitter();
    const ended = once(handlers, 'end');
    inbox.on('*', async ({ data }) => {
      if (!('user' in data && 'name' in data.user)) return;
      told.push(data.user.name!);
      await ended;
    });
    const atOld = settle(direction.from);
    await vi.waitFor(() => expect(told).toHaveLength(2));
    const entered = advance('shadow');
    await vi.waitFor(async () => expect(await stage()).toBe('shadow'), { timeout: 5000 });
    await delay(300);
    handlers.emit('end');
    await atOld;
    await entered;

    await settle();
    await advance('primary');
    await settle();
    expect(app.people()).toEqual(['Ada Example', 'Cyd Example', 'Dora Example']);
    expect(told.toSorted()).toEqual(['Ben Example', 'Dora Example']);
  });

  test('a domain that was verified since the plan was applied opens no gate before logins with it are routed', async () => {
    const { settle, advance, connectNew, migrator, vendors, store } = await start(['Ada']);
    await connectNew();
    await settle();
    await advance('canary');
    for (const vendor of vendors) await proveDomain(vendor, 'acme.test');
    await expect(advance('primary')).rejects.toMatchObject({
      name: 'GateClosedError',
      reasons: [expect.stringContaining('Verified since the plan was applied: acme.test')],
    });
    await migrator.apply(await migrator.plan(), { actor });
    expect(await store.migrations.findByDomain('acme.test')).toMatchObject({ tenantId, stage: 'canary' });
    expect(await advance('primary')).toMatchObject({ stage: 'primary' });
  });
});
