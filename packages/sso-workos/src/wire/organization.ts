import type { Organization } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader, type Native } from './reader.js';
import { attributes, text, toMetadata, toTimestamp } from './values.js';

const organizationSchema = z.object({
  id: z.string().min(1),
  name: text,
  external_id: text,
  metadata: attributes,
  created_at: text,
  updated_at: text,
});

/** An organization as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosOrganization = Native<typeof organizationSchema>;

function toOrganization(wire: z.infer<typeof organizationSchema>): Organization {
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    name: wire.name ?? '',
    externalId: wire.external_id ?? null,
    metadata: toMetadata(wire.metadata),
    settings: null,
    createdAt: toTimestamp(wire.created_at),
    updatedAt: toTimestamp(wire.updated_at),
  };
}

export const organization = createReader(organizationSchema, toOrganization);
