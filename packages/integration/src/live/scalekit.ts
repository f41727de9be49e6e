import { path } from '@org/sso-core/http';
import { withoutFacets } from '@org/sso-contract';
import { createScalekit } from '@org/sso-scalekit';
import { oneOf, required, type Account, type Environment } from './account.js';
import { below } from './ledger.js';

export function scalekitAccount(environment: Environment): Account {
  const settings = {
    environmentUrl: required(environment, 'SCALEKIT_ENVIRONMENT_URL'),
    clientId: required(environment, 'SCALEKIT_CLIENT_ID'),
  };
  if (/\.scalekit\.com(?:[:/]|$)/i.test(settings.environmentUrl))
    throw new Error('SCALEKIT_ENVIRONMENT_URL is a production environment: use one for development');
  const clientSecret = required(environment, 'SCALEKIT_CLIENT_SECRET');
  const mode = oneOf(environment, 'SCALEKIT_MODE', ['full-stack-auth', 'modular-sso']);
  return {
    name: `Scalekit account (${mode})`,
    url: settings.environmentUrl,
    secret: clientSecret,
    redirectUri: environment['SCALEKIT_REDIRECT_URI'] || 'http://localhost:3000/auth/scalekit/callback',
    createProvider({ secret, webhookSecrets: secrets, http }) {
      const provider = createScalekit({ ...settings, clientSecret: secret, http, webhooks: { secrets } });
      return mode === 'full-stack-auth' ? provider : withoutFacets(provider, 'users');
    },
    tokenPath: '/oauth/token',
    emptyPage: (cursor) => ({
      organizations: [],
      next_page_token: cursor,
      prev_page_token: '',
      total_size: 0,
    }),
    creations: [
      {
        kind: 'organization',
        path: /^\/api\/v1\/organizations$/,
        id: ['organization', 'id'],
        remove: below,
      },
      {
        kind: 'domain',
        path: /^\/api\/v1\/organizations\/[^/]+\/domains$/,
        id: ['domain', 'id'],
        remove: below,
      },
      {
        kind: 'connection',
        path: /^\/api\/v1\/organizations\/[^/]+\/connections$/,
        id: ['connection', 'id'],
        remove: below,
      },
      {
        kind: 'user',
        path: /^\/api\/v1\/organizations\/[^/]+\/users$/,
        id: ['user', 'id'],
        remove: (_, id) => below('/api/v1/users', id),
      },
      {
        kind: 'directory',
        path: /^\/api\/v1\/organizations\/[^/]+\/directories$/,
        id: ['directory', 'id'],
        remove: below,
      },
    ],
    createClient(http) {
      const { native } = createScalekit({ ...settings, clientSecret, http });
      return {
        async createOrganization({ name, externalId, domains = [] }, run) {
          const { body } = await native.request({
            method: 'POST',
            path: '/api/v1/organizations',
            json: { display_name: name, external_id: externalId, metadata: { sso_contract_run: run } },
            replay: 'once',
          });
          const { id } = (body as { organization: { id: string } }).organization;
          for (const domain of domains) {
            await native.request({
              method: 'POST',
              path: path`/api/v1/organizations/${id}/domains`,
              json: { domain, domain_type: 'ORGANIZATION_DOMAIN' },
              replay: 'once',
            });
          }
          return id;
        },
        remove: (removal) => native.request({ ...removal, expect: 'none', replay: 'idempotent' }),
      };
    },
  };
}
