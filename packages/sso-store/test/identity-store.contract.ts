import { connectionId, organizationId, type DirectoryId } from '@org/sso-core';
import type {
  Identity,
  IdentityProposal,
  IdentitySource,
  IdentityStore,
  LedgerChanges,
  LedgerEntry,
  LedgerQuery,
  LedgerUser,
} from '@org/sso-core/identity';
import { beforeEach, expect, test } from 'vitest';

const connection = connectionId('workos:conn_1');
const tenantId = 'acme';

function source(change: Partial<IdentitySource> = {}): IdentitySource {
  return {
    tenantId,
    id: connection,
    kind: 'connection',
    generation: 1,
    lineage: 'lineage-1',
    deletedOrder: null,
    authoritative: false,
    decision: 1,
    ...change,
  };
}

function user(id: string, change: Partial<LedgerUser> = {}): LedgerUser {
  return { tenantId, id, address: null, addressVerified: false, access: 'by_directory', ...change };
}

function identity(id: string, change: Partial<Identity> = {}): Identity {
  return {
    id,
    tenantId,
    kind: 'login',
    source: connection,
    generation: 1,
    key: `subject of ${id}`,
    subject: `subject of ${id}`,
    directoryId: null,
    address: null,
    addressVerified: false,
    userId: null,
    evidence: null,
    basis: null,
    status: 'active',
    createdOrder: null,
    deletedOrder: null,
    changedOrder: null,
    changedTo: null,
    decision: 0,
    ...change,
  };
}

function proposal(id: string, change: Partial<IdentityProposal> = {}): IdentityProposal {
  return {
    id,
    tenantId,
    identityId: 'i',
    userId: 'u',
    reason: 'email',
    state: 'open',
    decision: 1,
    ...change,
  };
}

function entry(sequence: number, change: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    tenantId,
    sequence,
    at: '2026-01-01T00:00:00.000Z',
    actor: connection,
    action: 'identity_linked',
    userId: null,
    previousUserId: null,
    identityId: null,
    proposalId: null,
    source: null,
    lineage: null,
    previousLineage: null,
    evidence: null,
    undoes: null,
    reason: null,
    ...change,
  };
}

/** What every implementation of the port does. */
export function testIdentityStore(create: () => Promise<IdentityStore>): void {
  let store: IdentityStore;
  beforeEach(async () => {
    store = await create();
  });

  const write = (changes: LedgerChanges, tenant = tenantId) =>
    store.update(tenant, {}, () => ({ changes, result: undefined }));
  /** Ids of what a query finds. */
  async function find(query: LedgerQuery, tenant = tenantId) {
    const { users, identities, proposals } = await store.read(tenant, query);
    const ids = (rows: readonly { readonly id: string }[]) =>
      rows
        .map(({ id }) => id)
        .toSorted()
        .join(' ');
    return { identities: ids(identities), users: ids(users), proposals: ids(proposals) };
  }
  const nothing = { identities: '', users: '', proposals: '' };

  test('an empty store knows nobody', async () => {
    const query = { sources: [connection], key: 'k', subject: 's', address: 'a@acme.example', sequence: 1 };
    expect(await store.read(tenantId, query)).toEqual({
      sequence: 0,
      sources: [],
      users: [],
      identities: [],
      proposals: [],
      entry: null,
    });
    expect(await store.findSource(connection)).toBeNull();
    expect(await store.openProposals({ limit: 10 })).toEqual([]);
    expect(await store.entries({ tenantId, limit: 10 })).toEqual([]);
  });

  test('everything comes back as it was written, and is replaced when it is written again', async () => {
    const text = `'"\\ ; -- \u{1F600} Ж é`;
    const rows = {
      sources: [
        source({
          id: organizationId(`workos:${text}`),
          kind: 'directory',
          deletedOrder: text,
          authoritative: true,
        }),
      ],
      users: [user(text, { address: 'ada@acme.example', addressVerified: true, access: 'restored' })],
      identities: [
        identity('i', {
          kind: 'directory_user',
          source: organizationId(`workos:${text}`),
          key: text,
          subject: text,
          directoryId: `workos:${text}` as DirectoryId,
          address: 'ada@acme.example',
          addressVerified: true,
          userId: text,
          evidence: 'verified_email',
          status: 'deleted',
          createdOrder: '2025',
          deletedOrder: '2026',
          changedOrder: '2027',
          changedTo: 'inactive',
          decision: 3,
        }),
      ],
      proposals: [proposal('p', { userId: text, reason: 'ambiguous_email', state: 'rejected' })],
      entries: [
        entry(1, {
          userId: text,
          previousUserId: 'before',
          identityId: 'i',
          proposalId: 'p',
          source: connection,
          lineage: 'l',
          previousLineage: 'k',
          evidence: 'other_subject',
          reason: text,
        }),
        entry(2, { undoes: 1 }),
      ],
    } as const;
    await write(rows);
    const view = await store.read(tenantId, { key: text, sequence: 1 });
    const { entries, ...others } = rows;
    expect(view).toEqual({ ...others, sequence: 2, entry: entries[0] });
    expect(await store.entries({ tenantId, limit: 10 })).toEqual(entries.toReversed());

    const changed = {
      sources: [source({ ...rows.sources[0], lineage: 'other', deletedOrder: null, authoritative: false })],
      users: [user(text, { access: 'blocked' })],
      identities: [identity('i', { ...rows.identities[0], userId: null, evidence: null, status: 'active' })],
      proposals: [proposal('p', { userId: text, state: 'open' })],
    };
    await write(changed);
    const query = { key: text, userIds: [text] };
    expect(await store.read(tenantId, query)).toEqual({ ...changed, sequence: 2, entry: null });
  });

  test('whoever is meant comes with all that may be the same person', async () => {
    await write({
      sources: [source()],
      users: [
        user('u1'),
        user('u2', { address: 'two@acme.example' }),
        user('u3'),
        user('u4', { address: 'four@acme.example' }),
      ],
      identities: [
        identity('a', { userId: 'u1', subject: 's', address: 'one@acme.example', basis: 'ground' }),
        identity('b', { userId: 'u1', basis: 'a' }),
        identity('c', { userId: 'u2', subject: 's' }),
        identity('d', { userId: 'u3', address: 'one@acme.example' }),
        identity('e', { userId: 'u4', basis: 'gone' }),
        identity('f'),
        identity('ground', { userId: 'u9', basis: 'deeper' }),
        identity('deeper', { userId: 'u9' }),
      ],
      proposals: [
        proposal('open', { identityId: 'f', userId: 'u4' }),
        proposal('rejected', { identityId: 'f', userId: 'u3', state: 'rejected' }),
        proposal('settled', { identityId: 'a', userId: 'u7', state: 'rejected' }),
      ],
      entries: [entry(1, { identityId: 'd', userId: 'u4', previousUserId: 'u2', proposalId: 'settled' })],
    });
    const one = { identities: 'a b deeper ground', users: 'u1', proposals: 'settled' };
    expect(await find({})).toEqual(nothing);
    expect(await find({ key: 'subject of b' })).toEqual({ ...one, proposals: '' });
    expect(await find({ key: 'subject of a' })).toEqual(one);
    expect(await find({ subject: 's' })).toEqual({
      ...one,
      identities: 'a b c deeper ground',
      users: 'u1 u2',
    });
    expect(await find({ address: 'one@acme.example' })).toEqual({
      ...one,
      identities: 'a b d deeper ground',
      users: 'u1 u3',
    });
    expect(await find({ address: 'two@acme.example' })).toEqual({ ...nothing, identities: 'c', users: 'u2' });
    // An open question about a person brings who waits for its answer; what a link rested on may be gone.
    expect(await find({ address: 'four@acme.example' })).toEqual({
      identities: 'e f',
      users: 'u4',
      proposals: 'open',
    });
    expect(await find({ userIds: ['u3', 'unknown'] })).toEqual({ ...nothing, identities: 'd', users: 'u3' });
    expect(await find({ key: 'subject of f' })).toEqual({
      ...nothing,
      identities: 'f',
      proposals: 'open rejected',
    });
    // Those that are named come with everything of the same subject.
    expect(await find({ identityIds: ['c'] })).toEqual({
      ...one,
      identities: 'a b c deeper ground',
      users: 'u1 u2',
    });
    expect(await find({ proposalIds: ['open'] })).toEqual({
      identities: 'e f',
      users: 'u4',
      proposals: 'open rejected',
    });
    expect(await find({ sequence: 1 })).toEqual({
      identities: 'a b c d deeper e f ground',
      users: 'u1 u2 u3 u4',
      proposals: 'open settled',
    });
    expect(await find({ subject: 's', address: 'one@acme.example', key: 'subject of b' }, 'globex')).toEqual(
      nothing,
    );
  });

  test('tenants see nothing of each other but sources they name', async () => {
    const other = { tenantId: 'globex' };
    await write({ sources: [source()], users: [user('u')], identities: [identity('i', { userId: 'u' })] });
    await write(
      { users: [user('u', other)], identities: [identity('j', { ...other, userId: 'u' })] },
      'globex',
    );
    expect(await find({ userIds: ['u'] })).toEqual({ ...nothing, identities: 'i', users: 'u' });
    expect((await store.read('globex', { userIds: ['u'] })).sources).toEqual([]);
    expect((await store.read('globex', { sources: [connection] })).sources).toEqual([source()]);
    await write({ entries: [entry(1)] });
    expect(await store.read('globex', { sequence: 1 })).toMatchObject({ sequence: 0, entry: null });
  });

  test('a source is one tenant’s', async () => {
    await write({ sources: [source()] });
    const taken = source({ tenantId: 'globex', lineage: 'stolen' });
    const attempt = write({ sources: [taken], users: [user('u', { tenantId: 'globex' })] }, 'globex');
    await expect(attempt).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.findSource(connection)).toEqual(source());
    expect(await find({ userIds: ['u'] }, 'globex')).toEqual(nothing);

    await write({ sources: [source({ deletedOrder: '2026' })] });
    expect(await store.findSource(connection)).toBeNull();
    await write({ sources: [{ ...taken, generation: 2 }] }, 'globex');
    expect(await store.findSource(connection)).toEqual({ ...taken, generation: 2 });
  });

  test('disputes of the lineages of sources are found', async () => {
    const other = organizationId('scalekit:conn_2');
    await write({
      sources: [
        source(),
        source({ id: other, lineage: 'lineage-2' }),
        source({ id: organizationId('workos:conn_3'), lineage: 'lineage-3' }),
      ],
      identities: [
        identity('a', { subject: 's', userId: 'u1' }),
        identity('b', { subject: 's', userId: 'u2', source: other }),
        identity('c', { subject: 'agreed', userId: 'u1' }),
        identity('d', { subject: 'agreed', userId: 'u1', source: other }),
        identity('e', { subject: 'elsewhere', userId: 'u5', source: organizationId('workos:conn_3') }),
        identity('f', { subject: 'elsewhere', userId: 'u6' }),
        identity('g', { subject: 'waiting', userId: 'u7' }),
        identity('h', { subject: 'waiting', source: other }),
      ],
    });
    // With everything else of these people.
    expect(await find({ disputed: [connection, other] })).toMatchObject({ identities: 'a b c d' });
    expect(await find({ disputed: [connection] })).toMatchObject({ identities: '' });
    expect(await find({ disputed: ['workos:unknown'] })).toEqual(nothing);
  });

  test('an update reads, decides and writes as one step, whoever else does', async () => {
    const decided = await Promise.all(
      Array.from({ length: 20 }, () =>
        store.update(tenantId, {}, ({ sequence }) => ({
          changes: { entries: [entry(sequence + 1)] },
          result: sequence + 1,
        })),
      ),
    );
    expect(decided.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await store.read(tenantId, {})).toMatchObject({ sequence: 20 });
  });

  test('an update that decides to change nothing, or throws, writes nothing', async () => {
    expect(await store.update(tenantId, {}, () => ({ changes: null, result: 'kept' }))).toBe('kept');
    const failing = store.update(tenantId, {}, () => {
      throw new Error('no');
    });
    const halfway = write({ users: [user('u')], entries: [entry(1), entry(1)] });
    const settled = await Promise.allSettled([failing, halfway]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await find({ userIds: ['u'] })).toEqual(nothing);
    expect(await store.read(tenantId, {})).toMatchObject({ sequence: 0 });
  });

  test('somebody forgotten leaves ids in the journal', async () => {
    await write({
      sources: [source()],
      users: [user('u'), user('v')],
      identities: [identity('i', { userId: 'u' }), identity('j', { userId: 'v' })],
      proposals: [
        proposal('p', { identityId: 'j' }),
        proposal('q', { userId: 'v' }),
        proposal('r', { identityId: 'j', userId: 'v' }),
      ],
      entries: [entry(1, { userId: 'u', identityId: 'i' })],
    });
    await write({ forgotten: ['u'] });
    expect(await find({ userIds: ['u', 'v'], identityIds: ['i', 'j'] })).toEqual({
      identities: 'j',
      users: 'v',
      proposals: 'r',
    });
    expect(await store.entries({ tenantId, userId: 'u', limit: 10 })).toHaveLength(1);
  });

  test('open proposals are listed in pages, of one tenant or of all', async () => {
    await write({
      proposals: [proposal('c'), proposal('a'), proposal('b'), proposal('done', { state: 'withdrawn' })],
    });
    await write({ proposals: [proposal('d', { tenantId: 'globex' })] }, 'globex');
    const ids = async (query: Parameters<IdentityStore['openProposals']>[0]) =>
      (await store.openProposals(query)).map(({ id }) => id).join(' ');
    expect(await ids({ limit: 10 })).toBe('a b c d');
    expect(await ids({ limit: 2, tenantId })).toBe('a b');
    expect(await ids({ limit: 2, tenantId, after: proposal('b') })).toBe('c');
    expect(await ids({ limit: 2, after: proposal('b') })).toBe('c d');
    expect(await ids({ limit: 2, tenantId: 'nobody' })).toBe('');
  });

  test('the journal is read newest first, in pages, of a tenant or a person', async () => {
    const about = [{ userId: 'u' }, { previousUserId: 'u', userId: 'v' }, { userId: 'v' }, { userId: 'u' }];
    await write({ entries: about.map((change, index) => entry(index + 1, change)) });
    await write({ entries: [entry(1, { tenantId: 'globex', userId: 'u' })] }, 'globex');
    const sequences = async (query: Omit<Parameters<IdentityStore['entries']>[0], 'tenantId'>) =>
      (await store.entries({ tenantId, ...query })).map(({ sequence }) => sequence).join(' ');
    expect(await sequences({ limit: 3 })).toBe('4 3 2');
    expect(await sequences({ limit: 3, before: 2 })).toBe('1');
    expect(await sequences({ limit: 2, userId: 'u' })).toBe('4 2');
    expect(await sequences({ limit: 2, userId: 'u', before: 2 })).toBe('1');
  });
}
