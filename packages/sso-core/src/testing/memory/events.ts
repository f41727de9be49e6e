import { SsoError } from '../../errors.js';
import type { SsoEvent, SsoEventOf, SsoEventType } from '../../model/event.js';
import type { CallContext } from '../../provider/context.js';
import type { EventsFacet } from '../../provider/facets/events.js';
import type { MemoryState } from './state.js';

const defaultPageSize = 100;

/** What happened, without what {@link recordEvent} adds. */
export type MemoryHappening = {
  [T in SsoEventType]: Pick<SsoEventOf<T>, 'type' | 'subject' | 'organizationId' | 'data'>;
}[SsoEventType];

/** Adds an event to the stream. */
export function recordEvent(state: MemoryState, happening: MemoryHappening): void {
  recordPayload(state, {
    id: state.nextId('event'),
    provider: state.id,
    environment: state.environment,
    occurredAt: state.timestamp(),
    ...happening,
  });
}

/** Adds an event of any shape, as it will be sent. */
export function recordPayload({ events }: MemoryState, payload: object): void {
  events.push(structuredClone(payload));
}

/** The cursor is the number of events already read. */
export function createEvents(state: MemoryState) {
  const { events, serve } = state;

  function position(cursor: string | null, since: string | undefined, context: CallContext): number {
    if (cursor !== null) {
      if (/^\d{1,15}$/.test(cursor) && Number(cursor) <= events.length) return Number(cursor);
      throw state.error(context, 'invalid_argument', `"${cursor}" is no cursor of this stream`);
    }
    if (since === undefined) return events.length;
    const first = events.findIndex(
      (event) => 'occurredAt' in event && Date.parse(String(event.occurredAt)) >= Date.parse(since),
    );
    return first === -1 ? events.length : first;
  }

  return {
    features: { groupMembership: 'native', retentionDays: null, organizationFilter: true },
    async pullPage(request, context) {
      const { organizationId, pageSize = defaultPageSize } = request;
      const named = organizationId === undefined ? [] : [organizationId];
      const page = await serve(context, request, named, () => {
        const matching: object[] = [];
        let next = position(request.cursor, request.since, context);
        for (; next < events.length && matching.length < pageSize; next += 1) {
          const event = events[next]!;
          const isWanted =
            organizationId === undefined ||
            ('organizationId' in event && event.organizationId === organizationId);
          if (isWanted) matching.push(event);
        }
        return { matching, cursor: String(next), more: next < events.length };
      });
      const { matching, ...rest } = page;
      return {
        events: await Promise.all(matching.map((event) => readEvent(state, event, context))),
        ...rest,
      };
    },
  } as const satisfies EventsFacet;
}

/**
 * An event from the stream or a webhook. What this version does not know, or cannot read, becomes `unrecognized`. Throws
 * `invalid_response` without an id or a type.
 */
export async function readEvent(
  state: MemoryState,
  payload: unknown,
  { operation }: Pick<CallContext, 'operation'>,
): Promise<SsoEvent> {
  const fields = (typeof payload === 'object' && payload !== null ? payload : {}) as Partial<SsoEvent>;
  const { id, type, data } = fields;
  if (typeof id !== 'string' || id === '' || typeof type !== 'string' || (type as string) === '') {
    throw new SsoError({
      code: 'invalid_response',
      message: `${operation}: the event has no id or no type`,
      provider: state.id,
      operation,
    });
  }
  const { eventDataSchemas, eventEnvelopeSchema } = await import('../../model/event.js');
  const unknown = {
    id,
    provider: state.id,
    environment: state.environment,
    occurredAt: state.timestamp(),
    organizationId: null,
    subject: `event:${id}`,
  };
  const envelope = eventEnvelopeSchema.safeParse({ ...unknown, ...fields }).data ?? unknown;
  const isReadable =
    type !== 'unrecognized' &&
    Object.hasOwn(eventDataSchemas, type) &&
    eventDataSchemas[type].safeParse(data).success;
  return structuredClone(
    isReadable
      ? { ...envelope, type, data }
      : { ...envelope, type: 'unrecognized', data: { vendorType: type, payload: data } },
  ) as SsoEvent;
}
