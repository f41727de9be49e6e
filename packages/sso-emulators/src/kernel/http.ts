import type { IncomingHttpHeaders } from 'node:http';

/** A request as handlers see it. */
export interface EmulatorRequest {
  readonly method: string;
  /** Absolute, on the emulator's own origin. */
  readonly url: URL;
  /** Values of the route's `{placeholders}`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The body parsed as JSON; `undefined` when it is empty. Throws SyntaxError when it is not JSON. */
  json(): unknown;
  /** The body parsed as `application/x-www-form-urlencoded`. */
  form(): URLSearchParams;
}

/** `url` is absolute. */
export function createRequest(
  method: string,
  url: URL,
  headers: IncomingHttpHeaders,
  body: Buffer,
): EmulatorRequest {
  return {
    method,
    url,
    params: {},
    headers,
    body,
    json: () => (body.length === 0 ? undefined : (JSON.parse(body.toString('utf8')) as unknown)),
    form: () => new URLSearchParams(body.toString('utf8')),
  };
}

/** An answer: an object body is sent as JSON, a string as it is. */
export interface EmulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | object;
}

export type Handler = (request: EmulatorRequest) => EmulatorResponse | Promise<EmulatorResponse>;

/** Thrown by a handler, or by anything it calls, to answer at once. */
export class ResponseError extends Error {
  readonly response: EmulatorResponse;

  constructor(response: EmulatorResponse) {
    super(`answers ${response.status}`);
    this.name = 'ResponseError';
    this.response = response;
  }
}

export function redirect(location: string | URL): EmulatorResponse {
  return { status: 302, headers: { location: String(location), 'cache-control': 'no-store' } };
}

export function html(body: string, status = 200): EmulatorResponse {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'",
      'referrer-policy': 'no-referrer',
    },
    body,
  };
}
