import type { EmulatorRequest } from '../kernel/http.js';
import { isRecord } from '../kernel/parse.js';
import { route, type Route } from '../kernel/router.js';
import type { ScalekitEnvironment } from './environment.js';
import { invalid } from './errors.js';
import { isEventType } from './event-catalogue.js';
import type { WireEvent } from './events.js';
import { instant, list, message, oneOf, type Read, readBody, string } from './messages.js';
import { newestFirst, page } from './paging.js';
import { webhookEvent } from './webhooks.js';

const filters = {
  event_types: list(string()),
  start_time: instant,
  end_time: instant,
  organization_id: string(),
  source: oneOf(['SCALEKIT', 'DIR_SYNC']),
  connection_id: string(),
  connected_account_id: string(),
};

/** Operations on events that no public page lists [P]. */
export function eventRoutes({ state, webhooks }: ScalekitEnvironment): Route[] {
  function matching(request: EmulatorRequest): WireEvent[] {
    const filter = readBody(request, message(filters));
    const newest = newestFirst(state.events.stored);
    return newest.slice(0, newest.length).filter((event) => matches(event, filter));
  }

  return [
    route('POST', '/api/v1/events', (request) => {
      const { items, ...tokens } = page(request, matching(request), Infinity);
      return { status: 200, body: { ...tokens, events: items } };
    }),

    // Without a total, and with pages of at most 100 [C].
    route('POST', '/api/v1/events/paginated', (request) => {
      const { items, total_size: _, ...tokens } = page(request, matching(request), 100, 'clamp');
      return { status: 200, body: { ...tokens, events: items } };
    }),

    route('POST', '/api/v1/webhooks/test-event/{event_type}', ({ params }) => {
      const type = params['event_type'] ?? '';
      if (!isEventType(type)) {
        throw invalid([
          { field: 'event_type', description: 'value must be a known type', constraint: 'string.in' },
        ]);
      }
      const event = state.events.sample(type);
      webhooks.enqueue(webhookEvent(event));
      return { status: 200, body: { event_type: type, event_payload: event } };
    }),
  ];
}

/** `start_time` and `end_time` are both inclusive [?]. */
function matches(event: WireEvent, filter: Read<typeof filters>): boolean {
  const { event_types: types = [], start_time: start, end_time: end, source } = filter;
  const { organization_id: organizationId, connection_id: connectionId } = filter;
  const { connected_account_id: accountId } = filter;
  const data = isRecord(event.data) ? event.data : {};
  const occurredAt = new Date(event.occurred_at);
  const eventSource = event.type.startsWith('organization.directory.') ? 'DIR_SYNC' : 'SCALEKIT';
  return (
    (types.length === 0 || types.includes(event.type)) &&
    (start === undefined || occurredAt >= start) &&
    (end === undefined || occurredAt <= end) &&
    (source ?? eventSource) === eventSource &&
    (!organizationId || event.organization_id === organizationId) &&
    (!connectionId || data[event['object'] === 'Connection' ? 'id' : 'connection_id'] === connectionId) &&
    (!accountId || (event['object'] === 'ConnectedAccount' && data['id'] === accountId))
  );
}
