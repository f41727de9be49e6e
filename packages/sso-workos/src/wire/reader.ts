import { readBody, withoutCopy } from '@org/sso-core/http';
import { withNative, type CallContext, type Page } from '@org/sso-core/provider';
import { z } from 'zod';
import { providerId } from '../ids.js';

/** Reads one kind of object out of answers, keeping the wire object beside each entity. */
export interface Reader<Entity> {
  readonly one: (body: unknown, context: CallContext) => Entity;
  readonly page: (body: unknown, context: CallContext) => Page<Entity>;
  /** The entity inside an event, without the wire object; `undefined` for another shape. */
  readonly within: (data: unknown) => Entity | undefined;
}

/** The fields we read, typed, and whatever else WorkOS sent. */
export type Native<Schema extends z.ZodType> = Readonly<z.infer<Schema>> & Readonly<Record<string, unknown>>;

export function createReader<Wire, Entity extends object>(
  schema: z.ZodType<Wire>,
  toEntity: (wire: Wire) => Entity,
): Reader<Entity> {
  const object = withoutCopy(schema);
  const pageSchema = withoutCopy(
    z.object({
      data: z.array(schema),
      list_metadata: z.object({ after: z.string().nullish() }),
    }),
  );
  return {
    one: (body, context) => withNative(toEntity(readBody(object, body, providerId, context)), body),
    page(body, context) {
      const page = readBody(pageSchema, body, providerId, context);
      const { data } = body as { data: readonly unknown[] };
      return {
        items: page.data.map((wire, index) => withNative(toEntity(wire), data[index])),
        nextCursor: page.list_metadata.after || null,
      };
    },
    within(data) {
      const read = object.safeParse(data);
      return read.success ? toEntity(read.data) : undefined;
    },
  };
}
