import { setMaxListeners } from 'node:events';
import { EventEmitter } from 'eventemitter3';
import { createBell, type Bell } from '../bell.js';
import { requireProviderFacet } from '../client/call.js';
import { notify } from '../client/hooks.js';
import { SsoError, WebhookRefusedError } from '../errors.js';
import { summarizeFailure } from '../failure-summary.js';
import type { SsoEvent, SsoEventOf, SsoEventType } from '../model/event.js';
import type { EventsFacet } from '../provider/facets/events.js';
import type { SsoProvider } from '../provider/provider.js';
import { describeEvent, unreadable } from './describe-event.js';
import { planEvent } from './event-plan.js';
import type { EventRelay, RelayDecision } from './event-relay.js';
import type {
  ClaimedEvent,
  EventSource,
  EventStore,
  NewEvent,
  Settlement,
  StoredEvent,
} from './event-store.js';
import { requireInboxOptions, requireInstant, requireListed } from './inbox-options.js';
import { readWebhookRequest, type WebhookRequest } from './webhook-delivery.js';

/** Handed to every handler beside the event. */
export interface EventDelivery {
  /** The same on every attempt: make your effect once per key and a crash repeats nothing. */
  readonly idempotencyKey: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborts when the inbox stops, or the time for the event is over. */
  readonly signal: AbortSignal;
}

export type EventHandler<Event = SsoEvent> = (event: Event, delivery: EventDelivery) => void | Promise<void>;

/** Holds events back that would take access away from more people than expected, until a person looks. */
export interface RemovalGuard {
  /** Removals of one organization within the window that pass without question. Default 25. */
  readonly maxRemovals?: number;
  /** Share of the people known to have access, from 0 to 1; counts from the sixth removal on. Default 0.2. */
  readonly maxShare?: number;
  /** Milliseconds. Default one hour. */
  readonly windowMs?: number;
}

export interface RetrySettings {
  /** Attempts before an event is quarantined. Default 8. */
  readonly maxAttempts?: number;
  /** First back-off in milliseconds; doubles each time, with jitter. Default 1,000. */
  readonly baseDelayMs?: number;
  /** Default one hour. */
  readonly maxDelayMs?: number;
}

export interface EventInboxOptions {
  readonly store: EventStore;
  /** One provider per source of events. */
  readonly providers: readonly SsoProvider[];
  readonly guard?: RemovalGuard | 'off';
  readonly retry?: RetrySettings;
  /** Events handled at the same time by this process, each of another subject. Default 4. */
  readonly concurrency?: number;
  /**
   * Milliseconds the handlers of one event have together; then their signal aborts and the attempt has failed. Default 60,000. What a
   * process held when it died is taken over after one and a half times as long.
   */
  readonly handlerTimeoutMs?: number;
  /** Milliseconds between pulls; providers without the `events` facet are not pulled. Default 60,000. */
  readonly pullIntervalMs?: number;
  /** ISO-8601: where the first pull starts. Default a minute ago, as clocks differ. */
  readonly pullSince?: string;
  /** `poke`: a verified webhook only wakes the puller, and the pulled stream alone is believed. Default `store`. */
  readonly webhooks?: 'store' | 'poke';
  /** Decides what of an event the handlers are told; `createMigrationRelay` makes one. Default: everything. */
  readonly relay?: EventRelay;
  /**
   * Whether an organization is yours. Webhooks of others are refused, and pulled events of others are tried again and then quarantined: a
   * new customer may be heard of before your app knows them. Default: all are yours.
   */
  readonly knowsOrganization?: (organizationId: string) => boolean | Promise<boolean>;
  /** Called when something waits for a person or fails in the background. It gets ids and types, no data. */
  readonly onAttention?: (notice: AttentionNotice) => void;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

export interface AttentionNotice {
  readonly kind: 'held' | 'quarantined' | 'webhook_failed' | 'pull_failed' | 'process_failed';
  readonly provider: string | null;
  readonly environment: string | null;
  readonly eventId: string | null;
  readonly type: SsoEventType | null;
  readonly reason: string;
}

/** The durable, effectively-once stream of all providers' events. */
export interface EventInbox {
  /** Registers a handler of one type, or of all with `'*'`. Handlers of one event run one after another, those of `'*'` last. */
  on<Type extends SsoEventType>(type: Type, handler: EventHandler<SsoEventOf<Type>>): void;
  on(type: '*', handler: EventHandler): void;
  off<Type extends SsoEventType>(type: Type, handler: EventHandler<SsoEventOf<Type>>): void;
  off(type: '*', handler: EventHandler): void;
  /** The endpoint to register at the vendor: verifies, stores durably, answers, and handles afterwards. */
  webhook(providerId: string): (request: WebhookRequest) => Promise<Response>;
  /**
   * Pulls until the vendor has no more, and answers how many events came. Throws what the provider throws: `failed_precondition` when
   * the vendor no longer keeps what comes next; then reconcile, and pull with `restartSince` (ISO-8601).
   */
  pull(providerId: string, options?: { readonly restartSince?: string }): Promise<number>;
  /** Handles what is due now and answers how many events were settled. */
  process(): Promise<number>;
  /** Handles and pulls in the background until `stop`. Throws `failed_precondition` after that. */
  start(): void;
  /** Lets what is being handled end, then stops. */
  stop(): Promise<void>;
  /** Events that wait for a person: held by the guard, or quarantined after too many failures. */
  list(
    status: 'held' | 'quarantined',
    page?: { readonly limit?: number; readonly after?: string },
  ): ReturnType<EventStore['list']>;
  /** Lets held events through, or tries quarantined ones again. */
  release(events: readonly StoredEvent[]): Promise<number>;
  discard(events: readonly StoredEvent[]): Promise<number>;
}

/** How far this clock may be ahead of the vendor's. Milliseconds. */
const clockGraceMs = 60_000;

/** How long an idle worker waits before it looks for events of other processes. Milliseconds. */
const idleMs = 1000;

/** Throws `invalid_argument` for options it does not have, and for values under which events would stand still or pass unguarded. */
export function createEventInbox(options: EventInboxOptions): EventInbox {
  requireInboxOptions(options);
  const {
    store,
    providers,
    now = Date.now,
    concurrency = 4,
    handlerTimeoutMs = 60_000,
    pullIntervalMs = 60_000,
  } = options;
  const { maxAttempts = 8, baseDelayMs = 1000, maxDelayMs = 3_600_000 } = options.retry ?? {};
  const leaseMs = handlerTimeoutMs * 1.5;
  const handlers = new EventEmitter<SsoEventType | '*'>();
  const stopping = new AbortController();
  // One for each event in hand: more than ten are no leak.
  setMaxListeners(0, stopping.signal);
  const work = createBell();
  const pulls = new Map(providers.filter(({ events }) => events).map(({ id }) => [id, createBell()]));
  let running: Promise<unknown> | undefined;

  function providerOf(id: string): SsoProvider {
    const found = providers.find((provider) => provider.id === id);
    if (found) return found;
    throw new SsoError({
      code: 'invalid_argument',
      message: `The inbox knows no provider "${id}"; it has ${providers.map((provider) => provider.id).join(', ')}`,
    });
  }

  function attention(
    kind: AttentionNotice['kind'],
    about: SsoEvent | SsoProvider | null,
    reason: string,
  ): void {
    const event = about && 'type' in about ? about : null;
    const provider = about && !('type' in about) ? about.id : null;
    notify(options.onAttention, {
      kind,
      provider: event?.provider ?? provider,
      environment: about?.environment ?? null,
      eventId: event?.id ?? null,
      type: event?.type ?? null,
      reason,
    });
  }

  function reportQuarantined(events: readonly NewEvent[]): void {
    for (const { event, quarantine } of events)
      if (quarantine !== null) attention('quarantined', event, quarantine);
  }

  /** Handlers that are over time are not waited for: nobody can end them, and their subject must not stand still. */
  async function deliver(events: readonly SsoEvent[], attempt: number): Promise<void> {
    const controller = new AbortController();
    const { signal } = controller;
    const onStop = () => controller.abort(stopping.signal.reason);
    if (stopping.signal.aborted) onStop();
    stopping.signal.addEventListener('abort', onStop, { once: true });
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const overtime = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        isOver = true;
        const message = `The handlers of an event took longer than ${handlerTimeoutMs} ms`;
        const error = new SsoError({ code: 'deadline_exceeded', message });
        controller.abort(error);
        reject(error);
      }, handlerTimeoutMs);
    });
    async function callAll(): Promise<void> {
      for (const event of events) {
        const idempotencyKey = `${event.provider}:${event.environment}:${event.id}`;
        for (const handler of [...handlers.listeners(event.type), ...handlers.listeners('*')]) {
          if (isOver) return;
          await (handler as EventHandler)(event, { idempotencyKey, attempt, signal });
        }
      }
    }
    try {
      await Promise.race([callAll(), overtime]);
    } finally {
      clearTimeout(timer);
      stopping.signal.removeEventListener('abort', onStop);
    }
  }

  async function isForeign({ organizationId }: SsoEvent): Promise<boolean> {
    if (!options.knowsOrganization || organizationId === null) return false;
    return !(await options.knowsOrganization(organizationId));
  }

  async function exceedsGuard({ event, scope }: ClaimedEvent): Promise<boolean> {
    if (options.guard === 'off') return false;
    const { maxRemovals = 25, maxShare = 0.2, windowMs = 3_600_000 } = options.guard ?? {};
    const { handled, waiting, active } = await store.countRemovals(event, scope, {
      since: now() - windowMs,
      // Beyond these no count changes the answer.
      limit: Math.min(1_000_000, Math.ceil(Math.max(maxRemovals + 1, maxRemovals / maxShare))),
    });
    const total = handled + waiting;
    return total > maxRemovals || (total > 5 && total > (active + handled) * maxShare);
  }

  async function decide(claimed: ClaimedEvent, claimedAt: number): Promise<Settlement> {
    const { event, attempts, removal, released, subject } = claimed;
    let relayed: RelayDecision | undefined;
    const quarantine = (failure: string): Settlement => {
      attention('quarantined', event, failure);
      return { status: 'quarantined', failure };
    };
    const tryAgain = (failure: string): Settlement => {
      if (attempts >= maxAttempts) return quarantine(failure);
      const delay = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempts - 1)) * (0.75 + Math.random() / 2);
      return { status: 'retry', failure, at: now() + delay };
    };
    if (attempts > maxAttempts) return quarantine('The process ended during each attempt');
    try {
      if (await isForeign(event)) return tryAgain('organization_unknown');
      const plan = await planEvent(claimed, store);
      if (!plan) return { status: 'superseded' };
      const { deliveries: planned, ...state } = plan;
      relayed = await options.relay?.({
        claimed,
        deliveries: planned,
        known: store,
        until: claimedAt + leaseMs,
      });
      const deliveries = relayed?.deliveries ?? planned;
      const removes = relayed?.removesAccess ?? (removal !== false && (subject?.active ?? true));
      const removed = removes && !released && deliveries.length > 0;
      if (removed && (await exceedsGuard(claimed))) {
        await relayed?.end('kept_back');
        attention('held', event, 'It would take access from more people than the guard lets pass');
        return { status: 'held' };
      }
      await deliver(deliveries, attempts);
      await relayed?.end('told');
      return { status: 'handled', ...state, removed };
    } catch (error) {
      await relayed?.end('failed').catch(() => undefined);
      return tryAgain(summarizeFailure(error));
    }
  }

  /** One worker's share: handles what is due, one event after another. */
  async function drain(): Promise<number> {
    let settled = 0;
    while (!stopping.signal.aborted) {
      const claimedAt = now();
      const claimed = await store.claim({ now: claimedAt, leaseMs });
      if (!claimed) break;
      if (await store.settle(claimed, await decide(claimed, claimedAt), now())) settled += 1;
    }
    return settled;
  }

  async function process(): Promise<number> {
    const results = await Promise.allSettled(Array.from({ length: concurrency }, drain));
    // A store that failed keeps the claim until its lease ends: nothing is lost, and the failure is the caller's to see.
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), 0);
  }

  async function pull(
    providerId: string,
    { restartSince }: { readonly restartSince?: string } = {},
  ): Promise<number> {
    const provider = providerOf(providerId);
    const source = { provider: provider.id, environment: provider.environment };
    const facet: EventsFacet = requireProviderFacet(provider, 'events', 'events.pull');
    requireInstant('restartSince', restartSince);
    let since = restartSince;
    let pulled = 0;
    for (;;) {
      const checkpoint = await store.checkpoint(source);
      const from =
        since === undefined && checkpoint !== null
          ? { cursor: checkpoint }
          : {
              cursor: null,
              since: since ?? options.pullSince ?? new Date(now() - clockGraceMs).toISOString(),
            };
      const page = await facet.pullPage(from, { operation: 'events.pull', signal: stopping.signal });
      const events = page.events.map((event) => describeEvent(event));
      const moved = await store.advance(source, {
        expected: checkpoint,
        cursor: page.cursor,
        events,
        now: now(),
      });
      // Where another process pulled the same page, it goes on from there, and so do we.
      if (moved) {
        pulled += page.events.length;
        since = undefined;
        reportQuarantined(events);
      }
      if (page.events.length > 0) work.ring();
      if (!page.more || stopping.signal.aborted) return pulled;
    }
  }

  async function receive(provider: SsoProvider, request: WebhookRequest): Promise<NewEvent> {
    const facet = requireProviderFacet(provider, 'webhooks', 'webhooks.receive');
    const delivery = await readWebhookRequest(request, now());
    const verified = facet.verify(delivery);
    let event: SsoEvent;
    try {
      event = await facet.parse(verified);
    } catch (error) {
      // A garbage event with a valid signature is quarantined, not lost.
      const { id, environment } = provider;
      const receivedAt = new Date(now()).toISOString();
      const source = { provider: id, environment };
      return describeEvent(
        unreadable(source, delivery.body, verified.payload, receivedAt),
        summarizeFailure(error),
      );
    }
    if (await isForeign(event)) {
      throw new WebhookRefusedError({
        reason: 'organization_unknown',
        message: 'The webhook is about an organization that is not yours',
        provider: provider.id,
      });
    }
    return describeEvent(event);
  }

  async function workUntilStopped(): Promise<void> {
    while (!stopping.signal.aborted) {
      const heard = work.rings;
      const due = await drain()
        .then(() => store.nextDueAt())
        .catch((error: unknown) => {
          attention('process_failed', null, summarizeFailure(error));
          return null;
        });
      await work.wait(due === null ? idleMs : Math.min(idleMs, Math.max(0, due - now())), heard);
    }
  }

  async function pullUntilStopped(provider: SsoProvider, bell: Bell): Promise<void> {
    while (!stopping.signal.aborted) {
      const heard = bell.rings;
      await pull(provider.id).catch((error: unknown) => {
        if (!stopping.signal.aborted) attention('pull_failed', provider, summarizeFailure(error));
      });
      await bell.wait(pullIntervalMs, heard);
    }
  }

  /** Keeps a verified webhook safe before it is answered: stored, or left to the pulled stream. */
  async function accept(provider: SsoProvider, request: WebhookRequest): Promise<void> {
    const received = await receive(provider, request);
    if (options.webhooks !== 'poke') {
      if ((await store.append([received], now())) > 0) reportQuarantined([received]);
      work.ring();
    } else if (running) pulls.get(provider.id)?.ring();
    else await pull(provider.id);
  }

  return {
    on: (type: SsoEventType | '*', handler: EventHandler<never>) =>
      void handlers.on(type, handler as () => void),
    off: (type: SsoEventType | '*', handler: EventHandler<never>) =>
      void handlers.off(type, handler as () => void),
    webhook(providerId) {
      const provider = providerOf(providerId);
      requireProviderFacet(provider, 'webhooks', 'inbox.webhook');
      if (options.webhooks === 'poke') requireProviderFacet(provider, 'events', 'inbox.webhook');
      return (request) =>
        accept(provider, request).then(
          () => answer(202, 'accepted'),
          (error: unknown) => {
            if (WebhookRefusedError.isInstance(error))
              return answer(refusalStatus[error.reason] ?? 400, error.reason, error.message);
            attention('webhook_failed', provider, summarizeFailure(error));
            // The vendor tries again: nothing was stored.
            return answer(503, 'unavailable');
          },
        );
    },
    pull,
    process,
    start() {
      if (stopping.signal.aborted) {
        const message = 'The inbox was stopped, and does not start again: create another one';
        throw new SsoError({ code: 'failed_precondition', message });
      }
      running ??= Promise.all([
        ...Array.from({ length: concurrency }, workUntilStopped),
        ...[...pulls].map(([id, bell]) => pullUntilStopped(providerOf(id), bell)),
      ]);
    },
    async stop() {
      stopping.abort(new Error('The inbox was stopped'));
      for (const bell of [work, ...pulls.values()]) bell.ring();
      await running;
    },
    async list(status, { limit = 100, after } = {}) {
      requireListed(status, limit);
      return store.list({ status, limit, after });
    },
    release: async (events) => {
      const released = await bySource(events, (source, ids) => store.release(source, ids, now()));
      work.ring();
      return released;
    },
    discard: (events) => bySource(events, (source, ids) => store.discard(source, ids)),
  };
}

async function bySource(
  events: readonly StoredEvent[],
  change: (source: EventSource, ids: string[]) => Promise<number>,
): Promise<number> {
  const groups = new Map<string, { source: EventSource; ids: string[] }>();
  for (const { event } of events) {
    const { provider, environment, id } = event;
    const key = JSON.stringify([provider, environment]);
    const group = groups.get(key) ?? { source: { provider, environment }, ids: [] };
    groups.set(key, group);
    group.ids.push(id);
  }
  let changed = 0;
  for (const { source, ids } of groups.values()) changed += await change(source, ids);
  return changed;
}

const refusalStatus: Partial<Record<WebhookRefusedError['reason'], number>> = {
  signature_missing: 401,
  signature_malformed: 401,
  signature_mismatch: 401,
  timestamp_too_old: 401,
  timestamp_in_the_future: 401,
  body_too_large: 413,
  organization_unknown: 403,
};

/** The message says what is probably wrong to whoever reads the vendor's log of deliveries. */
function answer(status: number, result: string, message?: string): Response {
  return Response.json({ result, message }, { status, headers: { 'cache-control': 'no-store' } });
}
