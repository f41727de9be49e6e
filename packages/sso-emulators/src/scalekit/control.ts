import type { ControlledDirectory } from '../kernel/control-directories.js';
import type { VendorControl } from '../kernel/control.js';
import type { SimulatedConnection } from '../kernel/identity-provider.js';
import { InvalidInputError, text } from '../kernel/parse.js';
import { type IdentityProvider, type Protocol, protocols, type Seed } from '../kernel/seed.js';
import { sendConnection } from './connections.js';
import { scimPath, sendDirectory, sendDirectoryGroup, sendDirectoryUser } from './directories.js';
import type { ScalekitEnvironment } from './environment.js';
import { callbackErrors, notFound } from './errors.js';
import { eventCatalogue, isEventType } from './event-catalogue.js';
import { completeLogin, startFromIdentityProvider } from './sso.js';
import type { Connection } from './objects.js';
import { sendUser } from './users.js';
import { webhookEvent } from './webhooks.js';

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
  const { state, webhooks } = environment;
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
      directories: [...state.directories.all].map((directory) => ({
        ...sendDirectory(environment, directory),
        users: [...directory.contents.users].map((user) => sendDirectoryUser(directory, user, true)),
        groups: [...directory.contents.groups].map((group) => sendDirectoryGroup(directory, group, true)),
      })),
      events: [...state.events.stored],
    }),
    reset() {
      webhooks.clear();
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
    directories: {
      create(organizationId, directory) {
        const organization = state.organizations.get(organizationId);
        if (!organization) throw new InvalidInputError('directory.organizationId', 'does not exist');
        return sendDirectory(environment, state.directories.seed(organization, directory));
      },
      update(id, changes) {
        const directory = state.directories.all.get(id);
        if (!directory) return undefined;
        state.directories.reseed(directory, changes);
        return sendDirectory(environment, directory);
      },
      delete(id) {
        const directory = state.directories.all.get(id);
        if (directory) state.directories.delete(directory);
        return directory !== undefined;
      },
      find(id): ControlledDirectory | undefined {
        const directory = state.directories.all.get(id);
        return (
          directory && {
            contents: directory.contents,
            scim: {
              path: scimPath('', directory),
              get token() {
                return state.directories.liveSecret(directory).plain;
              },
            },
            user: (user) => sendDirectoryUser(directory, user, true),
            group: (group) => sendDirectoryGroup(directory, group, true),
          }
        );
      },
    },
    events: {
      webhooks,
      types: Object.keys(eventCatalogue),
      emit: (event) => state.events.add({ ...event, type: text(event['type'], 'event.type') }),
      find(id) {
        const event = state.events.stored.get(id);
        return event && webhookEvent(event);
      },
      sample: (type = 'organization.created') =>
        isEventType(type) ? webhookEvent(state.events.sample(type)) : undefined,
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
