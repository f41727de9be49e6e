import type { Collection } from '../kernel/collection.js';
import type { EmulatorRequest, EmulatorResponse } from '../kernel/http.js';
import { type Problem, validationFailed } from './errors.js';

const orders = ['asc', 'desc', 'normal'];

/**
 * One page of a list: `limit` 1–100 (10), `before`, `after`, `order` (`desc`). `normal` is `desc` with its cursors
 * swapped: `before` walks to older objects. An unknown cursor answers the first page. [S][E]
 */
export function listPage<T extends { readonly id: string }>(
  request: EmulatorRequest,
  collection: Collection<T>,
  matches: (item: T) => boolean,
  toWire: (item: T) => object,
): EmulatorResponse {
  const query = request.url.searchParams;
  const order = query.get('order') || 'desc';
  const limit = Number(query.get('limit') || 10);
  const problems: Problem[] = [];
  if (!orders.includes(order))
    problems.push({ field: 'order', code: `order must be one of ${orders.join(', ')}` });
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    problems.push({ field: 'limit', code: 'limit must be an integer between 1 and 100' });
  }
  if (problems.length > 0) throw validationFailed(problems);

  const swapped = order === 'normal';
  const onwards = order === 'asc' ? 1 : -1;
  const after = query.get(swapped ? 'before' : 'after') || undefined;
  const before = query.get(swapped ? 'after' : 'before') || undefined;

  const page = read(collection, matches, limit, onwards, after, before);
  const first = page[0];
  const last = page.at(-1);
  const next = last && hasMore(collection, matches, last.id, onwards) ? last.id : null;
  const previous = first && hasMore(collection, matches, first.id, onwards === 1 ? -1 : 1) ? first.id : null;
  return {
    status: 200,
    body: {
      object: 'list',
      data: page.map(toWire),
      list_metadata: swapped ? { before: next, after: previous } : { before: previous, after: next },
    },
  };
}

function read<T extends { readonly id: string }>(
  collection: Collection<T>,
  matches: (item: T) => boolean,
  limit: number,
  onwards: 1 | -1,
  after: string | undefined,
  before: string | undefined,
): T[] {
  const start = onwards === 1 ? 0 : collection.size - 1;
  const afterIndex = after === undefined ? -1 : collection.indexOf(after);
  if (afterIndex !== -1) return take(collection.walk(afterIndex + onwards, onwards), matches, limit);
  const beforeIndex = before === undefined ? -1 : collection.indexOf(before);
  if (beforeIndex === -1) return take(collection.walk(start, onwards), matches, limit);
  return take(collection.walk(beforeIndex - onwards, onwards === 1 ? -1 : 1), matches, limit).toReversed();
}

function take<T>(items: Iterable<T>, matches: (item: T) => boolean, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (!matches(item)) continue;
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

function hasMore<T extends { readonly id: string }>(
  collection: Collection<T>,
  matches: (item: T) => boolean,
  id: string,
  step: 1 | -1,
): boolean {
  return take(collection.walk(collection.indexOf(id) + step, step), matches, 1).length > 0;
}

/** An array filter in any encoding clients use: `a,b`, repeated, or `name[]`. */
export function listParameter(query: URLSearchParams, name: string): string[] {
  return [...query.getAll(name), ...query.getAll(`${name}[]`)]
    .flatMap((value) => value.split(','))
    .filter(Boolean);
}
