import { createServer } from 'node:http';
import { join } from 'node:path';
import { assertSupports, createSso, SsoError, type SsoProvider } from '@org/sso-core';
import { createEventInbox, reconcileDirectory, type EventInbox } from '@org/sso-core/events';
import { toNodeHandler } from '@org/sso-core/web';
import { createSqliteStore, type SsoStore } from '@org/sso-store';
import { openUsersTable, type UsersTable } from './users-table.js';

export interface ProvisioningApp {
  readonly users: UsersTable;
  readonly inbox: EventInbox;
  readonly store: SsoStore;
  close(): Promise<void>;
}

/** Keeps the users table in `folder` in step with all directories of the provider. `origin` is where the vendor reaches the app. */
export async function startProvisioning(
  provider: SsoProvider,
  origin: string,
  folder: string,
): Promise<ProvisioningApp> {
  const sso = createSso({ provider });
  assertSupports(sso, 'organizations', 'directories', 'events');
  const users = openUsersTable(join(folder, 'users.db'));
  const store = createSqliteStore({ path: join(folder, 'inbox.db') });
  await store.migrate();
  const inbox = createEventInbox({ store: store.events, providers: [provider], onAttention: console.warn });

  inbox.on('directory.user.created', ({ data, occurredAt }) => users.save(data.user, occurredAt));
  inbox.on('directory.user.updated', ({ data, occurredAt }) => users.save(data.user, occurredAt));
  inbox.on('directory.user.deleted', ({ data }) => users.switchOff(data.user));
  inbox.on('directory.group.created', ({ data }) => users.saveGroup(data.group));
  inbox.on('directory.group.updated', ({ data }) => users.saveGroup(data.group));
  inbox.on('directory.group.deleted', ({ data }) => users.removeGroup(data.group.id));
  inbox.on('directory.group.user_added', ({ data }) => users.join(data.group.id, data.user.id));
  inbox.on('directory.group.user_removed', ({ data }) => users.leave(data.group.id, data.user.id));

  // First what happened while the app was down, then what no event told of.
  await inbox.pull(provider.id).catch((error: unknown) => {
    if (!SsoError.isInstance(error) || error.code !== 'failed_precondition') throw error;
    // The app was down for longer than the vendor keeps events: what they told is found by comparing.
    return inbox.pull(provider.id, { restartSince: new Date().toISOString() });
  });
  await inbox.process();
  for await (const { id: organizationId } of sso.organizations.list()) {
    for await (const { id: directoryId } of sso.directories.list({ organizationId })) {
      await reconcileDirectory({ provider, store: store.events, organizationId, directoryId }).catch(
        // A directory that is switched off is no reason not to serve the others.
        console.warn,
      );
    }
  }
  await inbox.process();
  inbox.start();

  const receive = provider.webhooks && inbox.webhook(provider.id);
  const handler = toNodeHandler(
    async (request) => {
      const route = `${request.method} ${new URL(request.url).pathname}`;
      if (route === `POST /webhooks/${provider.id}`) return receive?.(request);
      // A real app shows this to its administrators only.
      if (route === 'GET /users') return Response.json(users.list());
      return undefined;
    },
    { origin },
  );
  const server = createServer(handler).listen(new URL(origin).port);
  return {
    users,
    inbox,
    store,
    async close() {
      server.close();
      server.closeAllConnections();
      await inbox.stop();
      await store.close();
      users.close();
    },
  };
}
