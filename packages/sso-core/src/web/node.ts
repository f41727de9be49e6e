import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

/** A handler that answers `undefined` for requests that are not its own. */
export type WebHandler = (request: Request) => Response | undefined | Promise<Response | undefined>;

/** Fits `node:http`, Express and Connect. */
export type NodeHandler = (
  request: IncomingMessage & { originalUrl?: string },
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/**
 * Runs a web handler under Node. `origin` is your public origin, such as `https://app.example.com`: the `Host` header is not trusted for it.
 * What the handler does not answer goes to `next`, or becomes 404. Its errors go to `next`, or become 500 without details.
 */
export function toNodeHandler(handler: WebHandler, { origin }: { readonly origin: string }): NodeHandler {
  return (incoming, outgoing, next) => {
    answer(handler, origin, incoming, outgoing).then(
      (answered) => {
        if (answered) return;
        if (next) next();
        else outgoing.writeHead(404).end();
      },
      (error: unknown) => {
        if (next) next(error);
        else if (outgoing.headersSent) outgoing.destroy();
        else outgoing.writeHead(500).end();
      },
    );
  };
}

async function answer(
  handler: WebHandler,
  origin: string,
  incoming: IncomingMessage & { originalUrl?: string },
  outgoing: ServerResponse,
): Promise<boolean> {
  const response = await handler(toRequest(origin, incoming));
  if (!response) return false;
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) if (name !== 'set-cookie') outgoing.setHeader(name, value);
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
  outgoing.end(Buffer.from(await response.arrayBuffer()));
  return true;
}

function toRequest(origin: string, incoming: IncomingMessage & { originalUrl?: string }): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined) headers.append(name, item);
  }
  const method = incoming.method ?? 'GET';
  const target = incoming.originalUrl ?? incoming.url ?? '/';
  // A request target such as "//host/path" must stay a path of this origin.
  const url = new URL(origin + (target.startsWith('/') ? target : '/'));
  const body =
    method === 'GET' || method === 'HEAD'
      ? {}
      : { body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' };
  return new Request(url, { method, headers, ...body } as RequestInit);
}
