import { SsoError } from '../errors.js';
import type { Page, PageRequest } from '../provider/page.js';

/** A list that loads as it is read: iterate for items, or use {@link Listing.byPage}. Each iteration starts anew. */
export interface Listing<T> extends AsyncIterable<T> {
  /** Pages, starting after `cursor`, a `nextCursor` of an earlier page. Only `nextCursor: null` ends the list. */
  byPage(options?: { readonly cursor?: string }): AsyncIterable<Page<T>>;
}

export function createListing<T>(
  operation: string,
  pageSize: number | undefined,
  loadPage: (page: PageRequest) => Promise<Page<T>>,
): Listing<T> {
  async function* byPage(cursor: string | null): AsyncGenerator<Page<T>, void, undefined> {
    for (;;) {
      const page = await loadPage({ cursor, pageSize });
      yield page;
      if (page.nextCursor === null) return;
      if (page.nextCursor === cursor) {
        throw new SsoError({
          code: 'invalid_response',
          message: `${operation}: the provider answered the same cursor twice`,
          operation,
        });
      }
      cursor = page.nextCursor;
    }
  }
  return {
    byPage: ({ cursor } = {}) => byPage(cursor ?? null),
    async *[Symbol.asyncIterator]() {
      // Not `yield*`, which awaits every item twice.
      for await (const page of byPage(null)) for (const item of page.items) yield item;
    },
  };
}
