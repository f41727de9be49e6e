import type { Directory, DirectoryStatus } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader, type Native } from './reader.js';
import { text, toTimestamp } from './values.js';

const count = z.number().nullish();

const directorySchema = z.object({
  id: z.string().min(1),
  organization_id: z.string().min(1),
  type: text,
  state: text,
  name: text,
  metadata: z
    .object({ users: z.object({ active: count, inactive: count }).nullish(), groups: count })
    .nullish(),
  created_at: text,
  updated_at: text,
});

/** A directory as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosDirectory = Native<typeof directorySchema>;

/** The API says `linked` and `unlinked` where events say `active` and `inactive`. [S] */
const statuses: ReadonlyMap<string, DirectoryStatus> = new Map([
  ['linked', 'active'],
  ['active', 'active'],
  ['validating', 'pending'],
  ['invalid_credentials', 'failing'],
  ['unlinked', 'inactive'],
  ['inactive', 'inactive'],
  ['deleting', 'deleting'],
]);

const identityProviders: ReadonlyMap<string, string> = new Map([
  ['azure', 'entra-id'],
  ['jump cloud', 'jumpcloud'],
  ['pingfederate', 'ping-identity'],
]);

const hrSystems = [
  'bamboohr',
  'breathe hr',
  'cezanne hr',
  'fourth hr',
  'gusto',
  'hibob',
  'people hr',
  'personio',
  'rippling',
  'workday',
];

const feeds: ReadonlyMap<string, Pick<Directory, 'type' | 'identityProvider'>> = new Map([
  ['gsuite directory', { type: 'poll', identityProvider: 'google' }],
  ['s3', { type: 's3', identityProvider: 'generic' }],
  ['sftp', { type: 'sftp', identityProvider: 'generic' }],
  ['sftp workday', { type: 'sftp', identityProvider: 'workday' }],
  ...hrSystems.map((name) => [name, { type: 'hris', identityProvider: name }] as const),
]);

/** `okta scim v2.0` is a brand and a protocol, `bamboohr` a brand. An open set. [S] */
function readType(type: string): Pick<Directory, 'type' | 'identityProvider'> {
  const word = type.toLowerCase();
  const [, brand] = /^(.+) scim v[\d.]+$/.exec(word) ?? [];
  if (brand !== undefined) return { type: 'scim', identityProvider: identityProviders.get(brand) ?? brand };
  return feeds.get(word) ?? { type: word, identityProvider: word };
}

function toDirectory(wire: z.infer<typeof directorySchema>): Directory {
  const { users, groups } = wire.metadata ?? {};
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    organizationId: ids.qualify(wire.organization_id),
    name: wire.name ?? '',
    ...readType(wire.type ?? 'unknown'),
    status: statuses.get(wire.state ?? '') ?? 'unknown',
    vendorStatus: wire.state ?? null,
    userCount: users ? (users.active ?? 0) + (users.inactive ?? 0) : null,
    groupCount: groups ?? null,
    scimEndpoint: null,
    lastSyncedAt: null,
    createdAt: toTimestamp(wire.created_at),
    updatedAt: toTimestamp(wire.updated_at),
  };
}

export const directory = createReader(directorySchema, toDirectory);
