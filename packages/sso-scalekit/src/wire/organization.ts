import type { Organization, OrganizationSettings } from '@org/sso-core';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import { anything, entity, flag, id, orNull, pageShape, text, toMetadata, toTimestamp } from './common.js';

const organizationWire = z.object({
  id,
  display_name: text,
  external_id: text,
  metadata: anything,
  settings: z.object({ features: z.array(z.object({ name: text, enabled: flag })).nullish() }).nullish(),
  create_time: text,
  update_time: text,
});

type OrganizationWire = z.infer<typeof organizationWire>;

/** An organization as Scalekit sends it; the fields this adapter reads are typed. */
export type ScalekitOrganization = z.input<typeof organizationWire> & Readonly<Record<string, unknown>>;

const organization = entity(organizationWire, toOrganization);

export const organizationAnswer = z.object({ organization });
export const organizationsPage = z.object({
  organizations: z.array(organization).nullable(),
  ...pageShape,
});

function toOrganization(wire: OrganizationWire): Organization {
  return {
    id: ids.qualify(wire.id),
    provider: providerId,
    vendorId: wire.id,
    name: wire.display_name ?? '',
    externalId: orNull(wire.external_id),
    metadata: toMetadata(wire.metadata),
    settings: toSettings(wire.settings),
    createdAt: toTimestamp(wire.create_time),
    updatedAt: toTimestamp(wire.update_time),
  };
}

/** The stored name is `dir_sync`; the specification's text says `directory_sync`, a guide `scim`. */
const directorySyncNames = new Set(['dir_sync', 'directory_sync', 'scim']);

function toSettings(settings: OrganizationWire['settings']): OrganizationSettings {
  const enabled = (settings?.features ?? [])
    .filter((feature) => feature.enabled)
    .map(({ name }) => name ?? '');
  return {
    sso: enabled.includes('sso'),
    directorySync: enabled.some((name) => directorySyncNames.has(name)),
  };
}
