import type { Directory, DirectoryRef } from '@org/sso-core';
import { path } from '@org/sso-core/http';
import {
  loadOnce,
  type CallContext,
  type DirectoriesFacet,
  type DirectoryAdminFacet,
  type PageRequest,
} from '@org/sso-core/provider';
import type { ScalekitApi } from '../api.js';
import { ids } from '../ids.js';
import { toggle } from './toggle.js';

/** One more is an error, not a clamp [S][P]. */
const maxPageSize = 30;

const byId = ({ organizationId, directoryId }: DirectoryRef) =>
  path`/api/v1/organizations/${ids.strip(organizationId)}/directories/${ids.strip(directoryId)}`;

const wire = loadOnce(() => import('../wire/directory.js'));

async function readDirectory(api: ScalekitApi, ref: DirectoryRef, context: CallContext): Promise<Directory> {
  const { directoryAnswer } = await wire();
  return api.read({ context, method: 'GET', path: byId(ref) }, directoryAnswer);
}

function pageQuery(
  { cursor, pageSize = maxPageSize }: PageRequest,
  filter: { readonly updatedAfter?: string | undefined },
) {
  return {
    page_size: Math.min(pageSize, maxPageSize),
    page_token: cursor,
    // The identity provider's ids, roles and whether a person is active are there only [P].
    include_detail: true,
    updated_after: filter.updatedAfter,
  };
}

export function createDirectories(api: ScalekitApi): DirectoriesFacet {
  return {
    features: { updatedAfter: true, userGroups: true },
    /** Not paged by the vendor: one page, whatever the size asked for [S]. */
    async listPage({ organizationId }, _page, context) {
      const { directoriesAnswer } = await wire();
      const { items } = await api.read(
        {
          context,
          method: 'GET',
          path: path`/api/v1/organizations/${ids.strip(organizationId)}/directories`,
        },
        directoriesAnswer,
      );
      return { items, nextCursor: null };
    },
    get: async (ref, context) => readDirectory(api, ref, context),
    async listUsersPage(filter, page, context) {
      const { directoryUsersPage } = await wire();
      return api.read(
        {
          context,
          method: 'GET',
          path: `${byId(filter)}/users`,
          query: {
            ...pageQuery(page, filter),
            directory_group_id: filter.groupId && ids.strip(filter.groupId),
          },
        },
        directoryUsersPage(filter),
      );
    },
    async listGroupsPage(filter, page, context) {
      const { directoryGroupsPage } = await wire();
      return api.read(
        { context, method: 'GET', path: `${byId(filter)}/groups`, query: pageQuery(page, filter) },
        directoryGroupsPage(filter),
      );
    },
  };
}

export function createDirectoryAdmin(api: ScalekitApi): DirectoryAdminFacet {
  async function setEnabled(verb: 'enable' | 'disable', ref: DirectoryRef, context: CallContext) {
    await toggle(api, 'directory', verb, byId(ref), context);
    return readDirectory(api, ref, context);
  }

  return {
    features: { enable: true, disable: true, delete: 'preview' },
    limitations: {
      delete: 'Scalekit declares the REST binding in its SDKs without listing it in its API reference [P]',
    },
    enable: async (ref, context) => setEnabled('enable', ref, context),
    disable: async (ref, context) => setEnabled('disable', ref, context),
    /** Refused while it is enabled [T]. */
    delete: async (ref, context) => api.send({ context, method: 'DELETE', path: byId(ref) }),
  };
}
