import { createServer } from 'node:http';
import { join } from 'node:path';
import { createSso, type OrganizationId, type SsoProvider } from '@org/sso-core';
import { routed } from '@org/sso-core/compose';
import { createEventInbox, reconcileDirectory, type EventInbox } from '@org/sso-core/events';
import { createIdentityLedger, type DirectoryPersonEvent, type IdentityLedger } from '@org/sso-core/identity';
import { createMigrationRelay, createMigrationRoutes } from '@org/sso-core/migration';
import { createLoginHandlers, toNodeHandler } from '@org/sso-core/web';
import type { ScalekitProvider } from '@org/sso-scalekit';
import { createSqliteStore, type SsoStore } from '@org/sso-store';
import type { WorkosProvider } from '@org/sso-workos';
import { openUsersTable, type UsersTable } from './users-table.js';

export interface App {
  readonly users: UsersTable;
  readonly ledger: IdentityLedger;
  readonly inbox: EventInbox;
  readonly store: SsoStore;
  close(): Promise<void>;
}

export interface AppOptions {
  readonly workos: WorkosProvider & SsoProvider;
  readonly scalekit: ScalekitProvider & SsoProvider;
  /** Where browsers and vendors reach the app. */
  readonly origin: string;
  /** For `users.db` and `sso.db`; the latter is what `sso-migrate --store` is given. */
  readonly folder: string;
  /** Seals logins. */
  readonly secret: string;
}

/** An app that runs both vendors. What serves whom is in the store, where `sso-migrate` changes it. */
export async function startApp({ workos, scalekit, origin, folder, secret }: AppOptions): Promise<App> {
  const users = openUsersTable(join(folder, 'users.db'));
  const store = createSqliteStore({ path: join(folder, 'sso.db') });
  await store.migrate();

  const providers = [workos, scalekit];
  const callback = (id: string) => `${origin}/sso/${id}/callback`;
  const sso = createSso({
    provider: routed({
      providers,
      routes: createMigrationRoutes({ store: store.migrations }),
      fallback: workos.id,
    }),
    login: {
      secrets: [secret],
      redirectUri: { [workos.id]: callback(workos.id), [scalekit.id]: callback(scalekit.id) },
      oneTimeIds: store.oneTimeIds,
    },
  });

  const ledger = createIdentityLedger({
    store: store.identities,
    tenantOf: async (organization) =>
      (await store.migrations.findByOrganization(organization))?.tenantId ??
      (await sso.organizations.get(organization)).externalId,
    verifiedDomainsOf: ({ organizationId }) => verifiedDomains(organizationId),
  });
  async function verifiedDomains(organizationId: OrganizationId): Promise<string[]> {
    const verified: string[] = [];
    for await (const { domain, status } of sso.domains.list({ organizationId }))
      if (status === 'verified') verified.push(domain);
    return verified;
  }

  const inbox = createEventInbox({
    store: store.events,
    providers,
    relay: createMigrationRelay({ store: store.migrations }),
    onAttention: console.warn,
  });
  async function saveUser(event: DirectoryPersonEvent): Promise<void> {
    const person = await ledger.resolveDirectoryUser(event);
    if (person.status === 'refused') {
      if (person.userId !== null) users.switchOff(person.userId);
    } else if (person.status === 'needs_confirmation') {
      console.warn(`${person.proposals.length} people of ${person.tenantId} may be one: somebody must look`);
    } else {
      const { email, name, status } = event.data.user;
      users.save({ id: person.userId, tenant: person.tenantId, email, name, active: status === 'active' });
    }
  }
  inbox.on('directory.user.created', saveUser);
  inbox.on('directory.user.updated', saveUser);
  inbox.on('directory.user.deleted', saveUser);
  inbox.on('connection.deleted', (event) => ledger.connectionDeleted(event));
  // What the directories hold by now.
  for (const provider of providers) {
    const { organizations, directories } = createSso({ provider });
    for await (const { id: organizationId } of organizations.list()) {
      for await (const { id: directoryId } of directories.list({ organizationId }))
        await reconcileDirectory({ provider, store: store.events, organizationId, directoryId });
    }
  }
  await inbox.process();
  inbox.start();

  const login = createLoginHandlers({
    sso,
    async onLogin({ profile, returnTo }) {
      const person = await ledger.resolveUser({ profile });
      switch (person.status) {
        case 'refused':
          return new Response('Your company has ended your access.', { status: 403 });
        case 'needs_confirmation':
          return new Response('Your administrator must confirm who you are.', { status: 403 });
        default: {
          const { email, name } = profile;
          users.signIn({ id: person.userId, tenant: person.tenantId, email, name });
          // A real app begins its session here.
          return Response.redirect(new URL(returnTo, origin), 303);
        }
      }
    },
  });

  const webhooks = new Map(
    providers.map((provider) => [
      `/webhooks/${provider.id}`,
      provider.webhooks && inbox.webhook(provider.id),
    ]),
  );
  const handler = toNodeHandler(
    async (request) => {
      const { pathname } = new URL(request.url);
      if (request.method === 'POST') {
        const receive = webhooks.get(pathname);
        if (receive) return receive(request);
      }
      // A real app shows this to its administrators only.
      if (pathname === '/users') return Response.json(users.list());
      if (pathname === '/') return new Response('Hello');
      return login.handle(request);
    },
    { origin },
  );
  const server = createServer(handler).listen(new URL(origin).port);
  return {
    users,
    ledger,
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
