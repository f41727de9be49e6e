import { z } from 'zod';
import { auditMetadataKeySchema } from './audit-event.js';
import { timestampSchema } from './common.js';

/** Types of metadata values by key. Other keys are allowed too, none is demanded. */
export const auditMetadataTypesSchema = z.record(
  auditMetadataKeySchema,
  z.enum(['string', 'number', 'boolean']),
);

export const auditTargetSchemaSchema = z.strictObject({
  /** Every event of the action has a target of this type. */
  type: z.string().min(1),
  metadata: auditMetadataTypesSchema.optional(),
});

export const defineAuditSchemaSchema = z.strictObject({
  action: z.string().min(1),
  targets: z
    .array(auditTargetSchemaSchema)
    .min(1)
    .refine(
      (targets) => new Set(targets.map(({ type }) => type)).size === targets.length,
      'expected each type once',
    ),
  actor: z.strictObject({ metadata: auditMetadataTypesSchema }).optional(),
  metadata: auditMetadataTypesSchema.optional(),
});

/** Loose where a schema was written elsewhere, such as in the vendor's dashboard. */
const knownTypesSchema = z.record(z.string(), z.enum(['string', 'number', 'boolean', 'unknown']));

export const auditSchemaSchema = z.object({
  provider: z.string().min(1),
  action: z.string().min(1),
  /** Counted from 1 for each action; `AuditEvent.version` names it. A version never changes. */
  version: z.number().int().positive(),
  targets: z.array(z.object({ type: z.string(), metadata: knownTypesSchema })),
  actor: z.object({ metadata: knownTypesSchema }),
  metadata: knownTypesSchema,
  createdAt: timestampSchema.nullable(),
});

export const auditActionSchema = defineAuditSchemaSchema.shape.action;

export type AuditMetadataTypes = z.infer<typeof auditMetadataTypesSchema>;
export interface AuditTargetSchema extends z.infer<typeof auditTargetSchemaSchema> {}
export interface DefineAuditSchema extends z.infer<typeof defineAuditSchemaSchema> {}
/** What the events of an action look like, in one version. */
export interface AuditSchema extends z.infer<typeof auditSchemaSchema> {}
