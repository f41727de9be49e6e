import type { ZodType } from 'zod';
import type { BodySchema } from './api-client.js';

type Check = (value: unknown) => boolean;

/**
 * Judges like `schema` and hands out what it was given instead of a copy, unknown fields included. The copy is most of what zod costs in a
 * long listing. What does not pass is zod's to judge, and so is all of a schema with a part that may change what it reads.
 */
export function withoutCopy<T>(schema: ZodType<T>): BodySchema<T> {
  const check = checkOf(schema);
  return check
    ? { safeParse: (body) => (check(body) ? { success: true, data: body as T } : schema.safeParse(body)) }
    : schema;
}

/** What is read here of a zod definition; `type` says which of it there is. */
interface Definition {
  readonly type: string;
  readonly checks?: readonly { readonly _zod: { readonly def: { check: string; minimum?: number } } }[];
  readonly coerce?: boolean;
  readonly format?: string;
  readonly shape?: Readonly<Record<string, ZodType>>;
  readonly catchall?: ZodType;
  readonly keyType?: ZodType;
  readonly valueType?: ZodType;
  readonly element?: ZodType;
  readonly innerType?: ZodType;
}

/** `undefined` for what may change what it reads, and for what no answer's schema has. */
function checkOf(schema: ZodType): Check | undefined {
  const { type, checks = [], coerce, format, ...parts } = schema.def as Definition;
  if (coerce || format || (checks.length > 0 && type !== 'string')) return undefined;
  switch (type) {
    case 'unknown':
      return () => true;
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'number':
      return Number.isFinite;
    case 'string': {
      const bounds = checks.map(({ _zod: { def } }) => (def.check === 'min_length' ? def.minimum! : NaN));
      const minimum = Math.max(0, ...bounds);
      return Number.isNaN(minimum)
        ? undefined
        : (value) => typeof value === 'string' && value.length >= minimum;
    }
    case 'nullable':
    case 'optional': {
      const inner = checkOf(parts.innerType!);
      const empty = type === 'nullable' ? null : undefined;
      return inner && ((value) => value === empty || inner(value));
    }
    case 'array': {
      const item = checkOf(parts.element!);
      return item && ((value) => Array.isArray(value) && value.every(item));
    }
    case 'record': {
      const item = checkOf(parts.valueType!);
      return (
        item && checkOf(parts.keyType!) && ((value) => isObject(value) && Object.values(value).every(item))
      );
    }
    case 'object':
      return parts.catchall ? undefined : checkOfShape(parts.shape!);
    default:
      return undefined;
  }
}

function checkOfShape(shape: Readonly<Record<string, ZodType>>): Check | undefined {
  const fields: { readonly name: string; readonly check: Check }[] = [];
  for (const [name, schema] of Object.entries(shape)) {
    const check = checkOf(schema);
    if (!check) return undefined;
    fields.push({ name, check });
  }
  return (value) => isObject(value) && fields.every(({ name, check }) => check(value[name]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
