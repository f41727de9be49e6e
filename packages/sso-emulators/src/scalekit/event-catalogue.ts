/** What the catalogue says about one type of event [S]. */
interface EventDescription {
  readonly object: string;
  /** Absent from most connected-account samples. */
  readonly displayName?: string;
  /** The `data` of an example, for test events and for types nothing in the emulator triggers. */
  readonly sample: Readonly<Record<string, unknown>>;
}

export const sampleOrganizationId = 'org_1234567890';

const organization = {
  create_time: '2025-12-09T09:25:02.02Z',
  display_name: 'Acme Corp',
  external_id: 'tenant_acme',
  id: sampleOrganizationId,
  metadata: null,
  region_code: 'US',
  update_time: '2025-12-09T09:25:02.025330364Z',
  settings: {
    features: [
      { enabled: true, name: 'sso' },
      { enabled: false, name: 'dir_sync' },
    ],
  },
};

const domain = {
  id: 'dom_1234567890',
  domain: 'acme.example',
  domain_type: 'ORGANIZATION_DOMAIN',
  organization_id: sampleOrganizationId,
  environment_id: 'env_1234567890',
  txt_record_key: 'scalekit-domain-verification',
  txt_record_secret: 'sample-txt-record-secret',
  verification_status: 'VERIFIED',
  verification_method: 'DNS',
  updated_at: '2024-01-15T11:00:00.123456789Z',
};

const user = {
  create_time: '2025-12-09T12:04:41.39Z',
  email: 'ada@acme.example',
  external_id: 'ext_1',
  id: 'usr_102701193205121289',
  last_login_time: '2025-12-09T12:04:41.48Z',
  metadata: {},
  update_time: '2025-12-09T12:04:41.391988Z',
  user_profile: {
    custom_attributes: null,
    email_verified: true,
    external_identities: [
      {
        connection_id: 'conn_97896332307464201',
        connection_provider: 'GOOGLE',
        connection_type: 'OAUTH',
        connection_user_id: '1050',
        created_time: '2025-12-09T12:04:41.47Z',
        is_social: true,
        last_login_time: '2025-12-09T12:04:41.469311Z',
        last_synced_time: '2025-12-09T12:04:41.469311Z',
      },
    ],
    family_name: 'Adams',
    gender: '',
    given_name: 'Ada',
    groups: null,
    id: 'usp_102701193205186825',
    locale: '',
    metadata: {},
    name: 'Ada Adams',
    phone_number: '',
    phone_number_verified: false,
    picture: '',
    preferred_username: '',
  },
};

/** The vendor's own `user.logout` sample shows an active session too. */
const session = {
  absolute_expires_at: '2026-01-08T12:04:41.737394Z',
  authenticated_organizations: [sampleOrganizationId],
  created_at: '2025-12-09T12:04:41.48Z',
  expired_at: null,
  idle_expires_at: '2025-12-16T12:04:41.737395Z',
  last_active_at: '2025-12-09T12:04:41.747206Z',
  logout_at: null,
  organization_id: sampleOrganizationId,
  session_id: 'ses_102701193356116233',
  status: 'ACTIVE',
  updated_at: '2025-12-09T12:04:41.748512Z',
  user_id: user.id,
};

const connection = {
  id: 'conn_94567862424830277',
  organization_id: sampleOrganizationId,
  connection_type: 'OIDC',
  provider: 'OKTA',
};

const directory = {
  directory_type: 'SCIM',
  enabled: true,
  id: 'dir_55135622825771522',
  organization_id: sampleOrganizationId,
  provider: 'OKTA',
  updated_at: '2025-01-15T08:55:22.792993454Z',
};

const deletedDirectoryUser = {
  id: 'diruser_53891546960887884',
  organization_id: sampleOrganizationId,
  dp_id: '00u1ada',
  email: 'ada@acme.example',
};

const directoryUser = {
  ...deletedDirectoryUser,
  preferred_username: 'ada',
  active: true,
  name: 'Ada Adams',
  roles: [{ role_name: 'billing_admin' }],
  groups: [{ id: 'dirgroup_38862741498233423', name: 'Engineering' }],
  given_name: 'Ada',
  family_name: 'Adams',
  nickname: 'Ada',
  picture: 'https://cdn.acme.example/ada.jpg',
  phone_number: '1-555-0100',
  address: {
    postal_code: '64112',
    state: 'Missouri',
    formatted: '1 Main Street, Kansas City, Missouri, 64112',
  },
  custom_attributes: { mobile_phone_number: '1-555-0101' },
  raw_attributes: {},
};

const directoryGroup = {
  directory_id: directory.id,
  display_name: 'Engineering',
  external_id: null,
  id: 'dirgroup_38862741498233423',
  organization_id: sampleOrganizationId,
  raw_attributes: {},
};

const { external_id: _, ...withoutExternalId } = directoryGroup;
const deletedDirectoryGroup = { ...withoutExternalId, dp_id: '7c66a173-79c6-4270-ac78-8f35a8121e0a' };

const role = {
  description: 'Viewer role with read-only access',
  display_name: 'Viewer',
  extends: 'member',
  id: 'role_1234567890',
  name: 'viewer',
};

const permission = { description: 'Permission to manage data', id: 'perm_1234567890', name: 'data:manage' };

const account = {
  authorization_type: 'OAUTH',
  connection_id: 'conn_101644109747323155',
  id: 'ca_101649788113519113',
  identifier: 'ada@acme.example',
  provider: 'GMAIL',
  status: 'ACTIVE',
};

const pendingAccount = { ...account, status: 'PENDING_AUTH' };
const tokenExpiry = { token_expires_at: '2025-12-02T06:59:57.237447778Z' };
const lastUse = { last_used_at: '2025-12-02T06:21:21.393723232Z' };

function describe(
  object: string,
  displayName: string | undefined,
  sample: EventDescription['sample'],
): EventDescription {
  return { object, sample, ...(displayName !== undefined && { displayName }) };
}

/** Every type of event [S]. */
export const eventCatalogue = {
  'organization.created': describe('Organization', 'Organization Created', organization),
  'organization.updated': describe('Organization', 'Organization Updated', organization),
  'organization.deleted': describe('Organization', 'Organization Deleted', {
    ...organization,
    deleted_at: '2025-12-09T10:25:45.337417Z',
  }),
  'organization.domain_created': describe('Organization', 'Organization Domain Created', {
    ...domain,
    verification_status: 'PENDING',
  }),
  'organization.domain_deleted': describe('Organization', 'Organization Domain Deleted', domain),
  'organization.domain_dns_verification_success': describe(
    'Organization',
    'Organization Domain DNS Verification Success',
    domain,
  ),
  'organization.domain_dns_verification_failed': describe(
    'Organization',
    'Organization Domain DNS Verification Failed',
    { ...domain, verification_status: 'FAILED' },
  ),
  'organization.sso_created': describe('Connection', 'SSO Connection Created', connection),
  'organization.sso_deleted': describe('Connection', 'SSO Connection Deleted', connection),
  'organization.sso_enabled': describe('Connection', 'SSO Connection Enabled', {
    ...connection,
    enabled: true,
    status: 'COMPLETED',
  }),
  'organization.sso_disabled': describe('Connection', 'SSO Connection Disabled', {
    ...connection,
    enabled: false,
    status: 'COMPLETED',
  }),
  'organization.directory_enabled': describe('Directory', 'Directory Enabled', directory),
  'organization.directory_disabled': describe('Directory', 'Directory Disabled', {
    ...directory,
    enabled: false,
  }),
  'organization.directory.user_created': describe('DirectoryUser', 'Directory User Created', directoryUser),
  'organization.directory.user_updated': describe('DirectoryUser', 'Directory User Updated', directoryUser),
  'organization.directory.user_deleted': describe(
    'DirectoryUser',
    'Directory User Deleted',
    deletedDirectoryUser,
  ),
  'organization.directory.group_created': describe(
    'DirectoryGroup',
    'Directory Group Created',
    directoryGroup,
  ),
  'organization.directory.group_updated': describe(
    'DirectoryGroup',
    'Directory Group Updated',
    directoryGroup,
  ),
  'organization.directory.group_deleted': describe(
    'DirectoryGroup',
    'Directory Group Deleted',
    deletedDirectoryGroup,
  ),
  'user.signup': describe('OrgMembership', 'User Signup', { organization, user }),
  'user.login': describe('User', 'User Login', { user, user_session: session }),
  'user.logout': describe('User', 'User Logout', { user, user_session: session }),
  'user.organization_invitation': describe('OrgMembership', 'User Organization Invitation', {
    organization,
    user,
  }),
  'user.organization_membership_created': describe('OrgMembership', 'User Organization Membership Created', {
    organization,
    user,
  }),
  'user.organization_membership_updated': describe('OrgMembership', 'User Organization Membership Updated', {
    organization,
    user,
  }),
  'user.organization_membership_deleted': describe('OrgMembership', 'User Organization Membership Deleted', {
    organization,
    user,
  }),
  'role.created': describe('Role', 'Role Created', role),
  'role.updated': describe('Role', 'Role Updated', role),
  'role.deleted': describe('Role', 'Role Deleted', role),
  'permission.created': describe('Permission', 'Permission Created', permission),
  'permission.updated': describe('Permission', 'Permission Updated', permission),
  'permission.deleted': describe('Permission', 'Permission Deleted', permission),
  'connected_account.created': describe('ConnectedAccount', undefined, pendingAccount),
  'connected_account.updated': describe('ConnectedAccount', 'Connected account updated', pendingAccount),
  'connected_account.status_updated': describe('ConnectedAccount', undefined, {
    ...account,
    connection_name: 'gmail',
    status: 'EXPIRED',
    old_status: 'ACTIVE',
  }),
  'connected_account.deleted': describe('ConnectedAccount', 'connected account deleted', {
    ...account,
    ...tokenExpiry,
    ...lastUse,
  }),
  'connected_account.magic_link_generated': describe('ConnectedAccount', undefined, pendingAccount),
  'connected_account.oauth_tokens_fetched': describe('ConnectedAccount', undefined, {
    ...account,
    ...tokenExpiry,
  }),
  'connected_account.token_refresh_succeeded': describe('ConnectedAccount', undefined, {
    ...account,
    ...tokenExpiry,
    ...lastUse,
  }),
  'connected_account.token_refresh_failed': describe('ConnectedAccount', undefined, {
    ...account,
    ...tokenExpiry,
  }),
  'connected_account.oauth_succeeded': describe('ConnectedAccount', undefined, {
    ...account,
    ...tokenExpiry,
  }),
} satisfies Readonly<Record<string, EventDescription>>;

export type EventType = keyof typeof eventCatalogue;

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(eventCatalogue, type);
}
