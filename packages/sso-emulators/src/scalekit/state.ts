import type { EmulatorClock } from '../kernel/clock.js';
import { Collection } from '../kernel/collection.js';
import { digest, type IdSource } from '../kernel/ids.js';
import { defined, type Seed, type SeedConnection, type SeedOrganization } from '../kernel/seed.js';
import { apiError } from './errors.js';
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
} from './objects.js';
import { sampleCertificate } from './sample-certificate.js';

/** Invitations are valid for 15 days [S]. */
const invitationLifetime = 15 * 24 * 60 * 60 * 1000;
const portalLinkLifetime = 60_000;
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

/** Everything one environment holds. All changes go through its methods. */
export class ScalekitState {
  readonly environmentId = 'env_58345499215790610';
  readonly organizations = new Collection<Organization>();
  readonly domains = new Collection<Domain>();
  readonly connections = new Collection<Connection>();
  readonly users = new Collection<User>();
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

  constructor({ clock, ids }: { clock: EmulatorClock; ids: IdSource }) {
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Replaces everything by the seed; `url` is the environment's. API tokens stay good. */
  load(seed: Seed, url: string): void {
    this.#url = url;
    this.#ids.reset();
    for (const rows of [this.organizations, this.domains, this.connections, this.users]) rows.clear();
    for (const rows of [this.portalLinks, this.pendingLogins, this.codes, this.refreshTokens]) rows.clear();
    for (const index of [this.#organizationByExternalId, this.#userByEmail, this.#userByExternalId])
      index.clear();
    for (const index of [this.#members, this.#domainsOf, this.#connectionsOf]) index.clear();
    for (const organization of seed.organizations) this.seedOrganization(organization);
    for (let number = 1; number <= (seed.generate?.organizations ?? 0); number += 1) {
      this.createOrganization({ display_name: `Generated ${number}`, external_id: `generated_${number}` });
    }
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
  }

  setFeatures(organization: Organization, features: readonly Feature[]): void {
    const byName = new Map(organization.settings.features.map((feature) => [feature.name, feature]));
    for (const feature of features) byName.set(feature.name, feature);
    organization.settings = { features: [...byName.values()] };
    organization.update_time = this.timestamp();
  }

  /** Takes its domains, connections, memberships, portal links and users who are nowhere else with it [D]. */
  deleteOrganization(organization: Organization): void {
    for (const domain of this.domainsOf(organization.id)) this.deleteDomain(domain);
    for (const connection of this.connectionsOf(organization.id)) this.deleteConnection(connection);
    for (const user of this.members(organization.id).slice(0))
      this.deleteMembership(user, organization.id, true);
    for (const link of this.portalLinks.values()) {
      if (link.organization_id === organization.id) this.portalLinks.delete(link.token);
    }
    if (organization.external_id) this.#organizationByExternalId.delete(organization.external_id);
    this.organizations.delete(organization.id);
    for (const index of [this.#members, this.#domainsOf, this.#connectionsOf]) index.delete(organization.id);
  }

  organizationByExternalId(externalId: string): Organization | undefined {
    return this.#organizationByExternalId.get(externalId);
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
    return this.domains.add(domain);
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
    if (organizationId !== undefined) {
      this.#connectionsOf.set(organizationId, [...this.connectionsOf(organizationId), connection]);
    }
    return this.connections.add(connection);
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

  setConnectionDomains(connection: Connection, domainIds: readonly string[]): void {
    connection.domain_ids = domainIds;
    connection.update_time = this.timestamp();
  }

  /** Whether it was possible: enabling needs a completed configuration. */
  setConnectionEnabled(connection: Connection, enabled: boolean): boolean {
    if (enabled && connection.status !== 'COMPLETED') return false;
    connection.enabled = enabled;
    connection.update_time = this.timestamp();
    return true;
  }

  deleteConnection(connection: Connection): void {
    this.connections.delete(connection.id);
    const { organization_id: organizationId } = connection;
    if (organizationId === undefined) return;
    this.#connectionsOf.set(
      organizationId,
      this.connectionsOf(organizationId).filter((other) => other !== connection),
    );
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

  recordLogin(user: User): void {
    user.last_login_time = this.timestamp();
  }

  deleteUser(user: User): void {
    for (const organizationId of user.memberships.keys()) this.members(organizationId).delete(user.id);
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
    return membership;
  }

  updateMembership(
    membership: Membership,
    fields: { roles?: readonly Role[]; metadata?: Record<string, string> },
  ): void {
    Object.assign(membership, defined(fields));
  }

  membershipStatus(membership: Membership): 'ACTIVE' | 'PENDING_INVITE' | 'INVITE_EXPIRED' {
    if (membership.expires === undefined) return 'ACTIVE';
    return membership.expires > this.now() ? 'PENDING_INVITE' : 'INVITE_EXPIRED';
  }

  /** Accepts the invitation, as a first sign-in does. */
  activateMembership(membership: Membership): void {
    delete membership.expires;
    membership.accepted_at ??= this.timestamp();
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
    return organization;
  }

  /** A finished, working connection unless the seed says otherwise. */
  seedConnection(organization: Organization, seed: SeedConnection): Connection {
    const connection = this.createConnection(organization.id, {
      provider: providerByIdentityProvider[seed.identityProvider],
      type: seed.protocol.toUpperCase(),
    });
    const identityProvider = `https://${seed.identityProvider}.idp.example`;
    const now = this.timestamp();
    this.updateConnection(
      connection,
      seed.protocol === 'saml'
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
            [`${seed.protocol}_config`]: {
              ...(seed.protocol === 'oidc' && { issuer: identityProvider }),
              authorize_uri: `${identityProvider}/authorize`,
              token_uri: `${identityProvider}/token`,
              client_id: `client-of-${connection.id}`,
              client_secret: `secret-of-${connection.id}`,
            },
          },
    );
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
    if (seed.enabled !== undefined) connection.enabled = seed.enabled;
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
