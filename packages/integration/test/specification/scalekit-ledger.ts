/** Answers that do not parse strictly, as `<operation> <status>: <problem>`, with the evidence for each. */
export const scalekitDivergences: Readonly<Record<string, string>> = {};

/** Operations the emulator serves and no RPC is annotated with. */
export const scalekitUnannotated: Readonly<Record<string, readonly string[]>> = {
  'unlisted; in the descriptors of the SDKs for other languages [P]': ['POST /api/v1/webhooks/test-event/{}'],
  'OAuth and OpenID Connect, which are plain HTTP [S]': [
    'GET /.well-known/openid-configuration',
    'GET /keys',
    'GET /oauth/authorize',
    'GET /oidc/logout',
    'POST /oauth/token',
  ],
  'pages for people': [
    'GET /magicLink/{}',
    'GET /portal/{}',
    'POST /portal/{}/connections',
    'POST /portal/{}/connections/{}',
    'POST /portal/{}/directories',
    'POST /portal/{}/directories/{}',
  ],
  'SCIM (RFC 7644), which identity providers speak': [
    'DELETE /directory/{}/scim/v2/Groups/{}',
    'DELETE /directory/{}/scim/v2/Users/{}',
    'GET /directory/{}/scim/v2/Groups',
    'GET /directory/{}/scim/v2/Groups/{}',
    'GET /directory/{}/scim/v2/ServiceProviderConfig',
    'GET /directory/{}/scim/v2/Users',
    'GET /directory/{}/scim/v2/Users/{}',
    'PATCH /directory/{}/scim/v2/Groups/{}',
    'PATCH /directory/{}/scim/v2/Users/{}',
    'POST /directory/{}/scim/v2/Groups',
    'POST /directory/{}/scim/v2/Users',
    'PUT /directory/{}/scim/v2/Groups/{}',
    'PUT /directory/{}/scim/v2/Users/{}',
  ],
};
