import { createSso, type LoginClient, type UnsupportedFacet, type UsersClient } from '@org/sso-core';
import { createMemoryRoutes, routed, shadowed } from '@org/sso-core/compose';
import type { SsoProvider } from '@org/sso-core/provider';
import { createMemoryProvider } from '@org/sso-core/testing';
import { expectTypeOf, test } from 'vitest';

const { provider: full } = createMemoryProvider({ id: 'full' });
const { users: _, ...fewer } = createMemoryProvider({ id: 'fewer' }).provider;
const routes = createMemoryRoutes();

test('routed has the facets some child surely has, and never events or webhooks', () => {
  const sso = createSso({ provider: routed({ providers: [full, fewer], routes }) });
  expectTypeOf(sso.login).toEqualTypeOf<LoginClient>();
  expectTypeOf(sso.users).toEqualTypeOf<UsersClient>();
  expectTypeOf(sso.webhooks).toEqualTypeOf<UnsupportedFacet<'webhooks'>>();
  const without = createSso({ provider: routed({ providers: [fewer], routes }) });
  expectTypeOf(without.users).toEqualTypeOf<UnsupportedFacet<'users'>>();
  const unknown = createSso({ provider: routed<SsoProvider>({ providers: [full], routes }) });
  expectTypeOf(unknown.login).toEqualTypeOf<UnsupportedFacet<'login'>>();
});

test('shadowed is its primary', () => {
  expectTypeOf(shadowed({ primary: full, shadow: fewer, report() {} })).toEqualTypeOf<typeof full>();
});
