import type { Domain, DomainRef } from '@org/sso-core';
import { path, type ApiClient } from '@org/sso-core/http';
import type { CallContext, DomainsFacet } from '@org/sso-core/provider';
import { createOnce } from '../api.js';
import { ids } from '../ids.js';
import { requireOwner } from './refuse.js';

export function createDomainsFacet(api: ApiClient): DomainsFacet {
  async function get({ organizationId, domainId }: DomainRef, context: CallContext): Promise<Domain> {
    ids.strip(organizationId);
    const { domains } = await import('../wire/domain.js');
    const { body } = await api.request({
      context,
      method: 'GET',
      path: path`/organization_domains/${ids.strip(domainId)}`,
    });
    return requireOwner(domains.one(body, context), organizationId, context);
  }

  return {
    features: { verifiedOnCreate: false },
    async listPage({ organizationId }, _page, context) {
      const { readOrganizationDomains } = await import('../wire/domain.js');
      const { body } = await api.request({
        context,
        method: 'GET',
        path: path`/organizations/${ids.strip(organizationId)}`,
      });
      return { items: readOrganizationDomains(body, context), nextCursor: null };
    },
    get,
    async create({ organizationId, domain }, context) {
      const { domains } = await import('../wire/domain.js');
      const { body } = await api.request({
        context,
        method: 'POST',
        path: '/organization_domains',
        json: { organization_id: ids.strip(organizationId), domain },
        ...createOnce(),
      });
      return domains.one(body, context);
    },
    async verify(ref, context) {
      const domain = await get(ref, context);
      // WorkOS refuses to verify what is verified.
      if (domain.status === 'verified') return domain;
      const { domains } = await import('../wire/domain.js');
      const { body } = await api.request({
        context,
        method: 'POST',
        path: path`/organization_domains/${domain.vendorId}/verify`,
        ...createOnce(),
      });
      return domains.one(body, context);
    },
    async delete(ref, context) {
      const { vendorId } = await get(ref, context);
      await api.request({
        context,
        method: 'DELETE',
        path: path`/organization_domains/${vendorId}`,
        expect: 'none',
      });
    },
  };
}
