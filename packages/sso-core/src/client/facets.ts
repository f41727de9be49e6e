import type {
  AuditSchema,
  Connection,
  ConnectionRef,
  CreateConnection,
  CreateDomain,
  CreateOrganization,
  CreatePortalLink,
  CreateUser,
  DefineAuditSchema,
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
  RecordAuditEvent,
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
import type { EventsPage } from '../provider/facets/events.js';
import type { ProviderFacets } from '../provider/provider.js';
import { assertWithinAuditLimits } from './audit-limits.js';
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

export function createOrganizationsClient({ list, operation }: Caller<'organizations'>): OrganizationsClient {
  return {
    list: (options) =>
      list({
        method: 'list',
        input: undefined,
        options,
        run: (facet, _, page, context) => facet.listPage(page, context),
      }),
    get: operation('get', (s) => s.organizationSchema.shape.id),
    getByExternalId: operation('getByExternalId', (s) => s.externalIdSchema),
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
  operation,
}: Caller<'organizationAdmin'>): OrganizationAdminClient {
  return {
    create: operation('create', (s) => s.createOrganizationSchema),
    update: (id, changes, options) =>
      call({
        method: 'update',
        input: { id, changes },
        schema: (s) => s.organizationChangeSchema,
        options,
        run: (facet, valid, context) => facet.update(valid.id, valid.changes, context),
      }),
    delete: operation('delete', (s) => s.organizationSchema.shape.id),
    updateSettings: (id, changes, options) =>
      call({
        method: 'updateSettings',
        feature: 'settings',
        input: { id, changes },
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

export function createDomainsClient({ listing, operation }: Caller<'domains'>): DomainsClient {
  return {
    list: listing('list', 'listPage', (s) => s.organizationScopeSchema),
    get: operation('get', (s) => s.domainRefSchema),
    create: operation('create', (s) => s.createDomainSchema),
    verify: operation('verify', (s) => s.domainRefSchema),
    delete: operation('delete', (s) => s.domainRefSchema),
  };
}

/** Reading connections. Documented at `ConnectionsFacet`. */
export interface ConnectionsClient {
  list(filter?: ListConnections, options?: ListOptions): Listing<Connection>;
  get(ref: ConnectionRef, options?: CallOptions): Promise<Connection>;
}

export function createConnectionsClient({ listing, operation }: Caller<'connections'>): ConnectionsClient {
  const list = listing('list', 'listPage', (s) => s.listConnectionsSchema);
  return {
    list: (filter = {}, options) => list(filter, options),
    get: operation('get', (s) => s.connectionRefSchema),
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

export function createConnectionAdminClient({
  call,
  operation,
}: Caller<'connectionAdmin'>): ConnectionAdminClient {
  return {
    delete: operation('delete', (s) => s.connectionRefSchema),
    enable: operation('enable', (s) => s.connectionRefSchema, 'enable'),
    disable: operation('disable', (s) => s.connectionRefSchema, 'disable'),
    create: operation('create', (s) => s.createConnectionSchema, 'create'),
    update: (ref, changes, options) =>
      call({
        method: 'update',
        feature: 'update',
        input: { ref, changes },
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

export function createUsersClient({ call, listing, operation }: Caller<'users'>): UsersClient {
  return {
    list: listing('list', 'listPage', (s) => s.organizationScopeSchema),
    listMemberships: listing('listMemberships', 'listMembershipsPage', (s) => s.organizationScopeSchema),
    get: operation('get', (s) => s.userSchema.shape.id),
    create: operation('create', (s) => s.createUserSchema),
    update: (id, changes, options) =>
      call({
        method: 'update',
        input: { id, changes },
        schema: (s) => s.userChangeSchema,
        options,
        run: (facet, valid, context) => facet.update(valid.id, valid.changes, context),
      }),
    delete: operation('delete', (s) => s.userSchema.shape.id),
    resendInvitation: operation('resendInvitation', (s) => s.membershipRefSchema),
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

const byTime = (filter: { readonly updatedAfter?: string | undefined } | undefined) =>
  filter?.updatedAfter === undefined ? undefined : 'updatedAfter';

/** Reading directories. Documented at `DirectoriesFacet`. */
export interface DirectoriesClient {
  list(filter: ListDirectories, options?: ListOptions): Listing<Directory>;
  get(ref: DirectoryRef, options?: CallOptions): Promise<Directory>;
  listUsers(filter: ListDirectoryUsers, options?: ListOptions): Listing<DirectoryUser>;
  listGroups(filter: ListDirectoryGroups, options?: ListOptions): Listing<DirectoryGroup>;
}

export function createDirectoriesClient({ listing, operation }: Caller<'directories'>): DirectoriesClient {
  return {
    list: listing('list', 'listPage', (s) => s.listDirectoriesSchema),
    get: operation('get', (s) => s.directoryRefSchema),
    listUsers: listing('listUsers', 'listUsersPage', (s) => s.listDirectoryUsersSchema, byTime),
    listGroups: listing('listGroups', 'listGroupsPage', (s) => s.listDirectoryGroupsSchema, byTime),
  };
}

/** Changing directories. Documented at `DirectoryAdminFacet`. */
export interface DirectoryAdminClient {
  enable(ref: DirectoryRef, options?: CallOptions): Promise<Directory>;
  disable(ref: DirectoryRef, options?: CallOptions): Promise<Directory>;
  delete(ref: DirectoryRef, options?: CallOptions): Promise<void>;
}

export function createDirectoryAdminClient({ operation }: Caller<'directoryAdmin'>): DirectoryAdminClient {
  return {
    enable: operation('enable', (s) => s.directoryRefSchema, 'enable'),
    disable: operation('disable', (s) => s.directoryRefSchema, 'disable'),
    delete: operation('delete', (s) => s.directoryRefSchema, 'delete'),
  };
}

/** Receiving webhooks. For a durable stream use `createEventInbox`. */
export interface WebhooksClient {
  /** Verifies a request and answers the neutral event. Throws `WebhookRefusedError`. */
  receive(request: WebhookRequest): Promise<SsoEvent>;
}

export function createWebhooksClient(
  { call }: Caller<'webhooks'>,
  now: () => number = Date.now,
): WebhooksClient {
  return {
    receive: (request) =>
      call({
        method: 'receive',
        input: request,
        options: undefined,
        run: async (facet, input) => facet.parse(facet.verify(await readWebhookRequest(input, now()))),
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
        feature: request?.organizationId === undefined ? undefined : 'organizationFilter',
        input: request,
        schema: (s) => s.pullEventsSchema,
        options,
        run: (facet, valid, context) => facet.pullPage(valid, context),
      }),
  };
}

/** The vendor's audit log. Documented at `AuditLogsFacet`. */
export interface AuditLogsClient {
  record(input: RecordAuditEvent, options?: CallOptions): Promise<void>;
  defineSchema(input: DefineAuditSchema, options?: CallOptions): Promise<AuditSchema>;
  getSchema(action: string, options?: CallOptions): Promise<AuditSchema>;
}

export function createAuditLogsClient({ call, operation, provider }: Caller<'auditLogs'>): AuditLogsClient {
  return {
    record: (input, options) =>
      call({
        method: 'record',
        input,
        schema: (s) => s.recordAuditEventSchema,
        options,
        run: async (facet, valid, context) => {
          assertWithinAuditLimits(valid.event, facet.features, provider.id, context);
          return facet.record(valid, context);
        },
      }),
    defineSchema: operation('defineSchema', (s) => s.defineAuditSchemaSchema, 'schemas'),
    getSchema: operation('getSchema', (s) => s.auditActionSchema, 'schemas'),
  };
}
