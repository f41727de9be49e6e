import { z } from 'zod';

export const text = z.string().nullish();
export const attributes = z.record(z.string(), z.unknown()).nullish();
const role = z.object({ slug: z.string() });
/** `roles` where several roles are switched on, `role` in any case. */
export const roleFields = { role: role.nullish(), roles: z.array(role).nullish() };

export function slugsOf({ role: single, roles }: z.infer<z.ZodObject<typeof roleFields>>): string[] {
  return (roles?.length ? roles : single ? [single] : []).map(({ slug }) => slug);
}

/** How WorkOS writes nearly all of them; recognising it spares long listings the conversion. */
const usualPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const timestampPattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|([+-]\d\d):?(\d\d))?$/;

/**
 * ISO-8601 in UTC; `null` for what is no timestamp. Old and sample data also have `2021-07-31T05:10:19+0000` and
 * `2023-04-28 20:05:31.093`, which is UTC. [R][D]
 */
export function toTimestamp(value: string | null | undefined): string | null {
  if (!value) return null;
  if (usualPattern.test(value) && !Number.isNaN(Date.parse(value))) return value;
  const [matched, date, time, hours, minutes] = timestampPattern.exec(value) ?? [];
  if (matched === undefined) return null;
  const moment = new Date(`${date}T${time}${hours === undefined ? 'Z' : `${hours}:${minutes}`}`);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** The same with the vendor's own precision, up to nanoseconds. */
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
