import type { EmulatorRequest, EmulatorResponse } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import type { ScalekitEnvironment } from './environment.js';
import { apiError, invalid, notFound } from './errors.js';
import {
  boolean,
  list,
  message,
  oneOf,
  type Reader,
  readBody,
  readQuery,
  string,
  stringMap,
} from './messages.js';
import { newestFirst, page } from './paging.js';
import type { Organization, PortalLink } from './objects.js';
import { type ScalekitState, timestamp } from './state.js';

const slug = /^$|^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

const organizationFields = {
  display_name: string({ min: 1, max: 200 }),
  external_id: string(),
  metadata: stringMap({ maxPairs: 10, key: { min: 3, max: 25 }, value: { min: 1, max: 256 } }),
  slug: string({ max: 253, pattern: slug }),
  logo_url: string({ max: 1024, pattern: /^$|^https:\/\// }),
};

const createOrganization = message({ ...organizationFields, region_code: oneOf(['US', 'EU']) }, [
  'display_name',
]);
const updateOrganization = message(organizationFields);

/** Feature names, with the spelling that is stored. */
const featureNames: Readonly<Record<string, string>> = {
  sso: 'sso',
  dir_sync: 'dir_sync',
  directory_sync: 'dir_sync',
  domain_verification: 'domain_verification',
  session_policy: 'session_policy',
};

const feature: Reader<string> = (value, field, violations) => {
  const name = string()(value, field, violations);
  const stored = featureNames[name];
  if (stored === undefined) {
    violations.push({ field, description: 'value must be a known feature', constraint: 'string.in' });
  }
  return stored ?? name;
};

const settings = message({ features: list(message({ name: feature, enabled: boolean }, ['name'])) });

/** The organization of a path parameter. */
export function findOrganization(state: ScalekitState, id = ''): Organization {
  if (id.length > 32) {
    throw invalid([
      {
        field: 'id',
        description: 'value length must be at most 32 characters',
        constraint: 'string.max_len',
      },
    ]);
  }
  const organization = state.organizations.get(id);
  if (!organization) throw notFound('organization');
  return organization;
}

function ok(organization: Organization): EmulatorResponse {
  return { status: 200, body: { organization } };
}

function sendLink({ url }: ScalekitEnvironment, { id, token, expires }: PortalLink): object {
  return { link: { id, location: `${url}/magicLink/${token}`, expire_time: timestamp(expires, '013') } };
}

/** Organizations, their settings and their portal links. */
export function organizationRoutes(environment: ScalekitEnvironment): Route[] {
  const { state } = environment;
  const find = ({ params }: EmulatorRequest) => findOrganization(state, params['id']);

  return [
    route('GET', '/api/v1/organizations', (request) => {
      const { external_id: externalId } = readQuery(request, { external_id: string() });
      const match = externalId ? state.organizationByExternalId(externalId) : undefined;
      const rows = externalId ? [match].filter((row) => row !== undefined) : newestFirst(state.organizations);
      const { items, ...tokens } = page(request, rows, 100);
      return { status: 200, body: { ...tokens, organizations: items } };
    }),

    route('GET', '/api/v1/organizations:search', (request) => {
      const query = readQuery(request, { query: string({ min: 3, max: 100 }) }, { required: ['query'] });
      const wanted = query.query?.toLowerCase() ?? '';
      const rows = newestFirst(state.organizations)
        .slice(0, state.organizations.size)
        .filter(({ id, display_name: name, external_id: externalId = '' }) =>
          [id, name, externalId].some((text) => text.toLowerCase().includes(wanted)),
        );
      const { items, ...tokens } = page(request, rows, 30);
      return { status: 200, body: { ...tokens, organizations: items } };
    }),

    route('POST', '/api/v1/organizations', (request) => {
      const { display_name: name = '', ...fields } = readBody(request, createOrganization);
      return {
        status: 201,
        body: { organization: state.createOrganization({ ...fields, display_name: name }) },
      };
    }),

    route('GET', '/api/v1/organizations/{id}', (request) => ok(find(request))),

    route('GET', '/api/v1/organizations:external/{external_id}', (request) => {
      // `id` shares a oneof with `external_id` and wins over the path.
      if (request.url.searchParams.has('id')) throw apiError('INVALID_ARGUMENT', 'ExternalId is required');
      const organization = state.organizationByExternalId(request.params['external_id'] ?? '');
      if (!organization) throw notFound('organization');
      return ok(organization);
    }),

    route('PATCH', '/api/v1/organizations/{id}', (request) => {
      const organization = find(request);
      state.updateOrganization(organization, readBody(request, updateOrganization));
      return ok(organization);
    }),

    route('DELETE', '/api/v1/organizations/{id}', (request) => {
      state.deleteOrganization(find(request));
      return { status: 200, body: {} };
    }),

    route('PATCH', '/api/v1/organizations/{id}/settings', (request) => {
      const organization = find(request);
      const { features = [] } = readBody(request, settings);
      state.setFeatures(
        organization,
        features.map(({ name = '', enabled = false }) => ({ name, enabled })),
      );
      return ok(organization);
    }),

    route('PUT', '/api/v1/organizations/{id}/portal_links', (request) => {
      const organization = find(request);
      const { features } = readQuery(
        request,
        { features: list(oneOf(['dir_sync', 'sso'])) },
        { repeated: ['features'] },
      );
      const enabled = organization.settings.features
        .filter((known) => known.enabled)
        .map((known) => known.name);
      return {
        status: 200,
        body: sendLink(environment, state.createPortalLink(organization, features ?? enabled)),
      };
    }),

    route('DELETE', '/api/v1/organizations/{id}/portal_links/{link_id}', (request) => {
      const { id } = find(request);
      const link = [...state.portalLinks.values()].find(
        (candidate) => candidate.organization_id === id && candidate.id === request.params['link_id'],
      );
      if (!link) throw notFound('portal link');
      state.deletePortalLink(link);
      return { status: 200, body: {} };
    }),
  ];
}
