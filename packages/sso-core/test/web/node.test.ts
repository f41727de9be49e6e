import {
  Agent,
  createServer,
  request as sendRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  type RequestListener,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { toNodeHandler, type NodeHandler, type WebHandler } from '../../src/web/index.js';

const origin = 'https://app.example.com';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Serves on loopback and answers a function that sends requests as they are: `fetch` would tidy targets and `Host`. */
async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return ({
    path = '/',
    method = 'GET',
    headers = {},
    body = '',
    agent = undefined as Agent | undefined,
  } = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const outgoing = sendRequest(
        { host: '127.0.0.1', port, path, method, headers, agent: agent ?? false },
        (incoming) => {
          text(incoming).then(
            (read) => resolve({ status: incoming.statusCode!, headers: incoming.headers, body: read }),
            reject,
          );
        },
      );
      outgoing.on('error', reject).end(body);
    });
}

const handlerOf = (handler: WebHandler) => serve(toNodeHandler(handler, { origin }));

describe('toNodeHandler: the request', () => {
  it('carries method, headers and body', async () => {
    const send = await handlerOf(async (request) =>
      Response.json({
        method: request.method,
        cookie: request.headers.get('cookie'),
        custom: request.headers.get('x-custom'),
        body: await request.text(),
      }),
    );
    const body = 'ü'.repeat(100_000);
    const headers = { cookie: ['a=1', 'b=2'] as unknown as string, 'x-custom': 'a, b' };
    const answer = await send({ method: 'POST', path: '/x', headers, body });
    expect(JSON.parse(answer.body)).toEqual({
      method: 'POST',
      cookie: 'a=1; b=2',
      custom: 'a, b',
      body,
    });
  });

  it.each([
    ['/a/b?c=d&e=%20', `${origin}/a/b?c=d&e=%20`],
    ['//evil.example/x', `${origin}//evil.example/x`],
    ['/\\evil.example/x', `${origin}//evil.example/x`],
    ['http://evil.example/x', `${origin}/`],
    ['*', `${origin}/`],
  ])('stays at the configured origin with the target %s', async (path, url) => {
    const send = await handlerOf((request) => new Response(request.url));
    const answer = await send({
      path,
      headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' },
    });
    expect(answer.body).toBe(url);
  });

  it('uses the whole path where a framework strips the one it mounted the handler at', async () => {
    const handler = toNodeHandler((request) => new Response(request.url), { origin });
    const send = await serve((request, response) => {
      handler(Object.assign(request, { originalUrl: request.url!, url: '/x' }), response);
    });
    expect((await send({ path: '/sso/x' })).body).toBe(`${origin}/sso/x`);
  });

  it('does not hang when a body parser was there before', async () => {
    const handler = toNodeHandler(async (request) => new Response(`${await request.text()}.`), { origin });
    const send = await serve((request, response) => {
      request.resume().on('end', () => handler(request, response));
    });
    expect((await send({ method: 'POST', body: 'a=1' })).body).toBe('.');
  });

  it.each([
    '',
    'app.example.com',
    'https://app.example.com/',
    'https://app.example.com/sso',
    'data:x',
    'https://a@b',
  ])('refuses the origin %j', (value) => {
    expect(() => toNodeHandler(() => undefined, { origin: value })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });
});

describe('toNodeHandler: the answer', () => {
  it('carries status, headers, each cookie by itself, and body', async () => {
    const send = await handlerOf(() => {
      const headers = new Headers({ 'content-type': 'text/plain', 'x-custom': 'a, b' });
      headers.append('set-cookie', 'a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT');
      headers.append('set-cookie', 'b=2');
      return new Response('grüße', { status: 418, headers });
    });
    expect(await send()).toMatchObject({
      status: 418,
      body: 'grüße',
      headers: {
        'content-type': 'text/plain',
        'x-custom': 'a, b',
        'set-cookie': ['a=1; Expires=Thu, 01 Jan 2026 00:00:00 GMT', 'b=2'],
      },
    });
  });

  it.each([204, 303, 304])('%i without body', async (status) => {
    const send = await handlerOf(() => new Response(null, { status }));
    expect(await send()).toMatchObject({ status, body: '' });
  });

  it('HEAD is answered without body', async () => {
    const send = await handlerOf(() => new Response('body'));
    expect(await send({ method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });
});

describe('toNodeHandler: a handler that stops reading', () => {
  it('is answered for, and so is the next request on the connection', async () => {
    const ports = new Set<number>();
    const handler = toNodeHandler(
      async (request) => {
        for await (const _ of request.body as unknown as AsyncIterable<Uint8Array>) break;
        return new Response('too much', { status: 413 });
      },
      { origin },
    );
    const send = await serve((request, response) => {
      ports.add(request.socket.remotePort!);
      handler(request, response);
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (let count = 0; count < 20; count += 1)
      expect(await send({ method: 'POST', body: 'x'.repeat(1_000_000), agent })).toMatchObject({
        status: 413,
        body: 'too much',
      });
    expect(ports.size).toBe(1);
  });
});

describe('toNodeHandler: without next', () => {
  it('a path nobody serves is 404', async () => {
    const send = await handlerOf(() => undefined);
    expect(await send()).toMatchObject({ status: 404, body: '' });
  });

  it.each<[string, WebHandler]>([
    [
      'thrown',
      () => {
        throw new Error('canary');
      },
    ],
    ['rejected', () => Promise.reject(new Error('canary'))],
    [
      'while the body is read',
      () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.error(new Error('canary')),
          }),
          { headers: { 'set-cookie': 'session=canary' } },
        ),
    ],
  ])('an error %s is 500 without details', async (_case, handler) => {
    const send = await handlerOf(handler);
    const answer = await send();
    expect(answer).toMatchObject({ status: 500, body: '' });
    expect(JSON.stringify(answer)).not.toContain('canary');
  });

  it('TRACE, which no web request can be, is 404', async () => {
    const send = await handlerOf(() => new Response('in'));
    expect((await send({ method: 'TRACE' })).status).toBe(404);
  });
});

describe('toNodeHandler: with next', () => {
  async function answerFromNext(request: IncomingMessage, response: ServerResponse, error: unknown) {
    response.writeHead(error ? 502 : 200).end(`${String(error)} ${await text(request)}`);
  }

  const withNext = (handler: NodeHandler) =>
    serve((request, response) => {
      handler(request, response, (error) => void answerFromNext(request, response, error));
    });

  it.each(['a=1', 'x'.repeat(200_000)])('passes on what is not its own, the body unread', async (body) => {
    const send = await withNext(toNodeHandler(() => setTimeout(10, undefined), { origin }));
    expect(await send({ method: 'POST', body })).toMatchObject({ status: 200, body: `undefined ${body}` });
  });

  it('passes errors on', async () => {
    const send = await withNext(toNodeHandler(() => Promise.reject(new Error('down')), { origin }));
    expect(await send()).toMatchObject({ status: 502, body: 'Error: down ' });
  });

  it('is not called for what was answered', async () => {
    const send = await withNext(toNodeHandler(() => new Response('in'), { origin }));
    expect(await send()).toMatchObject({ status: 200, body: 'in' });
  });
});
