import { SsoError } from '@org/sso-core';
import type { AuditEntry, Delivery, DeliveryStatus, NewDelivery } from '@org/sso-core/audit';
import type { AuditDeliveryRow, AuditEntryRow } from './schema.js';

export function toEntryRow({ id, organizationId, event }: AuditEntry): AuditEntryRow {
  return {
    id,
    organization_id: organizationId,
    action: event.action,
    actor_id: event.actor.id,
    occurred_at: Date.parse(event.occurredAt),
    event: JSON.stringify(event),
  };
}

export function fromEntryRow(row: AuditEntryRow): AuditEntry {
  return {
    id: row.id,
    organizationId: row.organization_id as AuditEntry['organizationId'],
    event: JSON.parse(row.event) as AuditEntry['event'],
  };
}

export function toDeliveryRow(entryId: string, { sink, claim, dueAt }: NewDelivery): AuditDeliveryRow {
  return {
    sink,
    entry_id: entryId,
    status: 'waiting',
    attempts: claim === null ? 0 : 1,
    last_failure: null,
    claim,
    due_at: dueAt,
  };
}

export function fromDeliveryRow(
  row: Pick<AuditDeliveryRow, 'sink' | 'status' | 'attempts' | 'last_failure'>,
  entry: AuditEntry,
): Delivery {
  return {
    sink: row.sink,
    entry,
    status: row.status as DeliveryStatus,
    attempts: row.attempts,
    lastFailure: row.last_failure,
  };
}

export function writeCursor(first: string, second: string): string {
  return JSON.stringify([first, second]);
}

/** PostgreSQL takes no text with a NUL. */
const isPlain = (part: unknown): part is string => typeof part === 'string' && !part.includes('\0');

/** Throws `invalid_argument` for what `writeCursor` did not write: cursors travel through URLs. */
export function readCursor(cursor: string): readonly [string, string] {
  try {
    const [first, second, ...rest] = JSON.parse(cursor) as unknown[];
    if (isPlain(first) && isPlain(second) && rest.length === 0) return [first, second];
  } catch {
    // Refused below.
  }
  throw new SsoError({ code: 'invalid_argument', message: 'The cursor is not one of this list' });
}
