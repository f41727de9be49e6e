import { describe, expect, it } from 'vitest';
import type { ScalekitEmulatorOptions } from '../src/index.js';
import { redirectUri, start } from './scalekit-client.js';

interface WireEvent {
  readonly id: string;
  readonly type: string;
  readonly occurred_at: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- wire bodies are asserted, not typed
  readonly data: any;
}

async function world(options: ScalekitEmulatorOptions = {}) {
  const client = await start(options);
  const { call, emulator } = client;
  const [acme, globex] = emulator.organizations();
  if (!acme || !globex) throw new Error('the seed has no organizations');

  /** The events that match, oldest first. */
  async function events(filter: object = {}): Promise<WireEvent[]> {
    const { body } = await call('POST', '/api/v1/events?page_size=100', filter);
    return body.events.toReversed();
  }
  async function types(): Promise<string[]> {
    return (await events()).map(({ type }) => type);
  }
  async function directory() {
    const { id } = await emulator.control.createDirectory({
      organizationId: acme?.id ?? '',
      identityProvider: 'okta',
      users: [
        { id: '00u1ada', email: 'ada@acme.example', groups: ['Engineering'] },
        { id: '00u1ben', email: 'ben@acme.example', groups: ['Engineering'] },
      ],
    });
    return id;
  }
  return { ...client, control: emulator.control, acme, globex, events, types, directory };
}

describe('the event list', () => {
  it('is newest first, by page, with tokens in the query and filters in the body', async () => {
    const { call } = await world();
    for (let number = 1; number <= 12; number += 1) {
      await call('POST', '/api/v1/organizations', { display_name: `Number ${number}` });
    }
    const first = (await call('POST', '/api/v1/events', {})).body;
    expect(first).toMatchObject({ total_size: 12, prev_page_token: '' });
    const names = first.events.map((event: WireEvent) => event.data.display_name);
    expect(names).toEqual(Array.from({ length: 10 }, (_, index) => `Number ${12 - index}`));
    const second = (
      await call('POST', `/api/v1/events?page_token=${encodeURIComponent(first.next_page_token)}`, {})
    ).body;
    expect(second.events).toHaveLength(2);
    expect(second.next_page_token).toBe('');
    const all = (await call('POST', '/api/v1/events?page_size=100', {})).body.events;
    expect(all.map(({ id }: WireEvent) => id)).toEqual(
      [...first.events, ...second.events].map(({ id }: WireEvent) => id),
    );
  });

  it('filters by type, organization, source, connection and inclusive time', async () => {
    const { acme, globex, control, call, events, directory } = await world({ clock: '2026-01-01T00:00:00Z' });
    await directory();
    await control.advanceClock(60_000);
    const [connection] = (await call('GET', '/api/v1/connections')).body.connections;
    await call('PATCH', `/api/v1/organizations/${acme.id}/connections/${connection.id}:disable`);
    await control.advanceClock(60_000);
    await call('PATCH', `/api/v1/organizations/${globex.id}`, { display_name: 'Globex Inc' });
    const count = async (filter: object) => (await events(filter)).length;
    const total = await count({});
    expect(await count({ event_types: ['organization.updated', 'organization.sso_disabled'] })).toBe(2);
    expect(await count({ organization_id: globex.id })).toBe(1);
    expect(await count({ connection_id: connection.id })).toBe(1);
    expect(await count({ source: 'DIR_SYNC' })).toBe(5);
    expect(await count({ source: 'SCALEKIT' })).toBe(total - 5);
    expect(await count({ start_time: '2026-01-01T00:01:00Z' })).toBe(2);
    expect(await count({ start_time: '2026-01-01T00:01:00Z', end_time: '2026-01-01T00:01:00Z' })).toBe(1);
    expect((await call('POST', '/api/v1/events', { start_time: 'now' })).status).toBe(400);
    expect((await call('POST', '/api/v1/events', { source: 'ELSEWHERE' })).status).toBe(400);
  });

  it('has instants that grow, with any number of digits, although the clock stands still', async () => {
    const { events, directory } = await world({ clock: '2026-01-01T00:00:00.120Z' });
    await directory();
    const instants = (await events()).map((event) => event.occurred_at);
    expect(instants[0]).toBe('2026-01-01T00:00:00.12Z');
    expect(instants[1]).toBe('2026-01-01T00:00:00.120000125Z');
    expect(instants[2]).toBe('2026-01-01T00:00:00.12000025Z');
    const padded = instants.map((instant) => instant.slice(20, -1).padEnd(9, '0'));
    expect(padded.toSorted()).toEqual(padded);
    expect(new Set(padded).size).toBe(padded.length);
  });

  it('starts empty: the seed happened before', async () => {
    const { events, control, call } = await world();
    expect(await events()).toEqual([]);
    await call('POST', '/api/v1/organizations', { display_name: 'Initech' });
    await control.reset();
    expect(await events()).toEqual([]);
  });

  it('takes an event of any shape', async () => {
    const { control, events } = await world();
    const emitted = await control.emitEvent({ type: 'organization.renamed', data: 7, occurred_at: 'soon' });
    expect(await events()).toEqual([emitted]);
    expect(emitted).toEqual({
      spec_version: '1',
      id: expect.stringMatching(/^evt_\d+$/),
      environment_id: expect.stringMatching(/^env_\d+$/),
      type: 'organization.renamed',
      occurred_at: 'soon',
      data: 7,
    });
    await expect(control.emitEvent({})).rejects.toThrow('event.type');
  });
});

describe('organization events', () => {
  it('carry the state after the change, and nulls for what the API leaves out', async () => {
    const { call, events } = await world({ clock: '2026-01-01T00:00:00Z' });
    const { organization } = (await call('POST', '/api/v1/organizations', { display_name: 'Initech' })).body;
    await call('PATCH', `/api/v1/organizations/${organization.id}`, { metadata: { plan: 'pro' } });
    await call('PATCH', `/api/v1/organizations/${organization.id}/settings`, {
      features: [{ name: 'dir_sync', enabled: true }],
    });
    await call('DELETE', `/api/v1/organizations/${organization.id}`);
    const [created, updated, switched, deleted] = await events();
    const data = {
      id: organization.id,
      display_name: 'Initech',
      external_id: null,
      metadata: null,
      region_code: 'US',
      create_time: '2026-01-01T00:00:00Z',
      update_time: '2026-01-01T00:00:00Z',
      settings: {
        features: [
          { name: 'sso', enabled: true },
          { name: 'dir_sync', enabled: false },
        ],
      },
    };
    expect(created).toEqual({
      spec_version: '1',
      id: expect.stringMatching(/^evt_\d+$/),
      type: 'organization.created',
      object: 'Organization',
      occurred_at: '2026-01-01T00:00:00Z',
      environment_id: expect.stringMatching(/^env_\d+$/),
      organization_id: organization.id,
      display_name: 'Organization Created',
      data,
    });
    expect(updated).toMatchObject({ type: 'organization.updated', data: { metadata: { plan: 'pro' } } });
    expect(switched?.data.settings.features[1]).toEqual({ name: 'dir_sync', enabled: true });
    expect(deleted).toMatchObject({
      type: 'organization.deleted',
      data: { display_name: 'Initech', deleted_at: '2026-01-01T00:00:00Z' },
    });
  });

  it('are the only ones of a deletion, whatever goes with the organization', async () => {
    const { call, acme, directory, events } = await world();
    await directory();
    const before = (await events()).length;
    await call('DELETE', `/api/v1/organizations/${acme.id}`);
    expect((await events()).slice(before).map(({ type }) => type)).toEqual(['organization.deleted']);
  });

  it('tell of domains, with a secret', async () => {
    const { call, acme, events } = await world();
    const path = `/api/v1/organizations/${acme.id}/domains`;
    const { domain } = (await call('POST', path, { domain: 'acme.test', domain_type: 'ORGANIZATION_DOMAIN' }))
      .body;
    await call('DELETE', `${path}/${domain.id}`);
    const [created, deleted] = await events();
    expect(created).toMatchObject({
      type: 'organization.domain_created',
      object: 'Organization',
      organization_id: acme.id,
      data: {
        id: domain.id,
        domain: 'acme.test',
        domain_type: 'ORGANIZATION_DOMAIN',
        txt_record_key: 'scalekit-domain-verification',
        txt_record_secret: expect.stringMatching(/^[0-9a-f]{64}$/),
        verification_status: 'AUTO_VERIFIED',
        verification_method: 'ADMIN',
        updated_at: expect.any(String),
      },
    });
    expect(created?.data).not.toHaveProperty('update_time');
    expect(deleted).toMatchObject({ type: 'organization.domain_deleted', data: { id: domain.id } });
  });

  it('tell of connections by create, switch and delete, not by update', async () => {
    const { call, acme, events, types } = await world();
    const path = `/api/v1/organizations/${acme.id}/connections`;
    const { connection } = (await call('POST', path, { provider: 'OKTA', type: 'SAML' })).body;
    const own = `${path}/${connection.id}`;
    await call('PATCH', own, {
      provider: 'OKTA',
      type: 'SAML',
      saml_config: { idp_metadata_url: 'https://okta.example/metadata' },
    });
    await call('PATCH', `${own}:enable`);
    await call('PATCH', `${own}:enable`);
    await call('PATCH', `${own}:disable`);
    await call('DELETE', own);
    expect(await types()).toEqual([
      'organization.sso_created',
      'organization.sso_enabled',
      'organization.sso_disabled',
      'organization.sso_deleted',
    ]);
    const [created, enabled, disabled] = await events();
    const data = {
      id: connection.id,
      organization_id: acme.id,
      connection_type: 'SAML',
      provider: 'OKTA',
    };
    expect(created).toMatchObject({ object: 'Connection', display_name: 'SSO Connection Created' });
    expect(created?.data).toEqual(data);
    expect(enabled?.data).toEqual({ ...data, enabled: true, status: 'COMPLETED' });
    expect(disabled?.data).toEqual({ ...data, enabled: false, status: 'COMPLETED' });
  });
});

describe('directory events', () => {
  it('tell of a first sync: users, groups, then memberships as user updates', async () => {
    const { acme, directory, events, types } = await world();
    const id = await directory();
    expect(await types()).toEqual([
      'organization.directory_enabled',
      'organization.directory.user_created',
      'organization.directory.user_created',
      'organization.directory.group_created',
      'organization.directory.user_updated',
      'organization.directory.user_updated',
    ]);
    const [enabled, created, , group, joined] = await events();
    expect(enabled).toMatchObject({
      object: 'Directory',
      data: { id, organization_id: acme.id, directory_type: 'SCIM', provider: 'OKTA', enabled: true },
    });
    expect(created).toMatchObject({ object: 'DirectoryUser', organization_id: acme.id });
    expect(created?.data).toMatchObject({ dp_id: '00u1ada', active: true, groups: [] });
    expect(created?.data).not.toHaveProperty('directory_id');
    expect(group).toMatchObject({
      object: 'DirectoryGroup',
      data: { directory_id: id, display_name: 'Engineering', external_id: null },
    });
    expect(joined?.data.groups).toEqual([{ id: group?.data.id, name: 'Engineering' }]);
  });

  it('tell of a change once, and of none when nothing changed', async () => {
    const { control, directory, events } = await world();
    const id = await directory();
    const before = (await events()).length;
    await control.updateDirectoryUser(id, '00u1ada', { active: false });
    await control.updateDirectoryUser(id, '00u1ada', { active: false });
    await control.deleteDirectoryUser(id, '00u1ben');
    const [deactivated, deleted, ...rest] = (await events()).slice(before);
    expect(rest).toEqual([]);
    expect(deactivated).toMatchObject({
      type: 'organization.directory.user_updated',
      data: { active: false, dp_id: '00u1ada' },
    });
    expect(deleted?.type).toBe('organization.directory.user_deleted');
    expect(deleted?.data).toEqual({
      id: expect.stringMatching(/^diruser_/),
      organization_id: expect.stringMatching(/^org_/),
      dp_id: '00u1ben',
      email: 'ben@acme.example',
    });
  });

  it('tell of a deleted group, then of every member', async () => {
    const { control, directory, events } = await world();
    const id = await directory();
    const before = await events();
    const group = before.find(({ type }) => type === 'organization.directory.group_created')?.data.id;
    await control.updateDirectoryGroup(id, group, { id: 'okta-engineering', name: 'Builders' });
    await control.deleteDirectoryGroup(id, group);
    const [renamed, deleted, ...members] = (await events()).slice(before.length);
    expect(renamed).toMatchObject({
      type: 'organization.directory.group_updated',
      data: { display_name: 'Builders', external_id: 'okta-engineering' },
    });
    expect(deleted?.type).toBe('organization.directory.group_deleted');
    expect(deleted?.data).toMatchObject({ id: group, dp_id: 'okta-engineering' });
    expect(deleted?.data).not.toHaveProperty('external_id');
    expect(members.map(({ type, data }) => [type, data.dp_id, data.groups])).toEqual([
      ['organization.directory.user_updated', '00u1ada', []],
      ['organization.directory.user_updated', '00u1ben', []],
    ]);
  });

  it('stop while the directory is disabled; its deletion is silent', async () => {
    const { call, control, acme, directory, types } = await world();
    const id = await directory();
    const before = (await types()).length;
    const own = `/api/v1/organizations/${acme.id}/directories/${id}`;
    await call('PATCH', `${own}:disable`);
    await control.updateDirectoryUser(id, '00u1ada', { title: 'Lead' });
    await call('DELETE', own);
    expect((await types()).slice(before)).toEqual(['organization.directory_disabled']);
  });
});

describe('user events', () => {
  it('tell of invitations and memberships, with organization and user', async () => {
    const { call, acme, globex, events, types } = await world();
    const created = await call('POST', `/api/v1/organizations/${acme.id}/users`, {
      email: 'eve@acme.example',
      user_profile: { given_name: 'Eve' },
    });
    const { id } = created.body.user;
    const other = `/api/v1/memberships/organizations/${globex.id}/users/${id}`;
    await call('POST', `${other}?send_invitation_email=false`, {});
    await call('PATCH', other, { roles: [{ name: 'admin' }] });
    await call('DELETE', other);
    await call('DELETE', `/api/v1/users/${id}`);
    expect(await types()).toEqual([
      'user.organization_invitation',
      'user.organization_membership_created',
      'user.organization_membership_updated',
      'user.organization_membership_deleted',
      'user.organization_membership_deleted',
    ]);
    const [invited, joined] = await events();
    expect(invited).toMatchObject({ object: 'OrgMembership', organization_id: acme.id });
    expect(invited?.data).toMatchObject({
      organization: { id: acme.id, metadata: null },
      user: {
        id,
        email: 'eve@acme.example',
        external_id: '',
        user_profile: { given_name: 'Eve', family_name: '', groups: null, custom_attributes: null },
      },
    });
    expect(invited?.data.user).not.toHaveProperty('memberships');
    expect(joined).toMatchObject({ organization_id: globex.id, data: { organization: { id: globex.id } } });
  });

  it('tell of logins and logouts in Full Stack Auth', async () => {
    const { emulator, control, acme, token, authorizationUrl, events, types } = await world({
      mode: 'full-stack-auth',
    });
    const callback = await control.signIn(authorizationUrl({ organization_id: acme.id }), {
      email: 'ada@acme.example',
    });
    const code = new URL(callback).searchParams.get('code') ?? '';
    const { id_token: idToken } = (
      await token({ grant_type: 'authorization_code', code, redirect_uri: redirectUri })
    ).body;
    const logout = `${emulator.url}/oidc/logout?id_token_hint=${idToken}`;
    for (let turn = 0; turn < 2; turn += 1) expect((await fetch(logout)).status).toBe(200);
    expect(await types()).toEqual(['user.organization_membership_created', 'user.login', 'user.logout']);
    const [, login, ended] = await events();
    const { sid, sub } = JSON.parse(Buffer.from(idToken.split('.')[1], 'base64url').toString());
    expect(login).toMatchObject({
      object: 'User',
      organization_id: acme.id,
      data: {
        user: { id: sub, email: 'ada@acme.example', last_login_time: expect.any(String) },
        user_session: {
          session_id: sid,
          user_id: sub,
          organization_id: acme.id,
          authenticated_organizations: [acme.id],
          status: 'ACTIVE',
          logout_at: null,
        },
      },
    });
    expect(ended?.data.user_session).toMatchObject({ session_id: sid, status: 'ACTIVE' });
  });

  it('are none in Modular SSO', async () => {
    const { control, acme, authorizationUrl, events } = await world();
    await control.signIn(authorizationUrl({ organization_id: acme.id }), { email: 'ada@acme.example' });
    expect(await events()).toEqual([]);
  });
});
