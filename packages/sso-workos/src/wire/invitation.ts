import type { Invitation, InvitationStatus } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader, type Native } from './reader.js';
import { text, toTimestamp } from './values.js';

const invitationSchema = z.object({
  id: z.string().min(1),
  organization_id: z.string().min(1),
  email: z.string(),
  state: text,
  expires_at: text,
});

/** An invitation as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosInvitation = Native<typeof invitationSchema>;

const statuses = ['pending', 'accepted', 'expired', 'revoked'] as const satisfies InvitationStatus[];

function toInvitation(wire: z.infer<typeof invitationSchema>): Invitation {
  return {
    provider: providerId,
    vendorId: wire.id,
    organizationId: ids.qualify(wire.organization_id),
    email: wire.email,
    status: statuses.find((status) => status === wire.state) ?? 'unknown',
    vendorStatus: wire.state ?? null,
    expiresAt: toTimestamp(wire.expires_at),
  };
}

export const invitation = createReader(invitationSchema, toInvitation);
