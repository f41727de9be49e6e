import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SsoError, type AuditTarget, type SsoErrorCode } from '@org/sso-core';
import type { AuditEntry, AuditStore, AuditTrail, BegunOperation, Operation } from '@org/sso-core/audit';
import { bareTarget, toEntry, type Happening } from './audit-event.js';
import type { Attempt } from './authorization.js';

/** Something to be done at the vendor once, and recorded once. */
export interface Change<Subject, Result> {
  readonly attempt: Attempt;
  /** What it is done to: of one action and target, one runs at a time. */
  readonly target: string;
  /** With a key, repetitions are answered with the first result; without, each is a change of its own. */
  readonly idempotencyKey?: string;
  /** Reads the subject at the vendor, which proves that it is the organization's. */
  readonly prepare: () => Promise<Subject>;
  /** How the subject stands in the event. */
  readonly describe: (subject: Subject) => AuditTarget;
  readonly perform: (subject: Subject) => Promise<Result>;
  /** The result where the subject is gone and an earlier attempt, whose end nobody knows, explains it. Absent: gone is a failure. */
  readonly whenGone?: (target: AuditTarget) => Result;
}

export interface JournalOptions {
  readonly store: AuditStore;
  readonly trail: AuditTrail;
  /** How long an attempt may take at most. Milliseconds. */
  readonly leaseMs: number;
  /** How long to wait for another attempt at the same target. Milliseconds. */
  readonly patienceMs: number;
  readonly now: () => number;
}

export type RunChange = <Subject, Result>(change: Change<Subject, Result>) => Promise<Result>;

/** After these nobody knows whether the vendor did it. */
const uncertainCodes: ReadonlySet<SsoErrorCode> = new Set([
  'unavailable',
  'deadline_exceeded',
  'invalid_response',
  'internal',
]);

/** Runs changes so that each attempt at the vendor ends in one event, whatever fails when. */
export function createOperationJournal(options: JournalOptions): RunChange {
  const { store, trail, now } = options;
  return async function run<Subject, Result>(change: Change<Subject, Result>): Promise<Result> {
    const { attempt, target, idempotencyKey: key = randomUUID() } = change;
    const { organizationId, action } = attempt;
    const operation = { organizationId, key, action, target };
    const begun = await begin(operation, options);
    return begun.status === 'done'
      ? (JSON.parse(begun.result) as Result)
      : carryOut(change, operation, begun.claim, begun.unfinished);
  };

  async function carryOut<Subject, Result>(
    change: Change<Subject, Result>,
    operation: Operation,
    claim: string,
    unfinished: AuditEntry | null,
  ): Promise<Result> {
    const { attempt, idempotencyKey, prepare, describe, perform, whenGone } = change;

    async function finish(
      status: 'done' | 'refused' | 'unknown',
      happening: Happening,
      result: string | null,
    ) {
      const entry = toEntry(attempt, now(), happening);
      const isFinished = await trail.commit(entry, (deliveries) =>
        store.finish(operation, claim, { status, result, entry, deliveries }),
      );
      // Somebody took over when our lease ran out, and records an end of theirs; ours happened all the same.
      if (!isFinished) await trail.record(entry);
    }
    async function succeed(target: AuditTarget, result: Result): Promise<Result> {
      const kept = idempotencyKey === undefined ? null : JSON.stringify(result);
      await finish('done', { outcome: 'success', target }, kept);
      return result;
    }
    async function fail(error: unknown, target: AuditTarget | undefined, wasAsked: boolean): Promise<never> {
      const code = SsoError.isInstance(error) ? error.code : 'internal';
      const isUncertain = wasAsked && uncertainCodes.has(code);
      const outcome = isUncertain ? 'unknown' : 'failure';
      await finish(isUncertain ? 'unknown' : 'refused', { outcome, target, metadata: { error: code } }, null);
      throw error;
    }

    let subject: Subject;
    try {
      subject = await prepare();
    } catch (error) {
      const earlier = unfinished?.event.targets.find(({ type }) => type !== 'organization');
      if (whenGone && earlier && isNotFound(error)) return succeed(earlier, whenGone(earlier));
      return fail(error, bareTarget(attempt.action, change.target, attempt.organizationId), false);
    }
    const target = describe(subject);
    const interrupted = toEntry(attempt, now(), { outcome: 'unknown', target });
    if (!(await store.request(operation, claim, interrupted))) throw runsElsewhere(operation);
    let result: Result;
    try {
      result = await perform(subject);
    } catch (error) {
      if (whenGone && isNotFound(error)) return succeed(target, whenGone(target));
      return fail(error, target, true);
    }
    return succeed(target, result);
  }
}

/** Waits while another attempt at the target runs. Throws `conflict` when that takes too long, or the key is another operation's. */
async function begin(
  operation: Operation,
  { store, trail, leaseMs, patienceMs, now }: JournalOptions,
): Promise<Extract<BegunOperation, { readonly status: 'begun' | 'done' }>> {
  for (const deadline = performance.now() + patienceMs; ;) {
    const begun = await store.begin(operation, { now: now(), leaseMs, deliveries: trail.deliveries() });
    if (begun.status === 'begun' || begun.status === 'done') return begun;
    if (begun.status === 'key_taken') {
      throw new SsoError({
        code: 'conflict',
        message: `${operation.action}: the idempotency key was used for something else`,
        operation: operation.action,
      });
    }
    if (performance.now() > deadline) throw runsElsewhere(operation);
    await sleep(50);
  }
}

function runsElsewhere({ action }: Operation): SsoError {
  return new SsoError({
    code: 'conflict',
    message: `${action}: another request is doing the same; its result can be had with its key in a moment`,
    operation: action,
    retryable: true,
  });
}

function isNotFound(error: unknown): boolean {
  return SsoError.isInstance(error) && error.code === 'not_found';
}
