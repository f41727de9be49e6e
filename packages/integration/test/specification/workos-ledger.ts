/** Answers of the emulator the published document does not describe, with what they are taken from. */
export interface Divergence {
  readonly reason: string;
  /** Evidence tag, as in CONTRIBUTING.md. */
  readonly evidence: string;
  /** Every one of these problems at every one of these operations. */
  readonly problems: readonly string[];
  readonly operations: readonly string[];
}

const users = '/user_management/users';
const memberships = '/user_management/organization_memberships';
const invitations = '/user_management/invitations';

/** What events carry that the package does not describe: it is older than the full name of users. */
export const workosEventDivergences = ['user.created', 'user.deleted', 'user.updated'].map(
  (name) => `${name} data has name`,
);

export const workosDivergences: readonly Divergence[] = [
  {
    reason: 'version 0.1.0 of the package is older than the published document, which has a full name',
    evidence: 'S',
    problems: ['body has name'],
    operations: [
      `GET ${users}/external_id/{external_id} 200`,
      `GET ${users}/{id} 200`,
      `POST ${users} 201`,
      `PUT ${users}/{id} 200`,
    ],
  },
  {
    reason: 'the same, in lists',
    evidence: 'S',
    problems: ['data[] has name'],
    operations: [`GET ${users} 200`],
  },
  {
    reason: 'the same, in events',
    evidence: 'S',
    problems: workosEventDivergences,
    operations: ['GET /events 200'],
  },
  {
    reason: 'the package is older than the published document, which has several roles and the full name',
    evidence: 'S',
    problems: ['body has roles', 'user has name'],
    operations: [
      `GET ${memberships}/{id} 200`,
      `POST ${memberships} 201`,
      `PUT ${memberships}/{id} 200`,
      `PUT ${memberships}/{id}/deactivate 200`,
      `PUT ${memberships}/{id}/reactivate 200`,
    ],
  },
  {
    reason: 'the same, in lists',
    evidence: 'S',
    problems: ['data[] has roles', 'data[].user has name'],
    operations: [`GET ${memberships} 200`],
  },
  {
    reason: 'newer resources name what was not found; the document shows the message alone',
    evidence: 'R',
    problems: ['body has code', 'body has entity_id'],
    operations: [
      'DELETE /organization_domains/{id} 404',
      `DELETE ${memberships}/{id} 404`,
      `DELETE ${users}/{id} 404`,
      'GET /directories/{id} 404',
      'GET /directory_users 404',
      'GET /organization_domains/{id} 404',
      `GET ${invitations}/by_token/{token} 404`,
      `GET ${invitations}/{id} 404`,
      `GET ${memberships}/{id} 404`,
      `GET ${users}/external_id/{external_id} 404`,
      `GET ${users}/{id} 404`,
      `POST ${invitations}/{id}/accept 404`,
      `POST ${invitations}/{id}/resend 404`,
      `PUT ${memberships}/{id} 404`,
      `PUT ${memberships}/{id}/deactivate 404`,
      `PUT ${memberships}/{id}/reactivate 404`,
    ],
  },
  {
    reason: 'the same; the document has the code',
    evidence: 'R',
    problems: ['body has entity_id'],
    operations: ['DELETE /webhook_endpoints/{id} 404'],
  },
  {
    reason: 'what does not exist cannot be changed; the document forgets to say so',
    evidence: '?',
    problems: ['status is not documented'],
    operations: [
      'DELETE /directories/{id} 404',
      'DELETE /organizations/{id} 404',
      'POST /organization_domains/{id}/verify 404',
      `POST ${invitations}/{id}/revoke 404`,
      `PUT ${users}/{id} 404`,
    ],
  },
  {
    reason: 'a domain that is none is refused like other malformed fields',
    evidence: '?',
    problems: ['status is not documented'],
    operations: ['POST /organization_domains 422'],
  },
  {
    reason: 'the document does not repeat at every operation what a wrong API key is answered',
    evidence: 'R',
    problems: ['status is not documented'],
    operations: ['GET /organizations 401'],
  },
  {
    reason: 'validation errors list the fields; the document shows the message alone',
    evidence: 'R',
    problems: ['body has errors'],
    operations: [
      'GET /directory_groups 422',
      'GET /directory_users 422',
      'GET /organizations 422',
      'POST /audit_logs/actions/{actionName}/schemas 422',
      'POST /organizations 422',
      'POST /portal/generate_link 422',
      'PUT /organizations/{id}/audit_logs_retention 422',
      `POST ${invitations} 422`,
      `POST ${memberships} 422`,
      `POST ${users} 422`,
    ],
  },
  {
    reason: 'recorded as 201; the document says 200',
    evidence: 'R',
    problems: ['status is not documented'],
    operations: ['POST /audit_logs/events 201'],
  },
  {
    reason: 'recorded with the errors of the validator whole; the document shows their places alone',
    evidence: 'R',
    problems: ['body has code', 'body has errors'],
    operations: ['POST /audit_logs/events 400'],
  },
  {
    reason: 'recorded with a code; the document shows the message alone',
    evidence: 'R',
    problems: ['body has code'],
    operations: ['GET /events 400'],
  },
  {
    reason: 'the text "Accepted" as text/plain; the document has an empty JSON body',
    evidence: 'R',
    problems: ['body is "Accepted", not JSON'],
    operations: ['DELETE /directories/{id} 202'],
  },
  {
    reason: 'the text "Accepted" as text/plain; the document has no body',
    evidence: 'R',
    problems: ['body is not documented'],
    operations: ['DELETE /organizations/{id} 202'],
  },
];

/** Operations the emulator serves and the document does not list. */
export const workosUnlisted: Readonly<Record<string, readonly string[]>> = {
  'behind a feature flag, so always refused; read from the official migration tool [M]': [
    'PATCH /connections/{id}',
    'POST /connections',
  ],
  'the file behind the URL of an export': ['GET /audit_logs/exports/files/{token}.csv'],
  'only the creation is published; to see and remove what tests register': [
    'DELETE /user_management/redirect_uris/{id}',
    'GET /user_management/redirect_uris',
  ],
  'pages for people': [
    'GET /portal/session/{session}',
    'GET /portal/setup',
    'POST /portal/session/{session}',
    'POST /portal/setup',
  ],
  'SCIM (RFC 7644), which identity providers speak': [
    'DELETE /scim/v2.0/{directory}/Groups/{id}',
    'DELETE /scim/v2.0/{directory}/Users/{id}',
    'GET /scim/v2.0/{directory}/Groups',
    'GET /scim/v2.0/{directory}/Groups/{id}',
    'GET /scim/v2.0/{directory}/ServiceProviderConfig',
    'GET /scim/v2.0/{directory}/Users',
    'GET /scim/v2.0/{directory}/Users/{id}',
    'PATCH /scim/v2.0/{directory}/Groups/{id}',
    'PATCH /scim/v2.0/{directory}/Users/{id}',
    'POST /scim/v2.0/{directory}/Groups',
    'POST /scim/v2.0/{directory}/Users',
    'PUT /scim/v2.0/{directory}/Groups/{id}',
    'PUT /scim/v2.0/{directory}/Users/{id}',
  ],
};
