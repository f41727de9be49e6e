import type { DirectoryContents } from '../kernel/directory.js';
import type { SeedDirectory } from '../kernel/directory-seed.js';
import type { IdpUser, SeedConnection } from '../kernel/seed.js';

/** An organization as it is sent [S]. */
export interface Organization {
  readonly id: string;
  readonly create_time: string;
  update_time: string;
  display_name: string;
  readonly region_code: string;
  external_id?: string;
  metadata: Record<string, string>;
  settings: { features: Feature[] };
  slug?: string;
  logo_url?: string;
}

export interface Feature {
  readonly name: string;
  readonly enabled: boolean;
}

export interface OrganizationFields {
  display_name?: string;
  /** `''` clears, like `slug`. */
  external_id?: string;
  metadata?: Record<string, string>;
  region_code?: string;
  slug?: string;
  logo_url?: string;
}

export const domainTypes = ['ALLOWED_EMAIL_DOMAIN', 'ORGANIZATION_DOMAIN'] as const;
export type DomainType = (typeof domainTypes)[number];

/** A domain as it is sent [S]. */
export interface Domain {
  readonly id: string;
  readonly domain: string;
  readonly environment_id: string;
  readonly organization_id: string;
  readonly domain_type: DomainType;
  readonly verification_status: string;
  readonly verification_method: string;
  readonly create_time: string;
  readonly update_time: string;
}

export type Config = Record<string, unknown>;
export const configNames = ['saml_config', 'oidc_config', 'oauth_config'] as const;

export interface Connection {
  readonly id: string;
  /** Absent for environment-level connections. */
  readonly organization_id?: string;
  readonly create_time: string;
  update_time: string;
  provider: string;
  type: string;
  status: string;
  enabled: boolean;
  debug_enabled: boolean;
  ui_button_title: string;
  configuration_type: string;
  attribute_mapping: Record<string, string>;
  provider_key: string;
  key_id?: string;
  saml_config?: Config;
  oidc_config?: Config;
  oauth_config?: Config;
  /** What the emulator shows; not on the wire. */
  name: string;
  /** Domains it was given; absent: every organization domain of its organization. */
  domain_ids?: readonly string[];
  users: readonly IdpUser[];
  /** Whether a login may start at the identity provider. */
  idp_initiated: boolean;
  overrides: Pick<SeedConnection, 'vendorFields' | 'omitFields'>;
}

export interface ConnectionFields {
  provider?: string;
  type?: string;
  debug_enabled?: boolean;
  ui_button_title?: string;
  configuration_type?: string;
  attribute_mapping?: Record<string, string>;
  provider_key?: string;
  key_id?: string;
  saml_config?: Config;
  oidc_config?: Config;
  oauth_config?: Config;
}

export const directoryTypes = ['SCIM', 'LDAP', 'POLL'] as const;

/** Not the connections' list: there is no `CUSTOM` [S]. */
export const directoryProviders = [
  'OKTA',
  'GOOGLE',
  'MICROSOFT_AD',
  'AUTH0',
  'ONELOGIN',
  'JUMPCLOUD',
  'PING_IDENTITY',
] as const;

export interface Directory {
  readonly id: string;
  readonly organization_id: string;
  name: string;
  directory_type: string;
  directory_provider: string;
  enabled: boolean;
  status: string;
  last_synced_at?: string;
  /** Of users and groups, when there are any. */
  readonly stats: { group_updated_at?: string; user_updated_at?: string };
  role_assignments: readonly RoleAssignment[];
  secrets: readonly DirectorySecret[];
  /** Only events show it. */
  updated_at: string;
  readonly contents: DirectoryContents;
  overrides: Pick<SeedDirectory, 'vendorFields' | 'omitFields'>;
}

export interface RoleAssignment {
  readonly group_id: string;
  readonly role_name: string;
  readonly role_id: string;
}

export interface DirectorySecret {
  readonly id: string;
  readonly directory_id: string;
  readonly create_time: string;
  readonly expire_time: string;
  last_used_time?: string;
  /** `ACTIVE` is the enum's zero value, which is left out [P]. */
  status?: 'INACTIVE';
  /** The SCIM bearer token; only its suffix is sent. */
  readonly plain: string;
}

export interface DirectoryFields {
  readonly name?: string;
  readonly directory_type?: string;
  readonly directory_provider?: string;
  readonly status?: string;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly display_name: string;
}

export interface Membership {
  readonly organization_id: string;
  readonly join_time: string;
  roles: readonly Role[];
  metadata: Record<string, string>;
  readonly inviter_email: string;
  readonly created_at: string;
  accepted_at?: string;
  /** Milliseconds since the epoch; absent once accepted. */
  expires?: number;
  readonly provisioning_method: string;
  resent_at?: string;
  resent_count: number;
}

interface UserProfile {
  readonly id: string;
  given_name: string;
  family_name: string;
  name: string;
  locale: string;
  email_verified: boolean;
  phone_number: string;
  phone_number_verified: boolean;
  preferred_username: string;
  picture: string;
  gender: string;
  groups: readonly string[];
  metadata: Record<string, string>;
  custom_attributes: Record<string, string>;
}

export interface User {
  readonly id: string;
  readonly create_time: string;
  update_time: string;
  last_login_time?: string;
  readonly email: string;
  external_id?: string;
  metadata: Record<string, string>;
  profile: UserProfile;
  readonly memberships: Map<string, Membership>;
}

/** A session of Full Stack Auth. */
export interface UserSession {
  readonly session_id: string;
  readonly user_id: string;
  readonly organization_id?: string;
  readonly created_at: string;
  readonly idle_expires_at: string;
  readonly absolute_expires_at: string;
}

export interface UserFields {
  external_id?: string;
  metadata?: Record<string, string>;
  profile?: Partial<Omit<UserProfile, 'id'>>;
}

export interface MembershipFields {
  readonly roles?: readonly Role[];
  readonly metadata?: Record<string, string>;
  readonly inviter_email?: string;
  /** Sends an invitation; otherwise the membership is active at once. */
  readonly invite: boolean;
  readonly provisioning_method?: string;
}

/** A login that waits at the identity provider. */
export interface PendingAuthorization {
  readonly connection_id: string;
  readonly client_id: string;
  readonly redirect_uri: string;
  readonly scope: string;
  readonly state?: string;
  readonly nonce?: string;
  readonly login_hint?: string;
  readonly code_challenge?: string;
  readonly prompt?: string;
}

/** A finished login: what an authorization code or a refresh token stands for. */
export interface Grant {
  readonly client_id: string;
  readonly scope: string;
  readonly connection_id: string;
  readonly organization_id?: string;
  readonly session_id: string;
  readonly user: IdpUser;
  /** Full Stack Auth only. */
  readonly user_id?: string;
  readonly nonce?: string;
}

export interface Code extends Grant {
  readonly redirect_uri: string;
  readonly code_challenge?: string;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

export interface PortalLink {
  readonly id: string;
  readonly token: string;
  readonly organization_id: string;
  readonly features: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expires: number;
  used: boolean;
}
