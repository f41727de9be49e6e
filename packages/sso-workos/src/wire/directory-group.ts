import type { DirectoryGroup } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader, type Native } from './reader.js';
import { text, toTimestamp } from './values.js';

const directoryGroupSchema = z.object({
  id: z.string().min(1),
  directory_id: text,
  organization_id: text,
  idp_id: text,
  name: text,
  created_at: text,
  updated_at: text,
});

/** A directory group as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosDirectoryGroup = Native<typeof directoryGroupSchema>;

function toDirectoryGroup(wire: z.infer<typeof directoryGroupSchema>): DirectoryGroup {
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    directoryId: wire.directory_id ? ids.qualify(wire.directory_id) : null,
    organizationId: wire.organization_id ? ids.qualify(wire.organization_id) : null,
    idpId: wire.idp_id ?? null,
    name: wire.name ?? '',
    createdAt: toTimestamp(wire.created_at),
    updatedAt: toTimestamp(wire.updated_at),
  };
}

export const directoryGroup = createReader(directoryGroupSchema, toDirectoryGroup);
