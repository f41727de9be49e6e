import { connectionId } from '@org/sso-core';
import { describe, expect, test } from 'vitest';
import { connectionDeleted, createLedger, directoryEvent, login, operator, tenantId } from './support.js';

const connA = connectionId('workos:conn_a');
const connA2 = connectionId('workos:conn_a2');
const connB = connectionId('scalekit:conn_b');
const ada = { idpId: '00u1', email: 'Ada@acme.example' };
const byA = login({ connection: connA, ...ada });

describe('a login', () => {
  test('of somebody nobody knows creates a person once, and knows them ever after', async () => {
    const ledger = createLedger();
    const created = await ledger.resolveUser(byA);
    expect(created).toEqual({
      status: 'created',
      tenantId,
      userId: 'user-1',
      identityId: expect.any(String),
      evidence: 'first_seen',
    });
    expect(await ledger.resolveUser(byA)).toEqual({ ...created, status: 'known' });
    expect(
      await ledger.resolveUser(login({ connection: connA, idpId: '00u1', email: 'married@acme.example' })),
    ).toMatchObject({
      status: 'known',
      userId: 'user-1',
    });
  });

  test('that names nothing lasting is refused', async () => {
    const ledger = createLedger();
    const refused = async (change: object) => {
      const { profile } = byA;
      const outcome = await ledger.resolveUser({ profile: { ...profile, ...change } });
      return outcome.status === 'refused' ? outcome.reason : outcome.status;
    };
    expect(await refused({ organizationId: null })).toBe('tenant_unknown');
    expect(await refused({ organizationId: 'workos:org_unknown' })).toBe('tenant_unknown');
    expect(await refused({ connectionId: null })).toBe('connection_unknown');
    expect(await refused({ idpId: null })).toBe('subject_unknown');
    expect(await ledger.sources(tenantId)).toEqual([]);
  });

  test('at another vendor is the same person once the connections are linked, whatever the address', async () => {
    const ledger = createLedger();
    await ledger.resolveUser(byA);
    await ledger.linkConnection({ ...operator, connectionId: connB, to: connA });
    await ledger.linkConnection({ ...operator, connectionId: connB, to: connA });
    const outcome = await ledger.resolveUser(
      login({ connection: connB, idpId: '00u1', email: 'other@elsewhere.example' }),
    );
    expect(outcome).toMatchObject({ status: 'linked', userId: 'user-1', evidence: 'subject' });
    expect((await ledger.history({ tenantId })).map(({ action }) => action)).toEqual([
      'identity_linked',
      'source_linked',
      'source_added',
      'user_created',
      'source_added',
    ]);
  });

  test('at a recreated connection is the same person by a verified address', async () => {
    const ledger = createLedger();
    await ledger.resolveUser(byA);
    await ledger.connectionDeleted(connectionDeleted(connA));
    expect(await ledger.resolveUser(login({ connection: connA2, ...ada }))).toMatchObject({
      status: 'linked',
      userId: 'user-1',
      evidence: 'verified_email',
    });
  });

  test('of somebody a directory has told of is theirs by external id and address, without a verified domain', async () => {
    const ledger = createLedger({ verifiedDomainsOf: () => [] });
    const hired = await ledger.resolveDirectoryUser(
      directoryEvent('directory.user.created', { id: 'workos:u1', ...ada }),
    );
    expect(hired).toMatchObject({ status: 'created', userId: 'user-1' });
    expect(await ledger.resolveUser(byA)).toMatchObject({
      status: 'linked',
      userId: 'user-1',
      evidence: 'external_id',
    });
  });
});
