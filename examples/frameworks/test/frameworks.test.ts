import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import express from 'express';
import type { FastifyInstance } from 'fastify';
import type { Hono } from 'hono';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSso } from '@org/sso-core';
import { createMemoryProvider } from '@org/sso-core/testing';
import { toNodeHandler, type LoginHandlersOptions } from '@org/sso-core/web';
import { createExpressApp } from '../src/express.js';
import { createFastifyApp } from '../src/fastify.js';
import { createHonoApp } from '../src/hono.js';
import { createNextRoute } from '../src/next-route.js';
import { createNodeServer } from '../src/node-http.js';
import { createBrowser, parseSetCookie } from './browser.js';

type Mount = (options: LoginHandlersOptions, origin: string) => RequestListener | Promise<RequestListener>;

const frameworks: Record<string, Mount> = {
  'node:http': (options, origin) => {
    const server = createNodeServer(options, origin);
    return (request, response) => server.emit('request', request, response);
  },
  Express: createExpressApp,
  Hono: (options) => listenerOfHono(createHonoApp(options)),
  Fastify: (options, origin) => listenerOfFastify(createFastifyApp(options, origin)),
  'Next.js': (options, origin) => {
    const { GET, POST } = createNextRoute(options);
    return toNodeHandler((request) => (request.method === 'POST' ? POST(request) : GET(request)), { origin });
  },
};

function listenerOfHono(app: Hono): RequestListener {
  const listen = getRequestListener(app.fetch);
  return (request, response) => void listen(request, response);
}

async function listenerOfFastify(app: FastifyInstance): Promise<RequestListener> {
  await app.ready();
  return (request, response) => app.routing(request, response);
}

/** Listens first, because the redirect URI needs the port. */
async function serve(mount: Mount) {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const base = `${origin}/sso/memory`;
  const { provider, world } = createMemoryProvider({ initiateLoginUrl: `${base}/idp-initiated` });
  const { id: organizationId } = world.createOrganization({ name: 'Acme', domains: ['acme.example'] });
  const connection = world.createConnection({ organizationId, identityProvider: 'okta', protocol: 'saml' });
  const sso = createSso({
    provider,
    login: { secrets: ['0123456789abcdef0123456789abcdef'], redirectUri: `${base}/callback` },
  });
  const options: LoginHandlersOptions = {
    sso,
    onLogin({ profile, returnTo }) {
      const session = `session=${profile.email}; Path=/; HttpOnly; SameSite=Lax`;
      return new Response(null, { status: 303, headers: { location: returnTo, 'set-cookie': session } });
    },
    onLogout: () => ({
      logout: { profileId: 'prof_1' },
      headers: { 'set-cookie': 'session=; Path=/; Max-Age=0' },
    }),
  };
  server.on('request', await mount(options, origin));
  return { origin, base, world, connection, startUrl: `${base}/start?email=ada%40acme.example` };
}

function locationOf(response: Response): string {
  expect(response.status).toBe(303);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return response.headers.get('location')!;
}

describe.each(Object.entries(frameworks))('%s', (_name, mount) => {
  it('signs a person in', async () => {
    const { base, world, startUrl } = await serve(mount);
    const browser = createBrowser();

    const started = await browser.get(`${startUrl}&returnTo=%2Freports%3Fyear%3D2026`);
    const callbackUrl = world.signIn(locationOf(started), { email: 'ada@acme.example' });
    expect(callbackUrl.startsWith(`${base}/callback?`)).toBe(true);
    const flowCookies = started.headers.getSetCookie().map(parseSetCookie);
    expect(flowCookies).toEqual([
      {
        name: expect.stringMatching(/^sso-flow-[\w-]{16}$/),
        value: expect.stringMatching(/^[\w.-]+$/),
        attributes: [expect.stringMatching(/^Max-Age=(600|599)$/), 'Path=/', 'HttpOnly', 'SameSite=Lax'],
      },
    ]);

    const finished = await browser.get(callbackUrl);
    expect(locationOf(finished)).toBe('/reports?year=2026');
    expect(finished.headers.getSetCookie()).toEqual([
      'session=ada@acme.example; Path=/; HttpOnly; SameSite=Lax',
      `${flowCookies[0]?.name}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax`,
    ]);
    expect(browser.cookieNames()).toEqual(['session']);
  });

  it('keeps two tabs apart', async () => {
    const { world, startUrl } = await serve(mount);
    const browser = createBrowser();
    const first = locationOf(await browser.get(`${startUrl}&returnTo=/first`));
    const second = locationOf(await browser.get(`${startUrl}&returnTo=/second`));
    expect(browser.cookieNames()).toHaveLength(2);

    const answer = { email: 'ada@acme.example' };
    expect(locationOf(await browser.get(world.signIn(second, answer)))).toBe('/second');
    expect(locationOf(await browser.get(world.signIn(first, answer)))).toBe('/first');
    expect(browser.cookieNames()).toEqual(['session']);
  });

  it('refuses what the identity provider refused', async () => {
    const { world, startUrl } = await serve(mount);
    const browser = createBrowser();
    const authorizationUrl = locationOf(await browser.get(startUrl));

    const refused = await browser.get(world.signIn(authorizationUrl, { error: 'access_denied' }));
    expect(refused.status).toBe(403);
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(await refused.text()).toBe('Sign-in failed: access denied.\n');
    expect(browser.cookieNames()).toEqual([]);
  });

  it('refuses a callback in another browser, and a callback used before', async () => {
    const { world, startUrl } = await serve(mount);
    const [ada, mallory] = [createBrowser(), createBrowser()];
    const callbackUrl = world.signIn(locationOf(await mallory.get(startUrl)), {
      email: 'mallory@acme.example',
    });

    const injected = await ada.get(callbackUrl);
    expect([injected.status, await injected.text()]).toEqual([403, 'Sign-in failed: flow missing.\n']);
    expect(ada.cookieNames()).toEqual([]);

    locationOf(await mallory.get(callbackUrl));
    const again = await mallory.get(callbackUrl);
    expect([again.status, again.headers.get('cache-control')]).toEqual([403, 'no-store']);
  });

  it('starts a login anew that began at the identity provider', async () => {
    const { world, connection } = await serve(mount);
    const browser = createBrowser();
    const url = world.startFromIdentityProvider({ connectionId: connection.id, email: 'ada@acme.example' });
    const authorizationUrl = locationOf(await browser.get(url));
    expect(browser.cookieNames()).toEqual([expect.stringMatching(/^sso-flow-/)]);
    expect(locationOf(await browser.get(world.signIn(authorizationUrl, { email: 'ada@acme.example' })))).toBe(
      '/',
    );
    expect(browser.cookieNames()).toEqual(['session']);
  });

  it('logs out on a posted form only', async () => {
    const { base, world, startUrl } = await serve(mount);
    const browser = createBrowser();
    await browser.get(world.signIn(locationOf(await browser.get(startUrl)), { email: 'ada@acme.example' }));
    expect((await browser.get(`${base}/logout`)).status).toBe(405);
    expect(browser.cookieNames()).toEqual(['session']);
    expect(locationOf(await browser.post(`${base}/logout`, { from: 'menu' }))).toBe(
      'https://memory.invalid/logout?profile=prof_1',
    );
    expect(browser.cookieNames()).toEqual([]);
  });

  it('leaves other paths alone', async () => {
    const { origin, base } = await serve(mount);
    for (const url of [origin, `${base}/callback/more`, `${origin}/other`])
      expect((await fetch(url)).status).toBe(404);
  });
});

describe("the app's own routes get their bodies", () => {
  const echoing: Record<string, Mount> = {
    Express(options, origin) {
      const app = createExpressApp(options, origin);
      app.post('/echo', express.json(), (request, response) => void response.json(request.body));
      return app;
    },
    Hono(options) {
      const app = createHonoApp(options);
      app.post('/echo', async (context) => context.json(await context.req.json()));
      return listenerOfHono(app);
    },
    Fastify(options, origin) {
      const app = createFastifyApp(options, origin);
      app.post('/echo', (request) => request.body);
      return listenerOfFastify(app);
    },
  };

  it.each(Object.entries(echoing))('%s', async (_name, mount) => {
    const { origin } = await serve(mount);
    const body = JSON.stringify({ text: 'x'.repeat(50_000) });
    const answer = await fetch(`${origin}/echo`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(await answer.text()).toBe(body);
  });
});
