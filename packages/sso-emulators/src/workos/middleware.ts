import type { EmulatorRequest, EmulatorResponse, Handler } from '../kernel/http.js';
import { createIdSource, digest } from '../kernel/ids.js';
import { unauthorized } from './errors.js';
import type { WorkosState } from './state.js';

/** A new `X-Request-ID` for every response: a UUID made of a counter. [R] */
export function createRequestIds(): () => Readonly<Record<string, string>> {
  const ids = createIdSource();
  return () => {
    const hex = digest(`request ${ids.next()}`).toString('hex');
    const uuid = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      `4${hex.slice(12, 15)}`,
      `a${hex.slice(15, 18)}`,
      hex.slice(18, 30),
    ];
    return { 'x-request-id': uuid.join('-') };
  };
}

/** `Authorization: Bearer <API key>`, or 401. [R] */
export function withApiKey(apiKey: string, next: Handler): Handler {
  return (request) => (request.headers.authorization === `Bearer ${apiKey}` ? next(request) : unauthorized);
}

const keyLifetime = 24 * 60 * 60_000;

/**
 * `Idempotency-Key` on POST: the same key with an equal payload answers the first success again for 24 hours, with
 * another payload it is a 400. Keys are kept per method and path. [R 2021][D] `others`: paths that have a rule of their own.
 */
export function createIdempotency(
  state: WorkosState,
  others: readonly string[],
): { wrap(next: Handler): Handler; clear(): void } {
  const answered = new Map<string, { payload: string; response: EmulatorResponse; expiresAt: number }>();

  async function answer(request: EmulatorRequest, key: string, next: Handler): Promise<EmulatorResponse> {
    const slot = `${request.method} ${request.url.pathname} ${key}`;
    const payload = canonical(request);
    const now = state.now().getTime();
    const earlier = answered.get(slot);
    if (earlier && earlier.expiresAt > now) {
      if (earlier.payload === payload) return earlier.response;
      const message = `Another idempotency key (${key}) with different request parameters was found. Please use a different idempotency key.`;
      return { status: 400, body: { message } };
    }
    const response = await next(request);
    // A snapshot: the object behind the body may change later.
    const kept =
      typeof response.body === 'object' ? { ...response, body: structuredClone(response.body) } : response;
    if (response.status < 300) answered.set(slot, { payload, response: kept, expiresAt: now + keyLifetime });
    return response;
  }

  return {
    wrap: (next) => (request) => {
      const key = request.headers['idempotency-key'];
      return request.method === 'POST' &&
        typeof key === 'string' &&
        key !== '' &&
        !others.includes(request.url.pathname)
        ? answer(request, key, next)
        : next(request);
    },
    clear() {
      answered.clear();
    },
  };
}

/** The payload whatever the order of its keys. */
function canonical(request: EmulatorRequest): string {
  try {
    return JSON.stringify(sorted(request.json() ?? null));
  } catch {
    return request.body.toString('base64');
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, field]) => [name, sorted(field)]),
  );
}
