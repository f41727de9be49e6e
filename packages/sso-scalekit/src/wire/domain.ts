import { z } from 'zod';
import { answer, entitiesOf, objectAnswer } from './answers.js';
import { id, text } from './common.js';
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

export const domainAnswer = objectAnswer('domain', domainWire, toDomain);
/** `page_size` is the size the server used. */
export const domainsPage = answer(
  z.object({ domains: z.array(domainWire).nullable(), page_size: z.number().nullish() }),
  ({ domains, page_size: pageSize }, body) => ({
    items: entitiesOf(domains, (body as { readonly domains: unknown }).domains, toDomain),
    pageSize,
  }),
);
