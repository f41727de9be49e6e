import { route, type Route } from '../kernel/router.js';
import { refused, validationRejected } from './errors.js';
import type { EventStream } from './event-stream.js';
import { listParameter } from './paging.js';

const day = 24 * 60 * 60_000;
/** How old a listed event can be: the shorter of the two documented periods. [D] */
const retention = 30 * day;
const maxRange = 30 * day;

/** `GET /events`: forward only, oldest first whatever `order` says, a cursor only while there is more. [S][R] */
export function eventRoutes(stream: EventStream, now: () => Date): Route[] {
  return [
    route('GET', '/events', (request) => {
      const query = request.url.searchParams;
      const names = new Set(listParameter(query, 'events'));
      if (names.size === 0) {
        throw refused(
          'invalid_events_request',
          'One or more event names (e.g. dsync.user.created) must be provided using the events parameter.',
        );
      }
      const after = query.get('after') || undefined;
      const range = { start: instant(query, 'range_start'), end: instant(query, 'range_end') };
      if (after !== undefined && range.start !== undefined) {
        throw refused(
          'invalid_events_request',
          'The after and range_start parameters are mutually exclusive.',
        );
      }
      const from = range.start ?? -Infinity;
      const to = range.end ?? Infinity;
      if (range.start !== undefined && range.end !== undefined && to - from > maxRange) {
        throw refused('invalid_events_request', 'The range must not be longer than 30 days.');
      }
      const limit = Number(query.get('limit') || 10);
      if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
        throw validationRejected([{ code: 'limit must be an integer between 1 and 100', field: 'limit' }]);
      }
      const organizationId = query.get('organization_id') || undefined;
      const oldest = now().getTime() - retention;

      const found: object[] = [];
      let last: string | undefined;
      let hasMore = false;
      const cursor = after === undefined ? -1 : stream.stored.indexOf(after);
      for (const event of stream.stored.walk(cursor + 1, 1)) {
        if (event.createdAt < oldest || event.createdAt < from || event.createdAt > to) continue;
        if (!names.has(event.wire.event)) continue;
        if (organizationId !== undefined && event.organizationId !== organizationId) continue;
        if (found.length === limit) {
          hasMore = true;
          break;
        }
        found.push(event.wire);
        last = event.id;
      }
      return {
        status: 200,
        body: { object: 'list', data: found, list_metadata: { after: hasMore ? last : null } },
      };
    }),
  ];
}

function instant(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (!value) return undefined;
  const at = Date.parse(value);
  if (Number.isNaN(at)) throw validationRejected([{ code: `${name} must be an ISO 8601 date`, field: name }]);
  return at;
}
