import { randomUUID } from 'node:crypto';
import { SsoError, WebhookRefusedError } from '@org/sso-core';
import type { SsoProvider } from '@org/sso-core/provider';
import { createMemoryProvider, type MemoryProvider } from '@org/sso-core/testing';
import { brokenAuditLogs } from './broken-audit-logs.js';

/** Each is wrong in one way; the named cases must notice. `docs/contract.md` lists them. */
export const brokenProviders: Readonly<
  Record<string, readonly [caseIds: readonly string[], change: (provider: MemoryProvider) => SsoProvider]>
> = {
  'ends a list after its first page': [
    ['ORG-01', 'ORG-03'],
    ({ organizations, ...provider }) => ({
      ...provider,
      organizations: {
        ...organizations,
        listPage: async (page, context) => ({
          ...(await organizations.listPage(page, context)),
          nextCursor: null,
        }),
      },
    }),
  ],
  'repeats the last item of a page on the next one': [
    ['ORG-01', 'ORG-02', 'ORG-03'],
    ({ organizations, ...provider }) => ({
      ...provider,
      organizations: {
        ...organizations,
        async listPage(page, context) {
          const cursor = page.cursor === null ? null : String(Number(page.cursor) - 1);
          return organizations.listPage({ ...page, cursor }, context);
        },
      },
    }),
  ],
  'hands wire fields on': [
    ['ORG-04'],
    ({ organizations, ...provider }) => ({
      ...provider,
      organizations: {
        ...organizations,
        get: async (id, context) =>
          Object.assign(await organizations.get(id, context), { display_name: 'Acme' }),
      },
    }),
  ],
  'throws an error of its own kind': [
    ['ORG-05'],
    ({ organizations, ...provider }) => ({
      ...provider,
      organizations: {
        ...organizations,
        get: (id, context) =>
          organizations.get(id, context).catch(() => Promise.reject(new TypeError('no such organization'))),
      },
    }),
  ],
  'sends ids of other providers': [
    ['ID-01'],
    ({ organizations, ...provider }) => ({
      ...provider,
      organizations: {
        ...organizations,
        get: (id, context) => organizations.get(id.replace('elsewhere:', 'memory:') as typeof id, context),
      },
    }),
  ],
  'merges metadata': [
    ['ORGADM-05'],
    ({ organizationAdmin, organizations, ...provider }) => ({
      ...provider,
      organizations,
      organizationAdmin: {
        ...organizationAdmin,
        async update(id, input, context) {
          const { metadata } = await organizations.get(id, context);
          return organizationAdmin.update(
            id,
            { ...input, metadata: { ...metadata, ...input.metadata } },
            context,
          );
        },
      },
    }),
  ],
  'reads connections of other organizations': [
    ['CONN-11'],
    ({ connections, ...provider }) => ({
      ...provider,
      connections: {
        ...connections,
        async get(ref, context) {
          const { items } = await connections.listPage({}, { cursor: null, pageSize: 1000 }, context);
          const found = items.find(({ id }) => id === ref.connectionId);
          return found ?? connections.get(ref, context);
        },
      },
    }),
  ],
  'ignores the domain filter': [
    ['CONN-03', 'CONN-05'],
    ({ connections, ...provider }) => ({
      ...provider,
      connections: {
        ...connections,
        listPage: ({ organizationId }, page, context) =>
          connections.listPage(organizationId ? { organizationId } : {}, page, context),
      },
    }),
  ],
  'hides inactive connections': [
    ['CONN-09'],
    ({ connections, ...provider }) => ({
      ...provider,
      connections: {
        ...connections,
        async listPage(filter, page, context) {
          const { items, ...rest } = await connections.listPage(filter, page, context);
          return { items: items.filter(({ acceptsLogins }) => acceptsLogins), ...rest };
        },
      },
    }),
  ],
  'treats invited people as members': [
    ['USER-02', 'USER-06'],
    ({ users, ...provider }) => ({
      ...provider,
      users: {
        ...users,
        create: (input, context) => users.create({ ...input, sendInvitation: false }, context),
      },
    }),
  ],
  'says it has a feature that it has not': [
    ['LOGIN-06'],
    ({ login, ...provider }) => ({
      ...provider,
      login: {
        ...login,
        features: { ...login.features, selectors: ['organization', 'connection', 'domain'] },
      },
    }),
  ],
  'leaves PKCE out': [
    ['LOGIN-01'],
    ({ login, ...provider }) => ({
      ...provider,
      login: {
        ...login,
        authorizationUrl: (request) =>
          login.authorizationUrl(request).replace(/&code_challenge\w*=[^&]*/g, ''),
      },
    }),
  ],
  'redeems a code twice': [
    ['LOGIN-39'],
    ({ login, ...provider }) => {
      const redeemed = new Map<string, ReturnType<typeof login.exchangeCode>>();
      return {
        ...provider,
        login: {
          ...login,
          async exchangeCode(exchange, context) {
            const earlier = redeemed.get(exchange.code);
            if (earlier) return earlier;
            const answer = await login.exchangeCode(exchange, context);
            redeemed.set(exchange.code, Promise.resolve(answer));
            return answer;
          },
        },
      };
    },
  ],
  'lets tokens into JSON': [
    ['LOGIN-44'],
    ({ login, ...provider }) => ({
      ...provider,
      login: {
        ...login,
        async exchangeCode(exchange, context) {
          const answer = await login.exchangeCode(exchange, context);
          return {
            ...answer,
            attributes: { raw: answer.tokens.accessToken.reveal() },
            profile: { ...answer.profile, attributes: { raw: answer.tokens.accessToken.reveal() } },
          };
        },
      },
    }),
  ],
  'accepts a signed request again and again': [
    ['LOGIN-54'],
    ({ login, ...provider }) => ({
      ...provider,
      login: {
        ...login,
        async readUnsolicited(parameters, context) {
          const read = await login.readUnsolicited(parameters, context);
          return read && { ...read, oneTimeId: null };
        },
      },
    }),
  ],
  'exchanges a code nobody asked for': [
    ['LOGIN-58'],
    ({ login, ...provider }) => ({
      ...provider,
      login: {
        ...login,
        async readUnsolicited(parameters, context) {
          const code = parameters.get('code');
          if (code !== null)
            await login
              .exchangeCode({ code, redirectUri: '', codeVerifier: '', nonce: '' }, context)
              .catch(() => undefined);
          return login.readUnsolicited(parameters, context);
        },
      },
    }),
  ],
  'repeats a credential in its errors': [
    ['ORG-05'],
    ({ organizations, ...provider }) => ({
      ...provider,
      organizations: {
        ...organizations,
        get: (_, { operation }) =>
          Promise.reject(new SsoError({ code: 'not_found', message: 'key sk_test_canary', operation })),
      },
    }),
  ],
  'drops the second page of people': [
    ['DIR-11', 'DIR-12'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        async listUsersPage(filter, page, context) {
          const { items, ...rest } = await directories.listUsersPage(filter, page, context);
          return { items: page.cursor === null ? items : [], ...rest };
        },
      },
    }),
  ],
  'takes an empty page for the end of a list': [
    ['DIR-32', 'DIR-36'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        async listUsersPage({ groupId, updatedAfter, ...ref }, page, context) {
          const { items, nextCursor } = await directories.listUsersPage(ref, page, context);
          const matching = items.filter(
            ({ groups, updatedAt }) =>
              (groupId === undefined || groups?.some(({ id }) => id === groupId)) &&
              (updatedAfter === undefined || updatedAt! > updatedAfter),
          );
          return { items: matching, nextCursor: matching.length === 0 ? null : nextCursor };
        },
      },
    }),
  ],
  'swaps two people': [
    ['DIR-11'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        async listUsersPage(filter, page, context) {
          const { items, ...rest } = await directories.listUsersPage(filter, page, context);
          const [first, second, ...others] = items;
          if (!first || !second) return { items, ...rest };
          const swapped = [
            { ...first, idpId: second.idpId },
            { ...second, idpId: first.idpId },
          ];
          return { items: [...swapped, ...others], ...rest };
        },
      },
    }),
  ],
  'ignores the group filter': [
    ['DIR-32', 'DIR-33'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        listUsersPage: (filter, page, context) =>
          directories.listUsersPage({ ...filter, groupId: undefined }, page, context),
      },
    }),
  ],
  'ignores the time of the last change': [
    ['DIR-36'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        listUsersPage: (filter, page, context) =>
          directories.listUsersPage({ ...filter, updatedAfter: undefined }, page, context),
      },
    }),
  ],
  'reads directories of other organizations': [
    ['DIR-05'],
    ({ directories, organizations, ...provider }) => ({
      ...provider,
      organizations,
      directories: {
        ...directories,
        async get(ref, context) {
          const { items } = await organizations.listPage({ cursor: null, pageSize: 1000 }, context);
          for (const { id: organizationId } of items) {
            const found = await directories.get({ ...ref, organizationId }, context).catch(() => undefined);
            if (found) return found;
          }
          return directories.get(ref, context);
        },
      },
    }),
  ],
  'takes an unknown state for access': [
    ['DIR-20'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        async listUsersPage(filter, page, context) {
          const { items, ...rest } = await directories.listUsersPage(filter, page, context);
          const trusting = items.map((user) =>
            user.status === 'unknown' ? { ...user, status: 'active' as const } : user,
          );
          return { items: trusting, ...rest };
        },
      },
    }),
  ],
  'says none where it does not know the groups': [
    ['DIR-35'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        features: { updatedAfter: true, userGroups: false },
        async listUsersPage(filter, page, context) {
          const { items, ...rest } = await directories.listUsersPage(filter, page, context);
          return { items: items.map((user) => ({ ...user, groups: [] })), ...rest };
        },
      },
    }),
  ],
  'hides directories that are switched off': [
    ['DIR-03'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        async listPage(filter, page, context) {
          const { items, ...rest } = await directories.listPage(filter, page, context);
          return { items: items.filter(({ status }) => status === 'active'), ...rest };
        },
      },
    }),
  ],
  'says a directory is deleted that is not': [
    ['DIRADM-04'],
    ({ directoryAdmin, directories, ...provider }) => ({
      ...provider,
      directories,
      directoryAdmin: {
        ...directoryAdmin,
        async delete(ref, context) {
          await directories.get(ref, context);
        },
      },
    }),
  ],
  'loses events it does not know': [
    ['EVENT-11', 'WEBHOOK-19', 'WEBHOOK-20'],
    ({ events, webhooks, ...provider }) => ({
      ...provider,
      events: {
        ...events,
        async pullPage(request, context) {
          const page = await events.pullPage(request, context);
          return { ...page, events: page.events.filter(({ type }) => type !== 'unrecognized') };
        },
      },
      webhooks: {
        ...webhooks,
        async parse(webhook) {
          const event = await webhooks.parse(webhook);
          if (event.type === 'unrecognized') throw new Error(`unknown event ${event.data.vendorType}`);
          return event;
        },
      },
    }),
  ],
  'answers the newest events first': [
    ['EVENT-03', 'EVENT-09'],
    ({ events, ...provider }) => ({
      ...provider,
      events: {
        ...events,
        async pullPage(request, context) {
          const page = await events.pullPage(request, context);
          return { ...page, events: page.events.toReversed() };
        },
      },
    }),
  ],
  'goes on at now instead of after its page': [
    ['EVENT-03', 'EVENT-04'],
    ({ events, ...provider }) => ({
      ...provider,
      events: {
        ...events,
        async pullPage(request, context) {
          const page = await events.pullPage(request, context);
          const { cursor } = await events.pullPage({ cursor: null }, context);
          return { ...page, cursor, more: false };
        },
      },
    }),
  ],
  'remembers by itself how far it was read': [
    ['EVENT-02', 'EVENT-05'],
    ({ events, ...provider }) => {
      let furthest = 0;
      return {
        ...provider,
        events: {
          ...events,
          async pullPage(request, context) {
            const cursor = request.cursor && String(Math.max(furthest, Number(request.cursor)));
            const page = await events.pullPage({ ...request, cursor }, context);
            furthest = Math.max(furthest, Number(page.cursor));
            return page;
          },
        },
      };
    },
  ],
  'starts anew for a cursor it does not know': [
    ['EVENT-14'],
    ({ events, ...provider }) => ({
      ...provider,
      events: {
        ...events,
        pullPage: (request, context) =>
          events
            .pullPage(request, context)
            .catch(() => events.pullPage({ ...request, cursor: null }, context)),
      },
    }),
  ],
  'ignores the organization filter of the stream': [
    ['EVENT-09'],
    ({ events, ...provider }) => ({
      ...provider,
      events: {
        ...events,
        pullPage: (request, context) => events.pullPage({ ...request, organizationId: undefined }, context),
      },
    }),
  ],
  'keeps deactivated people active in its events': [
    ['EVENT-22'],
    ({ events, ...provider }) => ({
      ...provider,
      events: {
        ...events,
        async pullPage(request, context) {
          const page = await events.pullPage(request, context);
          const changed = page.events.map((event) =>
            event.type === 'directory.user.updated'
              ? { ...event, data: { ...event.data, user: { ...event.data.user, status: 'active' as const } } }
              : event,
          );
          return { ...page, events: changed };
        },
      },
    }),
  ],
  'tells of no memberships': [
    ['EVENT-25'],
    ({ events, ...provider }) => ({
      ...provider,
      events: {
        ...events,
        async pullPage(request, context) {
          const page = await events.pullPage(request, context);
          return {
            ...page,
            events: page.events.filter(({ type }) => !type.startsWith('directory.group.user_')),
          };
        },
      },
    }),
  ],
  'believes every webhook': [
    ['WEBHOOK-06', 'WEBHOOK-07', 'WEBHOOK-12'],
    ({ webhooks, ...provider }) => ({
      ...provider,
      webhooks: {
        ...webhooks,
        verify: ({ body }) => ({ payload: JSON.parse(Buffer.from(body).toString()) }),
      },
    }),
  ],
  'takes webhooks of any age': [
    ['WEBHOOK-09'],
    ({ webhooks, ...provider }) => ({
      ...provider,
      webhooks: {
        ...webhooks,
        verify(delivery) {
          const [timestamp] = delivery.headers('memory-timestamp');
          return webhooks.verify({ ...delivery, receivedAt: Number(timestamp) || delivery.receivedAt });
        },
      },
    }),
  ],
  'signs what it parsed instead of what arrived': [
    ['WEBHOOK-08'],
    ({ webhooks, ...provider }) => ({
      ...provider,
      webhooks: {
        ...webhooks,
        verify(delivery) {
          const body = Buffer.from(JSON.stringify(JSON.parse(Buffer.from(delivery.body).toString())));
          return webhooks.verify({ ...delivery, body });
        },
      },
    }),
  ],
  'knows one webhook secret only': [
    ['WEBHOOK-05'],
    ({ webhooks, ...provider }) => {
      const single = createMemoryProvider({ webhookSecrets: ['memory-webhook-secret-1'] }).provider.webhooks;
      return { ...provider, webhooks: { ...webhooks, verify: single.verify } };
    },
  ],
  'parses webhooks that change the prototype': [
    ['WEBHOOK-17'],
    ({ webhooks, ...provider }) => ({
      ...provider,
      webhooks: {
        ...webhooks,
        verify(delivery) {
          try {
            return webhooks.verify(delivery);
          } catch (error) {
            if (!(error instanceof WebhookRefusedError) || error.reason !== 'body_malformed') throw error;
            return { payload: { ...JSON.parse(Buffer.from(delivery.body).toString()) } };
          }
        },
      },
    }),
  ],
  'asks the vendor whether a webhook is genuine': [
    ['WEBHOOK-01'],
    ({ webhooks, events, ...provider }) => ({
      ...provider,
      events,
      webhooks: {
        ...webhooks,
        async parse(webhook) {
          await events.pullPage({ cursor: null }, { operation: 'webhooks.receive' });
          return webhooks.parse(webhook);
        },
      },
    }),
  ],
  'gives webhooks ids of their own': [
    ['WEBHOOK-02', 'WEBHOOK-21'],
    ({ webhooks, ...provider }) => ({
      ...provider,
      webhooks: {
        ...webhooks,
        parse: async (webhook) => ({ ...(await webhooks.parse(webhook)), id: randomUUID() }),
      },
    }),
  ],
  'shows a webhook secret in its refusal': [
    ['WEBHOOK-06'],
    ({ webhooks, ...provider }) => ({
      ...provider,
      webhooks: {
        ...webhooks,
        verify(delivery) {
          try {
            return webhooks.verify(delivery);
          } catch {
            const message = 'this was not signed with memory-webhook-secret-1';
            throw new WebhookRefusedError({ reason: 'signature_mismatch', message });
          }
        },
      },
    }),
  ],
  ...brokenAuditLogs,
  'shows a token in its errors': [
    ['LOGIN-62'],
    ({ login, ...provider }) => ({
      ...provider,
      login: {
        ...login,
        verifyAccessToken: (token, context) =>
          login
            .verifyAccessToken(token, context)
            .catch(() =>
              Promise.reject(
                new SsoError({ code: 'verification_failed', message: `${token} is no token of ours` }),
              ),
            ),
      },
    }),
  ],
  'ends a list of groups after its first page': [
    ['PAGE-06'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        listGroupsPage: async (filter, page, context) => ({
          ...(await directories.listGroupsPage(filter, page, context)),
          nextCursor: null,
        }),
      },
    }),
  ],
  'leaves people out between two pages': [
    ['PAGE-03'],
    ({ users, ...provider }) => ({
      ...provider,
      users: {
        ...users,
        async listPage(scope, page, context) {
          const { items, nextCursor } = await users.listPage(scope, page, context);
          return { items: nextCursor === null ? items : items.slice(1), nextCursor };
        },
      },
    }),
  ],
  'gives a page of memberships twice': [
    ['PAGE-04'],
    ({ users, ...provider }) => ({
      ...provider,
      users: {
        ...users,
        async listMembershipsPage(scope, { cursor, pageSize }, context) {
          if (cursor === 'again')
            return users.listMembershipsPage(scope, { cursor: null, pageSize }, context);
          const page = await users.listMembershipsPage(scope, { cursor, pageSize }, context);
          return cursor === null ? { ...page, nextCursor: 'again' } : page;
        },
      },
    }),
  ],
  'applies one of two filters': [
    ['DIR-38'],
    ({ directories, ...provider }) => ({
      ...provider,
      directories: {
        ...directories,
        listUsersPage: ({ updatedAfter, ...filter }, page, context) =>
          directories.listUsersPage(
            filter.groupId === undefined ? { ...filter, updatedAfter } : filter,
            page,
            context,
          ),
      },
    }),
  ],
  'changes connections of other organizations': [
    ['CONNADM-17'],
    ({ connectionAdmin, connections, ...provider }) => ({
      ...provider,
      connections,
      connectionAdmin: {
        ...connectionAdmin,
        async update(ref, input, context) {
          const { items } = await connections.listPage({}, { cursor: null, pageSize: 1000 }, context);
          const { organizationId = ref.organizationId } =
            items.find(({ id }) => id === ref.connectionId) ?? {};
          return connectionAdmin.update({ ...ref, organizationId: organizationId! }, input, context);
        },
      },
    }),
  ],
  'deletes people from one organization only': [
    ['USER-16'],
    ({ users, ...provider }) => {
      const gone = new Set<string>();
      return {
        ...provider,
        users: {
          ...users,
          async get(id, context) {
            if (!gone.has(id)) return users.get(id, context);
            throw new SsoError({ code: 'not_found', message: 'no such user' });
          },
          delete: async (id) => void gone.add(id),
        },
      };
    },
  ],
};
