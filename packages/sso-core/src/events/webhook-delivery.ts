import { WebhookRefusedError } from '../errors.js';
import type { WebhookDelivery } from '../provider/facets/webhooks.js';

/** Any shape frameworks keep headers in. */
export type HeadersLike =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/** A webhook request in whatever form a framework has it. The body must be the bytes, or the text, exactly as received. */
export type WebhookRequest =
  | Request
  | (AsyncIterable<Uint8Array> & { readonly headers: HeadersLike })
  | { readonly headers: HeadersLike; readonly body: Uint8Array | ArrayBuffer | string };

/** Larger bodies are refused. */
const maxWebhookBytes = 1024 * 1024;

/** Reads a request once. Throws `WebhookRefusedError` for an empty, oversize or already parsed body, and for what is no request. */
export async function readWebhookRequest(request: WebhookRequest, now: number): Promise<WebhookDelivery> {
  if (typeof request !== 'object' || request === null) {
    throw refused(
      'body_parsed',
      'You passed no request: pass a Request, the request of node:http, or { headers, body } with the raw body',
    );
  }
  const body = await readBody(request);
  if (body.length === 0) throw emptied();
  return { headers: headerLookup(request.headers), body, receivedAt: now };
}

async function readBody(request: WebhookRequest): Promise<Uint8Array> {
  if (isWebRequest(request)) {
    if (request.bodyUsed || request.body?.locked)
      throw refused('body_empty', 'The request body was read before: verify first, parse afterwards');
    return request.body ? collect(request.body) : new Uint8Array();
  }
  if (Symbol.asyncIterator in request) {
    // Body parsers leave their result on Node's request and its stream empty.
    const parsed: unknown = 'body' in request ? request.body : undefined;
    if (parsed === undefined) return collect(request);
    return acceptBody(parsed);
  }
  return acceptBody(request.body);
}

function acceptBody(body: unknown): Uint8Array {
  if (body === undefined || body === null) throw emptied();
  const bytes =
    typeof body === 'string'
      ? new TextEncoder().encode(body)
      : body instanceof ArrayBuffer
        ? new Uint8Array(body)
        : body;
  if (!(bytes instanceof Uint8Array)) {
    throw refused(
      'body_parsed',
      'You passed parsed JSON: the signature covers the bytes as received; use the raw body',
    );
  }
  if (bytes.length > maxWebhookBytes) throw tooLarge();
  return bytes;
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      length += chunk.length;
      if (length <= maxWebhookBytes) chunks.push(chunk);
      // Read to its end, within reason: a request that is cut off loses the answer that says why.
      else if (length > 16 * maxWebhookBytes) break;
    }
  } catch {
    // Anybody can do that: it is no failure to tell somebody of.
    throw refused('body_incomplete', 'The webhook broke off before its end');
  }
  if (length > maxWebhookBytes) throw tooLarge();
  return Buffer.concat(chunks);
}

function headerLookup(headers: HeadersLike | undefined): WebhookDelivery['headers'] {
  const byName = new Map<string, string[]>();
  const add = (name: string, value: unknown) => {
    if (typeof value !== 'string') return;
    const key = name.toLowerCase();
    byName.set(key, [...(byName.get(key) ?? []), value]);
  };
  const entries = headers && Symbol.iterator in headers ? headers : Object.entries(headers ?? {});
  for (const [name, value] of entries)
    for (const item of Array.isArray(value) ? value : [value]) add(name, item);
  return (name) => byName.get(name) ?? [];
}

function isWebRequest(request: WebhookRequest): request is Request {
  return 'bodyUsed' in request;
}

function emptied(): WebhookRefusedError {
  return refused(
    'body_empty',
    'The webhook has no body: something read it before, such as a body parser in front',
  );
}

function tooLarge(): WebhookRefusedError {
  return refused('body_too_large', `The webhook body exceeds ${maxWebhookBytes} bytes`);
}

function refused(reason: WebhookRefusedError['reason'], message: string): WebhookRefusedError {
  return new WebhookRefusedError({ reason, message });
}
