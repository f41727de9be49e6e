import {
  SsoError,
  UnsupportedOperationError,
  type AuditMetadata,
  type CallOptions,
  type ClientFacets,
  type Connection,
  type ConnectionId,
  type ConnectionRef,
  type CreatePortalLink,
  type Directory,
  type DirectoryId,
  type DirectoryRef,
  type Invitation,
  type Member,
  type MembershipRef,
  type OrganizationId,
  type OrganizationScope,
  type PortalIntent,
  type PortalLink,
  type ProviderOptions,
  type SsoProvider,
} from '@org/sso-core';
import {
  createAuditTrail,
  type AuditPage,
  type AuditSink,
  type AuditStore,
  type AuditTrail,
  type AuditTrailOptions,
} from '@org/sso-core/audit';
import type { ZodType } from 'zod';
import { auditActions, type AuditAction } from './actions.js';
import type { ActionRequest } from './actor.js';
import { bareTarget, connectionTarget, directoryTarget, toEntry, type Happening } from './audit-event.js';
import { findDenial, type AdminPolicy, type Attempt } from './authorization.js';
import { createOperationJournal } from './operation-journal.js';
import { findLack, providerOf } from './provider-support.js';
import type * as inputSchemas from './schemas.js';

export interface SsoAdminOptions {
  /** The client of any provider, also of one that stands for several. */
  readonly sso: { readonly provider: SsoProvider };
  /** `store.audit` of `@org/sso-store`, or `createMemoryAuditStore()`. What cannot be recorded is not done. */
  readonly store: AuditStore;
  /** Where events go beside the store. */
  readonly sinks?: readonly AuditSink[];
  /** Roles that may change something, in your words. Default `admin` alone. */
  readonly adminRoles?: readonly string[];
  /** Refuses more than the rules do; it cannot allow more. */
  readonly policy?: AdminPolicy;
  /** Vendor-only settings of every call, such as `{ scalekit: { allowPreview: true } }`. */
  readonly providerOptions?: ProviderOptions;
  /** Milliseconds for each call at the vendor. Default 20,000. */
  readonly timeoutMs?: number;
  /** How delivery to sinks behaves. */
  readonly delivery?: Pick<AuditTrailOptions, 'retry' | 'deliveryTimeoutMs' | 'onAttention'>;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** What an organization's settings page shows. */
export interface SsoSettings {
  readonly organizationId: OrganizationId;
  readonly connections: readonly Connection[];
  /** `null` where the provider has no directories. */
  readonly directories: readonly Directory[] | null;
  /** What this actor may open the portal for. */
  readonly portalIntents: readonly PortalIntent[];
  /** The actions this provider has and this actor may do. */
  readonly allowed: ReadonlySet<AuditAction>;
}

/** What the provider of an organization has, whoever asks. */
export interface AdminSupport {
  readonly actions: ReadonlySet<AuditAction>;
  /** What the portal can be opened for; empty where there is none. */
  readonly portalIntents: readonly PortalIntent[];
  /** Whether a portal link can carry the way back. */
  readonly portalReturnUrl: boolean;
}

export interface DeleteConnection extends ConnectionRef {
  /** The same for every repetition of one wish, such as a double click. Up to 255 characters. */
  readonly idempotencyKey: string;
}

export interface DeletedConnection {
  readonly organizationId: OrganizationId;
  readonly connectionId: ConnectionId;
  readonly name: string | null;
  /** ISO-8601. */
  readonly deletedAt: string;
}

export interface DeleteDirectory extends DirectoryRef {
  readonly idempotencyKey: string;
}

export interface DeletedDirectory {
  readonly organizationId: OrganizationId;
  readonly directoryId: DirectoryId;
  readonly name: string | null;
  /** ISO-8601. */
  readonly deletedAt: string;
}

export interface InviteUser extends OrganizationScope {
  readonly email: string;
  readonly firstName?: string;
  readonly lastName?: string;
  /** Role names (slugs) that already exist at the vendor. */
  readonly roles?: string[];
}

export interface AuditEventQuery extends OrganizationScope {
  readonly actions?: readonly AuditAction[];
  readonly actorId?: string;
  /** Occurred at or after. ISO-8601. */
  readonly from?: string;
  /** Occurred before. ISO-8601. */
  readonly until?: string;
  /** Up to 200; default 50. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string;
}

type Inputs = typeof inputSchemas.inputs;

/** What an operation adds to its admission. */
interface Details<Input> {
  /** What the provider lacks for this very input. */
  readonly lack?: (input: Input) => SsoError | undefined;
  /** Id of the target, for the event of a refusal. */
  readonly target?: (input: Input) => string;
  readonly metadata?: (input: Input) => AuditMetadata;
}

/**
 * Administration of single sign-on with an audit trail. Every operation takes what is asked for and who asks, and refuses in this order:
 * `unauthenticated` without an actor, `invalid_argument`, `unsupported`, and `permission_denied`, which is recorded; nothing is asked of
 * the vendor until then. Any member of an organization may view; changes need an admin role and an active session.
 */
export interface SsoAdmin {
  /** Asks nobody. Throws `invalid_argument` for an id that is not qualified. */
  supportFor(organizationId: OrganizationId): AdminSupport;
  viewSettings(scope: OrganizationScope, by: ActionRequest): Promise<SsoSettings>;
  /** Send the browser there at once: the link is a credential, good for minutes, and is in no event. */
  createManagementPortalUrl(input: CreatePortalLink, by: ActionRequest): Promise<PortalLink>;
  /**
   * Deletes once per key, also when asked twice at a time, and answers repetitions with the first result. Where an earlier attempt ended
   * without an answer and the connection is gone, that attempt has succeeded. Throws `not_found` for a connection the organization does
   * not have, `conflict` for a key that was used for another one.
   */
  deleteConnection(input: DeleteConnection, by: ActionRequest): Promise<DeletedConnection>;
  enableConnection(ref: ConnectionRef, by: ActionRequest): Promise<Connection>;
  disableConnection(ref: ConnectionRef, by: ActionRequest): Promise<Connection>;
  enableDirectory(ref: DirectoryRef, by: ActionRequest): Promise<Directory>;
  disableDirectory(ref: DirectoryRef, by: ActionRequest): Promise<Directory>;
  /** As `deleteConnection`. */
  deleteDirectory(input: DeleteDirectory, by: ActionRequest): Promise<DeletedDirectory>;
  /** Makes the person a member and has the vendor send an invitation. */
  inviteUser(input: InviteUser, by: ActionRequest): Promise<Member>;
  resendInvitation(ref: MembershipRef, by: ActionRequest): Promise<Invitation>;
  /** The organization's trail, newest first. Needs an admin role. */
  listEvents(query: AuditEventQuery, by: ActionRequest): Promise<AuditPage>;
  /** For the app itself: delivery to sinks, and events of its own. */
  readonly trail: AuditTrail;
}

/** Throws `invalid_argument` for settings it cannot work with. Makes no request. */
export function createSsoAdmin(options: SsoAdminOptions): SsoAdmin {
  const { store, policy, providerOptions, timeoutMs = 20_000, now = Date.now } = options;
  const rules = { adminRoles: options.adminRoles ?? ['admin'], policy };
  const { provider } = options.sso;
  // Operations are refused here where the provider lacks them, so that every facet asked is there.
  const sso = options.sso as unknown as ClientFacets;
  const callOptions: CallOptions = { timeoutMs, ...(providerOptions && { providerOptions }) };
  const trail = createAuditTrail({ store, sinks: options.sinks, now, ...options.delivery });
  const runChange = createOperationJournal({
    store,
    trail,
    now,
    // Two calls at the vendor at most, and room for the store.
    leaseMs: timeoutMs * 2 + 15_000,
    patienceMs: timeoutMs,
  });

  const record = (attempt: Attempt, happening: Happening) => trail.record(toEntry(attempt, now(), happening));

  function lackOf(action: AuditAction, organizationId: OrganizationId): SsoError | undefined {
    const member = providerOf(provider, organizationId);
    return member && findLack(member, action, providerOptions);
  }

  /** Refuses what cannot or may not be done, before the vendor is asked anything. */
  async function admit<Input extends OrganizationScope>(
    action: AuditAction,
    schemaOf: (inputs: Inputs) => ZodType<Input>,
    input: unknown,
    by: unknown,
    details: Details<Input> = {},
  ): Promise<{ readonly attempt: Attempt; readonly valid: Input }> {
    const { inputs, parse, parseRequest } = await import('./schemas.js');
    const request = parseRequest(by, action);
    const valid = parse(schemaOf(inputs), input, action);
    const { organizationId } = valid;
    const lack = lackOf(action, organizationId) ?? details.lack?.(valid);
    if (lack) throw lack;
    const attempt: Attempt = { ...request, action, organizationId };
    const denial = await findDenial(attempt, rules);
    if (!denial) return { attempt, valid };
    const id = details.target?.(valid);
    await record(attempt, {
      outcome: 'denied',
      target: id === undefined ? undefined : bareTarget(action, id, organizationId),
      metadata: { ...details.metadata?.(valid), reason: denial.reason },
    });
    throw denial;
  }

  /** For what changes nothing that an interruption could leave half done. */
  async function recorded<Result>(
    attempt: Attempt,
    metadata: AuditMetadata,
    work: () => Promise<Result>,
  ): Promise<Result> {
    let result: Result;
    try {
      result = await work();
    } catch (error) {
      const code = SsoError.isInstance(error) ? error.code : 'internal';
      await record(attempt, { outcome: 'failure', metadata: { ...metadata, error: code } });
      throw error;
    }
    await record(attempt, { outcome: 'success', metadata });
    return result;
  }

  /** Adapters promise to refuse what is another organization's. Nothing is deleted on a promise alone. */
  async function getConnection(ref: ConnectionRef): Promise<Connection> {
    return requireOwn(await sso.connections.get(ref, callOptions), ref);
  }
  async function getDirectory(ref: DirectoryRef): Promise<Directory> {
    return requireOwn(await sso.directories.get(ref, callOptions), ref);
  }

  const changeConnection =
    (action: AuditAction, verb: 'enable' | 'disable') =>
    async (input: ConnectionRef, by: ActionRequest): Promise<Connection> => {
      const { attempt, valid } = await admit(action, (s) => s.connection, input, by, {
        target: (ref) => ref.connectionId,
      });
      return runChange({
        attempt,
        target: valid.connectionId,
        prepare: () => getConnection(valid),
        describe: connectionTarget,
        perform: () => sso.connectionAdmin[verb](valid, callOptions),
      });
    };

  const changeDirectory =
    (action: AuditAction, verb: 'enable' | 'disable') =>
    async (input: DirectoryRef, by: ActionRequest): Promise<Directory> => {
      const { attempt, valid } = await admit(action, (s) => s.directory, input, by, {
        target: (ref) => ref.directoryId,
      });
      return runChange({
        attempt,
        target: valid.directoryId,
        prepare: () => getDirectory(valid),
        describe: directoryTarget,
        perform: () => sso.directoryAdmin[verb](valid, callOptions),
      });
    };

  const deletedAt = () => new Date(now()).toISOString();

  return {
    trail,
    supportFor,

    async viewSettings(scope, by) {
      const { attempt, valid } = await admit('sso.view_settings', (s) => s.organization, scope, by);
      return recorded(attempt, {}, async () => {
        const { organizationId } = valid;
        const member = providerOf(provider, organizationId);
        const [connections, directories] = await Promise.all([
          collect(sso.connections.list(valid, callOptions)),
          member?.directories ? collect(sso.directories.list(valid, callOptions)) : null,
        ]);
        const { actions, portalIntents } = supportFor(organizationId);
        const allowed = await allowedOf(actions, attempt);
        const mayOpen = allowed.has('sso.create_management_portal_url');
        return {
          organizationId,
          connections,
          directories,
          portalIntents: mayOpen ? portalIntents : [],
          allowed,
        };
      });
    },

    async createManagementPortalUrl(input, by) {
      const { attempt, valid } = await admit(
        'sso.create_management_portal_url',
        (s) => s.portalUrl,
        input,
        by,
        {
          lack: portalLack,
          metadata: ({ intent }) => ({ intent }),
        },
      );
      return recorded(attempt, { intent: valid.intent }, () =>
        sso.adminPortal.createLink(valid, callOptions),
      );
    },

    async deleteConnection(input, by) {
      const { attempt, valid } = await admit(
        'sso.delete_connection',
        (s) => s.connectionDeletion,
        input,
        by,
        {
          target: (ref) => ref.connectionId,
        },
      );
      const { idempotencyKey, ...ref } = valid;
      const deleted = ({ name }: { readonly name?: string | undefined }): DeletedConnection => ({
        ...ref,
        name: name ?? null,
        deletedAt: deletedAt(),
      });
      return runChange({
        attempt,
        target: ref.connectionId,
        idempotencyKey,
        prepare: () => getConnection(ref),
        describe: connectionTarget,
        async perform(connection) {
          await sso.connectionAdmin.delete(ref, callOptions);
          return deleted(connection);
        },
        whenGone: deleted,
      });
    },

    enableConnection: changeConnection('sso.enable_connection', 'enable'),
    disableConnection: changeConnection('sso.disable_connection', 'disable'),
    enableDirectory: changeDirectory('directory.enable_directory', 'enable'),
    disableDirectory: changeDirectory('directory.disable_directory', 'disable'),

    async deleteDirectory(input, by) {
      const { attempt, valid } = await admit(
        'directory.delete_directory',
        (s) => s.directoryDeletion,
        input,
        by,
        {
          target: (ref) => ref.directoryId,
        },
      );
      const { idempotencyKey, ...ref } = valid;
      const deleted = ({ name }: { readonly name?: string | undefined }): DeletedDirectory => ({
        ...ref,
        name: name ?? null,
        deletedAt: deletedAt(),
      });
      return runChange({
        attempt,
        target: ref.directoryId,
        idempotencyKey,
        prepare: () => getDirectory(ref),
        describe: directoryTarget,
        async perform(directory) {
          await sso.directoryAdmin.delete(ref, callOptions);
          return deleted(directory);
        },
        whenGone: deleted,
      });
    },

    async inviteUser(input, by) {
      const { attempt, valid } = await admit('sso.invite_user', (s) => s.invitation, input, by, {
        target: ({ email }) => email,
      });
      const target = valid.email.toLowerCase();
      return runChange({
        attempt,
        target,
        prepare: async () => valid,
        describe: ({ email }) => bareTarget('sso.invite_user', email, valid.organizationId)!,
        perform: () => sso.users.create({ ...valid, sendInvitation: true }, callOptions),
      });
    },

    async resendInvitation(ref, by) {
      const { attempt, valid } = await admit('sso.resend_invitation', (s) => s.membership, ref, by, {
        target: ({ userId }) => userId,
      });
      return runChange({
        attempt,
        target: valid.userId,
        prepare: async () => valid,
        describe: ({ userId }) => bareTarget('sso.resend_invitation', userId, valid.organizationId)!,
        perform: () => sso.users.resendInvitation(valid, callOptions),
      });
    },

    async listEvents(query, by) {
      const { valid } = await admit('sso.view_audit_events', (s) => s.eventQuery, query, by);
      const { from, until, limit = 50, ...rest } = valid;
      return store.list({
        ...rest,
        limit,
        ...(from !== undefined && { from: Date.parse(from) }),
        ...(until !== undefined && { until: Date.parse(until) }),
      });
    },
  };

  /** Refused before any request, like everything a provider lacks. */
  function portalLack({ organizationId, intent, returnUrl }: CreatePortalLink): SsoError | undefined {
    const portal = providerOf(provider, organizationId)?.adminPortal;
    if (!portal) return undefined;
    const { intents, returnUrl: takesReturnUrl } = portal.features;
    const reason = !intents.includes(intent)
      ? `it opens for ${intents.join(', ')} and not for ${intent}`
      : returnUrl !== undefined && !takesReturnUrl
        ? (portal.limitations?.['returnUrl'] ?? 'its links take no return URL')
        : undefined;
    if (reason === undefined) return undefined;
    return new UnsupportedOperationError({
      facet: 'adminPortal',
      operation: 'sso.create_management_portal_url',
      provider: provider.id,
      reason,
    });
  }

  function supportFor(organizationId: OrganizationId): AdminSupport {
    const member = providerOf(provider, organizationId);
    const { intents = [], returnUrl = false } = member?.adminPortal?.features ?? {};
    const actions = (Object.keys(auditActions) as AuditAction[]).filter(
      (action) => member && !findLack(member, action, providerOptions),
    );
    return { actions: new Set(actions), portalIntents: intents, portalReturnUrl: returnUrl };
  }

  async function allowedOf(
    actions: Iterable<AuditAction>,
    attempt: Attempt,
  ): Promise<ReadonlySet<AuditAction>> {
    const allowed = new Set<AuditAction>();
    for (const action of actions) if (!(await findDenial({ ...attempt, action }, rules))) allowed.add(action);
    return allowed;
  }
}

function requireOwn<Entity extends Connection | Directory>(
  found: Entity,
  { organizationId }: OrganizationScope,
): Entity {
  if (found.organizationId === organizationId) return found;
  throw new SsoError({
    code: 'not_found',
    message: `Organization ${organizationId} has no ${found.id}`,
    provider: found.provider,
  });
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
