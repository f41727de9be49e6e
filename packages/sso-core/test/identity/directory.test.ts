import { connectionId, organizationId } from '@org/sso-core';
import { describe, expect, test } from 'vitest';
import { createLedger, directoryEvent, login, operator, tenantId, type PersonOf } from './support.js';

const acmeOkta = connectionId('workos:conn_acme');
const ada = { idpId: '00u1', email: 'ada@acme.example' };
const byAda = login({ connection: acmeOkta, ...ada });
const known = { status: 'known', userId: 'user-1' };
const refused = { status: 'refused', reason: 'deprovisioned', userId: 'user-1' };

function createDirectory(options: Parameters<typeof createLedger>[0] = {}) {
  const ledger = createLedger(options);
  const tell = (type: 'created' | 'updated' | 'deleted', person: PersonOf) =>
    ledger.resolveDirectoryUser(directoryEvent(`directory.user.${type}`, { ...ada, ...person }));
  return { ledger, tell };
}

describe('a directory', () => {
  test('tells of somebody once, however often and at however many groups', async () => {
    const { ledger, tell } = createDirectory();
    expect(await tell('created', { id: 'workos:u1' })).toMatchObject({ status: 'created', userId: 'user-1' });
    expect(await tell('updated', { id: 'workos:u1', at: 1, email: 'new@acme.example' })).toMatchObject(known);
    const person = { id: 'workos:u1', ...ada };
    for (const type of ['directory.group.user_added', 'directory.group.user_removed'] as const)
      expect(await ledger.resolveDirectoryUser(directoryEvent(type, person))).toMatchObject(known);
    expect(await ledger.history({ tenantId })).toHaveLength(2);
    const stranger = directoryEvent('directory.group.user_added', { id: 'workos:u9' });
    expect(await ledger.resolveDirectoryUser(stranger)).toEqual({
      status: 'refused',
      reason: 'person_unknown',
      tenantId,
      userId: null,
    });
    const elsewhere = directoryEvent('directory.user.created', {
      id: 'workos:u1',
      organization: 'workos:org_unknown',
    });
    expect(await ledger.resolveDirectoryUser(elsewhere)).toMatchObject({ reason: 'tenant_unknown' });
  });

  test('and a login are the same person, whichever comes first', async () => {
    const first = createDirectory({ verifiedDomainsOf: () => [] });
    await first.tell('created', { id: 'workos:u1' });
    expect(await first.ledger.resolveUser(byAda)).toMatchObject({
      status: 'linked',
      evidence: 'external_id',
    });

    const second = createDirectory({ verifiedDomainsOf: () => [] });
    await second.ledger.resolveUser(byAda);
    expect(await second.tell('created', { id: 'workos:u1' })).toMatchObject({
      status: 'linked',
      userId: 'user-1',
      evidence: 'external_id',
    });
  });

  test('of another vendor tells of the same people', async () => {
    const { ledger, tell } = createDirectory({ verifiedDomainsOf: () => [] });
    await tell('created', { id: 'workos:u1', directory: 'workos:dir_1' });
    expect(await tell('created', { id: 'scalekit:u1' })).toMatchObject({
      status: 'linked',
      userId: 'user-1',
      evidence: 'external_id',
    });
    expect(await ledger.identities({ tenantId, userId: 'user-1' })).toMatchObject([
      { kind: 'directory_user', key: 'workos:u1', source: 'workos:org_acme', subject: '00u1' },
      { kind: 'directory_user', key: 'scalekit:u1', source: 'scalekit:org_acme', subject: '00u1' },
    ]);
  });

  test.each([
    ['that says which directory, with another address', 'workos:dir_1', 'married@acme.example', 'subject'],
    ['that does not say which directory, with the same address', null, ada.email, 'external_id'],
  ])('tells of somebody rehired as the same person: %s', async (_, directory, email, evidence) => {
    const { ledger, tell } = createDirectory({ verifiedDomainsOf: () => [] });
    await ledger.resolveUser(byAda);
    await tell('created', { id: 'workos:u1', directory });
    expect(await tell('deleted', { id: 'workos:u1', directory, at: 1 })).toMatchObject(refused);
    expect(await ledger.resolveUser(byAda)).toMatchObject(refused);
    expect(await tell('created', { id: 'workos:u2', directory, email, at: 2 })).toMatchObject({
      status: 'linked',
      userId: 'user-1',
      evidence,
    });
    expect(await ledger.resolveUser(byAda)).toMatchObject(known);
    expect(await tell('updated', { id: 'workos:u1', directory, at: 3 })).toMatchObject(known);
  });

  test('tells of somebody new with the address of somebody who left as of a question', async () => {
    const { ledger, tell } = createDirectory();
    await tell('created', { id: 'workos:u1' });
    await tell('deleted', { id: 'workos:u1', at: 1 });
    const newcomer = { id: 'workos:u2', idpId: '00u2', at: 2 };
    expect(await tell('created', newcomer)).toMatchObject({
      status: 'needs_confirmation',
      proposals: [{ userId: 'user-1', reason: 'other_subject' }],
    });
    const [proposal] = await ledger.proposals();
    await ledger.reject({ ...operator, proposalId: proposal!.id });
    const created = await tell('updated', { ...newcomer, at: 3 });
    expect(created).toMatchObject({ status: 'created', evidence: 'first_seen' });
    expect(created).not.toMatchObject({ userId: 'user-1' });
  });

  test('beside another one of the same organization, of which the ids differ, tells of the same people', async () => {
    const { ledger, tell } = createDirectory();
    await tell('created', { id: 'workos:u1', directory: 'workos:dir_hr', idpId: '17' });
    expect(await tell('created', { id: 'workos:u2', directory: 'workos:dir_okta' })).toMatchObject({
      status: 'linked',
      userId: 'user-1',
      evidence: 'verified_email',
    });
    // Either may take access away, and not give back what the other one took.
    expect(await tell('deleted', { id: 'workos:u2', directory: 'workos:dir_okta', at: 1 })).toMatchObject(
      refused,
    );
    expect(
      await tell('updated', { id: 'workos:u1', directory: 'workos:dir_hr', idpId: '17', at: 2 }),
    ).toMatchObject(refused);
    expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'refused' });
  });

  test('every status but active means no access', async () => {
    const { tell } = createDirectory();
    await tell('created', { id: 'workos:u1' });
    let at = 0;
    for (const status of ['suspended', 'inactive', 'unknown'] as const) {
      expect(await tell('updated', { id: 'workos:u1', status, at: (at += 1) })).toMatchObject(refused);
      expect(await tell('updated', { id: 'workos:u1', at: (at += 1) })).toMatchObject(known);
    }
  });
});

describe('with the directories of two vendors', () => {
  async function setUp() {
    const directory = createDirectory();
    await directory.ledger.resolveUser(byAda);
    await directory.tell('created', { id: 'workos:u1' });
    await directory.tell('created', { id: 'scalekit:u1' });
    return directory;
  }

  test('either may take access away', async () => {
    const { ledger, tell } = await setUp();
    expect(await tell('deleted', { id: 'scalekit:u1', at: 1 })).toMatchObject(refused);
    expect(await tell('updated', { id: 'workos:u1', at: 2 })).toMatchObject(refused);
    expect(await ledger.resolveUser(byAda)).toMatchObject(refused);
  });

  test('the one with authority decides about whoever it knows, and the other about the rest', async () => {
    const { ledger, tell } = await setUp();
    const authority = (organization: string | null) =>
      ledger.setDirectoryAuthority({
        ...operator,
        organizationIds: organization === null ? [] : [organizationId(organization)],
      });
    await tell('created', { id: 'workos:u2', idpId: '00u2', email: 'ben@acme.example' });
    await authority('scalekit:org_acme');
    await authority('scalekit:org_acme');
    // The customer switches the old application off, and everybody in it.
    expect(await tell('updated', { id: 'workos:u1', status: 'inactive', at: 1 })).toMatchObject(known);
    const left = {
      id: 'workos:u2',
      idpId: '00u2',
      email: 'ben@acme.example',
      status: 'inactive',
      at: 1,
    } as const;
    expect(await tell('updated', left)).toMatchObject({ status: 'refused' });
    // Whom the new one switches off stays out, whatever the old one says.
    expect(await tell('updated', { id: 'scalekit:u1', status: 'inactive', at: 2 })).toMatchObject(refused);
    expect(await tell('updated', { id: 'workos:u1', at: 3 })).toMatchObject(refused);
    await authority('workos:org_acme');
    expect(await ledger.resolveUser(byAda)).toMatchObject(known);
    await authority(null);
    expect(await ledger.resolveUser(byAda)).toMatchObject(refused);
    const decisions = (await ledger.history({ tenantId })).filter(({ action }) => action === 'authority_set');
    expect(decisions.map(({ source, actor }) => `${source} ${actor}`)).toEqual([
      'null ops@app.example',
      'workos:org_acme ops@app.example',
      'scalekit:org_acme ops@app.example',
    ]);
  });

  test('of two with authority the last word counts, whichever came first', async () => {
    const { ledger, tell } = await setUp();
    await ledger.setDirectoryAuthority({
      ...operator,
      organizationIds: [organizationId('workos:org_acme'), organizationId('scalekit:org_acme')],
    });
    expect(await tell('deleted', { id: 'scalekit:u1', at: 2 })).toMatchObject(refused);
    expect(await tell('updated', { id: 'workos:u1', at: 1 })).toMatchObject(refused);
    expect(await ledger.resolveUser(byAda)).toMatchObject(refused);
    expect(await tell('updated', { id: 'workos:u1', at: 3 })).toMatchObject(known);
    expect(await ledger.resolveUser(byAda)).toMatchObject(known);
    expect(await tell('updated', { id: 'workos:u1', status: 'inactive', at: 4 })).toMatchObject(refused);
    expect(await tell('created', { id: 'scalekit:u1', at: 5 })).toMatchObject(known);
  });
});

test('somebody a directory deleted before anybody knew who it was is asked about when they sign in', async () => {
  const squatter = { userId: 'squatter', email: ada.email, emailVerified: false };
  const { ledger, tell } = createDirectory({ verifiedDomainsOf: () => [], findUsers: () => [squatter] });
  const rejectAll = async () => {
    for (const { id: proposalId } of await ledger.proposals())
      await ledger.reject({ ...operator, proposalId });
  };
  await tell('created', { id: 'workos:u1', idpId: 'another format' });
  await tell('deleted', { id: 'workos:u1', idpId: 'another format', at: 1 });
  await rejectAll();
  expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'needs_confirmation' });
  await rejectAll();
  const outcome = await ledger.resolveUser(byAda);
  expect(outcome).toMatchObject({ status: 'refused', reason: 'deprovisioned' });
  expect(await ledger.proposals()).toMatchObject([
    { reason: 'email', userId: outcome.status === 'refused' && outcome.userId },
  ]);
  await rejectAll();
  expect(await ledger.resolveUser(byAda)).toMatchObject({ status: 'known' });
});

test('what an operator restored holds until a directory takes access away again', async () => {
  const { ledger, tell } = createDirectory();
  await tell('created', { id: 'workos:u1' });
  await tell('updated', { id: 'workos:u1', status: 'inactive', at: 1 });
  await ledger.setAccess({ ...operator, userId: 'user-1', access: 'restored' });
  expect(
    await tell('updated', { id: 'workos:u1', status: 'inactive', email: 'a@acme.example', at: 2 }),
  ).toMatchObject(known);
  await tell('updated', { id: 'workos:u1', at: 3 });
  expect(await tell('updated', { id: 'workos:u1', status: 'inactive', at: 4 })).toMatchObject(refused);
  await ledger.setAccess({ ...operator, userId: 'user-1', access: 'blocked' });
  expect(await tell('updated', { id: 'workos:u1', at: 5 })).toMatchObject({
    status: 'refused',
    reason: 'blocked',
  });
  await ledger.setAccess({ ...operator, userId: 'user-1', access: 'by_directory' });
  expect(await tell('updated', { id: 'workos:u1', at: 6 })).toMatchObject(known);
  const actions = (await ledger.history({ tenantId, userId: 'user-1' }))
    .map(({ action }) => action)
    .toReversed();
  expect(actions).toEqual([
    'user_created',
    'access_taken',
    'user_restored',
    'access_given',
    'access_taken',
    'user_blocked',
    'access_given',
    'user_released',
  ]);
});
