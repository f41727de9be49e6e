import { readFileSync } from 'node:fs';
import { contractCases, runCase, type Harness } from '@org/sso-contract';
import type { SsoProvider } from '@org/sso-core/provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorkosHarness } from './harness/workos.js';

/** Wrong in ways that only a wire brings out; the named case must notice. */
const brokenAdapters: Readonly<
  Record<string, readonly [caseId: string, change: (provider: Required<SsoProvider>) => Partial<SsoProvider>]>
> = {
  'sends a code again when the answer is lost': [
    'LOGIN-45',
    ({ login }) => ({
      login: {
        ...login,
        exchangeCode: (exchange, context) =>
          login.exchangeCode(exchange, context).catch(() => login.exchangeCode(exchange, context)),
      },
    }),
  ],
  'takes a page that failed for the end of a list': [
    'DIR-14',
    ({ directories }) => ({
      directories: {
        ...directories,
        listUsersPage: (filter, page, context) =>
          directories.listUsersPage(filter, page, context).catch(() => ({ items: [], nextCursor: null })),
      },
    }),
  ],
  'takes a poll that failed for silence': [
    'EVENT-12',
    ({ events }) => ({
      events: {
        ...events,
        pullPage: (request, context) =>
          events
            .pullPage(request, context)
            .catch(() => ({ events: [], cursor: request.cursor ?? 'start', more: false })),
      },
    }),
  ],
  'sends an audit event without key again when the answer is lost': [
    'AUDIT-11',
    ({ auditLogs }) => ({
      auditLogs: {
        ...auditLogs,
        record: (input, context) =>
          auditLogs.record(input, context).catch(() => auditLogs.record(input, context)),
      },
    }),
  ],
  'gives an audit event with a key up when the answer is lost': [
    'AUDIT-10',
    ({ auditLogs }) => ({
      auditLogs: {
        ...auditLogs,
        record: ({ idempotencyKey: _key, ...input }, context) => auditLogs.record(input, context),
      },
    }),
  ],
  'answers nobody found when the vendor is out of reach': [
    'ERR-08',
    ({ organizations }) => ({
      organizations: {
        ...organizations,
        get: (id, context) =>
          organizations.get(id, context).catch((error: { readonly code: string }) => {
            throw Object.assign(error, { code: 'not_found' });
          }),
      },
    }),
  ],
};

describe.each(Object.entries(brokenAdapters))('an adapter that %s', (_, [id, change]) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createWorkosHarness('deleted');
  });
  afterAll(() => harness.dispose());

  test(`fails ${id}, which the adapter passes`, async () => {
    const contractCase = contractCases.find((each) => each.id === id)!;
    await runCase(contractCase, harness);
    const provider = { ...harness.provider, ...change(harness.provider as Required<SsoProvider>) };
    await expect(runCase(contractCase, { ...harness, provider })).rejects.toBeInstanceOf(Error);
  });
});

test('docs/contract.md says which case notices which broken adapter', () => {
  const document = readFileSync(new URL('../../../docs/contract.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| An adapter that (.+?) *\| (.+?) *\|$/gm)];
  const expected = Object.entries(brokenAdapters).map(([what, [id]]) => [what, id]);
  expect(rows.map(([, what, id]) => [what, id])).toEqual(expected);
});
