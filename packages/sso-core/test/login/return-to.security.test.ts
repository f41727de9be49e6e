import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { acceptReturnTo } from '../../src/login/return-to.js';

const origins = ['https://app.example.com'];

describe('acceptReturnTo', () => {
  it.each([
    ['/', '/'],
    ['/a/b?c=d#e', '/a/b?c=d#e'],
    ['/a/../b', '/b'],
    ['https://app.example.com/x', 'https://app.example.com/x'],
  ])('accepts %s', (value, expected) => expect(acceptReturnTo(value, origins)).toBe(expected));

  it.each([
    '',
    'a',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/ /evil.example',
    '/a/..//evil.example',
    '/.//evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://app.example.com@evil.example',
    'https://user@app.example.com/',
    'http://app.example.com/',
    'https://app.example.com:444/',
    'https://app.example.сom/',
    'https://аpp.example.com/',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'blob:https://app.example.com/1',
    'file:///etc/passwd',
  ])('refuses %j', (value) => expect(acceptReturnTo(value, origins)).toBeUndefined());

  it('never leads to an origin that is not listed, whatever comes in', () => {
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '//',
      'https:',
      'http:',
      'evil.example',
      '@',
      '\t',
      '\n',
      '..',
      '.',
      '?',
      '#',
      '%2f',
      'javascript:',
      'app.example.com',
    );
    const input = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(input, (value) => {
        const accepted = acceptReturnTo(value, origins);
        if (accepted === undefined) return;
        const reached = new URL(accepted, 'https://self.example');
        expect(['https://self.example', ...origins]).toContain(reached.origin);
        expect(acceptReturnTo(accepted, origins)).toBe(accepted);
      }),
      { numRuns: 2000 },
    );
  });
});
