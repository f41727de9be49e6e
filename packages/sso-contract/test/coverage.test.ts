import { facetNames, type SsoProvider } from '@org/sso-core/provider';
import { expect, test } from 'vitest';
import { methodsOf } from '../src/provider-faults.js';
import { contractCases, createMemoryHarness, planContract, runCase } from '../src/index.js';

/** The provider, with every call of a facet's method noted. */
function watched<P extends SsoProvider>(provider: P, called: Set<string>): P {
  const facets = facetNames.map((name) => {
    const facet = provider[name] as Readonly<Record<string, unknown>> | undefined;
    const members = Object.entries(facet ?? {}).map(([member, value]) => {
      if (typeof value !== 'function') return [member, value];
      const note = (...input: readonly unknown[]): unknown => {
        called.add(`${name}.${member}`);
        return value.apply(facet, input);
      };
      return [member, note];
    });
    return [name, Object.fromEntries(members)];
  });
  return { ...provider, ...Object.fromEntries(facets) };
}

test('every operation of every facet is called by a case that the reference passes', async () => {
  const called = new Set<string>();
  const harness = createMemoryHarness({ change: (provider) => watched(provider, called) });
  for (const each of planContract(harness).run) await runCase(each, harness);
  const methods = facetNames.flatMap((facet) =>
    Object.keys(methodsOf[facet]).map((method) => `${facet}.${method}`),
  );
  expect(methods.filter((method) => !called.has(method))).toEqual([]);
});

test('every facet has a negative twin: the case that it is refused where it is absent', () => {
  const twins = contractCases.filter(({ without }) => without !== undefined && !without.includes('.'));
  expect(new Set(twins.map(({ without }) => without))).toEqual(new Set(facetNames));
});

test('every feature that gates something has a negative twin', async () => {
  const { provider } = createMemoryHarness();
  const gated = facetNames.flatMap((facet) => {
    const { features = {} } = provider[facet] as { readonly features?: object };
    return Object.entries(features)
      .filter(([, value]) => value === true || value === false)
      .map(([feature]) => `${facet}.${feature}`);
  });
  const refused = new Set(contractCases.map(({ without }) => without));
  expect(gated.filter((feature) => !refused.has(feature as never))).toEqual([]);
});
