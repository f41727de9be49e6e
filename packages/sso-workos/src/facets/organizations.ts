import type { OrganizationId } from '@org/sso-core';
import { path } from '@org/sso-core/http';
import { loadOnce, type OrganizationAdminFacet, type OrganizationsFacet } from '@org/sso-core/provider';
import { createOnce, type WorkosApi } from '../api.js';
import { refuse } from '../errors.js';
import { ids } from '../ids.js';
import { replaceMetadata } from './metadata.js';

const organization = loadOnce(async () => (await import('../wire/organization.js')).organization);
const byId = (id: OrganizationId) => path`/organizations/${ids.strip(id)}`;

export function createOrganizations(api: WorkosApi): OrganizationsFacet {
  return {
    listPage: async (page, context) => api.page(organization, page, { context, path: '/organizations' }),
    get: async (id, context) => api.one(organization, { context, method: 'GET', path: byId(id) }),
    getByExternalId: async (externalId, context) =>
      api.one(organization, {
        context,
        method: 'GET',
        path: path`/organizations/external_id/${externalId}`,
      }),
  };
}

const deletionLimit = { key: 'DELETE /organizations', limit: 50, perMs: 60_000 };
const settingsReason =
  'WorkOS has no switch for single sign-on or directory synchronisation per organization';

export function createOrganizationAdmin(api: WorkosApi): OrganizationAdminFacet {
  const organizations = createOrganizations(api);
  return {
    features: { settings: false },
    limitations: { settings: settingsReason },
    create: async ({ name, externalId, metadata }, context) =>
      api.one(organization, {
        context,
        method: 'POST',
        path: '/organizations',
        json: { name, external_id: externalId, metadata },
        ...createOnce(),
      }),
    update: async (id, { name, externalId, metadata }, context) =>
      api.one(organization, {
        context,
        method: 'PUT',
        path: byId(id),
        json: {
          name,
          external_id: externalId,
          metadata: metadata && (await replaceMetadata(metadata, () => organizations.get(id, context))),
        },
      }),
    // Accepted (202) rather than done: the organization may be seen a while longer.
    delete: async (id, context) =>
      api.send({ context, method: 'DELETE', path: byId(id), rateLimits: [deletionLimit] }),
    updateSettings: (_id, _input, context) => refuse('organizationAdmin', context, settingsReason),
  };
}
