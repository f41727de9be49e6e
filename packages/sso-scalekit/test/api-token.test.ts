import { expect, it } from 'vitest';
import { collect, failureOf, startVendor, useScalekit } from './support.js';

const scalekit = useScalekit();

it('is fetched once for any number of calls, with credentials in the body only', async () => {
  const sso = scalekit.sso();
  await Promise.all(Array.from({ length: 20 }, () => collect(sso.organizations.list())));
  const [request, ...others] = await scalekit.tokenRequests();
  expect(others).toEqual([]);
  expect(request?.headers['authorization']).toBeUndefined();
  expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
    grant_type: 'client_credentials',
    client_id: scalekit.emulator.clientId,
    client_secret: scalekit.emulator.clientSecret,
  });
});

it('is replaced a minute before it expires', async () => {
  let now = Date.now();
  const sso = scalekit.sso({ now: () => now });
  await collect(sso.organizations.list());
  now += (86_399 - 61) * 1000;
  await collect(sso.organizations.list());
  expect(await scalekit.tokenRequests()).toHaveLength(1);
  now += 2000;
  await collect(sso.organizations.list());
  expect(await scalekit.tokenRequests()).toHaveLength(2);
});

it('a short-lived one is not fetched before every call', async () => {
  await scalekit.emulator.control.tamper({ target: 'token_response', claims: { expires_in: 30 } });
  const sso = scalekit.sso();
  await collect(sso.organizations.list());
  await collect(sso.organizations.list());
  expect(await scalekit.tokenRequests()).toHaveLength(1);
});

it.each([null, 'soon', -1])('expires_in %j: it serves until it is refused', async (seconds) => {
  await scalekit.emulator.control.tamper({ target: 'token_response', claims: { expires_in: seconds } });
  let now = Date.now();
  const sso = scalekit.sso({ now: () => now });
  await collect(sso.organizations.list());
  now += 365 * 24 * 60 * 60 * 1000;
  await collect(sso.organizations.list());
  expect(await scalekit.tokenRequests()).toHaveLength(1);
});

it('once refused, it is fetched anew and the call is repeated, also a creation', async () => {
  const sso = scalekit.sso();
  await collect(sso.organizations.list());
  await scalekit.emulator.control.advanceClock(25 * 60 * 60 * 1000);
  await expect(sso.organizationAdmin.create({ name: 'Initech' })).resolves.toMatchObject({ name: 'Initech' });
  expect(await scalekit.tokenRequests()).toHaveLength(2);
});

it('many calls refused at once share one new token', async () => {
  const sso = scalekit.sso();
  await collect(sso.organizations.list());
  await scalekit.emulator.control.advanceClock(25 * 60 * 60 * 1000);
  await Promise.all(Array.from({ length: 20 }, () => collect(sso.organizations.list())));
  expect(await scalekit.tokenRequests()).toHaveLength(2);
});

it('a late refusal of the old token does not throw the new one away', async () => {
  const sso = scalekit.sso();
  await collect(sso.organizations.list());
  const refused = { code: 16, message: 'Token expired', details: [] };
  await scalekit.answer(':external/tenant_acme', refused, { status: 401, delayMs: 200 });
  await scalekit.answer(':external/tenant_globex', refused, { status: 401 });
  await Promise.all([
    sso.organizations.getByExternalId('tenant_acme'),
    sso.organizations.getByExternalId('tenant_globex'),
  ]);
  expect(await scalekit.tokenRequests()).toHaveLength(2);
});

it('a call refused twice gives up', async () => {
  await scalekit.answer(
    '/organizations',
    { code: 16, message: 'Token invalid', details: [] },
    { status: 401, times: 9 },
  );
  const error = await failureOf(collect(scalekit.sso().organizations.list()));
  expect(error).toMatchObject({ code: 'unauthenticated', status: 401, operation: 'organizations.list' });
  expect(await scalekit.traffic()).toHaveLength(2);
});

it('wrong credentials fail every waiting call in its own name, and are tried anew by the next', async () => {
  const sso = scalekit.sso({ clientSecret: 'canary-wrong-secret' });
  const errors = await Promise.all([
    failureOf(collect(sso.organizations.list())),
    failureOf(sso.organizations.getByExternalId('tenant_acme')),
  ]);
  expect(errors).toMatchObject([
    { code: 'unauthenticated', status: 401, vendorCode: 'invalid_client', operation: 'organizations.list' },
    {
      code: 'unauthenticated',
      status: 401,
      vendorCode: 'invalid_client',
      operation: 'organizations.getByExternalId',
    },
  ]);
  expect(await scalekit.tokenRequests()).toHaveLength(1);
  await failureOf(collect(sso.organizations.list()));
  expect(await scalekit.tokenRequests()).toHaveLength(2);
  expect(await scalekit.traffic()).toEqual([]);
});

it('one call giving up does not fail the others that wait for the same token', async () => {
  await scalekit.emulator.control.addFault({
    match: { path: '/oauth/token' },
    delayMs: 300,
    afterHandler: true,
  });
  const sso = scalekit.sso();
  const reason = new Error('the user left');
  const aborting = new AbortController();
  const outcomes = Promise.allSettled([
    collect(sso.organizations.list({ signal: aborting.signal })),
    collect(sso.organizations.list({ timeoutMs: 50 })),
    collect(sso.organizations.list()),
  ]);
  setTimeout(() => aborting.abort(reason), 20);
  expect(await outcomes).toMatchObject([
    { status: 'rejected', reason },
    { status: 'rejected', reason: { code: 'deadline_exceeded' } },
    { status: 'fulfilled' },
  ]);
  expect(await scalekit.tokenRequests()).toHaveLength(1);
});

it('is asked for again when its answer is lost', async () => {
  await scalekit.emulator.control.addFault({ match: { path: '/oauth/token' }, closeConnection: true });
  expect(await collect(scalekit.sso().organizations.list())).toHaveLength(2);
});

it('an answer without a token is an invalid response', async () => {
  const url = await startVendor((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"token_type":"Bearer"}');
  });
  const error = await failureOf(collect(scalekit.sso({ environmentUrl: url }).organizations.list()));
  expect(error).toMatchObject({ code: 'invalid_response', operation: 'organizations.list' });
  expect(error.message).toContain('access_token');
});
