import { type EmulatorRequest, type EmulatorResponse, type Handler, ResponseError } from './http.js';

/** One operation of a vendor's document. */
export interface Route {
  readonly method: string;
  /** As the vendor's document writes it. */
  readonly path: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  /** Literal characters of the path: of two routes that match, the more literal one wins. */
  readonly literals: number;
  readonly handler: Handler;
}

/**
 * A route in the vendors' own notation: `/organizations/{id}/connections/{connection_id}:enable`,
 * `/organizations:external/{external_id}`.
 */
export function route(method: string, path: string, handler: Handler): Route {
  const names: string[] = [];
  const parts = path.split(/\{([^}]+)\}/);
  const pattern = parts
    .map((part, index) => {
      if (index % 2 === 0) return part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`);
      names.push(part);
      return '([^/]+)';
    })
    .join('');
  const literals = parts.filter((_, index) => index % 2 === 0).join('').length;
  return { method, path, pattern: new RegExp(`^${pattern}$`), names, literals, handler };
}

/** Picks the route for a request; `notFound` answers when there is none. A thrown `ResponseError` is the answer. */
export function createRouter(routes: readonly Route[], notFound: Handler): Handler {
  const mostLiteralFirst = routes.toSorted((a, b) => b.literals - a.literals);
  return async (request: EmulatorRequest): Promise<EmulatorResponse> => {
    for (const { method, pattern, names, handler } of mostLiteralFirst) {
      if (method !== request.method) continue;
      const match = pattern.exec(request.url.pathname);
      if (!match) continue;
      const params = Object.fromEntries(names.map((name, index) => [name, decode(match[index + 1] ?? '')]));
      return await answered(handler, { ...request, params });
    }
    return await answered(notFound, request);
  };
}

async function answered(handler: Handler, request: EmulatorRequest): Promise<EmulatorResponse> {
  try {
    return await handler(request);
  } catch (error) {
    if (error instanceof ResponseError) return error.response;
    throw error;
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
