import { createHash } from 'node:crypto';
import { SsoError, WebhookRefusedError } from '../errors.js';
import { requireProviderFacet } from '../client/call.js';
import { sleep } from '../http/rate-limiter.js';
import type { SsoEvent, SsoEventOf, SsoEventType } from '../model/event.js';
import type { EventsFacet } from '../provider/facets/events.js';
import type { SsoProvider } from '../provider/provider.js';
import { describeEvent } from './describe-event.js';
import { planEvent } from './event-plan.js';
import type {
  ClaimedEvent,
  EventSource,
  EventStore,
  NewEvent,
  Settlement,
  StoredEvent,
} from './event-store.js';
import { readWebhookRequest, type WebhookRequest } from './webhook-delivery.js';

/** Handed to every handler beside the event. */
export interface EventDelivery {
  /** The same on every attempt: make your effect once per key and a crash repeats nothing. */
  readonly idempotencyKey: string;
  /** From 1. */
  readonly attempt: number;
  /** Aborts when the inbox stops. */
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
  /** Milliseconds a worker may take for one event before another takes it over. Default 60,000. */
  readonly leaseMs?: number;
  /** Milliseconds between pulls; providers without the `events` facet are not pulled. Default 60,000. */
  readonly pullIntervalMs?: number;
  /** ISO-8601: where the first pull starts. Default now. */
  readonly pullSince?: string;
  /** `poke`: a verified webhook only wakes the puller, and the pulled stream alone is believed. Default `store`. */
  readonly webhooks?: 'store' | 'poke';
  /** Refuses webhooks of organizations that are not yours. Default: all are accepted. */
  readonly knowsOrganization?: (organizationId: string) => boolean | Promise<boolean>;
  /** Called when an event is held or quarantined. It gets ids and types, no data. */
  readonly onAttention?: (notice: AttentionNotice) => void;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

export interface AttentionNotice {
  readonly kind: 'held' | 'quarantined' | 'pull_failed' | 'store_failed';
  readonly provider: string | null;
  readonly environment: string | null;
  readonly eventId: string | null;
  readonly type: SsoEventType | null;
  readonly reason: string;
}

/** The durable, effectively-once stream of all providers' events. */
export interface EventInbox {
  /** Registers a handler of one type, or of all with `'*'`. Handlers of one event run one after another. */
  on<Type extends SsoEventType>(type: Type, handler: EventHandler<SsoEventOf<Type>>): void;
  on(type: '*', handler: EventHandler): void;
  /** The endpoint to register at the vendor: verifies, stores durably, answers, and handles afterwards. */
  webhook(providerId: string): (request: WebhookRequest) => Promise<Response>;
  /** Pulls until the vendor has no more. Answers how many events were new to fetch. Throws what the provider throws. */
  pull(providerId: string): Promise<number>;
  /** Handles what is due now and answers how many events were settled. */
  process(): Promise<number>;
  /** Handles and pulls in the background until `stop`. */
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

/** How long an idle worker waits before it looks for events of other processes. Milliseconds. */
const idleMs = 1000;

export function createEventInbox(options: EventInboxOptions): EventInbox {
  const {
    store,
    providers,
    now = Date.now,
    concurrency = 4,
    leaseMs = 60_000,
    pullIntervalMs = 60_000,
  } = options;
  const { maxAttempts = 8, baseDelayMs = 1000, maxDelayMs = 3_600_000 } = options.retry ?? {};
  const handlers = new Map<SsoEventType | '*', EventHandler[]>();
  const stopping = new AbortController();
  let running: Promise<unknown> | undefined;
  let wake: (() => void) | undefined;

  function providerOf(id: string): SsoProvider {
    const found = providers.find((provider) => provider.id === id);
    if (found) return found;
    throw new SsoError({
      code: 'invalid_argument',
      message: `The inbox knows no provider "${id}"; it has ${providers.map((provider) => provider.id).join(', ')}`,
    });
  }

  function notice(kind: AttentionNotice['kind'], about: SsoEvent | SsoProvider | null, reason: string): void {
    const event = about && 'type' in about ? about : null;
    options.onAttention?.({
      kind,
      provider: event?.provider ?? (about && 'id' in about && !event ? about.id : null),
      environment: about?.environment ?? null,
      eventId: event?.id ?? null,
      type: event?.type ?? null,
      reason,
    });
  }

  async function deliver(event: SsoEvent, attempt: number): Promise<void> {
    const delivery = {
      idempotencyKey: `${event.provider}:${event.environment}:${event.id}`,
      attempt,
      signal: stopping.signal,
    };
    for (const handler of [...(handlers.get(event.type) ?? []), ...(handlers.get('*') ?? [])])
      await handler(event, delivery);
  }

  async function exceedsGuard({ event, scope, released, removal }: ClaimedEvent): Promise<boolean> {
    if (options.guard === 'off' || !removal || released) return false;
    const { maxRemovals = 25, maxShare = 0.2, windowMs = 3_600_000 } = options.guard ?? {};
    const { handled, waiting, active } = await store.countRemovals(event, scope, now() - windowMs);
    const total = handled + waiting;
    return total > maxRemovals || (total > 5 && total > (active + handled) * maxShare);
  }

  async function settle(claimed: ClaimedEvent): Promise<Settlement> {
    const { event, attempts } = claimed;
    const plan = await planEvent(claimed, store);
    if (!plan) return { status: 'superseded' };
    if (await exceedsGuard(claimed)) {
      notice('held', event, 'It would remove more people than the guard lets pass');
      return { status: 'held' };
    }
    try {
      for (const planned of plan.deliveries) await deliver(planned, attempts + 1);
      return { status: 'handled', subject: plan.subject, members: plan.members };
    } catch (error) {
      const failure = summarize(error);
      if (attempts + 1 >= maxAttempts) {
        notice('quarantined', event, failure);
        return { status: 'quarantined', failure };
      }
      const delay = Math.min(maxDelayMs, baseDelayMs * 2 ** attempts) * (0.75 + Math.random() / 2);
      return { status: 'retry', failure, at: now() + delay };
    }
  }

  async function process(): Promise<number> {
    let settled = 0;
    while (!stopping.signal.aborted) {
      const claimed = await store.claim({ limit: concurrency, now: now(), leaseMs });
      if (claimed.length === 0) return settled;
      const results = await Promise.allSettled(
        claimed.map(async (event) => store.settle(event, await settle(event), now())),
      );
      // A store that failed keeps the claim until its lease ends; nothing is lost, and the failure is the caller's to see.
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      settled += claimed.length;
    }
    return settled;
  }

  async function pull(providerId: string): Promise<number> {
    const provider = providerOf(providerId);
    const source = { provider: provider.id, environment: provider.environment };
    const facet: EventsFacet = requireProviderFacet(provider, 'events', 'events.pull');
    let pulled = 0;
    for (;;) {
      const cursor = await store.checkpoint(source);
      const since = cursor === null ? options.pullSince : undefined;
      const page = await facet.pullPage(
        { cursor, since },
        { operation: 'events.pull', signal: stopping.signal },
      );
      const moved = await store.advance(source, {
        expected: cursor,
        cursor: page.cursor,
        events: page.events.map((event) => describeEvent(event)),
        now: now(),
      });
      // Another process pulled the same page: it goes on from there, and so do we.
      if (moved) pulled += page.events.length;
      if (!page.more || stopping.signal.aborted) break;
    }
    wake?.();
    return pulled;
  }

  async function receive(provider: SsoProvider, request: WebhookRequest): Promise<NewEvent | undefined> {
    const facet = requireProviderFacet(provider, 'webhooks', 'webhooks.receive');
    const delivery = await readWebhookRequest(request, now());
    const verified = facet.verify(delivery);
    let event: SsoEvent;
    try {
      event = await facet.parse(verified);
    } catch (error) {
      return describeEvent(unreadable(provider, delivery.body, verified.payload, now()), summarize(error));
    }
    if (
      options.knowsOrganization &&
      event.organizationId !== null &&
      !(await options.knowsOrganization(event.organizationId))
    ) {
      throw new WebhookRefusedError({
        reason: 'organization_unknown',
        message: 'The webhook is about an organization that is not yours',
        provider: provider.id,
      });
    }
    return describeEvent(event);
  }

  async function processUntilStopped(): Promise<void> {
    while (!stopping.signal.aborted) {
      const due = await process()
        .then(() => store.nextDueAt())
        .catch((error: unknown) => {
          notice('store_failed', null, summarize(error));
          return now() + idleMs;
        });
      const woken = new Promise<void>((resolve) => (wake = resolve));
      await Promise.race([woken, pause(due === null ? idleMs : Math.min(idleMs, Math.max(10, due - now())))]);
    }
  }

  async function pullUntilStopped(provider: SsoProvider): Promise<void> {
    while (!stopping.signal.aborted) {
      await pull(provider.id).catch((error: unknown) => notice('pull_failed', provider, summarize(error)));
      await pause(pullIntervalMs);
    }
  }

  /** Ends early, without an error, when the inbox stops. */
  async function pause(ms: number): Promise<void> {
    await sleep(ms, stopping.signal).catch(() => undefined);
  }

  return {
    on(type: SsoEventType | '*', handler: EventHandler<never>) {
      handlers.set(type, [...(handlers.get(type) ?? []), handler as EventHandler]);
    },
    webhook(providerId) {
      const provider = providerOf(providerId);
      requireProviderFacet(provider, 'webhooks', 'inbox.webhook');
      return async (request) => {
        try {
          const received = await receive(provider, request);
          if (options.webhooks === 'poke')
            void pull(providerId).catch((error: unknown) =>
              notice('pull_failed', provider, summarize(error)),
            );
          else if (received) await store.append([received], now());
        } catch (error) {
          return answerRefusal(error);
        }
        wake?.();
        return answer(202, 'accepted');
      };
    },
    pull,
    process,
    start() {
      running ??= Promise.all([
        processUntilStopped(),
        ...providers.filter((provider) => provider.events !== undefined).map(pullUntilStopped),
      ]);
    },
    async stop() {
      stopping.abort(new Error('The inbox was stopped'));
      await running;
    },
    list: (status, { limit = 100, after } = {}) => store.list({ status, limit, after }),
    release: (events) => bySource(events, (source, ids) => store.release(source, ids, now())),
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

/** A garbage event with a valid signature is quarantined, not lost. Its id follows from its bytes, so that a repetition is the same event. */
function unreadable(provider: SsoProvider, body: Uint8Array, payload: unknown, at: number): SsoEvent {
  const id = `unreadable-${createHash('sha256').update(body).digest('hex').slice(0, 32)}`;
  return {
    id,
    provider: provider.id,
    environment: provider.environment,
    type: 'unrecognized',
    occurredAt: new Date(at).toISOString(),
    organizationId: null,
    subject: id,
    data: { vendorType: '(unreadable)', payload },
  };
}

/** Name and code only: a handler's message may hold anything. */
function summarize(error: unknown): string {
  if (SsoError.isInstance(error)) return `${error.name} ${error.code}`;
  if (!(error instanceof Error)) return typeof error;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
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

function answerRefusal(error: unknown): Response {
  if (error instanceof WebhookRefusedError) return answer(refusalStatus[error.reason] ?? 400, error.reason);
  // The vendor tries again: nothing was stored.
  return answer(503, 'unavailable');
}

function answer(status: number, result: string): Response {
  return Response.json({ result }, { status, headers: { 'cache-control': 'no-store' } });
}
