import { invalidArgument } from '../errors.js';
import { findUnknownName } from '../unknown-name.js';
import type { EventInboxOptions, RemovalGuard, RetrySettings } from './event-inbox.js';

type Names<Options> = Readonly<Record<keyof Options, true>>;

const names: Names<EventInboxOptions> = {
  store: true,
  providers: true,
  guard: true,
  retry: true,
  concurrency: true,
  handlerTimeoutMs: true,
  pullIntervalMs: true,
  pullSince: true,
  webhooks: true,
  relay: true,
  knowsOrganization: true,
  onAttention: true,
  now: true,
};
const guardNames: Names<RemovalGuard> = { maxRemovals: true, maxShare: true, windowMs: true };
const retryNames: Names<RetrySettings> = { maxAttempts: true, baseDelayMs: true, maxDelayMs: true };

/** Timers of Node fire at once when asked to wait longer. */
const maxTimerMs = 2 ** 31 - 1;

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 1;
const isTimer = (value: number) => value > 0 && value <= maxTimerMs;
const isAtLeastZero = (value: number) => value >= 0;

/** A misspelt option, or a number that is none, would silently switch the guard off or let events stand still. */
export function requireInboxOptions(options: EventInboxOptions): void {
  requireKnown(options, names);
  const { guard, retry, webhooks, providers } = options;
  if (guard !== undefined && guard !== 'off') {
    if (typeof guard !== 'object' || guard === null) throw refused('guard', '"off", or an object');
    requireKnown(guard, guardNames, 'guard');
    requireNumber('guard.maxRemovals', guard.maxRemovals, isAtLeastZero, 'a number from 0');
    requireNumber(
      'guard.maxShare',
      guard.maxShare,
      (share) => share >= 0 && share <= 1,
      'a share from 0 to 1',
    );
    requireNumber('guard.windowMs', guard.windowMs, (ms) => ms > 0, 'milliseconds above 0');
  }
  if (retry !== undefined) {
    if (typeof retry !== 'object' || retry === null) throw refused('retry', 'an object');
    requireKnown(retry, retryNames, 'retry');
    requireNumber('retry.maxAttempts', retry.maxAttempts, isCount, 'a whole number from 1');
    requireNumber('retry.baseDelayMs', retry.baseDelayMs, isAtLeastZero, 'milliseconds from 0');
    requireNumber('retry.maxDelayMs', retry.maxDelayMs, isAtLeastZero, 'milliseconds from 0');
  }
  requireNumber('concurrency', options.concurrency, isCount, 'a whole number from 1');
  for (const name of ['handlerTimeoutMs', 'pullIntervalMs'] as const)
    requireNumber(name, options[name], isTimer, `milliseconds above 0, at most ${maxTimerMs}`);
  requireInstant('pullSince', options.pullSince);
  if (webhooks !== undefined && webhooks !== 'store' && webhooks !== 'poke')
    throw refused('webhooks', '"store" or "poke"');
  const repeated = providers.find(({ id }, index) => providers.findIndex((each) => each.id === id) < index);
  if (repeated)
    throw invalidArgument(`The inbox got two providers "${repeated.id}": it takes one environment of each`);
}

/** Throws `invalid_argument` for a list nobody keeps, and for pages of no size. */
export function requireListed(status: 'held' | 'quarantined', limit: number): void {
  if (status !== 'held' && status !== 'quarantined') throw refused('status', '"held" or "quarantined"');
  requireNumber('limit', limit, isCount, 'a whole number from 1');
}

/** Throws `invalid_argument` for text that is no time. */
export function requireInstant(name: string, value: string | undefined): void {
  if (value !== undefined && Number.isNaN(Date.parse(value))) throw refused(name, 'an ISO-8601 time');
}

function requireNumber(
  name: string,
  value: number | undefined,
  fits: (value: number) => boolean,
  expected: string,
): void {
  if (value !== undefined && !(typeof value === 'number' && fits(value))) throw refused(name, expected);
}

function requireKnown(options: object, known: Readonly<Record<string, true>>, parent?: string): void {
  const found = findUnknownName(options, known, parent);
  if (found) throw invalidArgument(`"${found.unknown}" is no option of the inbox: they are ${found.known}`);
}

function refused(name: string, expected: string) {
  return invalidArgument(`Event inbox: ${name} must be ${expected}`);
}
