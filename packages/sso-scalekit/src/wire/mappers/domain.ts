import type { Domain, DomainStatus } from '@org/sso-core';
import { ids, providerId } from '../../ids.js';
import { orNull, toTimestamp, type Wire } from '../fields.js';

const statusByWord = new Map<string | null, DomainStatus>([
  ['PENDING', 'pending'],
  ['VERIFIED', 'verified'],
  ['AUTO_VERIFIED', 'verified'],
  ['FAILED', 'failed'],
]);

/** `update_time` is `updated_at` in events [S]. */
export function toDomain(
  wire: Wire<'verification_status' | 'create_time' | 'update_time' | 'updated_at'> & {
    readonly domain: string;
    readonly organization_id: string;
  },
): Domain {
  const vendorStatus = orNull(wire.verification_status);
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    organizationId: ids.qualify(wire.organization_id),
    domain: wire.domain.toLowerCase(),
    status: statusByWord.get(vendorStatus) ?? 'unknown',
    vendorStatus,
    createdAt: toTimestamp(wire.create_time),
    updatedAt: toTimestamp(wire.update_time ?? wire.updated_at),
  };
}
