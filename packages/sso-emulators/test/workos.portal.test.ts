import type { WorkosEmulator } from '@org/sso-emulators';
import { describe, expect, it } from 'vitest';
import { visit } from './portal-browser.js';
import { receive } from './receiver.js';
import { call, workos, world } from './support.js';

const frozen = '2026-03-01T12:00:00.000Z';
const minute = 60_000;

async function linkFor(
  emulator: WorkosEmulator,
  organization: string,
  intent: string,
  more: object = {},
): Promise<string> {
  const { body } = await call(emulator, 'POST', '/portal/generate_link', { organization, intent, ...more });
  return body.link;
}

/** Everything the stream tells of these types, oldest first. */
async function told(emulator: WorkosEmulator, types: readonly string[]): Promise<string[]> {
  const { body } = await call(emulator, 'GET', `/events?limit=100&events=${types.join(',')}`);
  return body.data.map(({ event }: { event: string }) => event);
}

const connectionEvents = ['activated', 'deactivated', 'deleted'].map((verb) => `connection.${verb}`);
const directoryEvents = ['activated', 'deleted'].map((verb) => `dsync.${verb}`);

describe('a portal link', () => {
  it('opens for five minutes; the page stays for an hour', async () => {
    const emulator = await workos({ clock: frozen });
    const { acme } = world(emulator);
    const link = await linkFor(emulator, acme.id, 'sso');
    let page = await visit(link);
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
    await emulator.control.advanceClock(5 * minute);
    expect((await visit(link)).status).toBe(400);
    expect((await visit(link, new URLSearchParams({ deactivate: 'any' }))).status).toBe(400);
    page = await page.press('Deactivate Acme Okta');
    expect(page.html).toContain('inactive');
    await emulator.control.advanceClock(60 * minute);
    expect((await page.press('Activate Acme Okta')).status).toBe(400);
    expect((await call(emulator, 'GET', '/connections')).body.data[1].state).toBe('inactive');
  });

  it('is refused for unknown organizations and wrong fields', async () => {
    const emulator = await workos();
    const { acme } = world(emulator);
    const unknown = await call(emulator, 'POST', '/portal/generate_link', {
      organization: 'bogus-id',
      intent: 'sso',
    });
    expect([unknown.status, unknown.body]).toEqual([
      400,
      { message: 'Could not find an organization with the id, bogus-id.' },
    ]);
    for (const wrong of [{ intent: 'party' }, { return_url: 'http://app.example' }, { organization: '' }]) {
      const refused = await call(emulator, 'POST', '/portal/generate_link', {
        organization: acme.id,
        ...wrong,
      });
      expect(refused.status).toBe(422);
    }
  });

  it('ends with its organization', async () => {
    const emulator = await workos();
    const { acme } = world(emulator);
    const link = await linkFor(emulator, acme.id, 'sso');
    const page = await visit(link);
    await call(emulator, 'DELETE', `/organizations/${acme.id}`);
    expect((await visit(page.url)).status).toBe(400);
    expect((await visit(link)).status).toBe(400);
  });

  it('leads back to the app where it was told to, and on when the set-up is finished', async () => {
    const emulator = await workos();
    const { acme, okta } = world(emulator);
    await emulator.control.updateConnection(okta.id, { status: 'inactive' });
    const back = 'http://localhost:3000/settings?tab=sso&x="y"';
    const success = 'http://localhost:3000/done';
    const page = await visit(
      await linkFor(emulator, acme.id, 'sso', { return_url: back, success_url: success }),
    );
    expect(page.html).toContain('href="http://localhost:3000/settings?tab=sso&amp;x=&quot;y&quot;"');
    expect((await page.press('Activate Acme Okta')).url).toBe(success);
    const stays = await visit(await linkFor(emulator, acme.id, 'sso', { return_url: back }));
    expect((await stays.press('Deactivate Acme Okta')).url).toBe(stays.url);
    expect((await visit(await linkFor(emulator, acme.id, 'sso'))).html).not.toContain('Back to the app');
  });
});

describe('behind a link for single sign-on an IT admin', () => {
  it('verifies a domain, connects, deactivates, activates and removes, and the app is told', async () => {
    const emulator = await workos();
    const { control } = emulator;
    const receiver = await receive();
    await control.createWebhookEndpoint({ url: receiver.url, events: connectionEvents });
    const { id } = await control.createOrganization({ name: 'Initech' });
    await call(emulator, 'POST', '/organization_domains', { organization_id: id, domain: 'initech.example' });

    let page = await visit(await linkFor(emulator, id, 'sso', { admin_emails: ['it@initech.example'] }));
    expect(page.buttons).toEqual(['Verify initech.example', 'Connect']);
    const refused = await page.press('Connect');
    expect([refused.status, refused.html]).toEqual([400, expect.stringContaining('Verify a domain first')]);
    page = await page.press('Verify initech.example');
    page = await page.press('Connect', { identityProvider: 'okta', protocol: 'saml' });
    expect(page.buttons).toEqual(['Activate Initech okta', 'Remove Initech okta']);
    const listed = async () => (await call(emulator, 'GET', `/connections?organization_id=${id}`)).body.data;
    expect(await listed()).toMatchObject([{ connection_type: 'OktaSAML', state: 'validating' }]);
    page = await page.press('Activate Initech okta');
    expect(await listed()).toMatchObject([{ state: 'active', status: 'linked' }]);
    page = await page.press('Deactivate Initech okta');
    expect(await listed()).toMatchObject([{ state: 'inactive' }]);
    page = await page.press('Activate Initech okta');
    page = await page.press('Remove Initech okta');
    expect(await listed()).toEqual([]);
    expect(page.buttons).toEqual(['Connect']);

    const events = [
      'connection.activated',
      'connection.deactivated',
      'connection.activated',
      'connection.deleted',
    ];
    expect(await told(emulator, connectionEvents)).toEqual(events);
    await control.flushWebhooks();
    expect(receiver.types()).toEqual(events);
  });

  it('has one connection, and finds nothing of other organizations or intents', async () => {
    const emulator = await workos();
    const { acme, okta, entra } = world(emulator);
    const [directory] = emulator.directories();
    const { url } = await visit(await linkFor(emulator, acme.id, 'sso'));
    const submit = (form: Record<string, string>) => visit(url, new URLSearchParams(form));
    for (const form of [
      { identityProvider: 'okta', protocol: 'saml' },
      { deactivate: entra.id },
      { remove: entra.id },
      { remove: directory?.id ?? '' },
      { renew: okta.id },
      { add: 'acme.test' },
      {},
    ])
      expect((await submit(form)).status).toBe(400);
    expect(emulator.connections().map(({ status }) => status)).toEqual(['active', 'active']);
    expect(emulator.directories()).toHaveLength(1);
    expect(await told(emulator, [...connectionEvents, ...directoryEvents])).toEqual([]);
  });
});

it('behind a link for directories an IT admin sees, switches and removes them', async () => {
  const emulator = await workos();
  const { acme, globex, okta } = world(emulator);
  let page = await visit(await linkFor(emulator, acme.id, 'dsync'));
  expect(page.buttons).toEqual(['Deactivate Acme Okta Directory', 'Remove Acme Okta Directory']);
  expect(page.html).toContain('okta scim v2.0 · 2 people, 2 groups');
  expect((await visit(page.url, new URLSearchParams({ deactivate: okta.id }))).status).toBe(400);
  page = await page.press('Deactivate Acme Okta Directory');
  expect(emulator.directories()[0]?.status).toBe('unlinked');
  page = await page.press('Activate Acme Okta Directory');
  page = await page.press('Remove Acme Okta Directory');
  expect(await told(emulator, directoryEvents)).toEqual(['dsync.activated', 'dsync.deleted']);
  expect(page.buttons).toEqual(['Connect']);

  let other = await visit(await linkFor(emulator, globex.id, 'dsync'));
  other = await other.press('Connect', { identityProvider: 'entra-id' });
  expect(other.html).toContain('validating');
  const [endpoint = '', token = ''] = [...other.html.matchAll(/<code>([^<]+)<\/code>/g)].map(
    ([, text]) => text,
  );
  const pushed = await fetch(`${endpoint}/Users`, { headers: { authorization: `Bearer ${token}` } });
  expect(pushed.status).toBe(200);
  expect((await visit(other.url)).html).toContain('linked');
});

it('behind a link for domains an IT admin adds and verifies them', async () => {
  const emulator = await workos();
  const { acme, globex } = world(emulator);
  let page = await visit(await linkFor(emulator, acme.id, 'domain_verification'));
  page = await page.press('Add the domain', { add: 'acme.test' });
  expect(page.html).toMatch(/superapp-domain-verification-\w+\.acme\.test/);
  page = await page.press('Verify acme.test');
  expect(page.buttons).toEqual(['Add the domain']);
  expect(await told(emulator, ['organization_domain.created', 'organization_domain.verified'])).toEqual([
    'organization_domain.created',
    'organization_domain.verified',
  ]);
  expect((await page.press('Add the domain', { add: 'no domain' })).status).toBe(400);
  await page.press('Add the domain', { add: 'globex.example' });
  const owners = emulator.organizations().filter(({ domains }) => domains.includes('globex.example'));
  expect(owners.map(({ id }) => id)).toEqual([globex.id]);
});

it('behind a link for certificates an IT admin renews one', async () => {
  const emulator = await workos();
  const { acme, globex } = world(emulator);
  const page = await visit(await linkFor(emulator, acme.id, 'certificate_renewal'));
  await page.press('Renew the certificate of Acme Okta');
  expect(await told(emulator, ['connection.saml_certificate_renewed'])).toHaveLength(1);
  // OpenID Connect has none.
  expect((await visit(await linkFor(emulator, globex.id, 'certificate_renewal'))).buttons).toEqual([]);
});

it('behind a link for audit logs is what was recorded, of this organization only', async () => {
  const emulator = await workos({
    seed: {
      organizations: [{ name: 'Acme' }, { name: 'Globex' }],
      auditActions: [{ action: 'sso.delete_connection', targets: [{ type: 'sso_connection' }] }],
    },
  });
  const [acme, globex] = emulator.organizations();
  const record = (organization: string, name: string) =>
    call(emulator, 'POST', '/audit_logs/events', {
      organization_id: organization,
      event: {
        action: 'sso.delete_connection',
        occurred_at: frozen,
        actor: { id: 'user_1', type: 'user', name },
        targets: [{ id: 'conn_1', type: 'sso_connection' }],
        context: { location: '203.0.113.9' },
      },
    });
  const link = await linkFor(emulator, acme!.id, 'audit_logs');
  expect((await visit(link)).html).toContain('Nothing was recorded yet');
  await record(acme!.id, 'Ada <script>alert(1)</script>');
  await record(globex!.id, 'Cara');
  const { html, buttons } = await visit(link);
  expect(html).toContain('Ada &lt;script&gt;alert(1)&lt;/script&gt;, from 203.0.113.9');
  expect(html).not.toContain('Cara');
  expect(buttons).toEqual([]);
});

it.each(['log_streams', 'bring_your_own_key'])(
  'a link for %s opens a page without anything',
  async (intent) => {
    const emulator = await workos();
    const page = await visit(await linkFor(emulator, world(emulator).acme.id, intent));
    expect([page.status, page.buttons]).toEqual([200, []]);
  },
);
