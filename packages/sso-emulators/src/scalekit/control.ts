import type { VendorControl } from '../kernel/control.js';
import type { SimulatedConnection } from '../kernel/identity-provider.js';
import { type IdentityProvider, type Protocol, protocols, type Seed } from '../kernel/seed.js';
import { sendConnection } from './connections.js';
import type { ScalekitEnvironment } from './environment.js';
import { callbackErrors, notFound } from './errors.js';
import { completeLogin, startFromIdentityProvider } from './sso.js';
import type { Connection } from './objects.js';
import { sendUser } from './users.js';

const identityProviderByProvider: Readonly<Record<string, IdentityProvider>> = {
  OKTA: 'okta',
  MICROSOFT_AD: 'entra-id',
  GOOGLE: 'google',
  ONELOGIN: 'onelogin',
  JUMPCLOUD: 'jumpcloud',
  PING_IDENTITY: 'ping',
};

/** Scalekit's half of the control API. */
export function createScalekitControl(environment: ScalekitEnvironment, seed: Seed): VendorControl {
  const { state } = environment;
  const { initiateLoginUrl } = environment;
  const send = (connection: Connection) => sendConnection(state, environment, connection);

  function simulated(connection: Connection): SimulatedConnection {
    const protocol = protocols.find((known): known is Protocol => known === connection.type.toLowerCase());
    return {
      id: connection.id,
      name: connection.name,
      organizationName:
        state.organizations.get(connection.organization_id ?? '')?.display_name ?? 'this environment',
      protocol: protocol ?? 'saml',
      identityProvider: identityProviderByProvider[connection.provider] ?? 'generic',
      users: connection.users,
    };
  }

  return {
    tamperTargets: ['id_token', 'access_token', 'idp_initiated_login', 'token_response'],
    callbackErrors,
    state: () => ({
      organizations: [...state.organizations],
      domains: [...state.domains],
      connections: [...state.connections].map(send),
      users: [...state.users].map((user) => sendUser(state, user)),
    }),
    reset() {
      environment.initiateLoginUrl = initiateLoginUrl;
      state.load(seed, environment.url);
    },
    setInitiateLoginUrl(url) {
      environment.initiateLoginUrl = url;
    },
    createOrganization: (organization) => state.seedOrganization(organization),
    createConnection(organizationId, connection) {
      const organization = state.organizations.get(organizationId);
      if (!organization) throw notFound('organization');
      return send(state.seedConnection(organization, connection));
    },
    updateConnection(id, changes) {
      const connection = state.connections.get(id);
      if (!connection) return undefined;
      state.reseedConnection(connection, changes);
      return send(connection);
    },
    connection(id) {
      const connection = state.connections.get(id);
      return connection && simulated(connection);
    },
    pendingLogin(requestId) {
      const pending = state.pendingLogins.get(requestId);
      const connection = state.connections.get(pending?.connection_id ?? '');
      if (!pending || !connection) return undefined;
      return {
        connection: simulated(connection),
        loginHint: pending.login_hint,
        forceAuthentication: pending.prompt === 'login',
      };
    },
    completeLogin: (requestId, answer) => completeLogin(environment, requestId, answer),
    startFromIdentityProvider(connectionId, user, relayState) {
      const connection = state.connections.get(connectionId);
      if (!connection) throw notFound('connection');
      return startFromIdentityProvider(environment, connection, user, relayState);
    },
  };
}
