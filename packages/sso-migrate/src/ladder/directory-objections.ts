import type { DirectoryComparison, DirectoryCounts, Migration } from '@org/sso-core/migration';

/** Why the new provider's directory events may not be acted on yet. */
export function objectionsToHandingOver(found: DirectoryComparison, { to }: Migration): string[] {
  return [
    ...objection(
      countOf(found, ({ missing }) => missing),
      (count) =>
        `Your app knows ${count} of whom the inbox heard nothing from ${to}: let it receive ${to}'s events, or reconcile the directory.`,
    ),
    ...objection(
      countOf(found, ({ losing }) => losing),
      (count) => `For ${to}, ${count} whom your app has are gone or have no access.`,
    ),
  ];
}

/** What would be taken away by acting on the old provider's directory events again. */
export function objectionsToHandingBack(found: DirectoryComparison, { from }: Migration): string[] {
  return objection(
    countOf(found, ({ losing }) => losing),
    (count) =>
      `For ${from}, ${count} whom your app has are gone or have no access, and they would lose it. To go back all the same, accept the losses.`,
  );
}

/** Why the move may not be taken back to where nothing is followed: what is still to be told would be lost. */
export function objectionsToLeaving(found: DirectoryComparison, { from }: Migration): string[] {
  return objectionsToWhatIsDue(found, from);
}

/** Why what both sides said may not be forgotten for good. */
export function objectionsToForgetting(found: DirectoryComparison, { from, to }: Migration): string[] {
  return [
    ...objectionsToWhatIsDue(found, to),
    ...objection(
      countOf(found, (counts) => counts.withheld),
      (count) =>
        `${to} still has ${count} whose access ${from} ended: let the identity provider end it at ${to} too, or give it back by catchUp with insist.`,
    ),
  ];
}

function objectionsToWhatIsDue(found: DirectoryComparison, acting: string): string[] {
  return objection(
    countOf(found, ({ untold, withheld }) => untold - withheld),
    (count) =>
      `What ${acting} said of ${count} has not reached your app yet: let the inbox work through what waits, and replay or discard what is quarantined.`,
  );
}

function objection(count: string | null, sentence: (count: string) => string): string[] {
  return count === null ? [] : [sentence(count)];
}

/** Such as `3 people and 1 group`; `null` for nobody. */
function countOf(
  { people, groups }: DirectoryComparison,
  numberIn: (counts: DirectoryCounts) => number,
): string | null {
  const parts = [
    some(numberIn(people), 'person', 'people'),
    some(numberIn(groups), 'group', 'groups'),
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : parts.join(' and ');
}

function some(count: number, one: string, many: string): string | false {
  return count > 0 && `${count} ${count === 1 ? one : many}`;
}
