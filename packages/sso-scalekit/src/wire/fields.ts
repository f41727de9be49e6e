export { toTimestamp } from '@org/sso-core/provider';

/** JSON nobody checked. A value of another type than expected counts as absent. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object with an id and unchecked fields: what mappers take, of an answer or of an event. */
export type Wire<Name extends string> = { readonly id: string } & { readonly [Field in Name]?: unknown };

/** The members of an object; of anything else, none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** The objects of a list; of anything else, none. */
export function objectsOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

/** Absent, `null` and `''` say the same [S]. */
export function orNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Pairs whose value is text; `{}` when there are none. */
export function toMetadata(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
