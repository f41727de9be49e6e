import type { Domain, DomainStatus } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { entity, id, orNull, text, toTimestamp } from './common.js';

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

const statusByWord = new Map<string | null, DomainStatus>([
  ['PENDING', 'pending'],
  ['VERIFIED', 'verified'],
  ['AUTO_VERIFIED', 'verified'],
  ['FAILED', 'failed'],
]);

function toDomain(wire: z.infer<typeof domainWire>): Domain {
  const vendorStatus = orNull(wire.verification_status);
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    organizationId: ids.qualify(wire.organization_id),
    domain: wire.domain.toLowerCase(),
    status: statusByWord.get(vendorStatus) ?? 'unknown',
    vendorStatus,
    createdAt: toTimestamp(wire.create_time),
    updatedAt: toTimestamp(wire.update_time),
  };
}
