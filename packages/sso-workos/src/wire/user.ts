import type { User } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader, type Native } from './reader.js';
import { attributes, text, toMetadata, toTimestamp } from './values.js';

const userSchema = z.object({
  id: z.string().min(1),
  email: z.string(),
  email_verified: z.boolean().nullish(),
  first_name: text,
  last_name: text,
  external_id: text,
  metadata: attributes,
  created_at: text,
  updated_at: text,
});

/** A user as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosUser = Native<typeof userSchema>;

function toUser(wire: z.infer<typeof userSchema>): User {
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    email: wire.email,
    emailVerified: wire.email_verified ?? 'unknown',
    firstName: wire.first_name ?? null,
    lastName: wire.last_name ?? null,
    externalId: wire.external_id ?? null,
    metadata: toMetadata(wire.metadata),
    createdAt: toTimestamp(wire.created_at),
    updatedAt: toTimestamp(wire.updated_at),
  };
}

export const user = createReader(userSchema, toUser);
