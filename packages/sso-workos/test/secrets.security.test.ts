import { inspect } from 'node:util';
import { createSso, organizationId, SsoError } from '@org/sso-core';
import { describe, expect, it } from 'vitest';
import { createWorkos } from '../src/index.js';
import { contextOf, failureOf, redirectUri, signed, useWorkos } from './support.js';

const apiKey = 'CANARY-api-key-1234567890';
const code = 'CANARY-code-1234567890';
const codeVerifier = 'CANARY-verifier-1234567890-1234567890-12345';

const workos = useWorkos({ apiKey });

function textsOf(value: unknown): string {
  const error = value as Error & { cause?: unknown };
  return [
    error.message,
    error.stack,
    JSON.stringify(error),
    inspect(error, { depth: 10, showHidden: true }),
    inspect(error.cause, { depth: 10, showHidden: true }),
  ].join('\n');
}

const faults = [
  // A vendor that repeats all it was told.
  {
    title: 'an echoing refusal',
    fault: {
      status: 400,
      body: JSON.stringify({
        error: 'invalid_request',
        error_description: `secret ${apiKey}, header Bearer ${apiKey}, code ${code}, verifier ${codeVerifier}`,
      }),
    },
  },
  {
    title: 'an echoing list of faults',
    fault: {
      status: 422,
      body: JSON.stringify({
        message: `Validation failed for ${apiKey}`,
        errors: [{ field: apiKey, code: `${code} is odd`, message: `${codeVerifier} is odd` }],
      }),
    },
  },
  { title: 'a lost connection', fault: { closeConnection: true } },
  {
    title: 'a broken body',
    fault: { status: 200, body: `{"access_token":"${apiKey}`, contentType: 'application/json' },
  },
  {
    title: 'another shape',
    fault: { status: 200, body: JSON.stringify({ id: { apiKey } }), contentType: 'application/json' },
  },
  { title: 'a redirect', fault: { status: 302, headers: { location: `https://evil.example/?k=${apiKey}` } } },
  { title: 'HTML', fault: { status: 500, body: `<p>${apiKey}</p>`, contentType: 'text/html' } },
];

describe.each(faults)('no secret leaves with $title', ({ fault }) => {
  it.each(['exchange', 'read', 'create', 'logout'] as const)('%s', async (kind) => {
    const events: unknown[] = [];
    const record = (event: unknown) => void events.push(event);
    const sso = createSso({
      provider: workos.provider({ apiKey, http: { maxRetries: 0 } }),
      hooks: { operationStarted: record, operationFinished: record },
    });
    const operations = {
      exchange: () =>
        sso.provider.login.exchangeCode(
          { code, codeVerifier, redirectUri, nonce: 'n' },
          contextOf('login.complete'),
        ),
      read: () => sso.organizations.get(organizationId('workos:org_1')),
      create: () => sso.organizationAdmin.create({ name: 'Acme' }),
      logout: () => sso.login.logoutUrl({ profileId: 'prof_1' }),
    };
    await workos.emulator.control.addFault(fault);
    const told = `${textsOf(await failureOf(operations[kind]()))}\n${JSON.stringify(events)}`;
    const secrets = kind === 'exchange' ? [apiKey, code, codeVerifier] : [apiKey];
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);
  });
});

it('tells nothing when inspected itself', () => {
  const sso = workos.sso({ apiKey });
  expect(inspect(sso, { depth: 10, showHidden: true })).not.toContain(apiKey);
  expect(JSON.stringify(sso)).not.toContain(apiKey);
});

it('keeps tokens out of what a login prints', async () => {
  const { login } = workos.sso({ apiKey });
  const begun = await login.begin({
    organization: organizationId(`workos:${workos.organization('Acme Corp')}`),
  });
  const callback = await workos.emulator.control.signIn(begun.url, { email: 'ada@acme.example' });
  const result = await login.complete({ callback, flow: begun.flow });
  const token = result.tokens.accessToken.reveal();
  expect(token.length).toBeGreaterThan(20);
  expect(inspect(result, { depth: 10, showHidden: true })).not.toContain(token);
  expect(JSON.stringify(result)).not.toContain(token);
  const reused = await failureOf(login.complete({ callback, flow: begun.flow }));
  expect(SsoError.isInstance(reused)).toBe(true);
  expect(textsOf(reused)).not.toContain(new URL(callback).searchParams.get('code')!);
});

it('keeps webhook secrets to itself', async () => {
  const secret = 'whsec_CANARY1234567890';
  const provider = createWorkos({
    ...workos.settings(),
    events: { inactiveUsers: 'kept' },
    webhooks: { secrets: [secret] },
  });
  const sso = createSso({ provider });
  expect(inspect(sso, { depth: 10, showHidden: true })).not.toContain(secret);
  expect(JSON.stringify(sso)).not.toContain(secret);
  const { headers } = signed('{}', { secret });
  const refused = await failureOf(sso.webhooks.receive({ headers, body: '{"a":1}' }));
  expect(textsOf(refused)).not.toContain(secret);
  expect(textsOf(refused)).not.toContain(headers['WorkOS-Signature'].slice(-64));
});
