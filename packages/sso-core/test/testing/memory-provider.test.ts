import { createSso, SsoError } from '@org/sso-core';
import { createMemoryProvider, type MemoryOptions } from '@org/sso-core/testing';
import { expect, test } from 'vitest';

const login = {
  secrets: ['a-sealing-secret-of-at-least-32-characters'],
  redirectUri: 'http://localhost:3000/callback',
};

/** What the provider promises through its facets is checked by the contract suite; here is the world around it. */
function setUp(options: MemoryOptions = {}) {
  const { provider, world } = createMemoryProvider(options);
  const sso = createSso({ provider, login });
  const { id: organizationId } = world.createOrganization({ name: 'Acme', domains: ['Acme.example'] });
  return { sso, world, organizationId };
}

test('ids are the same in every run', () => {
  const [first, second] = [setUp(), setUp()];
  expect(first.world.organizations().map(({ id }) => id)).toEqual(['memory:org_1']);
  expect(second.world.organizations().map(({ id }) => id)).toEqual(['memory:org_1']);
});

test('two providers with ids of their own live side by side', async () => {
  const { sso, organizationId } = setUp({ id: 'old' });
  const other = createSso({ provider: createMemoryProvider({ id: 'new' }).provider });
  expect(organizationId).toBe('old:org_1');
  await expect(other.organizations.get(organizationId)).rejects.toMatchObject({ code: 'invalid_argument' });
  expect((await sso.organizations.get(organizationId)).name).toBe('Acme');
});

test('what is answered is a copy', async () => {
  const { sso, organizationId } = setUp();
  const organization = await sso.organizations.get(organizationId);
  organization.metadata['tier'] = 'gold';
  expect((await sso.organizations.get(organizationId)).metadata).toEqual({});
});

test('calls are recorded with operation and input, seeding is not', async () => {
  const { sso, world, organizationId } = setUp();
  await sso.organizations.get(organizationId);
  expect(world.calls).toEqual([{ operation: 'organizations.get', input: organizationId }]);
});

test('the next call fails as told, once', async () => {
  const { sso, world, organizationId } = setUp();
  world.failNext(new SsoError({ code: 'unavailable', message: 'down', retryable: true }));
  await expect(sso.organizations.get(organizationId)).rejects.toMatchObject({ code: 'unavailable' });
  expect((await sso.organizations.get(organizationId)).id).toBe(organizationId);
});

test('anybody can sign in by e-mail address, and known people keep their id', async () => {
  const { sso, world, organizationId } = setUp();
  world.createConnection({
    organizationId,
    identityProvider: 'okta',
    protocol: 'saml',
    users: [{ id: '00u1', email: 'ada@acme.example', firstName: 'Ada' }],
  });
  const signIn = async (answer: Parameters<typeof world.signIn>[1]) => {
    const { url, flow } = await sso.login.begin({ organization: organizationId });
    return (await sso.login.complete({ callback: world.signIn(url, answer), flow })).profile;
  };
  expect(await signIn({ email: 'ada@acme.example' })).toMatchObject({ idpId: '00u1', firstName: 'Ada' });
  expect(await signIn({ user: '00u1' })).toMatchObject({ email: 'ada@acme.example' });
  expect(await signIn({ email: 'ben@acme.example' })).toMatchObject({
    idpId: 'idp|ben@acme.example',
    firstName: null,
  });
  await expect(signIn({ user: '00u9' })).rejects.toThrow('has no user "00u9"');
});

test('an environment-level connection serves the identity-provider selector and belongs to no organization', async () => {
  const { sso, world } = setUp();
  const { id } = world.createConnection({
    organizationId: null,
    identityProvider: 'google',
    protocol: 'oauth',
  });
  const { url, flow } = await sso.login.begin({ identityProvider: 'google' });
  const result = await sso.login.complete({
    callback: world.signIn(url, { email: 'eve@gmail.example' }),
    flow,
  });
  expect(result).toMatchObject({ connectionId: id, organizationId: null });
});

test('two usable connections make an organization an ambiguous selector', async () => {
  const { sso, world, organizationId } = setUp();
  for (const identityProvider of ['okta', 'entra-id'])
    world.createConnection({ organizationId, identityProvider, protocol: 'saml' });
  const { url, flow } = await sso.login.begin({ organization: organizationId });
  const callback = world.signIn(url, { email: 'ada@acme.example' });
  await expect(sso.login.complete({ callback, flow })).rejects.toMatchObject({
    reason: 'ambiguous_selector',
  });
});

test('a domain becomes verified when its record is published and it is checked again', async () => {
  const { sso, world, organizationId } = setUp();
  const { id: domainId, status } = await sso.domains.create({ organizationId, domain: 'acme.test' });
  expect(status).toBe('pending');
  expect((await sso.domains.verify({ organizationId, domainId })).status).toBe('pending');
  world.publishDomain('acme.test');
  expect((await sso.domains.get({ organizationId, domainId })).status).toBe('pending');
  expect((await sso.domains.verify({ organizationId, domainId })).status).toBe('verified');
});

test('codes, links, invitations and tokens go by the injected clock', async () => {
  let now = Date.parse('2026-03-01T12:00:00Z');
  const { sso, world, organizationId } = setUp({ now: () => now });
  world.createConnection({ organizationId, identityProvider: 'okta', protocol: 'saml' });
  const member = await sso.users.create({ organizationId, email: 'ada@acme.example', sendInvitation: true });
  expect(member.invitation?.expiresAt).toBe('2026-03-08T12:00:00.000Z');
  const { expiresAt } = await sso.adminPortal.createLink({ organizationId, intent: 'sso' });
  expect(expiresAt).toBe('2026-03-01T12:01:00.000Z');
  const { url, flow } = await sso.login.begin({ organization: organizationId });
  const callback = world.signIn(url, { email: 'ada@acme.example' });
  now += 8 * 24 * 60 * 60_000;
  await expect(sso.login.complete({ callback, flow })).rejects.toMatchObject({ reason: 'code_rejected' });
  const ref = { organizationId, userId: member.user.id };
  await expect(sso.users.resendInvitation(ref)).rejects.toMatchObject({ code: 'failed_precondition' });
});

test('the world refuses what could not happen', () => {
  const { world, organizationId } = setUp();
  const email = 'nobody@acme.example';
  expect(() => world.acceptInvitation({ organizationId, email })).toThrow('has no pending invitation');
  expect(() => world.signIn('https://elsewhere.example/authorize', { email })).toThrow(
    'not made by this provider',
  );
  expect(() => world.startFromIdentityProvider({ connectionId: 'memory:conn_9' as never, email })).toThrow(
    'There is no connection',
  );
});

test('what happens in a directory is listed, streamed and delivered until acknowledged', async () => {
  const { sso, world, organizationId } = setUp();
  const { id: directoryId } = world.createDirectory({ organizationId, identityProvider: 'okta' });
  const ada = world.hire(directoryId, { id: '00u1', email: 'ada@acme.example', firstName: 'Ada' });
  const group = world.createGroup(directoryId, 'Engineering');
  world.addMember(group.id, ada.id);
  world.addMember(group.id, ada.id);
  world.renameGroup(group.id, 'Research');
  world.changePerson(ada.id, { lastName: 'Adams', status: 'inactive' });

  const listed = [];
  for await (const user of sso.directories.listUsers({ organizationId, directoryId })) listed.push(user);
  expect(listed).toMatchObject([
    { id: ada.id, name: 'Ada Adams', status: 'inactive', groups: [{ id: group.id, name: 'Research' }] },
  ]);

  world.deleteGroup(group.id);
  world.deletePerson(ada.id);
  const { events } = await sso.events.pull({ cursor: '0' });
  expect(events.map(({ type }) => type)).toEqual([
    'directory.activated',
    'directory.user.created',
    'directory.group.created',
    'directory.group.user_added',
    'directory.group.updated',
    'directory.user.updated',
    'directory.group.user_removed',
    'directory.group.deleted',
    'directory.user.deleted',
  ]);

  const received: unknown[] = [];
  let failures = 1;
  const receive = async (request: Request) => {
    const event = await sso.webhooks.receive(request);
    if (received.length === 4 && failures-- > 0) return new Response(null, { status: 503 });
    received.push(event);
    return new Response(null, { status: 202 });
  };
  expect(await world.deliverWebhooks(receive)).toBe(5);
  expect(await world.deliverWebhooks(receive)).toBe(0);
  expect(received).toEqual(events);
});

test('an event of an unknown type, or one that cannot be read, is unrecognized', async () => {
  const { sso, world } = setUp();
  world.recordEvent({ id: 'event_a', type: 'brand.new', data: { colour: 'blue' } });
  world.recordEvent({ id: 'event_b', type: 'directory.user.created', data: {} });
  const { events } = await sso.events.pull({ cursor: '0' });
  expect(events).toMatchObject([
    { id: 'event_a', type: 'unrecognized', data: { vendorType: 'brand.new', payload: { colour: 'blue' } } },
    { id: 'event_b', type: 'unrecognized', data: { vendorType: 'directory.user.created', payload: {} } },
  ]);
});

test('webhooks need a secret', () => {
  for (const webhookSecrets of [[], ['']]) {
    expect(() => createMemoryProvider({ webhookSecrets })).toThrow('at least one signing secret');
  }
});
