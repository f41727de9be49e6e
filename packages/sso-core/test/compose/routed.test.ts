import { createSso, requireFacet, SsoError } from '@org/sso-core';
import { createMemoryRoutes, routed } from '@org/sso-core/compose';
import { defineProvider, type SsoProvider } from '@org/sso-core/provider';
import { createMemoryProvider } from '@org/sso-core/testing';
import { expect, test } from 'vitest';

const memory = (id: string) => createMemoryProvider({ id });
const routes = createMemoryRoutes();

test.each<readonly [string, Parameters<typeof routed>[0], RegExp]>([
  ['no provider', { providers: [], routes }, /at least one provider/],
  [
    'two of one id',
    { providers: [memory('a').provider, memory('a').provider], routes },
    /two providers of one id/,
  ],
  [
    'a fallback that is none of them',
    { providers: [memory('a').provider], routes, fallback: 'b' },
    /fallback "b"/,
  ],
  [
    'a provider that stands for several itself',
    { providers: [routed({ providers: [memory('a').provider], routes })], routes },
    /list all of them in one/,
  ],
  ['a malformed id', { id: 'Both', providers: [memory('a').provider], routes }, /lower-case/],
])('is not made of %s', (_, options, message) => {
  expect(() => routed(options)).toThrow(message);
  expect(() => routed(options)).toThrow(SsoError);
});

test('has the facets its children have, and passes over those without', async () => {
  const [a, b] = [memory('a'), memory('b')];
  b.world.createOrganization({ name: 'Globex' });
  const bare = (provider: Partial<SsoProvider> & Pick<SsoProvider, 'id'>) =>
    defineProvider({ specificationVersion: 'v1', environment: 'test', ...provider });
  const provider = routed({
    providers: [
      bare({ id: 'a', domains: a.provider.domains }),
      bare({
        id: 'b',
        login: b.provider.login,
        organizations: b.provider.organizations,
        domains: b.provider.domains,
      }),
    ],
    routes,
  });
  expect(Object.keys(provider).toSorted()).toEqual([
    'children',
    'domains',
    'environment',
    'id',
    'login',
    'organizations',
    'specificationVersion',
    'supportsFor',
  ]);
  const organizations = requireFacet(createSso({ provider }), 'organizations');
  const names = [];
  for await (const { name } of organizations.list()) names.push(name);
  expect(names).toEqual(['Globex']);
  await expect(organizations.get('a:org_1' as never)).rejects.toMatchObject({
    code: 'unsupported',
    provider: 'a',
    facet: 'organizations',
  });
});

test('a look-up by external id goes on only where the routed provider has no such look-up', async () => {
  const [a, b] = [memory('a'), memory('b')];
  const { id } = b.world.createOrganization({ name: 'Acme', externalId: 'acme' });
  const { organizations: _, ...withoutOrganizations } = a.provider;
  const lookUp = async (first: SsoProvider) => {
    const provider = routed({
      providers: [first, b.provider],
      routes: createMemoryRoutes([[{ externalId: 'acme' }, 'a']]),
    });
    return requireFacet(createSso({ provider }), 'organizations').getByExternalId('acme');
  };
  expect((await lookUp(withoutOrganizations)).id).toBe(id);
  await expect(lookUp(a.provider)).rejects.toMatchObject({ code: 'not_found', provider: 'a' });
  a.world.failNext(new SsoError({ code: 'unavailable', message: 'down', provider: 'a' }));
  await expect(lookUp(a.provider)).rejects.toMatchObject({ code: 'unavailable', provider: 'a' });
});

test('an empty page of a merged list has a cursor, and the list goes on', async () => {
  const [a, b] = [memory('a'), memory('b')];
  b.world.createOrganization({ name: 'Globex' });
  const sso = createSso({ provider: routed({ providers: [a.provider, b.provider], routes }) });
  const pages = [];
  for await (const { items, nextCursor } of sso.organizations.list().byPage())
    pages.push([items.map(({ name }) => name), nextCursor]);
  expect(pages).toEqual([
    [[], 'b'],
    [['Globex'], null],
  ]);
});

test('an organization that moved and has no external id is not guessed at', async () => {
  const [a, b] = [memory('a'), memory('b')];
  const { id: organization } = a.world.createOrganization({ name: 'Acme' });
  const provider = routed({
    providers: [a.provider, b.provider],
    routes: createMemoryRoutes([[{ organization }, 'b']]),
  });
  const redirectUri = { a: 'https://app.example/a/callback', b: 'https://app.example/b/callback' };
  const sso = createSso({ provider, login: { secrets: ['0123456789abcdef0123456789abcdef'], redirectUri } });
  await expect(sso.login.begin({ organization })).rejects.toMatchObject({ code: 'failed_precondition' });
});

test('routes see who signs in', async () => {
  const [a, b] = [memory('a'), memory('b')];
  for (const { world } of [a, b]) {
    const { id } = world.createOrganization({ name: 'Acme', domains: ['acme.example'] });
    world.createConnection({ organizationId: id, identityProvider: 'okta', protocol: 'saml' });
  }
  const canary = {
    routeFor: async ({ loginHint }: { loginHint?: string | undefined }) =>
      loginHint === 'ada@acme.example' ? 'b' : 'a',
  };
  const { login } = createSso({ provider: routed({ providers: [a.provider, b.provider], routes: canary }) });
  expect((await login.lookup('Ada@acme.example')).selector).toEqual({ connection: 'a:conn_1' });
  expect((await login.lookup('ada@acme.example')).selector).toEqual({ connection: 'b:conn_1' });
});

test('routes in memory tell kinds of targets apart and take domains in any case', async () => {
  const kept = createMemoryRoutes([
    [{ externalId: 'acme' }, 'a'],
    [{ domain: 'Acme.example' }, 'b'],
  ]);
  expect(await kept.routeFor({ externalId: 'acme', loginHint: 'ada@acme.example' })).toBe('a');
  expect(await kept.routeFor({ domain: 'acme.EXAMPLE' })).toBe('b');
  expect(await kept.routeFor({ domain: 'acme' })).toBeNull();
  expect(await kept.routeFor({ identityProvider: 'acme' })).toBeNull();
  kept.delete({ externalId: 'acme' });
  expect(await kept.routeFor({ externalId: 'acme' })).toBeNull();
});
