import type { ZodType } from 'zod';
import { invalidArgument, SsoError, UnsupportedOperationError } from '../errors.js';
import { withCallDeadline } from '../http/deadline.js';
import type * as InputSchemas from '../schemas/index.js';
import type { CallContext } from '../provider/context.js';
import type { Limitations } from '../provider/features.js';
import { loadOnce } from '../provider/load-once.js';
import type { Page, PageRequest } from '../provider/page.js';
import type { FacetName, ProviderFacets, SsoProvider } from '../provider/provider.js';
import { notify, type SsoHooks } from './hooks.js';
import { createListing, type Listing } from './listing.js';
import type { CallOptions, ListOptions } from './options.js';

type Schemas = typeof InputSchemas;
const loadSchemas = loadOnce(() => import('../schemas/index.js'));

/** How one client method runs: what it checks, and which facet method it ends in. */
export interface Operation<Facet, Input, Output> {
  readonly method: string;
  /** Looks the input's schema up; absent when there is nothing to validate. */
  readonly schema?: (schemas: Schemas) => ZodType<Input>;
  readonly input: Input;
  /** Name of the facet's feature this operation depends on. */
  readonly feature?: string | undefined;
  readonly options: CallOptions | undefined;
  readonly run: (facet: Facet, input: Input, context: CallContext) => Promise<Output>;
}

type Feature<Facet> = Facet extends { readonly features: infer Features } ? keyof Features & string : never;

/** Names of the facet methods of this shape. */
type MethodsLike<Facet, Shape> = {
  [Method in keyof Facet & string]: Facet[Method] extends Shape ? Method : never;
}[keyof Facet & string];

type InputMethod<Facet> = MethodsLike<Facet, (input: never, context: CallContext) => Promise<unknown>>;
type PageMethod<Facet> = MethodsLike<
  Facet,
  (filter: never, page: PageRequest, context: CallContext) => Promise<Page<unknown>>
>;
type InputOf<Method> = Method extends (input: infer Input, ...rest: never) => unknown ? Input : never;
type OutputOf<Method> = Method extends (...input: never) => Promise<infer Output> ? Output : never;
type ItemOf<Method> = OutputOf<Method> extends Page<infer Item> ? Item : never;
type SchemaLookup<Input> = (schemas: Schemas) => ZodType<Input>;

/** Runs the operations of one facet: capability check, validation, hooks and error sealing, in this order. */
export interface FacetCaller<Facet> {
  readonly provider: SsoProvider;
  readonly call: <Input, Output>(operation: Operation<Facet, Input, Output>) => Promise<Output>;
  /** The client method that validates its one input and hands it to the facet method of the same name. */
  readonly operation: <Method extends InputMethod<Facet>>(
    method: Method,
    schema: SchemaLookup<InputOf<Facet[Method]>>,
    feature?: Feature<Facet>,
  ) => (input: InputOf<Facet[Method]>, options?: CallOptions) => Promise<OutputOf<Facet[Method]>>;
  /** The client method that lists what the facet's page method answers. `feature`: what this filter depends on. */
  readonly listing: <Method extends PageMethod<Facet>>(
    name: string,
    method: Method,
    schema: SchemaLookup<InputOf<Facet[Method]>>,
    feature?: (filter: InputOf<Facet[Method]>) => Feature<Facet> | undefined,
  ) => (filter: InputOf<Facet[Method]>, options?: ListOptions) => Listing<ItemOf<Facet[Method]>>;
  readonly list: <Input, Item>(
    operation: Omit<Operation<Facet, Input, Page<Item>>, 'run' | 'options'> & {
      readonly options: ListOptions | undefined;
      readonly run: (
        facet: Facet,
        input: Input,
        page: PageRequest,
        context: CallContext,
      ) => Promise<Page<Item>>;
    },
  ) => Listing<Item>;
}

export function createFacetCaller<F extends FacetName>(
  provider: SsoProvider,
  facetName: F,
  hooks: SsoHooks,
): FacetCaller<ProviderFacets[F]> {
  type Facet = ProviderFacets[F];

  async function prepare<Input, Output>(operation: Operation<Facet, Input, Output>, name: string) {
    const facet = requireProviderFacet(provider, facetName, name);
    checkSupport(operation, facet, name);
    const context = createContext(name, operation.options);
    const input = operation.schema
      ? parseInput(operation.schema(await loadSchemas()), operation.input, provider.id, name)
      : operation.input;
    return { facet, input, context };
  }

  function checkSupport<Input, Output>(
    operation: Operation<Facet, Input, Output>,
    facet: Facet,
    name: string,
  ): void {
    const { feature } = operation;
    if (feature === undefined) return;
    const declared = facet as {
      readonly features?: Readonly<Record<string, unknown>>;
      readonly limitations?: Limitations;
    };
    const support = declared.features?.[feature];
    if (support === false) {
      const reason = declared.limitations?.[feature];
      throw new UnsupportedOperationError({
        facet: facetName,
        operation: name,
        provider: provider.id,
        reason,
      });
    }
    if (
      support === 'preview' &&
      operation.options?.providerOptions?.[provider.id]?.['allowPreview'] !== true
    ) {
      throw new SsoError({
        code: 'failed_precondition',
        message: `${name} is a preview at "${provider.id}", which the vendor does not promise to keep: pass providerOptions: { ${provider.id}: { allowPreview: true } } to use it`,
        provider: provider.id,
        operation: name,
      });
    }
  }

  async function call<Input, Output>(operation: Operation<Facet, Input, Output>): Promise<Output> {
    const name = `${facetName}.${operation.method}`;
    const event = { operation: name, provider: provider.id, environment: provider.environment };
    const startedAt = performance.now();
    notify(hooks.operationStarted, event);
    const finish = (outcome: 'ok' | 'aborted' | SsoError) => {
      if (!hooks.operationFinished) return;
      notify(hooks.operationFinished, {
        ...event,
        durationMs: performance.now() - startedAt,
        ...(typeof outcome === 'string'
          ? { outcome }
          : { outcome: outcome.code, status: outcome.status, requestId: outcome.requestId }),
      });
    };
    try {
      operation.options?.signal?.throwIfAborted();
      const { facet, input, context } = await prepare(operation, name);
      // One deadline for the whole operation: an adapter may need several requests for it.
      const output = await withCallDeadline(context, provider.id, (signal) =>
        operation.run(facet, input, { ...context, timeoutMs: undefined, signal }),
      );
      finish('ok');
      return output;
    } catch (error) {
      if (isAbortOf(operation.options?.signal, error)) {
        finish('aborted');
        throw error;
      }
      const sealed = seal(error, provider.id, name);
      finish(sealed);
      throw sealed;
    }
  }

  const list: FacetCaller<Facet>['list'] = ({ run, options, ...operation }) => {
    const name = `${facetName}.${operation.method}`;
    const { pageSize } = options ?? {};
    return createListing(name, pageSize, (page) =>
      call({
        ...operation,
        options,
        run: async (facet, input, context) => {
          if (pageSize !== undefined && !(Number.isInteger(pageSize) && pageSize > 0)) {
            throw invalidArgument(`${name}: pageSize must be a positive integer`, {
              provider: provider.id,
              operation: name,
            });
          }
          return run(facet, input, page, context);
        },
      }),
    );
  };

  return {
    provider,
    call,
    list,
    operation: (method, schema, feature) => (input, options) =>
      call({
        method,
        schema,
        input,
        feature,
        options,
        run: (facet, valid, context) => invoke(facet, method, valid, context),
      }),
    listing: (name, method, schema, feature) => (filter, options) =>
      list({
        method: name,
        schema,
        input: filter,
        feature: feature?.(filter),
        options,
        run: (facet, valid, page, context) => invoke(facet, method, valid, page, context),
      }),
  };
}

/** Calls a facet method by name, as a method. What name, input and output belong together is checked where it is called. */
function invoke<Output>(facet: object, method: string, ...input: readonly unknown[]): Promise<Output> {
  return (facet as Record<string, (...input: readonly unknown[]) => Promise<Output>>)[method]!(...input);
}

/** The facet itself. Throws `UnsupportedOperationError` when the provider has none. */
export function requireProviderFacet<F extends FacetName>(
  provider: SsoProvider,
  facet: F,
  operation: string,
): ProviderFacets[F] {
  const found = provider[facet];
  if (!found) {
    throw new UnsupportedOperationError({
      facet,
      operation,
      provider: provider.id,
      reason: `it has no "${facet}" facet`,
    });
  }
  return found as ProviderFacets[F];
}

function createContext(operation: string, options: CallOptions = {}): CallContext {
  const { signal, timeoutMs, providerOptions } = options;
  if (timeoutMs !== undefined && !(Number.isFinite(timeoutMs) && timeoutMs > 0)) {
    throw invalidArgument(`${operation}: timeoutMs must be a positive number of milliseconds`, { operation });
  }
  return { operation, signal, timeoutMs, providerOptions };
}

function parseInput<Input>(schema: ZodType<Input>, input: Input, provider: string, operation: string): Input {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) =>
    path.length ? `${path.join('.')}: ${message}` : message,
  );
  throw invalidArgument(`${operation}: ${faults.slice(0, 5).join('; ')}`, { provider, operation });
}

function isAbortOf(signal: AbortSignal | undefined, error: unknown): boolean {
  return signal?.aborted === true && error === signal.reason;
}

/** Whatever an adapter throws reaches the app as an `SsoError` that names the operation and carries nothing foreign. */
function seal(error: unknown, provider: string, operation: string): SsoError {
  if (SsoError.isInstance(error)) return error;
  return new SsoError({
    code: 'internal',
    message: `${operation} failed unexpectedly in the adapter of "${provider}"`,
    provider,
    operation,
    cause: error,
  });
}
