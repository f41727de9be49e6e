import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { controlPath, type ControlParts, createControl } from './control.js';
import { type ControlClient, createControlClient } from './control-client.js';
import type { Fault } from './faults.js';
import { createRequest, type EmulatorRequest, type EmulatorResponse, type Handler } from './http.js';
import { acceptBoth } from './protocols.js';
import type { TrafficEntry } from './traffic.js';

/** Answers a vendor request as the fault dial wants it, `close` for no answer at all; the traffic log keeps it. */
export type Exchange = (request: EmulatorRequest) => Promise<EmulatorResponse | 'close'>;

/** Answers a request of an HTTP/2 connection. */
export type Http2Handler = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

export interface ServerOptions extends ControlParts {
  /** 127.0.0.1 when absent. */
  readonly host?: string | undefined;
  /** 0, the default, picks a free port. */
  readonly port?: number | undefined;
  /** The vendor's whole API. What it throws becomes a 500. */
  readonly handle: Handler;
  /** Headers of every vendor answer, faults included: a new request id. */
  readonly responseHeaders?: () => Readonly<Record<string, string>>;
  /** What connections that open with HTTP/2 are for; without it they are refused. */
  readonly http2?: (exchange: Exchange) => Http2Handler;
}

export interface EmulatorServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly controlUrl: string;
  readonly control: ControlClient;
  /** Stops listening and closes open sockets. */
  close(): Promise<void>;
}

/** Serves a vendor's API with the control API mounted beside it. Rejects with the listen error (`EADDRINUSE`). */
export async function startServer(options: ServerOptions): Promise<EmulatorServer> {
  const { clock, faults, traffic, host = '127.0.0.1', port = 0 } = options;
  const control = createControl(options);
  const handle = answering(options.handle);
  const handleControl = answering(control);

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming, url);
    const { pathname } = request.url;
    if (pathname === controlPath || pathname.startsWith(`${controlPath}/`)) {
      await send(outgoing, await handleControl(request));
      return;
    }
    const { response, fault } = await exchange(request);
    if (response === 'close') incoming.socket.destroy();
    else await send(outgoing, response, fault);
  }

  async function exchange(
    request: EmulatorRequest,
  ): Promise<{ response: EmulatorResponse | 'close'; fault: Fault | undefined }> {
    const { method, url: target } = request;
    const entry: TrafficEntry = {
      method,
      path: target.pathname,
      query: target.search.slice(1),
      headers: request.headers,
      body: request.body.toString('utf8'),
      status: null,
      receivedAt: clock.now().toISOString(),
    };
    traffic.add(entry);
    const fault = faults.take(method, target.pathname);
    const response = fault ? await spoil(fault, () => handle(request)) : await handle(request);
    if (response === 'close') return { response, fault };
    entry.status = response.status;
    const headers = { ...options.responseHeaders?.(), ...response.headers };
    return { response: { ...response, headers }, fault };
  }

  const listener = options.http2
    ? acceptBoth(
        server,
        createHttp2Server(options.http2(async (request) => (await exchange(request)).response)),
      )
    : server;
  const sockets = new Set<Socket>();
  listener.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, host, resolve);
  });
  const bound = listener.address();
  if (bound === null || typeof bound === 'string') throw new Error('the emulator must listen on a TCP port');
  const { address } = bound;
  const reachable = address === '0.0.0.0' ? '127.0.0.1' : address.includes(':') ? `[${address}]` : address;
  const url = `http://${reachable}:${bound.port}`;
  const controlUrl = `${url}${controlPath}`;
  return {
    url,
    controlUrl,
    control: createControlClient(controlUrl),
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function answering(handle: Handler): (request: EmulatorRequest) => Promise<EmulatorResponse> {
  return async (request) => {
    try {
      return await handle(request);
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { status: 500, body: { message: 'The emulator failed.', detail: message } };
    }
  };
}

async function spoil(
  fault: Fault,
  handle: () => Promise<EmulatorResponse>,
): Promise<EmulatorResponse | 'close'> {
  const ownAnswer = fault.closeConnection === true || fault.status !== undefined;
  const honest = fault.afterHandler === true || !ownAnswer ? await handle() : undefined;
  if (fault.delayMs !== undefined) await delay(fault.delayMs, undefined, { ref: false });
  if (fault.closeConnection) return 'close';
  if (fault.status === undefined && honest) {
    const changed = { ...honest.headers, ...fault.headers };
    return { status: honest.status, headers: changed, body: fault.body ?? honest.body ?? '' };
  }
  const contentType = fault.contentType ?? (fault.body === undefined ? undefined : 'application/json');
  return {
    status: fault.status ?? 500,
    headers: { ...(contentType === undefined ? {} : { 'content-type': contentType }), ...fault.headers },
    body: fault.body ?? '',
  };
}

async function readRequest(incoming: IncomingMessage, origin: string): Promise<EmulatorRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return createRequest(
    incoming.method ?? 'GET',
    new URL(`${origin}${incoming.url ?? '/'}`),
    incoming.headers,
    Buffer.concat(chunks),
  );
}

async function send(outgoing: ServerResponse, response: EmulatorResponse, fault?: Fault): Promise<void> {
  const { body: content = '' } = response;
  const isText = typeof content === 'string';
  const body = Buffer.from(isText ? content : JSON.stringify(content));
  const bodiless = response.status === 204 || response.status === 304;
  outgoing.writeHead(response.status, {
    ...(isText ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...(bodiless ? {} : { 'content-length': String(body.length) }),
    ...response.headers,
  });
  if (fault?.truncateBodyAt !== undefined) {
    outgoing.write(body.subarray(0, fault.truncateBodyAt), () => outgoing.destroy());
    return;
  }
  if (fault?.dripBytesPerSecond !== undefined) {
    await drip(outgoing, body, fault.dripBytesPerSecond);
    return;
  }
  outgoing.end(bodiless ? undefined : body);
}

async function drip(outgoing: ServerResponse, body: Buffer, bytesPerSecond: number): Promise<void> {
  const interval = bytesPerSecond < 10 ? 1000 / bytesPerSecond : 100;
  const size = Math.max(1, Math.floor((bytesPerSecond * interval) / 1000));
  for (let sent = 0; sent < body.length && !outgoing.destroyed; sent += size) {
    outgoing.write(body.subarray(sent, sent + size));
    await delay(interval, undefined, { ref: false });
  }
  outgoing.end();
}
