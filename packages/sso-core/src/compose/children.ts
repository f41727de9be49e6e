import { createSso, type ClientFacets } from '../client/create-sso.js';
import type { Listing } from '../client/listing.js';
import type { CallOptions, ListOptions } from '../client/options.js';
import { invalidArgument, SsoError } from '../errors.js';
import { parseQualifiedId } from '../model/ids.js';
import type { OrganizationId } from '../model/index.js';
import type { CallContext } from '../provider/context.js';
import type { Page, PageRequest } from '../provider/page.js';
import type { FacetName, SsoProvider } from '../provider/provider.js';
import { describeTarget, type Routes, type RouteTarget } from './routes.js';

/** A child is called as an app calls it, through a client: every refusal is the child's own and names it. */
export interface Child {
  readonly provider: SsoProvider;
  readonly client: ClientFacets;
}

type Call<Output> = (client: ClientFacets, options: CallOptions) => Promise<Output>;
type List<Item> = (client: ClientFacets, options: ListOptions) => Listing<Item>;

/** How the facets of a composite reach its children. */
export interface Children {
  readonly all: readonly Child[];
  /** Serves whoever has no route. */
  readonly fallback: Child | undefined;
  /** The child an id belongs to. Throws `invalid_argument` for an id of none. */
  readonly ownerOf: (id: string) => Child;
  /** The child the routes name; `undefined` when they name none. */
  readonly routedTo: (target: RouteTarget) => Promise<Child | undefined>;
  /** The child the routes name; else the organization's own, else the fallback. Throws `failed_precondition` without any. */
  readonly requireRoute: (target: RouteTarget | undefined, operation: string) => Promise<Child>;
  /** The customer's organization at a child, if the routes know it. */
  readonly organizationAt: (organization: OrganizationId, child: Child) => Promise<OrganizationId | null>;
  /** Calls the child an id belongs to. */
  readonly at: <Output>(id: string, context: CallContext, call: Call<Output>) => Promise<Output>;
  /** A page of the child an id belongs to. */
  readonly pageAt: <Item>(
    id: string,
    page: PageRequest,
    context: CallContext,
    list: List<Item>,
  ) => Promise<Page<Item>>;
  /** A page of all children's lists, one after the other. Children without the facet are passed over. */
  readonly mergedPage: <Item>(
    facet: FacetName,
    page: PageRequest,
    context: CallContext,
    list: List<Item>,
  ) => Promise<Page<Item>>;
}

export interface ChildrenOptions {
  readonly id: string;
  readonly providers: readonly SsoProvider[];
  readonly routes: Routes;
  readonly fallback: string | undefined;
}

export function createChildren({ id: composite, providers, routes, ...options }: ChildrenOptions): Children {
  const all = providers.map(createChild);
  const ids = all.map(({ provider }) => provider.id);
  const listed = ids.join(', ');
  const named = (id: string) => all.find(({ provider }) => provider.id === id);

  if (all.length === 0) throw invalidArgument(`"${composite}" needs at least one provider`);
  if (new Set(ids).size < ids.length)
    throw invalidArgument(`"${composite}" has two providers of one id among ${listed}`);
  if (providers.some((provider) => 'children' in provider))
    throw invalidArgument(
      `"${composite}" takes no provider that stands for several: list all of them in one`,
    );
  const fallback = options.fallback === undefined ? undefined : named(options.fallback);
  if (options.fallback !== undefined && !fallback)
    throw invalidArgument(
      `"${composite}" has the fallback "${options.fallback}", which is none of ${listed}`,
    );

  function ownerOf(id: string): Child {
    const { provider } = parseQualifiedId(id);
    const owner = named(provider);
    if (!owner) {
      throw invalidArgument(`"${id}" belongs to provider "${provider}", which is none of ${listed}`, {
        provider: composite,
      });
    }
    return owner;
  }

  async function routedTo(target: RouteTarget): Promise<Child | undefined> {
    const id = await routes.routeFor(target);
    if (id === null) return undefined;
    const child = named(id);
    if (child) return child;
    throw new SsoError({
      code: 'failed_precondition',
      message: `The route of ${describeTarget(target)} leads to "${id}", which is none of ${listed}`,
      provider: composite,
    });
  }

  return {
    all,
    ownerOf,
    fallback,
    routedTo,
    async requireRoute(target, operation) {
      const child = target && (await routedTo(target));
      if (child) return child;
      if (target?.organization !== undefined) return ownerOf(target.organization);
      if (fallback) return fallback;
      throw new SsoError({
        code: 'failed_precondition',
        message: target
          ? `${operation}: no route tells which of ${listed} serves ${describeTarget(target)}`
          : `${operation}: without an external id no route tells which of ${listed} it is for`,
        provider: composite,
        operation,
      });
    },
    organizationAt: async (organization, { provider }) =>
      (await routes.organizationAt?.(organization, provider.id)) ?? null,
    at: async (id, context, call) => call(ownerOf(id).client, optionsOf(context)),
    async pageAt(id, page, context, list) {
      return pageOf(list(ownerOf(id).client, listOptionsOf(page, context)), page.cursor);
    },
    async mergedPage(facet, page, context, list) {
      const able = all.filter(({ provider }) => provider[facet]);
      const { child, cursor } = readCursor(page.cursor, able, context);
      const { items, nextCursor } = await pageOf(list(child.client, listOptionsOf(page, context)), cursor);
      const next = nextCursor === null ? able[able.indexOf(child) + 1] : child;
      return { items, nextCursor: next ? writeCursor(next, nextCursor) : null };
    },
  };
}

export function createChild(provider: SsoProvider): Child {
  return { provider, client: createSso({ provider }) as unknown as ClientFacets };
}

export function optionsOf({ signal, timeoutMs, providerOptions }: CallContext): CallOptions {
  return {
    ...(signal && { signal }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(providerOptions && { providerOptions }),
  };
}

function listOptionsOf({ pageSize }: PageRequest, context: CallContext): ListOptions {
  return { ...optionsOf(context), ...(pageSize !== undefined && { pageSize }) };
}

async function pageOf<Item>(list: Listing<Item>, cursor: string | null): Promise<Page<Item>> {
  const pages = list.byPage(cursor === null ? {} : { cursor });
  const { value } = await pages[Symbol.asyncIterator]().next();
  return value as Page<Item>;
}

/** Child and its own cursor: `workos:abc`, or `workos` for its beginning. */
function writeCursor({ provider }: Child, cursor: string | null): string {
  return cursor === null ? provider.id : `${provider.id}:${cursor}`;
}

function readCursor(
  cursor: string | null,
  able: readonly Child[],
  { operation }: CallContext,
): { readonly child: Child; readonly cursor: string | null } {
  if (cursor === null) return { child: able[0]!, cursor: null };
  const separator = cursor.indexOf(':');
  const id = separator < 0 ? cursor : cursor.slice(0, separator);
  const child = able.find(({ provider }) => provider.id === id);
  if (!child) throw invalidArgument(`${operation}: the cursor is of another list`, { operation });
  return { child, cursor: separator < 0 ? null : cursor.slice(separator + 1) };
}

/** The first answer of those who support the call, in this order. Any other refusal than `unsupported` stands. */
export async function firstSupporting<Output>(
  children: readonly Child[],
  call: (child: Child) => Promise<Output>,
): Promise<Output> {
  const [first, ...others] = children;
  try {
    return await call(first!);
  } catch (error) {
    if (!SsoError.isInstance(error) || error.code !== 'unsupported' || others.length === 0) throw error;
    return firstSupporting(others, call);
  }
}
