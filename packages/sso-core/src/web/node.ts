import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidArgument } from '../errors.js';

/** A handler that answers `undefined` for requests that are not its own. */
export type WebHandler = (request: Request) => Response | undefined | Promise<Response | undefined>;

/** `originalUrl` is the whole path where a framework strips the one it mounted the handler at. */
type NodeRequest = IncomingMessage & { originalUrl?: string };

/** Fits `node:http`, Express and Connect. */
export type NodeHandler = (
  request: NodeRequest,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

const remoteAddresses = new WeakMap<Request, string>();

/**
 * The IP address a request made by {@link toNodeHandler} came from: of the browser, or of the last proxy in front. `null` for other
 * requests.
 */
export function remoteAddressOf(request: Request): string | null {
  return remoteAddresses.get(request) ?? null;
}

/**
 * Runs a web handler under Node. `origin` is your public origin, such as `https://app.example.com`: the `Host` header is not trusted for it.
 * What the handler does not answer goes to `next`, its body unread, or becomes 404. Its errors go to `next`, or become 500 without
 * details. Throws `invalid_argument` when `origin` is more or less than an origin.
 */
export function toNodeHandler(handler: WebHandler, { origin }: { readonly origin: string }): NodeHandler {
  if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
    throw invalidArgument('toNodeHandler: origin must be a bare origin such as "https://app.example.com"');
  }
  return (incoming, outgoing, next) => void run(handler, origin, incoming, outgoing, next);
}

async function run(
  handler: WebHandler,
  origin: string,
  incoming: NodeRequest,
  outgoing: ServerResponse,
  next?: (error?: unknown) => void,
): Promise<void> {
  try {
    if (await answer(handler, origin, incoming, outgoing)) return;
  } catch (error) {
    if (next) next(error);
    else if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(500).end();
    return;
  }
  if (next) next();
  else outgoing.writeHead(404).end();
}

async function answer(
  handler: WebHandler,
  origin: string,
  incoming: NodeRequest,
  outgoing: ServerResponse,
): Promise<boolean> {
  // The one method Node receives and a web `Request` cannot have.
  if (incoming.method === 'TRACE') return false;
  const response = await handler(toRequest(origin, incoming));
  if (!response) return false;
  // Before anything is set on the answer: a body that breaks must not leave a session cookie on the error.
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== 'set-cookie') outgoing.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
  outgoing.end(body);
  // The next request on this connection comes after what the handler left unread.
  incoming.resume();
  return true;
}

function toRequest(origin: string, incoming: NodeRequest): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined) headers.append(name, item);
  }
  const method = incoming.method ?? 'GET';
  const target = incoming.originalUrl ?? incoming.url ?? '/';
  // A request target such as "//host/path" must stay a path of this origin.
  const url = new URL(origin + (target.startsWith('/') ? target : '/'));
  // ReadableStream.from reads nothing before it is read from; Readable.toWeb would take the body away from `next`. A handler that stops
  // reading must not end the connection it is about to answer on.
  const chunks = incoming.iterator({ destroyOnReturn: false });
  const body =
    method === 'GET' || method === 'HEAD' ? {} : { body: ReadableStream.from(chunks), duplex: 'half' };
  const request = new Request(url, { method, headers, ...body } as RequestInit);
  const { remoteAddress } = incoming.socket;
  if (remoteAddress !== undefined) remoteAddresses.set(request, remoteAddress);
  return request;
}
