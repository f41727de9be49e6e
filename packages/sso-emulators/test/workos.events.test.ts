import { describe, expect, it } from 'vitest';
import type { WorkosEmulator, WorkosEmulatorOptions } from '@org/sso-emulators';
import { authorizeUrl, call, signIn, workos, world } from './support.js';

const clock = '2026-03-01T12:00:00.000Z';
const day = 24 * 60 * 60_000;

interface Event {
  readonly id: string;
  readonly event: string;
  // Tests read vendor JSON as it comes.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
}

async function start(options: WorkosEmulatorOptions = {}) {
  const emulator = await workos({ clock, ...options });
  return { emulator, control: emulator.control, ...world(emulator) };
}

async function list(emulator: WorkosEmulator, query: string) {
  return (await call(emulator, 'GET', `/events?${query}`)).body;
}

/** Names of the events of these kinds, oldest first. */
async function names(emulator: WorkosEmulator, ...events: readonly string[]): Promise<string[]> {
  const { data } = await list(emulator, `events=${events.join(',')}&limit=100`);
  return data.map(({ event }: Event) => event);
}

/** Emits as many events of unknown types, and answers their ids. */
async function emit(emulator: WorkosEmulator, ...types: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const event of types) ids.push((await emulator.control.emitEvent({ event })).id);
  return ids;
}

describe('GET /events', () => {
  it('requires event names, in any encoding', async () => {
    const { emulator } = await start();
    const { status, body } = await call(emulator, 'GET', '/events');
    expect([status, body]).toEqual([
      400,
      {
        code: 'invalid_events_request',
        message:
          'One or more event names (e.g. dsync.user.created) must be provided using the events parameter.',
      },
    ]);
    const ids = await emit(emulator, 'a.one', 'a.two', 'a.three');
    for (const query of [
      'events=a.one,a.three',
      'events=a.one&events=a.three',
      'events[]=a.one&events[]=a.three',
    ]) {
      const { data } = await list(emulator, query);
      expect(data.map(({ id }: Event) => id)).toEqual([ids[0], ids[2]]);
    }
  });

  it('answers the oldest first whatever the order, and a cursor only while there is more', async () => {
    const { emulator } = await start();
    const ids = await emit(emulator, ...Array.from({ length: 12 }, () => 'a.one'));
    for (const order of ['', '&order=desc', '&order=asc', '&order=normal']) {
      const page = await list(emulator, `events=a.one${order}`);
      expect(page.object).toBe('list');
      expect(page.data.map(({ id }: Event) => id)).toEqual(ids.slice(0, 10));
      expect(page.list_metadata).toEqual({ after: ids[9] });
    }
    const last = await list(emulator, `events=a.one&after=${ids[9]}`);
    expect(last.data.map(({ id }: Event) => id)).toEqual(ids.slice(10));
    expect(last.list_metadata).toEqual({ after: null });
    expect(await list(emulator, `events=a.one&after=${ids[11]}`)).toEqual({
      object: 'list',
      data: [],
      list_metadata: { after: null },
    });
    expect((await list(emulator, 'events=a.one&limit=12')).list_metadata).toEqual({ after: null });
    const refused = await call(emulator, 'GET', '/events?events=a.one&limit=101');
    expect([refused.status, refused.body]).toMatchObject([
      422,
      { message: 'Validation failed.', errors: [{ field: 'limit' }] },
    ]);
  });

  it('takes a range instead of a cursor, of 30 days at most', async () => {
    const { emulator, control } = await start();
    await emit(emulator, 'a.first');
    await control.advanceClock(day);
    const [second] = await emit(emulator, 'a.second');
    await control.advanceClock(day);
    await emit(emulator, 'a.third');
    const all = 'events=a.first,a.second,a.third';
    const found = async (range: string) =>
      (await list(emulator, `${all}&${range}`)).data.map(({ event }: Event) => event);
    expect(await found('range_start=2026-03-02T00:00:00Z')).toEqual(['a.second', 'a.third']);
    expect(await found('range_start=2026-03-02T00:00:00Z&range_end=2026-03-03T00:00:00Z')).toEqual([
      'a.second',
    ]);
    for (const query of [
      `range_start=2026-03-02T00:00:00Z&after=${second}`,
      'range_start=2026-01-01T00:00:00Z&range_end=2026-03-03T00:00:00Z',
    ]) {
      const { status, body } = await call(emulator, 'GET', `/events?${all}&${query}`);
      expect([status, body.code]).toEqual([400, 'invalid_events_request']);
    }
    expect((await call(emulator, 'GET', `/events?${all}&range_start=yesterday`)).status).toBe(422);
  });

  it('forgets after 30 days, and starts over for a cursor it does not know', async () => {
    const { emulator, control } = await start();
    const [old] = await emit(emulator, 'a.one');
    await control.advanceClock(20 * day);
    const [recent] = await emit(emulator, 'a.one');
    const ids = async (query = '') =>
      (await list(emulator, `events=a.one${query}`)).data.map(({ id }: Event) => id);
    expect(await ids()).toEqual([old, recent]);
    await control.advanceClock(11 * day);
    expect(await ids()).toEqual([recent]);
    expect(await ids(`&after=${old}`)).toEqual([recent]);
    expect(await ids('&after=event_unknown')).toEqual([recent]);
  });

  it('filters by organization, which hides users', async () => {
    const { emulator, acme } = await start();
    const users = 'user.created,organization_membership.created';
    const user = (await call(emulator, 'POST', '/user_management/users', { email: 'u@acme.example' })).body;
    const membership = { user_id: user.id, organization_id: acme.id };
    await call(emulator, 'POST', '/user_management/organization_memberships', membership);
    expect(await names(emulator, users)).toEqual(['user.created', 'organization_membership.created']);
    const { data } = await list(emulator, `events=${users}&organization_id=${acme.id}`);
    expect(data.map(({ event }: Event) => event)).toEqual(['organization_membership.created']);
    expect((await list(emulator, `events=${users}&organization_id=org_0`)).data).toEqual([]);
  });
});

describe('events', () => {
  it('of organizations and domains are snapshots in an envelope', async () => {
    const { emulator } = await start();
    const created = await call(emulator, 'POST', '/organizations', {
      name: 'Initech',
      domain_data: [{ domain: 'initech.example', state: 'pending' }],
    });
    const { id, domains } = created.body;
    await call(emulator, 'PUT', `/organizations/${id}`, { name: 'Initrode' });
    await call(emulator, 'POST', `/organization_domains/${domains[0].id}/verify`);
    await call(emulator, 'DELETE', `/organization_domains/${domains[0].id}`);
    await call(emulator, 'DELETE', `/organizations/${id}`);
    const kinds = ['created', 'updated', 'deleted'].flatMap((verb) => [
      `organization.${verb}`,
      `organization_domain.${verb}`,
    ]);
    const { data } = await list(emulator, `events=${kinds.join(',')}`);
    expect(data.map(({ event }: Event) => event)).toEqual([
      'organization.created',
      'organization_domain.created',
      'organization.updated',
      'organization_domain.updated',
      'organization_domain.deleted',
      'organization.deleted',
    ]);
    const { allow_profiles_outside_organization: _allowOutside, ...organization } = created.body;
    expect(data[0]).toEqual({
      object: 'event',
      id: expect.stringMatching(/^event_[0-9A-HJKMNP-TV-Z]{26}$/),
      event: 'organization.created',
      data: organization,
      created_at: clock,
      context: {},
    });
    expect(data[1].data).toEqual(domains[0]);
  });

  it('of a verified domain come from the portal', async () => {
    const { emulator, acme } = await start();
    const added = { domain: 'acme.test', organization_id: acme.id };
    const { id } = (await call(emulator, 'POST', '/organization_domains', added)).body;
    const link = { organization: acme.id, intent: 'domain_verification' };
    const portal = (await call(emulator, 'POST', '/portal/generate_link', link)).body.link;
    await fetch(portal, { method: 'POST', body: new URLSearchParams({ verify: id }), redirect: 'manual' });
    expect(await names(emulator, 'organization_domain.verified')).toHaveLength(1);
  });

  it('of connections tell of activation and deletion, never of creation or change', async () => {
    const { emulator, control, acme } = await start();
    const draft = await control.createConnection({
      organizationId: acme.id,
      name: 'New',
      protocol: 'saml',
      identityProvider: 'okta',
      status: 'draft',
    });
    await control.updateConnection(draft.id, { name: 'Renamed' });
    await control.updateConnection(draft.id, { status: 'active' });
    await control.updateConnection(draft.id, { status: 'inactive' });
    await control.updateConnection(draft.id, { status: 'active' });
    await call(emulator, 'DELETE', `/connections/${draft.id}`);
    const kinds = 'connection.activated,connection.deactivated,connection.deleted';
    const { data } = await list(emulator, `events=${kinds}`);
    expect(data.map(({ event, data: { state } }: Event) => `${event} ${state}`)).toEqual([
      'connection.activated active',
      'connection.deactivated inactive',
      'connection.activated active',
      'connection.deleted active',
    ]);
    expect(data[0].data).toMatchObject({
      object: 'connection',
      id: draft.id,
      external_key: expect.stringMatching(/^\w{16}$/),
      status: 'linked',
      domains: [{ object: 'connection_domain', domain: 'acme.example' }],
    });
    for (const field of ['external_key', 'status', 'domains']) {
      expect(data[3].data).not.toHaveProperty(field);
    }
  });

  it('of a sign-in start and end it, and activate a validating connection', async () => {
    const { emulator, control, okta } = await start();
    await control.updateConnection(okta.id, { status: 'validating' });
    await signIn(emulator, { connection: okta.id }, 'ada@acme.example');
    const url = authorizeUrl(emulator, { connection: okta.id });
    await control.signIn(url, { error: 'access_denied' });
    await control.signIn(url, { email: 'stranger@elsewhere.example' });
    const kinds = 'authentication.sso_started,authentication.sso_succeeded,authentication.sso_failed';
    const { data } = await list(emulator, `events=${kinds},connection.activated`);
    expect(data.map(({ event }: Event) => event)).toEqual([
      'authentication.sso_started',
      'connection.activated',
      'authentication.sso_succeeded',
      'authentication.sso_started',
      'authentication.sso_failed',
      'authentication.sso_started',
      'authentication.sso_failed',
    ]);
    const { organizationId } = okta;
    expect(data[2].data).toEqual({
      type: 'sso',
      status: 'succeeded',
      ip_address: null,
      user_agent: null,
      user_id: null,
      email: 'ada@acme.example',
      sso: { organization_id: organizationId, connection_id: okta.id, session_id: null },
    });
    expect(data[4].data).toMatchObject({ email: null, error: { code: 'access_denied' } });
    expect(data[6].data).toMatchObject({
      email: 'stranger@elsewhere.example',
      error: { code: 'profile_not_allowed_outside_organization' },
    });
  });

  it('of users, memberships and invitations follow what happens to them', async () => {
    const { emulator, acme } = await start();
    const post = async (path: string, body?: object) =>
      (await call(emulator, 'POST', `/user_management${path}`, body)).body;
    const invitation = await post('/invitations', { email: 'u@acme.example', organization_id: acme.id });
    await post(`/invitations/${invitation.id}/resend`);
    const accepted = await post(`/invitations/${invitation.id}/accept`);
    const other = await post('/invitations', { email: 'v@acme.example' });
    await post(`/invitations/${other.id}/revoke`);
    const user = `/user_management/users/${accepted.accepted_user_id}`;
    await call(emulator, 'PUT', user, { first_name: 'Uma' });
    await call(emulator, 'DELETE', user);
    const kinds = ['created', 'updated', 'deleted'].flatMap((verb) => [
      `user.${verb}`,
      `organization_membership.${verb}`,
    ]);
    const invitations = ['created', 'accepted', 'resent', 'revoked'].map((verb) => `invitation.${verb}`);
    expect(await names(emulator, ...kinds, ...invitations)).toEqual([
      'invitation.created',
      'invitation.resent',
      'user.created',
      'invitation.accepted',
      'organization_membership.created',
      'invitation.created',
      'invitation.revoked',
      'user.updated',
      'organization_membership.deleted',
      'user.deleted',
    ]);
    const { data } = await list(emulator, 'events=invitation.created');
    expect(data[0].data).toMatchObject({ id: invitation.id, state: 'pending', email: 'u@acme.example' });
    expect(data[0].data).not.toHaveProperty('token');
    expect(data[0].data).not.toHaveProperty('accept_invitation_url');
  });

  it('of certificates are sent on demand', async () => {
    const { emulator, control, okta } = await start();
    const renewal = await control.sendCertificateEvent(okta.id, {
      kind: 'renewal_required',
      expiresAt: '2026-03-08T12:00:00Z',
    });
    expect(renewal).toMatchObject({
      event: 'connection.saml_certificate_renewal_required',
      data: {
        connection: { id: okta.id, organization_id: okta.organizationId },
        certificate: {
          certificate_type: 'ResponseSigning',
          expiry_date: '2026-03-08T12:00:00.000Z',
          is_expired: false,
        },
        days_until_expiry: 7,
      },
    });
    const renewed = await control.sendCertificateEvent(okta.id, {
      kind: 'renewed',
      certificateType: 'RequestSigning',
    });
    expect(renewed['data']).toEqual({
      connection: { id: okta.id, organization_id: okta.organizationId },
      certificate: { certificate_type: 'RequestSigning', expiry_date: '2026-03-31T12:00:00.000Z' },
      renewed_at: clock,
    });
    const { data } = await list(
      emulator,
      `events=connection.saml_certificate_renewed&organization_id=${okta.organizationId}`,
    );
    expect(data).toEqual([renewed]);
    await expect(control.sendCertificateEvent('conn_0', { kind: 'renewed' })).rejects.toThrow(
      'no connection',
    );
  });

  it('of any shape can be added, each id once', async () => {
    const { emulator, control, acme } = await start();
    const event = {
      id: 'event_mine',
      event: 'future.thing',
      data: { organization_id: acme.id },
      created_at: '2026-02-28 20:05:31.093',
      context: { actor: { id: 'x' } },
    };
    expect(await control.emitEvent(event)).toEqual({ object: 'event', ...event });
    expect((await list(emulator, `events=future.thing&organization_id=${acme.id}`)).data).toHaveLength(1);
    await expect(control.emitEvent(event)).rejects.toThrow('event.id is taken (event_mine)');
    await expect(control.emitEvent({ data: {} })).rejects.toThrow('event.event must be a non-empty string');
  });

  it('are forgotten by a reset', async () => {
    const { emulator, control } = await start();
    const [id] = await emit(emulator, 'a.one');
    await control.reset();
    expect(await names(emulator, 'a.one')).toEqual([]);
    expect(await emit(emulator, 'a.one')).toEqual([id]);
  });
});
