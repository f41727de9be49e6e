import { createEventInbox } from '@org/sso-core/events';
import { createMemoryProvider } from '@org/sso-core/testing';
import { createSqliteStore } from '@org/sso-store';
import fc from 'fast-check';
import Libsql from 'libsql';
import { expect, test } from 'vitest';
import { runWorker } from './processes/run-worker.js';
import { newDatabaseFile } from './sqlite.js';

test(
  'a process killed again and again loses no event and repeats no effect',
  { timeout: 180_000 },
  async () => {
    const path = newDatabaseFile();
    const { provider, world } = createMemoryProvider();
    const { id: organizationId } = world.createOrganization({ name: 'Acme' });
    const { id: directoryId } = world.createDirectory({ organizationId, identityProvider: 'okta' });
    const expected = new Map<string, string[]>();
    for (let index = 0; index < 60; index += 1) {
      const { id, vendorId } = world.hire(directoryId, { id: `p${index}`, firstName: `p${index}` });
      for (let change = 0; change < index % 6; change += 1) world.changePerson(id, { lastName: `${change}` });
      if (index % 3 === 0) world.deletePerson(id);
      expected.set(`directory_user:${vendorId}`, [
        'directory.user.created',
        ...Array.from({ length: index % 6 }, () => 'directory.user.updated'),
        ...(index % 3 === 0 ? ['directory.user.deleted'] : []),
      ]);
    }
    const store = createSqliteStore({ path });
    await store.migrate();
    const inbox = createEventInbox({
      store: store.events,
      providers: [provider],
      pullSince: '2020-01-01T00:00:00Z',
    });
    const events = await inbox.pull(provider.id);
    await store.close();

    const effectsPath = `${path}.effects`;
    const effects = new Libsql(effectsPath, { timeout: 10_000 });
    effects.pragma('journal_mode = wal');
    effects.exec('create table delivery (key text); create table done (key text primary key)');
    effects.exec('create table effect (number integer primary key, subject text, type text)');

    const environment = { STORE_PATH: path, EFFECTS_PATH: effectsPath };
    const [delays] = fc.sample(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 8, maxLength: 8 }), 1);
    console.info(`killed after ${delays!.join(', ')} ms`);
    let finished = false;
    for (const delay of delays!) finished = await runWorker(environment, delay);
    if (!finished) finished = await runWorker(environment);

    expect(finished).toBe(true);
    const rows = effects.prepare('select subject, type from effect order by number').all([]) as {
      subject: string;
      type: string;
    }[];
    expect(rows).toHaveLength(events);
    for (const [subject, types] of expected)
      expect(rows.filter((row) => row.subject === subject).map(({ type }) => type)).toEqual(types);
    effects.close();
  },
);
