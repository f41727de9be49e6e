import { defined, fields, InvalidInputError, oneOf, optional, wholeNumber } from './parse.js';

/** What can go wrong with a delivery as a whole, decided when the event happens. */
const deliveryFaults = ['duplicate', 'reorder', 'delay', 'drop'] as const;
/** And with a single attempt. */
const attemptFaults = ['skew', 'bad_signature', 'reencode', 'oversize'] as const;
const kinds = [...deliveryFaults, ...attemptFaults] as const;
export type EventFaultKind = (typeof kinds)[number];

/**
 * What should go wrong with webhooks.
 *
 * - `duplicate`: the event is delivered twice.
 * - `reorder`: the next `times` deliveries (2 or more) are held until all are there, or flushed, then sent shuffled.
 * - `delay`: not attempted for `delayMs`; later events overtake it.
 * - `drop`: never attempted.
 * - `skew`: the signed timestamp is off by `skewMs`, ten minutes early when absent.
 * - `bad_signature`: signed with another secret.
 * - `reencode`: the same JSON in other bytes than were signed: keys in reverse order, indented.
 * - `oversize`: 8 MiB of spaces behind the JSON, signed with the rest.
 */
export interface EventFault {
  readonly kind: EventFaultKind;
  /** How many deliveries, or attempts for the last four, it applies to; 1 when absent, 2 for `reorder`. */
  readonly times?: number;
  /** 1000 when absent. */
  readonly delayMs?: number;
  /** Negative is early; -600,000 when absent. */
  readonly skewMs?: number;
  /** Of the shuffle; 1 when absent. The same seed gives the same order. */
  readonly seed?: number;
}

export interface EventFaultDial {
  add(fault: EventFault): void;
  /** The oldest live fault of this kind, used up by one. `remaining` counts what is left of it. */
  take(kind: EventFaultKind): { readonly fault: EventFault; readonly remaining: number } | undefined;
  clear(): void;
}

export function createEventFaultDial(): EventFaultDial {
  let live: { readonly fault: EventFault; remaining: number }[] = [];
  return {
    add(fault) {
      live.push({ fault, remaining: fault.times ?? (fault.kind === 'reorder' ? 2 : 1) });
    },
    take(kind) {
      const found = live.find(({ fault }) => fault.kind === kind);
      if (!found) return undefined;
      found.remaining -= 1;
      if (found.remaining <= 0) live = live.filter((entry) => entry !== found);
      return { fault: found.fault, remaining: found.remaining };
    },
    clear() {
      live = [];
    },
  };
}

export function parseEventFault(value: unknown): EventFault {
  const given = fields(value, 'fault', ['kind', 'times', 'delayMs', 'skewMs', 'seed']);
  const { skewMs } = given;
  if (skewMs !== undefined && !Number.isSafeInteger(skewMs)) {
    throw new InvalidInputError('fault.skewMs', 'must be a whole number of milliseconds');
  }
  const kind = oneOf(kinds, given['kind'], 'fault.kind');
  const times = optional(given['times'], 'fault.times', wholeNumber);
  if (times === 0 || (kind === 'reorder' && times === 1)) {
    throw new InvalidInputError(
      'fault.times',
      kind === 'reorder' ? 'must be 2 or more' : 'must be 1 or more',
    );
  }
  return defined({
    kind,
    times,
    delayMs: optional(given['delayMs'], 'fault.delayMs', wholeNumber),
    skewMs: skewMs as number | undefined,
    seed: optional(given['seed'], 'fault.seed', wholeNumber),
  });
}

/** A shuffled copy; the same seed gives the same order. (Mulberry32 and Fisher–Yates.) */
export function shuffled<T>(items: readonly T[], seed: number): T[] {
  let state = seed;
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const chosen = Math.floor(random() * (last + 1));
    [result[last], result[chosen]] = [result[chosen] as T, result[last] as T];
  }
  return result;
}

/** The same JSON value in other bytes: object keys in reverse order, indented by two. */
export function reencoded(json: string): string {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(reversed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([name, part]) => [name, reversed(part)]),
    );
  };
  return JSON.stringify(reversed(JSON.parse(json)), undefined, 2);
}
