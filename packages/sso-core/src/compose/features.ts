import type { Limitations } from '../provider/features.js';
import type { FacetName, SsoProvider } from '../provider/provider.js';
import type { Children } from './children.js';

type Features = Readonly<Record<string, unknown>>;

/** What gates an operation: declared when any child has it, because a child without it refuses by itself, in its own name. */
export function someChild(children: Children, facet: FacetName, feature: string): boolean {
  return featuresOf(children, facet).some((features) => features[feature] !== false);
}

/** What promises something of the answers: declared when it holds for the answers of every child. */
export function everyChild(children: Children, facet: FacetName, feature: string): boolean {
  return featuresOf(children, facet).every((features) => features[feature] === true);
}

/** The widest of the children's limits, `null` being none: a child with a narrower one refuses by itself. */
export function widestLimit(children: Children, facet: FacetName, feature: string): number | null {
  const limits = featuresOf(children, facet).map((features) => features[feature] as number | null);
  return limits.reduce((widest, limit) =>
    widest === null || limit === null ? null : Math.max(widest, limit),
  );
}

/** The children's reasons by feature, each with the child's name. */
export function limitationsOf({ all }: Children, facet: FacetName): Limitations {
  const reasons: Record<string, string> = {};
  for (const { provider } of all) {
    const { limitations = {} } = (provider[facet] ?? {}) as { readonly limitations?: Limitations };
    for (const [feature, reason] of Object.entries(limitations)) {
      const told = reasons[feature] === undefined ? '' : `${reasons[feature]}; `;
      reasons[feature] = `${told}${provider.id}: ${reason}`;
    }
  }
  return reasons;
}

/** The features of a facet; none when it has none. */
export function featuresIn(provider: SsoProvider, facet: FacetName): Features {
  return (provider[facet] as { readonly features?: Features } | undefined)?.features ?? {};
}

function featuresOf({ all }: Children, facet: FacetName): Features[] {
  return all.filter(({ provider }) => provider[facet]).map(({ provider }) => featuresIn(provider, facet));
}
