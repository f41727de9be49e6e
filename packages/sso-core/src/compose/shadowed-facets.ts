import type { ClientFacets } from '../client/create-sso.js';
import type { CallOptions } from '../client/options.js';
import type { DirectoryId, OrganizationId } from '../model/index.js';
import type { ConnectionsFacet } from '../provider/facets/connections.js';
import type { DirectoriesFacet } from '../provider/facets/directories.js';
import type { DomainsFacet } from '../provider/facets/domains.js';
import type { OrganizationsFacet } from '../provider/facets/organizations.js';
import type { UsersFacet } from '../provider/facets/users.js';
import type { Page, PageRequest } from '../provider/page.js';
import { counterpartKey } from './comparison.js';
import type { Counterparts } from './counterparts.js';
import { NothingToCompare, type Observe } from './shadow-observer.js';

/** A shadow's list is read this far. */
const maxListed = 1000;

export function shadowedOrganizations(
  facet: OrganizationsFacet,
  observe: Observe,
  { remember }: Counterparts,
): OrganizationsFacet {
  return {
    ...facet,
    listPage: (page, context) =>
      observe(context, facet.listPage(page, context), ({ organizations }, options, answer) => {
        answer.items.forEach(remember);
        return wholeList(page, answer, organizations.list(options));
      }),
    get: (id, context) =>
      observe(context, facet.get(id, context), async ({ organizations }, options, answer) => {
        remember(answer);
        if (answer.externalId === null) throw new NothingToCompare('no_counterpart');
        return organizations.getByExternalId(answer.externalId, options);
      }),
    getByExternalId: (externalId, context) =>
      observe(context, facet.getByExternalId(externalId, context), ({ organizations }, options, answer) => {
        remember(answer);
        return organizations.getByExternalId(externalId, options);
      }),
  };
}

export function shadowedDomains(facet: DomainsFacet, observe: Observe, { find }: Counterparts): DomainsFacet {
  const listed = async (organization: OrganizationId, client: ClientFacets, options: CallOptions) =>
    client.domains.list({ organizationId: await find(organization, client, options) }, options);
  return {
    ...facet,
    listPage: (scope, page, context) =>
      observe(context, facet.listPage(scope, page, context), async (client, options, answer) =>
        wholeList(page, answer, await listed(scope.organizationId, client, options)),
      ),
    get: (ref, context) =>
      observe(context, facet.get(ref, context), async (client, options, answer) =>
        counterpartIn(await listed(ref.organizationId, client, options), answer),
      ),
  };
}

export function shadowedConnections(
  facet: ConnectionsFacet,
  observe: Observe,
  { find }: Counterparts,
): ConnectionsFacet {
  const listed = async (organization: OrganizationId, client: ClientFacets, options: CallOptions) =>
    client.connections.list({ organizationId: await find(organization, client, options) }, options);
  return {
    ...facet,
    listPage: (filter, page, context) =>
      observe(context, facet.listPage(filter, page, context), async (client, options, answer) => {
        const { organizationId, ...others } = filter;
        const scope =
          organizationId === undefined ? {} : { organizationId: await find(organizationId, client, options) };
        return wholeList(page, answer, client.connections.list({ ...others, ...scope }, options));
      }),
    get: (ref, context) =>
      observe(context, facet.get(ref, context), async (client, options, answer) =>
        counterpartIn(await listed(ref.organizationId, client, options), answer),
      ),
  };
}

export function shadowedUsers(facet: UsersFacet, observe: Observe, { find }: Counterparts): UsersFacet {
  return {
    ...facet,
    listPage: (scope, page, context) =>
      observe(context, facet.listPage(scope, page, context), async (client, options, answer) => {
        const organizationId = await find(scope.organizationId, client, options);
        return wholeList(page, answer, client.users.list({ organizationId }, options));
      }),
  };
}

export function shadowedDirectories(
  facet: DirectoriesFacet,
  observe: Observe,
  { find }: Counterparts,
): DirectoriesFacet {
  const listed = async (organization: OrganizationId, client: ClientFacets, options: CallOptions) =>
    client.directories.list({ organizationId: await find(organization, client, options) }, options);

  /** The organization and directory at the shadow, when it has exactly one there and the filter means the same. */
  async function counterpart(
    filter: {
      readonly organizationId: OrganizationId;
      readonly groupId?: unknown;
      readonly updatedAfter?: unknown;
    },
    client: ClientFacets,
    options: CallOptions,
  ): Promise<{ organizationId: OrganizationId; directoryId: DirectoryId }> {
    const [only, another] = await upTo(2, await listed(filter.organizationId, client, options));
    if (!only || another || filter.groupId !== undefined || filter.updatedAfter !== undefined)
      throw new NothingToCompare('no_counterpart');
    return { organizationId: only.organizationId, directoryId: only.id };
  }

  return {
    ...facet,
    listPage: (filter, page, context) =>
      observe(context, facet.listPage(filter, page, context), async (client, options, answer) =>
        wholeList(page, answer, await listed(filter.organizationId, client, options)),
      ),
    get: (ref, context) =>
      observe(context, facet.get(ref, context), async (client, options, answer) =>
        counterpartIn(await listed(ref.organizationId, client, options), answer),
      ),
    listUsersPage: (filter, page, context) =>
      observe(context, facet.listUsersPage(filter, page, context), async (client, options, answer) => {
        const there = await counterpart(filter, client, options);
        return wholeList(page, answer, client.directories.listUsers(there, options));
      }),
    listGroupsPage: (filter, page, context) =>
      observe(context, facet.listGroupsPage(filter, page, context), async (client, options, answer) => {
        const there = await counterpart(filter, client, options);
        return wholeList(page, answer, client.directories.listGroups(there, options));
      }),
  };
}

/** The shadow's list in the shape of the primary's page. Pages of two vendors do not line up: only whole lists compare. */
async function wholeList<Item>(
  { cursor }: PageRequest,
  { nextCursor }: Page<Item>,
  list: AsyncIterable<Item>,
): Promise<Page<Item>> {
  if (cursor !== null || nextCursor !== null) throw new NothingToCompare('long_list');
  const items = await upTo(maxListed + 1, list);
  if (items.length > maxListed) throw new NothingToCompare('long_list');
  return { items, nextCursor: null };
}

/** What stands for an entity in the shadow's list: its only member, or the one with the same key. */
async function counterpartIn<Item>(list: AsyncIterable<Item>, entity: Item): Promise<Item> {
  const items = await upTo(maxListed, list);
  const key = counterpartKey(entity);
  const found = items.length === 1 ? items[0] : items.find((item) => counterpartKey(item) === key);
  if (!found) throw new NothingToCompare('not_found');
  return found;
}

async function upTo<Item>(count: number, list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of list) if (items.push(item) === count) break;
  return items;
}
