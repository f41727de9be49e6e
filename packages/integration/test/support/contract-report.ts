import { contractCases, type ContractCase, type Harness } from '@org/sso-contract';
import type { CaseOutcome } from '@org/sso-contract/vitest';
import { facetNames, type FacetName, type SsoProvider } from '@org/sso-core/provider';
import { table } from './markdown.js';

/** A target the contract ran on, and what came of each case that applies to it. */
export interface ContractRun {
  readonly harness: Harness;
  readonly outcomes: ReadonlyMap<string, CaseOutcome>;
}

/** What each vendor's adapter has, with the cases that ran for it in any of its environments. */
export function featureTable(vendors: Readonly<Record<string, readonly ContractRun[]>>): string {
  const runsOf = Object.values(vendors);
  const providers = runsOf.map(([first]) => first!.harness.provider);
  const rows = facetNames.flatMap((facet) => [
    [`**${facet}**`, ...runsOf.map((runs, index) => facetCell(runs, providers[index]!, facet))],
    ...[...new Set(providers.flatMap((provider) => Object.keys(featuresOf(provider, facet))))].map(
      (feature) => [
        `${facet}.${feature}`,
        ...runsOf.map((runs, index) => featureCell(runs, providers[index]!, facet, feature)),
      ],
    ),
  ]);
  return table(['facet or feature', ...Object.keys(vendors)], rows);
}

/** How many cases passed on each target, and which ones were not run, with the reason. */
export function targetReport(targets: Readonly<Record<string, ContractRun>>): string {
  const rows = Object.entries(targets).map(([name, { outcomes }]) => {
    const all = [...outcomes.values()];
    return [
      name,
      ...(['passed', 'not_run'] as const).map((wanted) =>
        String(all.filter((each) => each === wanted).length),
      ),
    ];
  });
  const gaps = Object.entries(targets).flatMap(([name, { harness, outcomes }]) => {
    const reasons = new Map<string, string[]>();
    // A target may give a reason for cases that apply to another provider.
    for (const [id, reason] of Object.entries(harness.notRun))
      if (outcomes.get(id) === 'not_run') reasons.set(reason, [...(reasons.get(reason) ?? []), id]);
    return [...reasons].map(([reason, ids]) => `- Not run on ${name}, as ${reason}: ${ids.join(', ')}`);
  });
  return [table(['target', 'passed', 'not run'], rows), gaps.join('\n')].join('\n\n');
}

function featuresOf(provider: SsoProvider, facet: FacetName): Readonly<Record<string, unknown>> {
  return (
    (provider[facet] as { readonly features?: Readonly<Record<string, unknown>> } | undefined)?.features ?? {}
  );
}

function facetCell(runs: readonly ContractRun[], provider: SsoProvider, facet: FacetName): string {
  const isThere = provider[facet] !== undefined;
  const cases = countOf(runs, ({ requires, without }) =>
    isThere ? requires.includes(facet) : without === facet,
  );
  return `${isThere ? 'yes' : 'no'} ${cases}`;
}

function featureCell(
  runs: readonly ContractRun[],
  provider: SsoProvider,
  facet: FacetName,
  feature: string,
): string {
  if (!provider[facet]) return '';
  const path = `${facet}.${feature}`;
  const isAbout = (condition: string | undefined) => condition?.split('=')[0] === path;
  const cases = countOf(runs, ({ features = [], without }) => isAbout(without) || features.some(isAbout));
  return `${shown(featuresOf(provider, facet)[feature])} ${cases}`.trim();
}

function shown(value: unknown): string {
  if (value === undefined || value === false) return 'no';
  if (value === true) return 'yes';
  const words: readonly unknown[] = Array.isArray(value) ? value : [value];
  return words.map((word) => `\`${String(word)}\``).join(', ');
}

/** Of the cases about something: `(passed)`, with what was not run beside it; empty where there are none. */
function countOf(runs: readonly ContractRun[], isAbout: (contractCase: ContractCase) => boolean): string {
  const outcomes = contractCases.filter(isAbout).map(({ id }) => {
    const found = new Set(runs.map((run) => run.outcomes.get(id)));
    return (['failed', 'passed', 'not_run'] as const).find((outcome) => found.has(outcome));
  });
  const count = (wanted: CaseOutcome) => outcomes.filter((outcome) => outcome === wanted).length;
  const parts = [
    count('passed') > 0 && String(count('passed')),
    count('failed') > 0 && `${count('failed')} failed`,
    count('not_run') > 0 && `${count('not_run')} not run`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? '' : `(${parts.join(', ')})`;
}
