import {
  SsoError,
  UnsupportedOperationError,
  type DirectoryUser,
  type Organization,
  type SsoEvent,
} from '@org/sso-core';
import { createMemoryHarness, withoutFacets } from '../src/index.js';
import { describeContract } from '../src/vitest.js';

const withoutSettings = (organization: Organization): Organization => ({ ...organization, settings: null });

const withoutGroups = (user: DirectoryUser): DirectoryUser => ({ ...user, groups: null });

/** As where the vendor tells of a membership only by the groups of the person. */
function derived(event: SsoEvent): SsoEvent {
  if (event.type !== 'directory.group.user_added' && event.type !== 'directory.group.user_removed')
    return event;
  return { ...event, type: 'directory.user.updated', data: { user: event.data.user, previous: null } };
}

describeContract({
  name: 'a memory provider without optional features',
  createHarness: () =>
    createMemoryHarness({
      change: (
        {
          login,
          organizations,
          organizationAdmin,
          connectionAdmin,
          adminPortal,
          directories,
          directoryAdmin,
          events,
          webhooks,
          auditLogs,
          ...provider
        },
        now,
      ) => ({
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
        directories: {
          ...directories,
          features: { updatedAfter: false, userGroups: false },
          listUsersPage: async (filter, page, context) => {
            const { items, ...rest } = await directories.listUsersPage(filter, page, context);
            return { items: items.map(withoutGroups), ...rest };
          },
        },
        directoryAdmin: {
          ...directoryAdmin,
          features: { enable: 'preview', disable: 'preview', delete: 'preview' },
        },
        events: {
          features: { groupMembership: 'derived', retentionDays: 30, organizationFilter: false },
          // The cursor is memory's own and the instant of its page.
          async pullPage(request, context) {
            const [cursor = null, instant] = request.cursor?.split('@') ?? [];
            const from = instant === undefined ? Date.parse(request.since ?? '') : Number(instant);
            if (from < now() - 30 * 86_400_000)
              throw new SsoError({ code: 'failed_precondition', message: 'events are kept for 30 days' });
            const page = await events.pullPage({ ...request, cursor }, context);
            return { ...page, events: page.events.map(derived), cursor: `${page.cursor}@${now()}` };
          },
        },
        webhooks: { ...webhooks, parse: async (webhook) => derived(await webhooks.parse(webhook)) },
        auditLogs: {
          ...auditLogs,
          features: {
            schemas: false,
            maxMetadataEntries: null,
            maxMetadataKeyLength: null,
            maxMetadataValueLength: null,
          },
          record: (input, context) =>
            auditLogs.record(input, context).catch(async (error: SsoError) => {
              if (error.code !== 'failed_precondition') throw error;
              const targets = [{ type: input.event.targets[0]!.type }];
              await auditLogs.defineSchema({ action: input.event.action, targets }, context);
              await auditLogs.record(input, context);
            }),
        },
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
  name: 'a memory provider whose directories can only be deleted',
  createHarness: () =>
    createMemoryHarness({
      change: ({ specificationVersion, id, environment, directories, directoryAdmin }) => ({
        specificationVersion,
        id,
        environment,
        directories,
        directoryAdmin: { ...directoryAdmin, features: { enable: false, disable: false, delete: true } },
      }),
    }),
});

describeContract({
  name: 'a memory provider without login',
  createHarness: () => createMemoryHarness({ change: (provider) => withoutFacets(provider, 'login') }),
});
