/** One page of a list. Only a `null` cursor ends a list: an empty page with a cursor goes on. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; hand it back to continue. */
  readonly nextCursor: string | null;
}

/** What the client guarantees: `cursor` came from an earlier page of the same list, `pageSize` is a positive integer. */
export interface PageRequest {
  readonly cursor: string | null;
  /** A wish: adapters lower it to the vendor's cap and choose their own when it is absent. */
  readonly pageSize?: number | undefined;
}
