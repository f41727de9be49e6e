import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SsoError } from '@org/sso-core';
import { normalizeEmail } from '../../src/login/email.js';

describe('normalizeEmail', () => {
  it.each([
    ['Ada@Acme.Example', 'Ada@acme.example', 'acme.example'],
    [' ada@acme.example ', 'ada@acme.example', 'acme.example'],
    ['ada＠acme.example', 'ada@acme.example', 'acme.example'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['ada+sso@acme.example', 'ada+sso@acme.example', 'acme.example'],
  ])('%s', (input, address, domain) => expect(normalizeEmail(input)).toEqual({ address, domain }));

  it.each([
    '',
    '@',
    'ada',
    'ada@',
    '@acme.example',
    'a@b@acme.example',
    'a＠b@acme.example',
    'ada@acme',
    'ada@10.0.0.1',
    'ada@[::1]',
    'a b@acme.example',
    'ada@acme..example',
    'ada@acme.example/x',
    'ada@acme.example?x',
    'ada@acme.example:80',
    'ada@%61cme.example',
    '"a"@acme.example',
  ])('refuses %j', (input) => expect(() => normalizeEmail(input)).toThrow(SsoError));

  it('either refuses or answers one address with one ASCII domain, and is idempotent', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          fc.string({ unit: 'grapheme' }),
          fc.string({ unit: 'grapheme' }).map((text) => `a@${text}.example`),
        ),
        (input) => {
          let result;
          try {
            result = normalizeEmail(input);
          } catch (error) {
            expect(SsoError.isInstance(error)).toBe(true);
            return;
          }
          expect(result.address.split('@')).toHaveLength(2);
          expect(result.domain).toMatch(/^[a-z0-9.-]+$/);
          expect(normalizeEmail(result.address)).toEqual(result);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
