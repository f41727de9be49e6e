import { z } from 'zod';
import { ids } from '../ids.js';
import { listAnswer, objectAnswer } from './answers.js';
import { anything, flag, id, text } from './common.js';
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

const toListedDirectory = (wire: z.infer<typeof directoryWire>) =>
  toDirectory(wire, ids.qualify(wire.organization_id));
const userList = listAnswer('users', userWire);
const groupList = listAnswer('groups', groupWire);

export const directoryAnswer = objectAnswer('directory', directoryWire, toListedDirectory);
export const directoriesAnswer = listAnswer('directories', directoryWire)(toListedDirectory);
/** Users and groups do not say where they belong. */
export const directoryUsersPage = (place: DirectoryPlace) =>
  userList((wire) => toDirectoryUser(wire, place, fieldsOf(wire.user_detail)));
export const directoryGroupsPage = (place: DirectoryPlace) =>
  groupList((wire) => toDirectoryGroup({ ...fieldsOf(wire.group_detail), ...wire }, place));
