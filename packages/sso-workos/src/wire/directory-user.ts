import type { DirectoryUser, DirectoryUserStatus, PostalAddress } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { isRecord } from '../record.js';
import { createReader, type Native } from './reader.js';
import { roleFields, slugsOf, text, toTimestamp } from './values.js';

const directoryUserSchema = z.object({
  id: z.string().min(1),
  directory_id: text,
  organization_id: text,
  idp_id: text,
  email: text,
  username: text,
  first_name: text,
  last_name: text,
  name: text,
  state: text,
  job_title: text,
  ...roleFields,
  groups: z.array(z.object({ id: z.string().min(1), name: text })).nullish(),
  // A record would be checked and copied key by key: a quarter of the cost of a long listing.
  custom_attributes: z.unknown().optional(),
  created_at: text,
  updated_at: text,
});

/** A directory user as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosDirectoryUser = Native<typeof directoryUserSchema>;

const statuses = ['active', 'suspended', 'inactive'] as const satisfies DirectoryUserStatus[];

function toDirectoryUser(wire: z.infer<typeof directoryUserSchema>): DirectoryUser {
  const attributes = isRecord(wire.custom_attributes) ? wire.custom_attributes : {};
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    directoryId: wire.directory_id ? ids.qualify(wire.directory_id) : null,
    organizationId: wire.organization_id ? ids.qualify(wire.organization_id) : null,
    idpId: wire.idp_id ?? null,
    email: wire.email ?? null,
    username: wire.username ?? textOf(attributes['username']),
    firstName: wire.first_name ?? null,
    lastName: wire.last_name ?? null,
    name: wire.name ?? null,
    status: statuses.find((status) => status === wire.state) ?? 'unknown',
    vendorStatus: wire.state ?? null,
    jobTitle: wire.job_title ?? textOf(attributes['job_title']),
    phoneNumber: null,
    address: toAddress(attributes['addresses']),
    roles: slugsOf(wire),
    // Always empty for teams created since 2026-05-01, whoever is in them. [D]
    groups: wire.groups?.length
      ? wire.groups.map(({ id, name }) => ({ id: ids.qualify(id), name: name ?? null }))
      : null,
    attributes,
    createdAt: toTimestamp(wire.created_at),
    updatedAt: toTimestamp(wire.updated_at),
  };
}

/** The primary one of a list, or else the first. [D] */
function toAddress(addresses: unknown): PostalAddress | null {
  if (!Array.isArray(addresses)) return null;
  const known = addresses.filter(isRecord);
  const address = known.find(({ primary }) => primary === true) ?? known[0];
  return address
    ? {
        formatted: textOf(address['raw_address']),
        street: textOf(address['street_address']),
        locality: textOf(address['locality']),
        region: textOf(address['region']),
        postalCode: textOf(address['postal_code']),
        country: textOf(address['country']),
      }
    : null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export const directoryUser = createReader(directoryUserSchema, toDirectoryUser);
