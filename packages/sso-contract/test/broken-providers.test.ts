import { SsoError } from '@org/sso-core';
import type { SsoProvider } from '@org/sso-core/provider';
import type { MemoryProvider } from '@org/sso-core/testing';
import { describe, expect, test } from 'vitest';
import { contractCases, createMemoryHarness, runCase } from '../src/index.js';

/** Each is wrong in one way; the named cases must notice. */
const broken: Readonly<
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
};

describe.each(Object.entries(broken))('a provider that %s', (_, [caseIds, change]) => {
  test.each(caseIds)('fails %s, which the reference passes', async (id) => {
    const contractCase = contractCases.find((each) => each.id === id)!;
    const secrets = ['sk_test_canary'];
    await runCase(contractCase, { ...createMemoryHarness(), secrets });
    const outcome = runCase(contractCase, { ...createMemoryHarness({ change }), secrets });
    await expect(outcome).rejects.toBeInstanceOf(Error);
  });
});
