import { createSso, SsoError, type SsoEvent } from '@org/sso-core';
import { eventDataSchemas, eventEnvelopeSchema } from '@org/sso-core/schemas';
import { createScalekit } from '@org/sso-scalekit';
import { describe, expect, it } from 'vitest';
import { fixture, signed, webhookSecret } from './support.js';

type WireEvent = Record<string, unknown> & {
  readonly id: string;
  readonly type: string;
  readonly organization_id?: string;
};

const sso = createSso({
  provider: createScalekit({
    environmentUrl: 'https://acme.scalekit.dev',
    clientId: 'skc_1',
    clientSecret: 'test_secret',
    webhooks: { secrets: [webhookSecret] },
  }),
});

/** The neutral event, checked against the model. */
async function receive(payload: unknown): Promise<SsoEvent> {
  const event = await sso.webhooks.receive(signed(JSON.stringify(payload)));
  const { type, data, ...envelope } = event;
  expect(eventEnvelopeSchema.strict().parse(envelope)).toEqual(envelope);
  expect(eventDataSchemas[type].parse(data)).toEqual(data);
  expect(JSON.stringify(event)).not.toContain('canary');
  return event;
}

const specification = (fixture('specification-events.json') as { events: WireEvent[] }).events;

const catalogue: Record<string, [type: string, subject: string]> = {
  'organization.created': ['organization.created', 'organization:org_1234567890'],
  'organization.updated': ['organization.updated', 'organization:org_1234567890'],
  'organization.deleted': ['organization.deleted', 'organization:org_1234567890'],
  'organization.domain_created': ['domain.created', 'domain:dom_1234567890'],
  'organization.domain_deleted': ['domain.deleted', 'domain:dom_1234567890'],
  'organization.domain_dns_verification_success': ['domain.verified', 'domain:dom_1234567890'],
  'organization.domain_dns_verification_failed': ['domain.verification_failed', 'domain:dom_1234567890'],
  'organization.sso_created': ['connection.created', 'connection:conn_94567862424830277'],
  'organization.sso_enabled': ['connection.activated', 'connection:conn_94567862424830277'],
  'organization.sso_disabled': ['connection.deactivated', 'connection:conn_83545002856153607'],
  'organization.sso_deleted': ['connection.deleted', 'connection:conn_83545002856153607'],
  'organization.directory_enabled': ['directory.activated', 'directory:dir_55135622825771522'],
  'organization.directory_disabled': ['directory.deactivated', 'directory:dir_53879621145330183'],
  'organization.directory.user_created': [
    'directory.user.created',
    'directory_user:diruser_53891546960887884',
  ],
  'organization.directory.user_updated': ['directory.user.updated', 'directory_user:diruser_12312312312312'],
  'organization.directory.user_deleted': ['directory.user.deleted', 'directory_user:diruser_12312312312312'],
  'organization.directory.group_created': [
    'directory.group.created',
    'directory_group:dirgroup_38862741498233423',
  ],
  'organization.directory.group_updated': [
    'directory.group.updated',
    'directory_group:dirgroup_38862741498233423',
  ],
  'organization.directory.group_deleted': [
    'directory.group.deleted',
    'directory_group:dirgroup_40072007005503806',
  ],
  'user.signup': ['user.created', 'user:usr_102701193205121289'],
  'user.login': ['authentication.succeeded', 'authentication:usr_123456789'],
  'user.logout': ['authentication.logged_out', 'authentication:usr_123456789'],
  'user.organization_invitation': ['invitation.created', 'invitation:org_102690563312124938/usr_123456789'],
  'user.organization_membership_created': [
    'membership.created',
    'membership:org_102690563312124938/usr_123456789',
  ],
  'user.organization_membership_updated': [
    'membership.updated',
    'membership:org_102690563312124938/usr_123456789',
  ],
  'user.organization_membership_deleted': [
    'membership.deleted',
    'membership:org_102690563312124938/usr_123456789',
  ],
  'role.created': ['role.created', 'role:role_1234567890'],
  'role.updated': ['role.updated', 'role:role_1234567890'],
  'role.deleted': ['role.deleted', 'role:role_1234567890'],
  'permission.created': ['permission.created', 'permission:perm_1234567890'],
  'permission.updated': ['permission.updated', 'permission:perm_1234567890'],
  'permission.deleted': ['permission.deleted', 'permission:perm_1234567890'],
};

function example(type: string): WireEvent {
  const found = specification.find((event) => event.type === type);
  if (!found) throw new Error(`The specification has no example of ${type}`);
  return found;
}

describe('examples of the specification', () => {
  it('are 41, and every type but those of connected accounts has a neutral name', () => {
    const types = specification.map(({ type }) => type);
    expect(types).toHaveLength(41);
    expect(types.filter((type) => !type.startsWith('connected_account.')).toSorted()).toEqual(
      Object.keys(catalogue).toSorted(),
    );
  });

  it.each(specification.map((event) => [event.type, event] as const))('%s', async (vendorType, wire) => {
    const event = await receive(wire);
    const [type, subject] = catalogue[vendorType] ?? ['unrecognized', `event:${wire.id}`];
    expect(event).toMatchObject({
      id: wire.id,
      provider: 'scalekit',
      environment: 'acme.scalekit.dev',
      type,
      subject,
      occurredAt: wire['occurred_at'],
      organizationId: wire.organization_id === undefined ? null : `scalekit:${wire.organization_id}`,
    });
    if (type === 'unrecognized') expect(event.data).toEqual({ vendorType, payload: wire['data'] });
  });

  it.each<[type: string, data: object]>([
    [
      'organization.updated',
      {
        organization: {
          id: 'scalekit:org_1234567890',
          provider: 'scalekit',
          vendorId: 'org_1234567890',
          name: 'Acme Corp',
          externalId: 'org_external_123',
          metadata: {},
          settings: { sso: true, directorySync: false },
          createdAt: '2025-12-09T09:25:02.020Z',
          updatedAt: '2025-12-09T09:25:02.025Z',
        },
      },
    ],
    [
      'organization.domain_created',
      {
        domain: {
          id: 'scalekit:dom_1234567890',
          provider: 'scalekit',
          vendorId: 'dom_1234567890',
          organizationId: 'scalekit:org_1234567890',
          domain: 'acme.com',
          status: 'pending',
          vendorStatus: 'PENDING',
          createdAt: null,
          updatedAt: '2024-01-15T11:00:00.123Z',
        },
        reason: null,
      },
    ],
    [
      'organization.sso_created',
      {
        connection: {
          id: 'scalekit:conn_94567862424830277',
          vendorId: 'conn_94567862424830277',
          organizationId: 'scalekit:org_83544995172188677',
          name: 'OKTA OIDC',
          protocol: 'oidc',
          identityProvider: 'okta',
          status: 'unknown',
        },
      },
    ],
    [
      'organization.directory_enabled',
      {
        directory: {
          id: 'scalekit:dir_55135622825771522',
          provider: 'scalekit',
          vendorId: 'dir_55135622825771522',
          organizationId: 'scalekit:org_55135410258444802',
          name: 'OKTA',
          type: 'scim',
          identityProvider: 'okta',
          status: 'active',
          vendorStatus: 'COMPLETED',
          userCount: null,
          groupCount: null,
          scimEndpoint: null,
          lastSyncedAt: null,
          createdAt: null,
          updatedAt: '2025-01-15T08:55:22.792Z',
        },
      },
    ],
    [
      'organization.directory.user_created',
      {
        user: {
          id: 'scalekit:diruser_53891546960887884',
          provider: 'scalekit',
          vendorId: 'diruser_53891546960887884',
          directoryId: null,
          organizationId: 'scalekit:org_53879494091473415',
          idpId: '00u1john',
          email: 'john@acme.com',
          username: 'john',
          firstName: 'John',
          lastName: 'Doe',
          name: 'John Doe',
          status: 'active',
          vendorStatus: null,
          jobTitle: 'Engineer',
          phoneNumber: '1-579-4072',
          address: null,
          roles: ['billing_admin'],
          groups: [{ id: 'scalekit:dirgroup_12312312312312', name: 'Group Name' }],
          attributes: {
            nickname: 'Johnny',
            user_type: 'Employee',
            employee_id: 'E-1',
            department: 'R&D',
            division: 'Products',
            cost_center: 'CC-7',
            organization: 'Acme Corp',
            language: 'en',
            locale: 'en-US',
            zoneinfo: 'America/Araguaina',
            profile: 'https://acme.com/john',
            mobile_phone_number: '1-579-4072',
          },
          createdAt: null,
          updatedAt: null,
        },
        previous: null,
      },
    ],
    [
      'organization.directory.group_updated',
      {
        group: {
          id: 'scalekit:dirgroup_38862741498233423',
          provider: 'scalekit',
          vendorId: 'dirgroup_38862741498233423',
          directoryId: 'scalekit:dir_38610496391217780',
          organizationId: 'scalekit:org_38609339635728478',
          idpId: '00g1',
          name: 'Engineering',
          createdAt: null,
          updatedAt: null,
        },
        previous: null,
      },
    ],
    [
      'user.signup',
      {
        user: {
          id: 'scalekit:usr_102701193205121289',
          provider: 'scalekit',
          vendorId: 'usr_102701193205121289',
          email: 'john@acme.com',
          emailVerified: true,
          firstName: 'John',
          lastName: 'Doe',
          externalId: null,
          metadata: {},
          createdAt: '2025-12-09T12:04:41.390Z',
          updatedAt: '2025-12-09T12:04:41.391Z',
        },
      },
    ],
    [
      'user.login',
      {
        authentication: {
          method: 'unknown',
          userId: 'scalekit:usr_123456789',
          email: 'john@acme.com',
          connectionId: null,
          ipAddress: '192.0.2.1',
          userAgent: expect.stringMatching(/^Mozilla/),
          errorCode: null,
        },
      },
    ],
    [
      'user.organization_invitation',
      {
        invitation: {
          vendorId: null,
          organizationId: 'scalekit:org_102690563312124938',
          email: 'john@acme.com',
          status: 'pending',
          expiresAt: null,
        },
      },
    ],
    [
      'user.organization_membership_updated',
      {
        membership: {
          vendorId: null,
          organizationId: 'scalekit:org_102690563312124938',
          userId: 'scalekit:usr_123456789',
          status: 'unknown',
          roles: null,
        },
      },
    ],
    [
      'role.created',
      {
        role: {
          vendorId: 'role_1234567890',
          name: 'viewer',
          displayName: 'Viewer',
          organizationId: null,
        },
      },
    ],
    [
      'permission.created',
      {
        role: {
          vendorId: 'perm_1234567890',
          name: 'data:manage',
          displayName: null,
          organizationId: null,
        },
      },
    ],
  ])('%s in full', async (type, data) => {
    expect((await receive(example(type))).data).toEqual(data);
  });
});

describe('samples of the documentation', () => {
  const { events: samples } = fixture('documentation-events.json') as {
    events: { name: string; event: WireEvent; expected: object }[];
  };

  it.each(samples.map(({ name, event, expected }) => [name, event, expected] as const))(
    '%s',
    async (_, event, expected) => {
      expect(await receive(event)).toMatchObject(expected);
    },
  );
});

describe('broken and unknown events', () => {
  const envelope = {
    spec_version: '1',
    id: 'evt_1',
    occurred_at: '2025-01-06T18:44:25Z',
    environment_id: 'env_1',
  };
  const user = { id: 'diruser_1', active: false };

  it.each([
    [
      'without its id',
      {
        ...envelope,
        type: 'organization.directory.user_updated',
        organization_id: 'org_1',
        data: { active: false },
      },
    ],
    ['without an organization', { ...envelope, type: 'organization.directory.user_updated', data: user }],
    ['without data', { ...envelope, type: 'organization.sso_enabled', organization_id: 'org_1' }],
    ['with a list for data', { ...envelope, type: 'organization.sso_enabled', data: [1] }],
    ['with a number for an id', { ...envelope, type: 'role.created', data: { id: 7, name: 'viewer' } }],
    ['without a name', { ...envelope, type: 'role.created', data: { id: 'role_1' } }],
    ['without a user', { ...envelope, type: 'user.signup', organization_id: 'org_1', data: {} }],
    ['named like a member of every object', { ...envelope, type: 'constructor', data: {} }],
  ])('an event %s is unrecognized, not lost', async (_, wire: WireEvent & { data?: unknown }) => {
    expect(await receive(wire)).toMatchObject({
      id: 'evt_1',
      type: 'unrecognized',
      subject: 'event:evt_1',
      data: { vendorType: wire.type, payload: wire.data ?? null },
    });
  });

  it.each([undefined, '', 'yesterday', 1_736_189_065])(
    'a time of %s makes it unrecognized, now',
    async (time) => {
      const before = new Date().toISOString();
      const event = await receive({ ...example('organization.sso_enabled'), occurred_at: time });
      expect(event.type).toBe('unrecognized');
      expect(event.occurredAt >= before).toBe(true);
    },
  );

  it.each([
    ['2025-01-06T18:44:25.02Z', '2025-01-06T18:44:25.02Z'],
    ['2025-01-06T18:44:25.0497818431999Z', '2025-01-06T18:44:25.049781843Z'],
    ['2025-01-06T23:44:25.123456789+05:30', '2025-01-06T18:14:25.123456789Z'],
  ])('%s happened at %s', async (time, occurredAt) => {
    expect(await receive({ ...example('organization.sso_enabled'), occurred_at: time })).toMatchObject({
      type: 'connection.activated',
      occurredAt,
    });
  });

  it('credentials do not leave with an unrecognized payload', async () => {
    const data = {
      id: 7,
      txt_record_secret: 'canary-1',
      nested: [{ plain_secret: 'canary-2', access_token: 'canary-3' }],
      token_expires_at: '2025-12-02T06:59:57Z',
    };
    const event = await receive({ ...envelope, type: 'organization.domain_created', data });
    expect(event.data).toEqual({
      vendorType: 'organization.domain_created',
      payload: { id: 7, nested: [{}], token_expires_at: '2025-12-02T06:59:57Z' },
    });
  });

  it('values of unexpected types count as absent', async () => {
    const event = await receive({
      ...example('organization.directory.user_updated'),
      data: {
        id: 'diruser_1',
        active: 'true',
        email: 5,
        groups: ['x', { id: 1 }, { id: 'dirgroup_1' }],
        roles: {},
      },
    });
    expect(event).toMatchObject({
      type: 'directory.user.updated',
      data: {
        user: {
          status: 'unknown',
          email: null,
          roles: [],
          groups: [{ id: 'scalekit:dirgroup_1', name: null }],
        },
      },
    });
  });

  it.each([[{}], [{ id: 'evt_1' }], [{ type: 'role.created' }], [[]], ['text'], [null]])(
    '%j is an invalid response',
    async (payload) => {
      await expect(receive(payload)).rejects.toSatisfy(
        (error) => SsoError.isInstance(error) && error.code === 'invalid_response',
      );
    },
  );
});
