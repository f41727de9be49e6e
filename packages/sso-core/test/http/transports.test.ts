import { once } from 'node:events';
import { inspect } from 'node:util';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createAxiosTransport,
  TransportError,
  type HttpRequest,
  type HttpResponse,
  type HttpTransport,
} from '@org/sso-core/http';
import { createUndiciTransport } from '@org/sso-core/http/undici';
import { answerJson, startServer } from '../support/server.js';

const canary = 'canary-4f1d9a7e';
const mebibyte = 1024 * 1024;
const limit = 64 * mebibyte;

describe.each<[string, HttpTransport]>([
  ['axios', createAxiosTransport()],
  ['undici', createUndiciTransport()],
])('transport by %s', (_, transport) => {
  const send = (url: string, request: Partial<HttpRequest> = {}): Promise<HttpResponse> =>
    transport({
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${canary}` },
      signal: new AbortController().signal,
      ...request,
    });

  async function failure(url: string): Promise<TransportError> {
    const error: unknown = await send(`${url}/${canary}`).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(TransportError);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(canary);
    return error as TransportError;
  }

  it('sends what it is given and answers status, lower-case headers and text', async () => {
    const { url, requests } = await startServer((_request, response) =>
      answerJson(response, 201, { name: 'Zoë' }, { 'X-Request-Id': 'r1' }),
    );
    const answer = await send(`${url}/things?a=b%20c`, {
      method: 'POST',
      headers: { authorization: `Bearer ${canary}`, 'content-type': 'application/json' },
      body: '{"name":"Zoë"}',
    });
    expect(answer).toMatchObject({
      status: 201,
      headers: { 'x-request-id': 'r1', 'content-type': 'application/json; charset=utf-8' },
      body: '{"name":"Zoë"}',
    });
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: '/things?a=b%20c',
      headers: { authorization: `Bearer ${canary}`, 'content-type': 'application/json' },
      body: '{"name":"Zoë"}',
    });
    expect(requests[0]!.headers['user-agent']).toBeTruthy();
  });

  it.each([204, 302, 307, 401, 404, 429, 500])('answers status %i as it is', async (status) => {
    const { url, requests } = await startServer((_request, response) => {
      response.writeHead(status, { location: '/elsewhere' });
      response.end();
    });
    expect(await send(url)).toMatchObject({ status, body: '' });
    expect(requests).toHaveLength(1);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('asks for %s and reads it', async (encoding, compress) => {
    const text = `{"name":"${'Zoë'.repeat(1000)}"}`;
    const { url, requests } = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
      response.end(compress(text));
    });
    expect((await send(url)).body).toBe(text);
    expect(requests[0]!.headers['accept-encoding']).toContain(encoding);
  });

  it('reads errors that are compressed', async () => {
    const { url } = await startServer((_request, response) => {
      response.writeHead(400, { 'content-encoding': 'gzip' });
      response.end(gzipSync('{"message":"no"}'));
    });
    expect(await send(url)).toMatchObject({ status: 400, body: '{"message":"no"}' });
  });

  it('joins characters that arrive in two parts, and leaves out the byte order mark', async () => {
    const [first, second] = [Buffer.from('\uFEFF"Zo'), Buffer.from('ë"')];
    const { url } = await startServer((_request, response) => {
      response.write(Buffer.concat([first, second.subarray(0, 1)]));
      setTimeout(() => response.end(second.subarray(1)), 20);
    });
    expect((await send(url)).body).toBe('"Zoë"');
  });

  it('keeps connections open for further requests', async () => {
    const ports = new Set<unknown>();
    const { url } = await startServer((_request, response) => {
      ports.add(response.socket!.remotePort);
      answerJson(response, 200, { text: 'x'.repeat(100_000) });
    });
    for (let count = 0; count < 10; count += 1) await send(url);
    // undici may ask for the next answer before it took the connection of the last one back.
    expect(ports.size).toBeLessThanOrEqual(2);
  });

  it('tells an answer that broke off from none', async () => {
    const broken = await startServer((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"a":');
      setTimeout(() => response.destroy(), 5);
    });
    const brokenChunks = await startServer((_request, response) => {
      response.write('{"a":');
      setTimeout(() => response.destroy(), 5);
    });
    const silent = await startServer((_request, response) => response.destroy());
    expect((await failure(broken.url)).kind).toBe('truncated');
    expect((await failure(brokenChunks.url)).kind).toBe('truncated');
    expect((await failure(silent.url)).kind).toBe('network');
    expect(await failure('http://127.0.0.1:1')).toMatchObject({ kind: 'network', code: 'ECONNREFUSED' });
  });

  it('refuses an answer beyond the limit, and closes its connection', async () => {
    let closed: Promise<unknown> | undefined;
    const { url } = await startServer((_request, response) => {
      closed = once(response, 'close');
      response.writeHead(200, { 'content-length': limit + mebibyte });
      response.write(Buffer.alloc(limit + 1));
    });
    expect((await failure(url)).kind).toBe('too_large');
    await closed;
  });

  it('counts what it decompressed', async () => {
    const bomb = gzipSync(Buffer.alloc(limit + 1));
    const { url } = await startServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(bomb);
    });
    expect((await failure(url)).kind).toBe('too_large');
  });

  it('takes an answer of exactly the limit', async () => {
    const { url } = await startServer((_request, response) => response.end(Buffer.alloc(limit, 32)));
    expect((await send(url)).body).toHaveLength(limit);
  });

  it.each(['before', 'while waiting', 'within the answer'])(
    'rejects with the reason of a signal that aborts %s',
    async (moment) => {
      const controller = new AbortController();
      const reason = new Error('enough');
      let closed: Promise<unknown> | undefined;
      const { url, requests } = await startServer((_request, response) => {
        closed = once(response, 'close');
        if (moment === 'within the answer') response.write('{"a":');
        setTimeout(() => controller.abort(reason), 20);
      });
      if (moment === 'before') controller.abort(reason);
      await expect(send(url, { signal: controller.signal })).rejects.toBe(reason);
      await closed;
      expect(requests).toHaveLength(moment === 'before' ? 0 : 1);
    },
  );
});

it('undici: sends by the given dispatcher, and leaves it open', async () => {
  const { url } = await startServer((_request, response) => answerJson(response, 200, {}));
  const paths: string[] = [];
  const agent = new Agent();
  onTestFinished(() => agent.close());
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    paths.push(options.path);
    return dispatch(options, handler);
  });
  const transport = createUndiciTransport({ dispatcher });
  for (const path of ['/first', '/second']) {
    const signal = new AbortController().signal;
    expect(await transport({ method: 'GET', url: url + path, headers: {}, signal })).toMatchObject({
      status: 200,
    });
  }
  expect(paths).toEqual(['/first', '/second']);
});
