import { describe, expect, it } from 'vitest';
import { visit } from './portal-browser.js';
import { receive } from './receiver.js';
import { type Client, start } from './scalekit-client.js';

const minute = 60_000;

async function linkFor({ call, emulator }: Client, features: readonly string[], number = 0): Promise<string> {
  const query = features.map((feature) => `features=${feature}`).join('&');
  const path = `/api/v1/organizations/${emulator.organizations()[number]?.id}/portal_links`;
  return (await call('PUT', `${path}?${query}`)).body.link.location;
}

/** The types in the event list, oldest first. */
async function told({ call }: Client): Promise<string[]> {
  const { body } = await call('POST', '/api/v1/events', {});
  return body.events.map(({ type }: { type: string }) => type).toReversed();
}

describe('a portal link', () => {
  it('opens once, within its minute, for six hours', async () => {
    const client = await start({ clock: '2026-01-01T00:00:00Z' });
    const { control } = client.emulator;
    const path = `/api/v1/organizations/${client.emulator.organizations()[0]?.id}/portal_links`;
    const { status, body } = await client.call('PUT', `${path}?features=sso&features=dir_sync`);
    expect(status).toBe(200);
    expect(body.link).toEqual({
      id: expect.stringMatching(/^lnk_\d+$/),
      location: expect.stringMatching(/\/magicLink\/[0-9a-f-]{36}_p$/),
      expire_time: '2026-01-01T00:01:00.000013Z',
    });
    const page = await visit(body.link.location);
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect((await visit(body.link.location)).status).toBe(410);

    const late = await linkFor(client, []);
    await control.advanceClock(minute);
    expect((await visit(late)).status).toBe(410);
    await control.advanceClock(6 * 60 * minute);
    expect((await page.press('Disable Acme Okta')).status).toBe(410);
    expect(await told(client)).toEqual([]);
  });

  it('refuses unknown features, and does not outlive its deletion', async () => {
    const client = await start();
    const { call, emulator } = client;
    const path = `/api/v1/organizations/${emulator.organizations()[0]?.id}/portal_links`;
    expect((await call('PUT', `${path}?features=domain_verification`)).status).toBe(400);
    const { link } = (await call('PUT', path)).body;
    expect(await call('DELETE', `${path}/${link.id}`)).toEqual({ status: 200, body: {} });
    expect((await visit(link.location)).status).toBe(410);
    expect((await call('PUT', '/api/v1/organizations/org_1/portal_links')).status).toBe(404);
  });

  it('shows what it is about, without features what is switched on for the organization', async () => {
    const client = await start();
    const shown = async (features: readonly string[]) => {
      const { html } = await visit(await linkFor(client, features));
      const titles = [...html.matchAll(/<h2>([^<]+)</g)].map(([, title]) => title);
      return [...titles, /<p>(Set up [^<]+)</.exec(html)?.[1]];
    };
    expect(await shown(['sso'])).toEqual(['Single sign-on', 'Set up how your people sign in.']);
    expect(await shown(['dir_sync'])).toEqual([
      'Directory sync',
      'Set up the directory your people come from.',
    ]);
    expect(await shown(['sso', 'dir_sync'])).toEqual([
      'Single sign-on',
      'Directory sync',
      'Set up how your people sign in and the directory they come from.',
    ]);
    expect(await shown([])).toEqual(['Single sign-on', 'Set up how your people sign in.']);
  });

  it('may be framed by the origins of redirect URIs', async () => {
    const policyOf = async (client: Client) =>
      (await visit(await linkFor(client, ['sso']))).headers.get('content-security-policy');
    expect(await policyOf(await start())).toContain(
      "frame-ancestors 'self' http://localhost:* http://127.0.0.1:*",
    );
    const seed = {
      organizations: [{ name: 'Acme' }],
      redirectUris: ['https://app.example/callback', 'https://*.app.example/callback'],
    };
    expect(await policyOf(await start({ seed }))).toContain(
      "frame-ancestors 'self' https://app.example https://*.app.example",
    );
  });
});

it('an IT admin sets up, enables, disables and deletes a connection, and the app is told', async () => {
  const client = await start();
  const { call, emulator } = client;
  const receiver = await receive();
  await emulator.control.createWebhookEndpoint({ url: receiver.url });
  const list = async () => (await call('GET', '/api/v1/connections?include=all')).body.connections;
  const before = (await list()).length;
  let page = await visit(await linkFor(client, ['sso']));
  page = await page.press('Disable Acme Okta');
  page = await page.press('Enable Acme Okta');
  page = await page.press('Set up', { identityProvider: 'google', protocol: 'oidc' });
  expect(page.html).toContain('GOOGLE · OIDC');
  const created = (await list()).find(({ provider }: { provider: string }) => provider === 'GOOGLE');
  expect(created).toMatchObject({ type: 'OIDC', status: 'COMPLETED', enabled: false });
  page = await page.press('Enable GOOGLE OIDC');
  page = await page.press('Delete GOOGLE OIDC');
  page = await page.press('Delete Acme Okta');
  expect(page.buttons).toEqual(['Set up']);
  expect(await list()).toHaveLength(before - 1);
  const events = [
    'organization.sso_disabled',
    'organization.sso_enabled',
    'organization.sso_created',
    'organization.sso_enabled',
    'organization.sso_deleted',
    'organization.sso_deleted',
  ];
  expect(await told(client)).toEqual(events);
  await emulator.control.flushWebhooks();
  expect(receiver.types()).toEqual(events);
});

it('an IT admin finishes a connection the app has created', async () => {
  const client = await start();
  const path = `/api/v1/organizations/${client.emulator.organizations()[0]?.id}/connections`;
  const { connection } = (await client.call('POST', path, { provider: 'MICROSOFT_AD', type: 'SAML' })).body;
  let page = await visit(await linkFor(client, ['sso']));
  expect(page.html).toContain('not configured yet');
  page = await page.press('Configure MICROSOFT_AD SAML');
  await page.press('Enable MICROSOFT_AD SAML');
  const { body } = await client.call('GET', `${path}/${connection.id}`);
  expect(body.connection).toMatchObject({
    status: 'COMPLETED',
    enabled: true,
    saml_config: { idp_sso_url: 'https://microsoft-ad.idp.example/sso/saml' },
  });
});

it('an IT admin sees, switches, deletes and sets up directories', async () => {
  const client = await start();
  let page = await visit(await linkFor(client, ['dir_sync']));
  expect(page.html).toContain('SCIM · 2 people, 2 groups');
  page = await page.press('Disable Acme Okta Directory');
  page = await page.press('Enable Acme Okta Directory');
  page = await page.press('Delete Acme Okta Directory');
  page = await page.press('Set up', { identityProvider: 'entra-id' });
  expect(page.html).toContain('waits for the first request');
  const [endpoint = '', token = ''] = [...page.html.matchAll(/<code>([^<]+)<\/code>/g)].map(
    ([, text]) => text,
  );
  const pushed = await fetch(`${endpoint}/Users`, { headers: { authorization: `Bearer ${token}` } });
  expect(pushed.status).toBe(200);
  expect((await visit(page.url)).html).toContain('enabled');
  // Deleting has no event.
  expect(await told(client)).toEqual([
    'organization.directory_disabled',
    'organization.directory_enabled',
    'organization.directory_enabled',
  ]);
});

it('a link reaches neither other organizations nor what it is not about', async () => {
  const client = await start();
  const { emulator } = client;
  const [own, foreign] = emulator.connections();
  const [directory] = emulator.directories();
  const sso = (await visit(await linkFor(client, ['sso']))).url;
  const directories = (await visit(await linkFor(client, ['dir_sync'], 1))).url;
  const off = new URLSearchParams({ enabled: 'false' });
  for (const url of [
    `${sso}/connections/${foreign?.id}`,
    `${sso}/directories/${directory?.id}`,
    `${sso}/directories`,
    `${directories}/connections/${foreign?.id}`,
    `${directories}/connections`,
    `${directories}/directories/${directory?.id}`,
    `${new URL(sso).origin}/portal/unknown/connections/${own?.id}`,
  ])
    expect((await visit(url, off)).status).toBe(410);
  expect(await told(client)).toEqual([]);
});
