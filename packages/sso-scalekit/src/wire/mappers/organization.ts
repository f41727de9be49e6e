import type { Organization, OrganizationSettings } from '@org/sso-core';
import { ids, providerId } from '../../ids.js';
import { fieldsOf, objectsOf, orNull, toMetadata, toTimestamp, type Wire } from '../fields.js';

export function toOrganization(
  wire: Wire<'display_name' | 'external_id' | 'metadata' | 'settings' | 'create_time' | 'update_time'>,
): Organization {
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    name: orNull(wire.display_name) ?? '',
    externalId: orNull(wire.external_id),
    metadata: toMetadata(wire.metadata),
    settings: toSettings(wire.settings),
    createdAt: toTimestamp(wire.create_time),
    updatedAt: toTimestamp(wire.update_time),
  };
}

/** The stored name is `dir_sync`; the specification's text says `directory_sync`, a guide `scim`. */
const directorySyncNames = new Set<unknown>(['dir_sync', 'directory_sync', 'scim']);

function toSettings(settings: unknown): OrganizationSettings {
  const enabled = new Set(
    objectsOf(fieldsOf(settings)['features'])
      .filter((feature) => feature['enabled'] === true)
      .map((feature) => feature['name']),
  );
  return {
    sso: enabled.has('sso'),
    directorySync: [...directorySyncNames].some((name) => enabled.has(name)),
  };
}
