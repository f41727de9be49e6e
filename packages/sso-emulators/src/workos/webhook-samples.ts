const createdAt = '2026-01-15T12:00:00.000Z';
const stamps = { created_at: createdAt, updated_at: createdAt };
const organizationId = 'org_01EHZNVPK3SFK441A1RGBFSHRT';
const directoryId = 'directory_01ECAZ4NV9QMV47GW873HDCX74';

const connection = {
  object: 'connection',
  id: 'conn_01EHWNC0FCBHZ3BJ7EGKYXK0E6',
  organization_id: organizationId,
  state: 'active',
  status: 'linked',
  connection_type: 'OktaSAML',
  name: "Foo Corp's Connection",
  external_key: 'wz5SpShhRIcSEyMM',
  domains: [
    { object: 'connection_domain', id: 'org_domain_01EHWNFTAFCF3CQAE5A9Q0P1YB', domain: 'foo-corp.com' },
  ],
  ...stamps,
};

const directory = {
  object: 'directory',
  id: directoryId,
  organization_id: organizationId,
  external_key: 'sPa12dwRQ',
  type: 'okta scim v2.0',
  state: 'active',
  name: 'Foo Corp',
  domains: [
    { object: 'organization_domain', id: 'org_domain_01EHWNFTAFCF3CQAE5A9Q0P1YB', domain: 'foo-corp.com' },
  ],
  ...stamps,
};

const directoryUser = {
  object: 'directory_user',
  id: 'directory_user_01E1JG7J09H96KYP8HM9B0G5SJ',
  directory_id: directoryId,
  organization_id: organizationId,
  idp_id: '2836',
  email: 'marcelina.davis@example.com',
  first_name: 'Marcelina',
  last_name: 'Davis',
  name: 'Marcelina Davis',
  emails: [],
  job_title: null,
  username: null,
  state: 'active',
  custom_attributes: { department_name: 'Engineering' },
  raw_attributes: {},
  role: { slug: 'member' },
  roles: [{ slug: 'member' }],
  ...stamps,
};

const directoryGroup = {
  object: 'directory_group',
  id: 'directory_group_01E1JJS84MFPPQ3G655FHTKX6Z',
  idp_id: '02grqrue4294w24',
  directory_id: directoryId,
  organization_id: organizationId,
  name: 'Developers',
  raw_attributes: {},
  ...stamps,
};

const membershipChange = { directory_id: directoryId, user: directoryUser, group: directoryGroup };

const organization = {
  object: 'organization',
  id: organizationId,
  name: 'Foo Corp',
  domains: [],
  metadata: {},
  external_id: null,
  ...stamps,
};

const user = {
  object: 'user',
  id: 'user_01E4ZCR3C56J083X43JQXF3JK5',
  first_name: 'Marcelina',
  last_name: 'Davis',
  name: 'Marcelina Davis',
  profile_picture_url: null,
  email: 'marcelina.davis@example.com',
  email_verified: true,
  external_id: null,
  metadata: {},
  last_sign_in_at: null,
  locale: null,
  ...stamps,
};

const samples: Readonly<Record<string, object>> = {
  'connection.activated': connection,
  'connection.deactivated': { ...connection, state: 'inactive', status: 'unlinked' },
  'connection.deleted': without(connection, 'external_key', 'status', 'domains'),
  'dsync.activated': directory,
  'dsync.deleted': without(directory, 'external_key', 'domains'),
  'dsync.user.created': directoryUser,
  'dsync.user.updated': {
    ...directoryUser,
    previous_attributes: { custom_attributes: { department_name: 'Sales' } },
  },
  'dsync.user.deleted': directoryUser,
  'dsync.group.created': directoryGroup,
  'dsync.group.updated': { ...directoryGroup, previous_attributes: { name: 'Engineers' } },
  'dsync.group.deleted': directoryGroup,
  'dsync.group.user_added': membershipChange,
  'dsync.group.user_removed': membershipChange,
  'organization.created': organization,
  'organization.updated': organization,
  'organization.deleted': organization,
  'user.created': user,
  'user.updated': user,
  'user.deleted': user,
};

/** The data of a sample event, with the ids of WorkOS's documentation: objects no environment has. [S][D] */
export function sampleData(type: string): object | undefined {
  return Object.hasOwn(samples, type) ? samples[type] : undefined;
}

function without(object: object, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
