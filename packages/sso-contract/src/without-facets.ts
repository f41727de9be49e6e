import type { FacetName, SsoProvider } from '@org/sso-core/provider';

/** The provider as if it had not these facets, for an environment that lacks them and for tests of their absence. */
export function withoutFacets(provider: SsoProvider, ...facets: readonly FacetName[]): SsoProvider {
  const members = Object.entries(provider).filter(([name]) => !(facets as readonly string[]).includes(name));
  return Object.fromEntries(members) as unknown as SsoProvider;
}
