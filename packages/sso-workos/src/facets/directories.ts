import type { DirectoryId, DirectoryRef } from '@org/sso-core';
import { path, type ApiRequest } from '@org/sso-core/http';
import {
  loadOnce,
  type CallContext,
  type DirectoriesFacet,
  type DirectoryAdminFacet,
  type Page,
  type PageRequest,
} from '@org/sso-core/provider';
import type { WorkosApi } from '../api.js';
import { refuse, requireOwner } from '../errors.js';
import { ids } from '../ids.js';
import type { Reader } from '../wire/reader.js';

const directory = loadOnce(async () => (await import('../wire/directory.js')).directory);
const directoryUser = loadOnce(async () => (await import('../wire/directory-user.js')).directoryUser);
const directoryGroup = loadOnce(async () => (await import('../wire/directory-group.js')).directoryGroup);
const byId = (id: DirectoryId) => path`/directories/${ids.strip(id)}`;

/** Published as 4 a second for each directory [D]; some grace for requests that overtake each other on their way. */
const userListLimit = (id: DirectoryId) => ({ key: `GET /directory_users ${id}`, limit: 4, perMs: 1040 });

export function createDirectories(api: WorkosApi): DirectoriesFacet {
  async function get({ organizationId, directoryId }: DirectoryRef, context: CallContext) {
    ids.strip(organizationId);
    const found = await api.one(directory, { context, method: 'GET', path: byId(directoryId) });
    return requireOwner(found, organizationId, context);
  }

  /** Whose directory it is, is looked up before the first page. A filter the vendor did not apply must not widen the list. */
  async function listPageWithin<Entity extends { readonly directoryId: DirectoryId | null }>(
    ref: DirectoryRef,
    reader: () => Promise<Reader<Entity>>,
    page: PageRequest,
    request: Omit<ApiRequest, 'method'>,
  ): Promise<Page<Entity>> {
    if (page.cursor === null) await get(ref, request.context);
    const { items, nextCursor } = await api.page(reader, page, request);
    return { items: items.filter(({ directoryId }) => directoryId === ref.directoryId), nextCursor };
  }

  return {
    features: { updatedAfter: false, userGroups: false },
    limitations: {
      updatedAfter: 'WorkOS has no such filter, and a change of membership does not touch the time of a user',
      userGroups: 'WorkOS leaves the groups of listed users empty for teams created since 2026-05-01',
    },
    async listPage({ organizationId }, page, context) {
      const { items, nextCursor } = await api.page(directory, page, {
        context,
        path: '/directories',
        query: { organization_id: ids.strip(organizationId) },
      });
      return { items: items.filter((item) => item.organizationId === organizationId), nextCursor };
    },
    get,
    listUsersPage: async ({ organizationId, directoryId, groupId }, page, context) =>
      listPageWithin({ organizationId, directoryId }, directoryUser, page, {
        context,
        path: '/directory_users',
        query: groupId ? { group: ids.strip(groupId) } : { directory: ids.strip(directoryId) },
        rateLimits: [userListLimit(directoryId)],
      }),
    listGroupsPage: async ({ organizationId, directoryId }, page, context) =>
      listPageWithin({ organizationId, directoryId }, directoryGroup, page, {
        context,
        path: '/directory_groups',
        query: { directory: ids.strip(directoryId) },
      }),
  };
}

const switchReason = 'the WorkOS API has no switch for directories';

export function createDirectoryAdmin(api: WorkosApi, directories: DirectoriesFacet): DirectoryAdminFacet {
  return {
    features: { enable: false, disable: false, delete: true },
    limitations: { enable: switchReason, disable: switchReason },
    enable: (_ref, context) => refuse('directoryAdmin', context, switchReason),
    disable: (_ref, context) => refuse('directoryAdmin', context, switchReason),
    // Accepted (202) rather than done: the directory may be seen a while longer.
    async delete(ref, context) {
      const { id } = await directories.get(ref, context);
      await api.send({ context, method: 'DELETE', path: byId(id) });
    },
  };
}
