import { invalidArgument } from '../errors.js';
import type { AuditEvent, AuditMetadata } from '../model/index.js';
import type { CallContext } from '../provider/context.js';
import type { AuditLogsFacet } from '../provider/facets/audit-logs.js';

type AuditLimits = AuditLogsFacet['features'];

/** Refuses metadata beyond the vendor's limits, which would refuse or cut it. Names keys and sizes, never values. */
export function assertWithinAuditLimits(
  { actor, targets, metadata }: AuditEvent,
  limits: AuditLimits,
  provider: string,
  { operation }: CallContext,
): void {
  const places: readonly (readonly [string, AuditMetadata | undefined])[] = [
    ['event.metadata', metadata],
    ['event.actor.metadata', actor.metadata],
    ...targets.map((target, index) => [`event.targets.${index}.metadata`, target.metadata] as const),
  ];
  for (const [place, entries] of places) {
    const excess = excessOf(entries ?? {}, limits);
    if (excess) throw invalidArgument(`${operation}: ${place} ${excess}`, { provider, operation });
  }
}

function excessOf(
  metadata: AuditMetadata,
  { maxMetadataEntries, maxMetadataKeyLength, maxMetadataValueLength }: AuditLimits,
): string | undefined {
  const entries = Object.entries(metadata);
  if (exceeds(entries.length, maxMetadataEntries))
    return `has ${entries.length} entries; ${maxMetadataEntries} is the most`;
  for (const [key, value] of entries) {
    if (exceeds(key.length, maxMetadataKeyLength))
      return `has a key of ${key.length} characters, "${key.slice(0, 40)}…"; ${maxMetadataKeyLength} is the most`;
    const length = typeof value === 'string' ? Array.from(value).length : 0;
    if (exceeds(length, maxMetadataValueLength))
      return `has ${length} characters at "${key}"; ${maxMetadataValueLength} is the most`;
  }
  return undefined;
}

function exceeds(size: number, limit: number | null): boolean {
  return limit !== null && size > limit;
}
