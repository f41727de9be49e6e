import type { Connection, ConnectionProtocol, ConnectionStatus } from '@org/sso-core';
import { orNull } from '../fields.js';
import { toIdentityProvider } from './identity-provider.js';

const protocolByType = new Map<string, ConnectionProtocol>([
  ['SAML', 'saml'],
  ['OIDC', 'oidc'],
  ['OAUTH', 'oauth'],
]);

/** What answers and events both tell of a connection. */
export function toConnectionKind(wire: {
  readonly type?: unknown;
  readonly provider?: unknown;
  readonly provider_key?: unknown;
}): Pick<Connection, 'name' | 'protocol' | 'identityProvider'> {
  const type = orNull(wire.type) ?? '';
  const word = orNull(wire.provider);
  const provider =
    word && word !== 'CONNECTION_PROVIDER_UNSPECIFIED' ? word : (orNull(wire.provider_key) ?? 'CUSTOM');
  return {
    name: `${provider} ${type}`.trim(),
    protocol: protocolByType.get(type) ?? 'unknown',
    identityProvider: toIdentityProvider(provider),
  };
}

/** `status` tells how far the configuration is; logins need `enabled` too [S]. */
export function toConnectionStatus(status: unknown, enabled: unknown): ConnectionStatus {
  switch (status) {
    case 'DRAFT':
      return 'draft';
    case 'IN_PROGRESS':
      return 'pending';
    case 'COMPLETED':
      return enabled === true ? 'active' : 'inactive';
    default:
      return 'unknown';
  }
}
