import type { ProviderOptions } from '../provider/context.js';

/** Settings of one call. */
export interface CallOptions {
  /** Aborts the call; its reason is thrown unchanged. */
  readonly signal?: AbortSignal;
  /** Milliseconds for the whole call, retries included. */
  readonly timeoutMs?: number;
  /** Vendor-only settings, keyed by provider id: `{ scalekit: { allowPreview: true } }`. */
  readonly providerOptions?: ProviderOptions;
}

export interface ListOptions extends CallOptions {
  /** Items per request: a wish, lowered to the vendor's cap. */
  readonly pageSize?: number;
}
