import { withNative } from '@org/sso-core/provider';
import { z } from 'zod';

/** An identifier: an object without one cannot be used. */
export const id = z.string().min(1);
export const text = z.string().nullish();
export const flag = z.boolean().nullish();
export const anything = z.unknown().optional();

/** Paging of every token-paged list: an empty or absent token ends it [S]. */
export const pageShape = { next_page_token: text };

/** Answer of `:enable` and `:disable`: with `error_message`, it did not happen [S]. */
export const toggleAnswer = z.object({ enabled: flag, error_message: text });

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
