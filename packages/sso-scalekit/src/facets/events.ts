import type { SsoEvent } from '@org/sso-core';
import { loadOnce, type CallContext, type EventsFacet } from '@org/sso-core/provider';
import type { ScalekitApi } from '../api.js';
import { refusal } from '../errors.js';
import { ids } from '../ids.js';
import type { EventSource } from '../wire/event.js';
import type { EventListPage } from '../wire/event-list.js';

const eventWire = loadOnce(() => import('../wire/event.js'));
const listWire = loadOnce(() => import('../wire/event-list.js'));

/** No limit is documented; the official SDK for Node asks for as many [C]. */
const maxPageSize = 100;
/** What was that young when it was read is read again, for events that were written late. */
const overlapMs = 60_000;
/** Windows meet with some grace: whether their ends belong to them is not stated. */
const graceMs = 1000;
const maxWindowMs = 86_400_000;
/** A window with more is halved, down to the smallest. */
const maxWindowEvents = 10_000;
const minWindowMs = 1000;

/** Up to where the stream was read, and where reading it began. Milliseconds since the epoch. */
interface Position {
  readonly at: number;
  readonly since: number;
  /** From where it is read again once it was read up to now. */
  readonly again?: number | undefined;
}

interface Query {
  readonly from: number;
  readonly to: number;
  readonly organizationId: string | undefined;
  readonly pageSize: number;
}

/** The list is newest first and knows no cursor but time [P]: it is read window by window, each of them whole. */
export function createEvents(api: ScalekitApi, source: EventSource): EventsFacet {
  /** Everything in a window, in any order; `undefined` when that is more than `limit`. */
  async function readWindow(
    { from, to, organizationId, pageSize }: Query,
    limit: number,
    context: CallContext,
  ): Promise<unknown[] | undefined> {
    const { eventListPage } = await listWire();
    const found: unknown[] = [];
    for (let token: string | null = null; ;) {
      const page: EventListPage = await api.read(
        {
          context,
          method: 'POST',
          path: '/api/v1/events',
          query: { page_size: pageSize, page_token: token },
          json: {
            start_time: new Date(from).toISOString(),
            end_time: new Date(to).toISOString(),
            organization_id: organizationId,
          },
          replay: 'safe',
        },
        eventListPage,
      );
      found.push(...(page.events ?? []));
      if (Math.max(page.total_size ?? 0, found.length) > limit) return undefined;
      if (!page.next_page_token) return found;
      if (page.next_page_token === token) {
        throw refusal('invalid_response', context, 'Scalekit answered the same page token twice');
      }
      token = page.next_page_token;
    }
  }

  return {
    features: { groupMembership: 'derived', retentionDays: null, organizationFilter: true },
    async pullPage({ cursor, since, organizationId, pageSize = maxPageSize }, context) {
      const now = source.now();
      const start = since === undefined ? now : Date.parse(since);
      const position = cursor === null ? { at: start, since: start } : decode(cursor, context);
      const query = {
        from: Math.max(position.since, position.at - graceMs),
        organizationId: organizationId && ids.strip(organizationId),
        pageSize: Math.min(pageSize, maxPageSize),
      };
      for (let span = Math.min(maxWindowMs, Math.max(0, now - position.at)); ; span = Math.ceil(span / 2)) {
        const to = position.at + span;
        const limit = span > minWindowMs ? maxWindowEvents : Infinity;
        const wires = await readWindow({ ...query, to }, limit, context);
        if (!wires) continue;
        const { toEvent } = await eventWire();
        const events = new Map(
          wires.map((wire) => toEvent(wire, source, context)).map((event) => [event.id, event]),
        );
        return {
          events: [...events.values()].toSorted(byTime),
          cursor: encode(positionAfter(position, to, now)),
          more: to < now,
        };
      }
    },
  };
}

/** The overlap is read once more at the end, not at every window: in a rush it holds more events than a window may. */
function positionAfter({ since, again }: Position, to: number, now: number): Position {
  const young = again ?? (to > now - overlapMs ? now - overlapMs : undefined);
  return to < now ? { at: to, since, again: young } : { at: Math.max(since, young ?? to), since };
}

/** Oldest first, to the nanosecond. */
function byTime(a: SsoEvent, b: SsoEvent): number {
  return compare(padded(a.occurredAt), padded(b.occurredAt)) || compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function padded(occurredAt: string): string {
  const [seconds, fraction = ''] = occurredAt.slice(0, -1).split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}`;
}

function encode(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function decode(cursor: string, context: CallContext): Position {
  try {
    const { at, since, again } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as Record<
      string,
      unknown
    >;
    if (isInstant(at) && isInstant(since) && (again === undefined || isInstant(again)))
      return { at, since, again };
  } catch {
    // Refused below, like a cursor of another shape.
  }
  throw refusal('invalid_argument', context, 'this cursor is not from an earlier page of this stream');
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}
