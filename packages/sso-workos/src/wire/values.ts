import { toTimestamp } from '@org/sso-core/provider';
import { z } from 'zod';

export { toTimestamp };

export const text = z.string().nullish();
export const attributes = z.record(z.string(), z.unknown()).nullish();
const role = z.object({ slug: z.string() });
/** `roles` where several roles are switched on, `role` in any case. */
export const roleFields = { role: role.nullish(), roles: z.array(role).nullish() };

export function slugsOf({ role: single, roles }: z.infer<z.ZodObject<typeof roleFields>>): string[] {
  return (roles?.length ? roles : single ? [single] : []).map(({ slug }) => slug);
}

/** A timestamp in the vendor's own precision, up to nanoseconds. */
export function toInstant(value: string | null | undefined): string | null {
  const timestamp = toTimestamp(value);
  const [fraction = ''] = /\.\d{1,9}/.exec(value ?? '') ?? [];
  return timestamp && `${timestamp.slice(0, 19)}${fraction}Z`;
}

/** Values are strings by contract; anything else is left to the wire object. */
export function toMetadata(value: z.infer<typeof attributes>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value ?? {}).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
