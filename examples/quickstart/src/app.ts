import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createSettingsPage, createSsoAdmin } from '@org/sso-admin';
import { createSso, type LoginResult, type SsoClient } from '@org/sso-core';
import { createMemoryAuditStore } from '@org/sso-core/audit';
import { createLoginHandlers, toNodeHandler } from '@org/sso-core/web';
import { profilePage, signInPage } from './pages.js';
import type { Provider } from './provider-from-environment.js';

const settingsPath = '/settings/sso';
const sessionIdOf = (request: Request) =>
  /session=([\w-]+)/.exec(request.headers.get('cookie') ?? '')?.[1] ?? '';
const cookie = (id: string, age: number) => `session=${id}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}`;

/** Serves the app; `origin` is where browsers reach it. Works alike with either provider. */
export function startApp(provider: Provider, origin: string, secret: string): Server {
  const base = `/sso/${provider.id}`;
  const sso: SsoClient<Provider> = createSso({
    provider,
    login: { secrets: [secret], redirectUri: `${origin}${base}/callback` },
  });

  // A real app keeps sessions in its database, and its cookies Secure.
  const sessions = new Map<string, LoginResult>();

  const login = createLoginHandlers({
    sso,
    onLogin(result) {
      const id = randomUUID();
      sessions.set(id, result);
      return new Response(null, {
        status: 303,
        headers: { location: result.returnTo, 'set-cookie': cookie(id, 3600) },
      });
    },
    onLogout(request) {
      sessions.delete(sessionIdOf(request));
      return { logout: null, headers: { 'set-cookie': cookie('', 0) } };
    },
  });

  const settings = createSettingsPage({
    // A real app keeps the trail in its database: store.audit of @org/sso-store.
    admin: createSsoAdmin({ sso, store: createMemoryAuditStore() }),
    url: `${origin}${settingsPath}`,
    secrets: [secret],
    backLink: { url: '/', text: 'Back to the app' },
    actorOf(request) {
      const sessionId = sessionIdOf(request);
      const session = sessions.get(sessionId);
      if (!session?.organizationId) return null;
      const { profile, organizationId } = session;
      // A real app knows who is an admin, and when a session is too old for changes.
      const actor = { id: profile.idpId ?? profile.vendorId, type: 'user', role: 'admin', organizationId };
      return {
        sessionId,
        sessionActive: true,
        actor: { ...actor, name: profile.name, email: profile.email },
      };
    },
  });

  async function app(request: Request): Promise<Response | undefined> {
    const session = sessions.get(sessionIdOf(request));
    const url = new URL(request.url);
    if (url.pathname === '/profile.json' && session) return Response.json(session.profile);
    if (url.pathname !== '/') return (await settings(request)) ?? login.handle(request);
    const page = session
      ? profilePage(session, base, settingsPath)
      : signInPage(provider.id, base, url.searchParams.get('sso'));
    return new Response(page, {
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    });
  }

  return createServer(toNodeHandler(app, { origin })).listen(new URL(origin).port);
}
