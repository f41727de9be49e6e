import { startWorkosEmulator } from '@org/sso-emulators';
import { createWorkos } from '@org/sso-workos';
import { ConnectionType, GeneratePortalLinkIntent } from '@workos-inc/node';
import { expect } from 'vitest';
import { tellWorkosStory, workosCall } from '../specification/workos-story.js';
import { deliveryOf, receiveWebhooks } from './webhook-receiver.js';
import { redirectUri, sha256, type WorkosWorld } from './workos-world.js';

type Call = (world: WorkosWorld) => Promise<void>;

const user = {
  email: 'cleo@acme.example',
  firstName: 'Cleo',
  externalId: 'user_cleo',
  metadata: { team: 'A' },
};

async function member({ workos, acme }: WorkosWorld) {
  const { id: userId } = await workos.userManagement.createUser(user);
  return workos.userManagement.createOrganizationMembership({ organizationId: acme.id, userId });
}

async function invitation({ workos, acme }: WorkosWorld) {
  return workos.userManagement.sendInvitation({ email: 'dora@acme.example', organizationId: acme.id });
}

async function ids<T extends { readonly id: string }>(list: Promise<{ autoPagination(): Promise<T[]> }>) {
  return (await (await list).autoPagination()).map(({ id }) => id);
}

async function refusal(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Documented types this version of the SDK answers `undefined` for. */
const eventsTheSdkLacks = new Set([
  'authentication.sso_started',
  'connection.saml_certificate_renewal_required',
  'connection.saml_certificate_renewed',
]);

/** The webhooks of a story, signed by the SDK's clock. */
async function webhooks() {
  const emulator = await startWorkosEmulator({ webhooks: { automatic: false } });
  const receiver = await receiveWebhooks();
  try {
    const { secret } = await emulator.control.createWebhookEndpoint({ url: receiver.url });
    await tellWorkosStory(emulator, workosCall(emulator));
    await emulator.control.flushWebhooks();
    const received = receiver.received.map(({ headers, text }) => ({
      sigHeader: String(headers['workos-signature']),
      payload: JSON.parse(text) as Record<string, unknown>,
      secret,
    }));
    expect(received.length).toBeGreaterThan(30);
    return received;
  } finally {
    receiver.close();
    await emulator.close();
  }
}

const auditSchema = {
  action: 'sso.delete_connection',
  actor: { metadata: { role: 'string' } },
  targets: [{ type: 'sso_connection', metadata: { connection_type: 'string' } }],
  metadata: { attempts: 'number' },
};

const auditEvent = {
  action: 'sso.delete_connection',
  occurredAt: new Date('2026-03-01T11:59:00.000Z'),
  version: 1,
  actor: { type: 'user', id: 'user_1', name: 'Ada', metadata: { role: 'admin' } },
  targets: [{ type: 'sso_connection', id: 'conn_1', metadata: { connection_type: 'OktaSAML' } }],
  context: { location: '203.0.113.9', userAgent: 'Chrome/104.0.0.0' },
  metadata: { attempts: 2 },
};

const { action: _action, ...auditTypes } = auditSchema;

function auditRange(organizationId: string) {
  return {
    organizationId,
    rangeStart: new Date('2026-03-01T00:00:00.000Z'),
    rangeEnd: new Date('2026-03-02T00:00:00.000Z'),
  };
}

const notFound = expect.objectContaining({ status: 404 });

/** One call and what must come of it for every method of the SDK whose operation the emulator serves. */
export const workosCalls: Readonly<Record<string, Call>> = {
  'organizations.listOrganizations': async ({ workos, acme, globex }) => {
    const first = await workos.organizations.listOrganizations({ limit: 1 });
    const { after } = first.listMetadata;
    const second = await workos.organizations.listOrganizations({ limit: 1, after: after ?? '' });
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual([globex.id, acme.id]);
    expect(await ids(workos.organizations.listOrganizations())).toEqual([globex.id, acme.id]);
    expect(await ids(workos.organizations.listOrganizations({ domains: ['acme.example'] }))).toEqual([
      acme.id,
    ]);
  },
  'organizations.getOrganization': async ({ workos, acme }) => {
    expect(await workos.organizations.getOrganization(acme.id)).toMatchObject({
      object: 'organization',
      id: acme.id,
      name: 'Acme Corp',
      externalId: 'tenant_acme',
      domains: [{ domain: 'acme.example', state: 'verified', organizationId: acme.id }],
    });
    expect(await refusal(workos.organizations.getOrganization('org_none'))).toEqual(notFound);
  },
  'organizations.getOrganizationByExternalId': async ({ workos, acme }) => {
    expect(await workos.organizations.getOrganizationByExternalId('tenant_acme')).toMatchObject({
      id: acme.id,
    });
  },
  'organizations.createOrganization': async ({ workos }) => {
    const payload = {
      name: 'Initech',
      externalId: 'tenant_initech',
      metadata: { tier: 'gold' },
    };
    const options = { idempotencyKey: 'once' };
    const created = await workos.organizations.createOrganization(payload, options);
    expect(created).toMatchObject({ ...payload, domains: [] });
    expect(await workos.organizations.createOrganization(payload, options)).toEqual(created);
    expect(await refusal(workos.organizations.createOrganization(payload))).toMatchObject({
      status: 400,
      rawData: { code: 'external_id_already_used' },
    });
  },
  'organizations.updateOrganization': async ({ workos, acme }) => {
    expect(
      await workos.organizations.updateOrganization({
        organization: acme.id,
        name: 'Acme Inc',
        metadata: { tier: 'gold' },
      }),
    ).toMatchObject({ id: acme.id, name: 'Acme Inc', externalId: 'tenant_acme', metadata: { tier: 'gold' } });
  },
  'organizations.deleteOrganization': async ({ workos, acme }) => {
    await workos.organizations.deleteOrganization(acme.id);
    expect(await refusal(workos.organizations.getOrganization(acme.id))).toEqual(notFound);
  },

  'organizationDomains.create': async ({ workos, acme }) => {
    expect(
      await workos.organizationDomains.create({ domain: 'acme.test', organizationId: acme.id }),
    ).toMatchObject({
      domain: 'acme.test',
      organizationId: acme.id,
      state: 'pending',
      verificationStrategy: 'dns',
      verificationToken: expect.any(String),
    });
  },
  'organizationDomains.get': async ({ workos, acme }) => {
    const created = await workos.organizationDomains.create({ domain: 'acme.test', organizationId: acme.id });
    expect(await workos.organizationDomains.get(created.id)).toEqual(created);
  },
  'organizationDomains.verify': async ({ workos, acme }) => {
    const { id } = await workos.organizationDomains.create({ domain: 'acme.test', organizationId: acme.id });
    expect(await workos.organizationDomains.verify(id)).toMatchObject({ id, domain: 'acme.test' });
  },
  'organizationDomains.delete': async ({ workos, acme }) => {
    const { id } = await workos.organizationDomains.create({ domain: 'acme.test', organizationId: acme.id });
    await workos.organizationDomains.delete(id);
    expect(await refusal(workos.organizationDomains.get(id))).toEqual(notFound);
  },

  'sso.listConnections': async ({ workos, acme, okta }) => {
    expect(await ids(workos.sso.listConnections({ organizationId: acme.id }))).toEqual([okta.id]);
    expect(await ids(workos.sso.listConnections({ connectionType: ConnectionType.OktaSAML }))).toEqual([
      okta.id,
    ]);
    expect(await ids(workos.sso.listConnections())).toHaveLength(2);
  },
  'sso.getConnection': async ({ workos, acme, okta }) => {
    expect(await workos.sso.getConnection(okta.id)).toMatchObject({
      object: 'connection',
      id: okta.id,
      organizationId: acme.id,
      name: 'Acme Okta',
      type: 'OktaSAML',
      state: 'active',
      domains: [{ object: 'connection_domain', domain: 'acme.example' }],
    });
  },
  'sso.deleteConnection': async ({ workos, okta }) => {
    await workos.sso.deleteConnection(okta.id);
    expect(await refusal(workos.sso.getConnection(okta.id))).toEqual(notFound);
  },
  'sso.getAuthorizationUrl': async ({ workos, emulator, acme }) => {
    const url = workos.sso.getAuthorizationUrl({
      organization: acme.id,
      clientId: emulator.clientId,
      redirectUri,
      state: 'round trip',
      loginHint: 'ada@acme.example',
    });
    const callback = await emulator.control.signIn(url, { email: 'ada@acme.example' });
    expect(Object.fromEntries(new URL(callback).searchParams)).toEqual({
      code: expect.any(String),
      state: 'round trip',
    });
  },
  'sso.getAuthorizationUrlWithPKCE': async ({ workos, emulator, okta, signIn }) => {
    const { url, codeVerifier } = await workos.sso.getAuthorizationUrlWithPKCE({
      connection: okta.id,
      clientId: emulator.clientId,
      redirectUri,
    });
    const code = await signIn(url);
    expect(
      await refusal(
        workos.sso.getProfileAndToken({ code, clientId: emulator.clientId, codeVerifier: 'a'.repeat(43) }),
      ),
    ).toMatchObject({ status: 400, error: 'invalid_grant' });
    const again = await signIn(url);
    const { profile } = await workos.sso.getProfileAndToken({
      code: again,
      clientId: emulator.clientId,
      codeVerifier,
    });
    expect(profile).toMatchObject({ connectionId: okta.id, email: 'ada@acme.example' });
  },
  'sso.getProfileAndToken': async ({ workos, emulator, acme, okta, signIn }) => {
    const { clientId } = emulator;
    const code = await signIn(workos.sso.getAuthorizationUrl({ connection: okta.id, clientId, redirectUri }));
    const { profile, accessToken } = await workos.sso.getProfileAndToken({ code, clientId });
    expect(accessToken).toEqual(expect.any(String));
    expect(profile).toMatchObject({
      idpId: '00u1ada',
      email: 'ada@acme.example',
      firstName: 'Ada',
      lastName: 'Adams',
      connectionId: okta.id,
      connectionType: 'OktaSAML',
      organizationId: acme.id,
    });
    expect(await refusal(workos.sso.getProfileAndToken({ code, clientId }))).toMatchObject({
      status: 400,
      error: 'invalid_grant',
    });
  },
  'sso.getProfile': async ({ workos, emulator, okta, signIn }) => {
    const { clientId } = emulator;
    const code = await signIn(workos.sso.getAuthorizationUrl({ connection: okta.id, clientId, redirectUri }));
    const { profile, accessToken } = await workos.sso.getProfileAndToken({ code, clientId });
    expect(await workos.sso.getProfile({ accessToken })).toEqual(profile);
  },

  'portal.generateLink': async ({ workos, acme }) => {
    const { link } = await workos.portal.generateLink({
      organization: acme.id,
      intent: GeneratePortalLinkIntent.SSO,
      returnUrl: 'https://app.example/settings',
    });
    const page = await fetch(link);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Acme Corp');
  },

  'directorySync.listDirectories': async ({ workos, acme, globex, directory }) => {
    expect(await ids(workos.directorySync.listDirectories({ organizationId: acme.id }))).toEqual([
      directory.id,
    ]);
    expect(await ids(workos.directorySync.listDirectories({ organizationId: globex.id }))).toEqual([]);
  },
  'directorySync.getDirectory': async ({ workos, acme, directory }) => {
    expect(await workos.directorySync.getDirectory(directory.id)).toMatchObject({
      object: 'directory',
      id: directory.id,
      organizationId: acme.id,
      name: 'Acme Okta SCIM',
      type: 'okta scim v2.0',
      // What the API calls linked.
      state: 'active',
      domain: 'acme.example',
    });
  },
  'directorySync.deleteDirectory': async ({ workos, directory }) => {
    await workos.directorySync.deleteDirectory(directory.id);
    expect(await ids(workos.directorySync.listDirectories())).toEqual([]);
  },
  'directorySync.listUsers': async ({ workos, directory }) => {
    const users = await workos.directorySync.listUsers({ directory: directory.id });
    expect(new Set((await users.autoPagination()).map(({ email }) => email))).toEqual(
      new Set(['ada@acme.example', 'ben@acme.example']),
    );
    const [group] = (await workos.directorySync.listGroups({ directory: directory.id })).data;
    const { data } = await workos.directorySync.listUsers({ group: group?.id ?? '' });
    expect(data.map(({ idpId }) => idpId)).toEqual(['00u1ada']);
    expect(await refusal(workos.directorySync.listUsers({}))).toMatchObject({ status: 422 });
  },
  'directorySync.getUser': async ({ workos, acme, directory }) => {
    const { data } = await workos.directorySync.listUsers({ directory: directory.id });
    const id = data.find(({ idpId }) => idpId === '00u1ada')?.id ?? '';
    expect(await workos.directorySync.getUser(id)).toMatchObject({
      object: 'directory_user',
      id,
      directoryId: directory.id,
      organizationId: acme.id,
      idpId: '00u1ada',
      email: 'ada@acme.example',
      firstName: 'Ada',
      lastName: 'Adams',
      state: 'active',
      customAttributes: { job_title: 'Engineer', cost_center: 'R&D' },
    });
  },
  'directorySync.listGroups': async ({ workos, directory }) => {
    const { data } = await workos.directorySync.listGroups({ directory: directory.id });
    expect(data.map(({ name }) => name)).toEqual(['Engineering']);
    const users = await workos.directorySync.listUsers({ directory: directory.id });
    const byIdp = Object.fromEntries(users.data.map(({ idpId, id }) => [idpId, id]));
    expect(await ids(workos.directorySync.listGroups({ user: byIdp['00u1ada'] ?? '' }))).toEqual([
      data[0]?.id,
    ]);
    expect(await ids(workos.directorySync.listGroups({ user: byIdp['00u2ben'] ?? '' }))).toEqual([]);
  },
  'directorySync.getGroup': async ({ workos, acme, directory }) => {
    const [group] = (await workos.directorySync.listGroups({ directory: directory.id })).data;
    expect(await workos.directorySync.getGroup(group?.id ?? '')).toMatchObject({
      id: group?.id,
      directoryId: directory.id,
      organizationId: acme.id,
      name: 'Engineering',
    });
  },

  'events.listEvents': async ({ workos, acme }) => {
    const events = ['organization.created', 'organization.updated'] as const;
    const before = await workos.events.listEvents({ events: [...events] });
    await workos.organizations.updateOrganization({ organization: acme.id, name: 'Acme Inc' });
    const after = await workos.events.listEvents({
      events: [...events],
      ...(before.data.length > 0 ? { after: before.data.at(-1)?.id ?? '' } : {}),
    });
    expect(after.data).toMatchObject([
      {
        event: 'organization.updated',
        data: { id: acme.id, name: 'Acme Inc' },
        createdAt: expect.any(String),
      },
    ]);
  },

  'userManagement.createUser': async ({ workos }) => {
    expect(await workos.userManagement.createUser(user)).toMatchObject({ object: 'user', ...user });
    expect(await refusal(workos.userManagement.createUser(user))).toMatchObject({ status: 400 });
  },
  'userManagement.getUser': async ({ workos }) => {
    const created = await workos.userManagement.createUser(user);
    expect(await workos.userManagement.getUser(created.id)).toEqual(created);
    expect(await refusal(workos.userManagement.getUser('user_none'))).toEqual(notFound);
  },
  'userManagement.getUserByExternalId': async ({ workos }) => {
    const created = await workos.userManagement.createUser(user);
    expect(await workos.userManagement.getUserByExternalId('user_cleo')).toEqual(created);
  },
  'userManagement.listUsers': async ({ workos }) => {
    const { id } = await workos.userManagement.createUser(user);
    expect(await ids(workos.userManagement.listUsers({ email: user.email }))).toEqual([id]);
  },
  'userManagement.updateUser': async ({ workos }) => {
    const { id } = await workos.userManagement.createUser(user);
    expect(
      await workos.userManagement.updateUser({ userId: id, lastName: 'Clark', metadata: { team: null } }),
    ).toMatchObject({ id, firstName: 'Cleo', lastName: 'Clark', metadata: {} });
  },
  'userManagement.deleteUser': async ({ workos }) => {
    const { id } = await workos.userManagement.createUser(user);
    await workos.userManagement.deleteUser(id);
    expect(await refusal(workos.userManagement.getUser(id))).toEqual(notFound);
  },

  'userManagement.createOrganizationMembership': async (world) => {
    expect(await member(world)).toMatchObject({
      object: 'organization_membership',
      organizationId: world.acme.id,
      organizationName: 'Acme Corp',
      status: 'active',
      role: { slug: 'member' },
    });
  },
  'userManagement.getOrganizationMembership': async (world) => {
    const created = await member(world);
    expect(await world.workos.userManagement.getOrganizationMembership(created.id)).toEqual(created);
  },
  'userManagement.listOrganizationMemberships': async (world) => {
    const { id, userId } = await member(world);
    const { userManagement } = world.workos;
    expect(await ids(userManagement.listOrganizationMemberships({ userId }))).toEqual([id]);
    expect(await ids(userManagement.listOrganizationMemberships({ userId, statuses: ['inactive'] }))).toEqual(
      [],
    );
  },
  'userManagement.updateOrganizationMembership': async (world) => {
    const { id } = await member(world);
    expect(
      await world.workos.userManagement.updateOrganizationMembership(id, { roleSlug: 'admin' }),
    ).toMatchObject({ id, role: { slug: 'admin' } });
  },
  'userManagement.deactivateOrganizationMembership': async (world) => {
    const { id } = await member(world);
    expect(await world.workos.userManagement.deactivateOrganizationMembership(id)).toMatchObject({
      id,
      status: 'inactive',
    });
  },
  'userManagement.reactivateOrganizationMembership': async (world) => {
    const { id } = await member(world);
    await world.workos.userManagement.deactivateOrganizationMembership(id);
    expect(await world.workos.userManagement.reactivateOrganizationMembership(id)).toMatchObject({
      id,
      status: 'active',
    });
  },
  'userManagement.deleteOrganizationMembership': async (world) => {
    const { id } = await member(world);
    await world.workos.userManagement.deleteOrganizationMembership(id);
    expect(await refusal(world.workos.userManagement.getOrganizationMembership(id))).toEqual(notFound);
  },

  'userManagement.sendInvitation': async (world) => {
    expect(await invitation(world)).toMatchObject({
      object: 'invitation',
      email: 'dora@acme.example',
      organizationId: world.acme.id,
      state: 'pending',
      acceptedAt: null,
      acceptInvitationUrl: expect.any(String),
    });
    expect(await refusal(invitation(world))).toMatchObject({ status: 400 });
  },
  'userManagement.getInvitation': async (world) => {
    const sent = await invitation(world);
    expect(await world.workos.userManagement.getInvitation(sent.id)).toEqual(sent);
  },
  'userManagement.findInvitationByToken': async (world) => {
    const sent = await invitation(world);
    expect(await world.workos.userManagement.findInvitationByToken(sent.token)).toEqual(sent);
  },
  'userManagement.listInvitations': async (world) => {
    const { id } = await invitation(world);
    const { userManagement } = world.workos;
    expect(await ids(userManagement.listInvitations({ organizationId: world.acme.id }))).toEqual([id]);
    expect(await ids(userManagement.listInvitations({ email: 'nobody@acme.example' }))).toEqual([]);
  },
  'userManagement.acceptInvitation': async (world) => {
    const { id } = await invitation(world);
    expect(await world.workos.userManagement.acceptInvitation(id)).toMatchObject({ id, state: 'accepted' });
  },
  'userManagement.revokeInvitation': async (world) => {
    const { id } = await invitation(world);
    expect(await world.workos.userManagement.revokeInvitation(id)).toMatchObject({ id, state: 'revoked' });
  },
  'userManagement.resendInvitation': async (world) => {
    const { id } = await invitation(world);
    expect(await world.workos.userManagement.resendInvitation(id)).toMatchObject({ id, state: 'pending' });
  },

  'auditLogs.createSchema': async ({ workos }) => {
    expect(await workos.auditLogs.createSchema(auditSchema)).toMatchObject({ version: 1, ...auditTypes });
    expect(await workos.auditLogs.createSchema(auditSchema)).toMatchObject({ version: 2 });
  },
  'auditLogs.createEvent': async ({ workos, emulator, acme }) => {
    await workos.auditLogs.createSchema(auditSchema);
    const options = { idempotencyKey: 'once' };
    await workos.auditLogs.createEvent(acme.id, auditEvent, options);
    await workos.auditLogs.createEvent(acme.id, auditEvent, options);
    const [recorded, ...others] = await emulator.control.auditEvents(acme.id);
    expect(others).toEqual([]);
    expect(recorded?.event).toMatchObject({
      action: auditEvent.action,
      version: 1,
      actor: auditEvent.actor,
      targets: auditEvent.targets,
      occurred_at: '2026-03-01T11:59:00.000Z',
      context: { location: '203.0.113.9', user_agent: 'Chrome/104.0.0.0' },
      metadata: { attempts: 2 },
    });
    const unknown = { ...auditEvent, action: 'sso.other' };
    expect(await refusal(workos.auditLogs.createEvent(acme.id, unknown))).toMatchObject({ status: 400 });
    expect(await refusal(workos.auditLogs.createEvent('org_none', auditEvent))).toEqual(notFound);
    const foreign = { ...auditEvent, targets: [{ type: 'team', id: 'team_1' }] };
    expect(await refusal(workos.auditLogs.createEvent(acme.id, foreign))).toMatchObject({
      code: 'invalid_audit_log',
      message: 'Invalid Audit Log event',
    });
  },
  'auditLogs.createExport': async ({ workos, acme }) => {
    const exported = await workos.auditLogs.createExport(auditRange(acme.id));
    expect(exported).toMatchObject({ object: 'audit_log_export', state: 'pending', url: undefined });
    const { rangeStart, rangeEnd } = auditRange(acme.id);
    const backwards = { ...auditRange(acme.id), rangeStart: rangeEnd, rangeEnd: rangeStart };
    expect(await refusal(workos.auditLogs.createExport(backwards))).toMatchObject({ status: 400 });
  },
  'auditLogs.getExport': async ({ workos, acme }) => {
    await workos.auditLogs.createSchema(auditSchema);
    await workos.auditLogs.createEvent(acme.id, auditEvent);
    const { id } = await workos.auditLogs.createExport(auditRange(acme.id));
    const { state, url } = await workos.auditLogs.getExport(id);
    expect(state).toBe('ready');
    expect(await (await fetch(url ?? '')).text()).toContain('sso.delete_connection,2026-03-01T11:59:00.000Z');
    expect(await refusal(workos.auditLogs.getExport('audit_log_export_none'))).toEqual(notFound);
  },

  'userManagement.getJwksUrl': async ({ workos, emulator }) => {
    const response = await fetch(workos.userManagement.getJwksUrl(emulator.clientId));
    expect(await response.json()).toMatchObject({ keys: [{ kty: 'RSA', use: 'sig' }] });
  },
  'webhooks.constructEvent': async ({ workos }) => {
    const unknown = new Set<unknown>();
    for (const webhook of await webhooks()) {
      const { id, event } = webhook.payload;
      const constructed = await workos.webhooks.constructEvent(webhook);
      if (constructed === undefined) unknown.add(event);
      else expect(constructed).toMatchObject({ id, event });
    }
    expect(unknown).toEqual(eventsTheSdkLacks);
  },
  'webhooks.verifyHeader': async ({ workos }) => {
    for (const webhook of await webhooks()) {
      expect(await workos.webhooks.verifyHeader(webhook)).toBe(true);
      await expect(workos.webhooks.verifyHeader({ ...webhook, secret: 'whsec_other' })).rejects.toThrow(
        'does not match',
      );
    }
  },
  'webhooks.getTimestampAndSignatureHash': async ({ workos }) => {
    const [webhook] = await webhooks();
    const [timestamp, signature] = workos.webhooks.getTimestampAndSignatureHash(webhook?.sigHeader ?? '');
    expect(Date.now() - Number(timestamp)).toBeLessThan(60_000);
    expect(signature).toMatch(/^[0-9a-f]{64}$/);
  },
  'webhooks.computeSignature': async ({ workos, emulator }) => {
    const secret = 'whsec_shared';
    const payload = {
      id: 'event_01M7Y0WA500000020BSY1HZ84E',
      event: 'organization.created',
      data: { object: 'organization', id: 'org_01M7Y0WA500000020BSY1HZ84E', name: 'Café Corp' },
      created_at: '2026-03-01T12:00:00.000Z',
    };
    const timestamp = Date.now();
    const header = `t=${timestamp}, v1=${await workos.webhooks.computeSignature(timestamp, payload, secret)}`;
    const provider = createWorkos({
      baseUrl: emulator.url,
      clientId: emulator.clientId,
      apiKey: emulator.apiKey,
      events: { inactiveUsers: 'deleted' },
      webhooks: { secrets: [secret] },
    });
    const body = JSON.stringify(payload);
    const receive = (text: string) =>
      provider.webhooks.verify(deliveryOf({ 'workos-signature': header }, text));
    expect(receive(body)).toEqual({ payload });
    expect(() => receive(body.replace('Café', 'Cafe'))).toThrow(
      expect.objectContaining({ reason: 'signature_mismatch' }),
    );
  },
  'pkce.generate': async ({ workos }) => {
    const { codeVerifier, codeChallenge } = await workos.pkce.generate();
    expect(codeChallenge).toBe(sha256(codeVerifier));
  },
};
