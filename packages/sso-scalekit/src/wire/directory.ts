import type { DirectoryGroup, DirectoryUser } from '@org/sso-core';
import { nativeOf, withNative } from '@org/sso-core/provider';
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

/** Detail over summary, except for what only the summary has. */
const user = entity(userWire, (wire) => ({
  ...wire,
  ...fieldsOf(wire.user_detail),
  id: wire.id,
  updated_at: wire.updated_at,
}));
const group = entity(groupWire, (wire) => ({ ...fieldsOf(wire.group_detail), ...wire }));

export const directoryUsersPage = z.object({ users: z.array(user).nullable(), ...pageShape });
export const directoryGroupsPage = z.object({ groups: z.array(group).nullable(), ...pageShape });

/** Items of a page do not say where they belong. */
export function placeUser(wire: z.infer<typeof user>, place: DirectoryPlace): DirectoryUser {
  return withNative(toDirectoryUser(wire, place), nativeOf(wire));
}

export function placeGroup(wire: z.infer<typeof group>, place: DirectoryPlace): DirectoryGroup {
  return withNative(toDirectoryGroup(wire, place), nativeOf(wire));
}
