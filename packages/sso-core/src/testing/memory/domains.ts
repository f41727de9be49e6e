import type { Domain, DomainRef } from '../../model/index.js';
import type { CallContext } from '../../provider/context.js';
import type { DomainsFacet } from '../../provider/facets/domains.js';
import { requireOrganization } from './organizations.js';
import type { MemoryState } from './state.js';

export function createDomains(state: MemoryState) {
  const { domains, serve } = state;

  function requireDomain({ organizationId, domainId }: DomainRef, context: CallContext): Domain {
    const found = domains.get(domainId);
    if (found?.organizationId !== organizationId)
      throw state.error(context, 'not_found', `organization ${organizationId} has no domain ${domainId}`);
    return found;
  }

  return {
    features: { verifiedOnCreate: false },
    listPage: (scope, page, context) =>
      serve(context, { ...scope, ...page }, [scope.organizationId], () => {
        requireOrganization(state, scope.organizationId, context);
        return domains.page(page, (domain) => domain.organizationId === scope.organizationId);
      }),
    get: (ref, context) =>
      serve(context, ref, [ref.organizationId, ref.domainId], () => requireDomain(ref, context)),
    create: (input, context) =>
      serve(context, input, [input.organizationId], () => {
        requireOrganization(state, input.organizationId, context);
        const name = input.domain.toLowerCase();
        if (domains.find(({ domain }) => domain === name))
          throw state.error(context, 'already_exists', `domain "${name}" is taken`);
        return addDomain(state, input.organizationId, name);
      }),
    verify: (ref, context) =>
      serve(context, ref, [ref.organizationId, ref.domainId], () => {
        const { id, domain } = requireDomain(ref, context);
        const status = state.publishedDomains.has(domain) ? 'verified' : 'pending';
        return domains.update(id, { status, vendorStatus: status, updatedAt: state.timestamp() })!;
      }),
    delete: (ref, context) =>
      serve(context, ref, [ref.organizationId, ref.domainId], () => {
        domains.delete(requireDomain(ref, context).id);
      }),
  } as const satisfies DomainsFacet;
}

/** A new domain, `pending` until its DNS record is published and checked. */
export function addDomain(
  { domains, entity }: MemoryState,
  organizationId: Domain['organizationId'],
  domain: string,
): Domain {
  return domains.insert({
    ...entity<'domain'>('dom'),
    organizationId,
    domain,
    status: 'pending',
    vendorStatus: 'pending',
  });
}
