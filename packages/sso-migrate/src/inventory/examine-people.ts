import type { DirectoryRef } from '@org/sso-core';
import { visitDirectory } from '../directory/whole-directory.js';
import { createSampler, sampleOf } from '../sample.js';
import type { CallSettings, Side } from '../side.js';
import type { ExaminedPeople } from './inventory.js';

/** Reads a directory whole and says what stands in the way of moving its people. */
export async function examinePeople(
  side: Side,
  ref: DirectoryRef,
  settings: CallSettings = {},
): Promise<ExaminedPeople> {
  const withoutEmail = createSampler();
  const withoutIdpId = createSampler();
  const duplicateIdpIds = createSampler();
  const collidingUsernames = createSampler();
  const unresolvedMembers = createSampler();
  const duplicateGroupNames = createSampler();
  const userIds = new Set<string>();
  const groupIds = new Set<string>();
  const idpIds = new Set<string>();
  const groupNames = new Set<string>();
  /** The first person of each user name; empty once told as colliding. */
  const usernames = new Map<string, string>();

  function countUsername(folded: string, name: string): void {
    const first = usernames.get(folded);
    usernames.set(folded, first === undefined ? name : '');
    if (first === undefined) return;
    if (first !== '') collidingUsernames.add(first);
    collidingUsernames.add(name);
  }

  const counts = await visitDirectory(
    side,
    ref,
    {
      group({ id, name }) {
        groupIds.add(id);
        if (groupNames.has(name)) duplicateGroupNames.add(id);
        groupNames.add(name);
      },
      user({ id, idpId, email, username }) {
        if (userIds.has(id)) return false;
        userIds.add(id);
        const name = idpId ?? id;
        if (email === null) withoutEmail.add(name);
        if (idpId === null) withoutIdpId.add(id);
        else if (idpIds.has(idpId)) duplicateIdpIds.add(idpId);
        else idpIds.add(idpId);
        if (username !== null) countUsername(username.normalize('NFKC').toLowerCase(), name);
        return true;
      },
      member(group, user) {
        if (!groupIds.has(group.id)) unresolvedMembers.add(group.id);
        else if (!userIds.has(user.id)) unresolvedMembers.add(user.idpId ?? user.id);
      },
    },
    settings,
  );
  return {
    ...counts,
    withoutEmail: sampleOf(withoutEmail),
    withoutIdpId: sampleOf(withoutIdpId),
    duplicateIdpIds: sampleOf(duplicateIdpIds),
    collidingUsernames: sampleOf(collidingUsernames),
    unresolvedMembers: sampleOf(unresolvedMembers),
    duplicateGroupNames: sampleOf(duplicateGroupNames),
  };
}
