import type { Organization, OrganizationId } from '../../model/index.js';
import type { CallContext } from '../../provider/context.js';
import type { OrganizationAdminFacet, OrganizationsFacet } from '../../provider/facets/organizations.js';
import type { MemoryState } from './state.js';

/** The organization, or `not_found`. */
export function requireOrganization(
  state: MemoryState,
  id: OrganizationId,
  context: CallContext,
): Organization {
  const found = state.organizations.get(id);
  if (!found) throw state.error(context, 'not_found', `there is no organization ${id}`);
  return found;
}

export function createOrganizations(state: MemoryState): OrganizationsFacet {
  const { organizations, serve } = state;
  return {
    listPage: (page, context) => serve(context, page, [], () => organizations.page(page)),
    get: (id, context) => serve(context, id, [id], () => requireOrganization(state, id, context)),
    getByExternalId: (externalId, context) =>
      serve(context, externalId, [], () => {
        const found = organizations.find((organization) => organization.externalId === externalId);
        if (!found)
          throw state.error(
            context,
            'not_found',
            `there is no organization with external id "${externalId}"`,
          );
        return found;
      }),
  };
}

export function createOrganizationAdmin(state: MemoryState) {
  const { organizations, serve } = state;

  function refuseTakenExternalId(
    externalId: string | null,
    owner: string | null,
    context: CallContext,
  ): void {
    if (externalId === null) return;
    const taken = organizations.find((other) => other.externalId === externalId && other.id !== owner);
    if (taken) throw state.error(context, 'already_exists', `external id "${externalId}" is taken`);
  }

  return {
    features: { settings: true },
    create: (input, context) =>
      serve(context, input, [], () => {
        refuseTakenExternalId(input.externalId ?? null, null, context);
        return organizations.insert({
          ...state.entity<'organization'>('org'),
          name: input.name,
          externalId: input.externalId ?? null,
          metadata: input.metadata ?? {},
          settings: { sso: true, directorySync: false },
        });
      }),
    update: (id, input, context) =>
      serve(context, { id, ...input }, [id], () => {
        const current = requireOrganization(state, id, context);
        refuseTakenExternalId(input.externalId ?? null, id, context);
        return organizations.update(id, {
          name: input.name ?? current.name,
          externalId: input.externalId === undefined ? current.externalId : input.externalId,
          metadata: input.metadata ?? current.metadata,
          updatedAt: state.timestamp(),
        })!;
      }),
    delete: (id, context) =>
      serve(context, id, [id], () => {
        requireOrganization(state, id, context);
        const within = (item: { organizationId: OrganizationId | null }) => item.organizationId === id;
        organizations.delete(id);
        for (const table of [
          state.domains,
          state.connections,
          state.memberships,
          state.invitations,
          state.directories,
          state.directoryUsers,
          state.directoryGroups,
        ])
          table.deleteWhere(within);
      }),
    updateSettings: (id, input, context) =>
      serve(context, { id, ...input }, [id], () => {
        const { settings } = requireOrganization(state, id, context);
        return organizations.update(id, {
          settings: {
            sso: input.sso ?? settings!.sso,
            directorySync: input.directorySync ?? settings!.directorySync,
          },
          updatedAt: state.timestamp(),
        })!;
      }),
  } as const satisfies OrganizationAdminFacet;
}
