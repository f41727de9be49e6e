import type { ClientFacets } from '../client/create-sso.js';
import type { CallOptions } from '../client/options.js';
import { SsoError, type SsoErrorCode } from '../errors.js';
import { isDeadlineReached, waitFor, withDeadline } from '../http/deadline.js';
import type { CallContext } from '../provider/context.js';
import type { Comparison, FieldDifference } from './comparison.js';

/** One read, answered by the primary and compared with the shadow. */
export interface ShadowReport {
  readonly operation: string;
  readonly outcome: 'same' | 'different' | 'not_compared';
  /** Where they differ, without values. */
  readonly fields: readonly string[];
  /** Why there was no comparison. */
  readonly reason?: NotCompared;
  /** Only with `reportValues`. */
  readonly values?: readonly FieldDifference[];
}

/**
 * `not_found`: the shadow has none. `no_counterpart`: nothing says which organization or directory of the shadow it would be. `long_list`:
 * it does not fit a page. `too_many`: `maxConcurrent` reads were under way. Otherwise the code of what failed.
 */
export type NotCompared = SsoErrorCode | 'no_counterpart' | 'long_list' | 'too_many';

/** Ends a shadow read that has nothing to compare with. */
export class NothingToCompare extends Error {
  override readonly name = 'NothingToCompare';
  readonly reason: NotCompared;

  constructor(reason: NotCompared) {
    super(reason);
    this.reason = reason;
  }
}

/** Asks the shadow what the primary has answered. */
export type ShadowRead<Answer> = (
  client: ClientFacets,
  options: CallOptions,
  answer: Answer,
) => Promise<unknown>;

/** The primary's answer, at once; what the shadow says is compared when the caller has it. */
export type Observe = <Answer>(
  context: CallContext,
  answering: Promise<Answer>,
  read: ShadowRead<Answer>,
) => Promise<Answer>;

export interface ObserverOptions {
  readonly client: ClientFacets;
  readonly compare: Comparison;
  readonly report: (report: ShadowReport) => void | Promise<void>;
  readonly reportValues: boolean;
  readonly timeoutMs: number;
  readonly maxConcurrent: number;
}

export function createObserver(options: ObserverOptions): Observe {
  const { client, compare, report, reportValues, timeoutMs, maxConcurrent } = options;
  let underWay = 0;

  async function tell(told: ShadowReport): Promise<void> {
    try {
      await report(told);
    } catch {
      // Nobody is there to hear of it.
    }
  }

  async function compareWith<Answer>(
    { operation, providerOptions }: CallContext,
    answer: Answer,
    read: ShadowRead<Answer>,
  ): Promise<ShadowReport> {
    try {
      const other = await withDeadline(timeoutMs, undefined, (signal) =>
        waitFor(read(client, { signal, ...(providerOptions && { providerOptions }) }, answer), signal),
      );
      const values = compare(answer, other, operation);
      return {
        operation,
        outcome: values.length === 0 ? 'same' : 'different',
        fields: [...new Set(values.map(({ field }) => field))],
        ...(reportValues && { values }),
      };
    } catch (error) {
      return { operation, outcome: 'not_compared', fields: [], reason: reasonOf(error) };
    }
  }

  async function follow<Answer>(context: CallContext, kept: Answer, read: ShadowRead<Answer>) {
    const told = await compareWith(context, kept, read);
    underWay -= 1;
    await tell(told);
  }

  return async (context, answering, read) => {
    const answer = await answering;
    if (underWay < maxConcurrent) {
      underWay += 1;
      const kept = copyOf(answer);
      setTimeout(() => void follow(context, kept, read));
    } else {
      const { operation } = context;
      setTimeout(() => void tell({ operation, outcome: 'not_compared', fields: [], reason: 'too_many' }));
    }
    return answer;
  };
}

/** The caller may change what it is given. What cannot be copied is compared as it is. */
function copyOf<Answer>(answer: Answer): Answer {
  try {
    return structuredClone(answer);
  } catch {
    return answer;
  }
}

function reasonOf(error: unknown): NotCompared {
  if (error instanceof NothingToCompare) return error.reason;
  if (isDeadlineReached(error)) return 'deadline_exceeded';
  return SsoError.isInstance(error) ? error.code : 'internal';
}
