import type {
  AuditEvent,
  ConnectionId,
  ConnectionProtocol,
  ConnectionStatus,
  DirectoryGroupId,
  DirectoryId,
  DirectoryUserId,
  OrganizationId,
  PostalAddress,
} from '@org/sso-core';
import type { SsoProvider } from '@org/sso-core/provider';

export type Awaitable<T> = T | Promise<T>;

/** A person in a connection's identity provider. */
export interface IdentityProviderUser {
  /** The identity provider's own id. */
  readonly id: string;
  readonly email: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly groups?: readonly string[];
}

export interface NewOrganization {
  readonly name: string;
  readonly externalId?: string;
  /** Verified e-mail domains. */
  readonly domains?: readonly string[];
}

export interface NewConnection {
  readonly organizationId: OrganizationId;
  readonly protocol: Exclude<ConnectionProtocol, 'unknown'>;
  readonly identityProvider: 'okta' | 'entra-id' | 'generic';
  readonly status: Extract<ConnectionStatus, 'active' | 'draft' | 'inactive'>;
  /** E-mail domains that lead to it; always among the organization's. */
  readonly domains: readonly string[];
  readonly users: readonly IdentityProviderUser[];
}

export interface NewDirectory {
  readonly organizationId: OrganizationId;
  readonly name: string;
  readonly identityProvider: 'okta' | 'entra-id';
  readonly status: 'active' | 'inactive';
}

/** A person as a customer's identity provider provisions them. */
export interface NewPerson {
  /** The identity provider's own id. */
  readonly id: string;
  readonly email?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly jobTitle?: string;
  readonly address?: Partial<PostalAddress>;
  /** Custom attributes. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What happens in customers' directories. */
export interface DirectoryWorld {
  createDirectory(directory: NewDirectory): Awaitable<DirectoryId>;
  /** One whose status, type and identity provider are words nobody knows yet. */
  createUnrecognizedDirectory(organizationId: OrganizationId): Awaitable<DirectoryId>;
  hire(directoryId: DirectoryId, person: NewPerson): Awaitable<DirectoryUserId>;
  /** Somebody in a state nobody knows yet. */
  hireUnrecognized(directoryId: DirectoryId, person: NewPerson): Awaitable<DirectoryUserId>;
  /** What is given changes. */
  changePerson(
    directoryId: DirectoryId,
    userId: DirectoryUserId,
    changes: Partial<Omit<NewPerson, 'id'>>,
  ): Awaitable<void>;
  deactivatePerson(directoryId: DirectoryId, userId: DirectoryUserId): Awaitable<void>;
  deletePerson(directoryId: DirectoryId, userId: DirectoryUserId): Awaitable<void>;
  createGroup(directoryId: DirectoryId, name: string): Awaitable<DirectoryGroupId>;
  addMember(directoryId: DirectoryId, groupId: DirectoryGroupId, userId: DirectoryUserId): Awaitable<void>;
  removeMember(directoryId: DirectoryId, groupId: DirectoryGroupId, userId: DirectoryUserId): Awaitable<void>;
}

/** A webhook as it arrives. */
export interface WebhookMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The vendor as a sender of webhooks. The provider under test is configured with two secrets. */
export interface WebhookWorld {
  /** Everything the vendor delivered so far, oldest first. */
  delivered(): Awaitable<readonly WebhookMessage[]>;
  /** The headers with which the vendor would send this body. */
  sign(
    body: string,
    options?: {
      /** `foreign`: of another endpoint. Default `first`. */
      readonly secret?: 'first' | 'second' | 'foreign';
      /** Milliseconds since the epoch, or the text to send in its place. Default now. */
      readonly timestamp?: number | string;
    },
  ): WebhookMessage;
}

/** What is wrong with a token. */
export type TokenFlaw =
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'authorized_party'
  | 'expiry'
  | 'nonce'
  | 'access_token_hash';

/** The vendor's side, reached out of band: never through the provider under test. Optional members are abilities a case may need. */
export interface World {
  createOrganization(organization: NewOrganization): Awaitable<OrganizationId>;
  createConnection?(connection: NewConnection): Awaitable<ConnectionId>;
  /** Follows an authorization URL, answers at the identity provider, and returns the callback URL without visiting it. */
  signIn?(
    authorizationUrl: string,
    answer: { readonly email: string } | { readonly error: string },
  ): Awaitable<string>;
  /** Starts a login at the identity provider of a SAML connection; returns the URL the browser is sent to. */
  startFromIdentityProvider?(login: {
    readonly connectionId: ConnectionId;
    readonly email: string;
    readonly relayState?: string;
  }): Awaitable<string>;
  /** The next token of this kind that the vendor issues has this flaw, and is honest in all else. */
  spoilToken?(token: 'id_token' | 'access_token', flaw: TokenFlaw): Awaitable<void>;
  /** A connection whose status, protocol and identity provider are words nobody knows yet. */
  createUnrecognizedConnection?(organizationId: OrganizationId): Awaitable<ConnectionId>;
  readonly directories?: DirectoryWorld;
  readonly webhooks?: WebhookWorld;
  /**
   * The vendor tells, in its stream and by webhook, of something this version cannot read: an event of a type nobody knows yet, or one of a
   * known type whose data is about nothing. Answers the event's id.
   */
  recordUnreadableEvent?(organizationId: OrganizationId, unreadable: 'type' | 'data'): Awaitable<string>;
  /** What the organization's audit log shows, oldest first. */
  auditEvents?(organizationId: OrganizationId): Awaitable<readonly AuditEvent[]>;
  /** The invited person accepts. */
  acceptInvitation?(invitation: {
    readonly organizationId: OrganizationId;
    readonly email: string;
  }): Awaitable<void>;
}

/** A request as it left the provider. Path and body are as sent: percent-encoded, JSON or form. */
export interface TrafficRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** Everything the provider sent, whatever became of it. */
export interface Traffic {
  /** Answers a function that tells what was sent since, oldest first. */
  record(): Awaitable<() => Awaitable<readonly TrafficRequest[]>>;
}

/** What goes wrong with the next matching requests. */
export interface Fault {
  /** `api`: anything but tokens and keys. `code_exchange`: the token endpoint. Default `api`. */
  readonly target?: 'api' | 'code_exchange';
  /** Default 1. */
  readonly times?: number;
  /** Answers instead of the vendor. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly delayMs?: number;
  /** Ends the connection after this many bytes of the body. */
  readonly truncateBodyAt?: number;
  /** Ends the connection instead of answering. */
  readonly closeConnection?: boolean;
  /** The vendor does the work, and then its answer is spoiled. */
  readonly afterHandler?: boolean;
}

export interface Faults {
  next(fault: Fault): Awaitable<void>;
  clear(): Awaitable<void>;
}

/** The time the vendor and the provider both go by. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  advance(milliseconds: number): Awaitable<void>;
}

/** A provider under test with the other side of it. One harness serves all cases of a run; cases share no entities. */
export interface Harness {
  readonly name: string;
  readonly provider: SsoProvider;
  /** Where `provider` stands for several: the one this world belongs to. Default: `provider`. */
  readonly owner?: SsoProvider;
  /** Registered at the vendor. */
  readonly redirectUri: string;
  readonly world: World;
  readonly traffic: Traffic;
  /** Credentials the provider was made with. No error may carry one. */
  readonly secrets: readonly string[];
  readonly faults?: Faults;
  readonly clock?: Clock;
  /** Body of a page without any organization, behind which the list goes on at this cursor of the owner's. */
  readonly emptyPage?: (nextCursor: string) => string;
  /** Set where the vendor tells the identity provider's own id of a person. */
  readonly tellsIdpId?: true;
  /** The same provider with this wrong secret in place of the real one. */
  readonly withSecret?: (secret: string) => SsoProvider;
  /** The same provider with these webhook secrets. Throws what its construction throws. */
  readonly withWebhookSecrets?: (secrets: readonly string[]) => SsoProvider;
  /** Exactly the cases that apply to the provider and that this harness lacks an ability for, each with the reason. */
  readonly notRun: Readonly<Record<string, string>>;
  /** Ends the provider and removes what was made. Called once, also when a case hangs or the run is interrupted. */
  dispose(): Awaitable<void>;
  /** Milliseconds `dispose` may take on the command line. Default: what a case may take. */
  readonly disposeTimeoutMs?: number;
}

const optional = ['faults', 'clock', 'withSecret', 'withWebhookSecrets', 'emptyPage', 'tellsIdpId'] as const;
const optionalInWorld = [
  'createConnection',
  'signIn',
  'spoilToken',
  'startFromIdentityProvider',
  'createUnrecognizedConnection',
  'acceptInvitation',
  'auditEvents',
  'directories',
  'webhooks',
  'recordUnreadableEvent',
] as const;

/** Something optional of a {@link Harness}. */
export type Ability = (typeof optional)[number] | `world.${(typeof optionalInWorld)[number]}`;

export function hasAbility(harness: Harness, ability: Ability): boolean {
  const [owner, member] = ability.startsWith('world.')
    ? [harness.world, ability.slice('world.'.length)]
    : [harness, ability];
  return (owner as unknown as Readonly<Record<string, unknown>>)[member] !== undefined;
}

/** The harness as if it had no abilities but these, so that a case which forgets to name one fails everywhere. */
export function withAbilities(harness: Harness, abilities: readonly Ability[]): Harness {
  const hidden = new Set<PropertyKey>(optional.filter((name) => !abilities.includes(name)));
  const hiddenInWorld = new Set<PropertyKey>(
    optionalInWorld.filter((name) => !abilities.includes(`world.${name}`)),
  );
  const members = Object.entries(harness).filter(([name]) => !hidden.has(name));
  return {
    ...(Object.fromEntries(members) as unknown as Harness),
    // A proxy, so that it may be an instance of a class with private members.
    world: new Proxy(harness.world, {
      get(world, name) {
        const member: unknown = hiddenInWorld.has(name) ? undefined : Reflect.get(world, name);
        return typeof member === 'function' ? (member.bind(world) as unknown) : member;
      },
    }),
  };
}
