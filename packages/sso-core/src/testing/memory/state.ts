import { SsoError, type SsoErrorCode } from '../../errors.js';
import type {
  AuditSchema,
  Connection,
  Directory,
  DirectoryGroup,
  DirectoryUser,
  Domain,
  IdKind,
  Invitation,
  Membership,
  Organization,
  QualifiedId,
  RecordAuditEvent,
  User,
} from '../../model/index.js';
import { createProviderIds, type ProviderIds } from '../../model/ids.js';
import type { CallContext } from '../../provider/context.js';
import { createTable, type Table } from './table.js';

/** A person in a connection's identity provider. */
export interface MemoryIdentity {
  /** The identity provider's own id of the person. */
  readonly id: string;
  readonly email: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly groups?: readonly string[];
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** One operation that reached the provider. */
export interface MemoryCall {
  /** `<facet>.<method>`, such as `organizations.get`. */
  readonly operation: string;
  readonly input: unknown;
}

export interface MemoryOptions {
  /** Provider id, the prefix of every id. Default `memory`. */
  readonly id?: string;
  /** Default `test`. */
  readonly environment?: string;
  /** Where logins that begin at the identity provider arrive. Default `https://app.example/login`. */
  readonly initiateLoginUrl?: string;
  /** What webhooks may be signed with; the first one signs. Default: one that is no secret. */
  readonly webhookSecrets?: readonly string[];
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

/** Everything the provider knows, and the one door every operation comes through. */
export interface MemoryState {
  readonly id: string;
  readonly environment: string;
  /** Where the provider would live; a reserved name that nobody can reach. */
  readonly origin: string;
  readonly initiateLoginUrl: string;
  readonly webhookSecrets: readonly string[];
  readonly now: () => number;
  readonly ids: ProviderIds;
  readonly organizations: Table<Organization>;
  readonly domains: Table<Domain>;
  readonly connections: Table<Connection>;
  readonly users: Table<User>;
  readonly memberships: Table<Membership>;
  readonly invitations: Table<Invitation>;
  readonly directories: Table<Directory>;
  /** Always with their groups. */
  readonly directoryUsers: Table<DirectoryUser>;
  readonly directoryGroups: Table<DirectoryGroup>;
  /** Every version, oldest first, by action. */
  readonly auditSchemas: Map<string, readonly AuditSchema[]>;
  readonly auditEvents: RecordAuditEvent[];
  /** The stream as it is sent, oldest first. */
  readonly events: object[];
  /** Connections whose identity provider is fully configured. */
  readonly configured: Set<string>;
  readonly identities: Map<string, readonly MemoryIdentity[]>;
  /** Domains whose DNS record is published. */
  readonly publishedDomains: Set<string>;
  readonly calls: MemoryCall[];
  readonly failures: Error[];
  /** ISO-8601. */
  readonly timestamp: (offsetMs?: number) => string;
  readonly nextId: (prefix: string) => string;
  /** The common part of a new entity. */
  readonly entity: <Kind extends IdKind>(prefix: string) => Entity<Kind>;
  /** Refuses foreign ids, records the call, fails when told to, then does the work. */
  readonly serve: <T>(
    context: CallContext,
    input: unknown,
    ids: readonly QualifiedId<IdKind>[],
    work: () => T,
  ) => Promise<T>;
  readonly error: (context: CallContext, code: SsoErrorCode, message: string) => SsoError;
}

interface Entity<Kind extends IdKind> {
  id: QualifiedId<Kind>;
  provider: string;
  vendorId: string;
  createdAt: string;
  updatedAt: string;
}

export function createMemoryState({
  id = 'memory',
  environment = 'test',
  initiateLoginUrl = 'https://app.example/login',
  webhookSecrets = ['memory-webhook-secret'],
  now = Date.now,
}: MemoryOptions): MemoryState {
  const ids = createProviderIds(id);
  const counters = new Map<string, number>();
  const calls: MemoryCall[] = [];
  const failures: Error[] = [];

  const state: MemoryState = {
    id,
    environment,
    origin: `https://${id}.invalid`,
    initiateLoginUrl,
    webhookSecrets,
    now,
    ids,
    organizations: createTable(({ id: key }) => key),
    domains: createTable(({ id: key }) => key),
    connections: createTable(({ id: key }) => key),
    users: createTable(({ id: key }) => key),
    memberships: createTable((membership) => membershipKey(membership)),
    invitations: createTable((invitation) => invitation.vendorId!),
    directories: createTable(({ id: key }) => key),
    directoryUsers: createTable(({ id: key }) => key),
    directoryGroups: createTable(({ id: key }) => key),
    auditSchemas: new Map(),
    auditEvents: [],
    events: [],
    configured: new Set(),
    identities: new Map(),
    publishedDomains: new Set(),
    calls,
    failures,
    timestamp: (offsetMs = 0) => new Date(now() + offsetMs).toISOString(),
    nextId(prefix) {
      const number = (counters.get(prefix) ?? 0) + 1;
      counters.set(prefix, number);
      return `${prefix}_${number}`;
    },
    entity<Kind extends IdKind>(prefix: string): Entity<Kind> {
      const vendorId = state.nextId(prefix);
      const createdAt = state.timestamp();
      return { id: ids.qualify(vendorId), provider: id, vendorId, createdAt, updatedAt: createdAt };
    },
    async serve(context, input, named, work) {
      for (const each of named) ids.strip(each);
      context.signal?.throwIfAborted();
      calls.push({ operation: context.operation, input });
      const failure = failures.shift();
      if (failure) throw failure;
      return work();
    },
    error: (context, code, message) =>
      new SsoError({
        code,
        message: `${context.operation}: ${message}`,
        provider: id,
        operation: context.operation,
      }),
  };
  return state;
}

export function membershipKey(ref: { readonly organizationId: string; readonly userId: string }): string {
  return `${ref.organizationId}/${ref.userId}`;
}
