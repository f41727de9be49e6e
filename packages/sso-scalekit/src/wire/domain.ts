import { z } from 'zod';
import { entity, id, text } from './common.js';
import { toDomain } from './mappers/domain.js';

const domainWire = z.object({
  id,
  domain: z.string(),
  organization_id: id,
  verification_status: text,
  create_time: text,
  update_time: text,
});

/** A domain as Scalekit sends it; the fields this adapter reads are typed. */
export type ScalekitDomain = z.input<typeof domainWire> & Readonly<Record<string, unknown>>;

const domain = entity(domainWire, toDomain);

export const domainAnswer = z.object({ domain });
/** `page_size` is the size the server used. */
export const domainsPage = z.object({
  domains: z.array(domain).nullable(),
  page_size: z.number().nullish(),
});
