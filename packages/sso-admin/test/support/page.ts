import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createSettingsPage,
  createSsoAdmin,
  type SettingsPageOptions,
  type SettingsVisitor,
  type SsoAdminOptions,
} from '@org/sso-admin';
import type { OrganizationId } from '@org/sso-core';
import { createMemoryAuditStore } from '@org/sso-core/audit';
import { toNodeHandler } from '@org/sso-core/web';
import { onTestFinished } from 'vitest';
import { by } from './actors.js';

export const pagePath = '/settings/sso';
export const pageSecret = 'CANARY-page-secret-0123456789-abcdef';

/** An app that is nothing but the settings page, over real HTTP. Whoever brings the session cookie of somebody is that person. */
export interface PageServer {
  readonly origin: string;
  readonly url: string;
  readonly store: ReturnType<typeof createMemoryAuditStore>;
  readonly clock: { at: number };
  /** Makes a session; answers its cookie. */
  signIn(visitor: Omit<SettingsVisitor, 'sessionId'>): string;
  /** What becomes of a session, under the same cookie. */
  become(cookie: string, visitor: Omit<SettingsVisitor, 'sessionId'>): void;
}

export async function openPage(
  admin: Partial<SsoAdminOptions> & Pick<SsoAdminOptions, 'sso'>,
  page: Partial<SettingsPageOptions> = {},
): Promise<PageServer> {
  const sessions = new Map<string, SettingsVisitor>();
  const store = createMemoryAuditStore();
  const clock = { at: Date.now() };
  const now = () => (clock.at += 1);
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const handle = createSettingsPage({
    admin: createSsoAdmin({ store, now, ...admin }),
    url: origin + pagePath,
    secrets: [pageSecret],
    actorOf: ({ headers }) =>
      sessions.get(/session=([\w-]+)/.exec(headers.get('cookie') ?? '')?.[1] ?? '') ?? null,
    now,
    ...page,
  });
  server.on('request', toNodeHandler(handle, { origin }));
  return {
    origin,
    url: origin + pagePath,
    store,
    clock,
    signIn(visitor) {
      const sessionId = `CANARY-session-${sessions.size + 1}`;
      sessions.set(sessionId, { ...visitor, sessionId });
      return `session=${sessionId}`;
    },
    become(cookie, visitor) {
      const sessionId = cookie.slice('session='.length);
      sessions.set(sessionId, { ...visitor, sessionId });
    },
  };
}

/** Ada, an admin of the organization with an active session, unless told otherwise. */
export function visitorOf(
  organizationId: OrganizationId,
  change: Partial<SettingsVisitor['actor']> & { readonly sessionActive?: boolean } = {},
): Omit<SettingsVisitor, 'sessionId'> {
  const { sessionActive = true, ...actor } = change;
  return { actor: by(organizationId, actor).actor, sessionActive, organizationName: 'Acme Corp' };
}
