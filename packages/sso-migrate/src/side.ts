import {
  createSso,
  SsoError,
  type CallOptions,
  type ClientFacets,
  type Listing,
  type Page,
} from '@org/sso-core';
import type { SsoProvider } from '@org/sso-core/provider';
import { retrying, type RetrySettings, type Wait } from './retrying.js';

/** One of the two providers, called with patience and never by too many at once. */
export interface Side {
  readonly provider: SsoProvider;
  /** An operation, repeated while it fails in a way that may pass: only for what may be repeated. */
  call<T>(operation: Operation<T>, options?: CallSettings): Promise<T>;
  /** An operation, once. */
  callOnce<T>(operation: Operation<T>, options?: CallSettings): Promise<T>;
  /** A list, page by page. A page that fails is asked for again; a list is whole or throws. */
  pages<T>(
    listing: (client: ClientFacets, options: CallOptions) => Listing<T>,
    options?: CallSettings,
  ): AsyncIterable<readonly T[]>;
  /** A short list. */
  all<T>(
    listing: (client: ClientFacets, options: CallOptions) => Listing<T>,
    options?: CallSettings,
  ): Promise<T[]>;
}

type Operation<T> = (client: ClientFacets, options: CallOptions) => Promise<T>;

export interface CallSettings {
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: (wait: Wait) => void;
}

export interface SideSettings {
  readonly concurrency: number;
  readonly retry: RetrySettings;
}

export function createSide(provider: SsoProvider, { concurrency, retry }: SideSettings): Side {
  // Facets that are absent refuse by themselves.
  const client = createSso({ provider }) as unknown as ClientFacets;
  const enter = createDoor(concurrency);

  async function callOnce<T>(operation: Operation<T>, { signal }: CallSettings = {}): Promise<T> {
    const leave = await enter();
    try {
      signal?.throwIfAborted();
      return await operation(client, signal ? { signal } : {});
    } finally {
      leave();
    }
  }

  const call: Side['call'] = (operation, options = {}) =>
    retrying(retry, () => callOnce(operation, options), options);

  async function* pages<T>(
    listing: (client: ClientFacets, options: CallOptions) => Listing<T>,
    options: CallSettings = {},
  ): AsyncGenerator<readonly T[]> {
    let cursor: string | null = null;
    do {
      const from: string | null = cursor;
      const page: Page<T> = await call(async (facets, callOptions) => {
        for await (const first of listing(facets, callOptions).byPage(from === null ? {} : { cursor: from }))
          return first;
        throw new SsoError({
          code: 'invalid_response',
          message: `${provider.id} answered a list without a page`,
        });
      }, options);
      yield page.items;
      cursor = page.nextCursor;
      if (cursor !== null && cursor === from) {
        throw new SsoError({
          code: 'invalid_response',
          provider: provider.id,
          message: `${provider.id} answered the same cursor twice`,
        });
      }
    } while (cursor !== null);
  }

  return {
    provider,
    call,
    callOnce,
    pages,
    async all(listing, options) {
      const items = [];
      for await (const page of pages(listing, options)) items.push(...page);
      return items;
    },
  };
}

/** Lets so many in at once, the others in the order they came. */
function createDoor(places: number): () => Promise<() => void> {
  const waiting: (() => void)[] = [];
  let free = places;
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    return leave;
  };
}
