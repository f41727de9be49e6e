/** What the client hands every facet method beside its input. */
export interface CallContext {
  /** `<facet>.<method>`, such as `organizations.get`; appears in errors and hooks. */
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for each request, retries included. The client sets `signal` instead, for the whole operation. */
  readonly timeoutMs?: number | undefined;
  /** Vendor-only settings of this call, keyed by provider id. */
  readonly providerOptions?: ProviderOptions | undefined;
}

export type ProviderOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
