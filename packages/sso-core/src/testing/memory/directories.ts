import type { Directory, DirectoryGroup, DirectoryRef, DirectoryUser } from '../../model/index.js';
import type { CallContext } from '../../provider/context.js';
import type { DirectoriesFacet, DirectoryAdminFacet } from '../../provider/facets/directories.js';
import { recordEvent } from './events.js';
import { requireOrganization } from './organizations.js';
import type { MemoryState } from './state.js';

export function createDirectories(state: MemoryState) {
  const { directories, directoryUsers, directoryGroups, serve } = state;
  return {
    features: { updatedAfter: true, userGroups: true },
    listPage: (filter, page, context) =>
      serve(context, { ...filter, ...page }, [filter.organizationId], () => {
        requireOrganization(state, filter.organizationId, context);
        const { items, nextCursor } = directories.page(
          page,
          ({ organizationId }) => organizationId === filter.organizationId,
        );
        return { items: items.map((directory) => withCounts(state, directory)), nextCursor };
      }),
    get: (ref, context) =>
      serve(context, ref, [ref.organizationId, ref.directoryId], () =>
        withCounts(state, requireDirectory(state, ref, context)),
      ),
    listUsersPage: (filter, page, context) =>
      serve(context, { ...filter, ...page }, idsOf(filter), () => {
        requireDirectory(state, filter, context);
        return directoryUsers.page(
          page,
          (user) =>
            user.directoryId === filter.directoryId &&
            (filter.groupId === undefined || user.groups!.some(({ id }) => id === filter.groupId)) &&
            isChangedAfter(user, filter.updatedAfter),
        );
      }),
    listGroupsPage: (filter, page, context) =>
      serve(context, { ...filter, ...page }, idsOf(filter), () => {
        requireDirectory(state, filter, context);
        return directoryGroups.page(
          page,
          (group) => group.directoryId === filter.directoryId && isChangedAfter(group, filter.updatedAfter),
        );
      }),
  } as const satisfies DirectoriesFacet;
}

export function createDirectoryAdmin(state: MemoryState) {
  const { serve } = state;

  const switchTo = (status: 'active' | 'inactive', ref: DirectoryRef, context: CallContext) =>
    serve(context, ref, [ref.organizationId, ref.directoryId], () => {
      const { id } = requireDirectory(state, ref, context);
      return withCounts(state, setDirectoryStatus(state, id, status));
    });

  return {
    features: { enable: true, disable: true, delete: true },
    enable: (ref, context) => switchTo('active', ref, context),
    disable: (ref, context) => switchTo('inactive', ref, context),
    delete: (ref, context) =>
      serve(context, ref, [ref.organizationId, ref.directoryId], () => {
        removeDirectory(state, requireDirectory(state, ref, context));
      }),
  } as const satisfies DirectoryAdminFacet;
}

/** Tells of it only when something changed. */
export function setDirectoryStatus(
  state: MemoryState,
  id: Directory['id'],
  status: 'active' | 'inactive',
): Directory {
  const before = state.directories.get(id)!;
  if (before.status === status) return before;
  const directory = state.directories.update(id, {
    status,
    vendorStatus: status,
    updatedAt: state.timestamp(),
  })!;
  recordEvent(state, {
    type: status === 'active' ? 'directory.activated' : 'directory.deactivated',
    subject: `directory:${directory.vendorId}`,
    organizationId: directory.organizationId,
    data: { directory: withCounts(state, directory) },
  });
  return directory;
}

/** People and groups go with it, and no event tells of them: as at the vendors. */
function removeDirectory(state: MemoryState, directory: Directory): void {
  recordEvent(state, {
    type: 'directory.deleted',
    subject: `directory:${directory.vendorId}`,
    organizationId: directory.organizationId,
    data: { directory: withCounts(state, directory) },
  });
  state.directories.delete(directory.id);
  for (const table of [state.directoryUsers, state.directoryGroups])
    table.deleteWhere(({ directoryId }) => directoryId === directory.id);
}

function withCounts({ directoryUsers, directoryGroups }: MemoryState, directory: Directory): Directory {
  const within = ({ directoryId }: DirectoryUser | DirectoryGroup) => directoryId === directory.id;
  return {
    ...directory,
    userCount: directoryUsers.list(within).length,
    groupCount: directoryGroups.list(within).length,
  };
}

function requireDirectory(
  { directories, error }: MemoryState,
  { organizationId, directoryId }: DirectoryRef,
  context: CallContext,
): Directory {
  const found = directories.get(directoryId);
  if (found?.organizationId !== organizationId)
    throw error(context, 'not_found', `organization ${organizationId} has no directory ${directoryId}`);
  return found;
}

function idsOf({
  organizationId,
  directoryId,
  groupId,
}: DirectoryRef & { readonly groupId?: DirectoryGroup['id'] | undefined }) {
  return [organizationId, directoryId, ...(groupId === undefined ? [] : [groupId])];
}

function isChangedAfter(
  { updatedAt }: { readonly updatedAt: string | null },
  instant: string | undefined,
): boolean {
  return instant === undefined || Date.parse(updatedAt!) > Date.parse(instant);
}
