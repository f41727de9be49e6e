import { createSettingsPage, createSsoAdmin, type SettingsPageOptions } from '@org/sso-admin';
import { createSso, type CertificateNotice } from '@org/sso-core';
import { createMemoryAuditStore } from '@org/sso-core/audit';
import { createMemoryProvider } from '@org/sso-core/testing';
import { describe, expect, it } from 'vitest';
import { openPage, pagePath, visitorOf } from './support/page.js';
import { useVendor, vendorNames } from './support/vendor.js';
import { createVisitor, formsIn, textOf } from './support/visitor.js';

describe.each(vendorNames)('at %s', (name) => {
  const vendor = useVendor(name);
  const isScalekit = name === 'scalekit';

  async function open(page: Partial<SettingsPageOptions> = {}, change: Parameters<typeof visitorOf>[1] = {}) {
    const server = await openPage({ sso: vendor.sso }, page);
    const cookie = server.signIn(visitorOf(vendor.acme.organizationId, change));
    const actions = async () => {
      const { entries } = await server.store.list({ organizationId: null, limit: 100 });
      return entries.map(({ event }) => event);
    };
    return { ...server, visitor: createVisitor(server.origin, cookie), actions };
  }

  it('shows connections, directories and what can be done with them', async () => {
    const { visitor } = await open();
    const { status, html } = await visitor.get(pagePath);
    expect(status).toBe(200);
    expect(html).toContain('<title>Single sign-on</title>');
    const text = textOf(html);
    for (const shown of ['Acme Corp', vendor.acme.connectionId, vendor.acme.directoryId, 'Okta', 'SAML'])
      expect(text).toContain(shown);
    expect(text).toContain('Nothing was changed yet.');
    const buttons = formsIn(html).map(({ button }) => button);
    expect(buttons[0]).toMatch(/^Manage SSO ↗ \(opens a new tab\)$/);
    expect(buttons.some((button) => button.startsWith('Manage directory sync'))).toBe(true);
    expect(buttons.some((button) => button.startsWith('Verify domains'))).toBe(!isScalekit);
    expect(html.includes('disable-connection')).toBe(isScalekit);
    expect(html).toContain(`${pagePath}/delete-connection?id=`);
  });

  it('a member sees the same without buttons and without the activity', async () => {
    const { visitor } = await open({}, { role: 'member' });
    const { status, html } = await visitor.get(pagePath);
    expect(status).toBe(200);
    expect(textOf(html)).toContain(vendor.acme.connectionId);
    expect(html).not.toMatch(/<form|<button|delete-connection|Recent activity/);
  });

  it('an admin whose session is over is told so and finds no button', async () => {
    const { visitor } = await open({}, { sessionActive: false });
    const { html } = await visitor.get(pagePath);
    expect(textOf(html)).toContain('Your session has expired');
    expect(html).not.toMatch(/<form|<button|delete-connection/);
    expect(html).toContain('Recent activity');
  });

  it('the portal is opened by a form, with a link of that moment', async () => {
    const { visitor, actions } = await open();
    const { html } = await visitor.get(pagePath);
    const [form] = formsIn(html);
    const opened = await visitor.post(form!.action, { token: form!.token });
    expect(opened).toMatchObject({ status: 303, html: '' });
    expect(opened.location).toContain(vendor.emulator.url);
    expect((await fetch(opened.location!)).status).toBe(200);
    expect((await actions())[0]).toMatchObject({
      action: 'sso.create_management_portal_url',
      metadata: { intent: 'sso', outcome: 'success', source: `${pagePath}/portal` },
      context: { location: '127.0.0.1' },
    });
    expect(textOf((await visitor.get(pagePath)).html)).toContain('Ada Adams opened the management portal');
  });

  it('opens the portal in place over https where its link carries the way back', async () => {
    const admin = createSsoAdmin({ sso: vendor.sso, store: createMemoryAuditStore() });
    const url = `https://app.example${pagePath}`;
    const page = createSettingsPage({
      admin,
      url,
      secrets: ['x'.repeat(32)],
      actorOf: () => ({ ...visitorOf(vendor.acme.organizationId), sessionId: 's' }),
    });
    const html = await (await page(new Request(url)))!.text();
    expect(html.includes('target="_blank"')).toBe(isScalekit);
    const [form] = formsIn(html);
    const body = new URLSearchParams({ token: form!.token });
    const opened = (await page(new Request(`${url}/portal`, { method: 'POST', body })))!;
    expect(opened.status).toBe(303);
    const requests = await vendor.control.traffic();
    const asked = requests.find(({ path }) => /portal/.test(path))!;
    expect(asked.body.includes(`"return_url":"${url}"`)).toBe(!isScalekit);
  });

  it('a connection is deleted after a question, and the page says so', async () => {
    const { visitor, actions } = await open();
    const { connectionId } = vendor.acme;
    const { html } = await visitor.get(pagePath);
    const href = /href="([^"]*delete-connection[^"]*)"/.exec(html)![1]!;
    const asked = await visitor.get(href);
    expect(asked.status).toBe(200);
    expect(textOf(asked.html)).toContain('This cannot be undone.');
    expect(textOf(asked.html)).toContain(connectionId);
    const [form, ...others] = formsIn(asked.html);
    expect(others).toEqual([]);
    expect(form!.button).toBe('Delete the connection');
    const done = await visitor.post(form!.action, { token: form!.token });
    expect(done.status).toBe(303);
    const after = await visitor.get(done.location!);
    expect(textOf(after.html)).toContain('Connection deleted.');
    expect(after.html).toContain('<title>Connection deleted. Single sign-on</title>');
    expect(textOf(after.html)).toContain('No connection yet.');
    expect(textOf(after.html)).toMatch(/Ada Adams deleted the connection .*okta/i);
    expect((await actions()).filter(({ action }) => action === 'sso.delete_connection')).toHaveLength(1);
    expect((await visitor.get(href)).status).toBe(404);
  });

  it('asks no question of what cannot be done, and says why', async () => {
    const ask = async (change: string, visitor: Awaited<ReturnType<typeof open>>['visitor']) => {
      const id = encodeURIComponent(vendor.acme.connectionId);
      const { status, html } = await visitor.get(`${pagePath}/${change}?id=${id}`);
      expect(formsIn(html)).toEqual([]);
      return [status, textOf(html)];
    };
    const late = await open({}, { sessionActive: false });
    expect(await ask('delete-connection', late.visitor)).toEqual([
      403,
      expect.stringContaining('Your session has expired'),
    ]);
    const member = await open({}, { role: 'member' });
    expect(await ask('delete-connection', member.visitor)).toEqual([
      403,
      expect.stringContaining('This is not allowed for you'),
    ]);
    const { visitor } = await open();
    if (!isScalekit)
      expect(await ask('disable-connection', visitor)).toEqual([
        400,
        expect.stringContaining('This cannot be done here'),
      ]);
  });

  it('what can be switched is switched', async () => {
    const { visitor } = await open();
    if (!isScalekit) {
      expect((await visitor.get(pagePath)).html).not.toMatch(/Switch o/);
      return;
    }
    for (const kind of ['connection', 'directory']) {
      const { html } = await visitor.get(pagePath);
      const href = new RegExp(`href="([^"]*disable-${kind}[^"]*)"`).exec(html)![1]!;
      const [off] = formsIn((await visitor.get(href)).html);
      const switchedOff = await visitor.post(off!.action, { token: off!.token });
      const shown = await visitor.get(switchedOff.location!);
      expect(textOf(shown.html)).toContain('switched off.');
      expect(textOf(shown.html)).toContain('Switched off');
      const on = formsIn(shown.html).find(({ action }) => action.endsWith(`enable-${kind}`))!;
      const switchedOn = await visitor.post(on.action, { token: on.token });
      expect(textOf((await visitor.get(switchedOn.location!)).html)).toContain('switched on.');
    }
  });

  it('a directory is deleted after a question, where the provider has it', async () => {
    const { visitor } = await open();
    const { html } = await visitor.get(pagePath);
    const href = /href="([^"]*delete-directory[^"]*)"/.exec(html)?.[1];
    expect(href === undefined).toBe(isScalekit);
    if (href === undefined) return;
    const [form] = formsIn((await visitor.get(href)).html);
    const done = await visitor.post(form!.action, { token: form!.token });
    expect(textOf((await visitor.get(done.location!)).html)).toContain('No directory yet.');
  });

  it('a vendor that is down is said in our words', async () => {
    const { visitor } = await open();
    await vendor.control.addFault({
      match: { path: 'connections' },
      times: 10,
      status: 503,
      body: '{"message":"CANARY"}',
    });
    const { status, html } = await visitor.get(pagePath);
    expect(status).toBe(503);
    expect(textOf(html)).toContain('try again in a moment');
    expect(html).not.toContain('CANARY');
  });

  it('something deleted meanwhile is said to be gone', async () => {
    const { visitor } = await open();
    const { html } = await visitor.get(pagePath);
    const href = /href="([^"]*delete-connection[^"]*)"/.exec(html)![1]!;
    const forms = [await visitor.get(href), await visitor.get(href)].map((page) => formsIn(page.html)[0]!);
    expect((await visitor.post(forms[0]!.action, { token: forms[0]!.token })).status).toBe(303);
    const late = await visitor.post(forms[1]!.action, { token: forms[1]!.token });
    expect(late.status).toBe(404);
    expect(textOf(late.html)).toContain('Somebody may have deleted it meanwhile');
    const activity = textOf((await visitor.get(pagePath)).html);
    expect(activity).toMatch(/tried to delete the connection .* Failed .* It was not there\./);
  });
});

describe('the page', () => {
  async function open(page: Partial<SettingsPageOptions> = {}) {
    const { provider, world } = createMemoryProvider();
    const { id: acme } = world.createOrganization({ name: 'Acme', domains: ['acme.example'] });
    const connection = world.createConnection({
      organizationId: acme,
      identityProvider: 'okta',
      protocol: 'saml',
      name: 'Okta',
    });
    const server = await openPage({ sso: createSso({ provider }) }, page);
    const cookie = server.signIn(visitorOf(acme));
    return { ...server, acme, connection, world, visitor: createVisitor(server.origin, cookie) };
  }

  it('leaves other paths to the app', async () => {
    const { visitor } = await open();
    for (const path of ['/', '/settings', '/settings/sso2', `${pagePath}/nothing`, `${pagePath}/portal/x`])
      expect((await visitor.get(path)).status).toBe(404);
    expect((await visitor.get(`${pagePath}/`)).status).toBe(200);
  });

  it('answers other methods with what it takes', async () => {
    const { visitor, url } = await open();
    for (const [path, allow] of [
      ['portal', 'POST'],
      ['enable-connection', 'POST'],
    ]) {
      const answer = await visitor.get(`${pagePath}/${path}`);
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    }
    const put = await fetch(`${url}/delete-connection`, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST']);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([401, '']);
  });

  it('sends visitors who are not signed in where the app says', async () => {
    const { origin } = await open();
    const stranger = createVisitor(origin, undefined);
    const told = await stranger.get(pagePath);
    expect(told.status).toBe(401);
    expect(textOf(told.html)).toContain('Sign in to see the settings.');
    const redirecting = await open({
      onSignedOut: () => Response.redirect('https://app.example/sign-in', 302),
    });
    const sent = await createVisitor(redirecting.origin, undefined).get(pagePath);
    expect(sent).toMatchObject({ status: 302, location: 'https://app.example/sign-in' });
    expect(sent.headers.get('cache-control')).toBe('no-store');
  });

  it('shows the activity in pages, newest first, without mere looks', async () => {
    const { visitor, world, acme } = await open();
    for (let index = 1; index <= 12; index += 1) {
      const { id } = world.createConnection({
        organizationId: acme,
        identityProvider: 'okta',
        protocol: 'saml',
        name: `Number ${index}`,
      });
      const asked = await visitor.get(`${pagePath}/delete-connection?id=${id}`);
      const [form] = formsIn(asked.html);
      await visitor.post(form!.action, { token: form!.token });
    }
    const first = await visitor.get(pagePath);
    const numbersIn = (html: string) =>
      [...textOf(html).matchAll(/deleted the connection Number (\d+)/g)].map(([, number]) => Number(number));
    expect(numbersIn(first.html)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    const href = /href="([^"]*before=[^"]*)"/.exec(first.html)![1]!;
    const second = await visitor.get(href);
    expect(numbersIn(second.html)).toEqual([2, 1]);
    expect(second.html).not.toContain('before=');
    const broken = await visitor.get(`${pagePath}?before=x`);
    expect(broken.status).toBe(400);
  });

  it('tells who acted in whose name, and what came of it', async () => {
    const { visitor, signIn, origin, acme } = await open();
    const impersonator = { email: 'support@app.example', reason: 'Ticket 4711' };
    const helper = createVisitor(origin, signIn(visitorOf(acme, { impersonator })));
    const [form] = formsIn((await helper.get(pagePath)).html);
    await helper.post(form!.action, { token: form!.token });
    const { html } = await visitor.get(pagePath);
    expect(textOf(html)).toContain('by support@app.example in their name: Ticket 4711');
  });

  it('warns of certificates', async () => {
    const notice = (change: Partial<CertificateNotice>): CertificateNotice => ({
      connectionId: 'memory:conn_1' as CertificateNotice['connectionId'],
      certificateType: 'response_signing',
      expiresAt: '2027-01-31T00:00:00Z',
      expired: false,
      daysUntilExpiry: 30,
      ...change,
    });
    const cases: [Partial<CertificateNotice>, string][] = [
      [{}, 'The response signing certificate expires on 31 Jan 2027.'],
      [{ expired: true }, 'The response signing certificate has expired on 31 Jan 2027.'],
      [{ expiresAt: null }, 'The response signing certificate expires soon.'],
      [{ expiresAt: 'nonsense', expired: true }, 'The response signing certificate has expired.'],
    ];
    for (const [change, text] of cases) {
      const page = await open({ certificates: async () => [notice({}), notice(change)].slice(-1) });
      const own = { ...change, connectionId: page.connection.id };
      const { visitor } = await open({ certificates: () => [notice(own)] });
      expect(textOf((await visitor.get(pagePath)).html)).toContain(text);
    }
    const { visitor } = await open({
      certificates: () => [notice({ connectionId: 'memory:other' as CertificateNotice['connectionId'] })],
    });
    expect(textOf((await visitor.get(pagePath)).html)).not.toContain('certificate');
  });

  it('has the colours of the theme, in light and in dark', async () => {
    const { visitor } = await open({
      theme: {
        light: { accent: '#0a7' },
        dark: { accent: 'rgb(0 200 120)' },
        radius: '2px',
        font: 'Inter, sans-serif',
      },
      backLink: { url: '/home?a=1&b=2', text: 'Back to <Notes>' },
    });
    const { html, headers } = await visitor.get(pagePath);
    expect(html).toContain('--sso-accent:#0a7;');
    expect(html).toContain('--sso-accent:rgb(0 200 120);');
    expect(html).toContain('--sso-radius:2px;');
    expect(html).toContain('<a href="/home?a=1&amp;b=2">');
    expect(textOf(html)).toContain('Back to <Notes>');
    expect(headers.get('content-security-policy')).toMatch(/style-src 'sha256-[\w+/=]{44}'/);
  });

  it('leaves mistakes of the app to the app', async () => {
    const { provider, world } = createMemoryProvider();
    const { id: acme } = world.createOrganization({ name: 'Acme' });
    const url = `https://app.example${pagePath}`;
    const good = { ...visitorOf(acme), sessionId: 's' };
    const mistakes = [
      [{ ...good, sessionId: undefined as never }, 'id of the session'],
      [{ ...good, sessionId: '' }, 'id of the session'],
      [{ ...good, sessionActive: 'yes' as never }, 'sessionActive'],
      [{ ...good, actor: { ...good.actor, role: '' } }, 'actor.role'],
    ] as const;
    for (const [visitor, message] of mistakes) {
      const page = createSettingsPage({
        admin: createSsoAdmin({ sso: createSso({ provider }), store: createMemoryAuditStore() }),
        url,
        secrets: ['x'.repeat(32)],
        actorOf: () => visitor,
      });
      await expect(page(new Request(url))).rejects.toMatchObject({
        code: 'invalid_argument',
        message: expect.stringContaining(message),
      });
    }
  });

  it.each<[string, Partial<SettingsPageOptions>]>([
    ['a url without path', { url: 'https://app.example/' }],
    ['a url that is none', { url: '/settings/sso' }],
    ['a url with a query', { url: 'https://app.example/settings?a=1' }],
    ['a plain http url', { url: 'http://app.example/settings' }],
    ['no secret', { secrets: [] }],
    ['a short secret', { secrets: ['x'.repeat(31)] }],
    ['an unset secret', { secrets: [undefined as unknown as string] }],
    ['a theme that ends its rule', { theme: { light: { accent: 'red;} body{display:none' } } }],
    ['a theme that ends the style sheet', { theme: { font: '</style><script>' } }],
  ])('refuses %s', async (_, change) => {
    await expect(open(change)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(/^createSettingsPage: /),
    });
  });
});
