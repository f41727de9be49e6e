import type { DirectoryGroup, DirectoryUser } from '../kernel/directory.js';
import { primaryEmail } from '../kernel/directory.js';
import type { EmulatorRequest, EmulatorResponse } from '../kernel/http.js';
import { route, type Route } from '../kernel/router.js';
import { withVendorFields } from '../kernel/seed.js';
import type { ScalekitEnvironment } from './environment.js';
import { apiError, invalid, notFound } from './errors.js';
import { directoryGroupData, directoryUserData } from './event-data.js';
import { boolean, flag, instant, list, message, oneOf, readBody, readQuery, string } from './messages.js';
import {
  type Directory,
  directoryProviders,
  type DirectorySecret,
  directoryTypes,
  type RoleAssignment,
} from './objects.js';
import { findOrganization } from './organizations.js';
import { newestFirst, page } from './paging.js';
import { timestamp } from './state.js';

/** A `page_size` above it is an error, not a clamp [S]. */
const maxPageSize = 30;

const identity = { directory_type: oneOf(directoryTypes), directory_provider: oneOf(directoryProviders) };
const createDirectory = message(identity, ['directory_type']);
const updateDirectory = message({
  ...identity,
  name: string({ max: 256 }),
  enabled: boolean,
  status: oneOf(['DRAFT', 'IN_PROGRESS', 'COMPLETED']),
});
const roleAssignments = message({
  assignments: list(
    message({ group_id: string({ max: 32 }), role_name: string(), role_id: string() }, ['group_id']),
  ),
});

const listQuery = { include_detail: flag, updated_after: instant };

/** The directory as it is sent. */
export function sendDirectory({ url }: { readonly url: string }, directory: Directory): object {
  const {
    contents,
    overrides,
    updated_at: _,
    role_assignments: assignments,
    secrets,
    stats,
    ...fields
  } = directory;
  const totals = { total_users: contents.users.size, total_groups: contents.groups.size };
  const wire = {
    ...fields,
    directory_endpoint: scimPath(url, directory),
    ...totals,
    groups_tracked: 'ALL',
    secrets: secrets.map(sendSecret),
    stats: { ...totals, ...stats },
    role_assignments: { assignments },
    attribute_mappings: { attributes: [] },
  };
  return withVendorFields(wire, overrides);
}

/** Where the identity provider sends users and groups [D]. */
export function scimPath(url: string, { id }: Directory): string {
  return `${url}/directory/${id}/scim/v2`;
}

function sendSecret({ plain, ...fields }: DirectorySecret): object {
  return { ...fields, secret_suffix: plain.slice(-4) };
}

function answerSecret(secret: DirectorySecret, status: number): EmulatorResponse {
  return { status, body: { plain_secret: secret.plain, secret: sendSecret(secret) } };
}

/** The directories of an organization, with their users and groups. */
export function directoryRoutes(environment: ScalekitEnvironment): Route[] {
  const { state } = environment;
  const { directories } = state;
  const path = '/api/v1/organizations/{organization_id}/directories';

  function find({ params }: EmulatorRequest): Directory {
    const { id: organizationId } = findOrganization(state, params['organization_id']);
    const id = params['id'] ?? '';
    if (!id.startsWith('dir_') || id.length > 32) {
      throw invalid([
        {
          field: 'id',
          description: 'value must start with dir_ and have at most 32 characters',
          constraint: 'string.prefix',
        },
      ]);
    }
    const directory = directories.all.get(id);
    if (directory?.organization_id !== organizationId) throw notFound('directory');
    return directory;
  }

  function answer(directory: Directory, status = 200): EmulatorResponse {
    return { status, body: { directory: sendDirectory(environment, directory) } };
  }

  function toggle(request: EmulatorRequest, enabled: boolean): EmulatorResponse {
    const directory = find(request);
    const changed = directories.setEnabled(directory, enabled);
    const word = enabled ? 'enabled' : 'disabled';
    const failure = changed ? {} : { error_message: `The directory is already ${word}` };
    return { status: 200, body: { enabled, ...failure } };
  }

  return [
    route('GET', path, (request) => {
      const { id } = findOrganization(state, request.params['organization_id']);
      const all = directories.of(id).map((directory) => sendDirectory(environment, directory));
      return { status: 200, body: { directories: all } };
    }),

    route('POST', path, (request) => {
      const organization = findOrganization(state, request.params['organization_id']);
      return answer(directories.create(organization, readBody(request, createDirectory)), 201);
    }),

    route('GET', `${path}/{id}`, (request) => answer(find(request))),

    route('PATCH', `${path}/{id}`, (request) => {
      const directory = find(request);
      const { enabled = false, ...fields } = readBody(request, updateDirectory);
      directories.update(directory, fields);
      directories.setEnabled(directory, enabled);
      return answer(directory);
    }),

    route('DELETE', `${path}/{id}`, (request) => {
      const directory = find(request);
      if (directory.enabled) throw apiError('FAILED_PRECONDITION', 'an enabled directory cannot be deleted');
      directories.delete(directory);
      return { status: 200, body: {} };
    }),

    route('PATCH', `${path}/{id}:enable`, (request) => toggle(request, true)),
    route('PATCH', `${path}/{id}:disable`, (request) => toggle(request, false)),

    route('GET', `${path}/{id}:sync`, (request) => {
      directories.sync(find(request));
      return { status: 200, body: {} };
    }),

    route('POST', `${path}/{id}/secrets`, (request) =>
      answerSecret(directories.createSecret(find(request)), 201),
    ),
    route('POST', `${path}/{id}/secrets:regenerate`, (request) =>
      answerSecret(directories.regenerateSecret(find(request)), 200),
    ),

    route('GET', `${path}/{id}/users`, (request) => {
      const directory = find(request);
      const { contents } = directory;
      const query = readQuery(request, {
        ...listQuery,
        directory_group_id: string({ max: 37, pattern: /^$|^dirgroup_/ }),
      });
      const { updated_after: after, directory_group_id: groupId } = query;
      const candidates = groupId ? contents.membersOf(groupId).toReversed() : newestFirst(contents.users);
      const rows = after === undefined ? candidates : changedAfter(candidates, after);
      const { items, ...tokens } = page(request, rows, maxPageSize);
      const users = items.map((user) => sendDirectoryUser(directory, user, query.include_detail));
      return { status: 200, body: { ...tokens, users } };
    }),

    route('GET', `${path}/{id}/groups`, (request) => {
      const directory = find(request);
      const query = readQuery(request, listQuery);
      const candidates = newestFirst(directory.contents.groups);
      const { updated_after: after } = query;
      const rows = after === undefined ? candidates : changedAfter(candidates, after);
      const { items, ...tokens } = page(request, rows, maxPageSize);
      const groups = items.map((group) => sendDirectoryGroup(directory, group, query.include_detail));
      return { status: 200, body: { ...tokens, groups } };
    }),

    route('PUT', `${path}/{id}/groups/-/roles:assign`, (request) => {
      const directory = find(request);
      const { assignments = [] } = readBody(request, roleAssignments);
      const assigned = assignments.map(({ group_id: groupId = '', role_name, role_id }): RoleAssignment => {
        const role = state.roles.find(({ name, id }) => name === role_name || id === role_id);
        if (!directory.contents.groups.get(groupId)) throw notFound('group');
        if (!role) throw notFound('role');
        return { group_id: groupId, role_name: role.name, role_id: role.id };
      });
      directories.assignRoles(directory, assigned);
      return { status: 200, body: { role_assignments: { assignments: assigned } } };
    }),
  ];
}

/** Later than the instant, not at it [?]. */
function changedAfter<T extends { readonly updatedAt: Date }>(
  rows: { readonly length: number; slice(start: number, end: number): T[] },
  after: Date,
): T[] {
  return rows.slice(0, rows.length).filter(({ updatedAt }) => updatedAt > after);
}

/** The user as it is sent; `detailed` with `user_detail`. */
export function sendDirectoryUser(directory: Directory, user: DirectoryUser, detailed = false): object {
  const wire = {
    id: user.id,
    email: primaryEmail(user) ?? '',
    preferred_username: user.userName,
    given_name: user.firstName ?? '',
    family_name: user.lastName ?? '',
    updated_at: timestamp(user.updatedAt.getTime()),
    emails: user.emails.map(({ value }) => value),
    groups: directory.contents.groupsOf(user.id).map((group) => sendDirectoryGroup(directory, group)),
    ...(detailed && { user_detail: directoryUserData(directory, user) }),
  };
  return withVendorFields(wire, user);
}

/** The group as it is sent; `detailed` with `group_detail`. */
export function sendDirectoryGroup(directory: Directory, group: DirectoryGroup, detailed = false): object {
  const wire = {
    id: group.id,
    display_name: group.name,
    total_users: directory.contents.memberCount(group.id),
    updated_at: timestamp(group.updatedAt.getTime()),
    ...(detailed && { group_detail: directoryGroupData(directory, group) }),
  };
  return withVendorFields(wire, group);
}
