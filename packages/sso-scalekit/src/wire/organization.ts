import { z } from 'zod';
import { anything, entity, flag, id, pageShape, text } from './common.js';
import { toOrganization } from './mappers/organization.js';

const organizationWire = z.object({
  id,
  display_name: text,
  external_id: text,
  metadata: anything,
  settings: z.object({ features: z.array(z.object({ name: text, enabled: flag })).nullish() }).nullish(),
  create_time: text,
  update_time: text,
});

/** An organization as Scalekit sends it; the fields this adapter reads are typed. */
export type ScalekitOrganization = z.input<typeof organizationWire> & Readonly<Record<string, unknown>>;

const organization = entity(organizationWire, toOrganization);

export const organizationAnswer = z.object({ organization });
export const organizationsPage = z.object({
  organizations: z.array(organization).nullable(),
  ...pageShape,
});
