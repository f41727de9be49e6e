import { z } from 'zod';
import { entityShape, idSchema, metadataSchema, timestampSchema, triStateSchema } from './common.js';

export const membershipStatusSchema = z.enum(['active', 'pending', 'inactive', 'unknown']);
export const invitationStatusSchema = z.enum(['pending', 'accepted', 'expired', 'revoked', 'unknown']);

export const userSchema = z.object({
  id: idSchema<'user'>(),
  ...entityShape,
  email: z.string(),
  emailVerified: triStateSchema,
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  /** Your own user id. */
  externalId: z.string().nullable(),
  metadata: metadataSchema,
  createdAt: timestampSchema.nullable(),
  updatedAt: timestampSchema.nullable(),
});

export const membershipSchema = z.object({
  provider: z.string().min(1),
  /** The vendor's membership id; `null` where memberships have none. */
  vendorId: z.string().nullable(),
  organizationId: idSchema<'organization'>(),
  userId: idSchema<'user'>(),
  /** Only `active` gives access. */
  status: membershipStatusSchema,
  vendorStatus: z.string().nullable(),
  roles: z.array(z.string()),
  createdAt: timestampSchema.nullable(),
});

export const invitationSchema = z.object({
  provider: z.string().min(1),
  /** The vendor's invitation id; `null` where invitations have none. */
  vendorId: z.string().nullable(),
  organizationId: idSchema<'organization'>(),
  email: z.string(),
  status: invitationStatusSchema,
  vendorStatus: z.string().nullable(),
  expiresAt: timestampSchema.nullable(),
});

export const memberSchema = z.object({
  user: userSchema,
  membership: membershipSchema,
  /** `null` when no invitation was sent. */
  invitation: invitationSchema.nullable(),
});

export const organizationScopeSchema = z.strictObject({ organizationId: idSchema<'organization'>() });

export const createUserSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  email: z.email(),
  firstName: z.string().min(1).optional(),
  lastName: z.string().min(1).optional(),
  externalId: z.string().min(1).optional(),
  metadata: metadataSchema.optional(),
  /** Role names (slugs) that already exist at the vendor. */
  roles: z.array(z.string().min(1)).optional(),
  /** Whether the vendor sends an invitation e-mail. Asked for explicitly: an import must not mail everybody by accident. */
  sendInvitation: z.boolean(),
});

export const updateUserSchema = z.strictObject({
  firstName: z.string().min(1).optional(),
  lastName: z.string().min(1).optional(),
  externalId: z.string().min(1).optional(),
  metadata: metadataSchema.optional(),
});

export const membershipRefSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  userId: idSchema<'user'>(),
});

export type MembershipStatus = z.infer<typeof membershipStatusSchema>;
export type InvitationStatus = z.infer<typeof invitationStatusSchema>;
/** A person the vendor keeps a record of. Standalone SSO logins alone do not create one at WorkOS. */
export interface User extends z.infer<typeof userSchema> {}
export interface Membership extends z.infer<typeof membershipSchema> {}
export interface Invitation extends z.infer<typeof invitationSchema> {}
/** A user together with one membership. */
export interface Member extends z.infer<typeof memberSchema> {}
export interface OrganizationScope extends z.infer<typeof organizationScopeSchema> {}
export interface CreateUser extends z.infer<typeof createUserSchema> {}
export interface UpdateUser extends z.infer<typeof updateUserSchema> {}
export interface MembershipRef extends z.infer<typeof membershipRefSchema> {}

export const userChangeSchema = z.strictObject({ id: idSchema<'user'>(), changes: updateUserSchema });
