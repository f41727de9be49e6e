import { path } from '@org/sso-core/http';
import { withoutFacets } from '@org/sso-contract';
import { createWorkos } from '@org/sso-workos';
import { oneOf, required, type Account, type Environment } from './account.js';
import { below } from './ledger.js';

export function workosAccount(environment: Environment): Account {
  const apiKey = required(environment, 'WORKOS_API_KEY');
  if (apiKey.startsWith('sk_live_'))
    throw new Error('WORKOS_API_KEY is the key of a production environment: use one of a sandbox');
  const settings = {
    clientId: required(environment, 'WORKOS_CLIENT_ID'),
    baseUrl: environment['WORKOS_BASE_URL'] || 'https://api.workos.com',
  };
  const inactiveUsers = oneOf(environment, 'WORKOS_INACTIVE_USERS', ['deleted', 'kept']);
  return {
    name: 'WorkOS account',
    url: settings.baseUrl,
    secret: apiKey,
    redirectUri: environment['WORKOS_REDIRECT_URI'] || 'http://localhost:3000/auth/workos/callback',
    // What is written to an audit log, and the schema of an action, no API takes back.
    createProvider: ({ secret, webhookSecrets: secrets, http }) =>
      withoutFacets(
        createWorkos({ ...settings, apiKey: secret, http, events: { inactiveUsers }, webhooks: { secrets } }),
        'auditLogs',
      ),
    tokenPath: '/sso/token',
    emptyPage: (cursor) => ({ object: 'list', data: [], list_metadata: { before: null, after: cursor } }),
    creations: [
      { kind: 'organization', path: /^\/organizations$/, id: ['id'], remove: below },
      { kind: 'domain', path: /^\/organization_domains$/, id: ['id'], remove: below },
      { kind: 'user', path: /^\/user_management\/users$/, id: ['id'], remove: below },
      {
        kind: 'membership',
        path: /^\/user_management\/organization_memberships$/,
        id: ['id'],
        remove: below,
      },
      {
        kind: 'invitation',
        path: /^\/user_management\/invitations$/,
        id: ['id'],
        // There is no deletion.
        remove: (collection, id) => ({ method: 'POST', path: `${collection}${path`/${id}/revoke`}` }),
      },
    ],
    createClient(http) {
      const { native } = createWorkos({ ...settings, apiKey, http });
      return {
        async createOrganization({ name, externalId, domains = [] }, run) {
          const { body } = await native.request({
            method: 'POST',
            path: '/organizations',
            json: {
              name,
              external_id: externalId,
              domain_data: domains.map((domain) => ({ domain, state: 'verified' })),
              metadata: { sso_contract_run: run },
            },
            replay: 'once',
          });
          return (body as { id: string }).id;
        },
        remove: (removal) => native.request({ ...removal, replay: 'idempotent' }),
      };
    },
  };
}
