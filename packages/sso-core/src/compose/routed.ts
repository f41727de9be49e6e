import type { OrganizationId } from '../model/index.js';
import type { CompositeProvider } from '../provider/composite.js';
import { defineProvider } from '../provider/define-provider.js';
import { facetNames, type FacetName, type ProviderFacets, type SsoProvider } from '../provider/provider.js';
import { createChildren, type Children } from './children.js';
import { featuresIn } from './features.js';
import { routedAuditLogs } from './routed-audit-logs.js';
import {
  routedAdminPortal,
  routedConnectionAdmin,
  routedConnections,
  routedDirectories,
  routedDirectoryAdmin,
  routedDomains,
  routedOrganizationAdmin,
  routedOrganizations,
  routedUsers,
} from './routed-facets.js';
import { routedLogin } from './routed-login.js';
import type { Routes, RouteTarget } from './routes.js';

export interface RoutedOptions<P extends SsoProvider> {
  /** Appears in hooks and errors; no entity is qualified by it. Default `routed`. */
  readonly id?: string;
  readonly providers: readonly P[];
  readonly routes: Routes;
  /** Id of the provider that serves whoever has no route. Default: such calls are refused. */
  readonly fallback?: string;
}

type RoutedFacetName = Exclude<FacetName, 'events' | 'webhooks'>;

const facetMakers = {
  login: routedLogin,
  organizations: routedOrganizations,
  organizationAdmin: routedOrganizationAdmin,
  domains: routedDomains,
  connections: routedConnections,
  connectionAdmin: routedConnectionAdmin,
  users: routedUsers,
  adminPortal: routedAdminPortal,
  directories: routedDirectories,
  directoryAdmin: routedDirectoryAdmin,
  auditLogs: routedAuditLogs,
} satisfies { readonly [F in RoutedFacetName]: (children: Children) => ProviderFacets[F] };

/** Facets at least one of the providers surely has. */
type SureFacetName<P> = {
  [F in RoutedFacetName]: P extends { readonly [Name in F]: object } ? F : never;
}[RoutedFacetName];

/** Has a facet when a child has it. Events and webhooks belong to each child: pull, receive and verify them there. */
export type RoutedProvider<P extends SsoProvider = SsoProvider> = Omit<
  CompositeProvider,
  FacetName | 'children'
> &
  Pick<ProviderFacets, SureFacetName<P>> &
  Partial<Pick<ProviderFacets, RoutedFacetName>> & {
    readonly children: readonly P[];
    /**
     * What the provider of a customer can do. An organization's id asks about calls with that id; a target asks about whom the routes
     * name. Throws `invalid_argument` for an id of no child, `failed_precondition` without a route.
     */
    readonly supportsFor: (organization: OrganizationId | RouteTarget) => Promise<ProviderSupport>;
  };

/** Facets and features of one provider, as data. */
export interface ProviderSupport {
  /** Provider id. */
  readonly provider: string;
  /** The facets it has, with their features. */
  readonly facets: Readonly<Partial<Record<FacetName, Readonly<Record<string, unknown>>>>>;
}

/**
 * One provider in front of several, for an app that runs more than one vendor. A login is fixed to one child before the redirect and
 * finishes there, whatever becomes of the routes meanwhile. Calls with an id go to the child whose id it is; new organizations and
 * look-ups by external id go where the routes say; lists of the whole environment are read child after child.
 *
 * A feature that gates an operation is declared when some child has it: the others refuse it with `UnsupportedOperationError` in their
 * own name. A feature that promises something of answers is declared when all have it. Throws `invalid_argument` for providers that
 * cannot be told apart.
 */
export function routed<P extends SsoProvider>(options: RoutedOptions<P>): RoutedProvider<P> {
  const { id = 'routed', providers, routes, fallback } = options;
  const children = createChildren({ id, providers, routes, fallback });
  const facets = Object.entries(facetMakers).filter(([facet]) =>
    providers.some((provider) => provider[facet as RoutedFacetName]),
  );
  const provider = defineProvider({
    specificationVersion: 'v1',
    id,
    environment: providers.map((child) => `${child.id}@${child.environment}`).join(' '),
    children: Object.freeze([...providers]),
    ...Object.fromEntries(facets.map(([facet, make]) => [facet, make(children)])),
    async supportsFor(organization: OrganizationId | RouteTarget): Promise<ProviderSupport> {
      const { provider: child } =
        typeof organization === 'string'
          ? children.ownerOf(organization)
          : await children.requireRoute(organization, 'supportsFor');
      return {
        provider: child.id,
        facets: Object.fromEntries(
          facetNames.flatMap((facet) => (child[facet] ? [[facet, featuresIn(child, facet)]] : [])),
        ),
      };
    },
  });
  return provider as unknown as RoutedProvider<P>;
}
