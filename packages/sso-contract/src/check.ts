import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { SsoError, type LoginRejectionReason, type SsoErrorCode } from '@org/sso-core';
import type { Harness, TrafficRequest } from './harness.js';
import { messageOf } from './message-of.js';

/** What a case asserts with. Every call counts; a case without one fails. */
export interface Check {
  readonly count: number;
  ok(value: unknown, claim: string): void;
  /** Deep and strict. */
  equal(actual: unknown, expected: unknown, claim?: string): void;
  matches(actual: string, pattern: RegExp, claim?: string): void;
  /** The value has exactly this schema's members, each of its type. */
  shape(schema: Schema, value: unknown): void;
  /** The work throws an `SsoError` with one of these codes; neither it nor its causes show a secret. Answers it. */
  rejects(work: () => Promise<unknown>, ...codes: readonly SsoErrorCode[]): Promise<SsoError>;
  /** The work throws `login_rejected` for this reason. */
  rejectsLogin(work: () => Promise<unknown>, reason: LoginRejectionReason): Promise<SsoError>;
  /** Exactly this many requests reach the vendor while the work runs. Answers what the work answered. */
  sends<T>(requests: number, work: () => Promise<T>): Promise<T>;
  /** Refused as `unsupported` before any request. */
  unsupported(work: () => Promise<unknown>): Promise<void>;
  /** The text of this value in logs (inspection, JSON, string) shows none of these. */
  conceals(value: unknown, ...secrets: readonly string[]): void;
}

/** The part of a zod object schema that {@link Check.shape} uses. */
interface Schema {
  strict(): {
    safeParse(value: unknown): {
      success: boolean;
      error?: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } | undefined;
    };
  };
}

export function createCheck({ traffic, secrets }: Pick<Harness, 'traffic' | 'secrets'>): Check {
  let count = 0;
  const counted = <Arguments extends readonly unknown[], T>(work: (...given: Arguments) => T) => {
    return (...given: Arguments): T => {
      count += 1;
      return work(...given);
    };
  };

  const check: Check = {
    get count() {
      return count;
    },
    ok: counted((value: unknown, claim: string) => assert.ok(value, claim)),
    equal: counted((actual: unknown, expected: unknown, claim?: string) =>
      assert.deepEqual(
        actual,
        expected,
        claim === undefined ? undefined : `${claim}: ${inspect(actual)} is not ${inspect(expected)}`,
      ),
    ),
    matches: counted((actual: string, pattern: RegExp, claim?: string) =>
      assert.match(actual, pattern, claim),
    ),
    shape: counted((schema: Schema, value: unknown) => {
      const { success, error } = schema.strict().safeParse(value);
      const faults =
        error?.issues.map(({ path, message }) => [...path.map(String), message].join(': ')) ?? [];
      assert.ok(success, `not of the neutral shape: ${faults.join('; ')}\n${inspect(value)}`);
    }),
    rejects: counted(async (work: () => Promise<unknown>, ...codes: readonly SsoErrorCode[]) => {
      const error = await thrownBy(work);
      assert.ok(
        SsoError.isInstance(error) && codes.includes(error.code),
        `expected ${codes.join(' or ')}, got ${tellError(error)}`,
      );
      assertConceals(error, secrets);
      return error;
    }),
    async rejectsLogin(work, reason) {
      const error = await check.rejects(work, 'login_rejected');
      const actual = 'reason' in error && error.reason;
      assert.equal(
        actual,
        reason,
        `expected the reason ${reason}, got ${inspect(actual)} of ${tellError(error)}`,
      );
      return error;
    },
    async sends(requests, work) {
      const recorded = await traffic.record();
      const answer = await work();
      const sent = await recorded();
      check.equal(sent.length, requests, `expected ${requests} requests, got ${describeRequests(sent)}`);
      return answer;
    },
    async unsupported(work) {
      const error = await check.sends(0, () => check.rejects(work, 'unsupported'));
      assert.equal(error.name, 'UnsupportedOperationError');
    },
    conceals: counted((value: unknown, ...hidden: readonly string[]) => assertConceals(value, hidden)),
  };
  return check;
}

/** The stack of one of ours is the client's, not the adapter's. */
function tellError(error: unknown): string {
  return SsoError.isInstance(error) ? `${error.name} ${error.code}: ${messageOf(error)}` : inspect(error);
}

async function thrownBy(work: () => Promise<unknown>): Promise<unknown> {
  let answer: unknown;
  try {
    answer = await work();
  } catch (error) {
    return error;
  }
  assert.fail(`expected an error, got ${inspect(answer)}`);
}

function assertConceals(value: unknown, secrets: readonly string[]): void {
  const renderings = [
    inspect(value, { depth: 10, showHidden: true }),
    JSON.stringify(value) ?? '',
    value instanceof Error ? `${value.message}\n${value.stack}` : '',
  ].join('\n');
  for (const secret of secrets)
    assert.ok(!renderings.includes(secret), `a secret shows (its first letters are ${secret.slice(0, 4)}…)`);
}

function describeRequests(requests: readonly TrafficRequest[]): string {
  return requests.length === 0 ? 'none' : requests.map(({ method, path }) => `${method} ${path}`).join(', ');
}
