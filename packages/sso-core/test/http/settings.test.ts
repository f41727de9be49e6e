import { describe, expect, it } from 'vitest';
import { requireBaseUrl } from '@org/sso-core/http';

describe('requireBaseUrl', () => {
  it.each([
    ['https://acme.example/', 'https://acme.example'],
    ['https://acme.example/api/', 'https://acme.example/api'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
    ['http://[::1]:1', 'http://[::1]:1'],
  ])('accepts %s', (value, expected) => expect(requireBaseUrl(value, 'baseUrl', 'acme')).toBe(expected));

  it.each([
    '',
    'acme.example',
    'ftp://acme.example',
    'http://acme.example',
    'http://localhost.acme.example',
    'https://user:secret@acme.example',
    'https://acme.example?a=b',
    'https://acme.example#a',
  ])('refuses "%s" and names the setting', (value) =>
    expect(() => requireBaseUrl(value, 'baseUrl', 'acme')).toThrow(/^baseUrl must/),
  );
});
