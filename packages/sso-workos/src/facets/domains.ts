import type { Domain, DomainId, DomainRef } from '@org/sso-core';
import { path } from '@org/sso-core/http';
import { loadOnce, type CallContext, type DomainsFacet } from '@org/sso-core/provider';
import { createOnce, type WorkosApi } from '../api.js';
import { requireOwner } from '../errors.js';
import { ids } from '../ids.js';

const domain = loadOnce(async () => (await import('../wire/domain.js')).domain);
const byId = (id: DomainId) => path`/organization_domains/${ids.strip(id)}`;

export function createDomains(api: WorkosApi): DomainsFacet {
  async function get({ organizationId, domainId }: DomainRef, context: CallContext): Promise<Domain> {
    ids.strip(organizationId);
    const found = await api.one(domain, { context, method: 'GET', path: byId(domainId) });
    return requireOwner(found, organizationId, context);
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
    create: async ({ organizationId, domain: name }, context) =>
      api.one(domain, {
        context,
        method: 'POST',
        path: '/organization_domains',
        json: { organization_id: ids.strip(organizationId), domain: name },
        ...createOnce(),
      }),
    async verify(ref, context) {
      const found = await get(ref, context);
      // WorkOS refuses to verify what is verified.
      if (found.status === 'verified') return found;
      return api.one(domain, { context, method: 'POST', path: `${byId(found.id)}/verify`, ...createOnce() });
    },
    async delete(ref, context) {
      const { id } = await get(ref, context);
      await api.send({ context, method: 'DELETE', path: byId(id) });
    },
  };
}
