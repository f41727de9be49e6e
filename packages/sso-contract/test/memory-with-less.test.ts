import { UnsupportedOperationError, type Organization } from '@org/sso-core';
import { createMemoryHarness, withoutFacets } from '../src/index.js';
import { describeContract } from '../src/vitest.js';

const withoutSettings = (organization: Organization): Organization => ({ ...organization, settings: null });

describeContract({
  name: 'a memory provider without optional features',
  createHarness: () =>
    createMemoryHarness({
      change: ({ login, organizations, organizationAdmin, connectionAdmin, adminPortal, ...provider }) => ({
        ...provider,
        login: { ...login, features: { ...login.features, selectors: ['organization', 'connection'] } },
        organizations: {
          listPage: async (page, context) => {
            const { items, ...rest } = await organizations.listPage(page, context);
            return { items: items.map(withoutSettings), ...rest };
          },
          get: async (id, context) => withoutSettings(await organizations.get(id, context)),
          getByExternalId: async (id, context) =>
            withoutSettings(await organizations.getByExternalId(id, context)),
        },
        organizationAdmin: {
          ...organizationAdmin,
          features: { settings: false },
          create: async (input, context) => withoutSettings(await organizationAdmin.create(input, context)),
          update: async (id, input, context) =>
            withoutSettings(await organizationAdmin.update(id, input, context)),
        },
        connectionAdmin: {
          ...connectionAdmin,
          features: { enable: false, disable: false, create: 'preview', update: 'preview' },
        },
        adminPortal: { ...adminPortal, features: { intents: ['sso'], returnUrl: false } },
      }),
    }),
});

describeContract({
  name: 'a memory provider with nothing but login',
  createHarness: () =>
    createMemoryHarness({
      change: ({ specificationVersion, id, environment, login }) => ({
        specificationVersion,
        id,
        environment,
        login: {
          ...login,
          features: { ...login.features, idpInitiated: 'unsolicited_code', logoutReturnTo: false },
          readUnsolicited: async (parameters) =>
            parameters.has('idp_initiated_login')
              ? { selector: null, loginHint: null, relayState: null, oneTimeId: null }
              : null,
          async logoutUrl({ returnTo, ...request }, context) {
            if (returnTo !== undefined) {
              throw new UnsupportedOperationError({
                facet: 'login',
                operation: context.operation,
                provider: id,
              });
            }
            return login.logoutUrl(request, context);
          },
        },
      }),
    }),
});

describeContract({
  name: 'a memory provider without login',
  createHarness: () => createMemoryHarness({ change: (provider) => withoutFacets(provider, 'login') }),
});
