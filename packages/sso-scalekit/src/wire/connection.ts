import type { Connection, ServiceProvider } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { listAnswer, objectAnswer } from './answers.js';
import { flag, id, text } from './common.js';
import { orNull, toTimestamp } from './fields.js';
import { toConnectionKind, toConnectionStatus } from './mappers/connection.js';

/** Lists and single answers differ: domains are names there and objects here, `created_at` there is `create_time` here [S]. */
const connectionWire = z.object({
  id,
  organization_id: text,
  provider: text,
  provider_key: text,
  type: text,
  status: text,
  enabled: flag,
  domains: z.array(z.union([z.string(), z.object({ domain: text })])).nullish(),
  saml_config: z.object({ sp_entity_id: text, sp_assertion_url: text, sp_metadata_url: text }).nullish(),
  oidc_config: z.object({ redirect_uri: text }).nullish(),
  create_time: text,
  created_at: text,
  update_time: text,
});

type ConnectionWire = z.infer<typeof connectionWire>;

/** A connection as Scalekit sends it, in a list or alone; the fields this adapter reads are typed. */
export type ScalekitConnection = z.input<typeof connectionWire> & Readonly<Record<string, unknown>>;

export const connectionAnswer = objectAnswer('connection', connectionWire, toConnection);
export const connectionsAnswer = listAnswer('connections', connectionWire)(toConnection);

function toConnection(wire: ConnectionWire): Connection {
  const status = toConnectionStatus(wire.status, wire.enabled);
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    organizationId: wire.organization_id ? ids.qualify(wire.organization_id) : null,
    ...toConnectionKind(wire),
    status,
    vendorStatus: orNull(wire.status),
    acceptsLogins: status === 'active',
    domains: (wire.domains ?? [])
      .map((domain) => (typeof domain === 'string' ? domain : (domain.domain ?? '')).toLowerCase())
      .filter((domain) => domain !== ''),
    serviceProvider: toServiceProvider(wire),
    createdAt: toTimestamp(wire.create_time ?? wire.created_at),
    updatedAt: toTimestamp(wire.update_time),
  };
}

function toServiceProvider({ saml_config: saml, oidc_config: oidc }: ConnectionWire): ServiceProvider | null {
  if (!saml && !oidc) return null;
  return {
    entityId: orNull(saml?.sp_entity_id),
    acsUrl: orNull(saml?.sp_assertion_url),
    metadataUrl: orNull(saml?.sp_metadata_url),
    redirectUri: orNull(oidc?.redirect_uri),
  };
}
