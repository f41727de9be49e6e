import type { User } from '@org/sso-core';
import { ids, providerId } from '../../ids.js';
import { fieldsOf, orNull, toMetadata, toTimestamp, type Wire } from '../fields.js';

export function toUser(
  wire: Wire<'external_id' | 'metadata' | 'user_profile' | 'create_time' | 'update_time'> & {
    readonly email: string;
  },
): User {
  const profile = fieldsOf(wire.user_profile);
  const emailVerified = profile['email_verified'];
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    email: wire.email,
    emailVerified: typeof emailVerified === 'boolean' ? emailVerified : 'unknown',
    // `first_name` and `last_name` are the deprecated duplicates [S].
    firstName: orNull(profile['given_name']) ?? orNull(profile['first_name']),
    lastName: orNull(profile['family_name']) ?? orNull(profile['last_name']),
    externalId: orNull(wire.external_id),
    metadata: toMetadata(wire.metadata),
    createdAt: toTimestamp(wire.create_time),
    updatedAt: toTimestamp(wire.update_time),
  };
}
