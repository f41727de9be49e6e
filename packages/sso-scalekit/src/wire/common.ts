import { withNative } from '@org/sso-core/provider';
import { z } from 'zod';

/** An identifier: an object without one cannot be used. */
export const id = z.string().min(1);
export const text = z.string().nullish();
export const flag = z.boolean().nullish();
export const anything = z.unknown().optional();

/** Paging of every token-paged list: an empty or absent token ends it [S]. */
export const pageShape = { next_page_token: text };

/** Absent, `null` and `''` say the same [S]. */
export function orNull(value: string | null | undefined): string | null {
  return value || null;
}

/** ISO-8601 in UTC to the millisecond; `null` when there is none or it cannot be read. */
export function toTimestamp(value: string | null | undefined): string | null {
  const milliseconds = Date.parse(value ?? '');
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}

/** Pairs whose value is text; `{}` when there are none. */
export function toMetadata(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/** A schema that reads a vendor object, maps it to the model and keeps the object itself for the native accessor. */
export function entity<Wire, Entity extends object>(
  schema: z.ZodType<Wire>,
  toModel: (wire: Wire, raw: unknown) => Entity,
) {
  return z.unknown().transform((raw, context) => {
    const parsed = schema.safeParse(raw);
    if (parsed.success) return withNative(toModel(parsed.data, raw), raw);
    for (const { path, message } of parsed.error.issues) {
      context.issues.push({ code: 'custom', input: raw, path: [...path], message });
    }
    return z.NEVER;
  });
}
