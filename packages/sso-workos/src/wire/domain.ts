import type { Domain, DomainStatus } from '@org/sso-core';
import { readBody } from '@org/sso-core/http';
import { withNative, type CallContext } from '@org/sso-core/provider';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader, type Native } from './reader.js';
import { text, toTimestamp } from './values.js';

const domainSchema = z.object({
  id: z.string().min(1),
  organization_id: z.string().min(1),
  domain: z.string(),
  state: text,
  created_at: text,
  updated_at: text,
});

/** A domain as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosDomain = Native<typeof domainSchema>;

const statuses: ReadonlyMap<string, DomainStatus> = new Map([
  ['unverified', 'pending'],
  ['pending', 'pending'],
  ['verified', 'verified'],
  ['legacy_verified', 'verified'],
  ['failed', 'failed'],
]);

function toDomain(wire: z.infer<typeof domainSchema>): Domain {
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    organizationId: ids.qualify(wire.organization_id),
    domain: wire.domain.toLowerCase(),
    status: statuses.get(wire.state ?? '') ?? 'unknown',
    vendorStatus: wire.state ?? null,
    createdAt: toTimestamp(wire.created_at),
    updatedAt: toTimestamp(wire.updated_at),
  };
}

export const domain = createReader(domainSchema, toDomain);

// Inside an organization, old answers leave everything but the id and the name out. [R]
const organizationSchema = z.object({
  id: z.string().min(1),
  domains: z.array(domainSchema.extend({ organization_id: text })).nullish(),
});

/** The domains inside an organization's body. */
export function readOrganizationDomains(body: unknown, context: CallContext): Domain[] {
  const { id, domains: wires } = readBody(organizationSchema, body, providerId, context);
  const { domains: raw } = body as { domains: readonly unknown[] };
  return (wires ?? []).map((wire, index) =>
    withNative(toDomain({ ...wire, organization_id: wire.organization_id ?? id }), raw[index]),
  );
}
