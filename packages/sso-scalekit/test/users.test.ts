import { scalekitNative } from '@org/sso-scalekit';
import { describe, expect, it } from 'vitest';
import { collect, failureOf, qualified, useScalekit } from './support.js';

const scalekit = useScalekit({ mode: 'full-stack-auth' });
const acme = () => scalekit.organization('Acme Corp');
const globex = () => scalekit.organization('Globex');
const bare = (id: string) => id.slice('scalekit:'.length);
const path = (id: string) => `/api/v1/organizations/${bare(id)}/users`;

const dora = {
  email: 'dora@acme.example',
  firstName: 'Dora',
  lastName: 'Diaz',
  externalId: 'user_4',
  metadata: { team: 'red' },
  roles: ['admin'],
};

describe('creating', () => {
  it('a new person: one search, one creation, and never a mail unasked', async () => {
    const member = await scalekit
      .sso()
      .users.create({ organizationId: acme(), ...dora, sendInvitation: false });
    expect(member).toMatchObject({
      user: {
        email: dora.email,
        firstName: 'Dora',
        lastName: 'Diaz',
        externalId: 'user_4',
        metadata: { team: 'red' },
        emailVerified: true,
      },
      membership: {
        organizationId: acme(),
        userId: member.user.id,
        vendorId: null,
        status: 'active',
        vendorStatus: 'ACTIVE',
        roles: ['admin'],
      },
      invitation: null,
    });
    expect(await scalekit.requests()).toEqual([
      'GET /api/v1/users:search?query=dora%40acme.example&page_size=30',
      `POST ${path(acme())}?send_invitation_email=false`,
    ]);
    expect(await scalekit.sent()).toEqual([
      {
        email: dora.email,
        external_id: 'user_4',
        metadata: { team: 'red' },
        membership: { roles: [{ name: 'admin' }] },
        user_profile: { given_name: 'Dora', family_name: 'Diaz' },
      },
    ]);
    expect(scalekitNative(member.user)).toMatchObject({
      id: member.user.vendorId,
      environment_id: expect.any(String),
    });
    expect(scalekitNative(member.membership)).toMatchObject({ provisioning_method: 'direct_provision' });
  });

  it('an invitation waits until it is accepted', async () => {
    const { membership, invitation } = await scalekit
      .sso()
      .users.create({ organizationId: acme(), email: dora.email, sendInvitation: true });
    expect(membership).toMatchObject({ status: 'pending', vendorStatus: 'PENDING_INVITE' });
    expect(invitation).toMatchObject({
      organizationId: acme(),
      email: dora.email,
      status: 'pending',
      vendorId: null,
    });
    expect(Date.parse(invitation!.expiresAt!)).toBeGreaterThan(Date.now());
    expect((await scalekit.requests())[1]).toContain('send_invitation_email=true');
  });

  it('a known person gets a membership and is left unchanged', async () => {
    const sso = scalekit.sso();
    const first = await sso.users.create({ organizationId: acme(), ...dora, sendInvitation: false });
    await scalekit.forget();
    const second = await sso.users.create({
      organizationId: globex(),
      email: 'Dora@acme.example',
      firstName: 'Somebody',
      roles: ['member'],
      sendInvitation: true,
    });
    expect(second.user).toMatchObject({ id: first.user.id, firstName: 'Dora' });
    expect(second).toMatchObject({
      membership: { organizationId: globex(), status: 'pending', roles: ['member'] },
      invitation: { status: 'pending' },
    });
    expect((await scalekit.requests())[1]).toBe(
      `POST /api/v1/memberships/organizations/${bare(globex())}/users/${first.user.vendorId}?send_invitation_email=true`,
    );
  });

  it('a member already is refused without a change', async () => {
    const sso = scalekit.sso();
    await sso.users.create({ organizationId: acme(), ...dora, sendInvitation: false });
    await scalekit.forget();
    const error = await failureOf(
      sso.users.create({ organizationId: acme(), ...dora, sendInvitation: true }),
    );
    expect(error).toMatchObject({ code: 'already_exists', operation: 'users.create' });
    expect(await scalekit.requests()).toHaveLength(1);
  });

  it('the exact address is found behind many similar ones', async () => {
    const sso = scalekit.sso();
    const { user } = await sso.users.create({
      organizationId: acme(),
      email: 'a@acme.example',
      sendInvitation: false,
    });
    for (let number = 0; number < 31; number += 1) {
      await sso.users.create({
        organizationId: acme(),
        email: `x${number}a@acme.example`,
        sendInvitation: false,
      });
    }
    await expect(
      sso.users.create({ organizationId: globex(), email: 'a@acme.example', sendInvitation: false }),
    ).resolves.toMatchObject({ user: { id: user.id } });
  });

  it('a lost answer is told, and the next attempt finds what was done', async () => {
    const sso = scalekit.sso();
    await scalekit.emulator.control.addFault({
      match: { method: 'POST', path: '/users' },
      afterHandler: true,
      closeConnection: true,
    });
    const input = { organizationId: acme(), ...dora, sendInvitation: true };
    expect(await failureOf(sso.users.create(input))).toMatchObject({ code: 'unavailable' });
    expect(await failureOf(sso.users.create(input))).toMatchObject({ code: 'already_exists' });
    expect((await scalekit.requests()).filter((request) => request.startsWith('POST'))).toHaveLength(1);
  });

  it('an unknown role is an invalid argument', async () => {
    const error = await failureOf(
      scalekit.sso().users.create({
        organizationId: acme(),
        email: dora.email,
        roles: ['wizard'],
        sendInvitation: false,
      }),
    );
    expect(error).toMatchObject({ code: 'invalid_argument', status: 400 });
  });
});

describe('listing', () => {
  it('users and memberships of one organization', async () => {
    const sso = scalekit.sso();
    const active = await sso.users.create({ organizationId: acme(), ...dora, sendInvitation: false });
    await sso.users.create({ organizationId: globex(), ...dora, sendInvitation: true });
    const invited = await sso.users.create({
      organizationId: acme(),
      email: 'eve@acme.example',
      sendInvitation: true,
    });
    await scalekit.forget();
    const users = await collect(sso.users.list({ organizationId: acme() }, { pageSize: 1 }));
    expect(users.map(({ id }) => id).toSorted()).toEqual([active.user.id, invited.user.id].toSorted());
    expect((await scalekit.requests())[0]).toBe(`GET ${path(acme())}?page_size=1`);
    const memberships = await collect(sso.users.listMemberships({ organizationId: acme() }));
    expect(memberships.map(({ status, organizationId }) => `${status} ${organizationId}`).toSorted()).toEqual(
      [`active ${acme()}`, `pending ${acme()}`],
    );
    expect((await scalekit.requests()).at(-1)).toBe(`GET ${path(acme())}?page_size=100`);
  });

  it.each([
    ['INVITE_EXPIRED', 'pending'],
    ['INACTIVE', 'inactive'],
    ['ON_HOLIDAY', 'unknown'],
    [null, 'unknown'],
  ])('membership status %s is %s', async (vendorStatus, status) => {
    const membership = {
      organization_id: bare(acme()),
      membership_status: vendorStatus,
      roles: [{ name: 'admin' }, { name: null }],
      join_time: '2025-01-01T00:00:00Z',
    };
    await scalekit.answer('/users', {
      users: [{ id: 'usr_1', email: 'a@acme.example', memberships: [membership] }],
    });
    expect(await collect(scalekit.sso().users.listMemberships({ organizationId: acme() }))).toMatchObject([
      { status, vendorStatus, roles: ['admin'], createdAt: '2025-01-01T00:00:00.000Z' },
    ]);
  });

  it('thin users throw nothing away', async () => {
    await scalekit.answer(
      '/users',
      {
        users: [
          { id: 'usr_1', email: 'a@acme.example', user_profile: { first_name: 'Ada', given_name: '' } },
        ],
      },
      { times: 2 },
    );
    const { users } = scalekit.sso();
    expect(await collect(users.list({ organizationId: acme() }))).toEqual([
      {
        id: 'scalekit:usr_1',
        provider: 'scalekit',
        vendorId: 'usr_1',
        email: 'a@acme.example',
        emailVerified: 'unknown',
        firstName: 'Ada',
        lastName: null,
        externalId: null,
        metadata: {},
        createdAt: null,
        updatedAt: null,
      },
    ]);
    expect(await collect(users.listMemberships({ organizationId: acme() }))).toMatchObject([
      { userId: 'scalekit:usr_1', organizationId: acme(), status: 'unknown', roles: [], createdAt: null },
    ]);
  });
});

describe('changing', () => {
  it('updates only what is given', async () => {
    const sso = scalekit.sso();
    const { user } = await sso.users.create({ organizationId: acme(), ...dora, sendInvitation: false });
    await scalekit.forget();
    await expect(sso.users.update(user.id, { lastName: 'Dean' })).resolves.toMatchObject({
      firstName: 'Dora',
      lastName: 'Dean',
    });
    await sso.users.update(user.id, { externalId: 'user_5' });
    expect(await scalekit.sent()).toEqual([
      { user_profile: { family_name: 'Dean' } },
      { external_id: 'user_5' },
    ]);
  });

  it('deletes in the whole environment', async () => {
    const sso = scalekit.sso();
    const { user } = await sso.users.create({ organizationId: acme(), ...dora, sendInvitation: false });
    await sso.users.delete(user.id);
    expect(await failureOf(sso.users.get(user.id))).toMatchObject({ code: 'not_found' });
  });
});

describe('sending an invitation again', () => {
  it('answers the invitation with its address', async () => {
    const sso = scalekit.sso();
    const { user } = await sso.users.create({
      organizationId: acme(),
      email: dora.email,
      sendInvitation: true,
    });
    const invitation = await sso.users.resendInvitation({ organizationId: acme(), userId: user.id });
    expect(invitation).toMatchObject({
      email: dora.email,
      organizationId: acme(),
      status: 'pending',
      vendorStatus: 'PENDING_INVITE',
    });
    expect(scalekitNative(invitation)).toMatchObject({ resent_count: 1 });
  });

  it('reads a status in lower case', async () => {
    const sso = scalekit.sso();
    const { user } = await sso.users.create({
      organizationId: acme(),
      email: dora.email,
      sendInvitation: true,
    });
    await scalekit.answer('/resend', { invite: { organization_id: bare(acme()), status: 'pending_invite' } });
    await expect(
      sso.users.resendInvitation({ organizationId: acme(), userId: user.id }),
    ).resolves.toMatchObject({
      status: 'pending',
      vendorStatus: 'pending_invite',
      expiresAt: null,
    });
  });

  it('an expired one starts anew', async () => {
    const sso = scalekit.sso();
    const { user } = await sso.users.create({
      organizationId: acme(),
      email: dora.email,
      sendInvitation: true,
    });
    await scalekit.emulator.control.advanceClock(16 * 24 * 60 * 60 * 1000);
    await expect(collect(sso.users.listMemberships({ organizationId: acme() }))).resolves.toMatchObject([
      { status: 'pending', vendorStatus: 'INVITE_EXPIRED' },
    ]);
    await expect(
      sso.users.resendInvitation({ organizationId: acme(), userId: user.id }),
    ).resolves.toMatchObject({ status: 'pending' });
  });

  it('is refused without a mail when there is nothing to send', async () => {
    const sso = scalekit.sso();
    const { user } = await sso.users.create({ organizationId: acme(), ...dora, sendInvitation: false });
    await scalekit.forget();
    const refusals = [
      [{ organizationId: acme(), userId: user.id }, 'not_found'],
      [{ organizationId: globex(), userId: user.id }, 'not_found'],
      [{ organizationId: acme(), userId: qualified<'user'>('usr_1234567890123456789') }, 'not_found'],
    ] as const;
    for (const [ref, code] of refusals)
      expect(await failureOf(sso.users.resendInvitation(ref))).toMatchObject({ code });
    expect((await scalekit.requests()).every((request) => request.startsWith('GET'))).toBe(true);
  });

  it.each([
    ['invitation', 'failed_precondition'],
    [null, 'failed_precondition'],
    ['jit_using_sso', 'not_found'],
    ['direct_provision', 'not_found'],
  ])('of an active member who came by %s is %s', async (provisioningMethod, code) => {
    const membership = {
      organization_id: bare(acme()),
      membership_status: 'ACTIVE',
      provisioning_method: provisioningMethod,
    };
    const user = { id: 'usr_1', email: 'a@acme.example', memberships: [membership] };
    await scalekit.answer('/users/usr_1', { user });
    const ref = { organizationId: acme(), userId: qualified<'user'>('usr_1') };
    expect(await failureOf(scalekit.sso().users.resendInvitation(ref))).toMatchObject({ code });
    expect(await scalekit.traffic()).toHaveLength(1);
  });

  it('a 400 about the invitation is failed_precondition, and never repeated', async () => {
    const sso = scalekit.sso();
    const { user } = await sso.users.create({
      organizationId: acme(),
      email: dora.email,
      sendInvitation: true,
    });
    const ref = { organizationId: acme(), userId: user.id };
    await scalekit.answer('/resend', { error_code: 'FULL_STACK_AUTH_DISABLED' }, { status: 400 });
    expect(await failureOf(sso.users.resendInvitation(ref))).toMatchObject({
      code: 'failed_precondition',
      vendorCode: 'FULL_STACK_AUTH_DISABLED',
      status: 400,
    });
    await scalekit.forget();
    await scalekit.answer('/resend', {}, { status: 503 });
    expect(await failureOf(sso.users.resendInvitation(ref))).toMatchObject({ code: 'unavailable' });
    expect((await scalekit.requests()).filter((request) => request.includes('/resend'))).toHaveLength(1);
  });
});
