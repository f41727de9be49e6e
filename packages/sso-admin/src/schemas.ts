import { SsoError } from '@org/sso-core';
import {
  auditMetadataSchema,
  connectionRefSchema,
  createPortalLinkSchema,
  createUserSchema,
  directoryRefSchema,
  membershipRefSchema,
  organizationScopeSchema,
} from '@org/sso-core/schemas';
import { z } from 'zod';
import type { ActionRequest } from './actor.js';

// Databases and logs take them badly, and nobody's name has one.
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'expected no control characters');

const idText = text(255);
const plainId = <Schema extends z.ZodType<string, string>>(schema: Schema) => idText.pipe(schema);
const organizationId = plainId(organizationScopeSchema.shape.organizationId);

/** What every event says of its source; the app's own facts have other names. */
const reservedKeys = ['source', 'outcome', 'reason', 'error', 'intent'];

const metadataSchema = auditMetadataSchema
  .refine((metadata) => Object.keys(metadata).length <= 20, 'expected at most 20 entries')
  .refine(
    (metadata) => Object.keys(metadata).every((key) => key.length <= 40),
    'expected keys of at most 40 characters',
  )
  .refine(
    (metadata) =>
      Object.values(metadata).every((value) => typeof value !== 'string' || Array.from(value).length <= 500),
    'expected texts of at most 500 characters',
  )
  .refine(
    (metadata) => reservedKeys.every((key) => !Object.hasOwn(metadata, key)),
    `expected other keys than ${reservedKeys.join(', ')}`,
  );

/** Strict in what the app says; what comes from outside is bounded where it is written. */
const actionRequestSchema = z.strictObject({
  actor: z.strictObject({
    id: idText,
    type: text(100),
    name: text(255).nullable(),
    email: text(320).nullable(),
    role: text(100),
    organizationId,
    impersonator: z.strictObject({ email: text(320), reason: text(500) }).optional(),
  }),
  sessionActive: z.boolean(),
  context: z.strictObject({
    location: z.string().min(1),
    userAgent: z.string().nullable(),
    source: z.string().min(1),
    metadata: metadataSchema.optional(),
  }),
}) satisfies z.ZodType<ActionRequest>;

const idempotencyKey = text(255);

const connectionRef = connectionRefSchema.extend({
  organizationId,
  connectionId: plainId(connectionRefSchema.shape.connectionId),
});
const directoryRef = directoryRefSchema.extend({
  organizationId,
  directoryId: plainId(directoryRefSchema.shape.directoryId),
});

export const inputs = {
  organization: z.strictObject({ organizationId }),
  portalUrl: createPortalLinkSchema.extend({ organizationId }),
  connection: connectionRef,
  connectionDeletion: connectionRef.extend({ idempotencyKey }),
  directory: directoryRef,
  directoryDeletion: directoryRef.extend({ idempotencyKey }),
  invitation: createUserSchema
    .pick({ firstName: true, lastName: true, roles: true })
    .extend({ organizationId, email: plainId(createUserSchema.shape.email) }),
  membership: membershipRefSchema.extend({
    organizationId,
    userId: plainId(membershipRefSchema.shape.userId),
  }),
  eventQuery: z.strictObject({
    organizationId,
    actions: z.array(z.string()).max(50).optional(),
    actorId: idText.optional(),
    from: z.iso.datetime().optional(),
    until: z.iso.datetime().optional(),
    limit: z.number().int().min(1).max(200).optional(),
    after: z.string().max(1000).optional(),
  }),
};

/** Refuses what the app got wrong, before anything else happens. */
export function parseRequest(value: unknown, operation: string): ActionRequest {
  if (typeof value !== 'object' || value === null || (value as { actor?: unknown }).actor == null) {
    throw new SsoError({
      code: 'unauthenticated',
      message: `${operation}: nobody is named as its actor`,
      operation,
    });
  }
  return parse(actionRequestSchema, value, operation);
}

/** Throws `invalid_argument` that names the faulty fields, never their values. */
export function parse<Value>(schema: z.ZodType<Value>, value: unknown, operation: string): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) =>
    path.length ? `${path.join('.')}: ${message}` : message,
  );
  throw new SsoError({
    code: 'invalid_argument',
    message: `${operation}: ${faults.slice(0, 5).join('; ')}`,
    operation,
  });
}
