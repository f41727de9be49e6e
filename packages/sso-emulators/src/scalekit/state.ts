import type { EmulatorClock } from '../kernel/clock.js';
import { Collection } from '../kernel/collection.js';
import { digest, type IdSource } from '../kernel/ids.js';
import { defined } from '../kernel/parse.js';
import {
  generatedOrganizations,
  type Seed,
  type SeedConnection,
  type SeedOrganization,
} from '../kernel/seed.js';
import { Directories } from './directory-state.js';
import { apiError } from './errors.js';
import {
  connectionData,
  connectionStateData,
  domainData,
  organizationData,
  sessionData,
  userData,
} from './event-data.js';
import type { EventType } from './event-catalogue.js';
import { EventLog, trimmed, type WireEvent } from './events.js';
import {
  type Code,
  configNames,
  type Config,
  type Connection,
  type ConnectionFields,
  type Domain,
  type DomainType,
  type Feature,
  type Grant,
  type Membership,
  type MembershipFields,
  type Organization,
  type OrganizationFields,
  type PendingAuthorization,
  type PortalLink,
  type Role,
  type User,
  type UserFields,
  type UserSession,
} from './objects.js';
import { sampleCertificate } from './sample-certificate.js';

/** Invitations are valid for 15 days [S]. */
const invitationLifetime = 15 * 24 * 60 * 60 * 1000;
const portalLinkLifetime = 60_000;
/** As far as a session lives in the samples of login events [S]. */
const sessionIdleLifetime = 7 * 24 * 60 * 60 * 1000;
const sessionLifetime = 30 * 24 * 60 * 60 * 1000;
const idEpoch = Date.UTC(2020, 0, 1);

const providerByIdentityProvider = {
  okta: 'OKTA',
  'entra-id': 'MICROSOFT_AD',
  google: 'GOOGLE',
  onelogin: 'ONELOGIN',
  jumpcloud: 'JUMPCLOUD',
  ping: 'PING_IDENTITY',
  generic: 'CUSTOM',
} as const;

/** Everything one environment holds. All changes go through its methods, which report them as events. */
export class ScalekitState {
  readonly environmentId = 'env_58345499215790610';
  readonly organizations = new Collection<Organization>();
  readonly domains = new Collection<Domain>();
  readonly connections = new Collection<Connection>();
  readonly users = new Collection<User>();
  readonly events: EventLog;
  readonly directories: Directories;
  /** Full Stack Auth only. */
  readonly sessions = new Map<string, UserSession>();
  readonly portalLinks = new Map<string, PortalLink>();
  readonly pendingLogins = new Map<string, PendingAuthorization>();
  readonly codes = new Map<string, Code>();
  readonly refreshTokens = new Map<string, Grant>();
  /** API tokens and when they expire, in milliseconds since the epoch. */
  readonly apiTokens = new Map<string, number>();
  readonly roles: readonly Role[] = [
    { id: 'role_58345499215790611', name: 'admin', display_name: 'Admin' },
    { id: 'role_58345499215790612', name: 'member', display_name: 'Member' },
  ];
  readonly #organizationByExternalId = new Map<string, Organization>();
  readonly #userByEmail = new Map<string, User>();
  readonly #userByExternalId = new Map<string, User>();
  readonly #members = new Map<string, Collection<User>>();
  readonly #domainsOf = new Map<string, readonly Domain[]>();
  readonly #connectionsOf = new Map<string, readonly Connection[]>();
  #url = '';
  readonly #clock: EmulatorClock;
  readonly #ids: IdSource;

  constructor({
    clock,
    ids,
    publish,
  }: {
    clock: EmulatorClock;
    ids: IdSource;
    publish: (event: WireEvent) => void;
  }) {
    this.#clock = clock;
    this.#ids = ids;
    this.events = new EventLog({
      environmentId: this.environmentId,
      now: () => this.now(),
      id: () => this.id('evt'),
      publish,
    });
    this.directories = new Directories(this);
  }

  /** Replaces everything by the seed, without events; `url` is the environment's. API tokens stay good. */
  load(seed: Seed, url: string): void {
    this.#url = url;
    this.#ids.reset();
    for (const rows of [this.organizations, this.domains, this.connections, this.users]) rows.clear();
    for (const rows of [this.portalLinks, this.pendingLogins, this.codes, this.refreshTokens]) rows.clear();
    this.sessions.clear();
    this.directories.clear();
    this.events.clear();
    for (const index of [this.#organizationByExternalId, this.#userByEmail, this.#userByExternalId])
      index.clear();
    for (const index of [this.#members, this.#domainsOf, this.#connectionsOf]) index.clear();
    this.events.silently(() => {
      for (const organization of seed.organizations) this.seedOrganization(organization);
      for (const organization of generatedOrganizations(seed.generate)) this.seedOrganization(organization);
    });
  }

  /** Milliseconds since the epoch by the emulator's clock. */
  now(): number {
    return this.#clock.now().getTime();
  }

  /** `prefix_` and a snowflake-like decimal number. */
  id(prefix: string): string {
    const number = (BigInt(this.now() - idEpoch) << 22n) | BigInt(this.#ids.next());
    return `${prefix}_${BigInt.asUintN(63, number)}`;
  }

  /** Text that looks random and is the same in every run. */
  token(purpose: string, bytes = 32): string {
    return digest(`${purpose} ${this.id('token')}`)
      .subarray(0, bytes)
      .toString('hex');
  }

  /** Now, as API responses write it. */
  timestamp(fraction = ''): string {
    return timestamp(this.now(), fraction);
  }

  // Organizations

  createOrganization(fields: OrganizationFields & { display_name: string }): Organization {
    this.#requireFreeNames(fields);
    const now = this.timestamp();
    const organization = this.organizations.add({
      id: this.id('org'),
      create_time: now,
      update_time: now,
      region_code: fields.region_code ?? 'US',
      metadata: fields.metadata ?? {},
      settings: {
        features: [
          { name: 'sso', enabled: true },
          { name: 'dir_sync', enabled: false },
        ],
      },
      display_name: fields.display_name,
      ...(fields.external_id && { external_id: fields.external_id }),
      ...(fields.slug && { slug: fields.slug }),
      ...(fields.logo_url && { logo_url: fields.logo_url }),
    });
    if (organization.external_id) this.#organizationByExternalId.set(organization.external_id, organization);
    this.#emitOrganization('organization.created', organization);
    return organization;
  }

  updateOrganization(organization: Organization, fields: OrganizationFields): void {
    this.#requireFreeNames(fields, organization);
    if (fields.display_name !== undefined) organization.display_name = fields.display_name;
    if (fields.metadata) organization.metadata = fields.metadata;
    if (fields.external_id !== undefined) {
      if (organization.external_id) this.#organizationByExternalId.delete(organization.external_id);
      if (fields.external_id) this.#organizationByExternalId.set(fields.external_id, organization);
    }
    for (const name of ['external_id', 'slug', 'logo_url'] as const) {
      if (fields[name]) organization[name] = fields[name];
      else if (fields[name] === '') delete organization[name];
    }
    organization.update_time = this.timestamp();
    this.#emitOrganization('organization.updated', organization);
  }

  setFeatures(organization: Organization, features: readonly Feature[]): void {
    const byName = new Map(organization.settings.features.map((feature) => [feature.name, feature]));
    for (const feature of features) byName.set(feature.name, feature);
    organization.settings = { features: [...byName.values()] };
    organization.update_time = this.timestamp();
    this.#emitOrganization('organization.updated', organization);
  }

  /**
   * Takes its domains, connections, directories, memberships, portal links and users who are nowhere else with it [D]; the only
   * event is its own [?].
   */
  deleteOrganization(organization: Organization): void {
    this.events.silently(() => {
      for (const domain of this.domainsOf(organization.id)) this.deleteDomain(domain);
      for (const connection of this.connectionsOf(organization.id)) this.deleteConnection(connection);
      for (const directory of this.directories.of(organization.id)) this.directories.delete(directory);
      for (const user of this.members(organization.id).slice(0))
        this.deleteMembership(user, organization.id, true);
    });
    for (const link of this.portalLinks.values()) {
      if (link.organization_id === organization.id) this.portalLinks.delete(link.token);
    }
    if (organization.external_id) this.#organizationByExternalId.delete(organization.external_id);
    this.organizations.delete(organization.id);
    for (const index of [this.#members, this.#domainsOf, this.#connectionsOf]) index.delete(organization.id);
    this.#emitOrganization('organization.deleted', organization, { deleted_at: trimmed(this.timestamp()) });
  }

  organizationByExternalId(externalId: string): Organization | undefined {
    return this.#organizationByExternalId.get(externalId);
  }

  #emitOrganization(type: EventType, organization: Organization, more?: object): void {
    this.events.emit(type, { ...organizationData(organization), ...more }, organization.id);
  }

  #requireFreeNames({ external_id, slug }: OrganizationFields, self?: Organization): void {
    const holder = external_id ? this.#organizationByExternalId.get(external_id) : undefined;
    if (holder && holder !== self) {
      throw apiError('ALREADY_EXISTS', `organization with external_id ${external_id} already exists`);
    }
    if (slug && [...this.organizations].some((other) => other !== self && other.slug === slug)) {
      throw apiError('ALREADY_EXISTS', `organization with slug ${slug} already exists`);
    }
  }

  // Domains

  domainsOf(organizationId: string): readonly Domain[] {
    return this.#domainsOf.get(organizationId) ?? [];
  }

  isOrganizationDomain(name: string): boolean {
    return [...this.domains].some(
      ({ domain, domain_type: type }) => domain === name && type === 'ORGANIZATION_DOMAIN',
    );
  }

  /** Added by API or dashboard, so verified at once [D]. */
  createDomain(organization: Organization, name: string, type: DomainType): Domain {
    const taken = [...this.domains].some(
      (other) =>
        other.domain === name &&
        other.domain_type === type &&
        (type === 'ORGANIZATION_DOMAIN' || other.organization_id === organization.id),
    );
    if (taken) throw apiError('INVALID_ARGUMENT', `domain ${name} already exists`);
    const domain: Domain = {
      id: this.id('dom'),
      domain: name,
      environment_id: this.environmentId,
      organization_id: organization.id,
      domain_type: type,
      verification_status: 'AUTO_VERIFIED',
      verification_method: 'ADMIN',
      create_time: this.timestamp(),
      update_time: this.timestamp('455169'),
    };
    this.#domainsOf.set(organization.id, [...this.domainsOf(organization.id), domain]);
    this.domains.add(domain);
    this.events.emit('organization.domain_created', domainData(domain), organization.id);
    return domain;
  }

  deleteDomain(domain: Domain): void {
    this.domains.delete(domain.id);
    this.#domainsOf.set(
      domain.organization_id,
      this.domainsOf(domain.organization_id).filter((other) => other !== domain),
    );
    for (const connection of this.connectionsOf(domain.organization_id)) {
      if (connection.domain_ids)
        connection.domain_ids = connection.domain_ids.filter((id) => id !== domain.id);
    }
    this.events.emit('organization.domain_deleted', domainData(domain), domain.organization_id);
  }

  // Connections

  connectionsOf(organizationId: string): readonly Connection[] {
    return this.#connectionsOf.get(organizationId) ?? [];
  }

  domainsOfConnection(connection: Connection): readonly Domain[] {
    const { organization_id: organizationId, domain_ids: ids } = connection;
    if (organizationId === undefined) return [];
    return this.domainsOf(organizationId).filter((domain) =>
      ids ? ids.includes(domain.id) : domain.domain_type === 'ORGANIZATION_DOMAIN',
    );
  }

  createConnection(
    organizationId: string | undefined,
    fields: ConnectionFields & { type: string },
  ): Connection {
    const id = this.id('conn');
    const now = this.timestamp();
    const provider = fields.provider ?? 'CONNECTION_PROVIDER_UNSPECIFIED';
    const connection: Connection = {
      id,
      ...(organizationId !== undefined && { organization_id: organizationId }),
      create_time: now,
      update_time: now,
      provider,
      type: fields.type,
      status: 'DRAFT',
      enabled: false,
      debug_enabled: false,
      ui_button_title: 'Login with SSO',
      configuration_type: 'MANUAL',
      attribute_mapping: {},
      provider_key: fields.provider_key ?? provider,
      name: `${provider} ${fields.type}`,
      users: [],
      idp_initiated: true,
      overrides: {},
      ...(fields.key_id !== undefined && { key_id: fields.key_id }),
    };
    const sp = `${this.#url}/sso/v1/${fields.type.toLowerCase()}/${id}`;
    if (fields.type === 'SAML') {
      connection.saml_config = {
        sp_entity_id: sp,
        sp_assertion_url: `${sp}/callback`,
        sp_metadata_url: sp,
        sp_slo_url: `${sp}/slo/callback`,
        idp_certificates: [],
        allow_idp_initiated_login: true,
      };
    } else if (fields.type === 'OIDC') {
      connection.oidc_config = {
        redirect_uri: `${sp}/callback`,
        scopes: ['openid', 'profile', 'email'],
        post_logout_redirect_uri: `${sp}/logout/callback`,
        backchannel_logout_redirect_uri: `${sp}/backchannel-logout`,
      };
    } else if (fields.type === 'OAUTH') {
      connection.oauth_config = { redirect_uri: `${sp}/callback`, scopes: [] };
    }
    this.connections.add(connection);
    if (organizationId !== undefined) {
      this.#connectionsOf.set(organizationId, [...this.connectionsOf(organizationId), connection]);
      this.events.emit('organization.sso_created', connectionData(connection), organizationId);
    }
    return connection;
  }

  /** Absent fields stay, inside the configuration too [T]. */
  updateConnection(connection: Connection, changes: ConnectionFields): void {
    const merged = configNames
      .filter((name) => changes[name])
      .map((name) => [name, { ...connection[name], ...changes[name] }]);
    Object.assign(connection, changes, Object.fromEntries(merged));
    if (connection.status !== 'COMPLETED') {
      connection.status = isConfigured(connection) ? 'COMPLETED' : 'IN_PROGRESS';
    }
    connection.update_time = this.timestamp();
  }

  /** What an IT admin fills in: where the identity provider is, and its certificate or client. */
  configureConnection(
    connection: Connection,
    host = connection.provider.toLowerCase().replaceAll('_', '-'),
  ): void {
    const identityProvider = `https://${host}.idp.example`;
    const protocol = connection.type.toLowerCase();
    const now = this.timestamp();
    this.updateConnection(
      connection,
      protocol === 'saml'
        ? {
            saml_config: {
              idp_metadata_url: `${identityProvider}/metadata`,
              idp_entity_id: `${identityProvider}/${connection.id}`,
              idp_sso_url: `${identityProvider}/sso/saml`,
              idp_certificates: [{ ...sampleCertificate, id: this.id('cert'), create_time: now }],
              idp_name_id_format: 'EMAIL',
              idp_sso_request_binding: 'HTTP_REDIRECT',
              saml_signing_option: 'SAML_ONLY_RESPONSE_SIGNING',
            },
          }
        : {
            [`${protocol}_config`]: {
              ...(protocol === 'oidc' && { issuer: identityProvider }),
              authorize_uri: `${identityProvider}/authorize`,
              token_uri: `${identityProvider}/token`,
              client_id: `client-of-${connection.id}`,
              client_secret: `secret-of-${connection.id}`,
            },
          },
    );
  }

  setConnectionDomains(connection: Connection, domainIds: readonly string[]): void {
    connection.domain_ids = domainIds;
    connection.update_time = this.timestamp();
  }

  /** Whether it was possible: enabling needs a completed configuration. */
  setConnectionEnabled(connection: Connection, enabled: boolean): boolean {
    if (enabled && connection.status !== 'COMPLETED') return false;
    connection.update_time = this.timestamp();
    this.#switchConnection(connection, enabled);
    return true;
  }

  /** Connections of the environment have no events: they are the organization's [?]. */
  #switchConnection(connection: Connection, enabled: boolean): void {
    if (connection.enabled === enabled) return;
    connection.enabled = enabled;
    if (connection.organization_id === undefined) return;
    const type = enabled ? 'organization.sso_enabled' : 'organization.sso_disabled';
    this.events.emit(type, connectionStateData(connection), connection.organization_id);
  }

  deleteConnection(connection: Connection): void {
    this.connections.delete(connection.id);
    const { organization_id: organizationId } = connection;
    if (organizationId === undefined) return;
    this.#connectionsOf.set(
      organizationId,
      this.connectionsOf(organizationId).filter((other) => other !== connection),
    );
    this.events.emit('organization.sso_deleted', connectionData(connection), organizationId);
  }

  // Users

  /** Members of an organization, in the order they joined. */
  members(organizationId: string): Collection<User> {
    let members = this.#members.get(organizationId);
    if (!members) this.#members.set(organizationId, (members = new Collection()));
    return members;
  }

  userByEmail(email: string): User | undefined {
    return this.#userByEmail.get(email.toLowerCase());
  }

  userByExternalId(externalId: string): User | undefined {
    return this.#userByExternalId.get(externalId);
  }

  createUser(email: string, fields: UserFields): User {
    if (this.userByEmail(email)) throw apiError('ALREADY_EXISTS', `user with email ${email} already exists`);
    const now = this.timestamp();
    const user: User = {
      id: this.id('usr'),
      create_time: now,
      update_time: now,
      email,
      metadata: {},
      profile: {
        id: this.id('usp'),
        given_name: '',
        family_name: '',
        name: '',
        locale: '',
        email_verified: false,
        phone_number: '',
        phone_number_verified: false,
        preferred_username: '',
        picture: '',
        gender: '',
        groups: [],
        metadata: {},
        custom_attributes: {},
      },
      memberships: new Map(),
    };
    this.updateUser(user, fields);
    this.#userByEmail.set(email.toLowerCase(), user);
    return this.users.add(user);
  }

  updateUser(user: User, { external_id, metadata, profile }: UserFields): void {
    if (external_id) {
      const holder = this.#userByExternalId.get(external_id);
      if (holder && holder !== user) {
        throw apiError('ALREADY_EXISTS', `user with external_id ${external_id} already exists`);
      }
      if (user.external_id) this.#userByExternalId.delete(user.external_id);
      user.external_id = external_id;
      this.#userByExternalId.set(external_id, user);
    }
    if (metadata) user.metadata = metadata;
    Object.assign(user.profile, defined(profile ?? {}));
    user.profile.name ||= `${user.profile.given_name} ${user.profile.family_name}`.trim();
    user.update_time = this.timestamp();
  }

  recordLogin(user: User, organizationId: string | undefined): UserSession {
    user.last_login_time = this.timestamp();
    const session: UserSession = {
      session_id: this.id('ses'),
      user_id: user.id,
      ...(organizationId !== undefined && { organization_id: organizationId }),
      created_at: this.timestamp(),
      idle_expires_at: timestamp(this.now() + sessionIdleLifetime),
      absolute_expires_at: timestamp(this.now() + sessionLifetime),
    };
    this.sessions.set(session.session_id, session);
    this.#emitSession('user.login', user, session);
    return session;
  }

  /** Ends a session; nothing happens when there is none, or its user is gone. */
  recordLogout(sessionId: string): void {
    const session = this.sessions.get(sessionId);
    const user = this.users.get(session?.user_id ?? '');
    if (!session || !user) return;
    this.sessions.delete(sessionId);
    this.#emitSession('user.logout', user, session);
  }

  #emitSession(type: EventType, user: User, session: UserSession): void {
    this.events.emit(
      type,
      { user: userData(user), user_session: sessionData(session) },
      session.organization_id,
    );
  }

  #emitMembership(type: EventType, user: User, organizationId: string): void {
    const organization = this.organizations.get(organizationId);
    const data = { organization: organization && organizationData(organization), user: userData(user) };
    this.events.emit(type, data, organizationId);
  }

  deleteUser(user: User): void {
    for (const organizationId of user.memberships.keys()) this.deleteMembership(user, organizationId, false);
    this.#userByEmail.delete(user.email.toLowerCase());
    if (user.external_id) this.#userByExternalId.delete(user.external_id);
    this.users.delete(user.id);
  }

  createMembership(user: User, organization: Organization, fields: MembershipFields): Membership {
    if (user.memberships.has(organization.id)) {
      throw apiError('ALREADY_EXISTS', `user ${user.id} is already a member of ${organization.id}`);
    }
    const now = this.timestamp();
    const membership: Membership = {
      organization_id: organization.id,
      join_time: now,
      roles: fields.roles ?? this.roles.filter((role) => role.name === 'member'),
      metadata: fields.metadata ?? {},
      inviter_email: fields.inviter_email ?? '',
      created_at: now,
      provisioning_method: fields.provisioning_method ?? (fields.invite ? 'invitation' : 'direct_provision'),
      resent_count: 0,
      ...(fields.invite ? { expires: this.now() + invitationLifetime } : { accepted_at: now }),
    };
    user.memberships.set(organization.id, membership);
    this.members(organization.id).add(user);
    if (!fields.invite) user.profile.email_verified = true;
    this.#emitMembership(
      fields.invite ? 'user.organization_invitation' : 'user.organization_membership_created',
      user,
      organization.id,
    );
    return membership;
  }

  updateMembership(
    user: User,
    membership: Membership,
    fields: { roles?: readonly Role[]; metadata?: Record<string, string> },
  ): void {
    Object.assign(membership, defined(fields));
    this.#emitMembership('user.organization_membership_updated', user, membership.organization_id);
  }

  membershipStatus(membership: Membership): 'ACTIVE' | 'PENDING_INVITE' | 'INVITE_EXPIRED' {
    if (membership.expires === undefined) return 'ACTIVE';
    return membership.expires > this.now() ? 'PENDING_INVITE' : 'INVITE_EXPIRED';
  }

  /** Accepts the invitation, as a first sign-in does. */
  activateMembership(user: User, membership: Membership): void {
    if (membership.expires === undefined) return;
    delete membership.expires;
    membership.accepted_at = this.timestamp();
    this.#emitMembership('user.organization_membership_created', user, membership.organization_id);
  }

  /** An expired invitation starts anew; a pending one is repeated. */
  resendInvite(membership: Membership): void {
    if (this.membershipStatus(membership) === 'INVITE_EXPIRED')
      membership.expires = this.now() + invitationLifetime;
    membership.resent_at = this.timestamp();
    membership.resent_count += 1;
  }

  /** `cascade` also deletes a user who is left without any membership. */
  deleteMembership(user: User, organizationId: string, cascade: boolean): void {
    user.memberships.delete(organizationId);
    this.members(organizationId).delete(user.id);
    this.#emitMembership('user.organization_membership_deleted', user, organizationId);
    if (cascade && user.memberships.size === 0) this.deleteUser(user);
  }

  // Portal

  createPortalLink(organization: Organization, features: readonly string[]): PortalLink {
    const uuid = this.token('portal link', 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const link = {
      id: this.id('lnk'),
      token: `${uuid}_p`,
      organization_id: organization.id,
      features,
      expires: this.now() + portalLinkLifetime,
      used: false,
    };
    this.portalLinks.set(link.token, link);
    return link;
  }

  deletePortalLink(link: PortalLink): void {
    this.portalLinks.delete(link.token);
  }

  /** Whether the link could be opened: once, within its minute. */
  openPortalLink(link: PortalLink): boolean {
    if (link.used || link.expires <= this.now()) return false;
    link.used = true;
    return true;
  }

  // Seeding

  seedOrganization(seed: SeedOrganization): Organization {
    const organization = this.createOrganization({
      display_name: seed.name,
      ...(seed.externalId !== undefined && { external_id: seed.externalId }),
    });
    for (const domain of seed.domains ?? []) this.createDomain(organization, domain, 'ORGANIZATION_DOMAIN');
    for (const connection of seed.connections ?? []) this.seedConnection(organization, connection);
    for (const directory of seed.directories ?? []) this.directories.seed(organization, directory);
    return organization;
  }

  /** A finished, working connection unless the seed says otherwise. */
  seedConnection(organization: Organization, seed: SeedConnection): Connection {
    const connection = this.createConnection(organization.id, {
      provider: providerByIdentityProvider[seed.identityProvider],
      type: seed.protocol.toUpperCase(),
    });
    this.configureConnection(connection, seed.identityProvider);
    this.reseedConnection(connection, { enabled: (seed.status ?? 'COMPLETED') === 'COMPLETED', ...seed });
    return connection;
  }

  /** What the control API may set directly. */
  reseedConnection(connection: Connection, seed: Partial<SeedConnection>): void {
    const organization = this.organizations.get(connection.organization_id ?? '');
    if (seed.name !== undefined) connection.name = seed.name;
    if (seed.protocol) connection.type = seed.protocol.toUpperCase();
    if (seed.identityProvider) connection.provider = providerByIdentityProvider[seed.identityProvider];
    if (seed.status !== undefined) connection.status = seed.status;
    if (seed.enabled !== undefined) this.#switchConnection(connection, seed.enabled);
    if (seed.users) connection.users = seed.users;
    connection.overrides = { ...connection.overrides, ...overrides(seed) };
    if (seed.allowIdpInitiated !== undefined) {
      connection.idp_initiated = seed.allowIdpInitiated;
      if (connection.saml_config)
        connection.saml_config['allow_idp_initiated_login'] = seed.allowIdpInitiated;
    }
    if (seed.domains && organization) {
      const known = this.domainsOf(organization.id).filter(
        (domain) => domain.domain_type === 'ORGANIZATION_DOMAIN',
      );
      connection.domain_ids = seed.domains.map(
        (name) =>
          (
            known.find((domain) => domain.domain === name) ??
            this.createDomain(organization, name, 'ORGANIZATION_DOMAIN')
          ).id,
      );
    }
    connection.update_time = this.timestamp();
  }
}

/** RFC 3339 in UTC; `fraction` continues the milliseconds, whole seconds have none (protobuf JSON). */
export function timestamp(milliseconds: number, fraction = ''): string {
  const text = new Date(milliseconds).toISOString();
  if (fraction) return text.replace('Z', `${fraction}Z`);
  return text.replace('.000Z', 'Z');
}

function overrides({ vendorFields, omitFields }: Partial<SeedConnection>): Connection['overrides'] {
  return { ...(vendorFields && { vendorFields }), ...(omitFields && { omitFields }) };
}

function isConfigured({
  type,
  saml_config: saml = {},
  oidc_config: oidc = {},
  oauth_config: oauth = {},
}: Connection): boolean {
  if (type === 'SAML') {
    const certificates = saml['idp_certificates'] as readonly unknown[] | undefined;
    return (
      has(saml, 'idp_metadata_url') ||
      (has(saml, 'idp_entity_id', 'idp_sso_url') && Boolean(certificates?.length))
    );
  }
  if (type === 'OIDC') {
    const endpoints =
      ['issuer', 'discovery_endpoint'].some((name) => has(oidc, name)) ||
      has(oidc, 'authorize_uri', 'token_uri');
    return endpoints && has(oidc, 'client_id', 'client_secret');
  }
  return type !== 'OAUTH' || has(oauth, 'client_id', 'client_secret');
}

function has(config: Config, ...names: string[]): boolean {
  return names.every((name) => Boolean(config[name]));
}
