import type { Membership, MembershipStatus } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader, type Native } from './reader.js';
import { roleFields, slugsOf, text, toTimestamp } from './values.js';

const membershipSchema = z.object({
  id: z.string().min(1),
  user_id: z.string().min(1),
  organization_id: z.string().min(1),
  status: text,
  ...roleFields,
  created_at: text,
});

/** A membership as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosMembership = Native<typeof membershipSchema>;

const statuses = ['active', 'pending', 'inactive'] as const satisfies MembershipStatus[];

function toMembership(wire: z.infer<typeof membershipSchema>): Membership {
  return {
    provider: providerId,
    vendorId: wire.id,
    organizationId: ids.qualify(wire.organization_id),
    userId: ids.qualify(wire.user_id),
    status: statuses.find((status) => status === wire.status) ?? 'unknown',
    vendorStatus: wire.status ?? null,
    roles: slugsOf(wire),
    createdAt: toTimestamp(wire.created_at),
  };
}

export const membership = createReader(membershipSchema, toMembership);
