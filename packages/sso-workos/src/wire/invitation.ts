import type { Invitation, InvitationSnapshot, InvitationStatus } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader, type Native } from './reader.js';
import { text, toTimestamp } from './values.js';

// Events also tell of people invited to no organization. [S]
const snapshotSchema = z.object({
  id: z.string().min(1),
  organization_id: text,
  email: z.string(),
  state: text,
  expires_at: text,
});

const invitationSchema = snapshotSchema.extend({ organization_id: z.string().min(1) });

/** An invitation as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosInvitation = Native<typeof invitationSchema>;

const statuses = ['pending', 'accepted', 'expired', 'revoked'] as const satisfies InvitationStatus[];

function toSnapshot(wire: z.infer<typeof snapshotSchema>): InvitationSnapshot {
  return {
    vendorId: wire.id,
    organizationId: wire.organization_id ? ids.qualify(wire.organization_id) : null,
    email: wire.email,
    status: statuses.find((status) => status === wire.state) ?? 'unknown',
    expiresAt: toTimestamp(wire.expires_at),
  };
}

function toInvitation(wire: z.infer<typeof invitationSchema>): Invitation {
  return {
    provider: providerId,
    ...toSnapshot(wire),
    organizationId: ids.qualify(wire.organization_id),
    vendorStatus: wire.state ?? null,
  };
}

export const invitation = createReader(invitationSchema, toInvitation);

/** The invitation inside an event; `undefined` for another shape. */
export function invitationWithin(data: unknown): InvitationSnapshot | undefined {
  const { data: wire } = snapshotSchema.safeParse(data);
  return wire && toSnapshot(wire);
}
