import { hkdfSync } from 'node:crypto';
import { createSettingsPage, createSsoAdmin, type SettingsPageOptions } from '@org/sso-admin';
import { createSso } from '@org/sso-core';
import { createMemoryAuditStore } from '@org/sso-core/audit';
import { createMemoryProvider } from '@org/sso-core/testing';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { openPage, pagePath, pageSecret, visitorOf } from './support/page.js';
import { useVendor, vendorNames } from './support/vendor.js';
import { createVisitor, formsIn, textOf, type ShownForm, type Visitor } from './support/visitor.js';

const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>'\u2028{{7*7}}\${7*7}`;

/** The page of Acme with one connection, and Ada's browser. */
async function open(page: Partial<SettingsPageOptions> = {}, name = 'Okta') {
  const { provider, world } = createMemoryProvider();
  const acme = world.createOrganization({ name: 'Acme', domains: ['acme.example'] }).id;
  const globex = world.createOrganization({ name: 'Globex' }).id;
  const addConnection = (organizationId: typeof acme) =>
    world.createConnection({ organizationId, identityProvider: 'okta', protocol: 'saml', name });
  const connection = addConnection(acme);
  const sso = createSso({ provider });
  const server = await openPage({ sso }, page);
  const visitorAs = (cookie: string) => createVisitor(server.origin, cookie);
  const cookie = server.signIn(visitorOf(acme));
  const visitor = visitorAs(cookie);
  return {
    ...server,
    sso,
    world,
    acme,
    globex,
    connection,
    addConnection,
    cookie,
    visitor,
    visitorAs,
    /** What was done at the vendor or tried there. */
    changes: () =>
      world.calls.filter(({ operation }) => /delete|enable|disable|createLink/.test(operation)).length,
    connections: () => world.connections().map(({ id }) => id),
    events: async () => {
      const { entries } = await server.store.list({ organizationId: null, limit: 100 });
      return entries.map(({ event }) => event).filter(({ action }) => action !== 'sso.view_settings');
    },
  };
}

type Opened = Awaited<ReturnType<typeof open>>;

async function deletionForm(visitor: Visitor, id: string): Promise<ShownForm> {
  const { html } = await visitor.get(`${pagePath}/delete-connection?id=${encodeURIComponent(id)}`);
  return formsIn(html)[0]!;
}

const refused = { status: 403, told: true, changed: false };

/** What becomes of a deletion form sent with this token. */
async function send(page: Opened, token: string) {
  const before = JSON.stringify([page.changes(), await page.events()]);
  const { status, html } = await page.visitor.post(`${pagePath}/delete-connection`, { token });
  const isKept = page.connections().includes(page.connection.id);
  return {
    status,
    told: textOf(html).includes('Nothing was changed'),
    changed: !isKept || before !== JSON.stringify([page.changes(), await page.events()]),
  };
}

describe('a form', () => {
  it('that a foreign site sends without a token is refused', async () => {
    const page = await open();
    for (const token of ['', 'x', 'null', 'a.b.c', '..', 'ey'.repeat(3000)])
      expect(await send(page, token)).toEqual(refused);
    for (const path of ['portal', 'disable-connection', 'enable-connection', 'delete-directory']) {
      const { status } = await page.visitor.post(`${pagePath}/${path}`, { token: 'x' });
      expect(status).toBe(403);
    }
    expect(page.changes()).toBe(0);
  });

  it('with a token that is forged or changed is refused', async () => {
    const page = await open();
    const { token } = await deletionForm(page.visitor, page.connection.id);
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, string>;
    const protectedHeader = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg: string };
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = (key: Uint8Array) => new SignJWT(claims).setProtectedHeader(protectedHeader).sign(key);
    const forged = [
      `${header}.${encode({ ...claims, target: 'memory:conn_2' })}.${signature}`,
      `${header}.${payload}.`,
      `${encode({ ...protectedHeader, alg: 'none' })}.${payload}.`,
      new UnsecuredJWT(claims).encode(),
      // The secret itself, and a key derived from it for something else, sign nothing here.
      await signed(new TextEncoder().encode(pageSecret)),
      await signed(new Uint8Array(hkdfSync('sha256', pageSecret, '', '@org/sso-core/login-flow/v1', 32))),
      await signed(
        new Uint8Array(hkdfSync('sha256', 'another secret of 32 characters!', '', protectedHeader.alg, 32)),
      ),
    ];
    for (const each of forged) expect(await send(page, each)).toEqual(refused);
  });

  it('with the token of another purpose is refused', async () => {
    const page = await open();
    const { html } = await page.visitor.get(pagePath);
    const portal = formsIn(html).find(({ action }) => action.endsWith('/portal'))!;
    expect(await send(page, portal.token)).toEqual(refused);
    const off = await page.visitor.get(
      `${pagePath}/disable-connection?id=${encodeURIComponent(page.connection.id)}`,
    );
    expect(await send(page, formsIn(off.html)[0]!.token)).toEqual(refused);
    const { token } = await deletionForm(page.visitor, page.connection.id);
    expect((await page.visitor.post(`${pagePath}/portal`, { token })).status).toBe(403);
    expect((await page.visitor.post(`${pagePath}/disable-connection`, { token })).status).toBe(403);
    expect((await page.visitor.get(`${pagePath}?done=delete-connection&notice=${token}`)).html).not.toContain(
      'Connection deleted.',
    );
    expect(page.changes()).toBe(0);
  });

  it('with the token of another session is refused', async () => {
    const page = await open();
    const attacker = page.visitorAs(page.signIn(visitorOf(page.acme, { id: 'user_eve' })));
    const sameSessionName = page.visitorAs(page.signIn(visitorOf(page.acme)));
    for (const other of [attacker, sameSessionName]) {
      const { token } = await deletionForm(other, page.connection.id);
      expect(await send(page, token)).toEqual(refused);
    }
  });

  it('with the token of another person or organization in the same session is refused', async () => {
    const page = await open();
    const { token } = await deletionForm(page.visitor, page.connection.id);
    page.become(page.cookie, visitorOf(page.acme, { id: 'user_eve' }));
    expect(await send(page, token)).toEqual(refused);
    page.become(page.cookie, visitorOf(page.globex));
    expect(await send(page, token)).toEqual(refused);
    page.become(page.cookie, visitorOf(page.acme));
    expect((await page.visitor.post(`${pagePath}/delete-connection`, { token })).status).toBe(303);
  });

  it('that was open for more than an hour is refused', async () => {
    const page = await open();
    const { token } = await deletionForm(page.visitor, page.connection.id);
    page.clock.at += 3_601_000;
    expect(await send(page, token)).toEqual(refused);
    const fresh = await deletionForm(page.visitor, page.connection.id);
    page.clock.at += 3_500_000;
    expect((await page.visitor.post(fresh.action, { token: fresh.token })).status).toBe(303);
  });

  it('signed with a retired secret is refused, with a rotated one it counts', async () => {
    const [old, fresh] = ['old secret of at least 32 characters', 'new secret of at least 32 characters'];
    const secrets = [old];
    const page = await open({ secrets });
    const { token } = await deletionForm(page.visitor, page.connection.id);
    const at = (now: string[]) => tokenStatus(page, token, now);
    expect(await at([fresh, old])).toBe(303);
    expect(await at([fresh])).toBe(403);
  });

  it('from a foreign origin is refused, whatever its token', async () => {
    const page = await open();
    const { token, action } = await deletionForm(page.visitor, page.connection.id);
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: page.origin.replace('127.0.0.1', 'localhost') },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of foreign) {
      expect((await page.visitor.post(action, { token }, headers)).status).toBe(403);
    }
    expect(page.changes()).toBe(0);
  });

  it('sent twice at once deletes once, and both are told it is done', async () => {
    const page = await open();
    const other = page.addConnection(page.acme);
    const { token, action } = await deletionForm(page.visitor, page.connection.id);
    const answers = await Promise.all(Array.from({ length: 8 }, () => page.visitor.post(action, { token })));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 303));
    expect((await page.visitor.post(action, { token })).status).toBe(303);
    expect(page.changes()).toBe(1);
    expect(page.connections()).toEqual([other.id]);
    expect(await page.events()).toMatchObject([{ action: 'sso.delete_connection' }]);
  });

  it('of another kind or size is refused', async () => {
    const page = await open();
    const { token, action } = await deletionForm(page.visitor, page.connection.id);
    for (const type of [
      'text/plain',
      'application/json',
      'multipart/form-data',
      'application/x-www-form-urlencodedx',
    ])
      expect((await page.visitor.post(action, { token }, { 'content-type': type })).status).toBe(400);
    expect((await page.visitor.post(action, { padding: 'x'.repeat(20_000), token })).status).toBe(400);
    expect(page.changes()).toBe(0);
  });

  it('does nothing by a mere link', async () => {
    const page = await open();
    const { token } = await deletionForm(page.visitor, page.connection.id);
    const id = encodeURIComponent(page.connection.id);
    for (const path of ['portal', 'delete-connection', 'disable-connection', 'enable-connection'])
      await page.visitor.get(`${pagePath}/${path}?id=${id}&token=${token}`);
    expect(page.changes()).toBe(0);
    expect(await page.events()).toEqual([]);
  });
});

/** What a page with other secrets answers to the same form. */
async function tokenStatus(page: Opened, token: string, secrets: readonly string[]): Promise<number> {
  const handle = createSettingsPage({
    admin: createSsoAdmin({ sso: page.sso, store: createMemoryAuditStore() }),
    url: page.url,
    secrets,
    actorOf: () => ({ ...visitorOf(page.acme), sessionId: page.cookie.slice('session='.length) }),
    now: () => page.clock.at,
  });
  const body = new URLSearchParams({ token });
  const answer = await handle(new Request(`${page.url}/delete-connection`, { method: 'POST', body }));
  return answer!.status;
}

describe('between form and submission', () => {
  it('a session that expired changes nothing, and it is recorded', async () => {
    const page = await open();
    const { token, action } = await deletionForm(page.visitor, page.connection.id);
    page.become(page.cookie, visitorOf(page.acme, { sessionActive: false }));
    const answer = await page.visitor.post(action, { token });
    expect(answer.status).toBe(403);
    expect(textOf(answer.html)).toContain('Your session has expired.');
    expect(page.changes()).toBe(0);
    expect(await page.events()).toMatchObject([
      { metadata: { outcome: 'denied', reason: 'session_expired' } },
    ]);
  });

  it('a role that was taken away changes nothing, and it is recorded', async () => {
    const page = await open();
    const { token, action } = await deletionForm(page.visitor, page.connection.id);
    page.become(page.cookie, visitorOf(page.acme, { role: 'member' }));
    expect((await page.visitor.post(action, { token })).status).toBe(403);
    expect(page.changes()).toBe(0);
    expect(await page.events()).toMatchObject([{ metadata: { outcome: 'denied', reason: 'not_an_admin' } }]);
  });

  it('somebody who signed out changes nothing', async () => {
    const page = await open();
    const { token, action } = await deletionForm(page.visitor, page.connection.id);
    const stranger = createVisitor(page.origin, undefined);
    expect((await stranger.post(action, { token })).status).toBe(401);
    expect(page.changes()).toBe(0);
  });
});

describe('another organization', () => {
  it('has no form for a connection that is not its own', async () => {
    const page = await open();
    const foreign = page.addConnection(page.globex);
    const { status, html } = await page.visitor.get(
      `${pagePath}/delete-connection?id=${encodeURIComponent(foreign.id)}`,
    );
    expect(status).toBe(404);
    expect(formsIn(html)).toEqual([]);
    expect((await page.visitor.get(pagePath)).html).not.toContain(foreign.id);
    expect(page.connections()).toContain(foreign.id);
  });

  it('sees nothing of the activity of another', async () => {
    const page = await open();
    const { token, action } = await deletionForm(page.visitor, page.connection.id);
    await page.visitor.post(action, { token });
    const other = page.visitorAs(page.signIn(visitorOf(page.globex, { name: 'Cara' })));
    const { html } = await other.get(pagePath);
    expect(html).not.toContain('Ada Adams');
    expect(textOf(html)).toContain('Nothing was changed yet.');
  });
});

describe('what a browser is told', () => {
  it('names from the vendor and from the app are text, on every page', async () => {
    const page = await open(
      {
        certificates: () => [
          {
            connectionId: 'memory:conn_1' as never,
            certificateType: hostile,
            expiresAt: hostile,
            expired: null,
            daysUntilExpiry: null,
          },
        ],
      },
      hostile,
    );
    page.become(page.cookie, {
      ...visitorOf(page.acme, {
        name: hostile.replaceAll('\u2028', ''),
        email: null,
        impersonator: { email: '<i>@x', reason: '<b>' },
      }),
      organizationName: hostile,
    });
    page.world.createDirectory({
      organizationId: page.acme,
      identityProvider: hostile,
      name: hostile,
    } as never);
    const confirmation = await page.visitor.get(
      `${pagePath}/delete-connection?id=${encodeURIComponent(page.connection.id)}`,
    );
    const [form] = formsIn(confirmation.html);
    await page.visitor.post(form!.action, { token: form!.token });
    const second = page.addConnection(page.acme);
    const shown = [
      confirmation,
      await page.visitor.get(pagePath),
      await page.visitor.get(`${pagePath}/disable-connection?id=${encodeURIComponent(second.id)}`),
      await page.visitor.get(`${pagePath}/delete-connection?id=${encodeURIComponent(hostile)}`),
      await page.visitor.get(
        `${pagePath}?before=${encodeURIComponent(hostile)}&done=${encodeURIComponent(hostile)}`,
      ),
    ];
    for (const { html } of shown) {
      expect(html).not.toMatch(/<script|<img|<i>|<b>/);
      // Nothing breaks out of an attribute: what looks like one is text.
      expect(html.match(/ onerror=/g)?.length ?? 0).toBe(
        html.match(/&gt;&lt;img src=x onerror=/g)?.length ?? 0,
      );
    }
    expect(textOf(shown[1]!.html)).toContain(hostile.slice(0, 20));
  });

  it('no site may frame the page, load anything into it, or keep it, on any answer', async () => {
    const page = await open({
      onSignedOut: () => new Response('Sign in', { headers: { 'cache-control': 'public' } }),
    });
    const id = encodeURIComponent(page.connection.id);
    const { html } = await page.visitor.get(pagePath);
    const [portal] = formsIn(html);
    const { token, action } = await deletionForm(page.visitor, page.connection.id);
    const answers = [
      await page.visitor.get(pagePath),
      await page.visitor.get(`${pagePath}/delete-connection?id=${id}`),
      await page.visitor.get(`${pagePath}/delete-connection?id=nobody`),
      await page.visitor.get(`${pagePath}/portal`),
      await page.visitor.post(`${pagePath}/portal`, { token: 'x' }),
      await page.visitor.post(portal!.action, { token: portal!.token }),
      await page.visitor.post(action, { token }),
      await createVisitor(page.origin, undefined).get(pagePath),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 405, 403, 303, 303, 200]);
    for (const { headers, html: body } of answers) {
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
      });
      if (!body.startsWith('<!doctype')) continue;
      const policy = headers.get('content-security-policy')!;
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]+'; form-action 'self' https: http:\/\/localhost:\* http:\/\/127\.0\.0\.1:\*; base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect(policy).not.toContain('unsafe');
    }
  });

  it('forms lead to the page and to the origins of the portal alone', async () => {
    const page = await open({ portalOrigins: ['https://setup.workos.com'] });
    const { headers } = await page.visitor.get(pagePath);
    expect(headers.get('content-security-policy')).toContain("form-action 'self' https://setup.workos.com;");
  });

  it('no link makes the page say what did not happen', async () => {
    const page = await open();
    const { token, action } = await deletionForm(page.visitor, page.connection.id);
    const done = await page.visitor.post(action, { token });
    const { html } = await page.visitor.get(done.location!);
    expect(textOf(html)).toContain('Connection deleted.');
    const notice = new URL(done.location!, page.origin).searchParams.get('notice')!;
    const other = page.visitorAs(page.signIn(visitorOf(page.acme, { id: 'user_ben' })));
    for (const [visitor, query] of [
      [other, done.location!.split('?')[1]!],
      [page.visitor, 'done=delete-connection&notice=x'],
      [page.visitor, 'done=delete-connection'],
      [page.visitor, `done=delete-directory&notice=${notice}`],
    ] as const) {
      expect((await visitor.get(`${pagePath}?${query}`)).html).not.toMatch(/role="status"/);
    }
  });
});

describe.each(vendorNames)('at %s', (name) => {
  const vendor = useVendor(name);

  it('no page tells a portal link, a session, a secret or a key', async () => {
    const server = await openPage({ sso: vendor.sso });
    const { organizationId } = vendor.acme;
    const visitor = createVisitor(server.origin, server.signIn(visitorOf(organizationId)));
    const pages: string[] = [];
    const links: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      const { html } = await visitor.get(pagePath);
      pages.push(html);
      for (const form of formsIn(html).filter(({ action }) => action.endsWith('/portal'))) {
        const opened = await visitor.post(form.action, { token: form.token });
        expect(opened.status).toBe(303);
        links.push(opened.location!);
        pages.push(opened.html);
      }
    }
    const id = encodeURIComponent(vendor.acme.connectionId);
    pages.push((await visitor.get(`${pagePath}/delete-connection?id=${id}`)).html);
    await vendor.control.addFault({
      match: { path: 'portal' },
      times: 9,
      status: 400,
      body: `{"message":"${links[0]}"}`,
    });
    const [form] = formsIn(pages[0]!);
    pages.push((await visitor.post(form!.action, { token: form!.token })).html);
    const { emulator } = vendor;
    const key = emulator.vendor === 'scalekit' ? emulator.clientSecret : emulator.apiKey;
    const tokens = links.map((link) => new URL(link).searchParams.get('token') ?? link.split('/').at(-1)!);
    // Sessions and secrets of the page have this word.
    const secrets = ['CANARY', key, ...links, ...tokens];
    const decoded = pages.flatMap((html) =>
      formsIn(html).map(({ token }) => Buffer.from(token.split('.')[1]!, 'base64url').toString()),
    );
    const { entries } = await server.store.list({ organizationId: null, limit: 100 });
    expect(links.length).toBeGreaterThan(3);
    for (const text of [...pages, ...decoded, JSON.stringify(entries)])
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});
