import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SsoError } from '@org/sso-core';
import {
  createApiClient,
  path,
  type ApiRequest,
  type HttpSettings,
  type VendorError,
} from '@org/sso-core/http';
import { createRateLimiter } from '../../src/http/rate-limiter.js';
import { answerJson, startServer } from '../support/server.js';

const context = { operation: 'organizations.get' };
const canary = 'canary-4f1d9a7e';

function client(
  baseUrl: string,
  http: HttpSettings = {},
  readError: (status: number, body: unknown) => VendorError = readMessage,
) {
  return createApiClient({
    provider: 'acme',
    baseUrl,
    http: { retryDelayMs: 1, ...http },
    authenticate: async () => ({ authorization: `Bearer ${canary}` }),
    readError,
  });
}

function readMessage(_status: number, body: unknown): VendorError {
  return typeof body === 'object' && body !== null && 'message' in body
    ? { message: String(body.message) }
    : {};
}

async function failure(work: Promise<unknown>): Promise<SsoError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!SsoError.isInstance(error)) throw new Error(`expected an SsoError, got ${inspect(error)}`);
  return error;
}

const get: ApiRequest = { context, method: 'GET', path: '/things' };

describe('answers', () => {
  it('parses JSON and reports status and headers', async () => {
    const { url, requests } = await startServer((_, response) =>
      answerJson(response, 200, { ok: true }, { 'x-request-id': 'r1' }),
    );
    const answer = await client(url).request({
      ...get,
      query: { a: 'b c', list: ['1', '2'], none: undefined },
    });
    expect(answer.body).toEqual({ ok: true });
    expect(answer.headers['x-request-id']).toBe('r1');
    expect(requests[0]!.url).toBe('/things?a=b%20c&list=1&list=2');
    expect(requests[0]!.headers.authorization).toBe(`Bearer ${canary}`);
  });

  it.each([
    ['HTML', 'text/html', '<html>gateway</html>'],
    ['no content type', undefined, '{}'],
    ['malformed JSON', 'application/json', '{"a":'],
  ])('refuses %s as invalid_response', async (_, contentType, body) => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(200, contentType ? { 'content-type': contentType } : {});
      response.end(body);
    });
    expect((await failure(client(url).request(get))).code).toBe('invalid_response');
  });

  it('refuses a truncated body as invalid_response', async () => {
    const { url } = await startServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"a":');
      setTimeout(() => response.destroy(), 5);
    });
    const error = await failure(client(url, { maxRetries: 0 }).request(get));
    expect(error).toMatchObject({ code: 'invalid_response', retryable: true });
  });

  it('does not follow a redirect', async () => {
    const { url, requests } = await startServer((_, response) => {
      response.writeHead(302, { location: '/elsewhere' });
      response.end();
    });
    expect((await failure(client(url).request(get))).code).toBe('invalid_response');
    expect(requests).toHaveLength(1);
  });

  it('reads nothing when nothing is expected', async () => {
    const { url } = await startServer((_, response) => {
      response.writeHead(202, { 'content-type': 'text/plain' });
      response.end('Accepted');
    });
    const answer = await client(url).request({ ...get, method: 'DELETE', expect: 'none' });
    expect(answer).toMatchObject({ status: 202, body: undefined });
  });
});

describe('failures', () => {
  it.each([
    [400, 'invalid_argument', false],
    [401, 'unauthenticated', false],
    [403, 'permission_denied', false],
    [404, 'not_found', false],
    [409, 'conflict', false],
    [412, 'failed_precondition', false],
    [422, 'invalid_argument', false],
    [429, 'rate_limited', true],
    [500, 'unavailable', true],
    [503, 'unavailable', true],
    [504, 'deadline_exceeded', true],
    [501, 'internal', false],
  ] as const)('status %i becomes %s', async (status, code, retryable) => {
    const { url } = await startServer((_, response) =>
      answerJson(response, status, { message: 'no' }, { 'x-request-id': 'r9' }),
    );
    const error = await failure(client(url, { maxRetries: 0 }).request(get));
    expect(error).toMatchObject({
      code,
      retryable,
      status,
      requestId: 'r9',
      provider: 'acme',
      operation: 'organizations.get',
    });
    expect(error.message).toContain('no');
  });

  it('names the status when a failure is not JSON', async () => {
    const { url } = await startServer((_, response) => {
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end('<h1>bad gateway</h1>');
    });
    expect(await failure(client(url, { maxRetries: 0 }).request(get))).toMatchObject({
      code: 'unavailable',
      status: 502,
    });
  });

  it('refused connections become unavailable', async () => {
    const error = await failure(client('http://127.0.0.1:1', { maxRetries: 0 }).request(get));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(error.cause).toEqual({ name: 'TransportError', code: 'ECONNREFUSED' });
  });

  it('a silent server becomes deadline_exceeded', async () => {
    const { url } = await startServer(() => {});
    expect((await failure(client(url, { timeoutMs: 30, maxRetries: 0 }).request(get))).code).toBe(
      'deadline_exceeded',
    );
  });

  it('a dripping server becomes deadline_exceeded too', async () => {
    const { url } = await startServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(drip));
    });
    expect((await failure(client(url, { timeoutMs: 60, maxRetries: 0 }).request(get))).code).toBe(
      'deadline_exceeded',
    );
  });

  it('the deadline of the whole call covers its retries', async () => {
    const { url } = await startServer((_, response) => answerJson(response, 503, {}));
    const request = { ...get, context: { ...context, timeoutMs: 80 } };
    const error = await failure(client(url, { maxRetries: 100, retryDelayMs: 20 }).request(request));
    expect(error.code).toBe('deadline_exceeded');
  });

  it('an abort passes through unchanged', async () => {
    const { url } = await startServer(() => {});
    const controller = new AbortController();
    const reason = new Error('the user left');
    setTimeout(() => controller.abort(reason), 10);
    await expect(
      client(url).request({ ...get, context: { ...context, signal: controller.signal } }),
    ).rejects.toBe(reason);
  });
});

describe('retries', () => {
  it('repeats reads on 503 and network failures, then succeeds', async () => {
    const { url, requests } = await startServer((_, response, count) => {
      if (count === 1) answerJson(response, 503, {});
      else if (count === 2) response.destroy();
      else answerJson(response, 200, { ok: true });
    });
    expect((await client(url).request(get)).body).toEqual({ ok: true });
    expect(requests).toHaveLength(3);
  });

  it('waits as long as Retry-After says', async () => {
    const { url, requests } = await startServer((_, response, count) =>
      count === 1 ? answerJson(response, 429, {}, { 'retry-after': '1' }) : answerJson(response, 200, {}),
    );
    await client(url).request(get);
    expect(requests[1]!.at - requests[0]!.at).toBeGreaterThanOrEqual(990);
  });

  it('hands a long Retry-After to the caller instead of waiting', async () => {
    const { url, requests } = await startServer((_, response) =>
      answerJson(response, 429, {}, { 'retry-after': '3600' }),
    );
    expect(await failure(client(url).request(get))).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 3_600_000,
    });
    expect(requests).toHaveLength(1);
  });

  it.each(['POST'] as const)('never repeats a %s that must be sent once', async (method) => {
    for (const status of [429, 500, 503]) {
      const { url, requests } = await startServer((_, response) => answerJson(response, status, {}));
      await failure(client(url).request({ ...get, method, json: {} }));
      expect(requests).toHaveLength(1);
    }
  });

  it('takes a 404 after a delete of unknown fate as done', async () => {
    const { url } = await startServer((_, response, count) =>
      answerJson(response, count === 1 ? 503 : 404, {}),
    );
    const answer = await client(url).request({ ...get, method: 'DELETE', expect: 'none' });
    expect(answer.status).toBe(404);
  });

  it('reports a 404 on the first delete', async () => {
    const { url } = await startServer((_, response) => answerJson(response, 404, {}));
    expect((await failure(client(url).request({ ...get, method: 'DELETE', expect: 'none' }))).code).toBe(
      'not_found',
    );
  });

  it('authenticates anew once after a 401, also for requests sent once', async () => {
    const { url, requests } = await startServer((request, response) =>
      answerJson(response, request.headers.authorization === 'Bearer 2' ? 200 : 401, {}),
    );
    let token = 1;
    const api = createApiClient({
      provider: 'acme',
      baseUrl: url,
      authenticate: async () => ({ authorization: `Bearer ${token}` }),
      onUnauthorized: () => (token += 1),
      readError: readMessage,
    });
    await api.request({ ...get, method: 'POST', json: {} });
    expect(requests.map((request) => request.headers.authorization)).toEqual(['Bearer 1', 'Bearer 2']);
  });
});

describe('rate limits', () => {
  it('lets the limit through at once, then spaces starts, for each key on its own', () => {
    const reserve = createRateLimiter();
    const a = { key: 'a', limit: 2, perMs: 100 };
    expect([reserve(a, 0), reserve(a, 0), reserve(a, 0), reserve(a, 0), reserve(a, 0)]).toEqual([
      0, 0, 100, 100, 200,
    ]);
    expect(reserve({ ...a, key: 'b' }, 0)).toBe(0);
    expect(reserve(a, 1000)).toBe(0);
  });

  it('hold up a request that would exceed them', async () => {
    const { url, requests } = await startServer((_, response) => answerJson(response, 200, {}));
    const limited = { ...get, rateLimits: [{ key: 'a', limit: 1, perMs: 60_000 }] };
    const api = client(url);
    await api.request(limited);
    const error = await failure(api.request({ ...limited, context: { ...context, timeoutMs: 30 } }));
    expect(error.code).toBe('deadline_exceeded');
    expect(requests).toHaveLength(1);
  });
});

describe('secrets', () => {
  it('appear in no error, whatever the vendor echoes', async () => {
    const { url } = await startServer((request, response) =>
      answerJson(response, 400, {
        message: `bad: ${request.headers.authorization} ${request.body} sk_live_abc eyJhbGciOi.eyJzdWIi.c2ln`,
      }),
    );
    const error = await failure(
      client(url).request({
        ...get,
        method: 'POST',
        form: { code: 'canary-code' },
        secrets: ['canary-code'],
      }),
    );
    for (const output of [
      error.message,
      String(error),
      inspect(error, { depth: 9 }),
      JSON.stringify(error),
      error.stack!,
    ]) {
      expect(output).not.toMatch(/canary|sk_live|eyJ/);
    }
  });
});

describe('path', () => {
  it('encodes values and refuses navigation', () => {
    expect(path`/organizations/${'a/b?c'}:verify`).toBe('/organizations/a%2Fb%3Fc:verify');
    for (const value of ['', '.', '..']) expect(() => path`/organizations/${value}`).toThrow(SsoError);
  });
});
