import type { Connection, ConnectionProtocol, ConnectionStatus } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { createReader, type Native } from './reader.js';
import { text, toTimestamp } from './values.js';

const connectionSchema = z.object({
  id: z.string().min(1),
  organization_id: text,
  connection_type: text,
  name: text,
  state: text,
  domains: z.array(z.object({ domain: text })).nullish(),
  created_at: text,
  updated_at: text,
});

/** A connection as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosConnection = Native<typeof connectionSchema>;

const statuses: ReadonlyMap<string, ConnectionStatus> = new Map([
  ['requires_type', 'draft'],
  ['draft', 'draft'],
  // Configured and waiting for its first login, which is what makes it active.
  ['validating', 'pending'],
  ['active', 'active'],
  ['inactive', 'inactive'],
  ['deleting', 'deleting'],
]);

const identityProviders: ReadonlyMap<string, string> = new Map([
  ['azure', 'entra-id'],
  ['entraid', 'entra-id'],
  ['pingone', 'ping-identity'],
  ['pingfederate', 'ping-identity'],
]);

/** `OktaSAML` is a brand and a protocol; `AdpOidc` spells the protocol otherwise, `TestIdp` has none. An open set. [S] */
function readType(type: string): { protocol: ConnectionProtocol; identityProvider: string } {
  const [, brand, suffix] = /^(.+?)(saml|oidc|oauth)$/.exec(type.toLowerCase()) ?? [];
  if (brand === undefined) return { protocol: 'unknown', identityProvider: type.toLowerCase() };
  return {
    protocol: suffix as ConnectionProtocol,
    identityProvider: identityProviders.get(brand) ?? brand,
  };
}

function toConnection(wire: z.infer<typeof connectionSchema>): Connection {
  const status = statuses.get(wire.state ?? '') ?? 'unknown';
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    organizationId: wire.organization_id ? ids.qualify(wire.organization_id) : null,
    name: wire.name ?? '',
    ...readType(wire.connection_type ?? 'unknown'),
    status,
    vendorStatus: wire.state ?? null,
    acceptsLogins: status === 'active' || status === 'pending',
    domains: (wire.domains ?? []).flatMap(({ domain }) => domain?.toLowerCase() ?? []),
    serviceProvider: null,
    createdAt: toTimestamp(wire.created_at),
    updatedAt: toTimestamp(wire.updated_at),
  };
}

export const connection = createReader(connectionSchema, toConnection);
