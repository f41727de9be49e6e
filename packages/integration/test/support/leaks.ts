import { inspect } from 'node:util';
import { SsoError } from '@org/sso-core';
import { expect } from 'vitest';

/** What a test must find nowhere: secrets seen on the wire, and everything the library gave out for people to read. */
export interface Leaks {
  readonly secrets: ReadonlySet<string>;
  readonly secret: (value: string | null | undefined) => void;
  readonly output: (value: unknown) => void;
  /** The `SsoError` a promise rejects with, recorded as an output. */
  readonly failureOf: (promise: Promise<unknown>) => Promise<SsoError>;
  /** Fails when an output tells a secret. */
  readonly check: () => void;
}

export function createLeaks(known: readonly string[]): Leaks {
  const secrets = new Set(known);
  const outputs: unknown[] = [];
  return {
    secrets,
    secret(value) {
      // Shorter ones would be found by chance.
      if (value && value.length >= 12) secrets.add(value);
    },
    output: (value) => void outputs.push(value),
    async failureOf(promise) {
      const outcome = await promise.then(
        () => new Error('Expected a rejection'),
        (error: unknown) => error,
      );
      if (!SsoError.isInstance(outcome)) throw outcome;
      outputs.push(outcome);
      return outcome;
    },
    check() {
      const told = outputs.map(everyText).join('\n');
      expect([...secrets].filter((secret) => told.includes(secret))).toEqual([]);
    },
  };
}

/** Every way a value ends up in a log. */
function everyText(value: unknown): string {
  const { stack = '', cause } = value instanceof Error ? value : {};
  return [
    inspect(value, { showHidden: true, depth: Infinity }),
    inspect(value, { showHidden: true, depth: Infinity, customInspect: false }),
    JSON.stringify(value),
    String(value),
    stack,
    cause === undefined ? '' : everyText(cause),
  ].join('\n');
}
