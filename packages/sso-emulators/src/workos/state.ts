import type { EmulatorClock } from '../kernel/clock.js';
import { Collection } from '../kernel/collection.js';
import { digest, type IdSource } from '../kernel/ids.js';
import { InvalidInputError, oneOf } from '../kernel/parse.js';
import {
  generatedOrganizations,
  type IdentityProvider,
  type IdpUser,
  type Protocol,
  type Seed,
  type SeedConnection,
  type SeedOrganization,
} from '../kernel/seed.js';
import { AuditLogState } from './audit-log-state.js';
import { connectionData } from './connections.js';
import { DirectoryState } from './directory-state.js';
import { invitationData, organizationData, ssoData } from './event-data.js';
import type { EventStream } from './event-stream.js';
import { ulid } from './ids.js';
import {
  type AuthorizationCode,
  type Connection,
  connectionStates,
  type Invitation,
  type Login,
  type Membership,
  type MembershipStatus,
  type Organization,
  type OrganizationDomain,
  type PortalLink,
  type Profile,
  type RedirectUri,
  type User,
} from './objects.js';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Where identity-provider-initiated logins land when the seed registers no redirect URI. */
const defaultRedirectUri = 'http://localhost:3000/callback';

export interface WorkosStateParts {
  readonly clock: EmulatorClock;
  readonly ids: IdSource;
  readonly seed: Seed;
  readonly events: EventStream;
  /** What becomes of directory users who become inactive. */
  readonly inactiveUsers: 'deleted' | 'kept';
}

/** One WorkOS environment. Everything that changes it is a method, so that events can be emitted in one place. */
export class WorkosState {
  readonly organizations = new Collection<Organization>();
  readonly connections = new Collection<Connection>();
  readonly users = new Collection<User>();
  readonly memberships = new Collection<Membership>();
  readonly invitations = new Collection<Invitation>();
  readonly redirectUris = new Collection<RedirectUri>();
  readonly logins = new Collection<Login>();
  readonly codes = new Collection<AuthorizationCode>();
  /** By access token. */
  readonly accessTokens = new Map<string, { readonly profile: Profile; readonly expiresAt: number }>();
  /** Newest profile by profile id. */
  readonly profiles = new Map<string, Profile>();
  /** Tokens of logout URLs nobody opened yet. */
  readonly logoutTokens = new Set<string>();
  /** Portal links by token. */
  readonly portalLinks = new Map<string, PortalLink>();
  /** What links have opened, by the token of their page. */
  readonly portalSessions = new Map<string, PortalLink>();
  /** Organization ids by `external_id`. */
  readonly externalIds = new Map<string, string>();
  /** Every `http://localhost:*` and `http://127.0.0.1:*` is registered. */
  anyLoopback = false;

  readonly directories: DirectoryState;
  readonly auditLogs: AuditLogState;
  readonly events: EventStream;
  readonly #clock: EmulatorClock;
  readonly #ids: IdSource;
  readonly #seed: Seed;
  readonly #domains = new Map<string, OrganizationDomain>();
  /** Domain objects by domain name. */
  readonly #domainsByName = new Map<string, Set<OrganizationDomain>>();
  readonly #profileIds = new Map<string, string>();

  constructor({ clock, ids, seed, events, inactiveUsers }: WorkosStateParts) {
    this.#clock = clock;
    this.#ids = ids;
    this.#seed = seed;
    this.events = events;
    this.auditLogs = new AuditLogState({ now: () => clock.now(), newId: (prefix) => this.newId(prefix) });
    this.directories = new DirectoryState({
      events,
      now: () => clock.now(),
      newId: (prefix) => this.newId(prefix),
      newToken: () => this.newToken(),
      organization: (id) => this.organizations.get(id),
      deletesInactive: inactiveUsers === 'deleted',
    });
    this.#fill();
  }

  /** Back to the seed. */
  reset(): void {
    for (const collection of [
      this.organizations,
      this.connections,
      this.users,
      this.memberships,
      this.invitations,
      this.redirectUris,
      this.logins,
      this.codes,
      this.accessTokens,
      this.profiles,
      this.logoutTokens,
      this.portalLinks,
      this.portalSessions,
      this.externalIds,
      this.directories,
      this.auditLogs,
      this.events.stored,
      this.#domains,
      this.#domainsByName,
      this.#profileIds,
    ]) {
      collection.clear();
    }
    this.#ids.reset();
    this.#fill();
  }

  /** What the seed holds was there before: no event tells of it. */
  #fill(): void {
    const { organizations, redirectUris, generate, auditActions = [] } = this.#seed;
    this.anyLoopback = redirectUris === undefined;
    this.events.silently(() => {
      for (const uri of redirectUris ?? [defaultRedirectUri]) this.addRedirectUri(uri);
      organizations.forEach((seed, index) => this.seedOrganization(seed, `organizations[${index}]`));
      for (const seed of generatedOrganizations(generate)) this.seedOrganization(seed);
      for (const action of auditActions) this.auditLogs.defineSchema(action);
    });
  }

  /** An organization with its connections and directories. */
  seedOrganization(seed: SeedOrganization, place = 'organization'): Organization {
    const organization = this.createOrganization(seed, place);
    seed.connections?.forEach((connection, index) => {
      this.createConnection(organization.id, connection, `${place}.connections[${index}]`);
    });
    seed.directories?.forEach((directory, index) => {
      this.directories.create(organization.id, directory, `${place}.directories[${index}]`);
    });
    return organization;
  }

  now(): Date {
    return this.#clock.now();
  }

  timestamp(): string {
    return this.now().toISOString();
  }

  /** `prefix_` and a ULID; the bare ULID without a prefix. */
  newId(prefix?: string): string {
    const tail = ulid(this.now(), this.#ids);
    return prefix === undefined ? tail : `${prefix}_${tail}`;
  }

  /** Unguessable-looking, and the same on every run. */
  newToken(): string {
    return digest(this.newId()).toString('base64url').slice(0, 25);
  }

  /** `complete` does what else belongs to the creation. */
  createOrganization(
    given: Pick<SeedOrganization, 'name' | 'externalId' | 'domains'>,
    place = 'organization',
    complete: (organization: Organization) => void = () => {},
  ): Organization {
    if (given.externalId !== undefined && this.externalIds.has(given.externalId)) {
      throw new InvalidInputError(`${place}.externalId`, `is already used (${given.externalId})`);
    }
    const now = this.timestamp();
    const organization = this.organizations.add({
      object: 'organization',
      id: this.newId('org'),
      name: given.name,
      domains: [],
      metadata: {},
      external_id: null,
      allow_profiles_outside_organization: false,
      created_at: now,
      updated_at: now,
    });
    this.events.silently(() => {
      if (given.externalId !== undefined) this.setExternalId(organization, given.externalId);
      for (const domain of given.domains ?? []) this.addDomain(organization, domain, 'verified');
      complete(organization);
    });
    this.events.emit('organization.created', organization.id, organizationData(organization));
    for (const domain of organization.domains) this.#emitDomain('created', domain);
    return organization;
  }

  updateOrganization(organization: Organization, change: () => void): void {
    change();
    this.touch(organization);
    this.events.emit('organization.updated', organization.id, organizationData(organization));
  }

  setExternalId(organization: Organization, externalId: string | null): void {
    if (organization.external_id !== null) this.externalIds.delete(organization.external_id);
    organization.external_id = externalId;
    if (externalId !== null) this.externalIds.set(externalId, organization.id);
  }

  organizationByExternalId(externalId: string): Organization | undefined {
    const id = this.externalIds.get(externalId);
    return id === undefined ? undefined : this.organizations.get(id);
  }

  touch(object: { updated_at: string }): void {
    object.updated_at = this.timestamp();
  }

  /** The organization goes with everything that belongs to it. */
  deleteOrganization(organization: Organization): void {
    const { id } = organization;
    const data = organizationData(organization);
    for (const connection of this.connectionsOf(id)) this.deleteConnection(connection);
    for (const directory of this.directories.of(id)) this.directories.delete(directory);
    for (const membership of this.#all(this.memberships, id)) this.deleteMembership(membership);
    for (const invitation of this.#all(this.invitations, id)) this.invitations.delete(invitation.id);
    for (const domain of organization.domains) this.deleteDomain(domain);
    this.setExternalId(organization, null);
    this.organizations.delete(id);
    this.events.emit('organization.deleted', id, data);
  }

  #all<T extends { readonly id: string; readonly organization_id: string | null }>(
    collection: Collection<T>,
    organizationId: string,
  ): T[] {
    return collection.slice(0).filter((item) => item.organization_id === organizationId);
  }

  addDomain(
    organization: Organization,
    name: string,
    state: OrganizationDomain['state'],
  ): OrganizationDomain {
    const now = this.timestamp();
    const id = this.newId('org_domain');
    const domain: OrganizationDomain = {
      object: 'organization_domain',
      id,
      organization_id: organization.id,
      domain: name.toLowerCase(),
      state,
      verification_prefix: `superapp-domain-verification-${id.slice(-6).toLowerCase()}`,
      verification_token: this.newToken(),
      verification_strategy: state === 'verified' ? 'manual' : 'dns',
      created_at: now,
      updated_at: now,
    };
    organization.domains.push(domain);
    this.#domains.set(id, domain);
    const namesakes = this.#domainsByName.get(domain.domain) ?? new Set();
    this.#domainsByName.set(domain.domain, namesakes.add(domain));
    this.#emitDomain('created', domain);
    return domain;
  }

  #emitDomain(verb: string, domain: OrganizationDomain): void {
    this.events.emit(`organization_domain.${verb}`, domain.organization_id, domain);
  }

  domain(id: string): OrganizationDomain | undefined {
    return this.#domains.get(id);
  }

  domainsNamed(name: string): OrganizationDomain[] {
    return [...(this.#domainsByName.get(name.toLowerCase()) ?? [])];
  }

  setDomainState(domain: OrganizationDomain, state: OrganizationDomain['state']): void {
    domain.state = state;
    this.touch(domain);
    this.#emitDomain(state === 'verified' ? 'verified' : 'updated', domain);
  }

  deleteDomain(domain: OrganizationDomain): void {
    const organization = this.organizations.get(domain.organization_id);
    if (organization) organization.domains = organization.domains.filter((other) => other.id !== domain.id);
    this.#domains.delete(domain.id);
    this.#domainsByName.get(domain.domain)?.delete(domain);
    this.#emitDomain('deleted', domain);
  }

  createConnection(organizationId: string | null, given: SeedConnection, place = 'connection'): Connection {
    const now = this.timestamp();
    const connection: Connection = {
      id: this.newId('conn'),
      organizationId,
      name: given.name ?? 'Connection',
      connectionType: connectionType(given.protocol, given.identityProvider, place),
      state: 'active',
      protocol: given.protocol,
      identityProvider: given.identityProvider,
      users: [],
      allowIdpInitiated: true,
      createdAt: now,
      updatedAt: now,
    };
    this.#apply(connection, given, place);
    this.connections.add(connection);
    if (connection.state === 'active') this.#emitConnection('activated', connection);
    return connection;
  }

  /** Only being active or not is told of. */
  updateConnection(connection: Connection, changes: Partial<SeedConnection>): void {
    const wasActive = connection.state === 'active';
    this.#apply(connection, changes, 'connection');
    connection.updatedAt = this.timestamp();
    const isActive = connection.state === 'active';
    if (isActive !== wasActive) this.#emitConnection(isActive ? 'activated' : 'deactivated', connection);
  }

  #emitConnection(verb: string, connection: Connection): void {
    this.events.emit(`connection.${verb}`, connection.organizationId, connectionData(this, connection));
  }

  #apply(connection: Connection, given: Partial<SeedConnection>, place: string): void {
    if (given.enabled !== undefined)
      throw new InvalidInputError(`${place}.enabled`, 'does not exist at WorkOS: use status');
    if (given.status !== undefined)
      connection.state = oneOf(connectionStates, given.status, `${place}.status`);
    if (given.name !== undefined) connection.name = given.name;
    if (given.users !== undefined) connection.users = given.users;
    if (given.allowIdpInitiated !== undefined) connection.allowIdpInitiated = given.allowIdpInitiated;
    if (given.vendorFields !== undefined) connection.vendorFields = given.vendorFields;
    if (given.omitFields !== undefined) connection.omitFields = given.omitFields;
    if (given.protocol !== undefined || given.identityProvider !== undefined) {
      connection.protocol = given.protocol ?? connection.protocol;
      connection.identityProvider = given.identityProvider ?? connection.identityProvider;
      connection.connectionType = connectionType(connection.protocol, connection.identityProvider, place);
    }
  }

  connectionsOf(organizationId: string): Connection[] {
    return this.connections.slice(0).filter((connection) => connection.organizationId === organizationId);
  }

  /** The environment's own OAuth connection of this type, made on first use. */
  environmentConnection(type: string): Connection {
    for (const connection of this.connections) {
      if (connection.organizationId === null && connection.connectionType === type) return connection;
    }
    const identityProvider =
      type === 'GoogleOAuth' ? 'google' : type === 'MicrosoftOAuth' ? 'entra-id' : 'generic';
    const now = this.timestamp();
    return this.connections.add({
      id: this.newId('conn'),
      organizationId: null,
      name: type,
      connectionType: type,
      state: 'active',
      protocol: 'oauth',
      identityProvider,
      users: [],
      allowIdpInitiated: false,
      createdAt: now,
      updatedAt: now,
    });
  }

  /** The event has the state before. */
  deleteConnection(connection: Connection): void {
    const data = { ...connectionData(this, connection) } as Record<string, unknown>;
    const { external_key: _externalKey, status: _status, domains: _domains, ...rest } = data;
    this.connections.delete(connection.id);
    this.events.emit('connection.deleted', connection.organizationId, rest);
  }

  addRedirectUri(uri: string): RedirectUri {
    const now = this.timestamp();
    return this.redirectUris.add({
      object: 'redirect_uri',
      id: this.newId('redir'),
      uri,
      default: this.redirectUris.size === 0,
      created_at: now,
      updated_at: now,
    });
  }

  addLogin(login: Omit<Login, 'id'>): Login {
    const added = this.logins.add({ ...login, id: this.newToken() });
    const connection = this.connections.get(login.connectionId);
    if (connection) this.#emitSso(connection, 'started', null);
    return added;
  }

  /** A sign-in that ended in an error of the callback. */
  failLogin(connection: Connection, email: string | null, error: { code: string; message: string }): void {
    this.#emitSso(connection, 'failed', email, { error });
  }

  #emitSso(
    connection: Connection,
    status: 'started' | 'succeeded' | 'failed',
    email: string | null,
    more: object = {},
  ): void {
    const data = { ...ssoData(connection, status, email), ...more };
    this.events.emit(`authentication.sso_${status}`, connection.organizationId, data);
  }

  /** A finished sign-in: the profile, a code for it, and a validating connection becomes active. */
  issueCode(connection: Connection, user: IdpUser, codeChallenge: string | null): AuthorizationCode {
    if (connection.state === 'validating') this.updateConnection(connection, { status: 'active' });
    this.#emitSso(connection, 'succeeded', user.email);
    return this.codes.add({
      id: this.newId(),
      profile: this.#profile(connection, user),
      codeChallenge,
      expiresAt: new Date(this.now().getTime() + 10 * minute).toISOString(),
      used: false,
    });
  }

  #profile(connection: Connection, user: IdpUser): Profile {
    const key = `${connection.id} ${user.id}`;
    const id = this.#profileIds.get(key) ?? this.newId('prof');
    this.#profileIds.set(key, id);
    const profile: Profile = {
      object: 'profile',
      id,
      organization_id: connection.organizationId,
      connection_id: connection.id,
      connection_type: connection.connectionType,
      idp_id: user.id,
      email: user.email,
      first_name: user.firstName ?? null,
      last_name: user.lastName ?? null,
      name: fullName(user.firstName, user.lastName),
      ...(user.groups ? { groups: user.groups } : {}),
      custom_attributes: user.attributes ?? {},
      raw_attributes: {},
    };
    this.profiles.set(id, profile);
    return profile;
  }

  createUser(given: Pick<User, 'email'> & Partial<User>): User {
    const now = this.timestamp();
    const user = this.users.add({
      first_name: null,
      last_name: null,
      name: fullName(given.first_name, given.last_name),
      profile_picture_url: null,
      email_verified: false,
      external_id: null,
      metadata: {},
      last_sign_in_at: null,
      locale: null,
      ...given,
      object: 'user',
      id: this.newId('user'),
      created_at: now,
      updated_at: now,
    });
    this.events.emit('user.created', null, user);
    return user;
  }

  updateUser(user: User, changes: Partial<User>): void {
    Object.assign(user, changes);
    this.touch(user);
    this.events.emit('user.updated', null, user);
  }

  deleteUser(user: User): void {
    for (const membership of this.memberships.slice(0)) {
      if (membership.user_id === user.id) this.deleteMembership(membership);
    }
    this.users.delete(user.id);
    this.events.emit('user.deleted', null, user);
  }

  userByEmail(email: string): User | undefined {
    return this.users.slice(0).find((user) => user.email.toLowerCase() === email.toLowerCase());
  }

  membership(userId: string, organizationId: string): Membership | undefined {
    return this.memberships
      .slice(0)
      .find((membership) => membership.user_id === userId && membership.organization_id === organizationId);
  }

  createMembership(
    userId: string,
    organizationId: string,
    role: string,
    status: MembershipStatus,
  ): Membership {
    const now = this.timestamp();
    const membership = this.memberships.add({
      object: 'organization_membership',
      id: this.newId('om'),
      user_id: userId,
      organization_id: organizationId,
      status,
      directory_managed: false,
      custom_attributes: {},
      role: { slug: role },
      roles: [{ slug: role }],
      created_at: now,
      updated_at: now,
    });
    this.#emitMembership('created', membership);
    return membership;
  }

  deleteMembership(membership: Membership): void {
    this.memberships.delete(membership.id);
    this.#emitMembership('deleted', membership);
  }

  #emitMembership(verb: string, membership: Membership): void {
    this.events.emit(`organization_membership.${verb}`, membership.organization_id, membership);
  }

  setMembershipStatus(membership: Membership, status: MembershipStatus): void {
    membership.status = status;
    this.touch(membership);
    this.#emitMembership('updated', membership);
  }

  setMembershipRole(membership: Membership, slug: string): void {
    membership.role = { slug };
    membership.roles = [{ slug }];
    this.touch(membership);
    this.#emitMembership('updated', membership);
  }

  createInvitation(
    given: Pick<Invitation, 'email' | 'organization_id' | 'inviter_user_id' | 'role_slug'>,
    expiresInDays: number,
    acceptUrl: (token: string) => string,
  ): Invitation {
    const now = this.now();
    const token = this.newToken();
    const user = this.userByEmail(given.email);
    if (user && given.organization_id !== null && !this.membership(user.id, given.organization_id)) {
      this.createMembership(user.id, given.organization_id, given.role_slug ?? 'member', 'pending');
    }
    const invitation = this.invitations.add({
      ...given,
      object: 'invitation',
      id: this.newId('invitation'),
      accepted_at: null,
      revoked_at: null,
      expires_at: new Date(now.getTime() + expiresInDays * day).toISOString(),
      accepted_user_id: null,
      token,
      accept_invitation_url: acceptUrl(token),
      created_at: now.toISOString(),
      updated_at: now.toISOString(),
    });
    this.#emitInvitation('created', invitation);
    return invitation;
  }

  resendInvitation(invitation: Invitation): void {
    this.touch(invitation);
    this.#emitInvitation('resent', invitation);
  }

  #emitInvitation(verb: string, invitation: Invitation): void {
    const data = invitationData(invitation, this.now());
    this.events.emit(`invitation.${verb}`, invitation.organization_id, data);
  }

  /** The invited address becomes a user, and an active member where the invitation names an organization. */
  acceptInvitation(invitation: Invitation): void {
    const user =
      this.userByEmail(invitation.email) ??
      this.createUser({ email: invitation.email, email_verified: true });
    invitation.accepted_at = this.timestamp();
    invitation.accepted_user_id = user.id;
    this.touch(invitation);
    this.#emitInvitation('accepted', invitation);
    const { organization_id: organizationId } = invitation;
    if (organizationId === null) return;
    const membership = this.membership(user.id, organizationId);
    if (membership) this.setMembershipStatus(membership, 'active');
    else this.createMembership(user.id, organizationId, invitation.role_slug ?? 'member', 'active');
  }

  revokeInvitation(invitation: Invitation): void {
    invitation.revoked_at = this.timestamp();
    this.touch(invitation);
    this.#emitInvitation('revoked', invitation);
    const user = this.userByEmail(invitation.email);
    const membership =
      user && invitation.organization_id !== null
        ? this.membership(user.id, invitation.organization_id)
        : undefined;
    if (membership?.status === 'pending') this.deleteMembership(membership);
  }

  /** Everything, as the control API shows it. */
  toJSON(): object {
    return {
      now: this.timestamp(),
      organizations: this.organizations.slice(0),
      connections: this.connections.slice(0),
      directories: this.directories.toJSON(),
      audit_logs: this.auditLogs.toJSON(),
      events: this.events.stored.slice(0).map(({ wire }) => wire),
      users: this.users.slice(0),
      organization_memberships: this.memberships.slice(0),
      invitations: this.invitations.slice(0),
      redirect_uris: this.redirectUris.slice(0),
      any_loopback_redirect_uri: this.anyLoopback,
      logins: this.logins.slice(0),
      codes: this.codes.slice(0),
      profiles: [...this.profiles.values()],
    };
  }
}

export function fullName(first: string | null | undefined, last: string | null | undefined): string | null {
  return [first, last].filter(Boolean).join(' ') || null;
}

const connectionTypes: Readonly<Record<Protocol, Readonly<Partial<Record<IdentityProvider, string>>>>> = {
  saml: {
    okta: 'OktaSAML',
    'entra-id': 'AzureSAML',
    google: 'GoogleSAML',
    onelogin: 'OneLoginSAML',
    jumpcloud: 'JumpCloudSAML',
    ping: 'PingOneSAML',
    generic: 'GenericSAML',
  },
  oidc: { okta: 'OktaOIDC', 'entra-id': 'EntraIdOIDC', google: 'GoogleOIDC' },
  oauth: { google: 'GoogleOAuth', 'entra-id': 'MicrosoftOAuth' },
};

function connectionType(protocol: Protocol, identityProvider: IdentityProvider, place: string): string {
  const type = connectionTypes[protocol][identityProvider];
  if (type !== undefined) return type;
  if (protocol === 'oauth') {
    throw new InvalidInputError(
      `${place}.identityProvider`,
      'has no OAuth connection type at WorkOS (google and entra-id have)',
    );
  }
  return 'GenericOIDC';
}
