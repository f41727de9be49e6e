import type { ControlledDirectory, VendorDirectories } from '../kernel/control-directories.js';
import { type DirectoryGroup, type DirectoryUser, primaryEmail } from '../kernel/directory.js';
import type { EmulatorRequest } from '../kernel/http.js';
import { ResponseError } from '../kernel/http.js';
import { InvalidInputError } from '../kernel/parse.js';
import { route, type Route } from '../kernel/router.js';
import { scimRoutes } from '../kernel/scim.js';
import { directoryGroupObject, directoryObject, directoryUserData } from './directory-objects.js';
import { entityNotFound, notFound, validationFailed } from './errors.js';
import type { Directory } from './objects.js';
import { listPage } from './paging.js';
import type { WorkosState } from './state.js';

export interface DirectoryOptions {
  /** Fill `groups` of users, as for teams created before 2026-05-01. [D] */
  readonly groupsInUsers: boolean;
  /** Answer 429 to more than four lists of users a second and directory. [D] */
  readonly rateLimits: boolean;
}

const listsPerSecond = 4;

export function directoryRoutes(state: WorkosState, options: DirectoryOptions): Route[] {
  const { directories } = state;
  const listedAt = new Map<string, number[]>();

  function findDirectory(id: string): Directory {
    const directory = directories.all.get(id);
    if (!directory) throw entityNotFound('Directory', id);
    return directory;
  }

  function holding(kind: 'users' | 'groups', id: string): Directory {
    const directory = directories.holding(kind, id);
    if (!directory) throw notFound();
    return directory;
  }

  function userObject(directory: Directory, user: DirectoryUser): object {
    // The official SDK maps over `groups`, so that it has to be there. [N]
    const groups = options.groupsInUsers ? directory.contents.groupsOf(user.id) : [];
    return directoryUserData(
      directory,
      user,
      groups.map((group) => directoryGroupObject(directory, group)),
    );
  }

  function limitRate(directory: Directory): void {
    if (!options.rateLimits) return;
    const now = state.now().getTime();
    const recent = (listedAt.get(directory.id) ?? []).filter((at) => now - at < 1000);
    if (recent.length >= listsPerSecond) throw rateLimited;
    listedAt.set(directory.id, [...recent, now]);
  }

  return [
    route('GET', '/directories', (request) => {
      const query = request.url.searchParams;
      const organizationId = query.get('organization_id');
      const search = query.get('search')?.toLowerCase();
      const domain = query.get('domain');
      const owners = new Set(state.domainsNamed(domain ?? '').map((owned) => owned.organization_id));
      return listPage(
        request,
        directories.all,
        (directory) =>
          (!organizationId || directory.organizationId === organizationId) &&
          (!search || directory.name.toLowerCase().includes(search)) &&
          (!domain || owners.has(directory.organizationId)),
        (directory) => directoryObject(directory, state.organizations.get(directory.organizationId)),
      );
    }),
    route('GET', '/directories/{id}', (request) => {
      const directory = findDirectory(request.params['id'] ?? '');
      return {
        status: 200,
        body: directoryObject(directory, state.organizations.get(directory.organizationId)),
      };
    }),
    route('DELETE', '/directories/{id}', (request) => {
      directories.delete(findDirectory(request.params['id'] ?? ''));
      return { status: 202, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Accepted' };
    }),
    route('GET', '/directory_users', (request) => {
      const { directoryId, otherId: groupId } = selectors(request, 'group');
      const query = request.url.searchParams;
      const idpId = query.get('idp_id') || undefined;
      const email = query.get('email')?.toLowerCase() || undefined;
      if (directoryId === undefined && (idpId ?? email) !== undefined) {
        const code = 'The "idp_id" and "email" parameters need the "directory" parameter.';
        throw validationFailed([{ field: 'directory', code }]);
      }
      const directory =
        directoryId === undefined ? holding('groups', groupId ?? '') : findDirectory(directoryId);
      limitRate(directory);
      const { contents } = directory;
      return listPage(
        request,
        contents.users,
        (user) =>
          (groupId === undefined || contents.isMember(groupId, user.id)) &&
          (idpId === undefined || (user.idpId ?? user.userName) === idpId) &&
          (email === undefined || primaryEmail(user)?.toLowerCase() === email),
        (user) => userObject(directory, user),
      );
    }),
    route('GET', '/directory_users/{id}', (request) => {
      const id = request.params['id'] ?? '';
      const directory = holding('users', id);
      const user = directory.contents.users.get(id);
      if (!user) throw notFound();
      return { status: 200, body: userObject(directory, user) };
    }),
    route('GET', '/directory_groups', (request) => {
      const { directoryId, otherId: userId } = selectors(request, 'user');
      const directory =
        directoryId === undefined ? holding('users', userId ?? '') : findDirectory(directoryId);
      const { contents } = directory;
      return listPage(
        request,
        contents.groups,
        (group) => userId === undefined || contents.isMember(group.id, userId),
        (group) => directoryGroupObject(directory, group),
      );
    }),
    route('GET', '/directory_groups/{id}', (request) => {
      const id = request.params['id'] ?? '';
      const directory = holding('groups', id);
      const group = directory.contents.groups.get(id);
      if (!group) throw notFound();
      return { status: 200, body: directoryGroupObject(directory, group) };
    }),
  ];
}

const scimPath = '/scim/v2.0';

/** Where an identity provider sends users and groups. */
export function scimUrl(origin: string, { externalKey }: Directory): string {
  return `${origin}${scimPath}/${externalKey}`;
}

/** Where identity providers push to, with the directory's token. A first request links a validating directory. */
export function directoryScimRoutes({ directories }: WorkosState): Route[] {
  return scimRoutes(`${scimPath}/{directory}`, (key) => {
    const directory = directories.byExternalKey(key);
    return (
      directory && {
        contents: directory.contents,
        accepts(token) {
          if (token !== directory.token) return false;
          if (directory.state === 'validating') directories.update(directory, { state: 'linked' });
          return true;
        },
      }
    );
  });
}

/** WorkOS's side of the directory control routes. */
export function directoryControl(state: WorkosState): VendorDirectories {
  const { directories } = state;
  const wire = (directory: Directory): object =>
    directoryObject(directory, state.organizations.get(directory.organizationId));
  return {
    create(organizationId, seed) {
      if (!state.organizations.get(organizationId)) {
        throw new InvalidInputError('directory.organizationId', `names no organization (${organizationId})`);
      }
      return wire(directories.create(organizationId, seed));
    },
    update(id, changes) {
      const directory = directories.all.get(id);
      if (!directory) return undefined;
      directories.update(directory, changes);
      return wire(directory);
    },
    delete(id) {
      const directory = directories.all.get(id);
      if (directory) directories.delete(directory);
      return directory !== undefined;
    },
    find(id): ControlledDirectory | undefined {
      const directory = directories.all.get(id);
      return (
        directory && {
          contents: directory.contents,
          scim: { path: scimUrl('', directory), token: directory.token },
          user: (user: DirectoryUser) => directoryUserData(directory, user),
          group: (group: DirectoryGroup) => directoryGroupObject(directory, group),
        }
      );
    },
  };
}

/** `directory` or the other parameter is required. [R] */
function selectors(
  request: EmulatorRequest,
  other: 'group' | 'user',
): { directoryId: string | undefined; otherId: string | undefined } {
  const query = request.url.searchParams;
  const directoryId = query.get('directory') || undefined;
  const otherId = query.get(other) || undefined;
  if (directoryId === undefined && otherId === undefined) {
    const code = `Please provide either "directory" or "${other}" parameters.`;
    throw validationFailed([
      { field: 'directory', code },
      { field: other, code },
    ]);
  }
  return { directoryId, otherId };
}

/** (m) A bare JSON string. [S] */
const rateLimited = new ResponseError({
  status: 429,
  headers: { 'content-type': 'application/json; charset=utf-8', 'retry-after': '1' },
  body: '"Ratelimited"',
});
