import type { Collection } from '../kernel/collection.js';
import type { EmulatorRequest } from '../kernel/http.js';
import { apiError } from './errors.js';
import { readQuery, string, uint } from './messages.js';

const defaultPageSize = 10;

/** Anything that can answer one page without walking what comes before it. */
interface Sliceable<T> {
  readonly length: number;
  slice(start: number, end: number): T[];
}

/** The rows of a collection as listings show them [?]. */
export function newestFirst<T extends { readonly id: string }>(rows: Collection<T>): Sliceable<T> {
  const length = rows.size;
  return {
    length,
    slice: (start, end) => rows.slice(Math.max(0, length - end), Math.max(0, length - start)).toReversed(),
  };
}

export interface Page<T> {
  readonly items: T[];
  readonly next_page_token: string;
  readonly prev_page_token: string;
  readonly total_size: number;
}

/**
 * One page by `page_size` and `page_token`. Tokens encode a page number [O], so rows shift under concurrent change;
 * a `page_size` of 0 is the default and one above `max` is an error, or as good as `max` where the vendor clamps it.
 */
export function page<T>(
  request: EmulatorRequest,
  rows: Sliceable<T>,
  max: number,
  beyond: 'refuse' | 'clamp' = 'refuse',
): Page<T> {
  const size = beyond === 'refuse' ? uint({ max }) : uint();
  const query = readQuery(request, { page_size: size, page_token: string() });
  const asked = query.page_token ? decodeToken(query.page_token) : { page: 1, limit: defaultPageSize };
  const limit = Math.min(query.page_size || asked.limit, max);
  const start = (asked.page - 1) * limit;
  const more = start + limit < rows.length;
  return {
    items: rows.slice(start, start + limit),
    next_page_token: more ? encodeToken(asked.page + 1, limit) : '',
    prev_page_token: asked.page > 1 ? encodeToken(asked.page - 1, limit) : '',
    total_size: rows.length,
  };
}

function encodeToken(number: number, limit: number): string {
  return Buffer.from(JSON.stringify({ page: number, limit })).toString('base64');
}

function decodeToken(token: string): { page: number; limit: number } {
  try {
    const { page: number, limit } = JSON.parse(Buffer.from(token, 'base64').toString()) as Record<
      string,
      unknown
    >;
    if (isPositive(number) && isPositive(limit)) return { page: number, limit };
  } catch {
    // Answered below, like a token of the wrong shape.
  }
  throw apiError('INVALID_ARGUMENT', 'invalid page token');
}

function isPositive(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
