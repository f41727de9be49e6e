import type { EmulatorRequest } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import { isDomainName, Problems, readBody } from './body.js';
import { entityNotFound, notFound, refused } from './errors.js';
import type { OrganizationDomain } from './objects.js';
import type { WorkosState } from './state.js';

export function domainRoutes(state: WorkosState): Route[] {
  function find(request: EmulatorRequest): OrganizationDomain {
    const id = request.params['id'] ?? '';
    const domain = state.domain(id);
    if (!domain) throw entityNotFound('Organization Domain', id);
    return domain;
  }

  return [
    route('POST', '/organization_domains', (request) => {
      const body = readBody(request);
      const problems = new Problems();
      const name = problems.requiredText(body, 'domain');
      if (name && !isDomainName(name)) problems.add('domain', 'domain must be a domain name');
      const organizationId = problems.requiredText(body, 'organization_id');
      problems.check();
      const organization = state.organizations.get(organizationId);
      if (!organization) throw notFound();
      if (state.domainsNamed(name).some((domain) => domain.organization_id === organization.id)) {
        throw refused('domain_already_exists', 'Domain already exists for this organization.', 409);
      }
      return { status: 201, body: state.addDomain(organization, name, 'pending') };
    }),
    route('GET', '/organization_domains/{id}', (request) => ({ status: 200, body: find(request) })),
    route('POST', '/organization_domains/{id}/verify', (request) => {
      const domain = find(request);
      if (domain.state === 'verified' || domain.state === 'legacy_verified') {
        throw refused('domain_already_verified', 'Domain is already verified.');
      }
      // Only starts the DNS checks: the portal's verify button ends them.
      state.setDomainState(domain, 'pending');
      return { status: 201, body: domain };
    }),
    route('DELETE', '/organization_domains/{id}', (request) => {
      state.deleteDomain(find(request));
      return { status: 204 };
    }),
  ];
}
