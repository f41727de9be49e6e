import type { InventoriedConnection, InventoriedOrganization } from '../inventory/inventory.js';
import { takeCounterpart } from '../counterpart.js';
import { about, type Draft } from './draft.js';
import type { ChangedValue, PlanOptions } from './plan.js';

/** Answers the connections that move: those through which people sign in. */
export function planConnections(
  { source, around, options, find, actions, customerTasks, intentOf }: Draft,
  target: InventoriedOrganization | null,
): InventoriedConnection[] {
  const { from, to } = around;
  const unknown = source.connections.filter(({ status }) => status === 'unknown');
  const idle = source.connections.filter(
    ({ status, acceptsLogins }) => status !== 'unknown' && !acceptsLogins,
  );
  const moved = source.connections.filter(({ acceptsLogins }) => acceptsLogins);
  if (unknown.length > 0) {
    find(
      'connection_state_unknown',
      `${from.provider} gives these connections a state nobody knows (${words(unknown.map(({ vendorStatus }) => vendorStatus ?? 'none'))}). Look at them there; they are left behind.`,
      about(...unknown.map((each) => each.id)),
    );
  }
  if (idle.length > 0) {
    find(
      'connection_not_active',
      'Nobody can sign in through these connections, so they are left behind.',
      about(...idle.map((each) => each.id)),
    );
  }
  if (moved.length > 1) {
    find(
      'connections_ambiguous',
      'Several connections accept logins. Logins that name only the organization or a domain do not say which one is meant: name the connection, or keep one.',
      about(...moved.map((each) => each.id)),
    );
  }
  const free = [...(target?.connections ?? [])];
  for (const connection of moved) {
    const { identityProvider, protocol, serviceProvider } = connection;
    const existing = takeCounterpart(free, connection, moved.length === 1);
    if (existing?.acceptsLogins) continue;
    const isKnown = protocol === 'saml' || protocol === 'oidc';
    if (!isKnown) {
      find(
        'connection_protocol_unknown',
        `Nobody but the customer's IT admin knows how ${connection.id} signs people in ("${protocol}").`,
        about(connection.id),
      );
    } else if (!existing && mayCreateConnections(to.abilities.createConnections, options)) {
      actions.push({
        action: 'create_connection',
        sourceConnection: connection.id,
        identityProvider,
        protocol,
      });
    }
    if (protocol === 'saml') {
      find(
        'connection_certificate_unknown',
        `No vendor tells the signing certificate of ${identityProvider} or when it expires. It comes along when the IT admin hands over the identity provider's metadata.`,
        about(connection.id),
      );
    }
    const told = existing?.serviceProvider ?? null;
    customerTasks.push({
      task: 'configure_connection',
      source: connection.id,
      identityProvider,
      protocol,
      domains: [],
      portalIntent: intentOf('sso'),
      values: connectionValues(protocol, serviceProvider, told),
    });
  }
  return moved;
}

function mayCreateConnections(support: boolean | 'preview', { allowPreview = false }: PlanOptions): boolean {
  return support === 'preview' ? allowPreview : support;
}

function connectionValues(
  protocol: InventoriedConnection['protocol'],
  old: InventoriedConnection['serviceProvider'],
  told: InventoriedConnection['serviceProvider'],
): ChangedValue[] {
  if (protocol === 'saml') {
    return [
      { name: 'acs_url', old: old?.acsUrl ?? null, new: told?.acsUrl ?? null },
      { name: 'sp_entity_id', old: old?.entityId ?? null, new: told?.entityId ?? null },
    ];
  }
  if (protocol === 'oidc') {
    return [
      { name: 'redirect_uri', old: old?.redirectUri ?? null, new: told?.redirectUri ?? null },
      { name: 'client_secret', old: null, new: null },
    ];
  }
  return [];
}

function words(list: readonly string[]): string {
  return [...new Set(list)].map((word) => `"${word}"`).join(', ');
}
