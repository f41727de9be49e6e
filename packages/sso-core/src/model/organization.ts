import { z } from 'zod';
import { entityShape, idSchema, metadataSchema, timestampSchema } from './common.js';

export const organizationSettingsSchema = z.object({
  /** Whether single sign-on is switched on for this organization. */
  sso: z.boolean(),
  /** Whether directory synchronisation is switched on for this organization. */
  directorySync: z.boolean(),
});

export const organizationSchema = z.object({
  id: idSchema<'organization'>(),
  ...entityShape,
  name: z.string(),
  /** Your own tenant id. */
  externalId: z.string().nullable(),
  metadata: metadataSchema,
  /** `null` where the vendor has no such switches. */
  settings: organizationSettingsSchema.nullable(),
  createdAt: timestampSchema.nullable(),
  updatedAt: timestampSchema.nullable(),
});

export const createOrganizationSchema = z.strictObject({
  name: z.string().min(1).max(200),
  externalId: z.string().min(1).optional(),
  metadata: metadataSchema.optional(),
});

export const updateOrganizationSchema = z.strictObject({
  name: z.string().min(1).max(200).optional(),
  /** `null` removes it. */
  externalId: z.string().min(1).nullable().optional(),
  /** Replaces all metadata. */
  metadata: metadataSchema.optional(),
});

export const updateOrganizationSettingsSchema = organizationSettingsSchema.partial().strict();

/** A customer of your app, as the vendor knows it. */
export interface Organization extends z.infer<typeof organizationSchema> {}
export interface OrganizationSettings extends z.infer<typeof organizationSettingsSchema> {}
export interface CreateOrganization extends z.infer<typeof createOrganizationSchema> {}
export interface UpdateOrganization extends z.infer<typeof updateOrganizationSchema> {}
export interface UpdateOrganizationSettings extends z.infer<typeof updateOrganizationSettingsSchema> {}

export const externalIdSchema = z.string().min(1);
export const organizationChangeSchema = z.strictObject({
  id: idSchema<'organization'>(),
  changes: updateOrganizationSchema,
});
export const organizationSettingsChangeSchema = z.strictObject({
  id: idSchema<'organization'>(),
  changes: updateOrganizationSettingsSchema,
});
