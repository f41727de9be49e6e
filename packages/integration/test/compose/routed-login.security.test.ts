import { connectionId, createSso } from '@org/sso-core';
import { createMemoryRoutes } from '@org/sso-core/compose';
import { createLoginHandlers } from '@org/sso-core/web';
import { expect, it } from 'vitest';
import { loginSettings, redirectUri, startApp, useVendors, type VendorName } from './support.js';

const vendors = useVendors();
const acme = { domain: 'acme.example' };
const ada = { email: 'ada@acme.example' };
const names = ['workos', 'scalekit'] as const;
const otherThan = (name: VendorName): VendorName => (name === 'workos' ? 'scalekit' : 'workos');

const routesTo = (name: VendorName) => createMemoryRoutes([[acme, name]]);
const signIn = (name: VendorName, url: string) => vendors.emulator[name].control.signIn(url, ada);
const posts = async (name: VendorName) =>
  (await vendors.traffic(name)).filter(({ method }) => method === 'POST');

it.each(names)('a login goes to %s when its route says so, and nothing of it to the other', async (name) => {
  const { login } = startApp(vendors, { routes: routesTo(name) });
  const { selector, loginHint } = await login.lookup('Ada@Acme.example');
  const { url, flow } = await login.begin({ ...selector!, loginHint });
  expect(url).toMatch(vendors.emulator[name].url);
  const callback = await signIn(name, url);
  expect(callback).toMatch(redirectUri(name));
  const { profile } = await login.complete({ callback, flow });
  expect(profile).toMatchObject({ provider: name, email: ada.email });
  expect(await vendors.codes(name)).toEqual([new URL(callback).searchParams.get('code')]);
  expect(await vendors.traffic(otherThan(name))).toEqual([]);
});

it.each(names)(
  'a login begun at %s finishes there after its route changed and the process began anew',
  async (name) => {
    const routes = routesTo(name);
    const begun = await startApp(vendors, { routes }).login.begin(acme);
    routes.set(acme, otherThan(name));
    const callback = await signIn(name, begun.url);
    const { login } = startApp(vendors, { routes });
    const { profile, organizationId } = await login.complete({ callback, flow: begun.flow });
    expect(profile.provider).toBe(name);
    expect(organizationId).toBe(vendors.organization(name, 'Acme Corp'));
    expect(await vendors.codes(otherThan(name))).toEqual([]);
    expect((await login.begin(acme)).url).toMatch(vendors.emulator[otherThan(name)].url);
  },
);

it('a login begun before the second vendor came finishes after', async () => {
  const before = createSso({
    provider: vendors.provider.workos,
    login: { ...loginSettings, redirectUri: redirectUri('workos') },
  });
  const { url, flow } = await before.login.begin(acme);
  const callback = await signIn('workos', url);
  const { login } = startApp(vendors, { routes: routesTo('scalekit') });
  expect((await login.complete({ callback, flow })).profile.provider).toBe('workos');
});

it('a login begun at a vendor that is gone is refused', async () => {
  const begun = await startApp(vendors, { routes: routesTo('workos') }).login.begin(acme);
  const callback = await signIn('workos', begun.url);
  const after = createSso({
    provider: vendors.provider.scalekit,
    login: { ...loginSettings, redirectUri: redirectUri('scalekit') },
  });
  await expect(after.login.complete({ callback, flow: begun.flow })).rejects.toMatchObject({
    reason: 'provider_mismatch',
  });
  expect(await posts('scalekit')).toEqual([]);
});

it.each(names)(
  'mix-up: a code issued by the other vendor never reaches %s, where the login began',
  async (name) => {
    const other = otherThan(name);
    const { login } = startApp(vendors);
    const mine = await login.begin({ organization: vendors.organization(name, 'Acme Corp') });
    const theirs = await login.begin({ organization: vendors.organization(other, 'Acme Corp') });
    // A vendor that plays foul sends the browser on to the other one, under the state of its own login.
    const detour = new URL(theirs.url);
    detour.searchParams.set('state', mine.state);
    const callback = await signIn(other, detour.href);
    for (const flow of [mine.flow, theirs.flow]) {
      await expect(login.complete({ callback, flow })).rejects.toMatchObject({
        code: 'login_rejected',
        reason: flow === mine.flow ? 'provider_mismatch' : 'state_mismatch',
      });
    }
    for (const vendor of names) expect(await posts(vendor)).toEqual([]);
  },
);

it('two vendors cannot share a redirect URI, nor its path', () => {
  const provider = startApp(vendors).provider;
  const attempts = [
    'https://app.example/callback',
    { workos: 'https://app.example/callback', scalekit: 'https://app.example/callback' },
    { workos: 'https://a.example/callback', scalekit: 'https://b.example/callback' },
    { workos: 'https://app.example/callback' },
    { workos: redirectUri('workos'), scalekit: redirectUri('scalekit'), okta: 'https://app.example/okta' },
    undefined as never,
  ];
  for (const given of attempts) {
    expect(() => createSso({ provider, login: { ...loginSettings, redirectUri: given } })).toThrow(
      /login\.redirectUri/,
    );
  }
});

it('the organization a login asks for may have moved: its counterpart has the same external id', async () => {
  const organization = vendors.organization('workos', 'Acme Corp');
  const routes = createMemoryRoutes([[{ organization }, 'scalekit']]);
  const { login } = startApp(vendors, { routes });
  const { url, flow } = await login.begin({ organization });
  const result = await login.complete({ callback: await signIn('scalekit', url), flow });
  expect(result.organizationId).toBe(vendors.organization('scalekit', 'Acme Corp'));
  expect(result.assurance).toContain('selector_match');
  routes.delete({ organization });
  expect((await login.begin({ organization })).url).toMatch(vendors.emulator.workos.url);
});

it('without a route a login is refused before any request, and a look-up finds nobody', async () => {
  const { login } = startApp(vendors);
  for (const selector of [acme, { identityProvider: 'google' }])
    await expect(login.begin(selector)).rejects.toMatchObject({ code: 'failed_precondition' });
  expect(await login.lookup(ada.email)).toMatchObject({ selector: null });
  for (const name of names) expect(await vendors.traffic(name)).toEqual([]);
  const elsewhere = startApp(vendors, { routes: createMemoryRoutes([[acme, 'okta']]) });
  await expect(elsewhere.login.begin(acme)).rejects.toMatchObject({ code: 'failed_precondition' });
});

it('who has no route goes to the fallback', async () => {
  const { login } = startApp(vendors, { fallback: 'scalekit' });
  expect((await login.begin(acme)).url).toMatch(vendors.emulator.scalekit.url);
});

it.each(names)('access token and logout of a login at %s', async (name) => {
  const { login } = startApp(vendors, { routes: routesTo(name) });
  const { id } = await vendors.emulator[name].control.createConnection({
    organizationId: vendors.organization(name, 'Acme Corp').slice(name.length + 1),
    protocol: 'oidc',
    identityProvider: 'generic',
  });
  const { url, flow } = await login.begin({ connection: connectionId(`${name}:${id}`) });
  const callback = await signIn(name, url);
  const { tokens, profile } = await login.complete({ callback, flow });
  const { issuer } = await login.verifyAccessToken(tokens.accessToken);
  expect(issuer).toMatch(vendors.emulator[name].url);
  await expect(login.verifyAccessToken(`${tokens.accessToken.reveal()}x`)).rejects.toMatchObject({
    code: 'verification_failed',
  });
  const session = { idToken: tokens.idToken ?? undefined, profileId: profile.vendorId };
  expect(await login.logoutUrl({ provider: profile.provider, ...session })).toMatch(
    vendors.emulator[name].url,
  );
  for (const provider of [undefined, 'okta'])
    await expect(login.logoutUrl({ provider, ...session })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
});

it('logins that begin at an identity provider are recognised whichever vendor they come through', async () => {
  const { login } = startApp(vendors);
  const start = async (name: VendorName) => {
    const [connection] = vendors.emulator[name].connections();
    const { control } = vendors.emulator[name];
    return (await control.startFromIdentityProvider(connection!.id, ada)).location;
  };
  const scalekit = await login.readIdpInitiated(await start('scalekit'));
  expect(scalekit).toMatchObject({ selector: { connection: expect.stringMatching(/^scalekit:/) } });
  expect((await login.begin(scalekit!.selector!)).url).toMatch(vendors.emulator.scalekit.url);
  expect(await login.readIdpInitiated(await start('workos'))).toMatchObject({ selector: null });
  expect(await vendors.codes('workos')).toEqual([]);
  await expect(
    login.readIdpInitiated('https://app.example/sso/scalekit/idp-initiated?idp_initiated_login=forged'),
  ).rejects.toMatchObject({ code: 'verification_failed' });
});

it.each(names)('one set of handlers serves the callback of %s', async (name) => {
  const { handle } = createLoginHandlers({
    sso: startApp(vendors, { routes: routesTo(name) }),
    onLogin: ({ profile }) => new Response(profile.provider),
  });
  const started = await handle(new Request('https://app.example/sso/workos/start?email=ada@acme.example'));
  const cookie = started!.headers.get('set-cookie')!.split(';')[0]!;
  const callback = await signIn(name, started!.headers.get('location')!);
  const answer = await handle(new Request(callback, { headers: { cookie } }));
  expect(await answer!.text()).toBe(name);
});
