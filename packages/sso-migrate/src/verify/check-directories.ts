import { SsoError, type DirectoryRef } from '@org/sso-core';
import { visitDirectory } from '../directory/whole-directory.js';
import type { CallSettings, Side } from '../side.js';
import { createGroupComparison } from './compare-groups.js';
import { createPeopleComparison, type PeopleComparisonOptions } from './compare-people.js';
import { check, failedTo } from './check.js';
import type { Difference, VerificationCheck } from './verification.js';

export interface DirectoryPair {
  readonly from: { readonly side: Side; readonly ref: DirectoryRef };
  readonly to: { readonly side: Side; readonly ref: DirectoryRef };
}

/** Compares two directories, person by person and group by group. A listing that is not whole is an error. */
export async function checkDirectories(
  { from, to }: DirectoryPair,
  options: PeopleComparisonOptions,
  settings: CallSettings,
): Promise<VerificationCheck[]> {
  const people = createPeopleComparison(options);
  const groups = createGroupComparison(people);
  const directories = { from: from.ref.directoryId, to: to.ref.directoryId };
  try {
    for (const [name, { side, ref }] of [
      ['from', from],
      ['to', to],
    ] as const) {
      await visitDirectory(
        side,
        ref,
        {
          group: (group) => groups.addGroup(name, group.name),
          user: (user) => (name === 'from' ? people.addSource(user) : people.addTarget(user)),
          member: (group, user) => groups.addMember(name, group.name, user.idpId),
        },
        settings,
      );
    }
  } catch (error) {
    if (!SsoError.isInstance(error)) throw error;
    return (['directory_users', 'directory_groups'] as const).map((kind) => ({
      ...failedTo(kind, error),
      directories,
    }));
  }
  return [
    {
      ...judged('directory_users', people.differences(), 'people'),
      directories,
      compared: { ...people.counts },
    },
    {
      ...judged('directory_groups', groups.differences(), 'groups'),
      directories,
      compared: { ...groups.counts },
    },
  ];
}

function judged(
  kind: 'directory_users' | 'directory_groups',
  differences: readonly Difference[],
  what: string,
): VerificationCheck {
  if (differences.length === 0) return check(kind, 'passed', `All ${what} agree.`);
  const told = differences.map(({ difference, side, field, count }) => {
    const where = difference === 'without_idp_id' || difference === 'duplicate' ? ` (${side})` : '';
    return `${count} ${difference.replaceAll('_', ' ')}${field === null ? '' : ` in ${field}`}${where}`;
  });
  return check(kind, 'failed', `The ${what} do not agree: ${told.join(', ')}.`, differences);
}
