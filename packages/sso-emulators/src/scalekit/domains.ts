import type { EmulatorRequest } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import type { ScalekitEnvironment } from './environment.js';
import { apiError, notFound } from './errors.js';
import { message, oneOf, readBody, readQuery, string, uint } from './messages.js';
import { findOrganization } from './organizations.js';
import { type Domain, domainTypes } from './objects.js';

const defaultPageSize = 30;

/** Public and disposable mail domains, which no organization can own. A sample of the vendor's list. */
const publicDomains = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'live.com',
  'msn.com',
  'yahoo.com',
  'icloud.com',
  'me.com',
  'aol.com',
  'gmx.com',
  'gmx.de',
  'web.de',
  'mail.com',
  'proton.me',
  'protonmail.com',
  'zoho.com',
  'yandex.com',
  'mailinator.com',
  'guerrillamail.com',
  '10minutemail.com',
  'tempmail.com',
  'trashmail.com',
  'yopmail.com',
]);

const domainName = /^(?=.{4,255}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/;

const createDomain = message({ domain: string({ min: 4, max: 255 }), domain_type: oneOf(domainTypes) }, [
  'domain',
]);

/** The domains of an organization. */
export function domainRoutes({ state }: ScalekitEnvironment): Route[] {
  const path = '/api/v1/organizations/{organization_id}/domains';

  function find({ params }: EmulatorRequest): Domain {
    const { id: organizationId } = findOrganization(state, params['organization_id']);
    const domain = state.domains.get(params['id'] ?? '');
    if (domain?.organization_id !== organizationId) throw notFound('domain');
    return domain;
  }

  return [
    route('POST', path, (request) => {
      const organization = findOrganization(state, request.params['organization_id']);
      const { domain = '', domain_type: type = 'ALLOWED_EMAIL_DOMAIN' } = readBody(request, createDomain);
      const name = domain.toLowerCase();
      if (!domainName.test(name)) throw apiError('INVALID_ARGUMENT', `invalid domain ${domain}`);
      if (publicDomains.has(name))
        throw apiError('INVALID_ARGUMENT', `${name} is a public or disposable domain`);
      return { status: 200, body: { domain: state.createDomain(organization, name, type) } };
    }),

    route('GET', path, (request) => {
      const { id } = findOrganization(state, request.params['organization_id']);
      const query = readQuery(request, {
        include: string(),
        page_size: uint({ max: 100 }),
        page_number: uint(),
        domain_type: oneOf(domainTypes),
      });
      const size = query.page_size || defaultPageSize;
      const number = query.page_number ?? 0;
      const domains = state
        .domainsOf(id)
        .filter((domain) => (query.domain_type ?? domain.domain_type) === domain.domain_type)
        .slice(number * size, (number + 1) * size);
      return { status: 200, body: { page_size: size, page_number: number, domains } };
    }),

    route('GET', `${path}/{id}`, (request) => ({ status: 200, body: { domain: find(request) } })),

    route('PATCH', `${path}/{id}`, (request) => ({ status: 200, body: { domain: find(request) } })),

    route('PATCH', `${path}/{id}:verify`, (request) => ({
      status: 200,
      body: { verified: ['VERIFIED', 'AUTO_VERIFIED'].includes(find(request).verification_status) },
    })),

    route('DELETE', `${path}/{id}`, (request) => {
      state.deleteDomain(find(request));
      return { status: 200, body: {} };
    }),
  ];
}
