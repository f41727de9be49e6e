import type { Connection, ConnectionProtocol, ConnectionStatus, ServiceProvider } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { entity, flag, id, orNull, text, toTimestamp } from './common.js';

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

const connection = entity(connectionWire, toConnection);

export const connectionAnswer = z.object({ connection });
export const connectionsAnswer = z.object({ connections: z.array(connection).nullable() });
/** Answer of `:enable` and `:disable`: with `error_message`, it did not happen [S]. */
export const toggleAnswer = z.object({ enabled: flag, error_message: text });

const identityProviderByProvider = new Map([
  ['OKTA', 'okta'],
  ['MICROSOFT_AD', 'entra-id'],
  ['GOOGLE', 'google'],
  ['ONELOGIN', 'onelogin'],
  ['JUMPCLOUD', 'jumpcloud'],
  ['PING_IDENTITY', 'ping-identity'],
  ['AUTH0', 'auth0'],
  ['ADFS', 'adfs'],
  ['CUSTOM', 'generic'],
]);

const providerByIdentityProvider = new Map(
  [...identityProviderByProvider].map(([provider, identityProvider]) => [identityProvider, provider]),
);

/** Scalekit's word for an identity provider; one without a neutral name is Scalekit's own in lower case. */
export function toProvider(identityProvider: string): string {
  return providerByIdentityProvider.get(identityProvider) ?? identityProvider.toUpperCase();
}

const protocolByType = new Map<string, ConnectionProtocol>([
  ['SAML', 'saml'],
  ['OIDC', 'oidc'],
  ['OAUTH', 'oauth'],
]);

function toConnection(wire: ConnectionWire): Connection {
  const type = wire.type ?? '';
  const provider = providerWord(wire);
  const status = toStatus(wire);
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    organizationId: wire.organization_id ? ids.qualify(wire.organization_id) : null,
    name: `${provider} ${type}`.trim(),
    protocol: protocolByType.get(type) ?? 'unknown',
    identityProvider: identityProviderByProvider.get(provider) ?? provider.toLowerCase(),
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

function providerWord({ provider, provider_key: key }: ConnectionWire): string {
  if (provider && provider !== 'CONNECTION_PROVIDER_UNSPECIFIED') return provider;
  return key || 'CUSTOM';
}

/** `status` tells how far the configuration is; logins need `enabled` too [S]. */
function toStatus({ status, enabled }: ConnectionWire): ConnectionStatus {
  switch (status) {
    case 'DRAFT':
      return 'draft';
    case 'IN_PROGRESS':
      return 'pending';
    case 'COMPLETED':
      return enabled ? 'active' : 'inactive';
    default:
      return 'unknown';
  }
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
