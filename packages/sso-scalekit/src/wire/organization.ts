import { z } from 'zod';
import { listAnswer, objectAnswer } from './answers.js';
import { anything, flag, id, text } from './common.js';
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

export const organizationAnswer = objectAnswer('organization', organizationWire, toOrganization);
export const organizationsPage = listAnswer('organizations', organizationWire)(toOrganization);
