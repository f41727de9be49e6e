import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withoutCopy } from '@org/sso-core/http';

const text = z.string().nullish();
const person = z.object({
  id: z.string().min(1),
  name: text,
  age: z.number().nullish(),
  active: z.boolean().optional(),
  anything: z.unknown().optional(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
  labels: z.record(z.string(), z.string()).optional(),
  groups: z.array(z.object({ id: z.string().min(1), name: text })).nullable(),
});

/** Mostly of the shape, so that both sides of every check are met. */
const nearly = (() => {
  const stray = fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, NaN, Infinity, '', 0, null));
  const or = (arbitrary: fc.Arbitrary<unknown>) =>
    fc.oneof({ weight: 12, arbitrary }, { weight: 1, arbitrary: stray });
  const fields = {
    id: or(fc.string({ minLength: 1 })),
    name: or(fc.option(fc.string())),
    age: or(fc.integer()),
    active: or(fc.boolean()),
    anything: fc.jsonValue(),
    attributes: or(fc.dictionary(fc.string(), fc.jsonValue())),
    labels: or(fc.dictionary(fc.string(), fc.string())),
    groups: or(fc.array(fc.record({ id: or(fc.string({ minLength: 1 })), name: or(fc.string()) }))),
    more: fc.jsonValue(),
  };
  return or(fc.record(fields, { requiredKeys: ['id', 'groups'] }));
})();

describe('a schema without its copy', () => {
  it('judges as zod does, and hands out what it was given', () => {
    const reader = withoutCopy(person);
    fc.assert(
      fc.property(nearly, (value) => {
        const [own, expected] = [reader.safeParse(value), person.safeParse(value)];
        expect(own.success).toBe(expected.success);
        if (own.success) expect(own.data).toBe(value);
        else expect(own.error.issues).toEqual(expected.error?.issues);
      }),
    );
  });

  it.each([
    ['a transform', z.object({ id: z.string().transform(Number) }), { id: '7' }],
    ['a default', z.object({ id: z.number().default(7) }), {}],
    ['a fallback', z.object({ id: z.number().catch(7) }), { id: 'x' }],
    ['coercion', z.object({ id: z.coerce.number() }), { id: '7' }],
    ['another union', z.object({ id: z.union([z.number(), z.literal('7').transform(Number)]) }), { id: '7' }],
    ['a changed string', z.object({ id: z.number(), name: z.string().trim() }), { id: 7, name: ' a ' }],
  ])('leaves %s to zod', (_, schema, value) => {
    expect(withoutCopy<unknown>(schema).safeParse(value)).toEqual(schema.safeParse(value));
    expect(schema.safeParse(value).data).toMatchObject({ id: 7 });
  });

  it.each([
    ['a refinement', z.object({ id: z.string() }).refine(({ id }) => id === 'a')],
    ['a format', z.object({ id: z.email() })],
    ['a bound zod has and this has not', z.object({ id: z.string().max(1) })],
    ['a strict object', z.strictObject({ id: z.string() })],
    ['a record of few names', z.object({ id: z.string(), by: z.record(z.enum(['a']), z.string()) })],
  ])('keeps %s', (_, schema) => {
    const value = { id: 'bcd', more: 1, by: { b: '' } };
    expect(withoutCopy<unknown>(schema).safeParse(value).success).toBe(false);
  });
});
