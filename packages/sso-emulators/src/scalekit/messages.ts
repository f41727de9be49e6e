import type { EmulatorRequest } from '../kernel/http.js';
import { apiError, type FieldViolation, invalid } from './errors.js';

/**
 * Reads one value of a request message. A value of the wrong type ends the request, as protobuf JSON does; a value
 * that breaks a validation rule is reported, and all reports come back together.
 */
export type Reader<T> = (value: unknown, field: string, violations: FieldViolation[]) => T;

type Readers = Readonly<Record<string, Reader<unknown>>>;
export type Read<R extends Readers> = { -readonly [K in keyof R]?: ReturnType<R[K]> };

interface StringRules {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

export function string(rules: StringRules = {}): Reader<string> {
  return (value, field, violations) => {
    if (typeof value !== 'string') throw wrongType('string', field, value);
    check(value, field, rules, violations);
    return value;
  };
}

function check(
  value: string,
  field: string,
  { min = 0, max, pattern }: StringRules,
  violations: FieldViolation[],
): void {
  // Code points, as protovalidate counts.
  const { length } = Array.from(value);
  if (length < min) {
    violations.push({
      field,
      description: `value length must be at least ${min} characters`,
      constraint: 'string.min_len',
    });
  }
  if (max !== undefined && length > max) {
    violations.push({
      field,
      description: `value length must be at most ${max} characters`,
      constraint: 'string.max_len',
    });
  }
  if (pattern && !pattern.test(value)) {
    violations.push({
      field,
      description: `value does not match regex pattern \`${pattern.source}\``,
      constraint: 'string.pattern',
    });
  }
}

export const boolean: Reader<boolean> = (value, field) => {
  if (typeof value !== 'boolean') throw wrongType('bool', field, value);
  return value;
};

/** A boolean of the query string. */
export const flag: Reader<boolean> = (value, field) => {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw wrongType('bool', field, value);
};

/** An unsigned integer of the query string. */
export function uint({ max }: { readonly max?: number } = {}): Reader<number> {
  return (value, field, violations) => {
    if (typeof value !== 'string' || !/^\d{1,10}$/.test(value)) throw wrongType('uint32', field, value);
    const number = Number(value);
    if (max !== undefined && number > max) {
      violations.push({
        field,
        description: `value must be less than or equal to ${max}`,
        constraint: 'uint32.lte',
      });
    }
    return number;
  };
}

/** An RFC 3339 timestamp. */
export const instant: Reader<Date> = (value, field) => {
  const valid = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(value);
  const date = new Date(valid ? value : Number.NaN);
  if (Number.isNaN(date.getTime())) throw wrongType('google.protobuf.Timestamp', field, value);
  return date;
};

/** An enum value by name; an unknown name is an error [S]. */
export function oneOf<T extends string>(names: readonly T[]): Reader<T> {
  return (value, field) => {
    const name = names.find((candidate) => candidate === value);
    if (name === undefined) throw wrongType('enum', field, value);
    return name;
  };
}

export function list<T>(item: Reader<T>, { max = Infinity }: { readonly max?: number } = {}): Reader<T[]> {
  return (value, field, violations) => {
    if (!Array.isArray(value)) throw wrongType('repeated', field, value);
    if (value.length > max) {
      violations.push({
        field,
        description: `value must contain no more than ${max} item(s)`,
        constraint: 'repeated.max_items',
      });
    }
    return value.map((entry: unknown, index) => item(entry, `${field}[${index}]`, violations));
  };
}

interface MapRules {
  readonly maxPairs?: number;
  readonly key?: StringRules;
  readonly value?: StringRules;
}

/** `map<string, string>`. */
export function stringMap({ maxPairs = Infinity, key = {}, value: valueRules = {} }: MapRules = {}): Reader<
  Record<string, string>
> {
  return (value, field, violations) => {
    if (!isObject(value)) throw wrongType('map', field, value);
    const pairs = Object.entries(value);
    if (pairs.length > maxPairs) {
      violations.push({
        field,
        description: `map must be at most ${maxPairs} entries`,
        constraint: 'map.max_pairs',
      });
    }
    return Object.fromEntries(
      pairs.map(([name, text]) => {
        if (typeof text !== 'string') throw wrongType('string', `${field}.${name}`, text);
        check(name, `${field}[${JSON.stringify(name)}]`, key, violations);
        check(text, `${field}[${JSON.stringify(name)}]`, valueRules, violations);
        return [name, text];
      }),
    );
  };
}

/**
 * A message. Names are accepted in snake_case and lowerCamelCase, unknown ones are ignored, and `null` is the same as
 * absent (protobuf JSON). `required` ones may be neither absent nor empty.
 */
export function message<R extends Readers>(
  readers: R,
  required: readonly (keyof R & string)[] = [],
): Reader<Read<R>> {
  return (value, field, violations) => {
    if (!isObject(value)) throw wrongType('message', field || 'body', value);
    const read: Record<string, unknown> = {};
    for (const [name, reader] of Object.entries(readers)) {
      const given = value[name] ?? value[lowerCamelCase(name)] ?? undefined;
      const path = field ? `${field}.${name}` : name;
      if (required.includes(name) && (given === undefined || given === '')) {
        violations.push({ field: path, description: 'value is required', constraint: 'required' });
      } else if (given !== undefined) {
        read[name] = reader(given, path, violations);
      }
    }
    return read as Read<R>;
  };
}

/** The JSON body of a request; an empty one is the empty message. */
export function readBody<T>(request: EmulatorRequest, reader: Reader<T>): T {
  let body: unknown;
  try {
    body = request.json() ?? {};
  } catch {
    throw apiError('INVALID_ARGUMENT', 'proto: syntax error: invalid JSON');
  }
  return accept(body, reader);
}

/** The query parameters of a request. `repeated` names are read as lists. */
export function readQuery<R extends Readers>(
  request: EmulatorRequest,
  readers: R,
  {
    required = [],
    repeated = [],
  }: { readonly required?: readonly (keyof R & string)[]; readonly repeated?: readonly string[] } = {},
): Read<R> {
  const given = Object.fromEntries(
    [...new Set(request.url.searchParams.keys())].map((name) => {
      const values = request.url.searchParams.getAll(name);
      return [name, repeated.includes(name) ? values : values.at(-1)];
    }),
  );
  return accept(given, message(readers, required));
}

function accept<T>(value: unknown, reader: Reader<T>): T {
  const violations: FieldViolation[] = [];
  const read = reader(value, '', violations);
  if (violations.length > 0) throw invalid(violations);
  return read;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function lowerCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function wrongType(type: string, field: string, value: unknown): Error {
  return apiError('INVALID_ARGUMENT', `invalid value for ${type} field ${field}: ${JSON.stringify(value)}`);
}
