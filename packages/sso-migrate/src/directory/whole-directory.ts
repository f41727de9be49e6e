import {
  SsoError,
  type Directory,
  type DirectoryGroup,
  type DirectoryRef,
  type DirectoryUser,
} from '@org/sso-core';
import type { CallSettings, Side } from '../side.js';

export interface DirectoryVisitor {
  readonly group: (group: DirectoryGroup) => void;
  /**
   * Everybody, after all groups; some twice when pages shift while they are read, of which only the first counts. Answers whether it is
   * the first. `groups` of a user is only worth something where the provider tells it.
   */
  readonly user: (user: DirectoryUser) => boolean;
  /** Every member of every group, after the user where the provider tells groups with users, and else after all users. */
  readonly member: (
    group: Pick<DirectoryGroup, 'id' | 'name'>,
    user: Pick<DirectoryUser, 'id' | 'idpId'>,
  ) => void;
}

export interface DirectoryCounts {
  readonly users: number;
  readonly groups: number;
}

/**
 * Shows everybody in a directory to the visitor. Throws when the listing cannot be trusted to be whole, as `reconcileDirectory` does: it
 * fails, the directory is not active before or after, or fewer are listed than the vendor counts.
 */
export async function visitDirectory(
  side: Side,
  ref: DirectoryRef,
  visitor: DirectoryVisitor,
  settings: CallSettings = {},
): Promise<DirectoryCounts> {
  const { features } = side.provider.directories ?? { features: { userGroups: false } };

  async function requireActive(): Promise<Directory> {
    const directory = await side.call((client, options) => client.directories.get(ref, options), settings);
    if (directory.status === 'active') return directory;
    throw untrusted(side, ref, `it is ${directory.status}`);
  }

  const before = await requireActive();
  const groups = new Map<string, DirectoryGroup>();
  for await (const page of side.pages(
    (client, options) => client.directories.listGroups(ref, options),
    settings,
  )) {
    for (const group of page) {
      if (groups.has(group.id)) continue;
      groups.set(group.id, group);
      visitor.group(group);
    }
  }
  let users = 0;
  for await (const page of side.pages(
    (client, options) => client.directories.listUsers(ref, options),
    settings,
  )) {
    for (const user of page) {
      if (!visitor.user(user)) continue;
      users += 1;
      if (!features.userGroups) continue;
      for (const group of user.groups ?? [])
        visitor.member(groups.get(group.id) ?? { id: group.id, name: group.name ?? '' }, user);
    }
  }
  if (!features.userGroups) {
    for (const group of groups.values()) {
      const members = side.pages(
        (client, options) => client.directories.listUsers({ ...ref, groupId: group.id }, options),
        settings,
      );
      for await (const page of members) for (const user of page) visitor.member(group, user);
    }
  }
  const after = await requireActive();
  for (const [what, listed, counted] of [
    ['users', users, least(before.userCount, after.userCount)],
    ['groups', groups.size, least(before.groupCount, after.groupCount)],
  ] as const) {
    if (listed < counted)
      throw untrusted(side, ref, `${listed} ${what} were listed, but the vendor counts ${counted}`);
  }
  return { users, groups: groups.size };
}

function untrusted(side: Side, { directoryId }: DirectoryRef, why: string): SsoError {
  return new SsoError({
    code: 'failed_precondition',
    provider: side.provider.id,
    operation: 'directories.listUsers',
    message: `The listing of ${directoryId} cannot be trusted to be whole: ${why}`,
  });
}

function least(...counts: readonly (number | null)[]): number {
  return Math.min(...counts.map((count) => count ?? 0));
}
