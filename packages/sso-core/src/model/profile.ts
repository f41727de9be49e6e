import { z } from 'zod';
import { idSchema, triStateSchema } from './common.js';

export const profileSchema = z.object({
  provider: z.string().min(1),
  /** The vendor's id of this person on this connection. A recreated connection gives another one. */
  vendorId: z.string().min(1),
  /** The identity provider's id of this person (NameID or `sub`): what stays the same across vendors. */
  idpId: z.string().nullable(),
  organizationId: idSchema<'organization'>().nullable(),
  connectionId: idSchema<'connection'>().nullable(),
  /** Not proof of identity: it may change, be reassigned, or be unverified. */
  email: z.string().nullable(),
  emailVerified: triStateSchema,
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  name: z.string().nullable(),
  /** Group names as the identity provider sent them; `null` when it sent none. */
  groups: z.array(z.string()).nullable(),
  roles: z.array(z.string()),
  /** Mapped custom attributes. */
  attributes: z.record(z.string(), z.unknown()),
});

/** Who signed in, as the vendor asserts it. */
export interface Profile extends z.infer<typeof profileSchema> {}
