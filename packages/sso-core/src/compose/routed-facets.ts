import type { PortalIntent } from '../model/index.js';
import type { AdminPortalFacet } from '../provider/facets/admin-portal.js';
import type { ConnectionAdminFacet, ConnectionsFacet } from '../provider/facets/connections.js';
import type { DirectoriesFacet, DirectoryAdminFacet } from '../provider/facets/directories.js';
import type { DomainsFacet } from '../provider/facets/domains.js';
import type { OrganizationAdminFacet, OrganizationsFacet } from '../provider/facets/organizations.js';
import type { UsersFacet } from '../provider/facets/users.js';
import { firstSupporting, optionsOf, type Children } from './children.js';
import { everyChild, limitationsOf, someChild } from './features.js';

export function routedOrganizations(children: Children): OrganizationsFacet {
  const { at, mergedPage } = children;
  return {
    listPage: (page, context) =>
      mergedPage('organizations', page, context, ({ organizations }, options) => organizations.list(options)),
    get: (id, context) => at(id, context, ({ organizations }, options) => organizations.get(id, options)),
    async getByExternalId(externalId, context) {
      const routed = await children.requireRoute({ externalId }, context.operation);
      const others = children.all.filter((child) => child !== routed);
      return firstSupporting([routed, ...others], ({ client }) =>
        client.organizations.getByExternalId(externalId, optionsOf(context)),
      );
    },
  };
}

export function routedOrganizationAdmin(children: Children): OrganizationAdminFacet {
  const { at } = children;
  return {
    features: { settings: someChild(children, 'organizationAdmin', 'settings') },
    limitations: limitationsOf(children, 'organizationAdmin'),
    async create(input, context) {
      const { externalId } = input;
      const target = externalId === undefined ? undefined : { externalId };
      const { client } = await children.requireRoute(target, context.operation);
      return client.organizationAdmin.create(input, optionsOf(context));
    },
    update: (id, changes, context) =>
      at(id, context, ({ organizationAdmin }, options) => organizationAdmin.update(id, changes, options)),
    delete: (id, context) =>
      at(id, context, ({ organizationAdmin }, options) => organizationAdmin.delete(id, options)),
    updateSettings: (id, changes, context) =>
      at(id, context, ({ organizationAdmin }, options) =>
        organizationAdmin.updateSettings(id, changes, options),
      ),
  };
}

export function routedDomains(children: Children): DomainsFacet {
  const { at, pageAt } = children;
  return {
    features: { verifiedOnCreate: everyChild(children, 'domains', 'verifiedOnCreate') },
    listPage: (scope, page, context) =>
      pageAt(scope.organizationId, page, context, ({ domains }, options) => domains.list(scope, options)),
    get: (ref, context) =>
      at(ref.organizationId, context, ({ domains }, options) => domains.get(ref, options)),
    create: (input, context) =>
      at(input.organizationId, context, ({ domains }, options) => domains.create(input, options)),
    verify: (ref, context) =>
      at(ref.organizationId, context, ({ domains }, options) => domains.verify(ref, options)),
    delete: (ref, context) =>
      at(ref.organizationId, context, ({ domains }, options) => domains.delete(ref, options)),
  };
}

export function routedConnections({ at, pageAt, mergedPage }: Children): ConnectionsFacet {
  return {
    listPage: (filter, page, context) =>
      filter.organizationId === undefined
        ? mergedPage('connections', page, context, ({ connections }, options) =>
            connections.list(filter, options),
          )
        : pageAt(filter.organizationId, page, context, ({ connections }, options) =>
            connections.list(filter, options),
          ),
    get: (ref, context) =>
      at(ref.organizationId, context, ({ connections }, options) => connections.get(ref, options)),
  };
}

export function routedConnectionAdmin(children: Children): ConnectionAdminFacet {
  const { at } = children;
  const some = (feature: keyof ConnectionAdminFacet['features']) =>
    someChild(children, 'connectionAdmin', feature);
  return {
    features: {
      enable: some('enable'),
      disable: some('disable'),
      create: some('create'),
      update: some('update'),
    },
    limitations: limitationsOf(children, 'connectionAdmin'),
    delete: (ref, context) =>
      at(ref.organizationId, context, ({ connectionAdmin }, options) => connectionAdmin.delete(ref, options)),
    enable: (ref, context) =>
      at(ref.organizationId, context, ({ connectionAdmin }, options) => connectionAdmin.enable(ref, options)),
    disable: (ref, context) =>
      at(ref.organizationId, context, ({ connectionAdmin }, options) =>
        connectionAdmin.disable(ref, options),
      ),
    create: (input, context) =>
      at(input.organizationId, context, ({ connectionAdmin }, options) =>
        connectionAdmin.create(input, options),
      ),
    update: (ref, changes, context) =>
      at(ref.organizationId, context, ({ connectionAdmin }, options) =>
        connectionAdmin.update(ref, changes, options),
      ),
  };
}

export function routedUsers({ at, pageAt }: Children): UsersFacet {
  return {
    listPage: (scope, page, context) =>
      pageAt(scope.organizationId, page, context, ({ users }, options) => users.list(scope, options)),
    listMembershipsPage: (scope, page, context) =>
      pageAt(scope.organizationId, page, context, ({ users }, options) =>
        users.listMemberships(scope, options),
      ),
    get: (id, context) => at(id, context, ({ users }, options) => users.get(id, options)),
    create: (input, context) =>
      at(input.organizationId, context, ({ users }, options) => users.create(input, options)),
    update: (id, changes, context) =>
      at(id, context, ({ users }, options) => users.update(id, changes, options)),
    delete: (id, context) => at(id, context, ({ users }, options) => users.delete(id, options)),
    resendInvitation: (ref, context) =>
      at(ref.organizationId, context, ({ users }, options) => users.resendInvitation(ref, options)),
  };
}

export function routedAdminPortal(children: Children): AdminPortalFacet {
  const intents = new Set<PortalIntent>(
    children.all.flatMap(({ provider }) => provider.adminPortal?.features.intents ?? []),
  );
  return {
    features: { intents: [...intents], returnUrl: someChild(children, 'adminPortal', 'returnUrl') },
    limitations: limitationsOf(children, 'adminPortal'),
    createLink: (input, context) =>
      children.at(input.organizationId, context, ({ adminPortal }, options) =>
        adminPortal.createLink(input, options),
      ),
  };
}

export function routedDirectories(children: Children): DirectoriesFacet {
  const { at, pageAt } = children;
  return {
    features: {
      updatedAfter: someChild(children, 'directories', 'updatedAfter'),
      userGroups: everyChild(children, 'directories', 'userGroups'),
    },
    limitations: limitationsOf(children, 'directories'),
    listPage: (filter, page, context) =>
      pageAt(filter.organizationId, page, context, ({ directories }, options) =>
        directories.list(filter, options),
      ),
    get: (ref, context) =>
      at(ref.organizationId, context, ({ directories }, options) => directories.get(ref, options)),
    listUsersPage: (filter, page, context) =>
      pageAt(filter.organizationId, page, context, ({ directories }, options) =>
        directories.listUsers(filter, options),
      ),
    listGroupsPage: (filter, page, context) =>
      pageAt(filter.organizationId, page, context, ({ directories }, options) =>
        directories.listGroups(filter, options),
      ),
  };
}

export function routedDirectoryAdmin(children: Children): DirectoryAdminFacet {
  const { at } = children;
  const some = (feature: keyof DirectoryAdminFacet['features']) =>
    someChild(children, 'directoryAdmin', feature);
  return {
    features: { enable: some('enable'), disable: some('disable'), delete: some('delete') },
    limitations: limitationsOf(children, 'directoryAdmin'),
    enable: (ref, context) =>
      at(ref.organizationId, context, ({ directoryAdmin }, options) => directoryAdmin.enable(ref, options)),
    disable: (ref, context) =>
      at(ref.organizationId, context, ({ directoryAdmin }, options) => directoryAdmin.disable(ref, options)),
    delete: (ref, context) =>
      at(ref.organizationId, context, ({ directoryAdmin }, options) => directoryAdmin.delete(ref, options)),
  };
}
