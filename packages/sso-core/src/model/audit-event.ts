import { z } from 'zod';
import { idSchema, timestampSchema } from './common.js';

export const auditMetadataKeySchema = z
  .string()
  .regex(/^(?!__proto__$)[A-Za-z0-9_-]+$/, 'expected letters, digits, "_" and "-"');

/** Short facts under keys of letters, digits, `_` and `-`. Never secrets: it is kept for years and read by many. */
export const auditMetadataSchema = z
  // A record schema leaves the key __proto__ out without a word.
  .custom<object>(
    (value) => typeof value === 'object' && value !== null && !Object.hasOwn(value, '__proto__'),
    'expected an object without "__proto__"',
  )
  .pipe(z.record(auditMetadataKeySchema, z.union([z.string(), z.number(), z.boolean()])));

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
  /** Version of the action's schema, as `defineSchema` answered it. */
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
  /** The same key and event are recorded once, so that a record whose answer was lost can be repeated. */
  idempotencyKey: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'expected up to 255 printable ASCII characters without spaces')
    .optional(),
});

export type AuditMetadata = z.infer<typeof auditMetadataSchema>;
export interface AuditActor extends z.infer<typeof auditActorSchema> {}
export interface AuditTarget extends z.infer<typeof auditTargetSchema> {}
/** Who did what to what, when and from where. */
export interface AuditEvent extends z.infer<typeof auditEventSchema> {}
export interface RecordAuditEvent extends z.infer<typeof recordAuditEventSchema> {}
