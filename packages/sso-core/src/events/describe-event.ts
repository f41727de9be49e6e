import { createHash } from 'node:crypto';
import type { SsoEvent, SsoEventType } from '../model/event.js';
import type { EventSource, NewEvent } from './event-store.js';

/** Events that state how things are now. Of each subject only the newest counts; others are facts, each delivered for itself. */
const stateEntities = new Set([
  'connection',
  'directory',
  'directory.user',
  'directory.group',
  'organization',
  'domain',
  'user',
  'membership',
  'role',
  'permission',
]);
const factTypes = new Set<SsoEventType>([
  'connection.certificate_renewal_required',
  'connection.certificate_renewed',
  'directory.group.user_added',
  'directory.group.user_removed',
]);

export function isStateEvent(event: SsoEvent): boolean {
  return !factTypes.has(event.type) && stateEntities.has(event.type.slice(0, event.type.lastIndexOf('.')));
}

export function describeEvent(event: SsoEvent, quarantine: string | null = null): NewEvent {
  if (!idsOf(event).every(isStorable)) {
    const standIn = unreadable(event, JSON.stringify(event), event, event.occurredAt);
    return describeEvent(standIn, 'Its ids cannot be stored');
  }
  return {
    event,
    order: orderOf(event),
    removal: accessAfter(event) === false && !event.type.endsWith('.created'),
    scope: event.organizationId ?? `${event.provider}:${event.environment}`,
    quarantine,
  };
}

/** Two of them fit into one key of PostgreSQL's indexes. */
const maxIdBytes = 1000;

/** Databases cut or refuse text with NUL and halves of characters. */
const plainText = /^[^\p{Cc}\p{Cs}]*$/u;

function isStorable(id: string): boolean {
  return plainText.test(id) && Buffer.byteLength(id) <= maxIdBytes;
}

/** Everything stores have keys of. */
function idsOf({ id, subject, organizationId, data }: SsoEvent): string[] {
  const ids = [id, subject, organizationId ?? ''];
  if ('group' in data) ids.push(data.group.id, data.group.directoryId ?? '');
  if ('user' in data && 'groups' in data.user) {
    ids.push(data.user.id, data.user.directoryId ?? '');
    for (const group of data.user.groups ?? []) ids.push(group.id);
  }
  return ids;
}

/** A genuine event that cannot be taken as it is. Its id follows from `content`, so that a repetition is the same event. */
export function unreadable(
  { provider, environment }: EventSource,
  content: Uint8Array | string,
  payload: unknown,
  occurredAt: string,
): SsoEvent {
  const id = `unreadable-${createHash('sha256').update(content).digest('hex').slice(0, 32)}`;
  return {
    id,
    provider,
    environment,
    type: 'unrecognized',
    occurredAt,
    organizationId: null,
    subject: id,
    data: { vendorType: '(unreadable)', payload },
  };
}

/** Sorts as text: nanoseconds padded, ties by id, where the longer of two counter-like ids is the later. */
export function orderOf({ occurredAt, id }: Pick<SsoEvent, 'occurredAt' | 'id'>): string {
  const [seconds = '', fraction = ''] = occurredAt.slice(0, -1).split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}|${String(id.length).padStart(4, '0')}|${id}`;
}

/** When the event of an order occurred, in ISO-8601. */
export function occurredAtOf(order: string): string {
  return `${order.slice(0, order.indexOf('|')).replace(/0{6}$/, '')}Z`;
}

/** Whether the person it is about has access after it; `null` when it is about no person. */
export function accessAfter(event: SsoEvent): boolean | null {
  switch (event.type) {
    case 'directory.user.created':
    case 'directory.user.updated':
      return event.data.user.status === 'active';
    case 'membership.created':
    case 'membership.updated':
      // Events of some vendors never tell: whoever is a member may have access.
      return ['active', 'unknown'].includes(event.data.membership.status);
    case 'user.created':
    case 'user.updated':
      return true;
    case 'directory.user.deleted':
    case 'membership.deleted':
    case 'user.deleted':
      return false;
    default:
      return null;
  }
}
