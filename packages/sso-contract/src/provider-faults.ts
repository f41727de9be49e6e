import {
  defineProvider,
  facetNames,
  type FacetName,
  type ProviderFacets,
  type SsoProvider,
} from '@org/sso-core/provider';

type MethodName<Facet> = {
  [Member in keyof Facet & string]: Facet[Member] extends (...input: never) => unknown ? Member : never;
}[keyof Facet & string];

/** Every method of every facet: a facet is all or nothing. */
export const methodsOf: { readonly [F in FacetName]: Readonly<Record<MethodName<ProviderFacets[F]>, true>> } =
  {
    login: {
      authorizationUrl: true,
      exchangeCode: true,
      rejectionReason: true,
      readUnsolicited: true,
      verifyAccessToken: true,
      logoutUrl: true,
    },
    organizations: { listPage: true, get: true, getByExternalId: true },
    organizationAdmin: { create: true, update: true, delete: true, updateSettings: true },
    domains: { listPage: true, get: true, create: true, verify: true, delete: true },
    connections: { listPage: true, get: true },
    connectionAdmin: { delete: true, enable: true, disable: true, create: true, update: true },
    users: {
      listPage: true,
      listMembershipsPage: true,
      get: true,
      create: true,
      update: true,
      delete: true,
      resendInvitation: true,
    },
    adminPortal: { createLink: true },
    directories: { listPage: true, get: true, listUsersPage: true, listGroupsPage: true },
    directoryAdmin: { enable: true, disable: true, delete: true },
    events: { pullPage: true },
    webhooks: { verify: true, parse: true },
    auditLogs: { record: true, defineSchema: true, getSchema: true },
  };

/** What is wrong with the shape of a provider, each in one line. */
export function providerFaults(provider: SsoProvider): readonly string[] {
  const malformed = thrownBy(() => defineProvider({ ...provider }));
  const missing = facetNames.flatMap((name) => {
    const facet: unknown = provider[name];
    if (facet === undefined) return [];
    if (typeof facet !== 'object' || facet === null) return [`the ${name} facet is no object`];
    return Object.keys(methodsOf[name])
      .filter((method) => typeof (facet as Readonly<Record<string, unknown>>)[method] !== 'function')
      .map((method) => `the ${name} facet has no method ${method}`);
  });
  return malformed === undefined ? missing : [malformed, ...missing];
}

function thrownBy(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
