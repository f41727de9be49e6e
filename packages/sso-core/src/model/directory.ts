import { z } from 'zod';
import { entityShape, idSchema, timestampSchema } from './common.js';

export const directoryStatusSchema = z.enum([
  'pending',
  'active',
  'failing',
  'inactive',
  'deleting',
  'unknown',
]);
export const directoryUserStatusSchema = z.enum(['active', 'suspended', 'inactive', 'unknown']);

export const directorySchema = z.object({
  id: idSchema<'directory'>(),
  ...entityShape,
  organizationId: idSchema<'organization'>(),
  name: z.string(),
  /** How it is fed: `scim`, `hris`, `ldap`, `poll`, …, or the vendor's word in lower case. */
  type: z.string(),
  /** The brand behind it: a {@link knownIdentityProviders} constant, or the vendor's word in lower case. */
  identityProvider: z.string(),
  status: directoryStatusSchema,
  /** The vendor's own word for `status`. */
  vendorStatus: z.string().nullable(),
  userCount: z.number().int().nullable(),
  groupCount: z.number().int().nullable(),
  /** Base URL the customer's IT admin enters at the identity provider; `null` where the vendor does not tell. */
  scimEndpoint: z.string().nullable(),
  lastSyncedAt: timestampSchema.nullable(),
  createdAt: timestampSchema.nullable(),
  updatedAt: timestampSchema.nullable(),
});

export const directoryGroupRefSchema = z.object({
  id: idSchema<'directory_group'>(),
  name: z.string().nullable(),
});

export const postalAddressSchema = z.object({
  formatted: z.string().nullable(),
  street: z.string().nullable(),
  locality: z.string().nullable(),
  region: z.string().nullable(),
  postalCode: z.string().nullable(),
  country: z.string().nullable(),
});

export const directoryUserSchema = z.object({
  id: idSchema<'directory_user'>(),
  ...entityShape,
  /** `null` where the vendor's payload does not tell which of several directories. */
  directoryId: idSchema<'directory'>().nullable(),
  organizationId: idSchema<'organization'>().nullable(),
  /** The identity provider's id of this person: what stays the same across vendors. */
  idpId: z.string().nullable(),
  email: z.string().nullable(),
  username: z.string().nullable(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  name: z.string().nullable(),
  /** Only `active` may have access: treat every other value as no. */
  status: directoryUserStatusSchema,
  vendorStatus: z.string().nullable(),
  jobTitle: z.string().nullable(),
  phoneNumber: z.string().nullable(),
  address: postalAddressSchema.nullable(),
  roles: z.array(z.string()),
  /** `null` when this answer does not tell; an empty list means none. */
  groups: z.array(directoryGroupRefSchema).nullable(),
  /** Custom attributes, unchecked. */
  attributes: z.record(z.string(), z.unknown()),
  createdAt: timestampSchema.nullable(),
  updatedAt: timestampSchema.nullable(),
});

export const directoryGroupSchema = z.object({
  id: idSchema<'directory_group'>(),
  ...entityShape,
  directoryId: idSchema<'directory'>().nullable(),
  organizationId: idSchema<'organization'>().nullable(),
  idpId: z.string().nullable(),
  name: z.string(),
  createdAt: timestampSchema.nullable(),
  updatedAt: timestampSchema.nullable(),
});

export const listDirectoriesSchema = z.strictObject({ organizationId: idSchema<'organization'>() });

export const directoryRefSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  directoryId: idSchema<'directory'>(),
});

export const listDirectoryUsersSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  directoryId: idSchema<'directory'>(),
  /** Members of this group only. */
  groupId: idSchema<'directory_group'>().optional(),
  /** Changed after this instant only; refused where the vendor has no such filter. */
  updatedAfter: timestampSchema.optional(),
});

export const listDirectoryGroupsSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  directoryId: idSchema<'directory'>(),
  /** Changed after this instant only; refused where the vendor has no such filter. */
  updatedAfter: timestampSchema.optional(),
});

export type DirectoryStatus = z.infer<typeof directoryStatusSchema>;
export type DirectoryUserStatus = z.infer<typeof directoryUserStatusSchema>;
/** A customer's directory that provisions people into your app. */
export interface Directory extends z.infer<typeof directorySchema> {}
/** A person as the customer's directory knows them. */
export interface DirectoryUser extends z.infer<typeof directoryUserSchema> {}
export interface DirectoryGroup extends z.infer<typeof directoryGroupSchema> {}
export interface DirectoryGroupRef extends z.infer<typeof directoryGroupRefSchema> {}
export interface PostalAddress extends z.infer<typeof postalAddressSchema> {}
export interface ListDirectories extends z.infer<typeof listDirectoriesSchema> {}
/** Names a directory inside its organization, so that an id of another tenant is refused. */
export interface DirectoryRef extends z.infer<typeof directoryRefSchema> {}
export interface ListDirectoryUsers extends z.infer<typeof listDirectoryUsersSchema> {}
export interface ListDirectoryGroups extends z.infer<typeof listDirectoryGroupsSchema> {}
