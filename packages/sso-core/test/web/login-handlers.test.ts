import { describe, expect, it } from 'vitest';
import { createSso, Secret, SsoError, type LoginRejectedError } from '../../src/index.js';
import { createMemoryProvider } from '../../src/testing/index.js';
import { createLoginHandlers } from '../../src/web/index.js';
import { cookiesOf, createApp } from './support.js';

const onLogin = () => new Response('in');

describe('createLoginHandlers', () => {
  const { provider } = createMemoryProvider();
  const secrets = ['0123456789abcdef0123456789abcdef'];

  it.each([
    ['no login settings', createSso({ provider })],
    [
      'another path',
      createSso({ provider, login: { secrets, redirectUri: 'https://app.example.com/sso/return' } }),
    ],
    [
      'a trailing slash',
      createSso({ provider, login: { secrets, redirectUri: 'https://app.example.com/sso/callback/' } }),
    ],
  ])('refuses %s', (_case, sso) => {
    expect(() => createLoginHandlers({ sso, onLogin })).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        provider: 'memory',
        message: expect.stringContaining('whose path ends in "/callback"'),
      }),
    );
  });

  it.each([
    ['https://app.example.com/callback', 'https://app.example.com'],
    ['https://app.example.com/a/b/callback', 'https://app.example.com/a/b'],
  ])('serves the siblings of %s', async (redirectUri, base) => {
    const { handlers } = createApp({ login: { redirectUri } });
    const statuses = await Promise.all(
      ['start', 'callback', 'idp-initiated', 'logout'].map(
        async (name) => (await handlers.handle(new Request(`${base}/${name}`)))?.status,
      ),
    );
    expect(statuses).toEqual([400, 403, 303, 405]);
  });

  it.each([
    '/',
    '/sso/memory',
    '/sso/memory/',
    '/sso/memory/callback/',
    '/sso/memory/Start',
    '//sso/memory/start',
  ])('leaves %s to the app', async (path) => {
    const { handlers, origin } = createApp();
    expect(await handlers.handle(new Request(origin + path))).toBeUndefined();
  });

  it('offers each handler by itself', async () => {
    const { handlers, base } = createApp();
    const { start, callback, idpInitiated, logout } = handlers;
    const request = new Request(`${base}/any`);
    const answers = await Promise.all(
      [start, callback, idpInitiated, logout].map((handler) => handler(request)),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 403, 303, 405]);
  });
});

describe('start', () => {
  it('looks an e-mail address up and redirects with the normalised address as hint', async () => {
    const { start, connectionId } = createApp();
    const { searchParams } = new URL((await start('email=%20Ada@ACME.example')).url);
    expect(searchParams.get('connection')).toBe(connectionId.slice('memory:'.length));
    expect(searchParams.get('login_hint')).toBe('Ada@acme.example');
  });

  it('takes each selector', async () => {
    const { start, organizationId, connectionId } = createApp();
    for (const [query, parameter] of [
      [`organization=${organizationId}`, 'organization'],
      [`connection=${connectionId}`, 'connection'],
      ['domain=acme.example', 'connection'],
      ['identityProvider=google', 'identity_provider'],
    ] as const)
      expect(new URL((await start(query)).url).searchParams.has(parameter)).toBe(true);
  });

  it.each([
    [undefined, '/?sso=unavailable'],
    ['/sign-in', '/sign-in?sso=unavailable'],
    ['/sign-in?lang=de', '/sign-in?lang=de&sso=unavailable'],
  ])('sends an address without single sign-on back to the sign-in page %s', async (signInPath, location) => {
    const { open } = createApp(signInPath === undefined ? {} : { signInPath });
    const answer = await open('start?email=bob@globex.example');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, location]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(cookiesOf(answer)).toEqual([]);
  });

  it.each([
    '',
    'returnTo=/reports',
    'organization=',
    'organization=org_1',
    'organization=workos:org_1',
    'organization=memory:org_1&domain=acme.example',
    'email=',
    'email=ada',
    'email=ada@acme.example@globex.example',
  ])('answers 400 to %j', async (query) => {
    const { open, world } = createApp();
    const answer = await open(`start?${query}`);
    expect([answer.status, await answer.text()]).toEqual([400, 'Sign-in failed: invalid argument.\n']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(cookiesOf(answer)).toEqual([]);
    expect(world.calls).toEqual([]);
  });

  it('answers 400 for a domain without connection', async () => {
    const answer = await createApp().open('start?domain=globex.example');
    expect([answer.status, await answer.text()]).toEqual([400, 'Sign-in failed: not found.\n']);
  });

  it.each([
    [new SsoError({ code: 'unavailable', message: 'down', retryable: true }), 503, 'unavailable'],
    [new SsoError({ code: 'unauthenticated', message: 'api key sk_canary' }), 500, 'unauthenticated'],
    [new Error('canary'), 500, 'internal'],
  ])('answers 5xx without details when the vendor fails: %s', async (error, status, reason) => {
    const { open, world } = createApp();
    world.failNext(error);
    const answer = await open('start?email=ada@acme.example');
    expect([answer.status, await answer.text()]).toEqual([status, `Sign-in failed: ${reason}.\n`]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('callback', () => {
  it('hands the login to the app and keeps its answer, but for caching', async () => {
    const app = createApp({
      onLogin: ({ profile, organizationId, assurance }, request) =>
        Response.json(
          { email: profile.email, organizationId, assurance, path: new URL(request.url).pathname },
          { status: 201, headers: { 'cache-control': 'public', 'x-app': 'yes' } },
        ),
    });
    const { callback, cookie } = await app.signIn();
    const answer = await app.open(callback, { cookie });
    expect([answer.status, answer.headers.get('x-app')]).toEqual([201, 'yes']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.json()).toEqual({
      email: 'ada@acme.example',
      organizationId: app.organizationId,
      assurance: ['server_side_profile', 'pkce', 'flow_binding', 'selector_match'],
      path: '/sso/memory/callback',
    });
  });

  it('accepts the immutable answer of Response.redirect', async () => {
    const app = createApp({ onLogin: () => Response.redirect('https://app.example.com/home', 302) });
    const { callback, cookie, name } = await app.signIn();
    const answer = await app.open(callback, { cookie });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, 'https://app.example.com/home']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(cookiesOf(answer).map((each) => each.name)).toEqual([name]);
  });

  it('keeps several tabs apart, in any order', async () => {
    const app = createApp();
    const tabs = await Promise.all(
      ['/a', '/b', '/c'].map((path) => app.signIn(`email=ada@acme.example&returnTo=${path}`)),
    );
    const cookie = tabs.map((tab) => tab.cookie).join('; ');
    for (const [index, path] of [
      [2, '/c'],
      [0, '/a'],
      [1, '/b'],
    ] as const) {
      const answer = await app.open(tabs.at(index)!.callback, { cookie });
      expect(answer.headers.get('location')).toBe(path);
      expect(cookiesOf(answer).map(({ name }) => name)).toEqual(['session', tabs.at(index)!.name]);
    }
  });

  it("lets the app's own failure through", async () => {
    const failure = new Error('database down');
    const app = createApp({
      onLogin() {
        throw failure;
      },
    });
    const { callback, cookie } = await app.signIn();
    await expect(app.open(callback, { cookie })).rejects.toBe(failure);
  });

  it.each([
    [new SsoError({ code: 'unavailable', message: 'down', retryable: true }), 503],
    [new SsoError({ code: 'deadline_exceeded', message: 'slow' }), 503],
    [new SsoError({ code: 'verification_failed', message: 'bad signature' }), 400],
  ])('answers %s with status %i and without session', async (error, status) => {
    const app = createApp();
    const { callback, cookie, name } = await app.signIn();
    app.world.failNext(error);
    const answer = await app.open(callback, { cookie });
    expect(answer.status).toBe(status);
    expect(cookiesOf(answer).map((each) => each.name)).toEqual([name]);
  });
});

describe('a login that began at the identity provider', () => {
  it.each(['idp-initiated', 'callback'])('is started anew at /%s', async (path) => {
    const app = createApp();
    const { connectionId, world } = app;
    const arrival = new URL(
      world.startFromIdentityProvider({ connectionId, email: 'ada@acme.example', relayState: '/reports' }),
    );
    const restarted = await app.open(path + arrival.search);
    expect([restarted.status, restarted.headers.get('cache-control')]).toEqual([303, 'no-store']);
    const [flow, ...others] = cookiesOf(restarted);
    expect(others).toEqual([]);

    const url = restarted.headers.get('location')!;
    expect(new URL(url).searchParams.get('login_hint')).toBe('ada@acme.example');
    const callback = world.signIn(url, { email: 'ada@acme.example' });
    const finished = await app.open(callback, { cookie: `${flow?.name}=${flow?.value}` });
    expect(finished.headers.get('location')).toBe('/reports');
  });

  it('does not follow a RelayState to another site', async () => {
    const app = createApp();
    const { connectionId, world } = app;
    const arrival = world.startFromIdentityProvider({
      connectionId,
      email: 'ada@acme.example',
      relayState: 'https://evil.example/',
    });
    const restarted = await app.open(arrival);
    const [flow] = cookiesOf(restarted);
    const callback = world.signIn(restarted.headers.get('location')!, { email: 'ada@acme.example' });
    const finished = await app.open(callback, { cookie: `${flow?.name}=${flow?.value}` });
    expect(finished.headers.get('location')).toBe('/');
  });

  it('asks who it is when nobody says', async () => {
    const answer = await createApp({ signInPath: '/sign-in' }).open('idp-initiated');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?sso=identify']);
  });
});

describe('logout', () => {
  it.each(['GET', 'HEAD', 'PUT'])('refuses %s and ends nothing', async (method) => {
    let ended = 0;
    const { open } = createApp({
      onLogout() {
        ended += 1;
        return { logout: null };
      },
    });
    const answer = await open('logout', { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(ended).toBe(0);
  });

  it.each([
    ['nothing configured', undefined, '/bye'],
    ['no logout at the vendor', () => ({ logout: null }), '/bye'],
    [
      'a logout at the vendor',
      async () => ({ logout: { profileId: 'prof_1', returnTo: 'https://app.example.com/bye' } }),
      'https://memory.invalid/logout?profile=prof_1&return_to=https%3A%2F%2Fapp.example.com%2Fbye',
    ],
    ['a login the vendor cannot end', () => ({ logout: { idToken: new Secret('canary') } }), '/bye'],
  ])('with %s', async (_case, onLogout, location) => {
    const { open } = createApp({ signInPath: '/bye', ...(onLogout && { onLogout }) });
    const answer = await open('logout', { method: 'POST' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, location]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['record', { 'Set-Cookie': 'session=; Max-Age=0', Location: '/elsewhere' }, ['session=; Max-Age=0']],
    [
      'Headers',
      new Headers([
        ['set-cookie', 'session=; Max-Age=0'],
        ['set-cookie', 'csrf=; Max-Age=0'],
      ]),
      ['session=; Max-Age=0', 'csrf=; Max-Age=0'],
    ],
  ])("adds the app's headers, given as %s", async (_case, headers, cookies) => {
    const { open } = createApp({ onLogout: () => ({ logout: null, headers }) });
    const answer = await open('logout', { method: 'POST' });
    expect(answer.headers.getSetCookie()).toEqual(cookies);
    expect(answer.headers.get('location')).toBe('/');
  });
});

describe('onRejected', () => {
  it('decides the answer, gets the error once, and cannot be cached', async () => {
    const seen: SsoError[] = [];
    const app = createApp({
      onRejected(error, request) {
        seen.push(error);
        return Response.redirect(new URL('/sign-in?again', request.url), 302);
      },
    });
    const { url, cookie, name } = await app.start();
    const refused = await app.open(app.world.signIn(url, { error: 'access_denied' }), { cookie });
    expect([refused.status, refused.headers.get('location')]).toEqual([
      302,
      'https://app.example.com/sign-in?again',
    ]);
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(cookiesOf(refused).map((each) => each.name)).toEqual([name]);
    await app.open('start');
    expect(seen.map(({ code }) => code)).toEqual(['login_rejected', 'invalid_argument']);
    expect((seen[0] as LoginRejectedError).reason).toBe('access_denied');
  });

  it('is not asked again about its own failure', async () => {
    let asked = 0;
    const failure = new SsoError({ code: 'internal', message: 'the app failed' });
    const app = createApp({
      onRejected() {
        asked += 1;
        throw failure;
      },
    });
    await expect(app.open('callback?code=a&state=b')).rejects.toBe(failure);
    expect(asked).toBe(1);
  });
});
