import type { Invitation, InvitationStatus, Membership, MembershipStatus, User } from '@org/sso-core';
import { nativeOf, withNative } from '@org/sso-core/provider';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { entitiesOf, listAnswer, objectAnswer } from './answers.js';
import { anything, flag, id, text } from './common.js';
import { orNull, toTimestamp } from './fields.js';
import { toUser } from './mappers/user.js';

const membershipWire = z.object({
  organization_id: id,
  membership_status: text,
  provisioning_method: text,
  roles: z.array(z.object({ name: text })).nullish(),
  created_at: text,
  join_time: text,
  expires_at: text,
});

const userWire = z.object({
  id,
  email: z.string(),
  external_id: text,
  metadata: anything,
  user_profile: z
    .object({
      given_name: text,
      family_name: text,
      first_name: text,
      last_name: text,
      email_verified: flag,
    })
    .nullish(),
  memberships: z.array(membershipWire).nullish(),
  create_time: text,
  update_time: text,
});

const inviteWire = z.object({ organization_id: id, status: text, expires_at: text });

type MembershipWire = z.infer<typeof membershipWire>;
type UserWire = z.infer<typeof userWire>;

/** A user as Scalekit sends it; the fields this adapter reads are typed. */
export type ScalekitUser = z.input<typeof userWire> & Readonly<Record<string, unknown>>;
/** A membership as Scalekit sends it, inside its user; the fields this adapter reads are typed. */
export type ScalekitMembership = z.input<typeof membershipWire> & Readonly<Record<string, unknown>>;
/** An invitation as Scalekit sends it; of a new member it is the membership. The fields this adapter reads are typed. */
export type ScalekitInvitation = z.input<typeof inviteWire> & Readonly<Record<string, unknown>>;

/** A user and the memberships that came with it. */
export interface Person {
  readonly user: User;
  readonly memberships: readonly MembershipWire[];
}

export const userAnswer = objectAnswer('user', userWire, toPerson);
export const usersPage = listAnswer('users', userWire)(toPerson);
export const inviteAnswer = objectAnswer('invite', inviteWire, (wire) => wire);

function toPerson(wire: UserWire, raw: unknown): Person {
  const { memberships } = raw as { readonly memberships?: unknown };
  return {
    user: withNative(toUser(wire), raw),
    memberships: entitiesOf(wire.memberships, memberships, (membership) => membership),
  };
}

/** An expired invitation can be sent again, so its membership still waits. */
const membershipStatusByWord = new Map<string | null, MembershipStatus>([
  ['ACTIVE', 'active'],
  ['PENDING_INVITE', 'pending'],
  ['INVITE_EXPIRED', 'pending'],
  ['INACTIVE', 'inactive'],
]);

/** Invitations have no status of their own: they show that of the membership, in either case of letters [S][T]. */
const invitationStatusByWord = new Map<string | null, InvitationStatus>([
  ['ACTIVE', 'accepted'],
  ['PENDING_INVITE', 'pending'],
  ['INVITE_EXPIRED', 'expired'],
]);

/** The person's membership of an organization; `undefined` when none came along. */
export function findMembership(found: Person, organizationId: string): MembershipWire | undefined {
  return found.memberships.find((membership) => membership.organization_id === organizationId);
}

/** A membership that is known to exist, `unknown` in status when the answer left it out. */
export function toMembership(found: Person, organizationId: string): Membership {
  const wire = findMembership(found, organizationId);
  const vendorStatus = orNull(wire?.membership_status);
  const membership: Membership = {
    provider: providerId,
    vendorId: null,
    organizationId: ids.qualify(organizationId),
    userId: found.user.id,
    status: membershipStatusByWord.get(vendorStatus) ?? 'unknown',
    vendorStatus,
    roles: (wire?.roles ?? []).flatMap(({ name }) => name || []),
    createdAt: toTimestamp(wire?.created_at ?? wire?.join_time),
  };
  return wire ? withNative(membership, nativeOf(wire)) : membership;
}

/** The invitation that came with a new membership. */
export function invitationOf(found: Person, organizationId: string): Invitation {
  const wire = findMembership(found, organizationId);
  return toInvitation(
    { organization_id: organizationId, status: wire?.membership_status, expires_at: wire?.expires_at },
    found.user.email,
    wire && nativeOf(wire),
  );
}

export function toInvitation(wire: z.infer<typeof inviteWire>, email: string, raw: unknown): Invitation {
  const vendorStatus = orNull(wire.status);
  return withNative(
    {
      provider: providerId,
      vendorId: null,
      organizationId: ids.qualify(wire.organization_id),
      email,
      status: invitationStatusByWord.get(vendorStatus?.toUpperCase() ?? null) ?? 'unknown',
      vendorStatus,
      expiresAt: toTimestamp(wire.expires_at),
    },
    raw,
  );
}
