import { invalidArgument, SsoError, type SsoErrorCode } from '../errors.js';
import type { CallContext } from '../provider/context.js';
import { createAxiosTransport } from './axios-transport.js';
import { isDeadlineReached, waitFor, withCallDeadline, withDeadline } from './deadline.js';
import { queryString, type QueryValue } from './path.js';
import { createRateLimiter, sleep, type RateLimit } from './rate-limiter.js';
import { redact } from './redact.js';
import { requireKnownSettings } from './settings.js';
import { TransportError, type HttpRequest, type HttpResponse, type HttpTransport } from './transport.js';

/**
 * Whether a request may be sent again when its fate is unknown. `safe`: reads; `idempotent`: repeating it changes nothing more;
 * `once`: never sent twice, such as a code exchange.
 */
export type Replay = 'safe' | 'idempotent' | 'once';

export interface ApiRequest {
  readonly context: CallContext;
  readonly method: HttpRequest['method'];
  /** Built with the `path` tag. */
  readonly path: string;
  readonly query?: Readonly<Record<string, QueryValue>>;
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default by method: GET `safe`, POST `once`, the others `idempotent`. */
  readonly replay?: Replay;
  /** `none`: the answer's body carries nothing to read. Default `json`. */
  readonly expect?: 'json' | 'none';
  /** Default `true`. Token endpoints authenticate in the body. */
  readonly authenticate?: boolean;
  /** Values that must never come back in an error message, such as a code. */
  readonly secrets?: readonly string[];
  readonly rateLimits?: readonly RateLimit[];
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: HttpResponse['headers'];
  /** Parsed JSON; `undefined` when the body was empty or not asked for. */
  readonly body: unknown;
}

/** What an adapter reads out of a vendor's error body. */
export interface VendorError {
  /** Overrides the code that follows from the status. */
  readonly code?: SsoErrorCode | undefined;
  readonly vendorCode?: string | undefined;
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
}

/** How an adapter's HTTP behaves; every member has a default. */
export interface HttpSettings {
  /** Milliseconds for one attempt. Default 20,000. */
  readonly timeoutMs?: number;
  /** Further attempts after the first, for safe and idempotent requests only. Default 2. */
  readonly maxRetries?: number;
  /** First back-off in milliseconds; doubles with each retry, with jitter. Default 300. */
  readonly retryDelayMs?: number;
  readonly transport?: HttpTransport;
}

type Credentials = Readonly<Record<string, string>>;

export interface ApiClientOptions {
  readonly provider: string;
  /** From `requireBaseUrl`. */
  readonly baseUrl: string;
  readonly http?: HttpSettings | undefined;
  /** Headers sent with every authenticated request. A call that is aborted or out of time does not wait for them. */
  readonly authenticate?: (context: CallContext) => Credentials | Promise<Credentials>;
  /** Forgets the headers just refused; the request is then sent once more, as the vendor did not act on it. */
  readonly onUnauthorized?: (refused: Credentials) => void;
  /** Reads the vendor's error body, which may be anything: parsed JSON of any shape, or `undefined`. */
  readonly readError: (status: number, body: unknown) => VendorError;
}

export interface ApiClient {
  /** Throws `SsoError`; an abort by the caller is rethrown as it is. */
  request(request: ApiRequest): Promise<ApiResponse>;
}

const httpSettingNames = { timeoutMs: true, maxRetries: true, retryDelayMs: true, transport: true } as const;
const maxRetryAfterMs = 60_000;

/** Throws `invalid_argument` for malformed settings. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const { provider, baseUrl, http = {} } = options;
  requireKnownSettings(http, httpSettingNames, provider, 'http');
  const { timeoutMs = 20_000, maxRetries = 2, retryDelayMs = 300, transport = createAxiosTransport() } = http;
  const requireNumber = (setting: keyof HttpSettings, isValid: boolean, expected: string) => {
    if (!isValid) throw invalidArgument(`http.${setting} must be ${expected}`, { provider });
  };
  requireNumber(
    'timeoutMs',
    Number.isFinite(timeoutMs) && timeoutMs > 0,
    'a positive number of milliseconds',
  );
  requireNumber('maxRetries', Number.isInteger(maxRetries) && maxRetries >= 0, 'a whole number from 0');
  requireNumber(
    'retryDelayMs',
    Number.isFinite(retryDelayMs) && retryDelayMs >= 0,
    'a number of milliseconds',
  );
  const reserveStart = createRateLimiter();

  async function authenticate(
    request: ApiRequest,
    callSignal: AbortSignal | undefined,
  ): Promise<Credentials> {
    if (request.authenticate === false || !options.authenticate) return {};
    const credentials = options.authenticate(request.context);
    return credentials instanceof Promise ? waitFor(credentials, callSignal) : credentials;
  }

  async function exchange(request: ApiRequest, callSignal: AbortSignal | undefined): Promise<ApiResponse> {
    const { context, method } = request;
    const replay = request.replay ?? defaultReplay(method);
    const url = baseUrl + request.path + queryString(request.query ?? {});
    let reauthenticated = false;
    let mayHaveBeenApplied = false;
    for (let retries = 0; ;) {
      for (const limit of request.rateLimits ?? []) await sleep(reserveStart(limit, Date.now()), callSignal);
      const credentials = await authenticate(request, callSignal);
      let failure: SsoError;
      try {
        const response = await withDeadline(timeoutMs, callSignal, (signal) =>
          transport({
            method,
            url,
            signal,
            ...encodeBody(request),
            headers: {
              accept: 'application/json',
              ...contentType(request),
              ...request.headers,
              ...credentials,
            },
          }),
        );
        if (response.status >= 200 && response.status < 300) return readSuccess(request, response);
        if (
          response.status === 401 &&
          options.onUnauthorized &&
          request.authenticate !== false &&
          !reauthenticated
        ) {
          reauthenticated = true;
          options.onUnauthorized(credentials);
          continue;
        }
        if (response.status === 404 && method === 'DELETE' && mayHaveBeenApplied) {
          return { status: response.status, headers: response.headers, body: undefined };
        }
        failure = readFailure(request, response, secretsOf(request, credentials));
      } catch (error) {
        callSignal?.throwIfAborted();
        failure = fromTransport(error, context);
      }
      if (!failure.retryable || replay === 'once' || retries >= maxRetries) throw failure;
      const delay = failure.retryAfterMs ?? retryDelayMs * 2 ** retries * (0.5 + Math.random());
      if (delay > maxRetryAfterMs) throw failure;
      mayHaveBeenApplied ||= failure.code !== 'rate_limited';
      retries += 1;
      await sleep(delay, callSignal);
    }
  }

  function readSuccess(request: ApiRequest, response: HttpResponse): ApiResponse {
    const { status, headers } = response;
    if (request.expect === 'none') return { status, headers, body: undefined };
    if (!isJson(response)) {
      throw invalidResponse(
        request.context,
        response,
        `answered with ${headers['content-type'] ?? 'no content type'} instead of JSON`,
      );
    }
    try {
      return { status, headers, body: JSON.parse(response.body) };
    } catch {
      throw invalidResponse(request.context, response, 'answered with malformed JSON');
    }
  }

  function readFailure(request: ApiRequest, response: HttpResponse, secrets: readonly string[]): SsoError {
    const { status, headers } = response;
    if (status < 400)
      return invalidResponse(request.context, response, `answered with a redirect (status ${status})`);
    const vendor = options.readError(status, isJson(response) ? parseLeniently(response.body) : undefined);
    const code = vendor.code ?? codeOfStatus(status);
    const detail = vendor.message === undefined ? '' : `: ${redact(vendor.message, secrets)}`;
    return new SsoError({
      code,
      message: `${request.context.operation} failed at ${provider} with status ${status}${detail}`,
      provider,
      operation: request.context.operation,
      status,
      requestId: vendor.requestId ?? headers['x-request-id'],
      vendorCode: vendor.vendorCode === undefined ? undefined : redact(vendor.vendorCode, secrets),
      retryable: status === 429 || status === 408 || (status >= 500 && status !== 501),
      retryAfterMs: status === 429 || status === 503 ? parseRetryAfter(headers['retry-after']) : undefined,
    });
  }

  function fromTransport(error: unknown, context: CallContext): SsoError {
    if (SsoError.isInstance(error)) return error;
    const at = { provider, operation: context.operation, retryable: true, cause: error };
    if (isDeadlineReached(error)) {
      return new SsoError({
        ...at,
        code: 'deadline_exceeded',
        message: `${context.operation}: ${provider} did not answer within ${timeoutMs} ms`,
      });
    }
    const kind = error instanceof TransportError ? error.kind : 'network';
    switch (kind) {
      case 'network':
        return new SsoError({
          ...at,
          code: 'unavailable',
          message: `${context.operation}: no connection to ${provider}`,
        });
      case 'truncated':
        return new SsoError({
          ...at,
          code: 'invalid_response',
          message: `${context.operation}: the answer of ${provider} broke off`,
        });
      case 'too_large':
        return new SsoError({
          ...at,
          code: 'invalid_response',
          retryable: false,
          message: `${context.operation}: the answer of ${provider} is too large`,
        });
    }
  }

  function invalidResponse(context: CallContext, response: HttpResponse, what: string): SsoError {
    return new SsoError({
      code: 'invalid_response',
      message: `${context.operation}: ${provider} ${what}`,
      provider,
      operation: context.operation,
      status: response.status,
      requestId: response.headers['x-request-id'],
    });
  }

  return {
    request: (request) => withCallDeadline(request.context, provider, (signal) => exchange(request, signal)),
  };
}

/** The part of a zod schema {@link readBody} needs, so that this module does not load zod. */
export interface BodySchema<T> {
  safeParse(
    data: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[] }[] } };
}

/** Parses an answer's body. Throws `invalid_response` naming the fields, never their values. */
export function readBody<T>(schema: BodySchema<T>, body: unknown, provider: string, context: CallContext): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map((issue) => issue.path.join('.') || '(body)'))];
  throw new SsoError({
    code: 'invalid_response',
    message: `${context.operation}: ${provider} answered in an unexpected shape at ${fields.slice(0, 5).join(', ')}`,
    provider,
    operation: context.operation,
  });
}

/** A credential is kept out of messages also without its scheme (`Bearer …`), as a vendor may echo either. */
function secretsOf({ secrets = [] }: ApiRequest, credentials: Credentials): string[] {
  const sent = Object.values(credentials);
  return [...sent, ...sent.map((credential) => credential.slice(credential.indexOf(' ') + 1)), ...secrets];
}

function defaultReplay(method: HttpRequest['method']): Replay {
  if (method === 'GET') return 'safe';
  return method === 'POST' ? 'once' : 'idempotent';
}

function contentType(request: ApiRequest): Record<string, string> {
  if (request.json !== undefined) return { 'content-type': 'application/json' };
  if (request.form !== undefined) return { 'content-type': 'application/x-www-form-urlencoded' };
  return {};
}

function encodeBody(request: ApiRequest): { body?: string } {
  if (request.json !== undefined) return { body: JSON.stringify(request.json) };
  if (request.form === undefined) return {};
  const fields = Object.entries(request.form).filter(
    (field): field is [string, string] => field[1] !== undefined,
  );
  return { body: new URLSearchParams(fields).toString() };
}

function isJson(response: HttpResponse): boolean {
  return response.headers['content-type']?.includes('json') ?? false;
}

function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function codeOfStatus(status: number): SsoErrorCode {
  switch (status) {
    case 400:
    case 413:
    case 422:
      return 'invalid_argument';
    case 401:
      return 'unauthenticated';
    case 403:
      return 'permission_denied';
    case 404:
    case 410:
      return 'not_found';
    case 409:
      return 'conflict';
    case 412:
      return 'failed_precondition';
    case 408:
    case 504:
      return 'deadline_exceeded';
    case 429:
      return 'rate_limited';
    case 500:
    case 502:
    case 503:
      return 'unavailable';
    default:
      return status < 500 ? 'invalid_argument' : 'internal';
  }
}
