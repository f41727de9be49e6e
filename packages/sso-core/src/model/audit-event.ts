import { z } from 'zod';
import { idSchema, timestampSchema } from './common.js';

/** Values are short facts, never secrets. */
export const auditMetadataSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const auditActorSchema = z.strictObject({
  /** Your own id of the person or machine. */
  id: z.string().min(1),
  /** Such as `user`, `system` or `api_key`. */
  type: z.string().min(1),
  name: z.string().optional(),
  /** Such as `email`, `role`, and who acted in the actor's name. */
  metadata: auditMetadataSchema.optional(),
});

export const auditTargetSchema = z.strictObject({
  id: z.string().min(1),
  /** Such as `organization` or `sso_connection`. */
  type: z.string().min(1),
  name: z.string().optional(),
  metadata: auditMetadataSchema.optional(),
});

export const auditEventSchema = z.strictObject({
  /** `<area>.<verb>_<object>`, such as `sso.delete_connection`. */
  action: z.string().min(1),
  occurredAt: timestampSchema,
  /** Version of the action's schema. */
  version: z.number().int().positive(),
  actor: auditActorSchema,
  targets: z.array(auditTargetSchema).min(1),
  context: z.strictObject({
    /** IP address of the request, or where else it came from. */
    location: z.string().min(1),
    userAgent: z.string().optional(),
  }),
  metadata: auditMetadataSchema.optional(),
});

export const recordAuditEventSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  event: auditEventSchema,
  /** The same key and event are recorded once. */
  idempotencyKey: z.string().min(1).max(255).optional(),
});

export type AuditMetadata = z.infer<typeof auditMetadataSchema>;
export interface AuditActor extends z.infer<typeof auditActorSchema> {}
export interface AuditTarget extends z.infer<typeof auditTargetSchema> {}
/** Who did what to what, when and from where. */
export interface AuditEvent extends z.infer<typeof auditEventSchema> {}
export interface RecordAuditEvent extends z.infer<typeof recordAuditEventSchema> {}
