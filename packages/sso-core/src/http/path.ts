import { invalidArgument } from '../errors.js';

/**
 * Tag for request paths that encodes every value as one segment: path`/organizations/${id}`. Values that URL parsing would
 * treat as navigation are refused.
 */
export function path(literals: TemplateStringsArray, ...values: readonly string[]): string {
  return literals.reduce((built, literal, index) => built + encodeSegment(values[index - 1]!) + literal);
}

function encodeSegment(value: string): string {
  if (value === '' || value === '.' || value === '..') {
    throw invalidArgument(`"${value}" cannot be part of a request path`);
  }
  return encodeURIComponent(value);
}

export type QueryValue = string | number | boolean | readonly string[] | null | undefined;

/** Query string with leading `?`, or nothing. `null` and `undefined` are left out; arrays repeat the key. */
export function queryString(query: Readonly<Record<string, QueryValue>>): string {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    for (const item of Array.isArray(value) ? (value as readonly string[]) : [value]) {
      pairs.push(`${encodeURIComponent(name)}=${encodeURIComponent(String(item))}`);
    }
  }
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
