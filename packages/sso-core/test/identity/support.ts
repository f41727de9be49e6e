import type {
  ConnectionId,
  DirectoryId,
  DirectoryUser,
  DirectoryUserId,
  DirectoryUserStatus,
  OrganizationId,
  Profile,
  SsoEventOf,
} from '@org/sso-core';
import {
  createIdentityLedger,
  createMemoryIdentityStore,
  type DirectoryPersonEvent,
  type IdentityLedgerOptions,
} from '@org/sso-core/identity';

export const tenantId = 'acme';
const actor = 'ops@app.example';
export const operator = { tenantId, actor };

/** Organizations of the tenants, by vendor. */
const tenants: Readonly<Record<string, string>> = {
  'workos:org_acme': 'acme',
  'scalekit:org_acme': 'acme',
  'workos:org_globex': 'globex',
};

/** A ledger of an app whose tenant acme has verified acme.example. */
export function createLedger(options: Partial<IdentityLedgerOptions> = {}) {
  let users = 0;
  return createIdentityLedger({
    store: createMemoryIdentityStore(),
    tenantOf: (organizationId) => tenants[organizationId] ?? null,
    verifiedDomainsOf: (source) => (source.tenantId === 'acme' ? ['acme.example'] : []),
    newUserId: () => `user-${(users += 1)}`,
    ...options,
  });
}

export interface LoginOf {
  readonly connection: string;
  readonly idpId: string | null;
  readonly email?: string | null;
  readonly organization?: string | null;
  readonly emailVerified?: boolean | 'unknown';
}

/** What a login's result says of the person. */
export function login({
  connection,
  idpId,
  email = null,
  organization,
  emailVerified = 'unknown',
}: LoginOf): {
  readonly profile: Profile;
} {
  const [provider = ''] = connection.split(':');
  return {
    profile: {
      provider,
      vendorId: `profile of ${idpId}`,
      idpId,
      organizationId: (organization === undefined ? `${provider}:org_acme` : organization) as OrganizationId,
      connectionId: connection as ConnectionId,
      email,
      emailVerified,
      firstName: 'CANARY-first-name',
      lastName: 'CANARY-last-name',
      name: 'CANARY-name',
      groups: ['CANARY-group'],
      roles: ['CANARY-role'],
      attributes: { salary: 'CANARY-attribute' },
    },
  };
}

export interface PersonOf {
  /** `workos:user_1`. */
  readonly id: string;
  readonly idpId?: string | null;
  readonly email?: string | null;
  readonly status?: DirectoryUserStatus;
  readonly directory?: string | null;
  readonly organization?: string;
  /** Seconds: when it happened. */
  readonly at?: number;
}

let events = 0;

/** An event of a directory about somebody. */
export function directoryEvent(
  type: DirectoryPersonEvent['type'],
  { id, idpId = null, email = null, status = 'active', directory = null, organization, at = 0 }: PersonOf,
): DirectoryPersonEvent {
  const [provider = '', vendorId = ''] = id.split(':');
  const organizationId = (organization ?? `${provider}:org_acme`) as OrganizationId;
  const user: DirectoryUser = {
    id: id as DirectoryUserId,
    provider,
    vendorId,
    directoryId: directory as DirectoryId | null,
    organizationId,
    idpId,
    email,
    username: 'CANARY-username',
    firstName: 'CANARY-first-name',
    lastName: 'CANARY-last-name',
    name: 'CANARY-name',
    status,
    vendorStatus: null,
    jobTitle: 'CANARY-job-title',
    phoneNumber: 'CANARY-phone-number',
    address: null,
    roles: [],
    groups: null,
    attributes: { salary: 'CANARY-attribute' },
    createdAt: null,
    updatedAt: null,
  };
  events += 1;
  return {
    id: `event_${events}`,
    provider,
    environment: 'test',
    type,
    occurredAt: new Date(Date.parse('2026-01-01T00:00:00Z') + at * 1000).toISOString(),
    organizationId,
    subject: `directory_user:${vendorId}`,
    data: type.startsWith('directory.user.')
      ? { user, previous: null, meaning: 'deleted' }
      : {
          group: { id: `${provider}:group_1`, vendorId: 'group_1', directoryId: null, name: null },
          user,
          source: 'native',
        },
  } as unknown as DirectoryPersonEvent;
}

export function connectionDeleted(connection: string, at = 0): SsoEventOf<'connection.deleted'> {
  const [provider = '', vendorId = ''] = connection.split(':');
  events += 1;
  return {
    id: `event_${events}`,
    provider,
    environment: 'test',
    type: 'connection.deleted',
    occurredAt: new Date(Date.parse('2026-01-01T00:00:00Z') + at * 1000).toISOString(),
    organizationId: null,
    subject: `connection:${vendorId}`,
    data: {
      connection: {
        id: connection as ConnectionId,
        vendorId,
        organizationId: null,
        name: null,
        protocol: 'saml',
        identityProvider: 'okta',
        status: 'active',
      },
    },
  };
}
