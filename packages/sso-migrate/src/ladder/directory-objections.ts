import type { DirectoryComparison, DirectoryCounts, Migration } from '@org/sso-core/migration';

/** Why the new provider's directory events may not be acted on yet. */
export function objectionsToHandingOver(found: DirectoryComparison, { to }: Migration): string[] {
  return [
    ...objection(
      countOf(found, 'missing'),
      (count) =>
        `Your app knows ${count} of whom the inbox heard nothing from ${to}: let it receive ${to}'s events, or reconcile the directory.`,
    ),
    ...objection(
      countOf(found, 'losing'),
      (count) => `For ${to}, ${count} whom your app has are gone or have no access.`,
    ),
  ];
}

/** What would be taken away by acting on the old provider's directory events again. */
export function objectionsToHandingBack(found: DirectoryComparison, { from }: Migration): string[] {
  return objection(
    countOf(found, 'losing'),
    (count) =>
      `For ${from}, ${count} whom your app has are gone or have no access, and they would lose it. To go back all the same, accept the losses.`,
  );
}

/** Why what both sides said may not be forgotten yet. */
export function objectionsToForgetting(found: DirectoryComparison, { to }: Migration): string[] {
  return objection(
    countOf(found, 'untold'),
    (count) =>
      `What ${to} said of ${count} has not reached your app yet: let the inbox work through what waits, and replay or discard what is quarantined.`,
  );
}

function objection(count: string | null, sentence: (count: string) => string): string[] {
  return count === null ? [] : [sentence(count)];
}

/** Such as `3 people and 1 group`; `null` for nobody. */
function countOf({ people, groups }: DirectoryComparison, name: keyof DirectoryCounts): string | null {
  const parts = [
    people[name] > 0 && `${people[name]} ${people[name] === 1 ? 'person' : 'people'}`,
    groups[name] > 0 && `${groups[name]} ${groups[name] === 1 ? 'group' : 'groups'}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? null : parts.join(' and ');
}
