import type { Profile } from '@org/sso-core';
import { withNative } from '@org/sso-core/provider';
import { z } from 'zod';
import { ids, providerId } from '../ids.js';
import type { Native } from './reader.js';
import { attributes, roleFields, slugsOf, text } from './values.js';

const profileSchema = z.object({
  id: z.string().min(1),
  organization_id: text,
  connection_id: text,
  idp_id: text,
  email: text,
  first_name: text,
  last_name: text,
  name: text,
  ...roleFields,
  groups: z.array(z.string()).nullish(),
  custom_attributes: attributes,
});

/** A SSO profile as WorkOS sends it; the fields this adapter reads are typed. */
export type WorkosProfile = Native<typeof profileSchema>;

/** The answer of `/sso/token`. Tokens of an OAuth identity provider in it are not read. */
export const tokenSchema = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().nullish(),
  profile: profileSchema,
});

export function toProfile(wire: z.infer<typeof profileSchema>, raw: unknown): Profile {
  return withNative<Profile>(
    {
      provider: providerId,
      vendorId: wire.id,
      idpId: wire.idp_id ?? null,
      organizationId: wire.organization_id ? ids.qualify(wire.organization_id) : null,
      connectionId: wire.connection_id ? ids.qualify(wire.connection_id) : null,
      email: wire.email ?? null,
      emailVerified: 'unknown',
      firstName: wire.first_name ?? null,
      lastName: wire.last_name ?? null,
      name: wire.name ?? null,
      groups: wire.groups ?? null,
      roles: slugsOf(wire),
      attributes: wire.custom_attributes ?? {},
    },
    raw,
  );
}
