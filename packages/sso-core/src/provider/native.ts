const native: unique symbol = Symbol.for('@org/sso-core/native') as never;

/** Attaches the vendor's wire object to an entity, invisible to JSON, spreading and equality. */
export function withNative<T extends object>(entity: T, wire: unknown): T {
  return Object.defineProperty(entity, native, { value: wire });
}

/** The wire object {@link withNative} attached; `undefined` on entities of other origin. Adapters export typed versions. */
export function nativeOf(entity: object): unknown {
  return (entity as { [native]?: unknown })[native];
}
