import { X509Certificate } from 'node:crypto';
import type { EmulatorRequest, EmulatorResponse } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import { withVendorFields } from '../kernel/seed.js';
import type { ScalekitEnvironment } from './environment.js';
import { invalid, notFound } from './errors.js';
import {
  boolean,
  list,
  message,
  oneOf,
  type Read,
  readBody,
  readQuery,
  string,
  stringMap,
} from './messages.js';
import { findOrganization } from './organizations.js';
import { newestFirst, page } from './paging.js';
import type { Config, Connection, ConnectionFields } from './objects.js';
import { type ScalekitState, timestamp } from './state.js';

const providers = [
  'CONNECTION_PROVIDER_UNSPECIFIED',
  'OKTA',
  'GOOGLE',
  'MICROSOFT_AD',
  'AUTH0',
  'ONELOGIN',
  'PING_IDENTITY',
  'JUMPCLOUD',
  'CUSTOM',
  'GITHUB',
  'GITLAB',
  'LINKEDIN',
  'SALESFORCE',
  'MICROSOFT',
  'IDP_SIMULATOR',
  'SCALEKIT',
  'ADFS',
];

const types = [
  'INVALID',
  'OIDC',
  'SAML',
  'PASSWORD',
  'OAUTH',
  'PASSWORDLESS',
  'BASIC',
  'BEARER',
  'API_KEY',
  'WEBAUTHN',
  'OAUTH_M2M',
  'TRELLO_OAUTH1',
  'GOOGLE_DWD',
  'TRUSTED_IDP',
  'SMART_FHIR',
  'NO_AUTH',
];

const environmentOnlyTypes = new Set(['OAUTH', 'PASSWORDLESS', 'WEBAUTHN']);

const binding = oneOf(['HTTP_POST', 'HTTP_REDIRECT']);

/** `SAMLConnectionConfigRequest`: not the shape that is answered [S][P]. */
const samlConfig = message({
  sp_entity_id: string(),
  sp_assertion_url: string(),
  sp_slo_url: string(),
  idp_metadata_url: string(),
  idp_entity_id: string(),
  idp_sso_url: string(),
  idp_slo_url: string(),
  idp_certificate: string(),
  idp_name_id_format: oneOf(['NAME_ID_FORMAT_NIL', 'UNSPECIFIED', 'EMAIL', 'TRANSIENT', 'PERSISTENT']),
  idp_sso_request_binding: binding,
  idp_slo_request_binding: binding,
  saml_signing_option: oneOf([
    'NO_SIGNING',
    'SAML_ONLY_RESPONSE_SIGNING',
    'SAML_ONLY_ASSERTION_SIGNING',
    'SAML_RESPONSE_ASSERTION_SIGNING',
    'SAML_RESPONSE_OR_ASSERTION_SIGNING',
  ]),
  force_authn: boolean,
  default_redirect_uri: string(),
  assertion_encrypted: boolean,
  want_request_signed: boolean,
  certificate_id: string(),
  idp_slo_required: boolean,
  sync_user_profile_on_login: boolean,
  jit_provisioning_with_sso_enabled: boolean,
  ui_button_title: string(),
});

const oidcConfig = message({
  issuer: string(),
  discovery_endpoint: string(),
  authorize_uri: string(),
  token_uri: string(),
  user_info_uri: string(),
  jwks_uri: string(),
  client_id: string(),
  client_secret: string(),
  scopes: list(oneOf(['openid', 'profile', 'email', 'address', 'phone'])),
  token_auth_type: oneOf(['URL_PARAMS', 'BASIC_AUTH']),
  pkce_enabled: boolean,
  idp_logout_required: boolean,
  sync_user_profile_on_login: boolean,
  jit_provisioning_with_sso_enabled: boolean,
});

const oauthConfig = message({
  authorize_uri: string(),
  token_uri: string(),
  user_info_uri: string(),
  client_id: string(),
  client_secret: string(),
  scopes: list(string()),
  pkce_enabled: boolean,
  prompt: string(),
  use_platform_creds: boolean,
  access_type: string(),
  custom_scope_name: string(),
  tenant_id: string(),
});

const identity = { provider: oneOf(providers), type: oneOf(types), provider_key: string(), key_id: string() };
const createConnection = message(identity);
const updateConnection = message({
  ...identity,
  debug_enabled: boolean,
  ui_button_title: string(),
  configuration_type: oneOf(['DISCOVERY', 'MANUAL']),
  attribute_mapping: stringMap({ maxPairs: 30, key: { max: 100 }, value: { max: 256 } }),
  saml_config: samlConfig,
  oidc_config: oidcConfig,
  oauth_config: oauthConfig,
});

/** The rules create and update share [P]. */
function requireProvider({ provider, provider_key: key }: Read<typeof identity>): void {
  const named = provider !== undefined && provider !== 'CONNECTION_PROVIDER_UNSPECIFIED';
  if (!named && !key) {
    throw invalid([
      {
        field: 'provider',
        description: 'provider or provider_key is required',
        constraint: 'connection.provider',
      },
    ]);
  }
  if (provider === 'SCALEKIT' && key !== 'SCALEKIT') {
    throw invalid([
      {
        field: 'provider_key',
        description: 'provider_key must be SCALEKIT',
        constraint: 'connection.provider_key',
      },
    ]);
  }
}

function requireType(fields: Read<typeof identity>, organizationId: string | undefined): void {
  if (organizationId !== undefined && environmentOnlyTypes.has(fields.type ?? '')) {
    throw invalid([
      {
        field: 'type',
        description: `type must not be ${fields.type} for organization connections`,
        constraint: 'connection.type',
      },
    ]);
  }
  if (fields.type === 'WEBAUTHN' && fields.key_id !== 'WEBAUTHN') {
    throw invalid([
      { field: 'key_id', description: 'key_id must be WEBAUTHN', constraint: 'connection.key_id' },
    ]);
  }
}

/** The connection as single answers show it. */
export function sendConnection(
  state: ScalekitState,
  environment: { readonly url: string },
  connection: Connection,
): object {
  const {
    name: _,
    domain_ids: _ids,
    users: _users,
    idp_initiated: _allowed,
    overrides,
    ...fields
  } = connection;
  const wire = {
    ...fields,
    domains: state.domainsOfConnection(connection),
    test_connection_uri: `${environment.url}/sso/v1/${connection.type.toLowerCase()}/${connection.id}/test`,
  };
  return withVendorFields(wire, overrides);
}

/** The connection as lists show it. */
function sendListed(state: ScalekitState, connection: Connection): object {
  const {
    id,
    provider,
    type,
    status,
    enabled,
    organization_id: organizationId,
    ui_button_title: title,
  } = connection;
  const wire = {
    id,
    provider,
    type,
    status,
    enabled,
    ...(organizationId !== undefined && {
      organization_id: organizationId,
      organization_name: state.organizations.get(organizationId)?.display_name ?? '',
    }),
    ui_button_title: title,
    domains: state.domainsOfConnection(connection).map(({ domain }) => domain),
    provider_key: connection.provider_key,
    key_id: connection.key_id ?? id,
    created_at: connection.create_time,
    mcp_server_url: '',
  };
  return withVendorFields(wire, connection.overrides);
}

export function isActive({ status, enabled }: Connection): boolean {
  return status === 'COMPLETED' && enabled;
}

/** Connections of organizations and, without `{organization_id}`, of the environment. */
export function connectionRoutes(environment: ScalekitEnvironment): Route[] {
  const { state } = environment;

  /** The owner a path names; `undefined` for environment-level paths. */
  function owner({ params }: EmulatorRequest): string | undefined {
    return 'organization_id' in params ? findOrganization(state, params['organization_id']).id : undefined;
  }

  function find(request: EmulatorRequest): Connection {
    const organizationId = owner(request);
    const connection = state.connections.get(request.params['id'] ?? '');
    if (!connection || connection.organization_id !== organizationId) throw notFound('connection');
    return connection;
  }

  function answer(connection: Connection, status = 200): EmulatorResponse {
    return { status, body: { connection: sendConnection(state, environment, connection) } };
  }

  function create(request: EmulatorRequest): EmulatorResponse {
    const organizationId = owner(request);
    const fields = readBody(request, createConnection);
    requireProvider(fields);
    requireType(fields, organizationId);
    return answer(state.createConnection(organizationId, { ...fields, type: fields.type ?? 'INVALID' }), 201);
  }

  function update(request: EmulatorRequest): EmulatorResponse {
    const connection = find(request);
    const { saml_config: saml, ...fields } = readBody(request, updateConnection);
    requireProvider(fields);
    requireType(fields, connection.organization_id);
    const changes: ConnectionFields = {
      ...fields,
      ...(saml && { saml_config: storedSamlConfig(state, saml) }),
    };
    state.updateConnection(connection, changes);
    return answer(connection);
  }

  function toggle(request: EmulatorRequest, enabled: boolean): EmulatorResponse {
    const connection = find(request);
    const done = state.setConnectionEnabled(connection, enabled);
    const failure = done ? {} : { error_message: 'connection configuration is not completed' };
    return { status: 200, body: { enabled: connection.enabled, ...failure } };
  }

  function remove(request: EmulatorRequest): EmulatorResponse {
    state.deleteConnection(find(request));
    return { status: 200, body: {} };
  }

  return [
    route('GET', '/api/v1/connections', (request) => {
      const query = readQuery(request, {
        organization_id: string({ max: 32 }),
        domain: string({ max: 32 }),
        include: string(),
      });
      const candidates = query.organization_id
        ? state.connectionsOf(query.organization_id)
        : [...state.connections];
      const connections = candidates
        .filter((connection) => query.include === 'all' || isActive(connection))
        .filter((connection) => !query.domain || routesDomain(state, connection, query.domain))
        .map((connection) => sendListed(state, connection));
      return { status: 200, body: { connections } };
    }),

    route('GET', '/api/v1/organizations/-/connections', (request) => {
      const { items, ...tokens } = page(request, newestFirst(state.connections), 30);
      return {
        status: 200,
        body: { ...tokens, connections: items.map((connection) => sendListed(state, connection)) },
      };
    }),

    route('PUT', '/api/v1/organizations/{organization_id}/connections/{id}/domains', (request) => {
      const connection = find(request);
      const { domain_ids: ids = [] } = readBody(
        request,
        message({ domain_ids: list(string(), { max: 50 }) }),
      );
      const known = new Set(state.domainsOf(connection.organization_id ?? '').map((domain) => domain.id));
      if (!ids.every((id) => known.has(id))) throw notFound('domain');
      state.setConnectionDomains(connection, ids);
      return answer(connection);
    }),

    ...['/api/v1/organizations/{organization_id}/connections', '/api/v1/connections'].flatMap((path) => [
      route('POST', path, create),
      route('GET', `${path}/{id}`, (request) => answer(find(request))),
      route('PATCH', `${path}/{id}`, update),
      route('DELETE', `${path}/{id}`, remove),
      route('PATCH', `${path}/{id}:enable`, (request) => toggle(request, true)),
      route('PATCH', `${path}/{id}:disable`, (request) => toggle(request, false)),
    ]),
  ];
}

/** Exact match [D]. */
export function routesDomain(state: ScalekitState, connection: Connection, domain: string): boolean {
  return state.domainsOfConnection(connection).some((candidate) => candidate.domain === domain.toLowerCase());
}

function storedSamlConfig(
  state: ScalekitState,
  { idp_certificate: certificate, ...config }: ReturnType<typeof samlConfig>,
): Config {
  if (certificate === undefined) return config;
  return {
    ...config,
    idp_certificates: [
      {
        id: state.id('cert'),
        certificate,
        create_time: state.timestamp(),
        ...describeCertificate(certificate),
      },
    ],
  };
}

/** What can be read from a certificate; nothing from sample text, which is kept as it is. */
function describeCertificate(pem: string): { issuer: string; expiry_time?: string } {
  try {
    const { issuer, validTo } = new X509Certificate(pem);
    return { issuer: issuer.replaceAll('\n', ','), expiry_time: timestamp(Date.parse(validTo)) };
  } catch {
    return { issuer: '' };
  }
}
