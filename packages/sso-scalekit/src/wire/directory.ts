import type { DirectoryGroup, DirectoryUser } from '@org/sso-core';
import { nativeOf, withNative, type Page } from '@org/sso-core/provider';
import { z } from 'zod';
import { ids } from '../ids.js';
import { anything, entity, flag, id, pageShape, text } from './common.js';
import { fieldsOf } from './fields.js';
import { toDirectory, toDirectoryGroup, toDirectoryUser, type DirectoryPlace } from './mappers/directory.js';

const directoryWire = z.object({
  id,
  organization_id: id,
  name: text,
  directory_type: text,
  directory_provider: text,
  enabled: flag,
  status: text,
  total_users: anything,
  total_groups: anything,
  stats: anything,
  directory_endpoint: text,
  last_synced_at: text,
});

/** `user_detail` is free-form: what directory-user events have as `data` [P]. */
const userWire = z.object({
  id,
  email: text,
  preferred_username: text,
  given_name: text,
  family_name: text,
  groups: anything,
  updated_at: text,
  user_detail: anything,
});

/** `group_detail` is free-form: what directory-group events have as `data` [P]. */
const groupWire = z.object({ id, display_name: text, updated_at: text, group_detail: anything });

/** A directory as Scalekit sends it; the fields this adapter reads are typed. */
export type ScalekitDirectory = z.input<typeof directoryWire> & Readonly<Record<string, unknown>>;
/** A directory user as Scalekit sends it, with its detail; the fields this adapter reads are typed. */
export type ScalekitDirectoryUser = z.input<typeof userWire> & Readonly<Record<string, unknown>>;
/** A directory group as Scalekit sends it, with its detail; the fields this adapter reads are typed. */
export type ScalekitDirectoryGroup = z.input<typeof groupWire> & Readonly<Record<string, unknown>>;

const directory = entity(directoryWire, (wire) => toDirectory(wire, ids.qualify(wire.organization_id)));

export const directoryAnswer = z.object({ directory });
export const directoriesAnswer = z.object({ directories: z.array(directory).nullable() });
// Directories can be very large: a page is checked as a whole, which takes a third of the time of checking item by item.
export const directoryUsersPage = entity(
  z.object({ users: z.array(userWire).nullable(), ...pageShape }),
  (page) => page,
);
export const directoryGroupsPage = entity(
  z.object({ groups: z.array(groupWire).nullable(), ...pageShape }),
  (page) => page,
);

/** The users of a page, which does not say where they belong. */
export function toUsersPage(
  page: z.infer<typeof directoryUsersPage>,
  place: DirectoryPlace,
): Page<DirectoryUser> {
  const raw = nativeOf(page) as { readonly users: readonly unknown[] };
  return {
    items: (page.users ?? []).map((wire, index) =>
      withNative(toDirectoryUser(wire, place, fieldsOf(wire.user_detail)), raw.users[index]),
    ),
    nextCursor: page.next_page_token || null,
  };
}

/** The groups of a page, which does not say where they belong. */
export function toGroupsPage(
  page: z.infer<typeof directoryGroupsPage>,
  place: DirectoryPlace,
): Page<DirectoryGroup> {
  const raw = nativeOf(page) as { readonly groups: readonly unknown[] };
  return {
    items: (page.groups ?? []).map((wire, index) =>
      withNative(toDirectoryGroup({ ...fieldsOf(wire.group_detail), ...wire }, place), raw.groups[index]),
    ),
    nextCursor: page.next_page_token || null,
  };
}
