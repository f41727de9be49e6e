import { SsoError } from '@org/sso-core';
import { loadOnce, type CallContext, type EventsFacet } from '@org/sso-core/provider';
import type { WorkosApi } from '../api.js';
import { refusal } from '../errors.js';
import { ids } from '../ids.js';
import type { EventSource } from '../wire/event.js';

const wire = loadOnce(() => import('../wire/event.js'));

const day = 24 * 60 * 60_000;
/** Documents say 30 days and 90 days. [D] */
const retentionDays = 30;

/** Everything before it was pulled: the last event, or nothing happened yet since an instant. */
interface Position {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly lastEventId?: string | undefined;
}

export function createEvents(api: WorkosApi, source: EventSource): EventsFacet {
  const { now } = source;
  return {
    features: { groupMembership: 'native', retentionDays, organizationFilter: true },
    limitations: {
      organizationFilter: 'events of users belong to no organization and do not pass the filter',
    },
    async pullPage({ cursor, since, organizationId, pageSize = 100 }, context) {
      const position =
        cursor === null
          ? { at: since === undefined ? now() : Date.parse(since) }
          : readCursor(cursor, context);
      if (now() - position.at > retentionDays * day) {
        throw refusal(
          'failed_precondition',
          context,
          `WorkOS keeps events for ${retentionDays} days: reconcile, then start at a new "since"`,
        );
      }
      const { eventNames, readEventPage } = await wire();
      const { body } = await api
        .request({
          context,
          method: 'GET',
          path: '/events',
          // No wildcard, and no order: it is oldest first whatever is asked for (workos-node#1610).
          query: {
            events: eventNames.join(','),
            limit: Math.min(pageSize, 100),
            organization_id: organizationId && ids.strip(organizationId),
            ...(position.lastEventId === undefined
              ? { range_start: new Date(position.at).toISOString() }
              : { after: position.lastEventId }),
          },
        })
        .catch((error: unknown) => {
          throw position.lastEventId === undefined ? error : toUnknownPosition(error);
        });
      const { events, more } = readEventPage(body, source, context);
      const last = events.at(-1);
      return {
        events,
        cursor: writeCursor(
          last ? { at: Date.parse(last.occurredAt), lastEventId: last.id } : afterSilence(position, now()),
        ),
        more: more && last !== undefined,
      };
    },
  };
}

/** Nothing came. An event of long ago would be forgotten by WorkOS, so that its place is taken by an instant, well before now. */
function afterSilence(position: Position, now: number): Position {
  return position.at < now - day ? { at: now - day } : position;
}

/** `<instant>` or `<instant>/<event id>`. `list_metadata.after` is no cursor: it is `null` on the last page. [S] */
function writeCursor({ at, lastEventId }: Position): string {
  return [new Date(at).toISOString(), lastEventId].filter((part) => part !== undefined).join('/');
}

function readCursor(cursor: string, context: CallContext): Position {
  const [, instant = '', lastEventId] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z)(?:\/(.+))?$/.exec(cursor) ?? [];
  const at = Date.parse(instant);
  if (Number.isNaN(at)) throw refusal('invalid_argument', context, 'the cursor is not one of this stream');
  return { at, lastEventId };
}

/** What WorkOS answers to an event id it no longer has is not documented. [U] */
function toUnknownPosition(error: unknown): unknown {
  if (!SsoError.isInstance(error) || !['not_found', 'invalid_argument'].includes(error.code)) return error;
  const { message, provider, operation, status, requestId, vendorCode } = error;
  return new SsoError({
    code: 'failed_precondition',
    message: `${message}; if the cursor is of another environment or too old, reconcile and start at a new "since"`,
    provider,
    operation,
    status,
    requestId,
    vendorCode,
  });
}
