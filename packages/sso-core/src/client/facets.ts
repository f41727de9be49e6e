import type {
  Connection,
  ConnectionRef,
  CreateConnection,
  CreateDomain,
  CreateOrganization,
  CreatePortalLink,
  CreateUser,
  Directory,
  DirectoryGroup,
  DirectoryRef,
  DirectoryUser,
  Domain,
  DomainRef,
  Invitation,
  ListConnections,
  ListDirectories,
  ListDirectoryGroups,
  ListDirectoryUsers,
  Member,
  Membership,
  MembershipRef,
  Organization,
  OrganizationId,
  OrganizationScope,
  PortalLink,
  PullEvents,
  SsoEvent,
  UpdateConnection,
  UpdateOrganization,
  UpdateOrganizationSettings,
  UpdateUser,
  User,
  UserId,
} from '../model/index.js';
import { UnsupportedOperationError } from '../errors.js';
import { readWebhookRequest, type WebhookRequest } from '../events/webhook-delivery.js';
import type { DirectoriesFacet } from '../provider/facets/directories.js';
import type { EventsPage } from '../provider/facets/events.js';
import type { ProviderFacets } from '../provider/provider.js';
import type { FacetCaller } from './call.js';
import type { Listing } from './listing.js';
import type { CallOptions, ListOptions } from './options.js';

type Caller<F extends keyof ProviderFacets> = FacetCaller<ProviderFacets[F]>;

/** Reading organizations. Documented at `OrganizationsFacet`. */
export interface OrganizationsClient {
  list(options?: ListOptions): Listing<Organization>;
  get(id: OrganizationId, options?: CallOptions): Promise<Organization>;
  getByExternalId(externalId: string, options?: CallOptions): Promise<Organization>;
}

export function createOrganizationsClient({ call, list }: Caller<'organizations'>): OrganizationsClient {
  return {
    list: (options) =>
      list({
        method: 'list',
        input: undefined,
        options,
        run: (facet, _, page, context) => facet.listPage(page, context),
      }),
    get: (id, options) =>
      call({
        method: 'get',
        input: id,
        schema: (s) => s.organizationSchema.shape.id,
        options,
        run: (facet, input, context) => facet.get(input, context),
      }),
    getByExternalId: (externalId, options) =>
      call({
        method: 'getByExternalId',
        input: externalId,
        schema: (s) => s.externalIdSchema,
        options,
        run: (facet, input, context) => facet.getByExternalId(input, context),
      }),
  };
}

/** Changing organizations. Documented at `OrganizationAdminFacet`. */
export interface OrganizationAdminClient {
  create(input: CreateOrganization, options?: CallOptions): Promise<Organization>;
  update(id: OrganizationId, input: UpdateOrganization, options?: CallOptions): Promise<Organization>;
  delete(id: OrganizationId, options?: CallOptions): Promise<void>;
  updateSettings(
    id: OrganizationId,
    input: UpdateOrganizationSettings,
    options?: CallOptions,
  ): Promise<Organization>;
}

export function createOrganizationAdminClient({
  call,
}: Caller<'organizationAdmin'>): OrganizationAdminClient {
  return {
    create: (input, options) =>
      call({
        method: 'create',
        input,
        schema: (s) => s.createOrganizationSchema,
        options,
        run: (facet, valid, context) => facet.create(valid, context),
      }),
    update: (id, input, options) =>
      call({
        method: 'update',
        input: { id, changes: input },
        schema: (s) => s.organizationChangeSchema,
        options,
        run: (facet, valid, context) => facet.update(valid.id, valid.changes, context),
      }),
    delete: (id, options) =>
      call({
        method: 'delete',
        input: id,
        schema: (s) => s.organizationSchema.shape.id,
        options,
        run: (facet, valid, context) => facet.delete(valid, context),
      }),
    updateSettings: (id, input, options) =>
      call({
        method: 'updateSettings',
        feature: 'settings',
        support: (facet) => facet.features.settings,
        input: { id, changes: input },
        schema: (s) => s.organizationSettingsChangeSchema,
        options,
        run: (facet, valid, context) => facet.updateSettings(valid.id, valid.changes, context),
      }),
  };
}

/** E-mail domains of an organization. Documented at `DomainsFacet`. */
export interface DomainsClient {
  list(scope: OrganizationScope, options?: ListOptions): Listing<Domain>;
  get(ref: DomainRef, options?: CallOptions): Promise<Domain>;
  create(input: CreateDomain, options?: CallOptions): Promise<Domain>;
  verify(ref: DomainRef, options?: CallOptions): Promise<Domain>;
  delete(ref: DomainRef, options?: CallOptions): Promise<void>;
}

export function createDomainsClient({ call, list }: Caller<'domains'>): DomainsClient {
  return {
    list: (scope, options) =>
      list({
        method: 'list',
        input: scope,
        schema: (s) => s.organizationScopeSchema,
        options,
        run: (facet, valid, page, context) => facet.listPage(valid, page, context),
      }),
    get: (ref, options) =>
      call({
        method: 'get',
        input: ref,
        schema: (s) => s.domainRefSchema,
        options,
        run: (facet, valid, context) => facet.get(valid, context),
      }),
    create: (input, options) =>
      call({
        method: 'create',
        input,
        schema: (s) => s.createDomainSchema,
        options,
        run: (facet, valid, context) => facet.create(valid, context),
      }),
    verify: (ref, options) =>
      call({
        method: 'verify',
        input: ref,
        schema: (s) => s.domainRefSchema,
        options,
        run: (facet, valid, context) => facet.verify(valid, context),
      }),
    delete: (ref, options) =>
      call({
        method: 'delete',
        input: ref,
        schema: (s) => s.domainRefSchema,
        options,
        run: (facet, valid, context) => facet.delete(valid, context),
      }),
  };
}

/** Reading connections. Documented at `ConnectionsFacet`. */
export interface ConnectionsClient {
  list(filter?: ListConnections, options?: ListOptions): Listing<Connection>;
  get(ref: ConnectionRef, options?: CallOptions): Promise<Connection>;
}

export function createConnectionsClient({ call, list }: Caller<'connections'>): ConnectionsClient {
  return {
    list: (filter = {}, options) =>
      list({
        method: 'list',
        input: filter,
        schema: (s) => s.listConnectionsSchema,
        options,
        run: (facet, valid, page, context) => facet.listPage(valid, page, context),
      }),
    get: (ref, options) =>
      call({
        method: 'get',
        input: ref,
        schema: (s) => s.connectionRefSchema,
        options,
        run: (facet, valid, context) => facet.get(valid, context),
      }),
  };
}

/** Changing connections. Documented at `ConnectionAdminFacet`. */
export interface ConnectionAdminClient {
  delete(ref: ConnectionRef, options?: CallOptions): Promise<void>;
  enable(ref: ConnectionRef, options?: CallOptions): Promise<Connection>;
  disable(ref: ConnectionRef, options?: CallOptions): Promise<Connection>;
  create(input: CreateConnection, options?: CallOptions): Promise<Connection>;
  update(ref: ConnectionRef, input: UpdateConnection, options?: CallOptions): Promise<Connection>;
}

export function createConnectionAdminClient({ call }: Caller<'connectionAdmin'>): ConnectionAdminClient {
  return {
    delete: (ref, options) =>
      call({
        method: 'delete',
        input: ref,
        schema: (s) => s.connectionRefSchema,
        options,
        run: (facet, valid, context) => facet.delete(valid, context),
      }),
    enable: (ref, options) =>
      call({
        method: 'enable',
        feature: 'enable',
        support: (facet) => facet.features.enable,
        input: ref,
        schema: (s) => s.connectionRefSchema,
        options,
        run: (facet, valid, context) => facet.enable(valid, context),
      }),
    disable: (ref, options) =>
      call({
        method: 'disable',
        feature: 'disable',
        support: (facet) => facet.features.disable,
        input: ref,
        schema: (s) => s.connectionRefSchema,
        options,
        run: (facet, valid, context) => facet.disable(valid, context),
      }),
    create: (input, options) =>
      call({
        method: 'create',
        feature: 'create',
        support: (facet) => facet.features.create,
        input,
        schema: (s) => s.createConnectionSchema,
        options,
        run: (facet, valid, context) => facet.create(valid, context),
      }),
    update: (ref, input, options) =>
      call({
        method: 'update',
        feature: 'update',
        support: (facet) => facet.features.update,
        input: { ref, changes: input },
        schema: (s) => s.connectionChangeSchema,
        options,
        run: (facet, valid, context) => facet.update(valid.ref, valid.changes, context),
      }),
  };
}

/** People, memberships and invitations. Documented at `UsersFacet`. */
export interface UsersClient {
  list(scope: OrganizationScope, options?: ListOptions): Listing<User>;
  listMemberships(scope: OrganizationScope, options?: ListOptions): Listing<Membership>;
  get(id: UserId, options?: CallOptions): Promise<User>;
  create(input: CreateUser, options?: CallOptions): Promise<Member>;
  update(id: UserId, input: UpdateUser, options?: CallOptions): Promise<User>;
  delete(id: UserId, options?: CallOptions): Promise<void>;
  resendInvitation(ref: MembershipRef, options?: CallOptions): Promise<Invitation>;
}

export function createUsersClient({ call, list }: Caller<'users'>): UsersClient {
  return {
    list: (scope, options) =>
      list({
        method: 'list',
        input: scope,
        schema: (s) => s.organizationScopeSchema,
        options,
        run: (facet, valid, page, context) => facet.listPage(valid, page, context),
      }),
    listMemberships: (scope, options) =>
      list({
        method: 'listMemberships',
        input: scope,
        schema: (s) => s.organizationScopeSchema,
        options,
        run: (facet, valid, page, context) => facet.listMembershipsPage(valid, page, context),
      }),
    get: (id, options) =>
      call({
        method: 'get',
        input: id,
        schema: (s) => s.userSchema.shape.id,
        options,
        run: (facet, valid, context) => facet.get(valid, context),
      }),
    create: (input, options) =>
      call({
        method: 'create',
        input,
        schema: (s) => s.createUserSchema,
        options,
        run: (facet, valid, context) => facet.create(valid, context),
      }),
    update: (id, input, options) =>
      call({
        method: 'update',
        input: { id, changes: input },
        schema: (s) => s.userChangeSchema,
        options,
        run: (facet, valid, context) => facet.update(valid.id, valid.changes, context),
      }),
    delete: (id, options) =>
      call({
        method: 'delete',
        input: id,
        schema: (s) => s.userSchema.shape.id,
        options,
        run: (facet, valid, context) => facet.delete(valid, context),
      }),
    resendInvitation: (ref, options) =>
      call({
        method: 'resendInvitation',
        input: ref,
        schema: (s) => s.membershipRefSchema,
        options,
        run: (facet, valid, context) => facet.resendInvitation(valid, context),
      }),
  };
}

/** Links into the vendor's self-service portal. Documented at `AdminPortalFacet`. */
export interface AdminPortalClient {
  createLink(input: CreatePortalLink, options?: CallOptions): Promise<PortalLink>;
}

export function createAdminPortalClient({ call, provider }: Caller<'adminPortal'>): AdminPortalClient {
  const refuse = (what: string, reason: string | undefined): never => {
    throw new UnsupportedOperationError({
      facet: 'adminPortal',
      operation: `adminPortal.createLink with ${what}`,
      provider: provider.id,
      reason,
    });
  };
  return {
    createLink: (input, options) =>
      call({
        method: 'createLink',
        input,
        schema: (s) => s.createPortalLinkSchema,
        options,
        run: async (facet, valid, context) => {
          if (!facet.features.intents.includes(valid.intent)) {
            refuse(`intent "${valid.intent}"`, `its intents are ${facet.features.intents.join(', ')}`);
          }
          if (valid.returnUrl !== undefined && !facet.features.returnUrl)
            refuse('returnUrl', facet.limitations?.['returnUrl']);
          return facet.createLink(valid, context);
        },
      }),
  };
}

const byTime =
  (filter: { readonly updatedAfter?: string | undefined }) =>
  (facet: DirectoriesFacet): boolean =>
    filter.updatedAfter === undefined || facet.features.updatedAfter;

/** Reading directories. Documented at `DirectoriesFacet`. */
export interface DirectoriesClient {
  list(filter: ListDirectories, options?: ListOptions): Listing<Directory>;
  get(ref: DirectoryRef, options?: CallOptions): Promise<Directory>;
  listUsers(filter: ListDirectoryUsers, options?: ListOptions): Listing<DirectoryUser>;
  listGroups(filter: ListDirectoryGroups, options?: ListOptions): Listing<DirectoryGroup>;
}

export function createDirectoriesClient({ call, list }: Caller<'directories'>): DirectoriesClient {
  return {
    list: (filter, options) =>
      list({
        method: 'list',
        input: filter,
        schema: (s) => s.listDirectoriesSchema,
        options,
        run: (facet, valid, page, context) => facet.listPage(valid, page, context),
      }),
    get: (ref, options) =>
      call({
        method: 'get',
        input: ref,
        schema: (s) => s.directoryRefSchema,
        options,
        run: (facet, valid, context) => facet.get(valid, context),
      }),
    listUsers: (filter, options) =>
      list({
        method: 'listUsers',
        feature: 'updatedAfter',
        support: byTime(filter),
        input: filter,
        schema: (s) => s.listDirectoryUsersSchema,
        options,
        run: (facet, valid, page, context) => facet.listUsersPage(valid, page, context),
      }),
    listGroups: (filter, options) =>
      list({
        method: 'listGroups',
        feature: 'updatedAfter',
        support: byTime(filter),
        input: filter,
        schema: (s) => s.listDirectoryGroupsSchema,
        options,
        run: (facet, valid, page, context) => facet.listGroupsPage(valid, page, context),
      }),
  };
}

/** Changing directories. Documented at `DirectoryAdminFacet`. */
export interface DirectoryAdminClient {
  enable(ref: DirectoryRef, options?: CallOptions): Promise<Directory>;
  disable(ref: DirectoryRef, options?: CallOptions): Promise<Directory>;
  delete(ref: DirectoryRef, options?: CallOptions): Promise<void>;
}

export function createDirectoryAdminClient({ call }: Caller<'directoryAdmin'>): DirectoryAdminClient {
  return {
    enable: (ref, options) =>
      call({
        method: 'enable',
        feature: 'enable',
        support: (facet) => facet.features.enable,
        input: ref,
        schema: (s) => s.directoryRefSchema,
        options,
        run: (facet, valid, context) => facet.enable(valid, context),
      }),
    disable: (ref, options) =>
      call({
        method: 'disable',
        feature: 'disable',
        support: (facet) => facet.features.disable,
        input: ref,
        schema: (s) => s.directoryRefSchema,
        options,
        run: (facet, valid, context) => facet.disable(valid, context),
      }),
    delete: (ref, options) =>
      call({
        method: 'delete',
        feature: 'delete',
        support: (facet) => facet.features.delete,
        input: ref,
        schema: (s) => s.directoryRefSchema,
        options,
        run: (facet, valid, context) => facet.delete(valid, context),
      }),
  };
}

/** Receiving webhooks. For a durable stream use `createEventInbox`. */
export interface WebhooksClient {
  /** Verifies a request and answers the neutral event. Throws `WebhookRefusedError`. */
  receive(request: WebhookRequest): Promise<SsoEvent>;
}

export function createWebhooksClient({ call }: Caller<'webhooks'>): WebhooksClient {
  return {
    receive: (request) =>
      call({
        method: 'receive',
        input: request,
        options: undefined,
        run: async (facet, input) => facet.parse(facet.verify(await readWebhookRequest(input, Date.now()))),
      }),
  };
}

/** Pulling the vendor's event stream. For a durable stream use `createEventInbox`. */
export interface EventsClient {
  /** One page, oldest first. Throws `failed_precondition` when the cursor is older than the vendor keeps events. */
  pull(request: PullEvents, options?: CallOptions): Promise<EventsPage>;
}

export function createEventsClient({ call }: Caller<'events'>): EventsClient {
  return {
    pull: (request, options) =>
      call({
        method: 'pull',
        input: request,
        schema: (s) => s.pullEventsSchema,
        options,
        run: (facet, valid, context) => facet.pullPage(valid, context),
      }),
  };
}
