import { z } from 'zod';
import { entityShape, idSchema, timestampSchema } from './common.js';

export const domainStatusSchema = z.enum(['pending', 'verified', 'failed', 'unknown']);

export const domainSchema = z.object({
  id: idSchema<'domain'>(),
  ...entityShape,
  organizationId: idSchema<'organization'>(),
  /** Lower-case host name, such as `acme.com`. Vendors match it exactly: sub-domains are separate. */
  domain: z.string(),
  status: domainStatusSchema,
  /** The vendor's own word for `status`. */
  vendorStatus: z.string().nullable(),
  createdAt: timestampSchema.nullable(),
  updatedAt: timestampSchema.nullable(),
});

export const createDomainSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  domain: z.hostname().max(253),
});

export const domainRefSchema = z.strictObject({
  organizationId: idSchema<'organization'>(),
  domainId: idSchema<'domain'>(),
});

export type DomainStatus = z.infer<typeof domainStatusSchema>;
/** An e-mail domain of an organization. */
export interface Domain extends z.infer<typeof domainSchema> {}
export interface CreateDomain extends z.infer<typeof createDomainSchema> {}
/** Names a domain inside its organization, so that an id of another tenant is refused. */
export interface DomainRef extends z.infer<typeof domainRefSchema> {}
