import { connectionId, organizationId } from '@org/sso-core';
import { createMemoryIdentityStore, type IdentityOutcome } from '@org/sso-core/identity';
import { describe, expect, test } from 'vitest';
import { connectionDeleted, createLedger, directoryEvent, login, operator, tenantId } from './support.js';

const acmeOkta = connectionId('workos:conn_acme');
const acmeNext = connectionId('scalekit:conn_acme');
const ada = { idpId: '00u1', email: 'ada@acme.example' };
const byAda = login({ connection: acmeOkta, ...ada });
const atNext = login({ connection: acmeNext, ...ada });
const userOf = (outcome: IdentityOutcome) => ('userId' in outcome ? outcome.userId : null);

describe('people the app has already', () => {
  test('are added with their address and known by it once it is proved', async () => {
    const ledger = createLedger();
    const person = { ...operator, userId: 'ada', email: 'Ada@ACME.example' };
    await ledger.addUser(person);
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'needs_confirmation' });
    await ledger.addUser({ ...person, emailVerified: true });
    await ledger.addUser({ ...person, emailVerified: true });
    expect(await ledger.resolveUser(byAda)).toMatchObject({
      status: 'linked',
      userId: 'ada',
      evidence: 'verified_email',
    });
    expect(await ledger.proposals()).toEqual([]);
    expect((await ledger.history({ tenantId, userId: 'ada' })).map(({ action }) => action)).toEqual([
      'identity_linked',
      'user_added',
      'identity_proposed',
      'user_added',
    ]);
  });

  test('are added with their ids at a connection and known by them, whatever the address', async () => {
    const ledger = createLedger({ verifiedDomainsOf: () => [] });
    await ledger.addUser({ ...operator, userId: 'ada' });
    const identity = { ...operator, userId: 'ada', connectionId: acmeOkta, idpId: '00u1' };
    await ledger.addIdentity(identity);
    await ledger.addIdentity(identity);
    expect(await ledger.resolveUser(byAda)).toMatchObject({
      status: 'known',
      userId: 'ada',
      evidence: 'imported',
    });
    await ledger.addUser({ ...operator, userId: 'ben' });
    await expect(ledger.addIdentity({ ...identity, userId: 'ben' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(ledger.addIdentity({ ...identity, userId: 'nobody' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await ledger.linkConnection({ ...operator, connectionId: acmeNext, to: acmeOkta });
    await expect(
      ledger.addIdentity({ ...identity, userId: 'ben', connectionId: acmeNext }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(await ledger.resolveUser(atNext)).toMatchObject({
      status: 'linked',
      userId: 'ada',
      evidence: 'subject',
    });
  });

  test('are looked up in the app’s own table, by the normalised address', async () => {
    const asked: unknown[] = [];
    const ledger = createLedger({
      findUsers: (query) => {
        asked.push(query);
        return [
          { userId: 'ada', email: 'ADA@acme.example', emailVerified: true },
          // Somebody a careless query brought along.
          { userId: 'ben', email: 'ben@acme.example', emailVerified: true },
        ];
      },
    });
    expect(
      await ledger.resolveUser(login({ connection: acmeOkta, idpId: '00u1', email: 'Ａda@acme.example' })),
    ).toMatchObject({
      status: 'linked',
      userId: 'ada',
    });
    await ledger.resolveUser(byAda);
    expect(asked).toEqual([{ tenantId, email: 'ada@acme.example' }]);
  });

  test('bring an id of the app’s own, made for whoever is new', async () => {
    let next = 41;
    const ledger = createLedger({ newUserId: async () => String((next += 1)) });
    expect(userOf(await ledger.resolveUser(byAda))).toBe('42');
    expect(userOf(await ledger.resolveUser(byAda))).toBe('42');
  });
});

test('an id for somebody new that somebody has is refused', async () => {
  const ledger = createLedger({ newUserId: () => 'user-1' });
  await ledger.resolveUser(byAda);
  const ben = login({ connection: acmeOkta, idpId: '00u2', email: 'ben@acme.example' });
  await expect(ledger.resolveUser(ben)).rejects.toMatchObject({ code: 'conflict' });
  const broken = createLedger({ newUserId: () => 7 as never });
  await expect(broken.resolveUser(ben)).rejects.toMatchObject({ code: 'invalid_argument' });
  const tenantless = createLedger({ tenantOf: () => 'x'.repeat(2000) });
  await expect(tenantless.resolveUser(ben)).rejects.toMatchObject({ code: 'invalid_argument' });
});

describe('a question', () => {
  async function setUp() {
    const ledger = createLedger({
      findUsers: () => [{ userId: 'ada', email: ada.email, emailVerified: false }],
    });
    await ledger.resolveUser(byAda);
    const [proposal] = await ledger.proposals({ tenantId });
    return { ledger, proposal: proposal! };
  }

  test('that is confirmed settles who it is', async () => {
    const { ledger, proposal } = await setUp();
    const { id: proposalId, identityId } = proposal;
    const confirmed = await ledger.confirm({ ...operator, proposalId, reason: 'Called her' });
    expect(confirmed).toMatchObject({ id: identityId, userId: 'ada', evidence: 'confirmed' });
    expect(await ledger.resolveUser(byAda)).toMatchObject({
      status: 'known',
      userId: 'ada',
      evidence: 'confirmed',
    });
    const [entry] = await ledger.history({ tenantId });
    expect(entry).toMatchObject({
      action: 'identity_linked',
      actor: operator.actor,
      evidence: 'confirmed',
      identityId,
      userId: 'ada',
      reason: 'Called her',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  test('that is rejected is not asked again, until that is undone', async () => {
    const { ledger, proposal } = await setUp();
    const { id: proposalId } = proposal;
    await ledger.reject({ ...operator, proposalId });
    expect(await ledger.proposals()).toEqual([]);
    const [rejection] = await ledger.history({ tenantId });
    await ledger.undo({ ...operator, sequence: rejection!.sequence });
    expect(await ledger.proposals()).toMatchObject([{ id: proposalId, state: 'open' }]);
    await ledger.reject({ ...operator, proposalId });
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'created' });
    const [, again] = await ledger.history({ tenantId });
    await expect(ledger.undo({ ...operator, sequence: again!.sequence })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
  });

  test('no longer arises when better evidence comes', async () => {
    const domains: string[] = [];
    const ledger = createLedger({ verifiedDomainsOf: () => domains });
    await ledger.addUser({ ...operator, userId: 'ada', email: ada.email, emailVerified: true });
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'needs_confirmation' });
    domains.push('acme.example');
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'linked', userId: 'ada' });
    expect(await ledger.proposals()).toEqual([]);
  });

  test('about somebody the directory knows as well is one question, and one answer', async () => {
    const { ledger, proposal } = await setUp();
    const hired = directoryEvent('directory.user.created', { id: 'workos:u1', ...ada });
    expect(await ledger.resolveDirectoryUser(hired)).toMatchObject({ status: 'needs_confirmation' });
    expect(await ledger.proposals()).toHaveLength(2);
    await ledger.confirm({ ...operator, proposalId: proposal.id });
    expect(await ledger.proposals()).toEqual([]);
    const changed = directoryEvent('directory.user.updated', {
      id: 'workos:u1',
      ...ada,
      status: 'inactive',
      at: 1,
    });
    expect(await ledger.resolveDirectoryUser(changed)).toMatchObject({ status: 'refused', userId: 'ada' });
  });
});

describe('a connection', () => {
  test('is linked before anybody has signed in by either', async () => {
    const ledger = createLedger({ verifiedDomainsOf: () => [] });
    await ledger.linkConnection({ ...operator, connectionId: acmeNext, to: acmeOkta });
    const sources = await ledger.sources(tenantId);
    expect(new Set(sources.map(({ lineage }) => lineage)).size).toBe(1);
    await ledger.resolveUser(byAda);
    expect(await ledger.resolveUser(atNext)).toMatchObject({ status: 'linked', evidence: 'subject' });
  });

  test('whose link is undone and made again knows its people again', async () => {
    const ledger = createLedger({ verifiedDomainsOf: () => [] });
    await ledger.resolveUser(byAda);
    const link = { ...operator, connectionId: acmeNext, to: acmeOkta };
    await ledger.linkConnection(link);
    await ledger.resolveUser(atNext);
    const [, linked] = await ledger.history({ tenantId });
    expect(linked).toMatchObject({ action: 'source_linked', source: acmeNext });
    await ledger.undo({ ...operator, sequence: linked!.sequence });
    expect(await ledger.resolveUser(atNext)).toMatchObject({ status: 'needs_confirmation' });
    await expect(ledger.undo({ ...operator, sequence: linked!.sequence })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    await ledger.linkConnection(link);
    expect(await ledger.resolveUser(atNext)).toMatchObject({ status: 'linked', userId: 'user-1' });
    expect(await ledger.proposals()).toEqual([]);
  });

  test('that was recreated is linked to what it was before, with another id or the same', async () => {
    const ledger = createLedger({ verifiedDomainsOf: () => [] });
    await ledger.resolveUser(byAda);
    await ledger.connectionDeleted(connectionDeleted(acmeOkta));
    const recreated = connectionId('workos:conn_new');
    await ledger.linkConnection({ ...operator, connectionId: recreated, to: acmeOkta });
    expect(await ledger.resolveUser(login({ connection: recreated, ...ada }))).toMatchObject({
      status: 'linked',
      userId: 'user-1',
    });
    await ledger.resolveUser(byAda);
    await ledger.linkConnection({ ...operator, connectionId: acmeOkta, to: acmeOkta });
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'linked', userId: 'user-1' });
  });

  test('that cannot be linked is told why', async () => {
    const ledger = createLedger();
    const third = connectionId('scalekit:conn_third');
    const link = (id: typeof third, to: typeof third) =>
      ledger.linkConnection({ ...operator, connectionId: id, to });
    await expect(link(acmeOkta, acmeOkta)).rejects.toMatchObject({ code: 'invalid_argument' });
    await link(acmeNext, acmeOkta);
    await expect(link(acmeNext, third)).rejects.toMatchObject({
      code: 'failed_precondition',
      message: expect.stringContaining('undo that link first'),
    });
    await expect(link('conn_unqualified' as typeof third, acmeOkta)).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  test('that is retired speaks for nobody, and may be another tenant’s afterwards', async () => {
    const ledger = createLedger();
    await ledger.resolveUser(byAda);
    await ledger.retireSource({ ...operator, source: acmeOkta, reason: 'Moved' });
    await expect(ledger.retireSource({ ...operator, source: acmeOkta })).rejects.toMatchObject({
      code: 'not_found',
    });
    await ledger.linkConnection({
      tenantId: 'globex',
      actor: 'x',
      connectionId: acmeOkta,
      to: connectionId('workos:conn_g'),
    });
    await expect(ledger.resolveUser(byAda)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a link of somebody', () => {
  test('is given to somebody else with all that says the same, and taken back', async () => {
    const ledger = createLedger();
    await ledger.resolveUser(byAda);
    await ledger.linkConnection({ ...operator, connectionId: acmeNext, to: acmeOkta });
    await ledger.resolveUser(atNext);
    await ledger.addUser({ ...operator, userId: 'ben' });
    const [identity] = await ledger.identities({ tenantId, userId: 'user-1' });
    await ledger.relink({ ...operator, identityId: identity!.id, userId: 'ben' });
    expect([await ledger.resolveUser(byAda), await ledger.resolveUser(atNext)].map(userOf)).toEqual([
      'ben',
      'ben',
    ]);
    const same = { ...operator, identityId: identity!.id, userId: 'ben' };
    await expect(ledger.relink(same)).rejects.toMatchObject({ code: 'failed_precondition' });
    await expect(ledger.relink({ ...same, userId: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(ledger.relink({ ...same, identityId: 'none' })).rejects.toMatchObject({ code: 'not_found' });

    const moves = (await ledger.history({ tenantId, userId: 'user-1' })).filter(
      ({ evidence }) => evidence === 'relinked',
    );
    expect(moves).toMatchObject([
      { userId: 'ben', previousUserId: 'user-1' },
      { userId: 'ben', previousUserId: 'user-1' },
    ]);
    // Either takes both back.
    await ledger.undo({ ...operator, sequence: moves[0]!.sequence });
    const back = [await ledger.resolveUser(byAda), await ledger.resolveUser(atNext)];
    expect(back.map(userOf)).toEqual(['user-1', 'user-1']);
    await expect(ledger.undo({ ...operator, sequence: moves[1]!.sequence })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
  });

  test('falls with what it rests on', async () => {
    const ledger = createLedger();
    await ledger.addUser({ ...operator, userId: 'ada', email: ada.email, emailVerified: true });
    await ledger.resolveUser(byAda);
    const [linked] = await ledger.history({ tenantId });
    const hired = directoryEvent('directory.user.created', { id: 'workos:u1', ...ada });
    expect(await ledger.resolveDirectoryUser(hired)).toMatchObject({
      userId: 'ada',
      evidence: 'external_id',
    });
    await ledger.undo({ ...operator, sequence: linked!.sequence });
    expect(await ledger.identities({ tenantId, userId: 'ada' })).toEqual([]);
    // Of the login it was decided; of the directory user nobody has said anything.
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'created' });
    const [newest] = await ledger.history({ tenantId, limit: 1 });
    expect(newest).toMatchObject({ action: 'identity_linked', evidence: 'external_id' });
  });

  test('is undone only where that is the answer', async () => {
    const ledger = createLedger();
    await ledger.resolveUser(byAda);
    await ledger.linkConnection({ ...operator, connectionId: acmeNext, to: acmeOkta });
    await ledger.resolveUser(atNext);
    const undo = (action: string, sequence?: number) =>
      ledger.history({ tenantId }).then((entries) => {
        const found = entries.find((entry) => entry.action === action);
        return ledger.undo({ ...operator, sequence: sequence ?? found!.sequence });
      });
    const refusal = { code: 'failed_precondition' };
    await expect(undo('identity_linked')).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('undo that one'),
    });
    await expect(undo('user_created')).rejects.toMatchObject(refusal);
    await expect(undo('', 99)).rejects.toMatchObject({ code: 'not_found' });
    await undo('source_linked');
    await expect(undo('source_linked')).rejects.toMatchObject(refusal);
  });
});

test('somebody who is forgotten is somebody new', async () => {
  const store = createMemoryIdentityStore();
  const ledger = createLedger({ store });
  await ledger.resolveUser(byAda);
  await ledger.forgetUser({ ...operator, userId: 'user-1' });
  const view = await store.read(tenantId, { subject: ada.idpId, address: ada.email, userIds: ['user-1'] });
  expect(view).toMatchObject({ users: [], identities: [], proposals: [] });
  await expect(ledger.forgetUser({ ...operator, userId: 'user-1' })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(userOf(await ledger.resolveUser(byAda))).toBe('user-2');
  expect(await ledger.history({ tenantId, userId: 'user-1' })).toHaveLength(2);
});

test('bad input is refused before anything is read', async () => {
  const store = createMemoryIdentityStore();
  const unread = { ...store, update: () => Promise.reject(new Error('read')) };
  const ledger = createLedger({ store: unread });
  const bad = { code: 'invalid_argument', operation: expect.stringMatching(/^identity\./) };
  const userId = 'ada';
  const attempts = {
    tenant: () => ledger.addUser({ actor: 'x', tenantId: '', userId }),
    actor: () => ledger.addUser({ ...operator, actor: undefined as never, userId }),
    user: () => ledger.addUser({ ...operator, userId: '\ud800' }),
    number: () => ledger.addUser({ ...operator, userId: 42 as never }),
    email: () => ledger.addUser({ ...operator, userId, email: 'no address' }),
    endless: () => ledger.addUser({ ...operator, userId: 'x'.repeat(1025) }),
    subject: () => ledger.addIdentity({ ...operator, userId, connectionId: acmeOkta, idpId: '' }),
    connection: () =>
      ledger.addIdentity({ ...operator, userId, connectionId: 'conn_1' as never, idpId: 'x' }),
    authority: () => ledger.setDirectoryAuthority({ ...operator, organizationIds: ['org' as never] }),
    sequence: () => ledger.undo({ ...operator, sequence: Number.NaN }),
    access: () => ledger.setAccess({ ...operator, userId, access: 'admin' as never }),
    proposal: () => ledger.confirm({ ...operator, proposalId: '' }),
    reject: () => ledger.reject({ ...operator, proposalId: {} as never }),
    relink: () => ledger.relink({ ...operator, identityId: '', userId }),
    retire: () => ledger.retireSource({ ...operator, source: organizationId('a:b').slice(1) as never }),
    forget: () => ledger.forgetUser({ ...operator, userId: '' }),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    const failure: unknown = await attempt().then(
      () => 'done',
      (error: unknown) => error,
    );
    expect({ name, failure }).toMatchObject({ name, failure: bad });
  }
});

test('proposals and history are read in pages', async () => {
  const ledger = createLedger({ verifiedDomainsOf: () => [] });
  for (let index = 0; index < 5; index += 1) {
    const email = `p${index}@acme.example`;
    await ledger.addUser({ ...operator, userId: `user ${index}`, email });
    await ledger.resolveUser(login({ connection: acmeOkta, idpId: `s${index}`, email }));
  }
  const first = await ledger.proposals({ limit: 3 });
  const second = await ledger.proposals({ limit: 3, after: first.at(-1)! });
  expect(new Set([...first, ...second].map(({ userId }) => userId)).size).toBe(5);
  const pages = [];
  for (let before: number | undefined; ;) {
    const page = await ledger.history({ tenantId, limit: 4, ...(before && { before }) });
    pages.push(page.length);
    if (page.length < 4) break;
    before = page.at(-1)!.sequence;
  }
  expect(pages.reduce((sum, length) => sum + length)).toBe(11);
});
