import { z } from 'zod';
import { qualifiedIdPattern, type IdKind, type QualifiedId } from './ids.js';

export function idSchema<Kind extends IdKind>(): z.ZodType<QualifiedId<Kind>, string> {
  return z.string().regex(qualifiedIdPattern, 'expected "<provider>:<vendor id>"') as unknown as z.ZodType<
    QualifiedId<Kind>,
    string
  >;
}

/** ISO-8601 in UTC. */
export const timestampSchema = z.iso.datetime();

export const entityShape = {
  /** Provider id, such as `workos`. */
  provider: z.string().min(1),
  /** The vendor's own id, unqualified. */
  vendorId: z.string().min(1),
};

export const metadataSchema = z.record(z.string(), z.string());

/** A three-valued fact: `'unknown'` when the vendor does not say. */
export const triStateSchema = z.union([z.boolean(), z.literal('unknown')]);
