import { describe, expect, it } from 'vitest';
import { Collection } from '../src/kernel/collection.js';
import { listPage } from '../src/workos/paging.js';
import { type Answer, answer, call, workos, world } from './support.js';

const frozen = '2026-03-01T12:00:00.000Z';

describe('every answer', () => {
  it('needs the API key and carries a request id', async () => {
    const emulator = await workos();
    for (const path of ['/organizations', '/connections', '/user_management/users', '/nowhere']) {
      const refused = await answer(await fetch(`${emulator.url}${path}`));
      expect([refused.status, refused.body]).toEqual([401, { message: 'Unauthorized' }]);
      expect(refused.headers.get('x-request-id')).not.toBeNull();
    }
    const unknown = await call(emulator, 'GET', '/nowhere');
    expect([unknown.status, unknown.body]).toEqual([404, { message: 'Not Found' }]);
  });
});

describe('organizations', () => {
  it('are created, read, changed and deleted', async () => {
    const emulator = await workos({ clock: frozen });
    const created = await call(emulator, 'POST', '/organizations', {
      name: 'Initech',
      domain_data: [{ domain: 'Initech.example', state: 'verified' }],
      metadata: { tier: 'gold' },
      external_id: 'tenant 1/a',
      domains: null,
      allow_profiles_outside_organization: null,
    });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      object: 'organization',
      id: expect.stringMatching(/^org_[0-9A-HJKMNP-TV-Z]{26}$/),
      name: 'Initech',
      domains: [
        {
          object: 'organization_domain',
          id: expect.stringMatching(/^org_domain_[0-9A-HJKMNP-TV-Z]{26}$/),
          organization_id: created.body.id,
          domain: 'initech.example',
          state: 'verified',
          verification_prefix: expect.stringMatching(/^superapp-domain-verification-/),
          verification_token: expect.any(String),
          verification_strategy: 'manual',
          created_at: frozen,
          updated_at: frozen,
        },
      ],
      metadata: { tier: 'gold' },
      external_id: 'tenant 1/a',
      allow_profiles_outside_organization: false,
      created_at: frozen,
      updated_at: frozen,
    });
    const path = `/organizations/${created.body.id}`;
    const byExternalId = await call(
      emulator,
      'GET',
      `/organizations/external_id/${encodeURIComponent('tenant 1/a')}`,
    );
    expect(byExternalId.body).toEqual(created.body);

    await emulator.control.advanceClock(1000);
    const changed = await call(emulator, 'PUT', path, {
      name: 'Initrode',
      metadata: { tier: null, region: 'eu' },
      domain_data: [{ domain: 'initech.example', state: 'pending' }],
      stripe_customer_id: 'cus_1',
    });
    expect(changed.body).toMatchObject({
      name: 'Initrode',
      metadata: { region: 'eu' },
      stripe_customer_id: 'cus_1',
      updated_at: '2026-03-01T12:00:01.000Z',
    });
    expect(changed.body.domains).toHaveLength(1);
    expect(changed.body.domains[0]).toMatchObject({ state: 'pending', verification_strategy: 'dns' });
    expect(changed.body.domains[0].id).not.toBe(created.body.domains[0].id);
    expect((await call(emulator, 'PUT', path, { metadata: {}, external_id: null })).body).toMatchObject({
      metadata: {},
      external_id: null,
    });
    expect((await call(emulator, 'GET', '/organizations/external_id/tenant%201%2Fa')).status).toBe(404);

    const deleted = await call(emulator, 'DELETE', path);
    expect([deleted.status, deleted.text]).toEqual([202, 'Accepted']);
    expect(deleted.headers.get('content-type')).toMatch(/^text\/plain/);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const gone = await call(emulator, method, path);
      expect([gone.status, gone.body]).toEqual([404, { message: 'Not Found' }]);
    }
  });

  it('take their connections, domains and memberships with them', async () => {
    const emulator = await workos();
    const { acme, okta } = world(emulator);
    const { body: organization } = await call(emulator, 'GET', `/organizations/${acme.id}`);
    await call(emulator, 'DELETE', `/organizations/${acme.id}`);
    expect((await call(emulator, 'GET', `/connections/${okta.id}`)).status).toBe(404);
    expect((await call(emulator, 'GET', `/organization_domains/${organization.domains[0].id}`)).status).toBe(
      404,
    );
    const again = { name: 'Acme', external_id: 'tenant_acme', domain_data: organization.domains };
    expect((await call(emulator, 'POST', '/organizations', again)).status).toBe(201);
  });

  it.each<[string, object, number, object]>([
    ['no name', {}, 422, { message: 'Validation failed', errors: [{ field: 'name', code: 'required' }] }],
    [
      'a wrong name',
      { name: 1 },
      422,
      { message: 'Validation failed', errors: [{ field: 'name', code: 'name must be a string' }] },
    ],
    [
      'a used external id',
      { name: 'x', external_id: 'tenant_acme' },
      400,
      { code: 'external_id_already_used', message: 'Request could not be processed.' },
    ],
    [
      'metadata that are not strings',
      { name: 'x', metadata: { seats: 3 } },
      400,
      { code: 'invalid_metadata', message: 'Request could not be processed.' },
    ],
    [
      'a domain in use',
      { name: 'x', domain_data: [{ domain: 'acme.example', state: 'verified' }] },
      409,
      { message: 'An Organization with the domain acme.example already exists.' },
    ],
    [
      'a consumer domain',
      { name: 'x', domains: ['gmail.com'] },
      422,
      {
        message: 'Validation failed',
        errors: [{ field: 'domains', code: 'gmail.com is a consumer domain' }],
      },
    ],
  ])('with %s are refused and leave nothing behind', async (_name, body, status, error) => {
    const emulator = await workos();
    const refused = await call(emulator, 'POST', '/organizations', body);
    expect([refused.status, refused.body]).toEqual([status, error]);
    expect(emulator.organizations()).toHaveLength(2);
  });

  it('are found by domain, in every array encoding, and by name', async () => {
    const emulator = await workos();
    const names = async (query: string) =>
      (await call(emulator, 'GET', `/organizations?${query}`)).body.data.map(
        ({ name }: { name: string }) => name,
      );
    expect(await names('domains=acme.example')).toEqual(['Acme Corp']);
    expect(await names('domains=acme.example%2Cglobex.example&order=asc')).toEqual(['Acme Corp', 'Globex']);
    expect(await names('domains=acme.example&domains=globex.example')).toHaveLength(2);
    expect(await names('domains[]=acme.example&domains[]=globex.example')).toHaveLength(2);
    expect(await names('search=glo')).toEqual(['Globex']);
  });

  it('without a JSON object as body are refused', async () => {
    const emulator = await workos();
    for (const body of ['{', '[]']) {
      const response = await fetch(`${emulator.url}/organizations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${emulator.apiKey}` },
        body,
      });
      expect(response.status).toBe(400);
      expect(await response.json()).toHaveProperty('message');
    }
  });
});

describe('lists', () => {
  const seed = { organizations: [], generate: { organizations: 25 } };
  const numbers = ({ body }: Answer): number[] =>
    body.data.map(({ name }: { name: string }) => Number(name.split(' ')[1]));
  const range = (from: number, to: number): number[] =>
    Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + Math.sign(to - from) * index);

  it('are 10 objects of the newest first, and follow `after` to the end', async () => {
    const emulator = await workos({ seed });
    const first = await call(emulator, 'GET', '/organizations');
    expect(first.body.object).toBe('list');
    expect(numbers(first)).toEqual(range(25, 16));
    expect(first.body.list_metadata).toEqual({ before: null, after: first.body.data[9].id });
    const second = await call(emulator, 'GET', `/organizations?after=${first.body.list_metadata.after}`);
    expect(numbers(second)).toEqual(range(15, 6));
    const last = await call(emulator, 'GET', `/organizations?after=${second.body.list_metadata.after}`);
    expect(numbers(last)).toEqual(range(5, 1));
    expect(last.body.list_metadata).toEqual({ before: last.body.data[0].id, after: null });
    const back = await call(emulator, 'GET', `/organizations?before=${last.body.list_metadata.before}`);
    expect(numbers(back)).toEqual(range(15, 6));
  });

  it('go both ways in ascending order', async () => {
    const emulator = await workos({ seed });
    const first = await call(emulator, 'GET', '/organizations?order=asc&limit=20');
    expect(numbers(first)).toEqual(range(1, 20));
    const { after } = first.body.list_metadata;
    expect(numbers(await call(emulator, 'GET', `/organizations?order=asc&after=${after}`))).toEqual(
      range(21, 25),
    );
    expect(numbers(await call(emulator, 'GET', `/organizations?order=asc&limit=3&before=${after}`))).toEqual(
      range(17, 19),
    );
  });

  it('swap their cursors in normal order', async () => {
    const emulator = await workos({ seed });
    const first = await call(emulator, 'GET', '/organizations?order=normal&limit=20');
    expect(numbers(first)).toEqual(range(25, 6));
    expect(first.body.list_metadata.after).toBeNull();
    const older = await call(
      emulator,
      'GET',
      `/organizations?order=normal&before=${first.body.list_metadata.before}`,
    );
    expect(numbers(older)).toEqual(range(5, 1));
    expect(older.body.list_metadata.before).toBeNull();
  });

  it('stay whole while objects before the cursor come and go', async () => {
    const emulator = await workos({ seed });
    const first = await call(emulator, 'GET', '/organizations?limit=10');
    await call(emulator, 'DELETE', `/organizations/${first.body.data[2].id}`);
    await call(emulator, 'POST', '/organizations', { name: 'Generated 26' });
    const next = await call(
      emulator,
      'GET',
      `/organizations?limit=10&after=${first.body.list_metadata.after}`,
    );
    expect(numbers(next)).toEqual(range(15, 6));
  });

  it('refuse limits and orders that do not exist, and start over at an unknown cursor', async () => {
    const emulator = await workos({ seed });
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'order=up']) {
      expect((await call(emulator, 'GET', `/organizations?${query}`)).status).toBe(422);
    }
    expect(numbers(await call(emulator, 'GET', '/organizations?after=org_0'))).toEqual(range(25, 16));
  });

  it('look at no more objects than the page and its neighbours, wherever it is', () => {
    const objects = new Collection<{ id: string }>();
    for (let number = 0; number < 100_000; number += 1) objects.add({ id: `object_${number}` });
    for (const cursor of ['', '?after=object_50000', '?before=object_50000&order=asc']) {
      let looks = 0;
      const url = new URL(`http://127.0.0.1/objects${cursor}`);
      const request = { method: 'GET', url, params: {}, headers: {}, body: Buffer.of() };
      const { body } = listPage(
        { ...request, json: () => undefined, form: () => new URLSearchParams() },
        objects,
        () => (looks += 1) > 0,
        (object) => object,
      );
      expect(body).toMatchObject({ data: { length: 10 } });
      expect(looks).toBeLessThanOrEqual(12);
    }
  });
});

describe('organization domains', () => {
  it('are added, verified out of band and deleted', async () => {
    const emulator = await workos();
    const { acme } = world(emulator);
    const given = { organization_id: acme.id, domain: 'acme.test' };
    const created = await call(emulator, 'POST', '/organization_domains', given);
    expect([created.status, created.body.state, created.body.verification_strategy]).toEqual([
      201,
      'pending',
      'dns',
    ]);
    const path = `/organization_domains/${created.body.id}`;
    expect((await call(emulator, 'GET', path)).body).toEqual(created.body);

    const again = await call(emulator, 'POST', '/organization_domains', given);
    expect([again.status, again.body]).toEqual([
      409,
      { code: 'domain_already_exists', message: 'Domain already exists for this organization.' },
    ]);
    const started = await call(emulator, 'POST', `${path}/verify`);
    expect([started.status, started.body.state]).toEqual([201, 'pending']);

    const verified = (await call(emulator, 'GET', `/organizations/${acme.id}`)).body.domains[0];
    const refused = await call(emulator, 'POST', `/organization_domains/${verified.id}/verify`);
    expect([refused.status, refused.body]).toEqual([
      400,
      { code: 'domain_already_verified', message: 'Domain is already verified.' },
    ]);

    const deleted = await call(emulator, 'DELETE', path);
    expect([deleted.status, deleted.text]).toEqual([204, '']);
    const gone = await call(emulator, 'GET', path);
    expect([gone.status, gone.body.code, gone.body.entity_id]).toEqual([
      404,
      'entity_not_found',
      created.body.id,
    ]);
  });
});

describe('connections', () => {
  it('have the documented shape, and are listed by filter', async () => {
    const emulator = await workos({ clock: frozen });
    const { acme, okta } = world(emulator);
    const { body } = await call(emulator, 'GET', `/connections/${okta.id}`);
    expect(body).toEqual({
      object: 'connection',
      id: okta.id,
      organization_id: acme.id,
      connection_type: 'OktaSAML',
      name: 'Acme Okta',
      state: 'active',
      status: 'linked',
      domains: [
        { object: 'connection_domain', id: expect.stringMatching(/^org_domain_/), domain: 'acme.example' },
      ],
      created_at: frozen,
      updated_at: frozen,
    });
    const ids = async (query: string) =>
      (await call(emulator, 'GET', `/connections?${query}`)).body.data.map(({ id }: { id: string }) => id);
    for (const query of [
      `organization_id=${acme.id}`,
      'connection_type=OktaSAML',
      'domain=acme.example',
      'search=okta',
    ]) {
      expect(await ids(query)).toEqual([okta.id]);
    }
    expect(await ids('order=asc')).toHaveLength(2);
  });

  it('are deleted with 204', async () => {
    const emulator = await workos();
    const path = `/connections/${world(emulator).okta.id}`;
    expect((await call(emulator, 'DELETE', path)).status).toBe(204);
    const gone = await call(emulator, 'DELETE', path);
    expect([gone.status, gone.body]).toEqual([404, { message: 'Not Found' }]);
  });

  it('are not created by the API: the write API is behind a flag', async () => {
    const emulator = await workos();
    const refused = await call(emulator, 'POST', '/connections', {
      organization_id: world(emulator).acme.id,
    });
    expect([refused.status, refused.body]).toEqual([
      404,
      {
        message:
          'This endpoint is part of the Connections API migration capabilities, which are not enabled for your environment.',
      },
    ]);
  });
});

describe('an idempotency key', () => {
  it('replays an equal payload, refuses another, and expires after 24 hours', async () => {
    const emulator = await workos({ clock: frozen });
    const post = async (body: object, key = 'bar') =>
      call(emulator, 'POST', '/organizations', body, { 'idempotency-key': key });
    const first = await post({ name: 'Initech', metadata: { a: '1', b: '2' } });
    const replay = await post({ metadata: { b: '2', a: '1' }, name: 'Initech' });
    expect([replay.status, replay.body]).toEqual([201, first.body]);
    const other = await post({ name: 'Initrode' });
    expect([other.status, other.body]).toEqual([
      400,
      {
        message:
          'Another idempotency key (bar) with different request parameters was found. Please use a different idempotency key.',
      },
    ]);
    expect((await post({ name: 'Initrode' }, 'baz')).status).toBe(201);
    await emulator.control.advanceClock(24 * 60 * 60_000);
    const later = await post({ name: 'Initech', metadata: { a: '1', b: '2' } });
    expect(later.body.id).not.toBe(first.body.id);
  });

  it('of a refused request can be used again', async () => {
    const emulator = await workos();
    const key = { 'idempotency-key': 'k' };
    expect((await call(emulator, 'POST', '/organizations', {}, key)).status).toBe(422);
    expect((await call(emulator, 'POST', '/organizations', { name: 'Initech' }, key)).status).toBe(201);
  });
});

describe('users', () => {
  it('are created, found, changed and deleted', async () => {
    const emulator = await workos({ clock: frozen });
    const created = await call(emulator, 'POST', '/user_management/users', {
      email: 'dora@initech.example',
      first_name: 'Dora',
      external_id: 'u1',
    });
    expect(created.status).toBe(201);
    expect(created.body).toEqual({
      object: 'user',
      id: expect.stringMatching(/^user_/),
      first_name: 'Dora',
      last_name: null,
      name: 'Dora',
      profile_picture_url: null,
      email: 'dora@initech.example',
      email_verified: false,
      external_id: 'u1',
      metadata: {},
      last_sign_in_at: null,
      locale: null,
      created_at: frozen,
      updated_at: frozen,
    });
    const path = `/user_management/users/${created.body.id}`;
    expect((await call(emulator, 'GET', '/user_management/users/external_id/u1')).body).toEqual(created.body);
    const listed = await call(emulator, 'GET', '/user_management/users?email=DORA%40initech.example');
    expect(listed.body.data).toEqual([created.body]);
    const changed = await call(emulator, 'PUT', path, { last_name: 'Dean', metadata: { a: 'b' } });
    expect(changed.body).toMatchObject({ name: 'Dora Dean', metadata: { a: 'b' } });
    const deleted = await call(emulator, 'DELETE', path);
    expect([deleted.status, deleted.text]).toEqual([200, '']);
    const gone = await call(emulator, 'GET', path);
    expect([gone.status, gone.body]).toEqual([
      404,
      {
        message: `User not found: '${created.body.id}'.`,
        code: 'entity_not_found',
        entity_id: created.body.id,
      },
    ]);
  });

  it('need an e-mail address nobody else has', async () => {
    const emulator = await workos();
    const missing = await call(emulator, 'POST', '/user_management/users', {});
    expect([missing.status, missing.body]).toEqual([
      422,
      {
        code: 'invalid_request_parameters',
        message: 'Validation failed',
        errors: [{ code: 'email_string_required', message: 'Email should be a non-empty string.' }],
      },
    ]);
    await call(emulator, 'POST', '/user_management/users', { email: 'dora@initech.example' });
    const taken = await call(emulator, 'POST', '/user_management/users', { email: 'Dora@initech.example' });
    expect([taken.status, taken.body.code]).toEqual([400, 'user_creation_error']);
  });
});

describe('memberships', () => {
  it('are listed active only by default, and are switched off and on', async () => {
    const emulator = await workos();
    const { acme } = world(emulator);
    const user = (await call(emulator, 'POST', '/user_management/users', { email: 'dora@acme.example' }))
      .body;
    const base = '/user_management/organization_memberships';
    const created = await call(emulator, 'POST', base, { user_id: user.id, organization_id: acme.id });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      object: 'organization_membership',
      user_id: user.id,
      organization_id: acme.id,
      organization_name: 'Acme Corp',
      status: 'active',
      role: { slug: 'member' },
      roles: [{ slug: 'member' }],
      user: { id: user.id },
    });
    const path = `${base}/${created.body.id}`;
    const count = async (query: string) =>
      (await call(emulator, 'GET', `${base}?organization_id=${acme.id}${query}`)).body.data.length;
    expect((await call(emulator, 'PUT', `${path}/deactivate`)).body.status).toBe('inactive');
    expect([await count(''), await count('&statuses=inactive%2Cpending')]).toEqual([0, 1]);
    const revived = await call(emulator, 'POST', base, { user_id: user.id, organization_id: acme.id });
    expect([revived.status, revived.body.id, revived.body.status]).toEqual([201, created.body.id, 'active']);
    expect((await call(emulator, 'PUT', path, { role_slug: 'admin' })).body.role).toEqual({ slug: 'admin' });
    const wrongRole = await call(emulator, 'PUT', path, { role_slug: 'king' });
    expect([wrongRole.status, wrongRole.body]).toEqual([
      422,
      { code: 'invalid_role', message: "Role 'king' is not a valid role." },
    ]);
    expect((await call(emulator, 'DELETE', path)).status).toBe(200);
    const unfiltered = await call(emulator, 'GET', base);
    expect([unfiltered.status, unfiltered.body.code]).toEqual([400, 'missing_user_id_or_organization_id']);
  });
});

describe('invitations', () => {
  it('are sent, resent and accepted into a membership', async () => {
    const emulator = await workos({ clock: frozen });
    const { acme } = world(emulator);
    const base = '/user_management/invitations';
    const sent = await call(emulator, 'POST', base, {
      email: 'dora@acme.example',
      organization_id: acme.id,
      role_slug: 'admin',
    });
    expect(sent.status).toBe(201);
    expect(sent.body).toMatchObject({
      object: 'invitation',
      state: 'pending',
      expires_at: '2026-03-08T12:00:00.000Z',
      accepted_user_id: null,
      accept_invitation_url: expect.stringContaining(sent.body.token),
    });
    const again = await call(emulator, 'POST', base, {
      email: 'dora@acme.example',
      organization_id: acme.id,
    });
    expect([again.status, again.body.code]).toEqual([400, 'email_already_invited_to_organization']);
    expect((await call(emulator, 'GET', `${base}/by_token/${sent.body.token}`)).body).toEqual(sent.body);
    const path = `${base}/${sent.body.id}`;
    expect((await call(emulator, 'POST', `${path}/resend`)).status).toBe(200);
    const accepted = await call(emulator, 'POST', `${path}/accept`);
    expect(accepted.body).toMatchObject({ state: 'accepted', accepted_at: frozen });
    const memberships = await call(
      emulator,
      'GET',
      `/user_management/organization_memberships?user_id=${accepted.body.accepted_user_id}`,
    );
    expect(memberships.body.data).toMatchObject([{ organization_id: acme.id, role: { slug: 'admin' } }]);
    for (const [verb, code] of [
      ['accept', 'invite_has_accepted_user_id'],
      ['resend', 'invite_accepted'],
      ['revoke', 'invite_not_pending'],
    ]) {
      const refused = await call(emulator, 'POST', `${path}/${verb}`);
      expect([refused.status, refused.body]).toEqual([
        400,
        { code, message: 'Request could not be processed.' },
      ]);
    }
  });

  it('are revoked, and expire by themselves', async () => {
    const emulator = await workos({ clock: frozen });
    const base = '/user_management/invitations';
    const send = async (email: string, days?: number) =>
      call(emulator, 'POST', base, { email, ...(days === undefined ? {} : { expires_in_days: days }) });
    const first = await send('a@acme.example');
    const revoked = await call(emulator, 'POST', `${base}/${first.body.id}/revoke`);
    expect(revoked.body).toMatchObject({ state: 'revoked', revoked_at: frozen });
    const second = await send('b@acme.example', 1);
    await emulator.control.advanceClock(24 * 60 * 60_000);
    expect((await call(emulator, 'GET', `${base}/${second.body.id}`)).body.state).toBe('expired');
    const resent = await call(emulator, 'POST', `${base}/${second.body.id}/resend`);
    expect(resent.body.code).toBe('invite_expired');
    expect((await send('c@acme.example', 0)).body.code).toBe('expires_in_days_too_short');
    expect((await send('c@acme.example', 31)).body.code).toBe('expires_in_days_too_long');
  });
});

describe('redirect URIs', () => {
  it('are listed, added once and deleted, the default aside', async () => {
    const emulator = await workos({ seed: { organizations: [], redirectUris: ['https://app.example/cb'] } });
    const base = '/user_management/redirect_uris';
    const { body } = await call(emulator, 'GET', base);
    expect(body.data).toMatchObject([
      { object: 'redirect_uri', uri: 'https://app.example/cb', default: true },
    ]);
    const added = await call(emulator, 'POST', base, { uri: 'https://app.example/two' });
    expect([added.status, added.body.default]).toEqual([201, false]);
    expect((await call(emulator, 'POST', base, { uri: 'https://app.example/two' })).status).toBe(422);
    expect((await call(emulator, 'DELETE', `${base}/${added.body.id}`)).status).toBe(204);
    expect((await call(emulator, 'DELETE', `${base}/${body.data[0].id}`)).status).toBe(409);
  });
});
