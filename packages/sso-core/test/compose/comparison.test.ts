import { createComparison, defaultIgnoredFields } from '@org/sso-core/compose';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const fields = (primary: unknown, shadow: unknown, ignoredFields?: readonly string[]) =>
  createComparison(ignoredFields && { ignoredFields })(primary, shadow, 'connections.list').map(
    ({ field }) => field,
  );

const entity = fc.record({
  id: fc.string(),
  provider: fc.string(),
  vendorId: fc.string(),
  createdAt: fc.option(fc.string()),
  externalId: fc.uuid(),
  status: fc.constantFrom('active', 'inactive'),
  metadata: fc.dictionary(fc.constantFrom('plan', 'region'), fc.string()),
  domains: fc.uniqueArray(fc.domain(), { maxLength: 4 }),
});

test('the same things under other ids, times and in another order are the same', () => {
  const property = fc.property(
    fc.uniqueArray(entity, { selector: ({ externalId }) => externalId }),
    (items) => {
      const others = items.toReversed().map((item) => ({
        ...item,
        id: `other:${item.id}`,
        provider: 'other',
        vendorId: 'x',
        createdAt: null,
        updatedAt: '2026-01-01T00:00:00Z',
        domains: item.domains.toReversed().map((domain) => domain.toUpperCase()),
      }));
      expect(fields(items, others)).toEqual([]);
    },
  );
  fc.assert(property);
});

test('one changed field is one difference, and neither side minds which is which', () => {
  const property = fc.property(
    fc.uniqueArray(entity, { minLength: 1, selector: ({ externalId }) => externalId }),
    fc.nat(),
    (items, pick) => {
      const changed = items.with(pick % items.length, {
        ...items[pick % items.length]!,
        status: 'gone' as never,
      });
      expect(fields({ items }, { items: changed })).toEqual(['items[].status']);
      expect(fields({ items: changed }, { items })).toEqual(['items[].status']);
    },
  );
  fc.assert(property);
});

test('who is on one side only is a difference of the list', () => {
  const [ada, ben, cara] = ['ada', 'ben', 'cara'].map((name) => ({ email: `${name}@acme.example`, name }));
  expect(fields([ada, ben], [ben, cara])).toEqual(['[]', '[]']);
  expect(fields([ada, ben], [])).toEqual(['[]', '[]']);
  expect(fields(['a', 'b'], ['b', 'c'])).toEqual(['[]', '[]']);
});

test('one member on each side is the same member', () => {
  const [okta, entra] = [{ identityProvider: 'okta' }, { identityProvider: 'entra-id' }];
  expect(fields([okta], [entra])).toEqual(['[].identityProvider']);
});

test('absent and null are the same, unknown and false are not', () => {
  expect(fields({ email: null }, {})).toEqual([]);
  expect(fields({ emailVerified: 'unknown' }, { emailVerified: false })).toEqual(['emailVerified']);
});

test('what is ignored can be said, for one facet too', () => {
  const [left, right] = [
    { id: 'a', name: 'Okta' },
    { id: 'b', name: 'okta' },
  ];
  expect(fields(left, right)).toEqual([]);
  expect(fields(left, right, [])).toEqual(['id', 'name']);
  expect(fields(left, right, ['connections.id', 'domains.name'])).toEqual(['name']);
  expect(fields(left, right, [...defaultIgnoredFields, 'name'])).toEqual([]);
});
