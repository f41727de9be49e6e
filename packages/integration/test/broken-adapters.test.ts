import { readFileSync } from 'node:fs';
import { contractCases, runCase, type Harness } from '@org/sso-contract';
import { Secret } from '@org/sso-core';
import { createProviderIds, type LoginFacet, type SsoProvider } from '@org/sso-core/provider';
import { createRemoteJWKSet, decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createScalekitHarness } from './harness/scalekit.js';
import { createWorkosHarness } from './harness/workos.js';

type Change = (provider: Required<SsoProvider>, harness: Harness) => Partial<SsoProvider>;

/** Wrong in ways that only a wire brings out; the named cases must notice. */
const brokenWorkos: Readonly<Record<string, readonly [caseIds: readonly string[], change: Change]>> = {
  'sends a code again when the answer is lost': [
    ['LOGIN-45'],
    ({ login }) => ({
      login: {
        ...login,
        exchangeCode: (exchange, context) =>
          login.exchangeCode(exchange, context).catch(() => login.exchangeCode(exchange, context)),
      },
    }),
  ],
  'takes a page that failed for the end of a list': [
    ['DIR-14'],
    ({ directories }) => ({
      directories: {
        ...directories,
        listUsersPage: (filter, page, context) =>
          directories.listUsersPage(filter, page, context).catch(() => ({ items: [], nextCursor: null })),
      },
    }),
  ],
  'takes a poll that failed for silence': [
    ['EVENT-12'],
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
    ['AUDIT-11'],
    ({ auditLogs }) => ({
      auditLogs: {
        ...auditLogs,
        record: (input, context) =>
          auditLogs.record(input, context).catch(() => auditLogs.record(input, context)),
      },
    }),
  ],
  'gives an audit event with a key up when the answer is lost': [
    ['AUDIT-10'],
    ({ auditLogs }) => ({
      auditLogs: {
        ...auditLogs,
        record: ({ idempotencyKey: _key, ...input }, context) => auditLogs.record(input, context),
      },
    }),
  ],
  'answers nobody found when the vendor is out of reach': [
    ['ERR-08'],
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
  'takes an empty page for the end of a list': [
    ['ORG-11'],
    ({ organizations }) => ({
      organizations: {
        ...organizations,
        async listPage(page, context) {
          const { items, nextCursor } = await organizations.listPage(page, context);
          return { items, nextCursor: items.length === 0 ? null : nextCursor };
        },
      },
    }),
  ],
  'reads faster than the vendor allows': [
    ['RATE-01'],
    ({ directories }, harness) => ({
      directories: {
        ...directories,
        // A limit that forgets what was sent before.
        listUsersPage: (filter, page, context) =>
          anew(harness).directories.listUsersPage(filter, page, context),
      },
    }),
  ],
  'takes tokens of any issuer': [
    ['LOGIN-92'],
    ({ login }) => ({
      login: {
        ...login,
        async verifyAccessToken(token) {
          const { sub, iss, exp, ...claims } = decodeJwt(token);
          return { subject: sub!, issuer: iss!, expiresAt: exp!, claims };
        },
      },
    }),
  ],
};

const brokenScalekit: typeof brokenWorkos = {
  'reads ID tokens without verifying them': [
    ['LOGIN-81', 'LOGIN-82', 'LOGIN-83', 'LOGIN-85', 'LOGIN-86', 'LOGIN-87'],
    ({ login }, harness) => ({ login: naive(login, harness, async (idToken) => decodeJwt(idToken)) }),
  ],
  'skips the audience check': [
    ['LOGIN-83'],
    ({ login }, harness) => ({
      login: naive(login, harness, async (idToken, nonce) => {
        const keys = createRemoteJWKSet(new URL(`${login.issuer}/keys`));
        const { payload } = await jwtVerify(idToken, keys, { issuer: login.issuer! });
        if (payload['nonce'] !== nonce) throw new Error('a nonce of another login');
        return payload;
      }),
    }),
  ],
  'asks for a token with every call': [
    ['CONC-05'],
    ({ organizations }, harness) => ({
      organizations: {
        ...organizations,
        get: (id, context) => anew(harness).organizations.get(id, context),
      },
    }),
  ],
};

/** The adapter as a new process would have it, which knows of no token and no request. */
function anew({ withSecret, secrets }: Harness): Required<SsoProvider> {
  return withSecret!(secrets[0]!) as Required<SsoProvider>;
}

/** Logs in as many a hand-written integration does; `read` is what it thinks of ID tokens. */
function naive(
  login: LoginFacet,
  { secrets }: Harness,
  read: (idToken: string, nonce: string) => Promise<JWTPayload>,
): LoginFacet {
  const { qualify } = createProviderIds('scalekit');
  return {
    ...login,
    async exchangeCode({ code, redirectUri, codeVerifier, nonce }) {
      const answer = await fetch(`${login.issuer}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: login.clientId,
          client_secret: secrets[0]!,
          code,
          redirect_uri: redirectUri,
          code_verifier: codeVerifier,
        }),
      });
      const tokens = (await answer.json()) as { readonly id_token: string; readonly access_token: string };
      const { sub = '', oid, email } = await read(tokens.id_token, nonce);
      const [connection = '', idpId = null] = sub.split(';');
      return {
        profile: {
          provider: 'scalekit',
          vendorId: sub,
          idpId,
          organizationId: qualify(String(oid)),
          connectionId: qualify(connection),
          email: String(email),
          emailVerified: 'unknown',
          firstName: null,
          lastName: null,
          name: null,
          groups: null,
          roles: [],
          attributes: {},
        },
        tokens: {
          accessToken: new Secret(tokens.access_token),
          idToken: new Secret(tokens.id_token),
          refreshToken: null,
          expiresAt: null,
        },
        assurance: ['id_token_signature'],
      };
    },
  };
}

const targets = [
  [() => createWorkosHarness('deleted'), brokenWorkos],
  [() => createScalekitHarness('modular-sso'), brokenScalekit],
] as const;

describe.each(targets)('%#', (createHarness, brokenAdapters) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness();
  });
  afterAll(() => harness.dispose());

  describe.each(Object.entries(brokenAdapters))('an adapter that %s', (_, [caseIds, change]) => {
    test.each(caseIds)('fails %s, which the adapter passes', async (id) => {
      const contractCase = contractCases.find((each) => each.id === id)!;
      await runCase(contractCase, harness);
      const changed = change(harness.provider as Required<SsoProvider>, harness);
      const provider = { ...harness.provider, ...changed };
      await expect(runCase(contractCase, { ...harness, provider })).rejects.toBeInstanceOf(Error);
    });
  });
});

test('an adapter that skips the audience check passes what does not depend on it', async () => {
  const harness = await createScalekitHarness('modular-sso');
  const [, change] = brokenScalekit['skips the audience check']!;
  const login = change(harness.provider as Required<SsoProvider>, harness).login!;
  for (const id of ['LOGIN-24', 'LOGIN-81', 'LOGIN-82', 'LOGIN-86']) {
    const contractCase = contractCases.find((each) => each.id === id)!;
    const outcome = runCase(contractCase, { ...harness, provider: { ...harness.provider, login } });
    // It refuses by an error of its own kind, but it does refuse.
    if (id === 'LOGIN-24') await outcome;
    else await expect(outcome).rejects.toThrow(/internal/);
  }
  await harness.dispose();
});

test('docs/contract.md says which cases notice which broken adapter', () => {
  const document = readFileSync(new URL('../../../docs/contract.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| An adapter that (.+?) *\| (.+?) *\|$/gm)];
  const expected = targets.flatMap(([, brokenAdapters]) =>
    Object.entries(brokenAdapters).map(([what, [caseIds]]) => [what, caseIds.join(', ')]),
  );
  expect(rows.map(([, what, caseIds]) => [what, caseIds])).toEqual(expected);
});
