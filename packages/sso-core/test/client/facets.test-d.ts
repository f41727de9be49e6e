import { expectTypeOf, test } from 'vitest';
import {
  createSso,
  hasFacet,
  requireFacet,
  type ConnectionId,
  type OrganizationId,
  type OrganizationsClient,
  type SsoClient,
  type UnsupportedFacet,
} from '@org/sso-core';
import { defineProvider, type OrganizationsFacet, type SsoProvider } from '@org/sso-core/provider';

declare const organizations: OrganizationsFacet;
const provider = defineProvider({
  specificationVersion: 'v1',
  id: 'acme',
  environment: 'test',
  organizations,
});
const sso = createSso({ provider });

test('a facet the provider has is callable', () => {
  expectTypeOf(sso.organizations).toEqualTypeOf<OrganizationsClient>();
});

test('an absent facet is a compile error that names it', () => {
  expectTypeOf(sso.users).toEqualTypeOf<UnsupportedFacet<'users'>>();
  // @ts-expect-error Property 'list' does not exist on type 'UnsupportedFacet<"users">'.
  void sso.users.list;
});

test('a provider known only at run time must be asked', () => {
  const unknown = createSso({ provider: provider as SsoProvider });
  // @ts-expect-error Property 'list' does not exist on type 'UnsupportedFacet<"organizations">'.
  void unknown.organizations.list;
  expectTypeOf(requireFacet(unknown, 'organizations')).toEqualTypeOf<OrganizationsClient>();
  if (hasFacet(unknown, 'organizations')) expectTypeOf(unknown.organizations.list).toBeFunction();
});

test('ids of different kinds do not mix', () => {
  const connection = null as unknown as ConnectionId;
  const organization = null as unknown as OrganizationId;
  void (() => sso.organizations.get(organization));
  // @ts-expect-error A connection id is no organization id.
  void (() => sso.organizations.get(connection));
  // @ts-expect-error A bare string is no id: use organizationId('…').
  void (() => sso.organizations.get('acme:org_1'));
});

test('a login takes exactly one selector', () => {
  const client = null as unknown as SsoClient<SsoProvider & Required<Pick<SsoProvider, 'login'>>>;
  const organization = null as unknown as OrganizationId;
  void (() => client.login.begin({ organization }));
  void (() => client.login.begin({ domain: 'acme.example', loginHint: 'ada@acme.example' }));
  // @ts-expect-error Two selectors.
  void (() => client.login.begin({ organization, domain: 'acme.example' }));
  // @ts-expect-error No selector.
  void (() => client.login.begin({ loginHint: 'ada@acme.example' }));
});
