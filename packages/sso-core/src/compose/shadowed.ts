import { invalidArgument } from '../errors.js';
import { defineProvider } from '../provider/define-provider.js';
import type { SsoProvider } from '../provider/provider.js';
import { createChild } from './children.js';
import { createComparison, type Comparison } from './comparison.js';
import { createCounterparts, type CounterpartOf } from './counterparts.js';
import { createObserver, type ShadowReport } from './shadow-observer.js';
import {
  shadowedConnections,
  shadowedDirectories,
  shadowedDomains,
  shadowedOrganizations,
  shadowedUsers,
} from './shadowed-facets.js';

export interface ShadowedOptions<P extends SsoProvider> {
  /** Answers every call; alone takes writes, logins, codes, events and webhooks. */
  readonly primary: P;
  /** Reads along. */
  readonly shadow: SsoProvider;
  /** Default: {@link createComparison} with its ignored fields. */
  readonly compare?: Comparison;
  /** What became of each shadow read. Whatever it throws is swallowed. */
  readonly report: (report: ShadowReport) => void | Promise<void>;
  /** Puts the values that differ into reports: personal data, probably. Default `false`. */
  readonly reportValues?: boolean;
  /** Milliseconds for all requests of one shadow read. Default 5000. */
  readonly timeoutMs?: number;
  /** Shadow reads at one time; further ones are not begun. Default 10. */
  readonly maxConcurrent?: number;
  /** The shadow's organization for one of the primary's, `null` when there is none. Default: the one of the same external id. */
  readonly counterpartOf?: CounterpartOf;
}

/**
 * The primary, with reads repeated at a shadow, to see whether the two agree before anybody depends on it. The shadow can neither fail
 * a call nor hold it up: its reads begin when the answer is given, end at `timeoutMs`, and reach nothing but `report`. Compared are
 * organizations, domains, connections, users of an organization, and directories; lists when one page holds them. Nothing that changes
 * anything or signs anybody in reaches the shadow.
 */
export function shadowed<P extends SsoProvider>(options: ShadowedOptions<P>): P {
  const { primary, shadow, report, compare = createComparison(), reportValues = false } = options;
  const { timeoutMs = 5000, maxConcurrent = 10 } = options;
  for (const [name, value] of Object.entries({ timeoutMs, maxConcurrent })) {
    if (!(Number.isFinite(value) && value > 0))
      throw invalidArgument(`shadowed: ${name} must be a positive number`, { provider: primary.id });
  }
  const { client } = createChild(shadow);
  const observe = createObserver({ client, compare, report, reportValues, timeoutMs, maxConcurrent });
  const counterparts = createCounterparts(options.counterpartOf);
  const { organizations, domains, connections, users, directories }: SsoProvider = primary;
  return defineProvider<P>({
    ...primary,
    ...(organizations && { organizations: shadowedOrganizations(organizations, observe, counterparts) }),
    ...(domains && { domains: shadowedDomains(domains, observe, counterparts) }),
    ...(connections && { connections: shadowedConnections(connections, observe, counterparts) }),
    ...(users && { users: shadowedUsers(users, observe, counterparts) }),
    ...(directories && { directories: shadowedDirectories(directories, observe, counterparts) }),
  });
}
