import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { createSso, type LoginResult, type SsoClient } from '@org/sso-core';
import { createLoginHandlers, toNodeHandler } from '@org/sso-core/web';
import { profilePage, signInPage } from './pages.js';
import type { Provider } from './provider-from-environment.js';

const sessionId = (request: Request) =>
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
      sessions.delete(sessionId(request));
      return { logout: null, headers: { 'set-cookie': cookie('', 0) } };
    },
  });

  async function app(request: Request): Promise<Response | undefined> {
    const session = sessions.get(sessionId(request));
    const url = new URL(request.url);
    if (url.pathname === '/portal' && request.method === 'POST' && session?.organizationId) {
      const { url: location } = await sso.adminPortal.createLink({
        organizationId: session.organizationId,
        intent: 'sso',
      });
      return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
    }
    if (url.pathname === '/profile.json' && session) return Response.json(session.profile);
    if (url.pathname !== '/') return login.handle(request);
    const page = session
      ? profilePage(session, base)
      : signInPage(provider.id, base, url.searchParams.get('sso'));
    return new Response(page, {
      headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    });
  }

  return createServer(toNodeHandler(app, { origin })).listen(new URL(origin).port);
}
