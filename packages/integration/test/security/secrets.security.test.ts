import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import { Secret, SsoError } from '@org/sso-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { origin, useApp, vendorNames } from '../support/app.js';
import { createLeaks } from '../support/leaks.js';

// The app of these tests searches its outputs after every test in this folder, so that each attack is a search of its own.
const app = useApp();

describe('the search', () => {
  const secret = 'CANARY-0123456789';
  const hidden = Object.defineProperty({}, 'token', { value: secret });
  const nested = { a: { b: { c: { d: { e: { f: { g: secret } } } } } } };

  it.each([
    ['a message', new Error(`Refused ${secret}`)],
    ['a stack', Object.assign(new Error('x'), { stack: secret })],
    ['a cause', new Error('x', { cause: new Error(secret) })],
    ['a property', Object.assign(new Error('x'), { config: { headers: { authorization: secret } } })],
    ['a non-enumerable property', hidden],
    ['a symbol', { [Symbol('native')]: secret }],
    ['JSON', { toJSON: () => secret, [inspect.custom]: () => '' }],
    ['the depth', nested],
    ['a map', new Map([[secret, 1]])],
  ])('finds a secret in %s', (_, output) => {
    const leaks = createLeaks([]);
    leaks.secret(secret);
    leaks.output(output);
    expect(() => leaks.check()).toThrow(secret);
  });

  it('finds none in a Secret or an SsoError made of foreign errors', () => {
    const leaks = createLeaks([secret]);
    leaks.output({ token: new Secret(secret) });
    const cause = Object.assign(new Error(secret), { config: { data: secret }, response: hidden });
    leaks.output(new SsoError({ code: 'internal', message: 'Failed', cause }));
    expect(() => leaks.check()).not.toThrow();
  });
});

describe.each(vendorNames)('at %s', (name) => {
  it('an honest login tells no secret, and there was one to tell', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { callback, flow } = await vendor.login(browser);
    await browser.open(callback);
    const { accessToken, idToken } = app.results.at(0)!.tokens;
    const exchange = new URLSearchParams((await vendor.exchanges()).at(0)!.body);
    const told = ['code', 'code_verifier', 'client_secret'].map((field) => exchange.get(field));
    expect(told[0]).toBe(new URL(callback).searchParams.get('code'));
    for (const secret of [flow, accessToken.reveal(), idToken?.reveal() ?? flow, ...told])
      expect(app.leaks.secrets).toContain(secret);
    console.log(app.results[0], vendor.sso);
  });

  it.each([
    ['repeats all it was told', 400, 'application/json', asError],
    ['repeats all it was told, and fails', 500, 'application/json', asError],
    ['answers with a page', 500, 'text/html', (told: string) => `<pre>${told}</pre>`],
    ['answers with half of a token', 200, 'application/json', (told: string) => `{"access_token":"${told}`],
    ['answers in another shape', 200, 'application/json', asTokens],
  ] as const)('a vendor that %s tells no secret', async (_, status, contentType, answer) => {
    const heard: string[] = [];
    const url = await startVendor((told, response) => {
      heard.push(told);
      response.writeHead(status, { 'content-type': contentType }).end(answer(told));
    });
    const { organization, createSso } = app.at(name);
    const { login } = createSso({}, url);
    const { flow, state } = await login.begin({ organization: organization('Acme Corp') });
    app.leaks.secret('CANARY-code-0123456789');
    app.leaks.secret(flow);
    const callback = `${origin}/sso/${name}/callback?code=CANARY-code-0123456789&state=${state}`;
    await app.leaks.failureOf(login.complete({ callback, flow }));
    await app.leaks.failureOf(login.lookup('ada@acme.example'));
    for (const secret of [/CANARY-code-0123456789/, /[\w-]{43}/, /CANARY-(client-secret|api-key)/])
      expect(heard[0]).toMatch(secret);
  });

  it('an error of the callback tells no secret', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    const { state, flow, callback } = await vendor.login(browser);
    const code = new URL(callback).searchParams.get('code')!;
    const query = new URLSearchParams({
      state,
      error: 'access_denied',
      error_description: `${code} ${flow}`,
    });
    const { error } = await browser.open(`/sso/${name}/callback?${query.toString()}`);
    expect(error).toMatchObject({ reason: 'access_denied', vendorCode: 'access_denied' });
  });

  it('an API that refuses a credential and repeats it tells no secret', async () => {
    const { createSso } = app.at(name);
    const url = await startVendor((told, response, { headers }) => {
      const isTokenRequest = told.includes('client_credentials');
      response.writeHead(isTokenRequest ? 200 : 403, { 'content-type': 'application/json' });
      response.end(
        isTokenRequest
          ? JSON.stringify({ access_token: 'CANARY-api-token-0123456789', expires_in: 600 })
          : asError(`${headers.authorization} ${String(headers.authorization).slice('Bearer '.length)}`),
      );
    });
    const { login } = createSso({}, url);
    expect(await app.leaks.failureOf(login.lookup('ada@acme.example'))).toMatchObject({ status: 403 });
  });

  it('a refused token tells no secret', async () => {
    const vendor = app.at(name);
    const browser = app.browser();
    await browser.open((await vendor.login(browser)).callback);
    const token = app.results.at(0)!.tokens.accessToken.reveal();
    const { login } = vendor.sso;
    for (const value of [`${token}x`, token.slice(0, -8), `${token}.${token}`, `Bearer ${token}`])
      expect(await app.leaks.failureOf(login.verifyAccessToken(value))).toMatchObject({
        code: 'verification_failed',
      });
  });
});

function asError(told: string): string {
  return JSON.stringify({ error: 'invalid_request', error_description: told, message: told });
}

function asTokens(told: string): string {
  return JSON.stringify({ access_token: { told }, id_token: [told], profile: told });
}

/** A hostile vendor on loopback; `told` is every value of the form it was sent. */
async function startVendor(
  answer: (told: string, response: ServerResponse, request: IncomingMessage) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) =>
      answer([...new URLSearchParams(body).values()].join(' '), response, request),
    );
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
