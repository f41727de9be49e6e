import { z } from 'zod';
import { idSchema, timestampSchema } from './common.js';

export const portalIntentSchema = z.enum([
  'sso',
  'directory_sync',
  'domain_verification',
  'certificate_renewal',
  'audit_logs',
  'log_streams',
]);

export const portalLinkSchema = z.object({
  provider: z.string().min(1),
  organizationId: idSchema<'organization'>(),
  /** Redirect the browser there at once. It is a credential: never log, cache or e-mail it. */
  url: z.url(),
  /** The moment it stops working, one to five minutes ahead. */
  expiresAt: timestampSchema.nullable(),
});

export const createPortalLinkSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  intent: portalIntentSchema,
  /** Where the portal's "back" leads. Refused where the vendor has no such setting per link. */
  returnUrl: z.url().optional(),
});

export type PortalIntent = z.infer<typeof portalIntentSchema>;
/** A short-lived link into the vendor's self-service portal for the customer's IT admin. */
export interface PortalLink extends z.infer<typeof portalLinkSchema> {}
export interface CreatePortalLink extends z.infer<typeof createPortalLinkSchema> {}
