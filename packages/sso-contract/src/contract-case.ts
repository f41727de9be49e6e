import type { FacetName, SsoProvider } from '@org/sso-core/provider';
import type { CaseContext } from './case-context.js';
import { hasAbility, type Ability, type Harness } from './harness.js';

/**
 * A feature inside a facet: `organizationAdmin.settings` holds unless it is `false` or `null`; `adminPortal.intents=sso` holds when the feature is
 * that word or a list with it.
 */
export type FeatureCondition = `${FacetName}.${string}`;

/** One promise of the provider interface, checked. */
export interface ContractCase {
  /** Names a sentence of `docs/contract.md`, such as `ORG-03`. */
  readonly id: string;
  /** That sentence. */
  readonly title: string;
  /** Facets the provider has. */
  readonly requires: readonly FacetName[];
  /** Features the provider has. */
  readonly features?: readonly FeatureCondition[];
  /** A facet or feature the provider lacks: the case checks that it is refused. */
  readonly without?: FacetName | FeatureCondition;
  /** What the harness must be able to do. */
  readonly needs?: readonly Ability[];
  readonly run: (context: CaseContext) => Promise<void>;
}

/** Whether the provider's own facets and features call for this case. */
export function applies(contractCase: ContractCase, provider: SsoProvider): boolean {
  const { requires, features = [], without } = contractCase;
  return (
    [...requires, ...features].every((condition) => holds(condition, provider)) &&
    (without === undefined || !holds(without, provider))
  );
}

export function missingAbilities({ needs = [] }: ContractCase, harness: Harness): readonly Ability[] {
  return needs.filter((ability) => !hasAbility(harness, ability));
}

function holds(condition: FacetName | FeatureCondition, provider: SsoProvider): boolean {
  const [path = '', word] = condition.split('=');
  const [facetName = '', feature] = path.split('.');
  const facet = provider[facetName as FacetName];
  if (feature === undefined || !facet) return facet !== undefined;
  const features = ('features' in facet ? facet.features : {}) as Readonly<Record<string, unknown>>;
  const value = features[feature];
  if (word === undefined) return value !== undefined && value !== null && value !== false;
  return Array.isArray(value) ? value.includes(word) : value === word;
}
