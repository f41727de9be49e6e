import { withoutCopy, type BodySchema } from '@org/sso-core/http';
import { withNative, type Page } from '@org/sso-core/provider';
import { z } from 'zod';
import { pageShape } from './common.js';
import { fieldsOf } from './fields.js';

/** Maps a checked object; `raw` is the object as Scalekit sent it. */
export type Mapper<Wire, Result> = (wire: Wire, raw: unknown) => Result;

/** Reads a body that is checked as a whole, then mapped: by zod's own transforms a long listing would cost twice as much. */
export function answer<Wire, Result>(schema: z.ZodType<Wire>, map: Mapper<Wire, Result>): BodySchema<Result> {
  const checked = withoutCopy(schema);
  return {
    safeParse(body) {
      const parsed = checked.safeParse(body);
      return parsed.success ? { success: true, data: map(parsed.data, body) } : parsed;
    },
  };
}

/** Reads the one object of an answer, under `key`, and keeps the object itself for the native accessor. */
export function objectAnswer<Wire, Entity extends object>(
  key: string,
  schema: z.ZodType<Wire>,
  toEntity: Mapper<Wire, Entity>,
): BodySchema<Entity> {
  return answer(z.object({ [key]: schema }), (checked, body) => {
    const raw = fieldsOf(body)[key];
    return withNative(toEntity(checked[key]!, raw), raw);
  });
}

/** The same for a list under `key`, one page of it or all. The mapper may depend on the request. */
export function listAnswer<Wire>(key: string, schema: z.ZodType<Wire>) {
  const page = z.object({ [key]: z.array(schema).nullable(), ...pageShape });
  return <Entity extends object>(toEntity: Mapper<Wire, Entity>): BodySchema<Page<Entity>> =>
    answer(page, (checked, body) => ({
      items: entitiesOf(fieldsOf(checked)[key] as Wire[] | null, fieldsOf(body)[key], toEntity),
      nextCursor: checked.next_page_token || null,
    }));
}

/** Maps the objects of a list, each with its raw counterpart. */
export function entitiesOf<Wire, Entity extends object>(
  list: readonly Wire[] | null | undefined,
  raw: unknown,
  toEntity: Mapper<Wire, Entity>,
): Entity[] {
  return (list ?? []).map((wire, index) => {
    const object = (raw as readonly unknown[])[index];
    return withNative(toEntity(wire, object), object);
  });
}
