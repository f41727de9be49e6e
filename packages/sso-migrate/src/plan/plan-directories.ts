import type { InventoriedDirectory, InventoriedOrganization } from '../inventory/inventory.js';
import type { Sample } from '../records.js';
import { takeCounterpart } from '../counterpart.js';
import { about, type Draft } from './draft.js';
import type { FindingCode } from './finding.js';

const isGone = ({ status }: InventoriedDirectory) => status === 'inactive' || status === 'deleting';

/** Answers the directories that move. */
export function planDirectories(
  draft: Draft,
  target: InventoriedOrganization | null,
): InventoriedDirectory[] {
  const { source, around, find, customerTasks, intentOf } = draft;
  const { from } = around;
  const moved = source.directories.filter((directory) => !isGone(directory));
  const free = [...(target?.directories ?? [])];
  for (const directory of source.directories) {
    const { id: directoryId, status, vendorStatus, identityProvider, type, scimEndpoint } = directory;
    if (status === 'unknown') {
      find(
        'directory_state_unknown',
        `${from.provider} gives ${directoryId} a state nobody knows (${vendorStatus ?? 'none'}). Look at it there.`,
        about(directoryId),
      );
    } else if (status !== 'active') {
      find(
        'directory_not_active',
        isGone(directory)
          ? `${directoryId} is ${status}, so it is left behind.`
          : `${directoryId} is ${status}, so its people cannot be compared. Have it repaired before it is moved.`,
        about(directoryId),
      );
    }
    if (isGone(directory)) continue;
    examine(draft, directory);
    const existing = takeCounterpart(free, directory, moved.length === 1);
    if (existing?.status === 'active') continue;
    customerTasks.push({
      task: 'connect_directory',
      source: directoryId,
      identityProvider,
      protocol: type,
      domains: [],
      portalIntent: intentOf('directory_sync'),
      values:
        type === 'scim'
          ? [
              { name: 'scim_endpoint', old: scimEndpoint, new: existing?.scimEndpoint ?? null },
              { name: 'scim_token', old: null, new: null },
            ]
          : [],
    });
  }
  return moved;
}

function examine({ find }: Draft, { id: directoryId, status, people }: InventoriedDirectory): void {
  if (!people) {
    if (status === 'active') {
      find(
        'directory_not_examined',
        `The people of ${directoryId} were not examined. Take the inventory with examinePeople.`,
        about(directoryId),
      );
    }
    return;
  }
  for (const [code, sample, message] of [
    [
      'directory_users_without_email',
      people.withoutEmail,
      'have no e-mail address, which the target may want. Have the identity provider send one.',
    ],
    [
      'directory_users_without_idp_id',
      people.withoutIdpId,
      "have no id of the identity provider, so nothing says who they are at the target. Have it send one (SCIM's externalId).",
    ],
    [
      'directory_idp_ids_duplicate',
      people.duplicateIdpIds,
      'share their id of the identity provider with somebody else, so they cannot be told apart. Have the identity provider give each their own.',
    ],
    [
      'directory_usernames_collide',
      people.collidingUsernames,
      'have the user name of somebody else, but for upper and lower case. The target may take them for one: have them renamed.',
    ],
    [
      'directory_members_unresolved',
      people.unresolvedMembers,
      'memberships are of people or in groups the directory does not list. They are not carried over: have the identity provider push its groups again.',
    ],
    [
      'directory_group_names_duplicate',
      people.duplicateGroupNames,
      'groups have the name of another one, and groups are matched by name. Have them renamed.',
    ],
  ] as const satisfies readonly (readonly [FindingCode, Sample, string])[]) {
    if (sample.count > 0) find(code, `${sample.count} in ${directoryId} ${message}`, sample);
  }
}
