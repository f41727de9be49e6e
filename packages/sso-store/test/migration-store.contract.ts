import type { DirectoryUser } from '@org/sso-core';
import type {
  DirectoryEntry,
  DirectoryStatement,
  Migration,
  MigrationStep,
  MigrationStore,
} from '@org/sso-core/migration';
import { beforeEach, expect, test } from 'vitest';
import { journalEntry, migration } from '../../sso-core/test/migration/support.js';

/** What every implementation of the port does. */
export function testMigrationStore(create: () => Promise<MigrationStore>): void {
  let store: MigrationStore;
  beforeEach(async () => {
    store = await create();
  });

  const enroll = (move: Migration) => store.write(move, null, journalEntry(move.tenantId));
  const change = (move: Migration, actor: string) =>
    store.write({ ...move, version: move.version + 1 }, move.version, journalEntry(move.tenantId, { actor }));
  const actors = async (tenantId: string) =>
    (await store.journal({ tenantId, limit: 100 })).map(({ actor }) => actor);

  test('a move comes back as it was written', async () => {
    const move = migration('acme', {
      stage: 'canary',
      canary: { percent: 12.5, users: ['ada@acme.example', "o'neill@acme.example"] },
      acting: 'to',
      domains: ['acme.example', 'acme.test'],
    });
    expect(await store.get('acme')).toBeNull();
    expect(await enroll(move)).toBe(true);
    expect(await store.get('acme')).toEqual(move);
    expect(await store.get('ACME')).toBeNull();
  });

  test('a move is found by the organization of either side and by its domains, as they are now', async () => {
    const { organizations } = migration('acme');
    await enroll(migration('acme', { organizations: { ...organizations, to: null }, domains: [] }));
    await enroll(migration('globex'));
    expect(await store.findByOrganization(organizations.from)).toMatchObject({ tenantId: 'acme' });
    expect(await store.findByOrganization(organizations.to!)).toBeNull();
    expect(await store.findByDomain('acme.example')).toBeNull();

    await change(migration('acme', { domains: ['acme.example', 'acme.example', 'acme.test'] }), 'olga');
    expect(await store.findByOrganization(organizations.to!)).toMatchObject({ tenantId: 'acme' });
    expect(await store.findByDomain('acme.test')).toMatchObject({ tenantId: 'acme', version: 2 });
    expect(await store.findByDomain('globex.example')).toMatchObject({ tenantId: 'globex' });

    const moved = { from: 'old:org_other' as never, to: null };
    await change(migration('acme', { version: 2, organizations: moved, domains: ['acme.test'] }), 'olga');
    expect(await store.findByOrganization(organizations.from)).toBeNull();
    expect(await store.findByOrganization(organizations.to!)).toBeNull();
    expect(await store.findByOrganization(moved.from)).toMatchObject({ tenantId: 'acme' });
    expect(await store.findByDomain('acme.example')).toBeNull();

    const formerOrganizations = [organizations.to!];
    await change(migration('acme', { version: 3, organizations: moved, formerOrganizations }), 'olga');
    expect(await store.findByOrganization(organizations.to!)).toMatchObject({ tenantId: 'acme', version: 4 });
  });

  test('a domain several claim is nobody’s', async () => {
    await enroll(migration('acme', { domains: ['shared.example', 'acme.example'] }));
    await enroll(migration('globex', { domains: ['shared.example'] }));
    await expect(store.findByDomain('shared.example')).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    expect(await store.findByDomain('acme.example')).toMatchObject({ tenantId: 'acme' });
  });

  test('an organization is part of one move, on whichever side, and a refusal writes nothing', async () => {
    await enroll(migration('acme'));
    const { from, to } = migration('acme').organizations;
    for (const organizations of [
      { from, to: null },
      { from: to!, to: null },
      { from: 'old:org_free' as never, to: from },
    ]) {
      await expect(enroll(migration('globex', { organizations }))).rejects.toMatchObject({
        code: 'already_exists',
      });
    }
    expect(await store.get('globex')).toBeNull();
    expect(await store.findByOrganization('old:org_free' as never)).toBeNull();
    expect(await store.findByDomain('globex.example')).toBeNull();
    expect(await actors('globex')).toEqual([]);
    await enroll(migration('globex'));
    const stolen = { from, to: null };
    await expect(change(migration('globex', { organizations: stolen }), 'eve')).rejects.toMatchObject({
      code: 'already_exists',
    });
    expect(await store.get('globex')).toEqual(migration('globex'));
    expect(await store.findByOrganization(from)).toMatchObject({ tenantId: 'acme' });
  });

  test('a change comes with its journal entry, and only at the version it was made from', async () => {
    expect(await enroll(migration('acme'))).toBe(true);
    expect(await enroll(migration('acme', { stage: 'primary' }))).toBe(false);
    expect(await change(migration('acme', { stage: 'shadow' }), 'olga')).toBe(true);
    expect(await change(migration('acme', { stage: 'primary' }), 'oscar')).toBe(false);
    expect(await change(migration('globex'), 'oscar')).toBe(false);
    expect(await store.get('acme')).toMatchObject({ stage: 'shadow', version: 2 });
    expect(await actors('acme')).toEqual(['olga', 'olga']);
    expect(await actors('globex')).toEqual([]);
  });

  test('of many who change a move at once one succeeds, and leaves one entry', async () => {
    const enrolled = await Promise.all(Array.from({ length: 5 }, () => enroll(migration('acme'))));
    expect(enrolled.filter(Boolean)).toHaveLength(1);
    const changed = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        change(migration('acme', { stage: 'shadow' }), `operator ${index}`),
      ),
    );
    expect(changed.filter(Boolean)).toHaveLength(1);
    expect(await actors('acme')).toEqual([`operator ${changed.indexOf(true)}`, 'olga']);
  });

  test('of two customers who claim an organization at once one gets it', async () => {
    const organizations = { from: 'old:org_wanted' as never, to: null };
    const tenants = ['acme', 'globex', 'initech'];
    const claims = await Promise.allSettled(
      tenants.map((tenantId) => enroll(migration(tenantId, { organizations }))),
    );
    expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const claim of claims)
      if (claim.status === 'rejected') expect(claim.reason).toMatchObject({ code: 'already_exists' });
    expect(await store.list({ limit: 10, after: null })).toHaveLength(1);
  });

  test('moves are listed in pages, by tenant id', async () => {
    for (const tenantId of ['b', 'Z', 'a', 'ä', 'c']) await enroll(migration(tenantId));
    const page = async (after: string | null) =>
      (await store.list({ limit: 2, after })).map(({ tenantId }) => tenantId);
    expect(await page(null)).toEqual(['Z', 'a']);
    expect(await page('a')).toEqual(['b', 'c']);
    expect(await page('c')).toEqual(['ä']);
    expect(await page('ä')).toEqual([]);
  });

  test('the journal is told newest first, in pages, of one customer or of all', async () => {
    const entries = ['acme', 'globex', 'acme', 'acme', 'globex'].map((tenantId, index) =>
      journalEntry(tenantId, {
        action: 'refused',
        fromStage: 'observe',
        toStage: 'shadow',
        detail: { findings: [{ code: 'x', message: `${index} \u0000 '"` }] },
      }),
    );
    for (const entry of entries) await store.record(entry);
    const all = await store.journal({ limit: 10 });
    expect(all).toEqual(
      entries.toReversed().map((entry) => ({ ...entry, sequence: expect.any(Number) as number })),
    );
    const sequences = all.map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => b - a));
    expect(new Set(sequences).size).toBe(5);
    const acme = all.filter(({ tenantId }) => tenantId === 'acme');
    expect(await store.journal({ tenantId: 'acme', limit: 2 })).toEqual(acme.slice(0, 2));
    expect(await store.journal({ tenantId: 'acme', limit: 2, before: acme[1]!.sequence })).toEqual(
      acme.slice(2),
    );
    expect(await store.journal({ limit: 2, before: all[3]!.sequence })).toEqual(all.slice(4));
  });

  test('a step is there once, as it was last recorded', async () => {
    const step = (rest: Partial<MigrationStep>): MigrationStep => ({
      tenantId: 'acme',
      step: 'organization',
      state: 'begun',
      result: null,
      at: '2026-01-01T00:00:00.000Z',
      ...rest,
    });
    await store.recordStep(step({}));
    await store.recordStep(step({ step: 'domain:acme.example' }));
    await store.recordStep(step({ tenantId: 'globex' }));
    const done = step({ state: 'done', result: 'next:org_1', at: '2026-01-02T00:00:00.000Z' });
    await store.recordStep(done);
    expect(await store.steps('acme')).toEqual([step({ step: 'domain:acme.example' }), done]);
    expect(await store.steps('initech')).toEqual([]);
  });

  const statement = (subject: string): DirectoryStatement => ({
    subject,
    entity: { idpId: 'idp', name: 'Ada \u0000' } as unknown as DirectoryUser,
    deleted: false,
    groups: [{ group: 'old:g', entry: 'g' }],
    since: '2025',
    order: '2026',
  });
  const entry = (id: string, changed: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
    tenantId: 'acme',
    id,
    kind: 'directory_user',
    match: `idp-${id}`,
    from: statement(`directory_user:from-${id}`),
    to: null,
    told: statement(`directory_user:from-${id}`),
    telling: null,
    version: 0,
    ...changed,
  });
  const ids = (entries: readonly DirectoryEntry[]) => entries.map(({ id }) => id);

  test('entries come back as they were written, by id, subject or match', async () => {
    await enroll(migration('acme'));
    await enroll(migration('globex'));
    const odd = "\u0000 \ud800 ' \u{1f600}";
    const entries = [
      entry('a'),
      entry('b', { to: statement('directory_user:to-b'), telling: { eventId: 'e', until: 1.5 } }),
      entry('c', { match: odd, from: null, told: null, to: statement('directory_user:from-a') }),
      entry('d', { kind: 'directory_group', match: 'idp-a', from: statement('directory_group:from-d') }),
      entry('e', { match: null, from: null }),
    ];
    expect(await store.writeEntries('acme', 1, entries)).toBe(true);
    expect(await store.writeEntries('globex', 1, [entry('a', { tenantId: 'globex' })])).toBe(true);
    const written = entries.map((each) => ({ ...each, version: 1 }));
    expect(await store.entries('acme', { ids: ['b', 'a', 'a', 'x'] })).toEqual(written.slice(0, 2));
    const bySubject = (side: 'from' | 'to', ...subjects: string[]) =>
      store.entries('acme', { side, subjects });
    expect(ids(await bySubject('from', 'directory_user:from-a', 'directory_group:from-d'))).toEqual([
      'a',
      'd',
    ]);
    expect(ids(await bySubject('to', 'directory_user:from-a', 'directory_user:to-b'))).toEqual(['b', 'c']);
    const byMatch = (kind: DirectoryEntry['kind'], ...matches: string[]) =>
      store.entries('acme', { kind, matches });
    expect(ids(await byMatch('directory_user', 'idp-a', 'idp-b'))).toEqual(['a', 'b']);
    expect(ids(await byMatch('directory_group', 'idp-a'))).toEqual(['d']);
    expect(await byMatch('directory_user', odd)).toEqual([written[2]]);
    expect(await byMatch('directory_user')).toEqual([]);

    const page = (after: string | null) => store.entries('acme', { limit: 2, after });
    expect(ids(await page(null))).toEqual(['a', 'b']);
    expect(ids(await page('b'))).toEqual(['c', 'd']);
    expect(ids(await page('d'))).toEqual(['e']);
  });

  test('entries are written all or none, each at its version, and while the move is as it was', async () => {
    await enroll(migration('acme'));
    expect(await store.writeEntries('acme', 1, [])).toBe(true);
    expect(await store.writeEntries('acme', 2, [entry('a')])).toBe(false);
    expect(await store.writeEntries('globex', 1, [entry('a', { tenantId: 'globex' })])).toBe(false);
    expect(await store.writeEntries('acme', 1, [entry('a'), entry('b')])).toBe(true);
    const moved = (id: string, version: number) =>
      entry(id, { version, from: statement('directory_user:elsewhere') });
    expect(await store.writeEntries('acme', 1, [entry('c'), entry('a')])).toBe(false);
    expect(await store.writeEntries('acme', 1, [moved('a', 1), moved('b', 2)])).toBe(false);
    expect(await store.writeEntries('acme', 1, [moved('a', 1), moved('c', 1)])).toBe(false);
    expect(await store.entries('acme', { limit: 9, after: null })).toEqual([
      { ...entry('a'), version: 1 },
      { ...entry('b'), version: 1 },
    ]);
    expect(await store.writeEntries('acme', 1, [entry('c'), moved('a', 1)])).toBe(true);
    expect(ids(await store.entries('acme', { side: 'from', subjects: ['directory_user:from-a'] }))).toEqual(
      [],
    );
    expect(await store.entries('acme', { ids: ['a'] })).toMatchObject([{ version: 2 }]);
    await change(migration('acme'), 'olga');
    expect(await store.writeEntries('acme', 1, [moved('a', 2)])).toBe(false);
    expect(await store.writeEntries('acme', 2, [moved('a', 2)])).toBe(true);
  });

  test('a subject of a side belongs to one entry', async () => {
    await enroll(migration('acme'));
    await enroll(migration('globex'));
    expect(await store.writeEntries('acme', 1, [entry('a'), entry('b')])).toBe(true);
    const { from } = entry('a');
    expect(await store.writeEntries('acme', 1, [entry('c', { from })])).toBe(false);
    expect(await store.writeEntries('acme', 1, [entry('b', { version: 1, from })])).toBe(false);
    expect(await store.writeEntries('acme', 1, [entry('c'), entry('d', { from: entry('c').from })])).toBe(
      false,
    );
    expect(await store.writeEntries('acme', 1, [entry('c', { from: null, to: from })])).toBe(true);
    expect(await store.writeEntries('globex', 1, [entry('a', { tenantId: 'globex' })])).toBe(true);
    expect(ids(await store.entries('acme', { limit: 9, after: null }))).toEqual(['a', 'b', 'c']);
  });

  test('of many who write an entry at once one succeeds', async () => {
    await enroll(migration('acme'));
    for (const version of [0, 1]) {
      const writes = await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          store.writeEntries('acme', 1, [
            entry('a', { version, telling: { eventId: `${index}`, until: 1 } }),
            entry(`${version}-${index}`),
          ]),
        ),
      );
      expect(writes.filter(Boolean)).toHaveLength(1);
      const [written] = await store.entries('acme', { ids: ['a'] });
      expect(written).toMatchObject({ telling: { eventId: `${writes.indexOf(true)}` } });
    }
    expect(await store.entries('acme', { limit: 99, after: null })).toHaveLength(3);
  });

  test('a move changes before or after entries are written, never in between', async () => {
    await enroll(migration('acme'));
    for (let version = 1; version < 12; version += 1) {
      const [wrote, changed] = await Promise.all([
        store.writeEntries('acme', version, [entry(`e${version}`)]),
        change(migration('acme', { version, acting: 'to' }), 'olga'),
      ]);
      expect(changed).toBe(true);
      expect(await store.entries('acme', { ids: [`e${version}`] })).toHaveLength(wrote ? 1 : 0);
    }
  });

  test('the entries of one customer are removed', async () => {
    for (const tenantId of ['acme', 'globex']) {
      await enroll(migration(tenantId));
      await store.writeEntries(tenantId, 1, [entry('a', { tenantId })]);
    }
    await store.removeEntries('acme');
    expect(await store.entries('acme', { limit: 9, after: null })).toEqual([]);
    expect(await store.entries('globex', { limit: 9, after: null })).toHaveLength(1);
  });
}
