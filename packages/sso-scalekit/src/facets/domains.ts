import type { Domain, DomainRef, OrganizationId } from '@org/sso-core';
import { path } from '@org/sso-core/http';
import { loadOnce, type CallContext, type DomainsFacet } from '@org/sso-core/provider';
import type { ScalekitApi } from '../api.js';
import { ids } from '../ids.js';

/** [S] */
const maxPageSize = 100;

/** Routes logins to the organization's identity provider; the other type only suggests an organization [S]. */
const domainType = 'ORGANIZATION_DOMAIN';

const all = (organizationId: OrganizationId) =>
  path`/api/v1/organizations/${ids.strip(organizationId)}/domains`;
const byId = ({ organizationId, domainId }: DomainRef) =>
  path`/api/v1/organizations/${ids.strip(organizationId)}/domains/${ids.strip(domainId)}`;

const wire = loadOnce(() => import('../wire/domain.js'));

export function createDomains(api: ScalekitApi): DomainsFacet {
  async function get(ref: DomainRef, context: CallContext): Promise<Domain> {
    const { domainAnswer } = await wire();
    return api.read({ context, method: 'GET', path: byId(ref) }, domainAnswer);
  }

  return {
    features: { verifiedOnCreate: true },
    async listPage({ organizationId }, { cursor, pageSize = maxPageSize }, context) {
      const { domainsPage } = await wire();
      const pageNumber = Number(cursor ?? 0);
      const size = Math.min(pageSize, maxPageSize);
      const { items, pageSize: used } = await api.read(
        {
          context,
          method: 'GET',
          path: all(organizationId),
          query: { page_size: size, page_number: pageNumber, domain_type: domainType },
        },
        domainsPage,
      );
      // There is neither a token nor a total: a page that is not full is the last.
      const full = items.length > 0 && items.length >= (used || size);
      return { items, nextCursor: full ? String(pageNumber + 1) : null };
    },
    get,
    async create({ organizationId, domain }, context) {
      const { domainAnswer } = await wire();
      return api.read(
        {
          context,
          method: 'POST',
          path: all(organizationId),
          json: { domain: domain.toLowerCase(), domain_type: domainType },
        },
        domainAnswer,
      );
    },
    async verify(ref, context) {
      const known = await get(ref, context);
      if (known.status === 'verified') return known;
      // Answers whether it is verified, not the domain [P].
      await api.send({ context, method: 'PATCH', path: `${byId(ref)}:verify` });
      return get(ref, context);
    },
    delete: async (ref, context) => api.send({ context, method: 'DELETE', path: byId(ref) }),
  };
}
