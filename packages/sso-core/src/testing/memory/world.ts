import type {
  AuditEvent,
  Connection,
  ConnectionProtocol,
  ConnectionStatus,
  Domain,
  Organization,
  OrganizationId,
  SsoEvent,
} from '../../model/index.js';
import { addConnection } from './connections.js';
import { createDirectoryWorld, type MemoryDirectoryWorld } from './directory-world.js';
import { addDomain } from './domains.js';
import { readEvent, recordPayload } from './events.js';
import type { MemoryAuthorization, MemorySignIn } from './login.js';
import { membershipKey, type MemoryCall, type MemoryIdentity, type MemoryState } from './state.js';
import { isSameAddress } from './users.js';
import { signWebhook, type MemoryWebhook } from './webhooks.js';

export interface MemoryOrganizationSeed {
  readonly name: string;
  readonly externalId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Verified e-mail domains. */
  readonly domains?: readonly string[];
}

export interface MemoryConnectionSeed {
  /** `null` for an environment-level connection, such as a social login. */
  readonly organizationId: OrganizationId | null;
  readonly identityProvider: string;
  readonly protocol: ConnectionProtocol;
  readonly name?: string;
  /** Default `active`. */
  readonly status?: ConnectionStatus;
  /** Default: the same word as `status`. */
  readonly vendorStatus?: string;
  /** E-mail domains that lead to this connection. Default: the domains of the organization. */
  readonly domains?: readonly string[];
  /** People at the identity provider. Anybody else can sign in by e-mail address too. */
  readonly users?: readonly MemoryIdentity[];
}

/** The provider's other side: what happens at the vendor, at identity providers and in mailboxes. Nothing here counts as a call. */
export interface MemoryWorld extends MemoryDirectoryWorld {
  createOrganization(seed: MemoryOrganizationSeed): Organization;
  createConnection(seed: MemoryConnectionSeed): Connection;
  /** Publishes the DNS record that `domains.verify` looks for. */
  publishDomain(domain: string): void;
  /** Follows an authorization URL, signs in, and answers the callback URL. */
  signIn(authorizationUrl: string, answer: MemorySignIn): string;
  /** Starts a login at the identity provider and answers the URL the browser is sent to. */
  startFromIdentityProvider(login: {
    readonly connectionId: Connection['id'];
    readonly email: string;
    readonly relayState?: string;
  }): string;
  /** The invited person accepts. Throws when there is no pending invitation. */
  acceptInvitation(invitation: { readonly organizationId: OrganizationId; readonly email: string }): void;
  /** What an organization's audit log has recorded, oldest first. */
  auditEvents(organizationId: OrganizationId): AuditEvent[];
  /** Adds an event of any shape to the stream. */
  recordEvent(
    payload: { readonly id: string; readonly type: string } & Readonly<Record<string, unknown>>,
  ): void;
  /** The stream, oldest first. */
  readonly events: () => Promise<SsoEvent[]>;
  /**
   * Posts the events that nobody acknowledged yet to `receive`, oldest first, until one is not answered with a 2xx. Answers how many are
   * left.
   */
  deliverWebhooks(receive: (request: Request) => Response | Promise<Response>): Promise<number>;
  /** A webhook request with this body. `secret`: default the first one. `timestamp`: milliseconds since the epoch, default now. */
  signWebhook(
    body: string,
    options?: { readonly secret?: string; readonly timestamp?: string },
  ): MemoryWebhook;
  /** The next operation that reaches the provider throws this instead. Queues. */
  failNext(error: Error): void;
  /** Operations that reached the provider, oldest first. */
  readonly calls: readonly MemoryCall[];
  readonly organizations: () => Organization[];
  readonly connections: () => Connection[];
  readonly domains: () => Domain[];
}

const webhookUrl = 'https://app.example/webhooks/memory';

export function createWorld(state: MemoryState, authorization: MemoryAuthorization): MemoryWorld {
  const { organizations, connections, domains, events } = state;
  let delivered = 0;
  const sign: MemoryWorld['signWebhook'] = (
    body,
    { secret = state.webhookSecrets[0]!, timestamp = String(state.now()) } = {},
  ) => signWebhook(body, secret, timestamp);

  return {
    ...createDirectoryWorld(state),
    createOrganization({ name, externalId = null, metadata = {}, domains: own = [] }) {
      const organization = organizations.insert({
        ...state.entity<'organization'>('org'),
        name,
        externalId,
        metadata: { ...metadata },
        settings: { sso: true, directorySync: false },
      });
      for (const domain of own.map((each) => each.toLowerCase())) {
        const { id } = addDomain(state, organization.id, domain);
        state.publishedDomains.add(domain);
        domains.update(id, { status: 'verified', vendorStatus: 'verified' });
      }
      return organization;
    },
    createConnection({ users = [], status = 'active', ...seed }) {
      if (seed.organizationId !== null && !organizations.get(seed.organizationId))
        throw new Error(`There is no organization ${seed.organizationId}`);
      const own = domains
        .list(({ organizationId }) => organizationId === seed.organizationId)
        .map(({ domain }) => domain);
      const connection = addConnection(state, {
        ...seed,
        status,
        domains: [...(seed.domains ?? own)],
      });
      state.identities.set(connection.id, users);
      if (status !== 'draft') state.configured.add(connection.id);
      return connection;
    },
    publishDomain(domain) {
      state.publishedDomains.add(domain.toLowerCase());
    },
    signIn: authorization.signIn,
    startFromIdentityProvider({ connectionId, email, relayState }) {
      const connection = connections.get(connectionId);
      if (!connection) throw new Error(`There is no connection ${connectionId}`);
      return authorization.startFromIdentityProvider(connection, email, relayState);
    },
    acceptInvitation({ organizationId, email }) {
      const invitation = state.invitations
        .list((each) => each.organizationId === organizationId && isSameAddress(each.email, email))
        .find(({ status }) => status === 'pending');
      const user = state.users.find((each) => isSameAddress(each.email, email));
      if (!invitation || !user) throw new Error(`${email} has no pending invitation to ${organizationId}`);
      state.invitations.update(invitation.vendorId!, { status: 'accepted', vendorStatus: 'accepted' });
      state.memberships.update(membershipKey({ organizationId, userId: user.id }), {
        status: 'active',
        vendorStatus: 'active',
      });
    },
    auditEvents: (organizationId) =>
      state.auditEvents
        .filter((recorded) => recorded.organizationId === organizationId)
        .map(({ event }) => structuredClone(event)),
    recordEvent: (payload) => recordPayload(state, payload),
    events: () => Promise.all(events.map((event) => readEvent(state, event, { operation: 'world.events' }))),
    async deliverWebhooks(receive) {
      for (; delivered < events.length; delivered += 1) {
        const message = sign(JSON.stringify(events[delivered]));
        const request = new Request(webhookUrl, {
          method: 'POST',
          headers: { ...message.headers, 'content-type': 'application/json' },
          body: message.body,
        });
        if (!(await receive(request)).ok) break;
      }
      return events.length - delivered;
    },
    signWebhook: sign,
    failNext(error) {
      state.failures.push(error);
    },
    calls: state.calls,
    organizations: () => organizations.list(),
    connections: () => connections.list(),
    domains: () => domains.list(),
  };
}
