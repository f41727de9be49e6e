/** One HTTP exchange, without retries, redirects or interpretation of the status. */
export type HttpTransport = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Aborts the exchange; the transport then rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  /** Any status, 3xx included: redirects are not followed. */
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** No usable answer arrived. `truncated`: the answer began and broke off. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly kind: 'network' | 'truncated' | 'too_large';
  readonly code: string | undefined;

  constructor(kind: TransportError['kind'], code: string | undefined) {
    super(kind);
    this.kind = kind;
    this.code = code;
  }
}

/** Longer answers, decompressed, are refused as `too_large`. */
export const maxResponseBytes = 64 * 1024 * 1024;
