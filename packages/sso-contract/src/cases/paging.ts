import type { Listing, ListOptions } from '@org/sso-core';
import type { FacetName } from '@org/sso-core/provider';
import type { CaseContext } from '../case-context.js';
import type { ContractCase } from '../contract-case.js';
import type { Ability } from '../harness.js';
import { collect, createDirectory } from './support.js';

/** Several things of one customer, and how they are listed. */
interface Listed {
  /** In any order. */
  readonly created: readonly string[];
  readonly list: (options: ListOptions) => Listing<unknown>;
  readonly idOf: (item: never) => string;
}

interface Kind {
  readonly plural: string;
  readonly facet: FacetName;
  readonly needs?: readonly Ability[];
  readonly prepare: (context: CaseContext, count: number) => Promise<Listed>;
}

async function times(count: number, make: () => Promise<string> | string): Promise<string[]> {
  const made: string[] = [];
  while (made.length < count) made.push(await make());
  return made;
}

const idOf = ({ id }: { readonly id: string }) => id;

async function createMembers({ sso, createCustomer, unique }: CaseContext, count: number) {
  const { organizationId } = await createCustomer();
  const created = await times(count, async () => {
    const email = `${unique('ada')}@acme.example`;
    return (await sso.users.create({ organizationId, email, sendInvitation: false })).user.id;
  });
  return { organizationId, created };
}

const kinds: readonly Kind[] = [
  {
    plural: 'domains',
    facet: 'domains',
    async prepare({ sso, world, unique }, count) {
      const domains = await times(count, () => `${unique('acme')}.example`);
      const organizationId = await world.createOrganization({ name: unique('acme'), domains });
      return {
        created: domains,
        list: (options) => sso.domains.list({ organizationId }, options),
        idOf: ({ domain }: { readonly domain: string }) => domain,
      };
    },
  },
  {
    plural: 'connections',
    facet: 'connections',
    needs: ['world.createConnection'],
    async prepare({ sso, world, createCustomer }, count) {
      const { organizationId, domain } = await createCustomer();
      const connection = { organizationId, protocol: 'saml', identityProvider: 'okta', users: [] } as const;
      const created = await times(count, () =>
        world.createConnection({ ...connection, status: 'draft', domains: [domain] }),
      );
      return { created, list: (options) => sso.connections.list({ organizationId }, options), idOf };
    },
  },
  {
    plural: 'users',
    facet: 'users',
    async prepare(context, count) {
      const { organizationId, created } = await createMembers(context, count);
      return { created, list: (options) => context.sso.users.list({ organizationId }, options), idOf };
    },
  },
  {
    plural: 'memberships',
    facet: 'users',
    async prepare(context, count) {
      const { organizationId, created } = await createMembers(context, count);
      return {
        created,
        list: (options) => context.sso.users.listMemberships({ organizationId }, options),
        idOf: ({ userId }: { readonly userId: string }) => userId,
      };
    },
  },
  {
    plural: 'directories',
    facet: 'directories',
    needs: ['world.directories'],
    async prepare({ sso, world, createCustomer, unique }, count) {
      const { organizationId } = await createCustomer();
      const directory = { organizationId, identityProvider: 'okta', status: 'active' } as const;
      const created = await times(count, () =>
        world.directories.createDirectory({ ...directory, name: unique('acme') }),
      );
      return { created, list: (options) => sso.directories.list({ organizationId }, options), idOf };
    },
  },
  {
    plural: 'groups',
    facet: 'directories',
    needs: ['world.directories'],
    async prepare(context, count) {
      const { sso, world, unique } = context;
      const ref = await createDirectory(context);
      const created = await times(count, () =>
        world.directories.createGroup(ref.directoryId, unique('Engineering')),
      );
      return { created, list: (options) => sso.directories.listGroups(ref, options), idOf };
    },
  },
];

/** What holds for organizations and people of a directory is said beside their other cases. */
export const pagingCases: readonly ContractCase[] = kinds.map(
  ({ plural, facet, needs = [], prepare }, index) => ({
    id: `PAGE-${String(1 + index).padStart(2, '0')}`,
    title: `Pages of ${plural} fit together: each once, no more than asked for unless there is one page only, and a list goes on after any cursor.`,
    requires: [facet],
    needs,
    async run(context) {
      const { check, random } = context;
      const { created, list, idOf: read } = await prepare(context, random.integer(3, 5));
      const pageSize = random.integer(1, 2);
      const pages = await collect(list({ pageSize }).byPage());
      const idsOn = pages.map(({ items }) => items.map((item) => read(item as never)));
      check.equal(idsOn.flat().toSorted(), created.toSorted());
      for (const [number, { items, nextCursor }] of pages.entries()) {
        check.ok(
          pages.length === 1 || items.length <= pageSize,
          `a page of size ${pageSize} holds ${items.length}`,
        );
        if (nextCursor === null) continue;
        const rest = await collect(list({ pageSize }).byPage({ cursor: nextCursor }));
        check.equal(
          rest.flatMap((page) => page.items.map((item) => read(item as never))),
          idsOn.slice(number + 1).flat(),
        );
      }
    },
  }),
);
