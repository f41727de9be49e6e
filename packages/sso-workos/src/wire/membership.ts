import type { Membership, MembershipStatus } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader } from './reader.js';
import { roleFields, slugsOf, text, toTimestamp } from './values.js';

export const membershipSchema = z.object({
  id: z.string().min(1),
  user_id: z.string().min(1),
  organization_id: z.string().min(1),
  status: text,
  ...roleFields,
  created_at: text,
});

export interface MembershipWire extends z.infer<typeof membershipSchema> {}

export const membershipStatuses = ['active', 'pending', 'inactive'] as const satisfies MembershipStatus[];

function toMembership(wire: MembershipWire): Membership {
  return {
    provider: providerId,
    vendorId: wire.id,
    organizationId: ids.qualify(wire.organization_id),
    userId: ids.qualify(wire.user_id),
    status: membershipStatuses.find((status) => status === wire.status) ?? 'unknown',
    vendorStatus: wire.status ?? null,
    roles: slugsOf(wire),
    createdAt: toTimestamp(wire.created_at),
  };
}

export const memberships = createReader(membershipSchema, toMembership);
