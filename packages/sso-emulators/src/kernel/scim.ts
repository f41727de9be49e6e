import type { Collection } from './collection.js';
import type { DirectoryContents, DirectoryGroup, DirectoryUser, DirectoryUserFields } from './directory.js';
import { type EmulatorRequest, type EmulatorResponse, type Handler, ResponseError } from './http.js';
import { isRecord } from './parse.js';
import { route, type Route } from './router.js';
import { parsePath, patched, type PatchOperation, readPatch } from './scim-patch.js';
import { groupResource, records, schemas, userFields, userResource } from './scim-schema.js';

/** A directory an identity provider can push to. */
export interface ScimDirectory {
  readonly contents: DirectoryContents;
  /** Whether this is its bearer token. */
  readonly accepts: (token: string) => boolean;
  /** Refuses a user by throwing (`scimError`): a vendor's own rules. `previous` is the user being changed. */
  readonly checkUser?: (user: DirectoryUserFields, previous: DirectoryUser | undefined) => void;
}

const defaultCount = 100;
const maxCount = 200;

/**
 * SCIM 2.0 for the directories `find` knows, under `basePath` (which has the placeholder `{directory}`): users,
 * groups, filters of `eq`, paging, PATCH as Okta and Entra ID send it. [RFC 7644]
 */
export function scimRoutes(
  basePath: string,
  find: (directory: string) => ScimDirectory | undefined,
): Route[] {
  type Operation = (directory: ScimDirectory, request: EmulatorRequest) => EmulatorResponse;

  const operation =
    (run: Operation): Handler =>
    (request) => {
      const directory = find(request.params['directory'] ?? '');
      if (!directory) throw scimError(404, 'There is no such directory.');
      const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
      if (token === undefined || !directory.accepts(token)) {
        throw scimError(401, 'The bearer token is missing or wrong.');
      }
      return run(directory, request);
    };
  const on = (method: string, path: string, run: Operation): Route =>
    route(method, `${basePath}${path}`, operation(run));

  return [
    on('GET', '/ServiceProviderConfig', () => scim(200, serviceProviderConfig)),
    ...userRoutes(on),
    ...groupRoutes(on),
  ];
}

type On = (
  method: string,
  path: string,
  run: (directory: ScimDirectory, request: EmulatorRequest) => EmulatorResponse,
) => Route;

function userRoutes(on: On): Route[] {
  return [
    on('GET', '/Users', (directory, request) => {
      const { contents } = directory;
      const filter = readFilter(request);
      const toResource = (user: DirectoryUser) =>
        userResource(user, contents.groupsOf(user.id), resourceUrl(request, 'Users', user.id));
      if (!filter) return page(request, contents.users, toResource);
      const { attribute, value } = filter;
      if (attribute === 'username') return found(contents.userByName(value), toResource);
      if (attribute === 'externalid') {
        const user = contents.user(value);
        return found(user?.idpId === value ? user : undefined, toResource);
      }
      if (attribute === 'id') return found(contents.users.get(value), toResource);
      throw scimError(400, `Users cannot be filtered by ${attribute}.`, 'invalidFilter');
    }),
    on('POST', '/Users', (directory, request) => {
      const user = directory.contents.createUser(readUser(directory, readResource(request)));
      return answerUser(directory, request, user, 201);
    }),
    on('GET', '/Users/{id}', (directory, request) =>
      answerUser(directory, request, findUser(directory, request)),
    ),
    on('PUT', '/Users/{id}', (directory, request) =>
      answerUser(
        directory,
        request,
        replaceUser(directory, findUser(directory, request), readResource(request)),
      ),
    ),
    on('PATCH', '/Users/{id}', (directory, request) => {
      const user = findUser(directory, request);
      let resource = userResource(user, [], '');
      for (const change of readOperations(request)) {
        const next = patched(resource, change);
        if (!next) throw scimError(400, `The operation on ${change.path} is not understood.`, 'invalidPath');
        resource = next;
      }
      return answerUser(directory, request, replaceUser(directory, user, resource));
    }),
    on('DELETE', '/Users/{id}', (directory, request) => {
      directory.contents.deleteUser(findUser(directory, request));
      return { status: 204 };
    }),
  ];
}

function findUser({ contents }: ScimDirectory, request: EmulatorRequest): DirectoryUser {
  const user = contents.users.get(request.params['id'] ?? '');
  if (!user) throw scimError(404, `User ${request.params['id']} not found.`);
  return user;
}

function answerUser(
  { contents }: ScimDirectory,
  request: EmulatorRequest,
  user: DirectoryUser,
  status = 200,
): EmulatorResponse {
  const location = resourceUrl(request, 'Users', user.id);
  const resource = userResource(user, contents.groupsOf(user.id), location);
  return scim(status, resource, status === 201 ? { location } : {});
}

function replaceUser(
  directory: ScimDirectory,
  previous: DirectoryUser,
  resource: Record<string, unknown>,
): DirectoryUser {
  const fields = { ...kept(previous), ...readUser(directory, resource, previous) };
  return directory.contents.replaceUser(previous, fields);
}

function groupRoutes(on: On): Route[] {
  return [
    on('GET', '/Groups', (directory, request) => {
      const { contents } = directory;
      const filter = readFilter(request);
      const toResource = (group: DirectoryGroup) => groupResourceFor(directory, request, group);
      if (!filter) return page(request, contents.groups, toResource);
      const { attribute, value } = filter;
      if (attribute === 'displayname') return found(contents.groupByName(value), toResource);
      if (attribute === 'externalid') {
        const group = contents.group(value);
        return found(group?.idpId === value ? group : undefined, toResource);
      }
      if (attribute === 'id') return found(contents.groups.get(value), toResource);
      throw scimError(400, `Groups cannot be filtered by ${attribute}.`, 'invalidFilter');
    }),
    on('POST', '/Groups', (directory, request) => {
      const { contents } = directory;
      const resource = readResource(request);
      const name = requiredName(resource, 'displayName');
      if (contents.groupByName(name)) throw scimError(409, `The group ${name} exists.`, 'uniqueness');
      const { externalId } = resource;
      const members = readMembers(contents, resource['members']);
      const group = contents.createGroup({ idpId: typeof externalId === 'string' ? externalId : null, name });
      contents.setMembers(group, members);
      return answerGroup(directory, request, group, 201);
    }),
    on('GET', '/Groups/{id}', (directory, request) =>
      answerGroup(directory, request, findGroup(directory, request)),
    ),
    on('PUT', '/Groups/{id}', (directory, request) => {
      const { contents } = directory;
      const group = findGroup(directory, request);
      const resource = readResource(request);
      const { externalId } = resource;
      const members = readMembers(contents, resource['members']);
      const updated = contents.updateGroup(group, {
        name: requiredName(resource, 'displayName'),
        ...(typeof externalId === 'string' ? { idpId: externalId } : {}),
      });
      contents.setMembers(updated, members);
      return answerGroup(directory, request, updated);
    }),
    on('PATCH', '/Groups/{id}', (directory, request) => {
      const group = findGroup(directory, request);
      for (const change of readOperations(request)) patchGroup(directory.contents, group.id, change);
      return answerGroup(directory, request, findGroup(directory, request));
    }),
    on('DELETE', '/Groups/{id}', (directory, request) => {
      directory.contents.deleteGroup(findGroup(directory, request));
      return { status: 204 };
    }),
  ];
}

function findGroup({ contents }: ScimDirectory, request: EmulatorRequest): DirectoryGroup {
  const group = contents.groups.get(request.params['id'] ?? '');
  if (!group) throw scimError(404, `Group ${request.params['id']} not found.`);
  return group;
}

/** The resource of a group; Entra ID never wants the members. */
function groupResourceFor(
  { contents }: ScimDirectory,
  request: EmulatorRequest,
  group: DirectoryGroup,
): Record<string, unknown> {
  const withoutMembers = request.url.searchParams.get('excludedAttributes')?.split(',').includes('members');
  const members = withoutMembers ? undefined : contents.membersOf(group.id);
  return groupResource(group, members, resourceUrl(request, 'Groups', group.id));
}

function answerGroup(
  directory: ScimDirectory,
  request: EmulatorRequest,
  group: DirectoryGroup,
  status = 200,
): EmulatorResponse {
  const location = resourceUrl(request, 'Groups', group.id);
  return scim(status, groupResourceFor(directory, request, group), status === 201 ? { location } : {});
}

/** Members are changed one by one: a group may have very many. */
function patchGroup(contents: DirectoryContents, id: string, { op, path, value }: PatchOperation): void {
  const group = contents.groups.get(id);
  if (!group) return;
  if (path === undefined) {
    if (!isRecord(value))
      throw scimError(400, 'An operation without a path needs an object.', 'invalidSyntax');
    for (const [name, part] of Object.entries(value)) {
      if (name !== 'id' && name !== 'schemas') patchGroup(contents, id, { op, path: name, value: part });
    }
    return;
  }
  const { name = '', filter } = parsePath(path) ?? {};
  if (name === 'displayName') {
    contents.updateGroup(group, { name: requiredName({ displayName: value }, 'displayName') });
  } else if (name === 'externalId') {
    contents.updateGroup(group, { idpId: typeof value === 'string' ? value : null });
  } else if (name === 'members') {
    const named = readMembers(contents, filter ? [{ value: filter.value }] : value);
    if (op === 'add') for (const user of named) contents.addMember(group, user);
    else if (op === 'replace') contents.setMembers(group, named);
    else if (filter || value !== undefined) for (const user of named) contents.removeMember(group, user);
    else contents.setMembers(group, []);
  } else {
    throw scimError(400, `The operation on ${path} is not understood.`, 'invalidPath');
  }
}

/** Fields of a user SCIM knows nothing about. */
function kept({ vendorFields, omitFields }: DirectoryUser): Partial<DirectoryUserFields> {
  return { ...(vendorFields && { vendorFields }), ...(omitFields && { omitFields }) };
}

function readUser(
  { contents, checkUser }: ScimDirectory,
  resource: Record<string, unknown>,
  previous?: DirectoryUser,
): DirectoryUserFields {
  const user = userFields(resource, requiredName(resource, 'userName'));
  const holder = contents.userByName(user.userName);
  if (holder && holder.id !== previous?.id) {
    throw scimError(409, `The user name ${user.userName} is taken.`, 'uniqueness');
  }
  checkUser?.(user, previous);
  return user;
}

/** Users the directory does not have are passed over: groups may arrive before their members. */
function readMembers(contents: DirectoryContents, members: unknown): DirectoryUser[] {
  const list = isRecord(members) ? [members] : records(members);
  return list.flatMap(({ value }) => (typeof value === 'string' ? (contents.users.get(value) ?? []) : []));
}

function readResource(request: EmulatorRequest): Record<string, unknown> {
  let body: unknown;
  try {
    body = request.json();
  } catch {
    body = undefined;
  }
  if (!isRecord(body)) throw scimError(400, 'The body must be a JSON object.', 'invalidSyntax');
  return body;
}

function readOperations(request: EmulatorRequest): PatchOperation[] {
  const operations = readPatch(readResource(request));
  if (!operations)
    throw scimError(400, 'Operations must be a list of add, replace and remove.', 'invalidSyntax');
  return operations;
}

function requiredName(resource: Record<string, unknown>, name: string): string {
  const value = resource[name];
  if (typeof value === 'string' && value !== '') return value;
  throw scimError(400, `${name} is required.`, 'invalidValue');
}

function readFilter(request: EmulatorRequest): { attribute: string; value: string } | undefined {
  const filter = request.url.searchParams.get('filter');
  if (!filter) return undefined;
  const match = /^\s*([\w.]+)\s+eq\s+"([^"]*)"\s*$/i.exec(filter);
  if (!match)
    throw scimError(400, 'Only filters of the form attribute eq "value" are supported.', 'invalidFilter');
  return { attribute: (match[1] ?? '').toLowerCase(), value: match[2] ?? '' };
}

/** `startIndex` counts from 1. [RFC 7644 §3.4.2.4] */
function page<T extends { readonly id: string }>(
  request: EmulatorRequest,
  collection: Collection<T>,
  toResource: (item: T) => object,
): EmulatorResponse {
  const number = (name: string, fallback: number): number => {
    const value = Number(request.url.searchParams.get(name) ?? fallback);
    return Number.isInteger(value) ? value : fallback;
  };
  const startIndex = Math.max(1, number('startIndex', 1));
  const count = Math.min(maxCount, Math.max(0, number('count', defaultCount)));
  const items = collection.slice(startIndex - 1, startIndex - 1 + count);
  return listResponse(collection.size, startIndex, items.map(toResource));
}

function found<T>(item: T | undefined, toResource: (item: T) => object): EmulatorResponse {
  return item === undefined ? listResponse(0, 1, []) : listResponse(1, 1, [toResource(item)]);
}

function listResponse(
  totalResults: number,
  startIndex: number,
  resources: readonly object[],
): EmulatorResponse {
  return scim(200, {
    schemas: [schemas.list],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  });
}

function resourceUrl(request: EmulatorRequest, kind: 'Users' | 'Groups', id: string): string {
  const base = request.url.pathname.replace(/\/(?:Users|Groups)(?:\/[^/]*)?$/, '');
  return `${request.url.origin}${base}/${kind}/${encodeURIComponent(id)}`;
}

function scim(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): EmulatorResponse {
  return { status, headers: { 'content-type': 'application/scim+json', ...headers }, body };
}

/** A SCIM error to throw. [RFC 7644 §3.12] */
export function scimError(status: number, detail: string, scimType?: string): ResponseError {
  const body = { schemas: [schemas.error], status: String(status), detail, ...(scimType && { scimType }) };
  return new ResponseError(scim(status, body));
}

const serviceProviderConfig = {
  schemas: [schemas.serviceProviderConfig],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: maxCount },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'OAuth Bearer Token',
      description: 'The bearer token of the directory.',
      primary: true,
    },
  ],
};
