import { organizationId, userId, type CreateUser } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { workosNative } from '../src/index.js';
import { collect, failureOf, useWorkos } from './support.js';

const workos = useWorkos();
const acme = () => organizationId(`workos:${workos.organization('Acme Corp')}`);
const create = (input: Partial<CreateUser> = {}) =>
  workos.sso().users.create({
    organizationId: acme(),
    email: 'dana@acme.example',
    sendInvitation: false,
    ...input,
  });

/** `METHOD resource` of every request, without the common prefix. */
async function steps(): Promise<string[]> {
  return (await workos.traffic()).map(({ method, path }) => `${method} ${path.split('/')[2]}`);
}

async function lastBody(resource: string): Promise<unknown> {
  const found = (await workos.traffic()).findLast(
    ({ method, path }) => method !== 'GET' && path.startsWith(`/user_management/${resource}`),
  );
  return JSON.parse(found?.body ?? 'null');
}

async function native(path: string, method: 'POST' | 'PUT', json: object = {}): Promise<{ id: string }> {
  const { body } = await workos.provider().native.request({ method, path: `/user_management${path}`, json });
  return body as { id: string };
}

describe('creating', () => {
  it('makes a user and a membership', async () => {
    const member = await create({
      firstName: 'Dana',
      lastName: 'Dean',
      externalId: 'dana-1',
      metadata: { team: 'blue' },
      roles: ['admin'],
    });
    expect(member).toMatchObject({
      user: {
        email: 'dana@acme.example',
        firstName: 'Dana',
        externalId: 'dana-1',
        metadata: { team: 'blue' },
        emailVerified: false,
      },
      membership: { organizationId: acme(), userId: member.user.id, status: 'active', roles: ['admin'] },
      invitation: null,
    });
    expect(await steps()).toEqual(['GET users', 'POST users', 'POST organization_memberships']);
    expect(await lastBody('users')).toEqual({
      email: 'dana@acme.example',
      first_name: 'Dana',
      last_name: 'Dean',
      external_id: 'dana-1',
      metadata: { team: 'blue' },
    });
    expect(await lastBody('organization_memberships')).toEqual({
      organization_id: workos.organization('Acme Corp'),
      user_id: member.user.vendorId,
      role_slug: 'admin',
    });
  });

  it('makes a user and an invitation', async () => {
    const member = await create({ sendInvitation: true, roles: ['admin'] });
    expect(member).toMatchObject({
      membership: { status: 'pending', vendorId: expect.stringMatching(/^om_/), roles: ['admin'] },
      invitation: {
        status: 'pending',
        email: 'dana@acme.example',
        organizationId: acme(),
        expiresAt: expect.any(String),
      },
    });
    expect(await steps()).toEqual([
      'GET users',
      'POST users',
      'POST invitations',
      'GET organization_memberships',
    ]);
    expect(await lastBody('invitations')).toEqual({
      email: 'dana@acme.example',
      organization_id: workos.organization('Acme Corp'),
      role_slug: 'admin',
    });
    expect(workosNative(member.invitation!)).toMatchObject({ accept_invitation_url: expect.any(String) });
    expect(JSON.stringify(member)).not.toContain('invitation_token');
  });

  it('stands in for the membership of an invited person when there is none yet', async () => {
    await workos.answer('/organization_memberships$', { data: [], list_metadata: { after: null } });
    const { user, membership } = await create({ sendInvitation: true, roles: ['admin'] });
    expect(membership).toEqual({
      provider: 'workos',
      vendorId: null,
      organizationId: acme(),
      userId: user.id,
      status: 'pending',
      vendorStatus: null,
      roles: ['admin'],
      createdAt: null,
    });
  });

  it('reuses the user with this address, whatever its case, and leaves it unchanged', async () => {
    const { id } = await native('/users', 'POST', { email: 'Dana@Acme.example', first_name: 'Dana' });
    const { user } = await create({ firstName: 'Daniel' });
    expect(user).toMatchObject({ vendorId: id, firstName: 'Dana' });
  });

  it('is not misled by a vendor that drops the filter', async () => {
    await workos.answer(
      '/users$',
      { data: [{ id: 'user_1', email: 'eve@acme.example' }], list_metadata: {} },
      { match: { method: 'GET', path: '/users$' } },
    );
    expect((await create()).user.email).toBe('dana@acme.example');
  });

  it.each([false, true])('refuses an active member (sendInvitation %s)', async (sendInvitation) => {
    await create();
    await workos.emulator.control.clearTraffic();
    expect(await failureOf(create({ sendInvitation }))).toMatchObject({ code: 'already_exists' });
    expect((await steps()).filter((step) => step === 'POST organization_memberships')).toEqual([]);
  });

  it('refuses to invite twice', async () => {
    await create({ sendInvitation: true });
    expect(await failureOf(create({ sendInvitation: true }))).toMatchObject({
      code: 'already_exists',
      vendorCode: 'email_already_invited_to_organization',
    });
  });

  it('does not make a member of somebody who has yet to accept', async () => {
    await create({ sendInvitation: true });
    expect(await failureOf(create())).toMatchObject({
      code: 'failed_precondition',
      vendorCode: 'cannot_reactivate_pending_organization_membership',
    });
  });

  it('takes a former member back', async () => {
    const { membership } = await create();
    await native(`/organization_memberships/${membership.vendorId}/deactivate`, 'PUT');
    expect((await create()).membership).toMatchObject({ status: 'active', vendorId: membership.vendorId });
  });

  it.each([false, true])(
    'continues where an interrupted call ended (sendInvitation %s)',
    async (sendInvitation) => {
      const second = sendInvitation ? '/invitations$' : '/organization_memberships$';
      await workos.emulator.control.addFault({
        match: { method: 'POST', path: second },
        times: 3,
        status: 503,
      });
      expect(await failureOf(create({ sendInvitation }))).toMatchObject({ code: 'unavailable' });
      const { user } = await create({ sendInvitation });
      const users = await collect(workos.sso().users.list({ organizationId: acme() }));
      expect(users.filter(({ email }) => email === 'dana@acme.example').map(({ id }) => id)).toEqual([
        user.id,
      ]);
    },
  );

  it('repeats each lost step under its own key', async () => {
    for (const path of ['/users$', '/invitations$']) {
      await workos.emulator.control.addFault({
        match: { method: 'POST', path },
        afterHandler: true,
        closeConnection: true,
      });
    }
    await create({ sendInvitation: true });
    const keys = (await workos.traffic())
      .filter(({ method }) => method === 'POST')
      .map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0], keys[2], keys[2]]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  it('sends several roles, where the environment takes them, but none of several with an invitation', async () => {
    expect(await failureOf(create({ roles: ['admin', 'member'] }))).toMatchObject({
      code: 'failed_precondition',
      vendorCode: 'multiple_roles_not_enabled',
    });
    expect(await lastBody('organization_memberships')).toMatchObject({ role_slugs: ['admin', 'member'] });
    await workos.emulator.control.clearTraffic();
    expect(await failureOf(create({ roles: ['admin', 'member'], sendInvitation: true }))).toMatchObject({
      code: 'unsupported',
    });
    expect(await steps()).toEqual([]);
  });

  it('says when the external id is taken', async () => {
    await create({ externalId: 'dana-1' });
    expect(await failureOf(create({ email: 'eve@acme.example', externalId: 'dana-1' }))).toMatchObject({
      code: 'already_exists',
      vendorCode: 'external_id_already_used',
    });
  });
});

describe('listing', () => {
  it('asks for the users of the organization', async () => {
    await collect(workos.sso().users.list({ organizationId: acme() }, { pageSize: 500 }));
    expect(await workos.requests()).toEqual([
      `GET /user_management/users?limit=100&order=desc&organization_id=${workos.organization('Acme Corp')}`,
    ]);
  });

  it('asks for memberships in every status, which is not the default', async () => {
    const { membership } = await create();
    await create({ email: 'eve@acme.example', sendInvitation: true });
    await native(`/organization_memberships/${membership.vendorId}/deactivate`, 'PUT');
    const found = await collect(workos.sso().users.listMemberships({ organizationId: acme() }));
    expect(found.map(({ status }) => status).toSorted()).toEqual(['inactive', 'pending']);
    expect((await workos.requests()).at(-1)).toContain('statuses=active%2Cpending%2Cinactive');
  });

  it('takes a membership of an unknown status with the old single role', async () => {
    const wire = {
      id: 'om_1',
      user_id: 'user_1',
      organization_id: 'org_1',
      status: 'frozen',
      role: { slug: 'member' },
    };
    await workos.answer('/organization_memberships$', { data: [wire], list_metadata: { after: null } });
    const [membership] = await collect(workos.sso().users.listMemberships({ organizationId: acme() }));
    expect(membership).toMatchObject({
      status: 'unknown',
      vendorStatus: 'frozen',
      roles: ['member'],
      createdAt: null,
    });
  });
});

describe('updating', () => {
  it('replaces metadata and leaves the rest', async () => {
    const { user } = await create({ firstName: 'Dana', metadata: { team: 'blue', desk: '4' } });
    const updated = await workos.sso().users.update(user.id, { lastName: 'Dean', metadata: { team: 'red' } });
    expect(updated).toMatchObject({ firstName: 'Dana', lastName: 'Dean', metadata: { team: 'red' } });
    expect(await lastBody('users')).toEqual({ last_name: 'Dean', metadata: { team: 'red', desk: null } });
  });
});

it('deletes, with an empty 200', async () => {
  const { user } = await create();
  await workos.sso().users.delete(user.id);
  expect(await failureOf(workos.sso().users.get(user.id))).toMatchObject({
    code: 'not_found',
    vendorCode: 'entity_not_found',
  });
});

it('takes a user with the id and the address alone', async () => {
  await workos.answer('/users/', { id: 'user_1', email: 'x@y.example' });
  expect(await workos.sso().users.get(userId('workos:user_1'))).toMatchObject({
    emailVerified: 'unknown',
    firstName: null,
    externalId: null,
    metadata: {},
    createdAt: null,
  });
});

describe('resending an invitation', () => {
  const resend = (id: string) =>
    workos.sso().users.resendInvitation({ organizationId: acme(), userId: userId(id) });

  it('sends the pending one', async () => {
    const { user, invitation } = await create({ sendInvitation: true });
    expect(await resend(user.id)).toMatchObject({ vendorId: invitation?.vendorId, status: 'pending' });
    expect((await workos.requests()).at(-1)).toBe(
      `POST /user_management/invitations/${invitation?.vendorId}/resend`,
    );
  });

  it('finds none', async () => {
    const { user } = await create();
    expect(await failureOf(resend(user.id))).toMatchObject({ code: 'not_found' });
    expect(await failureOf(resend('workos:user_01UNKNOWN'))).toMatchObject({ code: 'not_found' });
  });

  it('does not use an invitation to another organization', async () => {
    const globex = organizationId(`workos:${workos.organization('Globex')}`);
    const { user } = await create({ organizationId: globex, sendInvitation: true });
    expect(await failureOf(resend(user.id))).toMatchObject({ code: 'not_found' });
  });

  it.each(['accept', 'revoke'])('refuses after %s', async (verb) => {
    const { user, invitation } = await create({ sendInvitation: true });
    await native(`/invitations/${invitation?.vendorId}/${verb}`, 'POST');
    expect(await failureOf(resend(user.id))).toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(/accepted|revoked/),
    });
  });

  it('refuses when it ran out in between', async () => {
    const { user } = await create({ sendInvitation: true });
    await workos.answer(
      '/resend$',
      { code: 'invite_expired', message: 'Invite has expired.' },
      { status: 400 },
    );
    expect(await failureOf(resend(user.id))).toMatchObject({
      code: 'failed_precondition',
      vendorCode: 'invite_expired',
    });
  });

  it('is not repeated when the answer is lost: it sends mail', async () => {
    const { user } = await create({ sendInvitation: true });
    await workos.emulator.control.addFault({ match: { path: '/resend$' }, afterHandler: true, status: 503 });
    expect(await failureOf(resend(user.id))).toMatchObject({ code: 'unavailable' });
    expect((await workos.requests()).filter((request) => request.endsWith('/resend'))).toHaveLength(1);
  });
});
