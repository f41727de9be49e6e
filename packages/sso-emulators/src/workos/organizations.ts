import type { EmulatorRequest } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import { isRecord } from '../kernel/parse.js';
import { isDomainName, isExternalId, mergeMetadata, Problems, readBody } from './body.js';
import { notFound, onlyMessage, refused } from './errors.js';
import type { Organization } from './objects.js';
import { listPage, listParameter } from './paging.js';
import type { WorkosState } from './state.js';

/** Consumer domains cannot belong to an organization. The real list is longer. [D] */
const consumerDomains = new Set([
  'gmail.com',
  'googlemail.com',
  'outlook.com',
  'hotmail.com',
  'yahoo.com',
  'icloud.com',
]);

export function organizationRoutes(state: WorkosState): Route[] {
  function find(request: EmulatorRequest): Organization {
    const organization = state.organizations.get(request.params['id'] ?? '');
    if (!organization) throw notFound();
    return organization;
  }

  /** Everything a body may say, checked before anything is changed. */
  function read(body: Record<string, unknown>, current?: Organization) {
    const problems = new Problems();
    const name = current ? problems.text(body, 'name') : problems.requiredText(body, 'name');
    if (current && name === '') problems.add('name', 'required');
    const allowOutside = problems.flag(body, 'allow_profiles_outside_organization');
    const stripeCustomerId = problems.text(body, 'stripe_customer_id');
    const externalId = problems.text(body, 'external_id');
    if (externalId !== undefined && !isExternalId(externalId)) {
      problems.add('external_id', 'external_id must be 1 to 128 ASCII characters');
    }
    const domains = readDomains(body, problems);
    problems.check();

    const metadata = mergeMetadata(current?.metadata ?? {}, body['metadata']);
    if (metadata === undefined) throw refused('invalid_metadata');
    if (externalId !== undefined) {
      const owner = state.externalIds.get(externalId);
      if (owner !== undefined && owner !== current?.id) throw refused('external_id_already_used');
    }
    for (const { domain } of domains ?? []) {
      if (state.domainsNamed(domain).some((other) => other.organization_id !== current?.id)) {
        throw onlyMessage(409, `An Organization with the domain ${domain} already exists.`);
      }
    }
    const clearsExternalId = body['external_id'] === null;
    return {
      name,
      allowOutside,
      stripeCustomerId,
      externalId: clearsExternalId ? null : externalId,
      domains,
      metadata,
    };
  }

  function write(organization: Organization, given: ReturnType<typeof read>): void {
    if (given.name) organization.name = given.name;
    organization.metadata = given.metadata;
    if (given.allowOutside !== undefined)
      organization.allow_profiles_outside_organization = given.allowOutside;
    if (given.stripeCustomerId !== undefined) organization.stripe_customer_id = given.stripeCustomerId;
    if (given.externalId !== undefined) state.setExternalId(organization, given.externalId);
    if (given.domains) {
      // A listed set replaces the old one, and re-added domains get new ids. [R 2021]
      for (const domain of organization.domains) state.deleteDomain(domain);
      for (const { domain, state: domainState } of given.domains)
        state.addDomain(organization, domain, domainState);
    }
  }

  return [
    route('GET', '/organizations', (request) => {
      const query = request.url.searchParams;
      const domains = listParameter(query, 'domains').map((domain) => domain.toLowerCase());
      const search = query.get('search')?.toLowerCase() ?? '';
      return listPage(
        request,
        state.organizations,
        (organization) =>
          (domains.length === 0 || organization.domains.some(({ domain }) => domains.includes(domain))) &&
          (search === '' || organization.name.toLowerCase().includes(search)),
        (organization) => organization,
      );
    }),
    route('POST', '/organizations', (request) => {
      const given = read(readBody(request));
      const organization = state.createOrganization({ name: given.name ?? '' }, 'organization', (created) =>
        write(created, given),
      );
      return { status: 201, body: organization };
    }),
    route('GET', '/organizations/external_id/{external_id}', (request) => {
      const organization = state.organizationByExternalId(request.params['external_id'] ?? '');
      if (!organization) throw notFound();
      return { status: 200, body: organization };
    }),
    route('GET', '/organizations/{id}', (request) => ({ status: 200, body: find(request) })),
    route('PUT', '/organizations/{id}', (request) => {
      const organization = find(request);
      const given = read(readBody(request), organization);
      state.updateOrganization(organization, () => write(organization, given));
      return { status: 200, body: organization };
    }),
    route('DELETE', '/organizations/{id}', (request) => {
      state.deleteOrganization(find(request));
      return { status: 202, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Accepted' };
    }),
  ];
}

interface DomainData {
  readonly domain: string;
  readonly state: 'pending' | 'verified';
}

/** `domain_data`, or the older `domains` whose entries come out verified. `undefined` when neither is there. */
function readDomains(body: Record<string, unknown>, problems: Problems): DomainData[] | undefined {
  const field = body['domain_data'] ? 'domain_data' : 'domains';
  const given = body[field] ?? undefined;
  if (given === undefined) return undefined;
  if (!Array.isArray(given)) {
    problems.add(field, `${field} must be an array`);
    return undefined;
  }
  const entries: readonly unknown[] = given;
  return entries.flatMap((entry) => {
    const { domain, state } = isRecord(entry) ? entry : { domain: entry, state: 'verified' };
    if (!isDomainName(domain)) problems.add(field, 'domain must be a domain name');
    else if (consumerDomains.has(domain.toLowerCase())) problems.add(field, `${domain} is a consumer domain`);
    else if (state !== 'pending' && state !== 'verified')
      problems.add(field, 'state must be pending or verified');
    else return [{ domain, state } as const];
    return [];
  });
}
