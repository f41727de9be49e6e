import { createHash } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { createScalekit } from '@org/sso-scalekit';
import {
  ConnectionProvider,
  ConnectionStatus,
  ConnectionType,
  CreateConnectionSchema,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/connections/connections_pb.js';
import {
  CreateDirectorySchema,
  DirectoryProvider,
  DirectoryType,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/directories/directories_pb.js';
import {
  DomainType,
  VerificationStatus,
} from '@scalekit-sdk/node/lib/pkg/grpc/scalekit/v1/domains/domains_pb.js';
import { decodeJwt } from 'jose';
import { expect } from 'vitest';
import { methodOf } from './reflection.js';
import { redirectUri, type ScalekitWorld } from './scalekit-world.js';
import { deliveryOf, receiveWebhooks } from './webhook-receiver.js';

type Call = (world: ScalekitWorld) => Promise<void>;

const person = {
  email: 'cleo@acme.example',
  externalId: 'user_cleo',
  userProfile: { firstName: 'Cleo', lastName: 'Clark' },
  metadata: { team: 'A-team' },
};

/** Cleo, a member of Acme. */
async function cleo({ scalekit, acme }: ScalekitWorld): Promise<string> {
  const { user } = await scalekit.user.createUserAndMembership(acme, {
    ...person,
    sendInvitationEmail: false,
  });
  return user?.id ?? '';
}

/** Cleo and an answer to a sign-in of Ada's. */
async function authenticate({ scalekit, acme, signIn }: ScalekitWorld) {
  const options = { organizationId: acme, scopes: ['openid', 'profile', 'email', 'offline_access'] };
  return scalekit.authenticateWithCode(
    await signIn(scalekit.getAuthorizationUrl(redirectUri, options)),
    redirectUri,
  );
}

async function refusal(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

const notFound = expect.objectContaining({ httpStatus: 404, errorCode: 'NOT_FOUND' });

/** The webhooks of some changes. */
async function webhooks({ emulator, scalekit, acme, directory }: ScalekitWorld) {
  const receiver = await receiveWebhooks();
  try {
    const { secret } = await emulator.control.createWebhookEndpoint({ url: receiver.url });
    await scalekit.organization.updateOrganization(acme, { displayName: 'Café Corp' });
    await emulator.control.updateDirectoryUser(directory, '00u2ben', { active: false });
    await emulator.control.flushWebhooks();
    expect(receiver.received.length).toBeGreaterThan(1);
    return receiver.received.map(({ headers, text }) => ({
      secret,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
      text,
    }));
  } finally {
    receiver.close();
  }
}

/** One call and what must come of it for every method of the SDK whose operation the emulator serves. */
export const scalekitCalls: Readonly<Record<string, Call>> = {
  'organization.createOrganization': async ({ scalekit }) => {
    const { organization } = await scalekit.organization.createOrganization('Initech', {
      externalId: 'tenant_initech',
      slug: 'initech',
    });
    expect(organization).toMatchObject({
      id: expect.stringMatching(/^org_\d+$/),
      displayName: 'Initech',
      externalId: 'tenant_initech',
      slug: 'initech',
    });
    expect(await refusal(scalekit.organization.createOrganization(''))).toMatchObject({
      httpStatus: 400,
      errorCode: 'INVALID_ARGUMENT',
    });
  },
  'organization.listOrganization': async ({ scalekit, acme, globex }) => {
    const first = await scalekit.organization.listOrganization({ pageSize: 1 });
    expect(first.totalSize).toBe(2);
    const second = await scalekit.organization.listOrganization({
      pageSize: 1,
      pageToken: first.nextPageToken,
    });
    expect([...first.organizations, ...second.organizations].map(({ id }) => id)).toEqual([globex, acme]);
    expect(second.nextPageToken).toBe('');
  },
  'organization.searchOrganization': async ({ scalekit, acme }) => {
    const { organizations } = await scalekit.organization.searchOrganization('acme', 10);
    expect(organizations.map(({ id }) => id)).toEqual([acme]);
  },
  'organization.getOrganization': async ({ scalekit, acme }) => {
    expect(await scalekit.organization.getOrganization(acme)).toMatchObject({
      organization: { id: acme, displayName: 'Acme Corp', externalId: 'tenant_acme' },
    });
    expect(await refusal(scalekit.organization.getOrganization('org_1'))).toEqual(notFound);
  },
  'organization.getOrganizationByExternalId': async ({ scalekit, acme }) => {
    expect(await scalekit.organization.getOrganizationByExternalId('tenant_acme')).toMatchObject({
      organization: { id: acme },
    });
  },
  'organization.updateOrganization': async ({ scalekit, acme }) => {
    expect(
      await scalekit.organization.updateOrganization(acme, {
        displayName: 'Acme Inc',
        metadata: { tier: 'gold' },
      }),
    ).toMatchObject({
      organization: {
        id: acme,
        displayName: 'Acme Inc',
        metadata: { tier: 'gold' },
        externalId: 'tenant_acme',
      },
    });
  },
  'organization.updateOrganizationByExternalId': async ({ scalekit, acme }) => {
    expect(
      await scalekit.organization.updateOrganizationByExternalId('tenant_acme', { displayName: 'Acme Inc' }),
    ).toMatchObject({ organization: { id: acme, displayName: 'Acme Inc' } });
  },
  'organization.deleteOrganization': async ({ scalekit, acme }) => {
    await scalekit.organization.deleteOrganization(acme);
    expect(await refusal(scalekit.organization.getOrganization(acme))).toEqual(notFound);
  },
  'organization.generatePortalLink': async ({ scalekit, acme }) => {
    await scalekit.organization.updateOrganizationSettings(acme, {
      features: [{ name: 'sso', enabled: true }],
    });
    const { location, expireTime } = await scalekit.organization.generatePortalLink(acme);
    expect(expireTime?.seconds).toBeGreaterThan(BigInt(Math.floor(Date.now() / 1000)));
    expect(await (await fetch(location)).text()).toContain('Acme Corp');
  },
  'organization.updateOrganizationSettings': async ({ scalekit, acme }) => {
    const features = [
      { name: 'sso', enabled: true },
      { name: 'dir_sync', enabled: false },
    ];
    const { organization } = await scalekit.organization.updateOrganizationSettings(acme, { features });
    expect(organization?.settings?.features).toEqual(
      expect.arrayContaining(features.map((feature) => expect.objectContaining(feature))),
    );
  },

  'domain.createDomain': async ({ scalekit, acme }) => {
    expect(
      await scalekit.domain.createDomain(acme, 'acme.test', { domainType: DomainType.ORGANIZATION_DOMAIN }),
    ).toMatchObject({
      domain: {
        domain: 'acme.test',
        organizationId: acme,
        domainType: DomainType.ORGANIZATION_DOMAIN,
        verificationStatus: VerificationStatus.AUTO_VERIFIED,
        txtRecordKey: expect.any(String),
      },
    });
  },
  'domain.getDomain': async ({ scalekit, acme }) => {
    const { domain } = await scalekit.domain.createDomain(acme, 'acme.test');
    expect((await scalekit.domain.getDomain(acme, domain?.id ?? '')).domain).toEqual(domain);
  },
  'domain.listDomains': async ({ scalekit, acme }) => {
    await scalekit.domain.createDomain(acme, 'acme.test', { domainType: 'ALLOWED_EMAIL_DOMAIN' });
    const { domains } = await scalekit.domain.listDomains(acme, { domainType: 'ALLOWED_EMAIL_DOMAIN' });
    expect(domains.map(({ domain }) => domain)).toEqual(['acme.test']);
    expect((await scalekit.domain.listDomains(acme)).domains).toHaveLength(2);
  },
  'domain.deleteDomain': async ({ scalekit, acme }) => {
    const { domain } = await scalekit.domain.createDomain(acme, 'acme.test');
    await scalekit.domain.deleteDomain(acme, domain?.id ?? '');
    expect(await refusal(scalekit.domain.getDomain(acme, domain?.id ?? ''))).toEqual(notFound);
  },

  'connection.createConnection': async ({ scalekit, acme }) => {
    const connection = create(CreateConnectionSchema, {
      provider: ConnectionProvider.MICROSOFT_AD,
      type: ConnectionType.OIDC,
    });
    expect(await scalekit.connection.createConnection(acme, connection)).toMatchObject({
      connection: {
        organizationId: acme,
        provider: ConnectionProvider.MICROSOFT_AD,
        type: ConnectionType.OIDC,
      },
    });
  },
  'connection.getConnection': async ({ scalekit, acme, okta }) => {
    expect(await scalekit.connection.getConnection(acme, okta)).toMatchObject({
      connection: {
        id: okta,
        organizationId: acme,
        provider: ConnectionProvider.OKTA,
        type: ConnectionType.SAML,
        status: ConnectionStatus.COMPLETED,
        enabled: true,
        domains: [{ domain: 'acme.example' }],
      },
    });
  },
  'connection.listConnections': async ({ scalekit, acme, okta }) => {
    const { connections } = await scalekit.connection.listConnections(acme);
    expect(connections).toMatchObject([
      { id: okta, organizationName: 'Acme Corp', domains: ['acme.example'], enabled: true },
    ]);
  },
  'connection.listConnectionsByDomain': async ({ scalekit, okta }) => {
    const { connections } = await scalekit.connection.listConnectionsByDomain('acme.example');
    expect(connections.map(({ id }) => id)).toEqual([okta]);
  },
  'connection.disableConnection': async ({ scalekit, acme, okta }) => {
    expect(await scalekit.connection.disableConnection(acme, okta)).toMatchObject({ enabled: false });
    expect((await scalekit.connection.listConnections(acme)).connections).toMatchObject([]);
  },
  'connection.enableConnection': async ({ scalekit, acme, okta }) => {
    await scalekit.connection.disableConnection(acme, okta);
    expect(await scalekit.connection.enableConnection(acme, okta)).toMatchObject({ enabled: true });
  },
  'connection.deleteConnection': async ({ scalekit, acme, okta }) => {
    await scalekit.connection.deleteConnection(acme, okta);
    expect(await refusal(scalekit.connection.getConnection(acme, okta))).toEqual(notFound);
  },

  'directory.listDirectories': async ({ scalekit, acme, directory }) => {
    const { directories } = await scalekit.directory.listDirectories(acme);
    expect(directories.map(({ id }) => id)).toEqual([directory]);
  },
  'directory.getDirectory': async ({ scalekit, acme, directory }) => {
    expect(await scalekit.directory.getDirectory(acme, directory)).toMatchObject({
      directory: {
        id: directory,
        organizationId: acme,
        name: 'Acme Okta SCIM',
        directoryType: DirectoryType.SCIM,
        directoryProvider: DirectoryProvider.OKTA,
        enabled: true,
        totalUsers: 2,
        totalGroups: 1,
      },
    });
  },
  'directory.getPrimaryDirectoryByOrganizationId': async ({ scalekit, acme, directory }) => {
    expect(await scalekit.directory.getPrimaryDirectoryByOrganizationId(acme)).toMatchObject({
      id: directory,
    });
  },
  'directory.listDirectoryUsers': async ({ scalekit, acme, directory }) => {
    const { users } = await scalekit.directory.listDirectoryUsers(acme, directory, { includeDetail: true });
    expect(new Set(users.map(({ email }) => email))).toEqual(
      new Set(['ada@acme.example', 'ben@acme.example']),
    );
    const ada = users.find(({ email }) => email === 'ada@acme.example');
    expect(ada).toMatchObject({
      givenName: 'Ada',
      familyName: 'Adams',
      groups: [{ displayName: 'Engineering' }],
      userDetail: { active: true, dp_id: '00u1ada', custom_attributes: { cost_center: 'R&D' } },
    });
    const { groups } = await scalekit.directory.listDirectoryGroups(acme, directory);
    const members = await scalekit.directory.listDirectoryUsers(acme, directory, {
      directoryGroupId: groups[0]?.id ?? '',
    });
    expect(members.users.map(({ id }) => id)).toEqual([ada?.id]);
    const later = { updatedAfter: new Date(Date.now() + 60_000).toISOString() };
    expect((await scalekit.directory.listDirectoryUsers(acme, directory, later)).users).toEqual([]);
    expect(
      await refusal(scalekit.directory.listDirectoryUsers(acme, directory, { pageSize: 31 })),
    ).toMatchObject({ httpStatus: 400 });
  },
  'directory.listDirectoryGroups': async ({ scalekit, acme, directory }) => {
    const { groups } = await scalekit.directory.listDirectoryGroups(acme, directory, { includeDetail: true });
    expect(groups).toMatchObject([{ displayName: 'Engineering', totalUsers: 1 }]);
  },
  'directory.disableDirectory': async ({ scalekit, acme, directory }) => {
    expect(await scalekit.directory.disableDirectory(acme, directory)).toMatchObject({ enabled: false });
  },
  'directory.enableDirectory': async ({ scalekit, acme, directory }) => {
    await scalekit.directory.disableDirectory(acme, directory);
    expect(await scalekit.directory.enableDirectory(acme, directory)).toMatchObject({ enabled: true });
  },
  'directory.createDirectory': async ({ scalekit, globex }) => {
    const directory = create(CreateDirectorySchema, {
      directoryType: DirectoryType.SCIM,
      directoryProvider: DirectoryProvider.MICROSOFT_AD,
    });
    expect(await scalekit.directory.createDirectory(globex, directory)).toMatchObject({
      directory: {
        organizationId: globex,
        directoryProvider: DirectoryProvider.MICROSOFT_AD,
      },
    });
  },
  'directory.deleteDirectory': async ({ scalekit, acme, directory }) => {
    expect(await refusal(scalekit.directory.deleteDirectory(acme, directory))).toMatchObject({
      httpStatus: 400,
    });
    await scalekit.directory.disableDirectory(acme, directory);
    await scalekit.directory.deleteDirectory(acme, directory);
    expect((await scalekit.directory.listDirectories(acme)).directories).toEqual([]);
  },

  'user.createUserAndMembership': async ({ scalekit, acme }) => {
    const { user } = await scalekit.user.createUserAndMembership(acme, person);
    expect(user).toMatchObject({
      id: expect.stringMatching(/^usr_\d+$/),
      email: person.email,
      externalId: 'user_cleo',
      metadata: person.metadata,
      userProfile: { givenName: 'Cleo', familyName: 'Clark' },
      memberships: [{ organizationId: acme }],
    });
  },
  'user.getUser': async (world) => {
    const id = await cleo(world);
    expect(await world.scalekit.user.getUser(id)).toMatchObject({ user: { id, email: person.email } });
    expect(await refusal(world.scalekit.user.getUser('usr_102701193205121289'))).toEqual(notFound);
  },
  'user.getUserByExternalId': async (world) => {
    const id = await cleo(world);
    expect(await world.scalekit.user.getUserByExternalId('user_cleo')).toMatchObject({ user: { id } });
  },
  'user.listUsers': async (world) => {
    const id = await cleo(world);
    const { users, totalSize } = await world.scalekit.user.listUsers({ pageSize: 10 });
    expect(users.map((user) => user.id)).toEqual([id]);
    expect(totalSize).toBe(1);
  },
  'user.searchUsers': async (world) => {
    const id = await cleo(world);
    const { users } = await world.scalekit.user.searchUsers('cleo', 10);
    expect(users.map((user) => user.id)).toEqual([id]);
  },
  'user.listOrganizationUsers': async (world) => {
    const id = await cleo(world);
    const { user } = world.scalekit;
    expect((await user.listOrganizationUsers(world.acme, { pageSize: 10 })).users).toMatchObject([{ id }]);
    expect((await user.listOrganizationUsers(world.globex)).users).toEqual([]);
  },
  'user.searchOrganizationUsers': async (world) => {
    const id = await cleo(world);
    const { users } = await world.scalekit.user.searchOrganizationUsers(world.acme, 'cleo', 10);
    expect(users.map((user) => user.id)).toEqual([id]);
  },
  'user.updateUser': async (world) => {
    const id = await cleo(world);
    expect(await world.scalekit.user.updateUser(id, { userProfile: { lastName: 'Crane' } })).toMatchObject({
      user: { id, userProfile: { givenName: 'Cleo', familyName: 'Crane' } },
    });
  },
  'user.updateUserByExternalId': async (world) => {
    const id = await cleo(world);
    expect(
      await world.scalekit.user.updateUserByExternalId('user_cleo', { metadata: { team: 'B-team' } }),
    ).toMatchObject({ user: { id, metadata: { team: 'B-team' } } });
  },
  'user.deleteUser': async (world) => {
    const id = await cleo(world);
    await world.scalekit.user.deleteUser(id);
    expect(await refusal(world.scalekit.user.getUser(id))).toEqual(notFound);
  },
  'user.deleteUserByExternalId': async (world) => {
    await cleo(world);
    await world.scalekit.user.deleteUserByExternalId('user_cleo');
    expect(await refusal(world.scalekit.user.getUserByExternalId('user_cleo'))).toEqual(notFound);
  },
  'user.createMembership': async (world) => {
    const id = await cleo(world);
    const { user } = await world.scalekit.user.createMembership(world.globex, id, {
      roles: ['admin'],
      sendInvitationEmail: false,
    });
    expect(user?.memberships.map(({ organizationId }) => organizationId)).toEqual([world.acme, world.globex]);
  },
  'user.createMembershipByExternalId': async (world) => {
    await cleo(world);
    const { user } = await world.scalekit.user.createMembershipByExternalId(world.globex, 'user_cleo', {
      sendInvitationEmail: false,
    });
    expect(user?.memberships).toHaveLength(2);
  },
  'user.updateMembership': async (world) => {
    const id = await cleo(world);
    const { user } = await world.scalekit.user.updateMembership(world.acme, id, { roles: ['admin'] });
    expect(user?.memberships).toMatchObject([{ roles: [{ name: 'admin' }] }]);
  },
  'user.updateMembershipByExternalId': async (world) => {
    await cleo(world);
    const { user } = await world.scalekit.user.updateMembershipByExternalId(world.acme, 'user_cleo', {
      metadata: { desk: 'left' },
    });
    expect(user?.memberships).toMatchObject([{ metadata: { desk: 'left' } }]);
  },
  'user.deleteMembership': async (world) => {
    const id = await cleo(world);
    await world.scalekit.user.deleteMembership(world.acme, id);
    expect((await world.scalekit.user.listOrganizationUsers(world.acme)).users).toEqual([]);
  },
  'user.deleteMembershipByExternalId': async (world) => {
    await cleo(world);
    await world.scalekit.user.deleteMembershipByExternalId(world.acme, 'user_cleo');
    expect((await world.scalekit.user.listOrganizationUsers(world.acme)).users).toEqual([]);
  },
  'user.resendInvite': async ({ scalekit, acme }) => {
    const { user } = await scalekit.user.createUserAndMembership(acme, {
      ...person,
      sendInvitationEmail: true,
    });
    expect(await scalekit.user.resendInvite(acme, user?.id ?? '')).toMatchObject({
      invite: { organizationId: acme, userId: user?.id, resentCount: 1 },
    });
  },
  'user.listUserRoles': async (world) => {
    const id = await cleo(world);
    expect(await world.scalekit.user.listUserRoles(world.acme, id)).toMatchObject({
      roles: [{ name: 'member' }],
    });
  },
  'user.assignUserRoles': async (world) => {
    const id = await cleo(world);
    const { roles } = await world.scalekit.user.assignUserRoles(world.acme, id, ['admin']);
    expect(roles.map(({ name }) => name)).toContain('admin');
  },
  'user.removeUserRole': async (world) => {
    const id = await cleo(world);
    await world.scalekit.user.assignUserRoles(world.acme, id, ['admin']);
    await world.scalekit.user.removeUserRole(world.acme, id, 'admin');
    const { roles } = await world.scalekit.user.listUserRoles(world.acme, id);
    expect(roles.map(({ name }) => name)).toEqual(['member']);
  },
  'user.listUserPermissions': async (world) => {
    const id = await cleo(world);
    expect((await world.scalekit.user.listUserPermissions(world.acme, id)).permissions).toEqual([]);
  },

  'events.listEventsPaginated': async ({ scalekit, acme }) => {
    await scalekit.organization.updateOrganization(acme, { displayName: 'Acme Inc' });
    await scalekit.organization.updateOrganization(acme, { displayName: 'Acme Ltd' });
    const filter = { eventTypes: ['organization.updated'], organizationId: acme };
    const first = await scalekit.events.listEventsPaginated(1, '', filter);
    expect(first.events).toMatchObject([
      { type: 'organization.updated', organizationId: acme, data: { display_name: 'Acme Ltd' } },
    ]);
    const second = await scalekit.events.listEventsPaginated(1, first.nextPageToken, filter);
    expect(second.events).toMatchObject([{ data: { display_name: 'Acme Inc' } }]);
    expect(second.nextPageToken).toBe('');
  },

  getAuthorizationUrl: async ({ scalekit, emulator, okta }) => {
    const url = scalekit.getAuthorizationUrl(redirectUri, {
      connectionId: okta,
      state: 'round trip',
      loginHint: 'ada@acme.example',
    });
    const callback = await emulator.control.signIn(url, { email: 'ada@acme.example' });
    expect(Object.fromEntries(new URL(callback).searchParams)).toEqual({
      code: expect.any(String),
      state: 'round trip',
    });
  },
  authenticateWithCode: async ({ scalekit, acme, okta, signIn }) => {
    const codeVerifier = 'a'.repeat(43);
    const url = scalekit.getAuthorizationUrl(redirectUri, {
      connectionId: okta,
      codeChallenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      codeChallengeMethod: 'S256',
    });
    const code = await signIn(url);
    const { user, idToken, accessToken, expiresIn } = await scalekit.authenticateWithCode(code, redirectUri, {
      codeVerifier,
    });
    expect(user).toMatchObject({ email: 'ada@acme.example', givenName: 'Ada', familyName: 'Adams' });
    expect(decodeJwt(idToken)).toMatchObject({ email: 'ada@acme.example', oid: acme });
    expect(decodeJwt(accessToken)).toMatchObject({ oid: acme });
    expect(expiresIn).toBe(299);
    expect(await refusal(scalekit.authenticateWithCode(code, redirectUri, { codeVerifier }))).toMatchObject({
      response: { status: 400, data: { error: 'invalid_grant' } },
    });
  },
  validateToken: async (world) => {
    const { scalekit, emulator, acme } = world;
    const { idToken } = await authenticate(world);
    const rules = { issuer: emulator.url, audience: [emulator.clientId] };
    expect(await scalekit.validateToken(idToken, rules)).toMatchObject({ oid: acme });
    expect(await refusal(scalekit.validateToken(idToken, { audience: ['skc_other'] }))).toMatchObject({
      name: 'ScalekitValidateTokenFailureException',
    });
  },
  validateAccessToken: async (world) => {
    const { accessToken } = await authenticate(world);
    expect(await world.scalekit.validateAccessToken(accessToken)).toBe(true);
    expect(await world.scalekit.validateAccessToken(`${accessToken.slice(0, -8)}AAAAAAAA`)).toBe(false);
  },
  refreshAccessToken: async (world) => {
    const { refreshToken } = await authenticate(world);
    const refreshed = await world.scalekit.refreshAccessToken(refreshToken);
    expect(refreshed.refreshToken).not.toBe(refreshToken);
    expect(await world.scalekit.validateAccessToken(refreshed.accessToken)).toBe(true);
    expect(await refusal(world.scalekit.refreshAccessToken(refreshToken))).toBeInstanceOf(Error);
  },
  getIdpInitiatedLoginClaims: async ({ scalekit, emulator, acme, okta }) => {
    const { location } = await emulator.control.startFromIdentityProvider(okta, {
      email: 'ada@acme.example',
      relayState: 'https://app.example/reports',
    });
    const token = new URL(location).searchParams.get('idp_initiated_login') ?? '';
    expect(await scalekit.getIdpInitiatedLoginClaims(token)).toMatchObject({
      connection_id: okta,
      organization_id: acme,
      login_hint: 'ada@acme.example',
      relay_state: 'https://app.example/reports',
    });
  },
  getLogoutUrl: async (world) => {
    const { idToken } = await authenticate(world);
    const url = world.scalekit.getLogoutUrl({
      idTokenHint: idToken,
      postLogoutRedirectUri: 'http://localhost:3000/',
      state: 'bye',
    });
    const response = await fetch(url, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([
      302,
      'http://localhost:3000/?state=bye',
    ]);
  },
  generateClientToken: async ({ scalekit, emulator }) => {
    const token = await scalekit.generateClientToken(emulator.clientId, emulator.clientSecret);
    expect(decodeJwt(token)).toMatchObject({ sub: emulator.clientId });
    expect(await refusal(scalekit.generateClientToken(emulator.clientId, 'test_other'))).toMatchObject({
      httpStatus: 401,
    });
  },
  getClientAccessToken: async ({ scalekit, emulator }) => {
    expect(decodeJwt(await scalekit.getClientAccessToken())).toMatchObject({ sub: emulator.clientId });
  },
  verifyWebhookPayload: async (world) => {
    for (const { secret, headers, text } of await webhooks(world)) {
      expect(world.scalekit.verifyWebhookPayload(secret, headers, text)).toBe(true);
      expect(() => world.scalekit.verifyWebhookPayload(secret, headers, `${text} `)).toThrow(
        'Invalid Signature',
      );
    }
  },
  computeSignature: async ({ scalekit, emulator }) => {
    const secret = `whsec_${Buffer.from('thirty-two bytes of shared secret').toString('base64')}`;
    const body = JSON.stringify({
      id: 'evt_1',
      type: 'organization.created',
      data: { display_name: 'Café Corp' },
    });
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = methodOf(scalekit, 'computeSignature')(
      Buffer.from(secret.slice('whsec_'.length), 'base64'),
      `msg_1.${timestamp}.${body}`,
    );
    const provider = createScalekit({
      environmentUrl: emulator.url,
      clientId: emulator.clientId,
      clientSecret: emulator.clientSecret,
      webhooks: { secrets: [secret] },
    });
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${String(signature)}`,
    };
    expect(provider.webhooks.verify(deliveryOf(headers, body))).toEqual({ payload: JSON.parse(body) });
    expect(() => provider.webhooks.verify(deliveryOf(headers, body.replace('Café', 'Cafe')))).toThrow(
      expect.objectContaining({ reason: 'signature_mismatch' }),
    );
  },
};
