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
import { fieldsOf, objectsOf, orNull, toTimestamp, type Fields, type Wire } from '../fields.js';
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
];

/**
 * An item of a list, whose `user_detail` is free-form, or the `data` of an event, which is all detail. Detail beats summary; only
 * summaries have `updated_at` [S][P].
 */
export function toDirectoryUser(
  wire: Wire<'email' | 'preferred_username' | 'given_name' | 'family_name' | 'groups' | 'updated_at'>,
  { organizationId, directoryId }: DirectoryPlace,
  detail: Fields = wire,
): DirectoryUser {
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    directoryId,
    organizationId,
    idpId: orNull(detail['dp_id']),
    email: orNull(detail['email']) ?? orNull(wire.email),
    username: orNull(detail['preferred_username']) ?? orNull(wire.preferred_username),
    firstName: orNull(detail['given_name']) ?? orNull(wire.given_name),
    lastName: orNull(detail['family_name']) ?? orNull(wire.family_name),
    name: orNull(detail['name']),
    status: toUserStatus(detail['active']),
    vendorStatus: null,
    jobTitle: orNull(detail['title']),
    phoneNumber: orNull(detail['phone_number']),
    address: toAddress(detail['address']),
    roles: objectsOf(detail['roles']).flatMap((role) => orNull(role['role_name'] ?? role['role']) ?? []),
    groups: toGroupRefs('groups' in detail ? detail['groups'] : wire.groups),
    attributes: toAttributes(detail),
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
  const refs: DirectoryGroupRef[] = [];
  for (const group of objectsOf(groups)) {
    const id = orNull(group['id']);
    if (id !== null) refs.push({ id: ids.qualify(id), name: orNull(group['name'] ?? group['display_name']) });
  }
  return refs;
}

function toAddress(value: unknown): PostalAddress | null {
  if (!value) return null;
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

function toAttributes(detail: Fields): Record<string, unknown> {
  const attributes: Record<string, unknown> = {};
  for (const name of furtherAttributes) {
    const value = orNull(detail[name]);
    if (value !== null) attributes[name] = value;
  }
  return Object.assign(attributes, fieldsOf(detail['custom_attributes']));
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
