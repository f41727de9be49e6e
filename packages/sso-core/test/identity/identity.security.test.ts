import { connectionId, organizationId, SsoError, type ConnectionId } from '@org/sso-core';
import {
  createMemoryIdentityStore,
  type DirectoryPersonEvent,
  type IdentityLedger,
  type IdentityOutcome,
} from '@org/sso-core/identity';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionDeleted, createLedger, directoryEvent, login, operator, tenantId } from './support.js';

const acmeOkta = connectionId('workos:conn_acme');
const acmeOther = connectionId('workos:conn_acme_other');
const acmeNext = connectionId('scalekit:conn_acme');
const globexOkta = connectionId('workos:conn_globex');
const ada = { idpId: '00u1', email: 'ada@acme.example' };
const byAda = login({ connection: acmeOkta, ...ada });
const globex = { connection: globexOkta, organization: 'workos:org_globex' };

/** A ledger that knows Ada as `user-1`. */
async function withAda(options: Parameters<typeof createLedger>[0] = {}): Promise<IdentityLedger> {
  const ledger = createLedger(options);
  expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'created', userId: 'user-1' });
  return ledger;
}

/** The user somebody is let in as. */
const admitted = (outcome: IdentityOutcome) =>
  outcome.status === 'needs_confirmation' || outcome.status === 'refused' ? null : outcome.userId;

async function failureOf(promise: Promise<unknown>): Promise<SsoError> {
  const outcome: unknown = await promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );
  if (!SsoError.isInstance(outcome)) throw new Error(`Expected an SsoError and got ${String(outcome)}`);
  return outcome;
}

describe('another tenant', () => {
  it('that asserts the same issuer, subject and address gets a person of its own', async () => {
    const ledger = await withAda({ verifiedDomainsOf: () => ['acme.example'] });
    expect(await ledger.resolveUser(login({ ...globex, ...ada }))).toMatchObject({
      status: 'created',
      tenantId: 'globex',
      userId: 'user-2',
    });
    const event = directoryEvent('directory.user.created', {
      id: 'workos:u1',
      organization: 'workos:org_globex',
      ...ada,
    });
    expect(admitted(await ledger.resolveDirectoryUser(event))).toBe('user-2');
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'known', userId: 'user-1' });
  });

  it('whose organization is mixed up with this one is not let in by its connection', async () => {
    const ledger = await withAda();
    const mixedUp = login({ connection: acmeOkta, organization: 'workos:org_globex', ...ada });
    expect(await failureOf(ledger.resolveUser(mixedUp))).toMatchObject({ code: 'conflict' });
    await ledger.retireSource({ ...operator, source: acmeOkta });
    expect(await ledger.resolveUser(mixedUp)).toMatchObject({ status: 'created', tenantId: 'globex' });
  });

  it('can neither link a connection of this one nor answer or undo its decisions', async () => {
    const ledger = await withAda();
    await ledger.addUser({ ...operator, userId: 'ben', email: 'ben@acme.example' });
    const ben = await ledger.resolveUser(
      login({ connection: acmeOkta, idpId: '00u2', email: 'ben@acme.example' }),
    );
    const [proposal] = await ledger.proposals();
    const [identity] = await ledger.identities({ tenantId, userId: 'user-1' });
    const stranger = { tenantId: 'globex', actor: 'stranger' };
    await ledger.addUser({ ...stranger, userId: 'user-9' });
    const attempts = {
      link: () => ledger.linkConnection({ ...stranger, connectionId: globexOkta, to: acmeOkta }),
      linkBack: () => ledger.linkConnection({ ...stranger, connectionId: acmeOkta, to: globexOkta }),
      import: () =>
        ledger.addIdentity({ ...stranger, userId: 'user-9', connectionId: acmeOkta, idpId: '00u1' }),
      confirm: () => ledger.confirm({ ...stranger, proposalId: proposal!.id }),
      reject: () => ledger.reject({ ...stranger, proposalId: proposal!.id }),
      relink: () => ledger.relink({ ...stranger, identityId: identity!.id, userId: 'user-9' }),
      undo: () => ledger.undo({ ...stranger, sequence: 2 }),
      retire: () => ledger.retireSource({ ...stranger, source: acmeOkta }),
      authority: () =>
        ledger.setDirectoryAuthority({ ...stranger, organizationIds: [organizationId('workos:org_acme')] }),
    };
    await ledger.resolveDirectoryUser(directoryEvent('directory.user.created', { id: 'workos:u1', ...ada }));
    const before = await ledger.history({ tenantId });
    for (const [name, attempt] of Object.entries(attempts)) {
      const { code } = await failureOf(attempt());
      expect(`${name} ${code}`).toMatch(/ (conflict|not_found)$/);
    }
    expect(await ledger.history({ tenantId })).toEqual(before);
    expect(await ledger.sources('globex')).toEqual([]);
    expect(ben).toMatchObject({ status: 'needs_confirmation' });
    expect(await ledger.proposals({ tenantId: 'globex' })).toEqual([]);
  });
});

describe('an address', () => {
  it('that somebody registered before without proving it opens no account', async () => {
    const squatter = { userId: 'squatter', email: 'Ada@acme.example', emailVerified: false };
    const ledger = createLedger({ findUsers: () => [squatter] });
    const outcome = await ledger.resolveUser(byAda);
    expect(outcome).toMatchObject({
      status: 'needs_confirmation',
      proposals: [{ userId: 'squatter', reason: 'email', state: 'open' }],
    });
    expect(await ledger.resolveUser(byAda)).toEqual(outcome);
    const [proposal] = await ledger.proposals();
    await ledger.reject({ ...operator, proposalId: proposal!.id });
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'created', userId: 'user-3' });
  });

  it('that was imported without proof opens no account either, for a directory as little as for a login', async () => {
    const ledger = createLedger();
    await ledger.addUser({ ...operator, userId: 'squatter', email: 'ada@acme.example' });
    expect(admitted(await ledger.resolveUser(byAda))).toBeNull();
    const event = directoryEvent('directory.user.created', { id: 'workos:u1', ...ada });
    expect(admitted(await ledger.resolveDirectoryUser(event))).toBeNull();
  });

  it.each([
    'аda@acme.example',
    'ad\u0430@acme.example',
    'ada\u200b@acme.example',
    'a\u0131da@acme.example',
    'ada@\u0430cme.example',
    'ada@acme.example.evil.example',
    'ada@sub.acme.example',
    'ada@evil.example@acme.example',
    'ada\uff20evil.example@acme.example',
    '"ada@acme.example"@evil.example',
    'ada@acme.example/evil',
    'ada@acme.example\u0000',
    'ada@acme%2eexample',
    'ada@',
    '@acme.example',
    '',
  ])('that only looks like another one, %j, is nobody else’s', async (email) => {
    const ledger = createLedger({
      findUsers: () => [{ userId: 'ada', email: 'ada@acme.example', emailVerified: true }],
    });
    const outcome = await ledger.resolveUser(login({ connection: acmeOkta, idpId: 'impostor', email }));
    expect(outcome).toMatchObject({ status: 'created', userId: 'user-1' });
  });

  it.each([
    ['not verified by the tenant', []],
    ['verified as a sub-domain only', ['mail.acme.example']],
    ['verified as its parent only', ['example']],
    ['verified by another tenant', undefined],
  ] as const)('on a domain that is %s links nobody', async (_, domains) => {
    const ledger = createLedger({
      verifiedDomainsOf: (source) => domains ?? (source.tenantId === 'globex' ? ['acme.example'] : []),
      findUsers: () => [{ userId: 'ada', email: 'ada@acme.example', emailVerified: true }],
    });
    expect(await ledger.resolveUser(byAda)).toMatchObject({
      status: 'needs_confirmation',
      proposals: [{ userId: 'ada', reason: 'email' }],
    });
  });

  it('that the identity provider calls unverified links nobody', async () => {
    const ledger = createLedger({
      findUsers: () => [{ userId: 'ada', email: 'ada@acme.example', emailVerified: true }],
    });
    const unverified = login({ connection: acmeOkta, ...ada, emailVerified: false });
    expect(admitted(await ledger.resolveUser(unverified))).toBeNull();
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'linked', userId: 'ada' });
  });

  it('that two people have links neither', async () => {
    const both = ['ada', 'ada-too'].map((userId) => ({
      userId,
      email: 'ada@acme.example',
      emailVerified: true,
    }));
    const ledger = createLedger({ findUsers: () => both });
    expect(await ledger.resolveUser(byAda)).toMatchObject({
      status: 'needs_confirmation',
      proposals: [{ reason: 'ambiguous_email' }, { reason: 'ambiguous_email' }],
    });
  });

  it('that was given to somebody new does not give them the account of whoever had it', async () => {
    const ledger = await withAda();
    const newAda = login({ connection: acmeOkta, idpId: '00u2', email: 'ada@acme.example' });
    expect(await ledger.resolveUser(newAda)).toMatchObject({
      status: 'needs_confirmation',
      proposals: [{ userId: 'user-1', reason: 'other_subject' }],
    });
    await ledger.linkConnection({ ...operator, connectionId: acmeNext, to: acmeOkta });
    const atNext = login({ connection: acmeNext, idpId: '00u3', email: 'ada@acme.example' });
    expect(admitted(await ledger.resolveUser(atNext))).toBeNull();
  });

  it('claimed by a connection that may not speak for its domain proves nothing later', async () => {
    const ledger = createLedger({
      verifiedDomainsOf: ({ connectionId: id }) =>
        id === acmeOther ? ['contractor.example'] : ['acme.example'],
    });
    const claimed = login({ connection: acmeOther, idpId: 'contractor', email: 'ada@acme.example' });
    expect(admitted(await ledger.resolveUser(claimed))).toBe('user-1');
    expect(await ledger.resolveUser(byAda)).toMatchObject({
      status: 'needs_confirmation',
      proposals: [{ userId: 'user-1', reason: 'email' }],
    });
  });

  it('is proved anew every time: a domain that was lost no longer counts', async () => {
    const domains = new Set(['acme.example']);
    const ledger = await withAda({ verifiedDomainsOf: () => [...domains] });
    domains.clear();
    const elsewhere = login({ connection: acmeNext, idpId: 'other-id', email: 'ada@acme.example' });
    expect(admitted(await ledger.resolveUser(elsewhere))).toBeNull();
    domains.add('ACME.example');
    expect(await ledger.resolveUser(elsewhere)).toMatchObject({ status: 'linked', userId: 'user-1' });
  });
});

describe('a connection', () => {
  it('that is recreated with the same id knows none of the people from before', async () => {
    const ledger = await withAda({ verifiedDomainsOf: () => [] });
    await ledger.resolveUser(login({ connection: acmeOkta, idpId: '00u2', email: 'ben@acme.example' }));
    await ledger.connectionDeleted(connectionDeleted(acmeOkta));
    const asserted = await ledger.resolveUser(byAda);
    expect(asserted).toMatchObject({ status: 'needs_confirmation', proposals: [{ userId: 'user-1' }] });
    const otherAddress = login({ connection: acmeOkta, idpId: '00u2', email: 'attacker@evil.example' });
    expect(await ledger.resolveUser(otherAddress)).toMatchObject({
      status: 'needs_confirmation',
      proposals: [{ userId: 'user-2', reason: 'subject_elsewhere' }],
    });
    expect(
      (await ledger.sources(tenantId)).map(({ generation, deletedOrder }) => [
        generation,
        deletedOrder === null,
      ]),
    ).toEqual([
      [1, false],
      [2, true],
    ]);
  });

  it('that was deleted stays deleted for whoever is told late or twice, and lives on when it came back meanwhile', async () => {
    const ledger = await withAda();
    const first = connectionDeleted(acmeOkta, 10);
    await ledger.connectionDeleted(first);
    await ledger.resolveUser(byAda);
    await ledger.connectionDeleted(first);
    await ledger.connectionDeleted(connectionDeleted(acmeOkta, 5));
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'known' });
    await ledger.connectionDeleted(connectionDeleted(acmeOkta, 20));
    expect((await ledger.sources(tenantId)).every(({ deletedOrder }) => deletedOrder !== null)).toBe(true);
    await ledger.connectionDeleted(connectionDeleted('workos:conn_unknown'));
  });

  it('of the same tenant that numbers its people alike does not speak for them', async () => {
    const ledger = await withAda();
    const collision = login({ connection: acmeOther, idpId: '00u1', email: 'eve@acme.example' });
    expect(await ledger.resolveUser(collision)).toMatchObject({
      status: 'needs_confirmation',
      proposals: [{ userId: 'user-1', reason: 'subject_elsewhere' }],
    });
  });

  it('is not linked to another one that knows the same subjects as other people', async () => {
    const ledger = await withAda();
    const eve = login({ connection: acmeOther, idpId: '00u1', email: 'eve@acme.example' });
    await ledger.resolveUser(eve);
    const [proposal] = await ledger.proposals();
    await ledger.reject({ ...operator, proposalId: proposal!.id });
    expect(admitted(await ledger.resolveUser(eve))).not.toBe('user-1');
    const before = await ledger.history({ tenantId });
    const link = ledger.linkConnection({ ...operator, connectionId: acmeOther, to: acmeOkta });
    expect(await failureOf(link)).toMatchObject({ code: 'conflict' });
    expect(await ledger.history({ tenantId })).toEqual(before);
  });

  it('linked by mistake speaks for nobody once that is undone, nor does what followed from it', async () => {
    const ledger = await withAda();
    await ledger.linkConnection({ ...operator, connectionId: acmeOther, to: acmeOkta });
    const eve = { idpId: '00u1', email: 'eve@acme.example' };
    expect(admitted(await ledger.resolveUser(login({ connection: acmeOther, ...eve })))).toBe('user-1');
    const hired = directoryEvent('directory.user.created', { id: 'workos:u1', ...eve });
    expect(admitted(await ledger.resolveDirectoryUser(hired))).toBe('user-1');
    const entries = await ledger.history({ tenantId });
    const link = entries.find(({ action }) => action === 'source_linked');
    await ledger.undo({ ...operator, sequence: link!.sequence });
    expect(admitted(await ledger.resolveUser(login({ connection: acmeOther, ...eve })))).not.toBe('user-1');
    expect(admitted(await ledger.resolveDirectoryUser({ ...hired, id: 'again' }))).not.toBe('user-1');
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'known', userId: 'user-1' });
  });
});

describe('an id', () => {
  it('of a directory user is not the id of a login, and a profile id is nobody’s', async () => {
    const ledger = createLedger({ verifiedDomainsOf: () => [] });
    const hired = directoryEvent('directory.user.created', { id: 'workos:directory_user_1', ...ada });
    expect(admitted(await ledger.resolveDirectoryUser(hired))).toBe('user-1');
    for (const idpId of ['workos:directory_user_1', 'directory_user_1', 'profile of 00u1']) {
      const outcome = await ledger.resolveUser(
        login({ connection: acmeOkta, idpId, email: 'eve@evil.example' }),
      );
      expect(admitted(outcome)).not.toBe('user-1');
    }
    const { profile } = login({ connection: acmeOkta, idpId: '00u7' });
    const sameProfile = await ledger.resolveUser({ profile: { ...profile, vendorId: 'profile of 00u1' } });
    expect(admitted(sameProfile)).not.toBe('user-1');
  });

  it('of a directory that equals a login’s, with another address, links nobody', async () => {
    const ledger = await withAda();
    const hired = directoryEvent('directory.user.created', {
      id: 'workos:u1',
      idpId: '00u1',
      email: 'eve@acme.example',
    });
    expect(admitted(await ledger.resolveDirectoryUser(hired))).toBeNull();
  });

  it.each([
    ['cut in two', '\ud800'],
    ['with NUL', 'a\u0000b'],
    ['empty', ''],
    ['endless', 'x'.repeat(1025)],
  ])('that a database would not keep as it is, %s, is refused', async (_, idpId) => {
    const ledger = createLedger();
    expect(
      await ledger.resolveUser(login({ connection: acmeOkta, idpId, email: 'ada@acme.example' })),
    ).toMatchObject({
      status: 'refused',
      reason: 'subject_unknown',
    });
  });
});

describe('whoever lost access', () => {
  it('is refused, and no login gives it back', async () => {
    const ledger = await withAda();
    const event = (type: DirectoryPersonEvent['type'], more: object) =>
      directoryEvent(type, { id: 'workos:u1', ...ada, ...more });
    await ledger.resolveDirectoryUser(event('directory.user.created', { at: 1 }));
    const inactive = event('directory.user.updated', { at: 2, status: 'inactive' });
    const refused = { status: 'refused', reason: 'deprovisioned', userId: 'user-1' };
    expect(await ledger.resolveDirectoryUser(inactive)).toMatchObject(refused);
    expect(await ledger.resolveUser(byAda)).toMatchObject(refused);
    // By a connection nobody has seen, an address alone does not even say who it is.
    const elsewhere = login({ connection: acmeNext, idpId: 'other', email: 'ada@acme.example' });
    expect(await ledger.resolveUser(elsewhere)).toMatchObject({ status: 'refused', reason: 'deprovisioned' });
    expect(await ledger.identities({ tenantId, userId: 'user-1' })).toHaveLength(2);
    const back = event('directory.user.updated', { at: 3 });
    expect(await ledger.resolveDirectoryUser(back)).toMatchObject({ status: 'known', userId: 'user-1' });
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'known' });
  });

  it('stays out in whatever order and however often events and logins come', async () => {
    const story = fc.record({
      order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 }),
      end: fc.constantFrom('inactive' as const, 'deleted' as const),
      subject: fc.constantFrom('00u1', 'another format'),
      email: fc.constantFrom('ada@acme.example', 'ada@unverified.example'),
      directory: fc.constantFrom(null, 'workos:dir_1'),
    });
    await fc.assert(
      fc.asyncProperty(story, async ({ order, end, subject, email, directory }) => {
        const ledger = createLedger();
        const person = { id: 'workos:u1', idpId: '00u1', email, directory };
        const connections = [acmeOkta, acmeNext];
        const byConnection = (connection: ConnectionId) => login({ connection, idpId: subject, email });
        const events = [
          directoryEvent('directory.user.created', { ...person, at: 1 }),
          directoryEvent('directory.user.updated', { ...person, at: 2 }),
          end === 'deleted'
            ? directoryEvent('directory.user.deleted', { ...person, at: 3 })
            : directoryEvent('directory.user.updated', { ...person, at: 3, status: 'suspended' }),
          // A vendor may tell of a change made before the deletion with a later time.
          ...(end === 'deleted' ? [directoryEvent('directory.user.updated', { ...person, at: 4 })] : []),
        ];
        const ended = directoryEvent('directory.user.deleted', { ...person, at: 3 });
        for (const step of order) {
          const event = events[step % 5];
          if (event) await ledger.resolveDirectoryUser(event);
          else await ledger.resolveUser(byConnection(connections[step % 2]!));
        }
        await ledger.resolveDirectoryUser(end === 'deleted' ? ended : events[2]!);
        for (const connection of connections)
          expect(admitted(await ledger.resolveUser(byConnection(connection)))).toBeNull();
      }),
      { numRuns: 300 },
    );
  });

  it('is not created by a deletion of somebody unknown, and stays out afterwards', async () => {
    const ledger = createLedger();
    const gone = directoryEvent('directory.user.deleted', { id: 'workos:u1', ...ada });
    expect(await ledger.resolveDirectoryUser(gone)).toMatchObject({
      status: 'refused',
      reason: 'deprovisioned',
    });
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'refused', reason: 'deprovisioned' });
  });

  it('by a directory that may be theirs stays out until somebody has looked', async () => {
    const ledger = createLedger({ verifiedDomainsOf: () => [] });
    const known = login({ connection: acmeOkta, idpId: 'sso-id', email: 'ada@acme.example' });
    expect(admitted(await ledger.resolveUser(known))).toBe('user-1');
    const event = (status: 'active' | 'inactive', at: number) =>
      directoryEvent('directory.user.updated', { id: 'workos:u1', ...ada, status, at });
    await ledger.resolveDirectoryUser(event('active', 1));
    expect(admitted(await ledger.resolveUser(known))).toBe('user-1');
    await ledger.resolveDirectoryUser(event('inactive', 2));
    expect(await ledger.resolveUser(known)).toMatchObject({ status: 'refused', reason: 'deprovisioned' });
    const [proposal] = await ledger.proposals();
    await ledger.reject({ ...operator, proposalId: proposal!.id });
    expect(admitted(await ledger.resolveUser(known))).toBe('user-1');
  });
});

describe('a decision', () => {
  it('cannot be made twice, nor over a newer one', async () => {
    const ledger = createLedger({
      findUsers: () => [{ userId: 'ada', email: 'ada@acme.example', emailVerified: false }],
    });
    await ledger.resolveUser(byAda);
    const [proposal] = await ledger.proposals();
    const answers = [1, 2].map(() => ledger.confirm({ ...operator, proposalId: proposal!.id }));
    const settled = await Promise.allSettled(answers);
    expect(settled.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const stale = { code: 'failed_precondition' };
    expect(await failureOf(ledger.reject({ ...operator, proposalId: proposal!.id }))).toMatchObject(stale);
    const [confirmed] = await ledger.history({ tenantId });
    await ledger.addUser({ ...operator, userId: 'ben' });
    const [identity] = await ledger.identities({ tenantId, userId: 'ada' });
    await ledger.relink({ ...operator, identityId: identity!.id, userId: 'ben' });
    const undone = ledger.undo({ ...operator, sequence: confirmed!.sequence });
    expect(await failureOf(undone)).toMatchObject(stale);
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'known', userId: 'ben' });
  });

  it('undone is not made again by the same evidence', async () => {
    const ledger = createLedger({
      findUsers: () => [{ userId: 'ada', email: 'ada@acme.example', emailVerified: true }],
    });
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'linked', userId: 'ada' });
    const [linked] = await ledger.history({ tenantId });
    await ledger.undo({ ...operator, sequence: linked!.sequence });
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'created', userId: 'user-2' });
  });
});

describe('the ledger', () => {
  it('keeps no name, token or attribute, and its journal neither addresses nor subjects', async () => {
    const store = createMemoryIdentityStore();
    const ledger = createLedger({ store, newUserId: () => 'user-1' });
    const secret = { tokens: { accessToken: 'CANARY-token' }, returnTo: 'CANARY-return' };
    const outcome = await ledger.resolveUser({ ...byAda, ...secret } as typeof byAda);
    const hired = await ledger.resolveDirectoryUser(
      directoryEvent('directory.user.created', { id: 'workos:u1', ...ada }),
    );
    const foreign = await failureOf(
      ledger.resolveUser(login({ connection: acmeOkta, organization: 'workos:org_globex', ...ada })),
    );
    const kept = await store.read(tenantId, { subject: '00u1', sources: [acmeOkta], sequence: 1 });
    const journal = await ledger.history({ tenantId });
    expect(JSON.stringify([outcome, hired, kept, journal, foreign])).not.toContain('CANARY');
    expect(JSON.stringify(kept.identities)).toContain('ada@acme.example');
    for (const personal of ['ada@acme.example', '00u1'])
      expect(JSON.stringify(journal)).not.toContain(personal);
  });
});
