import type {
  Directory,
  DirectoryGroup,
  DirectoryGroupRef,
  DirectoryId,
  DirectoryStatus,
  DirectoryUser,
  DirectoryUserStatus,
  OrganizationId,
  PostalAddress,
} from '@org/sso-core';
import { ids, providerId } from '../../ids.js';
import { fieldsOf, objectsOf, orNull, toTimestamp, type Wire } from '../fields.js';
import { toIdentityProvider } from './identity-provider.js';

/** Where users and groups belong: answers tell by their path, events by their envelope. */
export interface DirectoryPlace {
  readonly organizationId: OrganizationId;
  /** `null`: user events do not say which directory [S]. */
  readonly directoryId: DirectoryId | null;
}

/** Events say `provider` and `last_sync_at` where answers say `directory_provider` and `last_synced_at` [S][D]. */
export function toDirectory(
  wire: Wire<
    | 'name'
    | 'directory_type'
    | 'directory_provider'
    | 'provider'
    | 'enabled'
    | 'status'
    | 'total_users'
    | 'total_groups'
    | 'stats'
    | 'directory_endpoint'
    | 'last_synced_at'
    | 'last_sync_at'
    | 'updated_at'
  >,
  organizationId: OrganizationId,
): Directory {
  const word = orNull(wire.directory_provider ?? wire.provider);
  const provider = word && word !== 'DIRECTORY_PROVIDER_UNSPECIFIED' ? word : 'CUSTOM';
  const stats = fieldsOf(wire.stats);
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    organizationId,
    name: orNull(wire.name) ?? provider,
    type: (orNull(wire.directory_type) ?? 'unknown').toLowerCase(),
    identityProvider: toIdentityProvider(provider),
    status: toDirectoryStatus(wire.status, wire.enabled),
    vendorStatus: orNull(wire.status),
    userCount: toCount(wire.total_users ?? stats['total_users']),
    groupCount: toCount(wire.total_groups ?? stats['total_groups']),
    scimEndpoint: orNull(wire.directory_endpoint),
    lastSyncedAt: toTimestamp(wire.last_synced_at ?? wire.last_sync_at),
    createdAt: null,
    updatedAt: toTimestamp(wire.updated_at),
  };
}

/** Directories start enabled [T], so a disabled one was switched off, however far its configuration. */
function toDirectoryStatus(status: unknown, enabled: unknown): DirectoryStatus {
  if (enabled !== true) return 'inactive';
  switch (status) {
    case 'DRAFT':
    case 'IN_PROGRESS':
      return 'pending';
    case 'COMPLETED':
      return 'active';
    default:
      return 'unknown';
  }
}

function toCount(value: unknown): number | null {
  return Number.isSafeInteger(value) ? (value as number) : null;
}

/** Standard attributes the neutral model has no field for. */
const furtherAttributes = [
  'nickname',
  'user_type',
  'employee_id',
  'department',
  'division',
  'cost_center',
  'organization',
  'language',
  'locale',
  'zoneinfo',
  'profile',
  'picture',
] as const;

/** The `data` of an event, or an answer's user with its `user_detail` [S][P]. */
export function toDirectoryUser(
  wire: Wire<
    | 'dp_id'
    | 'email'
    | 'preferred_username'
    | 'given_name'
    | 'family_name'
    | 'name'
    | 'active'
    | 'title'
    | 'phone_number'
    | 'address'
    | 'roles'
    | 'groups'
    | 'custom_attributes'
    | 'updated_at'
    | (typeof furtherAttributes)[number]
  >,
  { organizationId, directoryId }: DirectoryPlace,
): DirectoryUser {
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    directoryId,
    organizationId,
    idpId: orNull(wire.dp_id),
    email: orNull(wire.email),
    username: orNull(wire.preferred_username),
    firstName: orNull(wire.given_name),
    lastName: orNull(wire.family_name),
    name: orNull(wire.name),
    status: toUserStatus(wire.active),
    vendorStatus: null,
    jobTitle: orNull(wire.title),
    phoneNumber: orNull(wire.phone_number),
    address: toAddress(wire.address),
    roles: objectsOf(wire.roles).flatMap((role) => orNull(role['role_name'] ?? role['role']) ?? []),
    groups: toGroupRefs(wire.groups),
    attributes: toAttributes(wire),
    createdAt: null,
    updatedAt: toTimestamp(wire.updated_at),
  };
}

function toUserStatus(active: unknown): DirectoryUserStatus {
  if (typeof active !== 'boolean') return 'unknown';
  return active ? 'active' : 'inactive';
}

/** `null` is how the vendor's serializer writes an empty list [S]; only an absent one tells nothing. */
function toGroupRefs(groups: unknown): DirectoryGroupRef[] | null {
  if (groups === undefined) return null;
  return objectsOf(groups).flatMap((group) => {
    const id = orNull(group['id']);
    return id === null ? [] : { id: ids.qualify(id), name: orNull(group['name'] ?? group['display_name']) };
  });
}

function toAddress(value: unknown): PostalAddress | null {
  const wire = fieldsOf(value);
  const address = {
    formatted: orNull(wire['formatted']),
    street: orNull(wire['street_address']),
    locality: orNull(wire['locality']),
    region: orNull(wire['state']),
    postalCode: orNull(wire['postal_code']),
    country: orNull(wire['country']),
  };
  return Object.values(address).every((part) => part === null) ? null : address;
}

function toAttributes(
  wire: Wire<'custom_attributes' | (typeof furtherAttributes)[number]>,
): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (const name of furtherAttributes) {
    const value = orNull(wire[name]);
    if (value !== null) attributes[name] = value;
  }
  return Object.assign(attributes, fieldsOf(wire.custom_attributes));
}

/** `external_id` is `dp_id` in the event of a deletion [S]. */
export function toDirectoryGroup(
  wire: Wire<'display_name' | 'external_id' | 'dp_id' | 'updated_at'>,
  { organizationId, directoryId }: DirectoryPlace,
): DirectoryGroup {
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    directoryId,
    organizationId,
    idpId: orNull(wire.external_id ?? wire.dp_id),
    name: orNull(wire.display_name) ?? '',
    createdAt: null,
    updatedAt: toTimestamp(wire.updated_at),
  };
}
