import type { Organization, OrganizationId } from '@org/sso-core';
import { path, type ApiClient } from '@org/sso-core/http';
import type { CallContext, OrganizationAdminFacet, OrganizationsFacet } from '@org/sso-core/provider';
import { createOnce, pageQuery } from '../api.js';
import { ids } from '../ids.js';
import { replaceMetadata } from './metadata.js';
import { refuse } from './refuse.js';

const deletionLimit = { key: 'DELETE /organizations', limit: 50, perMs: 60_000 };

export function createOrganizationsFacet(api: ApiClient): OrganizationsFacet {
  return {
    async listPage(page, context) {
      const { organizations } = await import('../wire/organization.js');
      const { body } = await api.request({
        context,
        method: 'GET',
        path: '/organizations',
        query: pageQuery(page),
      });
      return organizations.page(body, context);
    },
    get: (id, context) => getOrganization(api, id, context),
    async getByExternalId(externalId, context) {
      const { organizations } = await import('../wire/organization.js');
      const { body } = await api.request({
        context,
        method: 'GET',
        path: path`/organizations/external_id/${externalId}`,
      });
      return organizations.one(body, context);
    },
  };
}

const settingsReason =
  'WorkOS has no switch for single sign-on or directory synchronisation per organization';

export function createOrganizationAdminFacet(api: ApiClient): OrganizationAdminFacet {
  return {
    features: { settings: false },
    limitations: { settings: settingsReason },
    async create({ name, externalId, metadata }, context) {
      const { organizations } = await import('../wire/organization.js');
      const { body } = await api.request({
        context,
        method: 'POST',
        path: '/organizations',
        json: { name, external_id: externalId, metadata },
        ...createOnce(),
      });
      return organizations.one(body, context);
    },
    async update(id, { name, externalId, metadata }, context) {
      const { organizations } = await import('../wire/organization.js');
      const current = async () => (await getOrganization(api, id, context)).metadata;
      const { body } = await api.request({
        context,
        method: 'PUT',
        path: path`/organizations/${ids.strip(id)}`,
        json: {
          name,
          external_id: externalId,
          metadata: metadata && (await replaceMetadata(metadata, current)),
        },
      });
      return organizations.one(body, context);
    },
    async delete(id, context) {
      // 202 with the text "Accepted": the organization may be seen a while longer.
      await api.request({
        context,
        method: 'DELETE',
        path: path`/organizations/${ids.strip(id)}`,
        expect: 'none',
        rateLimits: [deletionLimit],
      });
    },
    updateSettings: (_id, _input, context) => refuse('organizationAdmin', context, settingsReason),
  };
}

async function getOrganization(
  api: ApiClient,
  id: OrganizationId,
  context: CallContext,
): Promise<Organization> {
  const { organizations } = await import('../wire/organization.js');
  const { body } = await api.request({ context, method: 'GET', path: path`/organizations/${ids.strip(id)}` });
  return organizations.one(body, context);
}
