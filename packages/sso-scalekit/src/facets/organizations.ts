import type { Organization, OrganizationId } from '@org/sso-core';
import { path, type ApiRequest } from '@org/sso-core/http';
import { loadOnce, type OrganizationAdminFacet, type OrganizationsFacet } from '@org/sso-core/provider';
import type { ScalekitApi } from '../api.js';
import { ids } from '../ids.js';

/** The specification says 100, an older page 30, and nothing says what happens in between [S][O]: 30 works under each. */
const maxPageSize = 30;

const byId = (id: OrganizationId) => path`/api/v1/organizations/${ids.strip(id)}`;

const wire = loadOnce(() => import('../wire/organization.js'));

async function readOrganization(api: ScalekitApi, request: ApiRequest): Promise<Organization> {
  const { organizationAnswer } = await wire();
  return api.read(request, organizationAnswer);
}

export function createOrganizations(api: ScalekitApi): OrganizationsFacet {
  return {
    async listPage({ cursor, pageSize = maxPageSize }, context) {
      const { organizationsPage } = await wire();
      return api.read(
        {
          context,
          method: 'GET',
          path: '/api/v1/organizations',
          query: { page_size: Math.min(pageSize, maxPageSize), page_token: cursor },
        },
        organizationsPage,
      );
    },
    get: async (id, context) => readOrganization(api, { context, method: 'GET', path: byId(id) }),
    getByExternalId: async (externalId, context) =>
      readOrganization(api, {
        context,
        method: 'GET',
        path: path`/api/v1/organizations:external/${externalId}`,
      }),
  };
}

export function createOrganizationAdmin(api: ScalekitApi): OrganizationAdminFacet {
  return {
    features: { settings: true },
    create: async ({ name, externalId, metadata }, context) =>
      readOrganization(api, {
        context,
        method: 'POST',
        path: '/api/v1/organizations',
        json: { display_name: name, external_id: externalId, metadata },
      }),
    update: async (id, { name, externalId, metadata }, context) =>
      readOrganization(api, {
        context,
        method: 'PATCH',
        path: byId(id),
        // An empty string clears optional text, as documented for `slug` [S].
        json: { display_name: name, external_id: externalId === null ? '' : externalId, metadata },
      }),
    delete: async (id, context) => api.send({ context, method: 'DELETE', path: byId(id) }),
    updateSettings: async (id, { sso, directorySync }, context) =>
      readOrganization(api, {
        context,
        method: 'PATCH',
        path: `${byId(id)}/settings`,
        json: {
          features: [
            { name: 'sso', enabled: sso },
            { name: 'dir_sync', enabled: directorySync },
          ].filter(({ enabled }) => enabled !== undefined),
        },
      }),
  };
}
