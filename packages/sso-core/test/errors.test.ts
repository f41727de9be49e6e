import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  LoginRejectedError,
  Secret,
  SsoError,
  UnsupportedOperationError,
  WebhookRefusedError,
} from '@org/sso-core';

describe('SsoError', () => {
  it('is recognised by marker, also across copies of the package', () => {
    const error = new SsoError({ code: 'not_found', message: 'gone' });
    const foreignCopy = Object.assign(new Error('gone'), { [Symbol.for('@org/sso-core/error')]: true });
    expect(SsoError.isInstance(error)).toBe(true);
    expect(SsoError.isInstance(foreignCopy)).toBe(true);
    expect(SsoError.isInstance(new Error('gone'))).toBe(false);
    expect(SsoError.isInstance(null)).toBe(false);
  });

  it('keeps of a foreign cause only name and code', () => {
    const cause = Object.assign(new Error('canary in the message'), {
      code: 'ECONNRESET',
      config: { headers: 'canary' },
    });
    const error = new SsoError({ code: 'unavailable', message: 'no connection', cause });
    expect(error.cause).toEqual({ name: 'Error', code: 'ECONNRESET' });
    for (const output of [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error)])
      expect(output).not.toContain('canary');
  });

  it('serialises its fields and message', () => {
    const error = new UnsupportedOperationError({
      facet: 'users',
      operation: 'users.get',
      provider: 'acme',
      reason: 'it has no users',
    });
    expect(JSON.parse(JSON.stringify(error))).toMatchObject({
      name: 'UnsupportedOperationError',
      code: 'unsupported',
      facet: 'users',
      message: 'users.get is not supported by provider "acme": it has no users',
    });
    expect(LoginRejectedError.isInstance(error)).toBe(false);
  });

  it('a refused webhook is told from every other error, also of another copy of the package', () => {
    const refused = new WebhookRefusedError({ reason: 'body_empty', message: 'no body' });
    expect(WebhookRefusedError.isInstance(refused)).toBe(true);
    const otherCopy = { ...refused, name: refused.name, [Symbol.for('@org/sso-core/error')]: true };
    expect(WebhookRefusedError.isInstance(otherCopy)).toBe(true);
    const other = new SsoError({ code: 'verification_failed', message: 'a token' });
    expect(WebhookRefusedError.isInstance(other)).toBe(false);
  });
});

describe('Secret', () => {
  it('prints as [redacted] everywhere', () => {
    const secret = new Secret('canary');
    for (const output of [
      String(secret),
      `${secret}`,
      inspect({ secret }, { depth: 9, showHidden: true }),
      JSON.stringify({ secret }),
    ]) {
      expect(output).toContain('[redacted]');
      expect(output).not.toContain('canary');
    }
    expect(secret.reveal()).toBe('canary');
  });
});
