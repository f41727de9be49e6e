import type { DirectoryContents, DirectoryGroup, DirectoryUser } from './directory.js';
import { seededGroup, seededGroupChanges, seededUser, seededUserChanges } from './directory.js';
import {
  type DirectoryChanges,
  parseDirectory,
  parseDirectoryChanges,
  parseDirectoryGroup,
  parseDirectoryGroupChanges,
  parseDirectoryUser,
  parseDirectoryUserChanges,
  type SeedDirectory,
} from './directory-seed.js';
import { type EmulatorRequest, type Handler, ResponseError } from './http.js';
import { record, text } from './parse.js';

/** A directory as the control API handles it. */
export interface ControlledDirectory {
  readonly contents: DirectoryContents;
  /** Where an identity provider pushes to: the path of the SCIM base URL and the bearer token. */
  readonly scim: { readonly path: string; readonly token: string };
  /** Wire objects. */
  user(user: DirectoryUser): object;
  group(group: DirectoryGroup): object;
}

/** What a vendor supplies so that directories can be controlled. Objects are wire objects. */
export interface VendorDirectories {
  /** Throws `InvalidInputError` when the organization does not exist. */
  create(organizationId: string, directory: SeedDirectory): object;
  /** `undefined` when there is no such directory; so with `find`. */
  update(id: string, changes: DirectoryChanges): object | undefined;
  delete(id: string): boolean;
  find(id: string): ControlledDirectory | undefined;
}

/** Control routes of directories, paths without the mount point. */
export function directoryControl(directories: VendorDirectories): [string, string, Handler][] {
  const directory = (request: EmulatorRequest): ControlledDirectory => {
    const id = request.params['id'] ?? '';
    return directories.find(id) ?? missing('directory', id);
  };

  return [
    [
      'POST',
      '/directories',
      (request) => {
        const { organizationId, ...rest } = record(request.json(), 'directory');
        const owner = text(organizationId, 'directory.organizationId');
        return { status: 201, body: directories.create(owner, parseDirectory(rest, 'directory')) };
      },
    ],
    [
      'PATCH',
      '/directories/{id}',
      (request) => {
        const id = request.params['id'] ?? '';
        const updated = directories.update(id, parseDirectoryChanges(request.json(), 'directory'));
        return { status: 200, body: updated ?? missing('directory', id) };
      },
    ],
    [
      'DELETE',
      '/directories/{id}',
      (request) => {
        const id = request.params['id'] ?? '';
        if (!directories.delete(id)) missing('directory', id);
        return { status: 204 };
      },
    ],
    [
      'GET',
      '/directories/{id}/scim',
      (request) => {
        const { path, token } = directory(request).scim;
        return { status: 200, body: { url: `${request.url.origin}${path}`, token } };
      },
    ],
    [
      'POST',
      '/directories/{id}/users',
      (request) => {
        const owner = directory(request);
        const seed = parseDirectoryUser(request.json(), 'user');
        const user = owner.contents.createUser(seededUser(seed));
        if (seed.groups) setGroups(owner.contents, user, seed.groups);
        return { status: 201, body: owner.user(user) };
      },
    ],
    [
      'PATCH',
      '/directories/{id}/users/{userId}',
      (request) => {
        const owner = directory(request);
        const seed = parseDirectoryUserChanges(request.json(), 'user');
        const user = owner.contents.updateUser(userOf(owner, request), seededUserChanges(seed));
        if (seed.groups) setGroups(owner.contents, user, seed.groups);
        return { status: 200, body: owner.user(user) };
      },
    ],
    [
      'DELETE',
      '/directories/{id}/users/{userId}',
      (request) => {
        const owner = directory(request);
        owner.contents.deleteUser(userOf(owner, request));
        return { status: 204 };
      },
    ],
    [
      'POST',
      '/directories/{id}/groups',
      (request) => {
        const owner = directory(request);
        const seed = parseDirectoryGroup(request.json(), 'group');
        const members = owner.contents.usersNamed(seed.members ?? [], 'group.members');
        const group = owner.contents.createGroup(seededGroup(seed));
        owner.contents.setMembers(group, members);
        return { status: 201, body: owner.group(group) };
      },
    ],
    [
      'PATCH',
      '/directories/{id}/groups/{groupId}',
      (request) => {
        const owner = directory(request);
        const seed = parseDirectoryGroupChanges(request.json(), 'group');
        const members = seed.members && owner.contents.usersNamed(seed.members, 'group.members');
        const group = owner.contents.updateGroup(groupOf(owner, request), seededGroupChanges(seed));
        if (members) owner.contents.setMembers(group, members);
        return { status: 200, body: owner.group(group) };
      },
    ],
    [
      'DELETE',
      '/directories/{id}/groups/{groupId}',
      (request) => {
        const owner = directory(request);
        owner.contents.deleteGroup(groupOf(owner, request));
        return { status: 204 };
      },
    ],
    [
      'PUT',
      '/directories/{id}/groups/{groupId}/members/{userId}',
      (request) => {
        const owner = directory(request);
        owner.contents.addMember(groupOf(owner, request), userOf(owner, request));
        return { status: 204 };
      },
    ],
    [
      'DELETE',
      '/directories/{id}/groups/{groupId}/members/{userId}',
      (request) => {
        const owner = directory(request);
        owner.contents.removeMember(groupOf(owner, request), userOf(owner, request));
        return { status: 204 };
      },
    ],
  ];
}

function userOf({ contents }: ControlledDirectory, request: EmulatorRequest): DirectoryUser {
  const id = request.params['userId'] ?? '';
  return contents.user(id) ?? missing('user', id);
}

function groupOf({ contents }: ControlledDirectory, request: EmulatorRequest): DirectoryGroup {
  const id = request.params['groupId'] ?? '';
  return contents.group(id) ?? missing('group', id);
}

/** The user's groups are the ones with these names from now on; new names are new groups. */
function setGroups(contents: DirectoryContents, user: DirectoryUser, names: readonly string[]): void {
  for (const group of contents.groupsOf(user.id)) {
    if (!names.includes(group.name)) contents.removeMember(group, user);
  }
  for (const name of names) {
    contents.addMember(contents.groupByName(name) ?? contents.createGroup(seededGroup({ name })), user);
  }
}

function missing(kind: string, id: string): never {
  throw new ResponseError({ status: 404, body: { message: `There is no ${kind} ${id}.` } });
}
