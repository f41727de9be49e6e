import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Harness } from '@org/sso-contract';
import type { DirectoryUserId } from '@org/sso-core';
import { createEventInbox, reconcileDirectory } from '@org/sso-core/events';
import type { PageRequest } from '@org/sso-core/provider';
import { createSqliteStore } from '@org/sso-store';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createApp } from '../../../sso-core/test/events/vendor.js';
import { createScalekitHarness } from '../harness/scalekit.js';
import { createWorkosHarness } from '../harness/workos.js';

async function setUp(createHarness: () => Promise<Harness>) {
  const harness = await createHarness();
  const { provider, world, clock } = harness;
  const folder = mkdtempSync(join(tmpdir(), 'sso-inbox-'));
  const store = createSqliteStore({ path: join(folder, 'store.db') });
  onTestFinished(async () => {
    await store.close();
    await harness.dispose?.();
    rmSync(folder, { recursive: true });
  });
  await store.migrate();
  const { now } = clock!;
  const pullSince = new Date(now() - 1000).toISOString();
  const inbox = createEventInbox({
    store: store.events,
    providers: [provider],
    guard: 'off',
    now,
    pullSince,
  });
  const app = createApp(inbox);
  const organizationId = await world.createOrganization({ name: 'Acme' });
  const directory = { organizationId, name: 'Okta', identityProvider: 'okta', status: 'active' } as const;
  const directoryId = await world.directories!.createDirectory(directory);

  /** What the vendor lists now, through the adapter. */
  async function truth() {
    const context = { operation: 'test' };
    const { directories } = provider;
    const all = async <T>(
      load: (page: PageRequest) => Promise<{ items: readonly T[]; nextCursor: string | null }>,
    ) => {
      const items: T[] = [];
      for (let cursor: string | null = null; ;) {
        const page = await load({ cursor });
        items.push(...page.items);
        if ((cursor = page.nextCursor) === null) return items;
      }
    };
    const ref = { organizationId, directoryId };
    const users = await all((page) => directories!.listUsersPage(ref, page, context));
    const groups = await all((page) => directories!.listGroupsPage(ref, page, context));
    const memberships: string[] = [];
    for (const { id: groupId } of groups) {
      const members = await all((page) => directories!.listUsersPage({ ...ref, groupId }, page, context));
      memberships.push(...members.map(({ id }) => `${groupId} ${id}`));
    }
    return {
      people: users.map(({ id, status, name }) => `${id} ${status} ${name}`).toSorted(),
      groups: groups.map(({ id, name }) => `${id} ${name}`).toSorted(),
      memberships: memberships.toSorted(),
    };
  }

  /** A week at the customer's. */
  async function live() {
    const { hire, changePerson, deactivatePerson, deletePerson, createGroup, addMember, removeMember } =
      world.directories!;
    const people: DirectoryUserId[] = [];
    for (const firstName of ['Ada', 'Ben', 'Cyd', 'Dan', 'Eve', 'Fay'])
      people.push(await hire(directoryId, { id: firstName, email: `${firstName}@acme.example`, firstName }));
    const engineering = await createGroup(directoryId, 'Engineering');
    const sales = await createGroup(directoryId, 'Sales');
    await clock!.advance(1000);
    for (const person of people.slice(0, 4)) await addMember(directoryId, engineering, person);
    await addMember(directoryId, sales, people[4]!);
    await clock!.advance(1000);
    await changePerson(directoryId, people[0]!, { lastName: 'Lovelace' });
    await removeMember(directoryId, engineering, people[1]!);
    await deactivatePerson(directoryId, people[2]!);
    await clock!.advance(1000);
    await deletePerson(directoryId, people[3]!);
    await addMember(directoryId, sales, people[1]!);
    await clock!.advance(1000);
  }

  const settle = async () => {
    await inbox.process();
    return app.belief();
  };
  const reconcile = () =>
    reconcileDirectory({ provider, store: store.events, organizationId, directoryId, now });
  return { ...harness, inbox, app, live, truth, settle, reconcile, receive: inbox.webhook(provider.id) };
}

describe.each<[string, () => Promise<Harness>]>([
  ['Scalekit', () => createScalekitHarness('modular-sso')],
  ['WorkOS, where inactive users are deleted', () => createWorkosHarness('deleted')],
  ['WorkOS, where inactive users are kept', () => createWorkosHarness('kept')],
])('%s', (_, createHarness) => {
  test('webhooks in any order, repeated and lost, end where the vendor is', async () => {
    const { world, receive, live, truth, settle, inbox, provider, reconcile, app, clock } =
      await setUp(createHarness);
    await live();
    const messages = await world.webhooks!.delivered();
    expect(messages.length).toBeGreaterThan(15);
    const seed = Date.now();
    console.info(`seed ${seed}`);
    const eachOne = { minLength: messages.length, maxLength: messages.length };
    const [order] = fc.sample(fc.array(fc.nat(), eachOne), { seed, numRuns: 1 });
    const shuffled = messages
      .map((message, index) => ({ message, at: order![index]! }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ message }) => message);
    const kept = shuffled.filter((__, index) => order![index]! % 4 > 0);
    for (const message of [...kept, ...kept.slice(0, 5)]) {
      const { status } = await receive(message);
      expect(status).toBe(202);
      await settle();
    }

    // What was lost is in the stream.
    await inbox.pull(provider.id);
    expect(await settle()).toEqual(await truth());
    expect((await inbox.list('quarantined')).events).toEqual([]);
    for (const history of app.histories.values())
      expect(history.join(' ')).toMatch(/^(created( updated)*( deleted)?|deleted)$/);

    // And nothing is left for a reconciliation to take away.
    await clock!.advance(1000);
    await reconcile();
    expect(await settle()).toEqual(await truth());
    expect(await reconcile()).toMatchObject({ appended: 0 });
  });

  test('an app that starts late learns everything from a reconciliation', async () => {
    const { live, truth, settle, reconcile } = await setUp(createHarness);
    await live();
    await reconcile();
    expect(await settle()).toEqual(await truth());
    expect(await reconcile()).toMatchObject({ appended: 0 });
  });

  test('a webhook of another endpoint is refused', async () => {
    const { world, receive, live, inbox } = await setUp(createHarness);
    await live();
    const [message] = await world.webhooks!.delivered();
    const forged = world.webhooks!.sign(message!.body, { secret: 'foreign' });
    expect((await receive(forged)).status).toBe(401);
    expect(await inbox.process()).toBe(0);
  });
});
