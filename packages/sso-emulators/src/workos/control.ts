import type { VendorControl } from '../kernel/control.js';
import type { VendorEvents } from '../kernel/control-events.js';
import type { SimulatedConnection } from '../kernel/identity-provider.js';
import { InvalidInputError } from '../kernel/parse.js';
import { connectionObject } from './connections.js';
import { directoryControl } from './directories.js';
import { certificateData } from './event-data.js';
import type { Connection } from './objects.js';
import { callbackErrors, completeLogin, type SsoParts, startFromIdentityProvider } from './sso.js';
import type { WorkosState } from './state.js';

/** WorkOS's side of the control API and the identity provider's pages. */
export function workosControl(
  state: WorkosState,
  parts: SsoParts,
  events: VendorEvents,
  reset: () => void,
): VendorControl {
  function simulated(connection: Connection): SimulatedConnection {
    const organization =
      connection.organizationId === null ? undefined : state.organizations.get(connection.organizationId);
    return { ...connection, organizationName: organization?.name ?? 'your app' };
  }

  return {
    tamperTargets: ['access_token', 'token_response'],
    callbackErrors: Object.keys(callbackErrors),
    state: () => state.toJSON(),
    reset,
    createOrganization(seed) {
      return state.seedOrganization(seed);
    },
    createConnection(organizationId, seed) {
      if (!state.organizations.get(organizationId)) {
        throw new InvalidInputError('connection.organizationId', `names no organization (${organizationId})`);
      }
      return connectionObject(state, state.createConnection(organizationId, seed));
    },
    updateConnection(id, changes) {
      const connection = state.connections.get(id);
      if (!connection) return undefined;
      state.updateConnection(connection, changes);
      return connectionObject(state, connection);
    },
    directories: directoryControl(state),
    events,
    auditEvents: (organizationId) => state.auditLogs.events(organizationId),
    certificateEvent(connectionId, notice) {
      const connection = state.connections.get(connectionId);
      if (!connection) return undefined;
      return state.events.emit(
        `connection.saml_certificate_${notice.kind}`,
        connection.organizationId,
        certificateData(connection, notice, state.now()),
      );
    },
    connection(id) {
      const connection = state.connections.get(id);
      return connection && simulated(connection);
    },
    pendingLogin(requestId) {
      const login = state.logins.get(requestId);
      const connection = login && state.connections.get(login.connectionId);
      if (!login || !connection) return undefined;
      return {
        connection: simulated(connection),
        loginHint: login.loginHint ?? undefined,
        forceAuthentication: login.prompt === 'login',
      };
    },
    completeLogin(requestId, answer) {
      const login = state.logins.get(requestId);
      if (!login) throw new InvalidInputError('request', 'names no login');
      return completeLogin(state, parts, login, answer);
    },
    startFromIdentityProvider(connectionId, user, relayState, appState) {
      const connection = state.connections.get(connectionId);
      if (!connection) throw new InvalidInputError('connection', 'does not exist');
      if (connection.protocol !== 'saml') {
        throw new InvalidInputError(
          'connection',
          'is not SAML: WorkOS takes no other login from an identity provider',
        );
      }
      return startFromIdentityProvider(state, parts, connection, user, relayState, appState);
    },
  };
}
