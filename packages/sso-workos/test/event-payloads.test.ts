import { readFileSync } from 'node:fs';
import type { SsoEventType } from '@org/sso-core';
import { eventDataSchemas, eventEnvelopeSchema } from '@org/sso-core/schemas';
import { describe, expect, it } from 'vitest';
import { failureOf, received } from './support.js';

interface WireEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8'));
}

const specified = (fixture('specified-events.json') as { events: WireEvent[] }).events;
const eventId = 'event_01EHZNVPK3SFK441A1RGBFSHRT';

const connection = 'connection:conn_01EHWNCE74X7JSDV0X3SZ3KJNY';
const directory = 'directory:directory_01EHWNCE74X7JSDV0X3SZ3KJNY';
const directoryUser = 'directory_user:directory_user_01E1JG7J09H96KYP8HM9B0G5SJ';
const directoryGroup = 'directory_group:directory_group_01E1JJS84MFPPQ3G655FHTKX6Z';
const organization = 'organization:org_01EHWNCE74X7JSDV0X3SZ3KJNY';
const domain = 'domain:org_domain_01EHZNVPK2QXHMVWCEDQEKY69A';
const user = 'user:user_01E4ZCR3C56J083X43JQXF3JK5';
const membership = 'membership:org_01EHWNCE74X7JSDV0X3SZ3KJNY/user_01EHWNCE74X7JSDV0X3SZ3KJNY';
const invitation = 'invitation:invitation_01E4ZCR3C56J083X43JQXF3JK5';
const person = 'authentication:user_01E4ZCR3C56J083X43JQXF3JK5';

const ofAcme = 'workos:org_01EHWNCE74X7JSDV0X3SZ3KJNY';
const ofDirectory = 'workos:org_01EZTR6WYX1A0DSE2CYMGXQ24Y';
const ofDomain = 'workos:org_01HE8GSH8FQPASKSY27THRKRBP';
const ofInvitation = 'workos:org_01E4ZCR3C56J083X43JQXF3JK5';

const known: Readonly<Record<string, [SsoEventType, subject: string, organizationId: string | null]>> = {
  'connection.activated': ['connection.activated', connection, ofAcme],
  'connection.deactivated': ['connection.deactivated', connection, ofAcme],
  'connection.deleted': ['connection.deleted', connection, ofAcme],
  'connection.saml_certificate_renewal_required': [
    'connection.certificate_renewal_required',
    connection,
    ofAcme,
  ],
  'connection.saml_certificate_renewed': ['connection.certificate_renewed', connection, ofAcme],
  'dsync.activated': ['directory.activated', directory, ofAcme],
  'dsync.deleted': ['directory.deleted', directory, ofAcme],
  'dsync.user.created': ['directory.user.created', directoryUser, ofDirectory],
  'dsync.user.updated': ['directory.user.updated', directoryUser, ofDirectory],
  'dsync.user.deleted': ['directory.user.deleted', directoryUser, ofDirectory],
  'dsync.group.created': ['directory.group.created', directoryGroup, ofDirectory],
  'dsync.group.updated': ['directory.group.updated', directoryGroup, ofDirectory],
  'dsync.group.deleted': ['directory.group.deleted', directoryGroup, ofDirectory],
  'dsync.group.user_added': ['directory.group.user_added', directoryUser, ofDirectory],
  'dsync.group.user_removed': ['directory.group.user_removed', directoryUser, ofDirectory],
  'organization.created': ['organization.created', organization, ofAcme],
  'organization.updated': ['organization.updated', organization, ofAcme],
  'organization.deleted': ['organization.deleted', organization, ofAcme],
  'organization_domain.created': ['domain.created', domain, ofDomain],
  'organization_domain.updated': ['domain.updated', domain, ofDomain],
  'organization_domain.deleted': ['domain.deleted', domain, ofDomain],
  'organization_domain.verified': ['domain.verified', domain, ofDomain],
  'organization_domain.verification_failed': ['domain.verification_failed', domain, ofDomain],
  'user.created': ['user.created', user, null],
  'user.updated': ['user.updated', user, null],
  'user.deleted': ['user.deleted', user, null],
  'organization_membership.created': ['membership.created', membership, ofAcme],
  'organization_membership.updated': ['membership.updated', membership, ofAcme],
  'organization_membership.deleted': ['membership.deleted', membership, ofAcme],
  'invitation.created': ['invitation.created', invitation, ofInvitation],
  'invitation.accepted': ['invitation.accepted', invitation, ofInvitation],
  'invitation.resent': ['invitation.resent', invitation, ofInvitation],
  'invitation.revoked': ['invitation.revoked', invitation, ofInvitation],
  'role.created': ['role.created', 'role:admin', null],
  'role.updated': ['role.updated', 'role:admin', null],
  'role.deleted': ['role.deleted', 'role:admin', null],
  'organization_role.created': ['role.created', 'role:org_01EHWNCE74X7JSDV0X3SZ3KJNY/billing-admin', ofAcme],
  'organization_role.updated': ['role.updated', 'role:org_01EHWNCE74X7JSDV0X3SZ3KJNY/billing-admin', ofAcme],
  'organization_role.deleted': ['role.deleted', 'role:org_01EHWNCE74X7JSDV0X3SZ3KJNY/billing-admin', ofAcme],
  'permission.created': ['permission.created', 'permission:perm_01EHWNCE74X7JSDV0X3SZ3KJNY', null],
  'permission.updated': ['permission.updated', 'permission:perm_01EHWNCE74X7JSDV0X3SZ3KJNY', null],
  'permission.deleted': ['permission.deleted', 'permission:perm_01EHWNCE74X7JSDV0X3SZ3KJNY', null],
  'authentication.sso_started': ['authentication.started', person, ofAcme],
  'authentication.sso_succeeded': ['authentication.succeeded', person, ofAcme],
  'authentication.sso_failed': ['authentication.failed', person, ofAcme],
  'authentication.sso_timed_out': ['authentication.timed_out', person, ofAcme],
  'authentication.reauthentication_succeeded': ['authentication.succeeded', person, null],
  ...Object.fromEntries(
    ['password', 'oauth', 'magic_auth', 'mfa', 'passkey', 'email_verification'].flatMap((method) => [
      [`authentication.${method}_succeeded`, ['authentication.succeeded', person, null]],
      [`authentication.${method}_failed`, ['authentication.failed', person, null]],
    ]),
  ),
};

describe('the catalogue [S]', () => {
  it('has every event expected here', () => {
    const names = new Set(specified.map(({ event }) => event));
    expect(names.size).toBe(111);
    expect(Object.keys(known).filter((name) => !names.has(name))).toEqual([]);
  });

  it.each(specified.filter(({ event }) => event in known))('$event', async (wire) => {
    const [type, subject, organizationId] = known[wire.event]!;
    const event = await received(wire);
    expect(event).toMatchObject({
      id: eventId,
      provider: 'workos',
      environment: 'client_1',
      occurredAt: '2026-01-15T12:00:00.000Z',
      type,
      subject,
      organizationId,
    });
    // The schemas leave out what they do not know: equality says that there is nothing more.
    const { type: _, data, ...envelope } = event;
    expect(eventEnvelopeSchema.parse(envelope)).toEqual(envelope);
    expect(eventDataSchemas[type].parse(data)).toEqual(data);
  });

  it.each(specified.filter(({ event }) => !(event in known)))(
    '$event comes as it is, unrecognized',
    async (wire) => {
      expect(await received(wire)).toMatchObject({
        type: 'unrecognized',
        subject: `event:${eventId}`,
        data: { vendorType: wire.event, payload: wire.data },
      });
    },
  );
});

describe('payloads as printed and recorded', () => {
  const cases = fixture('documented-events.json') as { title: string; event: unknown; expected: object }[];
  it.each(cases)('$title', async ({ event, expected }) => {
    expect(await received(event)).toMatchObject(expected);
  });
});

function like(name: string, data: object = {}): WireEvent {
  const found = specified.find(({ event }) => event === name)!;
  return { ...found, data: { ...found.data, ...data } };
}

describe('what a deletion of a directory user means', () => {
  it.each([
    ['deleted', 'deleted_or_deactivated'],
    ['kept', 'deleted'],
  ] as const)('in an environment whose inactive users are %s: %s', async (inactiveUsers, meaning) => {
    expect(await received(like('dsync.user.deleted'), inactiveUsers)).toMatchObject({
      type: 'directory.user.deleted',
      data: { meaning, user: { status: 'active' } },
    });
  });
});

describe('contradictions', () => {
  it.each([
    ['connection.activated', { state: 'inactive' }, { connection: { status: 'active' } }],
    ['connection.activated', { state: undefined }, { connection: { status: 'active' } }],
    ['connection.deactivated', { state: 'active' }, { connection: { status: 'inactive' } }],
    ['dsync.activated', { state: 'inactive' }, { directory: { status: 'active', vendorStatus: 'inactive' } }],
    ['organization_domain.verified', { state: 'pending' }, { domain: { status: 'verified' } }],
  ])('the name %s beats %j', async (name, data, expected) => {
    expect(await received(like(name, data))).toMatchObject({ data: expected });
  });

  it.each([
    ['active', 'active'],
    ['inactive', 'inactive'],
    ['linked', 'active'],
    ['unlinked', 'inactive'],
    ['validating', 'pending'],
    ['invalid_credentials', 'failing'],
    ['deleting', 'deleting'],
    ['resting', 'unknown'],
  ])('a deleted directory was %s: %s', async (state, status) => {
    expect(await received(like('dsync.deleted', { state }))).toMatchObject({
      data: { directory: { status } },
    });
  });

  it.each(['suspended', 'inactive', 'dormant', undefined])(
    'a user whose state is %s is not active',
    async (state) => {
      const { data } = await received(like('dsync.user.updated', { state }));
      expect(data).toMatchObject({ user: { status: expect.not.stringMatching(/^active$/) } });
    },
  );

  it.each([{}, { groups: [] }])('groups %j of a user tell nothing', async (groups) => {
    expect(await received(like('dsync.user.updated', groups))).toMatchObject({
      data: { user: { groups: null } },
    });
  });

  it('an event without a user is about its e-mail address, or itself', async () => {
    const subjectOf = async (data: object) =>
      (await received(like('authentication.sso_failed', data))).subject;
    expect(await subjectOf({ user_id: null })).toBe('authentication:user@example.com');
    expect(await subjectOf({ user_id: null, email: null })).toBe(`authentication:${eventId}`);
  });

  it('roles of a membership that are not told are not none', async () => {
    const event = await received(
      like('organization_membership.updated', { role: undefined, roles: undefined }),
    );
    expect(event).toMatchObject({ data: { membership: { roles: null } } });
  });

  it('an invitation to no organization is one', async () => {
    expect(await received(like('invitation.created', { organization_id: null }))).toMatchObject({
      type: 'invitation.created',
      organizationId: null,
    });
  });
});

describe('broken events are not lost', () => {
  it.each([
    'connection.deleted',
    'dsync.deleted',
    'dsync.user.deleted',
    'dsync.group.deleted',
    'organization.deleted',
    'organization_domain.deleted',
    'user.deleted',
    'invitation.revoked',
  ])('%s without an id', async (name) => {
    const wire = like(name, { id: undefined });
    expect(await received(wire)).toMatchObject({
      type: 'unrecognized',
      subject: `event:${eventId}`,
      data: { vendorType: name, payload: JSON.parse(JSON.stringify(wire.data)) },
    });
  });

  it.each([
    ['dsync.group.user_removed', { user: { state: 'active' } }],
    ['dsync.group.user_removed', { group: null }],
    ['connection.saml_certificate_renewed', { connection: {} }],
    ['organization_membership.deleted', { user_id: null }],
    ['dsync.activated', { organization_id: undefined }],
    ['organization_domain.verification_failed', { organization_domain: null }],
    ['role.deleted', { slug: null }],
  ])('%s with %j', async (name, data) => {
    expect(await received(like(name, data))).toMatchObject({
      type: 'unrecognized',
      data: { vendorType: name },
    });
  });

  it.each([undefined, null, 'text', 7, []])('data %j', async (data) => {
    const { data: _, ...rest } = like('dsync.user.deleted');
    expect(await received({ ...rest, data })).toMatchObject({ type: 'unrecognized', organizationId: null });
  });

  it.each([undefined, null, 'yesterday', '2026-13-45T00:00:00Z'])('a time %j', async (created_at) => {
    const event = await received({ ...like('dsync.user.deleted'), created_at });
    expect(event).toMatchObject({ type: 'unrecognized', data: { vendorType: 'dsync.user.deleted' } });
    expect(Date.now() - Date.parse(event.occurredAt)).toBeLessThan(60_000);
  });

  it.each(['__proto__', 'constructor', 'toString', 'dsync.user.promoted'])('the name %s', async (name) => {
    expect(await received({ ...like('dsync.user.deleted'), event: name })).toMatchObject({
      type: 'unrecognized',
      data: { vendorType: name },
    });
  });

  it.each([{ id: undefined }, { id: '' }, { id: 7 }, { event: undefined }, { event: '' }])(
    'but %j is no event',
    async (fields) => {
      const failure = await failureOf(received({ ...like('dsync.user.deleted'), ...fields }));
      expect(failure).toMatchObject({ code: 'invalid_response', provider: 'workos' });
      expect(failure.message).toContain(Object.keys(fields)[0]);
    },
  );

  it.each([null, [], 'text'])('nor is %j', async (body) => {
    expect(await failureOf(received(body))).toMatchObject({ code: 'invalid_response' });
  });
});

it('keeps the precision of the time', async () => {
  const precise = { ...like('dsync.user.created'), created_at: '2026-01-15T13:00:00.123456789+01:00' };
  expect((await received(precise)).occurredAt).toBe('2026-01-15T12:00:00.123456789Z');
});

it('carries no verification token', async () => {
  const wire = like('organization_domain.created');
  expect(JSON.stringify(wire)).toContain('m5Oztg3jdK4NJLgs8uIlIprMw');
  expect(JSON.stringify(await received(wire))).not.toContain('m5Oztg3jdK4NJLgs8uIlIprMw');
});
