import type { SsoEvent, SsoEventType } from '../model/event.js';
import type { NewEvent } from './event-store.js';

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
  return {
    event,
    order: orderOf(event),
    removal: accessAfter(event) === false && !event.type.endsWith('.created'),
    scope: event.organizationId ?? `${event.provider}:${event.environment}`,
    quarantine,
  };
}

/** Sorts as text: nanoseconds padded, ties by id, where the longer of two counter-like ids is the later. */
export function orderOf({ occurredAt, id }: Pick<SsoEvent, 'occurredAt' | 'id'>): string {
  const [seconds = '', fraction = ''] = occurredAt.slice(0, -1).split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}|${String(id.length).padStart(4, '0')}|${id}`;
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
      return /^(active|unknown)$/.test(event.data.membership.status);
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
