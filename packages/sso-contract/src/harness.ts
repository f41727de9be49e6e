import type { ConnectionId, ConnectionProtocol, ConnectionStatus, OrganizationId } from '@org/sso-core';
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

/** The vendor's side, reached out of band: never through the provider under test. Optional members are abilities a case may need. */
export interface World {
  createOrganization(organization: NewOrganization): Awaitable<OrganizationId>;
  createConnection(connection: NewConnection): Awaitable<ConnectionId>;
  /** Follows an authorization URL, answers at the identity provider, and returns the callback URL without visiting it. */
  signIn(
    authorizationUrl: string,
    answer: { readonly email: string } | { readonly error: string },
  ): Awaitable<string>;
  /** Starts a login at the identity provider of a SAML connection; returns the URL the browser is sent to. */
  startFromIdentityProvider?(login: {
    readonly connectionId: ConnectionId;
    readonly email: string;
    readonly relayState?: string;
  }): Awaitable<string>;
  /** A connection whose status, protocol and identity provider are words nobody knows yet. */
  createUnrecognizedConnection?(organizationId: OrganizationId): Awaitable<ConnectionId>;
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

/** Everything the provider sent, oldest first, whatever became of it. */
export interface Traffic {
  requests(): Awaitable<readonly TrafficRequest[]>;
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
  /** Registered at the vendor. */
  readonly redirectUri: string;
  readonly world: World;
  readonly traffic: Traffic;
  /** Credentials the provider was made with. No error may carry one. */
  readonly secrets: readonly string[];
  readonly faults?: Faults;
  readonly clock?: Clock;
  /** Set where the vendor tells the identity provider's own id of a person. */
  readonly tellsIdpId?: true;
  /** The same provider with this wrong secret in place of the real one. */
  readonly withSecret?: (secret: string) => SsoProvider;
  /** Exactly the cases that apply to the provider and that this harness lacks an ability for, each with the reason. */
  readonly notRun: Readonly<Record<string, string>>;
  dispose(): Awaitable<void>;
}

/** Something optional of a {@link Harness}. */
export type Ability =
  | 'faults'
  | 'clock'
  | 'withSecret'
  | 'tellsIdpId'
  | `world.${'startFromIdentityProvider' | 'createUnrecognizedConnection' | 'acceptInvitation'}`;

export function hasAbility(harness: Harness, ability: Ability): boolean {
  const [owner, member] = ability.startsWith('world.')
    ? [harness.world, ability.slice('world.'.length)]
    : [harness, ability];
  return (owner as unknown as Readonly<Record<string, unknown>>)[member] !== undefined;
}
