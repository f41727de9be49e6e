import type { DirectoryContents } from '../kernel/directory.js';
import type { IdentityProvider, IdpUser, Protocol } from '../kernel/seed.js';
import type { PortalIntent } from './portal-intents.js';

// Wire objects as WorkOS sends them, and what the emulator keeps beside them.

export interface OrganizationDomain {
  readonly object: 'organization_domain';
  readonly id: string;
  readonly organization_id: string;
  readonly domain: string;
  state: 'pending' | 'verified' | 'failed' | 'unverified' | 'legacy_verified';
  readonly verification_prefix: string;
  readonly verification_token: string;
  verification_strategy: 'dns' | 'manual';
  readonly created_at: string;
  updated_at: string;
}

export interface Organization {
  readonly object: 'organization';
  readonly id: string;
  name: string;
  domains: OrganizationDomain[];
  metadata: Record<string, string>;
  external_id: string | null;
  stripe_customer_id?: string;
  allow_profiles_outside_organization: boolean;
  readonly created_at: string;
  updated_at: string;
}

export const connectionStates = [
  'requires_type',
  'draft',
  'validating',
  'active',
  'inactive',
  'deleting',
] as const;
type ConnectionState = (typeof connectionStates)[number];

/** A connection and the identity provider behind it; `connectionObject` makes the wire object. */
export interface Connection {
  readonly id: string;
  /** `null` for environment-level OAuth connections. */
  readonly organizationId: string | null;
  name: string;
  connectionType: string;
  state: ConnectionState;
  protocol: Protocol;
  identityProvider: IdentityProvider;
  users: readonly IdpUser[];
  allowIdpInitiated: boolean;
  vendorFields?: Readonly<Record<string, unknown>>;
  omitFields?: readonly string[];
  readonly createdAt: string;
  updatedAt: string;
}

export const directoryStates = [
  'linked',
  'validating',
  'invalid_credentials',
  'unlinked',
  'deleting',
] as const;

/** A directory, its people and the token of its SCIM endpoint; `directoryObject` makes the wire object. */
export interface Directory {
  readonly id: string;
  readonly organizationId: string;
  readonly externalKey: string;
  readonly token: string;
  name: string;
  type: string;
  state: (typeof directoryStates)[number];
  readonly contents: DirectoryContents;
  vendorFields?: Readonly<Record<string, unknown>>;
  omitFields?: readonly string[];
  readonly createdAt: string;
  updatedAt: string;
}

export interface Profile {
  readonly object: 'profile';
  readonly id: string;
  readonly organization_id: string | null;
  readonly connection_id: string;
  readonly connection_type: string;
  readonly idp_id: string;
  readonly email: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly name: string | null;
  readonly groups?: readonly string[];
  readonly custom_attributes: Readonly<Record<string, unknown>>;
  readonly raw_attributes: Readonly<Record<string, never>>;
}

export interface User {
  readonly object: 'user';
  readonly id: string;
  first_name: string | null;
  last_name: string | null;
  name: string | null;
  readonly profile_picture_url: string | null;
  email: string;
  email_verified: boolean;
  external_id: string | null;
  metadata: Record<string, string>;
  readonly last_sign_in_at: string | null;
  locale: string | null;
  readonly created_at: string;
  updated_at: string;
}

export type MembershipStatus = 'active' | 'inactive' | 'pending';

/** `membershipObject` adds the user and the organization's name. */
export interface Membership {
  readonly object: 'organization_membership';
  readonly id: string;
  readonly user_id: string;
  readonly organization_id: string;
  status: MembershipStatus;
  readonly directory_managed: boolean;
  readonly custom_attributes: Readonly<Record<string, unknown>>;
  role: { readonly slug: string };
  roles: readonly { readonly slug: string }[];
  readonly created_at: string;
  updated_at: string;
}

/** `invitationObject` computes the state: `expired` is nothing that happens. */
export interface Invitation {
  readonly object: 'invitation';
  readonly id: string;
  readonly email: string;
  accepted_at: string | null;
  revoked_at: string | null;
  expires_at: string;
  readonly organization_id: string | null;
  readonly inviter_user_id: string | null;
  accepted_user_id: string | null;
  readonly role_slug: string | null;
  readonly token: string;
  readonly accept_invitation_url: string;
  readonly created_at: string;
  updated_at: string;
}

export interface RedirectUri {
  readonly object: 'redirect_uri';
  readonly id: string;
  readonly uri: string;
  readonly default: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

/** An authorization request that was accepted. */
export interface Login {
  readonly id: string;
  readonly connectionId: string;
  readonly redirectUri: string;
  /** As sent, an empty one included; `null` when the app sent none. */
  readonly state: string | null;
  readonly codeChallenge: string | null;
  readonly loginHint: string | null;
  readonly domainHint: string | null;
  readonly prompt: string | null;
  readonly nonce: string | null;
  readonly providerScopes: readonly string[];
  readonly providerQueryParams: Readonly<Record<string, string>>;
}

export interface AuthorizationCode {
  readonly id: string;
  readonly profile: Profile;
  readonly codeChallenge: string | null;
  readonly expiresAt: string;
  used: boolean;
}

/** An Admin Portal link that was generated, or the session it has opened. */
export interface PortalLink {
  readonly organizationId: string;
  readonly intent: PortalIntent;
  readonly returnUrl: string | undefined;
  readonly successUrl: string | undefined;
  readonly expiresAt: number;
}
